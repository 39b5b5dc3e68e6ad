#!/usr/bin/env python3
"""ROC-AUC of a score against human labels.

usage: auc.py TRUTH.jsonl.zst SCORE < scored.jsonl

TRUTH has rows with id and human_label (0 or 1); the records on stdin have curate.scores.SCORE.
"""
import json
import subprocess
import sys


def main():
    truth, name = sys.argv[1:3]
    text = subprocess.run(["zstd", "-dcq", truth], stdout=subprocess.PIPE, check=True).stdout
    label = {}
    for line in text.decode("utf-8").split("\n"):
        row = json.loads(line) if line else {}
        if "human_label" in row:
            label[row["id"]] = row["human_label"]
    scores = {0: [], 1: []}
    for line in sys.stdin.buffer:
        row = json.loads(line)
        if row["id"] in label:
            scores[label[row["id"]]].append(row["curate"]["scores"][name])
    wins = sum((p > q) + 0.5 * (p == q) for p in scores[1] for q in scores[0])
    print("%d good, %d bad, ROC-AUC %.4f" % (len(scores[1]), len(scores[0]),
                                             wins / len(scores[1]) / len(scores[0])))


main()
