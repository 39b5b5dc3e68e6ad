#!/usr/bin/env bash
# curate-check: 0 whole, 1 something is not, 2 and more could not be found out.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

mkdir in
make_docs 500 1 >in/a.jsonl
make_docs 500 2 | gzip >in/b.jsonl.gz
printf 'curate: 1\nstages: []\n' >recipe.yaml
"$bin/curate-run" recipe.yaml -q -i in -o out
check "a finished run is whole" exits 0 "$bin/curate-check" -q out
check "also record by record" exits 0 "$bin/curate-check" -q --full out
printf '{"shard":' >out/_curate/done/b.jsonl.json.tmp.host.17
check "what a kill left of a done record is no record" exits 0 "$bin/curate-check" -q --full out
check "other people's shards" exits 0 "$bin/curate-check" -q --full in
head -c -1 out/a.jsonl.zst >cut.jsonl.zst
check "one byte less is found" exits 1 "$bin/curate-check" -q cut.jsonl.zst
cat out/a.jsonl.zst out/b.jsonl.zst >long.jsonl.zst
cp out/a.jsonl.zst flipped.jsonl.zst
printf 'X' | dd of=flipped.jsonl.zst bs=1 seek=2000 conv=notrunc status=none
check "a flipped byte is found by --full" exits 1 "$bin/curate-check" -q --full flipped.jsonl.zst
head -c 1000 in/b.jsonl.gz >cut.jsonl.gz
check "a truncated foreign file is found" exits 1 "$bin/curate-check" -q cut.jsonl.gz
printf '{"text":"a"}\n{"text":\n' >bad.jsonl
check "a bad record is found by --full, with its byte" bash -c "'$bin/curate-check' -q --full bad.jsonl >o; [ \$? = 1 ] && grep -q 'record 1 at byte 13' o"
check "nothing to check is exit 2" exits 2 "$bin/curate-check" -q
check "a missing file is exit 3" exits 3 "$bin/curate-check" -q nowhere.jsonl
cp -r out lost && rm lost/b.jsonl.zst
check "a missing output of a done shard is found" exits 1 "$bin/curate-check" -q lost
cp -r out wrong && sed -i 's/"kept":500/"kept":499/' wrong/_curate/done/a.jsonl.json
check "a done record that does not add up is found" exits 1 "$bin/curate-check" -q wrong
finish
