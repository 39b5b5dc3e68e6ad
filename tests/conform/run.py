#!/usr/bin/env python3
"""Runs every recorded case below DATA through the real programs and prints one line a set.

usage: run.py DATA BIN_DIR [rules|prox|preselect|meco|minhash]

Each area is one module beside this file with run(data, bin_dir), which yields (set, passed, failed).
A set that cannot be run counts as failed. Exit 1 on any failure.
"""
import importlib.util
import os
import sys
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
AREAS = {
    "rules": ["rules", "url", "words"],
    "prox": ["prox"],
    "preselect": ["preselect"],
    "meco": ["meco"],
    "minhash": ["minhash"],
}


def load(name):
    spec = importlib.util.spec_from_file_location(name, os.path.join(HERE, name + ".py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    data, bin_dir = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    only = sys.argv[3] if len(sys.argv) > 3 else None
    if only and only not in AREAS:
        sys.exit("conform: ONLY is one of " + " ".join(AREAS))
    sys.path.insert(0, HERE)
    failed_any = False
    for area, modules in AREAS.items():
        if only and area != only:
            continue
        for name in modules:
            try:
                for label, passed, failed in load(name).run(data, bin_dir):
                    print(f"{label}: {passed} passed, {failed} failed", flush=True)
                    failed_any |= failed > 0
            except Exception:
                traceback.print_exc()
                print(f"{area}/{name}: 0 passed, 1 failed", flush=True)
                failed_any = True
    sys.exit(1 if failed_any else 0)


if __name__ == "__main__":
    main()
