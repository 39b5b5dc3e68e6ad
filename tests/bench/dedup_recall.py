#!/usr/bin/env python3
"""Recall of curate-dedup by Jaccard on a corpus of make_corpus.py, against the S-curve.

usage: dedup_recall.py CORPUS OUT BIN_DIR [options of curate-dedup]

Each planted copy and its original are a pair of known truth. The Jaccard is worked out again over the
words the fast mode sees, and a pair is found when both stand in one bucket of some band, read from the
edge files: being joined through a third document does not count. OUT is made by curate-dedup.
Then the verdict: how many documents left for a survivor of Jaccard below 0.5.
"""
import array
import glob
import json
import math
import os
import struct
import subprocess
import sys

BANDS, ROWS, WORDS = 14, 8, 5


def words(text):
    """The words of lib/dedup/fold.h."""
    out = []
    word = []
    for c in text:
        code = ord(c)
        if code < 0x80:
            if c.isalpha():
                word.append(c.lower())
            elif c.isdigit():
                word.append("0")
            else:
                out.append("".join(word))
                word = []
        elif code < 0xC0 or 0x2000 <= code < 0x2C00 or 0x3000 <= code < 0x3040:
            out.append("".join(word))
            word = []
        elif code >= 0x2E80:
            out += ["".join(word), c]
            word = []
        else:
            word.append(c)
    return [w for w in out + ["".join(word)] if w]


def shingles(text):
    w = words(text)
    return array.array("q", {hash(tuple(w[i:i + WORDS])) for i in range(len(w) - WORDS + 1)})


def jaccard(a, b):
    a, b = set(a), set(b)
    return len(a & b) / len(a | b) if a or b else 1.0  # short texts drop as exact copies only


def read_log(path):
    return subprocess.run(["zstd", "-dcq", path], check=True, stdout=subprocess.PIPE).stdout.decode().split("\n")


def main():
    corpus, out, bin_dir = sys.argv[1:4]
    subprocess.run([os.path.join(bin_dir, "curate-dedup"), "-i", corpus, "-o", out, "--no-progress", "--set", "input.keep_nul=true",
                    *sys.argv[4:]], check=True)
    sets, original, number, dropped = {}, {}, {}, []
    for path in sorted(glob.glob(corpus + "/*")):
        name = os.path.basename(path)
        log = read_log(f"{out}/log/{name}.zst")
        for line, entry in zip(open(path, newline="\n"), log):
            record, entry = json.loads(line), json.loads(entry)
            if "bad" in entry:
                continue
            found = shingles(record["text"])
            sets[record["id"]] = found
            # make_corpus numbers its documents; a cluster is named by its original's number
            head = record["id"].rsplit("-", 1)[0]
            if record["truth"]["edit"] is not None:
                original[record["id"]] = f"{head}-{record['truth']['cluster']:09d}"
            number[record["id"]] = len(number)
            note = entry.get("notes", {}).get("minhash", {})
            if "dup_of" in note:
                dropped.append((record["id"], note["dup_of"], note["similarity"]))
    first = {}
    for path in glob.glob(out + "/_curate/stage-minhash/match/*.edge"):
        data = open(path, "rb").read()[16:-24 - 32]
        for a, b in struct.iter_unpack("<QQ", data):
            first.setdefault(b, set()).add((path, a))
            first.setdefault(a, set()).add((path, a))
    cells = {}
    for copy, source in original.items():
        if copy not in sets or source not in sets or not sets[copy] or not sets[source]:
            continue
        j = jaccard(sets[copy], sets[source])
        hit = bool(first.get(number[copy], set()) & first.get(number[source], set()))
        cell = cells.setdefault(min(int(j * 20), 20), [0, 0, 0.0, 0.0])
        p = 1 - (1 - j ** ROWS) ** BANDS
        cell[0] += 1
        cell[1] += hit
        cell[2] += p
        cell[3] += p * (1 - p)
    bad = 0
    print("jaccard      pairs   found  expected   sigma  off by")
    for at in sorted(cells):
        n, hit, expected, variance = cells[at]
        sigma = math.sqrt(variance)
        off = (hit - expected) / sigma if sigma > 1e-6 else 0.0
        bad += abs(off) > 3
        print(f"{at / 20:.2f}-{at / 20 + 0.05:.2f} {n:8d} {hit:7d} {expected:9.1f} {sigma:7.1f}  {off:+.2f}")
    truth = [(jaccard(sets[a], sets[b]), estimate) for a, b, estimate in dropped if b in sets]
    low = sum(1 for j, _ in truth if j < 0.5)
    error = math.sqrt(sum((j - e) ** 2 for j, e in truth) / max(1, len(truth)))
    print(f"{len(dropped)} dropped, {low} of them for a survivor of Jaccard below 0.5; "
          f"similarity is off by {error:.3f} (RMS)")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
