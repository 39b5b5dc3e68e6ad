#!/usr/bin/env bash
# The main job: same bytes from any number of threads, resumable, accountable, every exit code.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

mkdir -p in/sub
make_docs 400 1 | gzip >in/a.jsonl.gz
make_docs 900 2 | zstd -q >in/sub/b.jsonl.zst
make_docs 300 3 >in/c.jsonl
cat >recipe.yaml <<'EOF'
curate: 1
name: test
output: {block: 16K}
stages:
  - gopher_quality: {min_doc_words: 30}
  - c4_quality: {filter_no_terminal_punct: false, min_num_sentences: 3}
EOF

run() { "$bin/curate-run" recipe.yaml -q "$@"; }

run -i in -o one -j1
check "a run ends with 0 and keeps the layout of the input" \
	test -s one/a.jsonl.zst -a -s one/sub/b.jsonl.zst -a -s one/c.jsonl.zst -a -s one/log/sub/b.jsonl.zst
for j in 2 8; do
	run -i in -o "threads$j" "-j$j"
	check "-j$j gives the bytes of -j1" same one "threads$j"
done
zstd -dcq in/sub/b.jsonl.zst | "$bin/curate-filter" recipe.yaml -q --log b.log -o b.jsonl.zst
check "a pipe gives the bytes of the file" cmp b.jsonl.zst one/sub/b.jsonl.zst
check "and the same log" bash -c 'cmp <(zstd -dcq one/log/sub/b.jsonl.zst) b.log'

check "kept records keep all bytes but the text" python3 - <<'EOF'
import gzip, json, re, subprocess
source = {json.loads(l)["id"]: l for l in gzip.open("in/a.jsonl.gz", "rt")}
out = subprocess.run(["zstd", "-dcq", "one/a.jsonl.zst"], capture_output=True).stdout.decode().splitlines(True)
assert len(out) > 50
text = re.compile(r'"text": "(?:[^"\\]|\\.)*"')
for line in out:
    was = source[json.loads(line)["id"]]
    assert text.sub("T", was) == text.sub("T", line), (was, line)
EOF
check "read = kept + dropped + quarantined in every done record" python3 - <<'EOF'
import glob, json
records = glob.glob("one/_curate/done/**/*.json", recursive=True)
assert len(records) == 3
for path in records:
    t = json.load(open(path))["tally"]
    assert t["read"] == t["kept"] + t["dropped"] + sum(t["quarantined"].values()) > 0
EOF
check "the report adds up and names every stage" python3 - <<'EOF'
import json
r = json.load(open("one/_curate/report.json"))
assert r["exit"] == 0 and r["total"]["read"] == 1600
assert [s["name"] for s in r["total"]["stages"]] == ["gopher_quality", "c4_quality"]
assert len(r["shards"]) == 3
EOF

# Done work stays done, changed work is done again.
before=$(stat -c %Y.%i one/a.jsonl.zst)
run -i in -o one
check "a second run does nothing" test "$before" = "$(stat -c %Y.%i one/a.jsonl.zst)"
rm one/c.jsonl.zst
run -i in -o one
check "an output that is gone is made again" same one threads2
cp -r in changed && make_docs 10 9 >>changed/c.jsonl && rm -rf grown && run -i changed -o grown && cp -r one regrown
run -i changed -o regrown
check "a shard that changed is done again" same grown regrown
mv one moved && run -i in -o moved --report moved.json
check "a folder may be moved" grep -q '"done_before":true' moved.json
mv moved one

# Shares of the plan.
for n in 3 2; do
	for i in $(seq 0 $((n - 1))); do run -i in -o "tasks$n" --task "$i/$n" || echo "task failed"; done
	check "$n tasks together give the bytes of one run" same one "tasks$n"
done
run -i in -o mixed --task 1/3
run -i in -o mixed --task 0/2
run -i in -o mixed --task 1/2
check "the number of tasks may change on the way" same one mixed

# Kill -9 at any moment.
make_docs 6000 4 >big.jsonl
"$bin/curate-run" recipe.yaml -q -i big.jsonl -i in -o once --set limits.checkpoint=0
for round in $(seq 1 20); do
	"$bin/curate-run" recipe.yaml -q -i big.jsonl -i in -o killed --set limits.checkpoint=0 -j2 &
	pid=$!
	sleep "0.0$((RANDOM % 90 + 10))"
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	[ -z "$(find killed -maxdepth 1 -name '*.tmp' 2>/dev/null)" ] || echo "round $round left a tmp behind"
done 2>/dev/null
"$bin/curate-run" recipe.yaml -q -i big.jsonl -i in -o killed --set limits.checkpoint=0
check "20 kills and a rerun give the bytes of one run" same once killed
check "and a whole folder" "$bin/curate-check" -q killed --full

# Exit codes.
check "exit 2: unknown key, with line and column and the nearest name" says 'bad.yaml:3:23: unknown key .min_doc_wrds.*min_doc_words' \
	bash -c "printf 'curate: 1\nstages:\n  - gopher_quality: {min_doc_wrds: 3}\n' >bad.yaml; sed -i 's/: {/:  {/' bad.yaml; '$bin/curate-run' bad.yaml -i in -o x"
