# shellcheck shell=bash
# shellcheck disable=SC2154
# Scoring with the demo model, and selection by it: part of run.sh, which sources this.
recipe fasttext '  - fasttext: {score: quality, label: [hq]}'
recipe select '  - fasttext: {score: quality, label: [hq]}' '  - select: {score: quality, top: 10%}'
row "fasttext, demo model" "$bin/curate-run" "$work/fasttext.yaml" -q -i "$corpus" -o "$work/out" -j1
row "fasttext + select the top 10 % (two passes)" "$bin/curate-run" "$work/select.yaml" -q -i "$corpus" -o "$work/out" -j1
