#!/usr/bin/env bash
# The main job on the bundled sample: what goes in, what comes out, why, and that it can be replayed.
set -eu
cd "$(dirname "$0")/.."
bin=${BUILD:-build}/bin
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

say "\$ curate-run -i tests/data/sample -o OUT"
code=0
"$bin/curate-run" -i tests/data/sample -o "$out/clean" || code=$?
[ "$code" -le 1 ] || exit "$code"
[ "$code" = 0 ] || echo "(exit 1: one of 173 records is broken, which is more than --max-bad 0.1%)"

say "one document before"
id=$("$bin/curate-replay" "$out/clean" -q --show c4_quality | cut -f1 | head -1)
grep -h "\"id\": \"$id\"" tests/data/sample/*.jsonl | python3 -c 'import json,sys; print(json.loads(sys.stdin.readline())["text"])'
say "and after"
zstd -dcq "$out"/clean/*.zst | grep "\"id\": \"$id\"" | python3 -c 'import json,sys
line = sys.stdin.readline()
print(json.loads(line)["text"] if line else "(dropped by a later stage)")'
say "\$ curate-replay OUT --show all | head      what was done, line by line"
"$bin/curate-replay" "$out/clean" -q --show all >"$out/show" || [ $? = 1 ]
head -8 "$out/show" | cut -c1-110
say "\$ curate-replay OUT -o AGAIN; diff -r OUT AGAIN"
"$bin/curate-replay" "$out/clean" -q -o "$out/again" || [ $? = 1 ]
diff -r --exclude=_curate "$out/clean" "$out/again" && echo "source + log give the same bytes"
say "\$ curate-check OUT"
"$bin/curate-check" "$out/clean"