check "exit 2: a recipe that is not one" exits 2 "$bin/curate-run" bad.yaml -q -i in -o x
check "exit 2: unknown option" exits 2 "$bin/curate-run" --recipee x -q
check "exit 2: unknown stage names the nearest" says "did you mean 'gopher_quality'" "$bin/curate-filter" -r goper_quality
check "exit 2: nothing was touched" test ! -e x
check "exit 2: --set of an unknown stage" exits 2 run -i in -o x --set nope.x=1
check "exit 2: output inside the input" bash -c "! '$bin/curate-run' recipe.yaml -q -i in -o in/out || false; mkdir in/out; '$bin/curate-run' recipe.yaml -q -i in -o in/out; [ \$? = 2 ]"
rm -rf in/out
check "exit 3: input missing" exits 3 run -i nowhere -o x
check "exit 5: a memory budget that cannot be met" exits 5 run -i in -o x5 --mem 1M
check "exit 6: another recipe's folder" exits 6 run -i in -o one --set gopher_quality.min_doc_words=31
check "exit 6: a folder of other files" bash -c "mkdir foreign; touch foreign/file; '$bin/curate-run' recipe.yaml -q -i in -o foreign; [ \$? = 6 ]"
check "--force takes the folder over" exits 0 run -i in -o tasks3 --force --set gopher_quality.min_doc_words=31
run -i in -o fresh31 --set gopher_quality.min_doc_words=31
check "and redoes everything" same fresh31 tasks3

if [ "$(id -u)" = 0 ] && mkdir -p full && mount -t tmpfs -o size=64k tmpfs full 2>/dev/null; then
	check "exit 4: the disk is full" exits 4 run -i in -o full/out
	check "and no partial final file is there" test -z "$(find full -name '*.jsonl*' ! -path '*/_curate/*')"
	umount full
else
	check "exit 4: output cannot be written" exits 4 run -i in -o /dev/full/out
fi

# Signals.
make_docs 20000 5 >long.jsonl
for signal in TERM INT USR1; do
	rm -rf stopped
	bash -c "trap - INT; exec '$bin/curate-run' recipe.yaml -q -i long.jsonl -o stopped -j2 --set output.block=4K" &
	pid=$!
	for _ in $(seq 50); do [ -d stopped/_curate/tmp ] && break; sleep 0.02; done
	kill -$signal $pid
	wait $pid
	code=$?
	check "SIG$signal: exit 75, or 0 when it was through" test $code = 75 -o $code = 0
	check "SIG$signal: no unfinished output is visible" bash -c '[ '$code' = 0 ] || [ ! -e stopped/long.jsonl.zst ]'
	"$bin/curate-run" recipe.yaml -q -i long.jsonl -o stopped --set output.block=4K
	[ -d straight ] || "$bin/curate-run" recipe.yaml -q -i long.jsonl -o straight --set output.block=4K
	check "SIG$signal: the rerun goes on to the same bytes" same straight stopped
done

printf '{"text":"wide"}\n' | zstd -q --long=28 --zstd=wlog=28 --no-content-size >wide.zst 2>/dev/null || cp in/sub/b.jsonl.zst wide.zst
check "a window is accepted up to --window" exits 0 run -i wide.zst -o wide --window 512M
check "-j rejects what is no number, naming what is wanted" says "limits.threads.*'many' is not a whole number" "$bin/curate-run" recipe.yaml -i in -o x -j many
# The whole chain: rules, scores, dedup, selection, tags, over three passes.
full() { "$bin/curate-run" full -q -i "$top/tests/data/sample" --max-bad 1 "$@"; }
full -o chain1 -j1
check "the whole chain keeps some and writes both sides" test -s chain1/main/a.jsonl.zst -a -e chain1/cooldown/a.jsonl.zst
full -o chain8 -j8
check "-j8 gives its bytes" same chain1 chain8
for i in 1 0; do full -o chain_tasks --task "$i/2"; done
full -o chain_tasks
check "tasks give its bytes" same chain1 chain_tasks
"$bin/curate-replay" chain1 -q -o chain_again --max-bad 1
check "replay gives its bytes" same chain1 chain_again
for _ in $(seq 6); do
	# not through the function: the kill would meet its shell and leave the program running
	"$bin/curate-run" full -q -i "$top/tests/data/sample" --max-bad 1 -o chain_killed --set limits.checkpoint=0 &
	pid=$!
	sleep "0.0$((RANDOM % 90 + 10))"
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
done 2>/dev/null
full -o chain_killed
check "kills and a rerun give its bytes" same chain1 chain_killed

check "a dry run prints the plan and writes nothing" bash -c "'$bin/curate-run' recipe.yaml -n -i in -o dry | grep -q '3 shards' && [ ! -e dry ]"
check "--print-config prints a recipe that reads back to the same hash" bash -c "
	'$bin/curate-run' recipe.yaml --print-config >printed.yaml 2>hash1 && '$bin/curate-run' printed.yaml --print-config 2>hash2 >/dev/null && cmp hash1 hash2"
check "--set changes the hash" bash -c "! '$bin/curate-run' recipe.yaml --print-config --set c4_quality.min_num_sentences=4 2>&1 >/dev/null | cmp -s - hash1"
run -i in -o pieces --shard-size 2K
check "--shard-size cuts the output in pieces that join to the same records" bash -c '
	[ "$(ls pieces/sub | wc -l)" -gt 2 ] && cmp <(cat pieces/sub/b-*.zst | zstd -dcq) <(zstd -dcq one/sub/b.jsonl.zst)'
run -i in -o gz --codec gz
check "gzip output holds the same records" bash -c 'cmp <(gzip -dc gz/sub/b.jsonl.gz) <(zstd -dcq one/sub/b.jsonl.zst)'
run -i in -o with_dropped --set output.dropped=true
check "dropped records are written on request, each once" bash -c '
	[ $(zstd -dcq with_dropped/c.jsonl.zst with_dropped/dropped/c.jsonl.zst | wc -l) = 300 ]'
finish
