# shellcheck shell=bash
# shellcheck disable=SC2154
# curate-dedup over the corpus: part of run.sh, which sources this. (Sketching and joining alone:
# bench_dedup.)
row "curate-dedup sketch (read, parse, sketch)" "$bin/curate-dedup" sketch -q -i "$corpus" -o "$work/out" -j1 --set input.keep_nul=true
row "curate-dedup, all steps" "$bin/curate-dedup" -q -i "$corpus" -o "$work/out" -j1 --set input.keep_nul=true --set output.level=1
row "curate-dedup --verify 0.7, all steps" "$bin/curate-dedup" -q -i "$corpus" -o "$work/out" -j1 --verify 0.7 --set input.keep_nul=true --set output.level=1
