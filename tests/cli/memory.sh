#!/usr/bin/env bash
# --mem is a contract: also for documents made to break it.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

case ${BUILD:-build} in *-*) echo "skip memory: sanitizers have a memory of their own"; exit 0 ;; esac
python3 - <<'EOF'
import json, random
rng = random.Random(1)
docs = ["word " * 390000, "\n" * 950000, "a.b-c$" * 330000, "x" * 1990000, "e\u0301" * 280000, "\u2028" * 320000]
with open("hostile.jsonl", "w") as f:
    for i in range(24):
        f.write(json.dumps({"id": str(i), "text": docs[i % len(docs)]}, ensure_ascii=i % 2 == 0) + "\n")
EOF
make_docs 20000 3 >plain.jsonl
peak() { # bytes of the largest child
	python3 -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)' "$@"
}
check "the hostile documents are documents" test "$("$bin/curate-filter" -q -i hostile.jsonl | wc -l)" = 24
for j in 1 4; do
	used=$(peak "$bin/curate-filter" default -q "-j$j" --mem 160M --max-record 2M -i hostile.jsonl -i plain.jsonl)
	check "-j$j: $((used >> 20)) MiB of --mem 160M" test "$used" -lt $((176 << 20))
done
check "a budget that is too small says what would fit" says 'max-record [0-9]+K would fit' "$bin/curate-filter" default --mem 160M
finish
