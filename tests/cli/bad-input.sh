#!/usr/bin/env bash
# Bad records and damaged shards: everything else is processed, every bad byte can be found.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

mkdir in
make_docs 2000 1 | gzip >whole.gz
head -c $(($(stat -c %s whole.gz) * 2 / 3)) whole.gz >in/truncated.jsonl.gz
{ make_docs 500 2 | zstd -q --check; make_docs 500 3 | zstd -q --check; make_docs 500 4 | zstd -q --check; } >in/corrupt.jsonl.zst
python3 - <<'EOF'
import os, random
data = bytearray(open("in/corrupt.jsonl.zst", "rb").read())
at = len(data) // 2
data[at:at + 8] = b"\0\xff" * 4
open("in/corrupt.jsonl.zst", "wb").write(data)
rng = random.Random(5)
open("in/garbage.jsonl", "wb").write(bytes(rng.randrange(256) for _ in range(100000)))
EOF
make_docs 100000 6 >good.jsonl
python3 - <<'EOF'
bad = [b'{"id":"x","text":"unfinished', b'{"id":1,"text":"caf\xff"}', b'{"text":"lone \\ud800 surrogate"}',
       b'{"text":"low \\udc00 surrogate"}', b'{"text":"nul \\u0000 byte"}', b'{"id":"no text"}', b'{"text":null}', b'{"text":7}',
       b'{"text":""}', b'[1,2]', b'{"text":"a"} trailing', b'{"text":"raw\x00nul"}', b'nonsense', b'{"text":"tab\tinside"}']
lines = open("good.jsonl", "rb").read().splitlines(True)
with open("in/records.jsonl", "wb") as f, open("expected", "w") as e:
    offset = n = 0
    for i, line in enumerate(lines):
        if i % 100 == 50:
            b = bad[n % len(bad)] + b"\n"
            f.write(b)
            e.write(f"{offset}\n")
            offset += len(b)
            n += 1
        f.write(line)
        offset += len(line)
    assert n == 1000
EOF
printf 'curate: 1\nstages: []\n' >recipe.yaml

"$bin/curate-run" recipe.yaml -i in -o out -j2 --report report.json 2>stderr
check "the run ends with 1" test $? = 1
check "all good records of the file with bad ones came through" test "$(zstd -dcq out/records.jsonl.zst | cmp - good.jsonl && echo yes)" = yes
check "1,000 bad records are in quarantine, each with its offset" python3 - <<'EOF'
import json
rows = [json.loads(l) for l in open("out/quarantine/records.jsonl")]
assert [r["offset"] for r in rows] == [int(l) for l in open("expected")], len(rows)
data = open("in/records.jsonl", "rb").read()
reasons = set()
for r in rows:
    assert r["file"].endswith("records.jsonl") and r["reason"]
    reasons.add(r["reason"])
    line = data[r["offset"]:data.index(b"\n", r["offset"])]
    if "raw" in r:
        assert r["raw"].encode() == line, (r, line)
assert len(reasons) >= 7, reasons
EOF
check "the truncated shard is kept up to the damage, and named with its byte" says 'truncated.jsonl.gz.*byte [0-9]+' cat stderr
check "its whole records are the head of the source" bash -c '
	zstd -dcq out/truncated.jsonl.zst >head.jsonl; n=$(wc -l <head.jsonl); [ "$n" -gt 1000 ] && cmp head.jsonl <(gzip -dc whole.gz | head -n "$n")'
check "the corrupt zstd frame is named with its byte; the frame before it came through" bash -c '
	grep -qE "corrupt.jsonl.zst.*byte [0-9]+" stderr && [ $(zstd -dcq out/corrupt.jsonl.zst | wc -l) -ge 500 ]'
