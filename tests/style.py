#!/usr/bin/env python3
"""Sizes the house keeps to: lines of at most 100 columns (a tab is 8), files of 400 lines, functions of 60.

Files and functions of tests may be as long as their lists of cases. Prints what is larger, one a line, and exits 1. A function is what stands between a "{" and a "}" in the
first column, counted with both; text in the first column between them would end it, which no file has.
"""
import subprocess
import sys

LINE, FILE, FUNCTION = 100, 400, 60


def look_at(path):
    with open(path, encoding="utf-8") as f:
        lines = f.read().split("\n")[:-1]
    is_test = path.startswith("tests/")
    if len(lines) > FILE and not is_test:
        yield 1, f"{len(lines)} lines, not {FILE}"
    begin = None
    for number, line in enumerate(lines, 1):
        columns = len(line.expandtabs(8))
        if columns > LINE:
            yield number, f"{columns} columns, not {LINE}"
        if line == "{":
            begin = number
        elif line == "}" and begin:
            if number - begin + 1 > FUNCTION and not is_test:
                yield begin, f"a function of {number - begin + 1} lines, not {FUNCTION}"
            begin = None


def main():
    files = subprocess.run(["git", "ls-files", "*.c", "*.h", "*.cc"], stdout=subprocess.PIPE, check=True, text=True)
    bad = [f"{path}:{number}: {what}" for path in files.stdout.split("\n")[:-1] for number, what in look_at(path)]
    print("\n".join(bad) if bad else "ok lines, functions and files are of the house's size")
    return bool(bad)


sys.exit(main())
