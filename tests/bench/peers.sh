#!/usr/bin/env bash
# The same rules on the same corpus with datatrove from PyPI, in the same run: ratio of CPU seconds.
set -eu
cd "$(dirname "$0")/../.."
bin=${BUILD:-build}/bin mb=${MB:-4}
tools=../shared/tools/make_corpus.py
[ -e "$tools" ] || { echo "skip bench-peers: ../shared is not here"; exit 0; }
work=${BENCH_DIR:-/tmp/curate-bench}
mkdir -p "$work"
if [ ! -x "$work/venv/bin/python" ]; then
	python3 -m venv "$work/venv"
	"$work/venv/bin/pip" -q install 'datatrove[processing,io]==0.10.0' spacy orjson zstandard
fi
corpus=$work/peers-$mb
[ -d "$corpus" ] || python3 "$tools" ../shared/corpus/web/*.jsonl.zst --out "$corpus" --mb "$mb" --shards 1 --codec zst
bytes=$(zstd -dcq "$corpus"/*.zst | wc -c)
cat >"$work/peer.py" <<'EOF'
import sys
from datatrove.executor.local import LocalPipelineExecutor
from datatrove.pipeline.filters import (C4QualityFilter, FineWebQualityFilter, GopherQualityFilter,
                                        GopherRepetitionFilter)
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
LocalPipelineExecutor(pipeline=[
    JsonlReader(sys.argv[1]), GopherRepetitionFilter(), GopherQualityFilter(),
    C4QualityFilter(filter_no_terminal_punct=False), FineWebQualityFilter(),
    JsonlWriter(sys.argv[2], output_filename="${rank}.jsonl.zst", compression="zstd")], tasks=1, workers=1,
    logging_dir=sys.argv[2] + "/logs").run()
EOF
cat >"$work/peer.yaml" <<'EOF'
curate: 1
input: {keep_nul: true}
stages:
  - gopher_repetition
  - gopher_quality
  - c4_quality: {filter_no_terminal_punct: false}
  - fineweb_quality
EOF
cpu() { # command...
	/usr/bin/time -o "$work/time" -f '%U %S' "$@" >"$work/peer.log" 2>&1 || { tail -20 "$work/peer.log" >&2; exit 1; }
	awk '{print $1 + $2}' "$work/time"
}
rm -rf "$work/theirs" "$work/ours"
theirs=$(cpu "$work/venv/bin/python" "$work/peer.py" "$corpus" "$work/theirs")
# A small corpus is over before a clock can tell: ours reads a hundred copies of it.
rm -rf "$work/copies" && mkdir "$work/copies"
for i in $(seq 100); do ln -s "$corpus"/*.zst "$work/copies/$i.jsonl.zst"; done
ours=$(cpu "$bin/curate-run" "$work/peer.yaml" -q -i "$work/copies" -o "$work/ours" -j1)
kept_theirs=$(zstd -dcq "$work"/theirs/*.jsonl.zst | wc -l)
kept_ours=$(zstd -dcq "$work"/ours/1.jsonl.zst | wc -l)
awk -v b="$bytes" -v t="$theirs" -v o="$ours" -v kt="$kept_theirs" -v ko="$kept_ours" 'BEGIN {
	printf "datatrove 0.10.0  %8.3f MB/s/core   kept %d\n", b / t / 1e6, kt
	printf "curate            %8.3f MB/s/core   kept %d\n", 100 * b / o / 1e6, ko
	printf "ratio of CPU seconds: %.0f\n", 100 * t / o}'