check "the report says which shards are damaged and how" python3 - <<'EOF'
import json
r = json.load(open("report.json"))
assert r["exit"] == 1
ends = {s["shard"].split("/")[-1]: s for s in r["shards"]}
assert ends["truncated.jsonl.gz"]["end"] == "damaged" and "byte" in ends["truncated.jsonl.gz"]["error"]
assert ends["corrupt.jsonl.zst"]["end"] == "damaged"
assert sum(ends["garbage.jsonl"]["tally"]["quarantined"].values()) == ends["garbage.jsonl"]["tally"]["read"] > 0
for s in r["shards"]:
    t = s["tally"]
    assert t["read"] == t["kept"] + t["dropped"] + sum(t["quarantined"].values())
EOF
check "a rerun says it again and ends with 1" exits 1 "$bin/curate-run" recipe.yaml -q -i in -o out
"$bin/curate-run" recipe.yaml -q -i in -o skipped --on-corrupt skip
check "skip gives damaged shards up as a whole" test $? = 1 -a ! -e skipped/truncated.jsonl.zst -a -e skipped/records.jsonl.zst
check "stop ends the run with 3" exits 3 "$bin/curate-run" recipe.yaml -q -i in/truncated.jsonl.gz -o stopped --on-corrupt stop
mkdir ok && cp in/records.jsonl ok
check "--max-bad lets a share of bad records pass" exits 0 "$bin/curate-run" recipe.yaml -q -i ok -o ok1 --max-bad 1%
check "one below the share does not" exits 1 "$bin/curate-run" recipe.yaml -q -i ok -o ok2 --max-bad 0.9%

make_docs 3 7 >few.jsonl
python3 -c 'print("{\"id\":\"long\",\"text\":\"" + "x" * 300000 + "\"}")' >>few.jsonl
make_docs 3 8 >>few.jsonl
"$bin/curate-filter" -q -i few.jsonl --max-record 100K --quarantine long.jsonl >few.out
check "a record over --max-record is quarantined, its neighbours are not" bash -c '
	[ $(wc -l <few.out) = 6 ] && grep -q too_long long.jsonl'
"$bin/curate-filter" -q -i few.jsonl --max-record 1M >few.out
check "and passes when the limit allows it" cmp few.jsonl few.out
"$bin/curate-filter" -q -i few.jsonl --set output.block=4K >few.out
check "also when it is longer than a block" cmp few.jsonl few.out
printf '%s' '{"text":"no line feed at the end"}' | "$bin/curate-filter" -q >tail.out
check "a last record without a line feed counts" test "$(cat tail.out)" = '{"text":"no line feed at the end"}'
printf '\n  \n{"text":"a"}\r\n\n' | "$bin/curate-filter" -q >blank.out
check "blank lines are no records; a CR stays" bash -c "printf '{\"text\":\"a\"}\r\n' | cmp - blank.out"
printf '' | "$bin/curate-filter" -q >empty.out
check "empty input is no error" test $? = 0 -a ! -s empty.out
check "too many bad records are said even with -q" says '1 of 1 records are bad' bash -c "echo nonsense | '$bin/curate-filter' -q -r pii"
mkdir odd
make_docs 20 1 >"odd/two words, ü and \"quotes\".jsonl"
make_docs 20 2 >"odd/$(printf 'new\nline').jsonl"
"$bin/curate-run" recipe.yaml -q -i odd -o odd_out
check "names with spaces, quotes and line feeds come through" bash -c "'$bin/curate-check' odd_out && [ \$('$bin/curate-filter' -q -i odd_out | wc -l) = 40 ]"
: >"odd/$(printf 'a\377').jsonl"
check "a name that is not UTF-8 is exit 3" exits 3 "$bin/curate-run" recipe.yaml -q -i odd -o odd_not
mkdir -p names/log && make_docs 5 1 >names/a.jsonl && make_docs 5 2 >names/log/a.jsonl
check "a shard that would lie on another's log is exit 3" exits 3 "$bin/curate-run" recipe.yaml -q -i names -o names_out
check "a pipe takes two files of one name" bash -c "[ \$('$bin/curate-filter' recipe.yaml -q -i names/a.jsonl -i names/log/a.jsonl | wc -l) = 10 ]"
finish
