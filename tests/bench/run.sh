#!/usr/bin/env bash
# MB/s of jsonl per core and stage, and the ratio to the copy floor of the same run. CPU seconds
# (user + system) of the median of ROUNDS, because machines are noisy. MB=300 sets the corpus size.
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build} mb=${MB:-300} rounds=${ROUNDS:-3}
bin=$build/bin
tools=../shared/tools/make_corpus.py
[ -e "$tools" ] || { echo "skip bench: ../shared is not here"; exit 0; }
work=${BENCH_DIR:-/tmp/curate-bench}
mkdir -p "$work"
corpus=$work/corpus-$mb
if [ ! -d "$corpus" ]; then
	python3 "$tools" ../shared/corpus/web/*.jsonl.zst --out "$corpus.tmp" --mb "$mb" --shards 8 --codec zst
	mv "$corpus.tmp" "$corpus"
fi
bytes=$(zstd -dcq "$corpus"/*.zst | wc -c)

recipe() { # name, then the stages as YAML lines
	local name=$1
	shift
	{
		printf 'curate: 1\nname: %s\njudge: all\ninput: {keep_nul: true}\noutput: {level: 1}\nstages:\n' "$name"
		printf '%s\n' "$@"
	} >"$work/$name.yaml"
}
recipe pass '  []'
recipe two_rules '  - gopher_quality' '  - c4_quality: {filter_no_terminal_punct: false}'
recipe fineweb '  - gopher_repetition' '  - gopher_quality' '  - c4_quality: {filter_no_terminal_punct: false}' \
	'  - fineweb_quality' '  - pii'
recipe repetition '  - gopher_repetition'

measure() { # command...: "CPU WALL MAXRSS_KB" of the median round by CPU
	for _ in $(seq "$rounds"); do
		rm -rf "$work/out"
		/usr/bin/time -o "$work/time" -f '%U %S %e %M' "$@" >/dev/null 2>"$work/stderr" || { tail -5 "$work/stderr" >&2; exit 1; }
		awk '{print $1 + $2, $3, $4}' "$work/time"
	done | sort -n | sed -n "$(((rounds + 1) / 2))p"
}

floor=
row() { # title, command...
	local title=$1 cpu wall rss
	shift
	read -r cpu wall rss < <(measure "$@")
	[ -n "$floor" ] || floor=$cpu
	awk -v t="$title" -v b="$bytes" -v c="$cpu" -v w="$wall" -v r="$rss" -v f="$floor" 'BEGIN {
		printf "%-44s %8.1f MB/s/core %8.1f MB/s wall  %5.1f %% of the floor  %5.0f MB RSS\n",
			t, b / c / 1e6, b / w / 1e6, 100 * f / c, r / 1024}'
}

echo "corpus $((bytes / 1000000)) MB of jsonl, $(nproc) cores, median of $rounds"
# shellcheck disable=SC2016
row "copy floor: zstd -dc | zstd -1" bash -c 'for f in "$1"/*.zst; do zstd -dcq "$f" | zstd -1 -cq; done' - "$corpus"
row "pass-through, no stages" "$bin/curate-run" "$work/pass.yaml" -q -i "$corpus" -o "$work/out" -j1
row "pass-through, -j2" "$bin/curate-run" "$work/pass.yaml" -q -i "$corpus" -o "$work/out" -j2
row "gopher_quality + c4_quality" "$bin/curate-run" "$work/two_rules.yaml" -q -i "$corpus" -o "$work/out" -j1
row "gopher_quality + c4_quality, -j2" "$bin/curate-run" "$work/two_rules.yaml" -q -i "$corpus" -o "$work/out" -j2
row "gopher_repetition" "$bin/curate-run" "$work/repetition.yaml" -q -i "$corpus" -o "$work/out" -j1
row "all FineWeb rules, no early exit" "$bin/curate-run" "$work/fineweb.yaml" -q -i "$corpus" -o "$work/out" -j1
for script in tests/bench/stage_*.sh; do
	# shellcheck disable=SC1090
	[ ! -e "$script" ] || . "$script"
done
BENCH_CORPUS=$corpus
BENCH_FLOOR=$(awk -v b="$bytes" -v f="$floor" 'BEGIN { print b / f / 1e6 }')
export BENCH_CORPUS BENCH_FLOOR
for program in "$build"/bench/*; do
	[ ! -x "$program" ] || { echo "-- $(basename "$program")"; "$program"; }
done
rm -rf "$work/out"
