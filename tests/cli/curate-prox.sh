#!/usr/bin/env bash
# curate-prox: programs from fields and files, batches, and a live server that fails, hangs and dies.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
server=$top/tests/cli/model_server.py
prox=$bin/curate-prox
pids=()
trap 'kill "${pids[@]}" 2>/dev/null; rm -rf "$scratch"' EXIT

python3 - <<'PY'
import json, random
docs, programs = [], []
for i in range(300):
    lines = ["NAV home | about"] + [f"line {j} of document {i} holds some junk and a few words" for j in range(2 + i % 9)]
    lines.append("NAV footer")
    drop = " DROPME" if i % 10 == 3 else ""
    docs.append({"id": f"d{i}#x", "n": 1.5, "text": "\n".join(lines) + drop})
    programs.append([f"remove_lines(start=0, end=0)\nremove_lines(start={len(lines) - 1}, end={len(lines) - 1})",
                     'normalize(source_str="junk", target_str="")'])
with open("docs.jsonl", "w") as f, open("field.jsonl", "w") as g, open("side.jsonl", "w") as s:
    rows = []
    for d, p in zip(docs, programs):
        f.write(json.dumps(d) + "\n")
        g.write(json.dumps({**d, "prog": {"a.b": p}}) + "\n")
        rows.append(json.dumps({"key": d["id"], "p": "\n".join(p)}))
    random.Random(5).shuffle(rows)
    s.write("\n".join(rows) + "\n")
PY

# exec
"$prox" exec -q -i field.jsonl --program 'prog.a\.b' >field.out
"$prox" exec -q -i docs.jsonl --sidecar side.jsonl --sidecar-id key --sidecar-program p >side.out
texts() { python3 -c 'import json,sys
for x in sys.stdin: r = json.loads(x); print(json.dumps([r["id"], r["text"]]))' <"$1"; }
texts field.out >field.txt
texts side.out >side.txt
check "a field of chunks and a shuffled sidecar do the same" cmp field.txt side.txt
check "menus went and junk was replaced" bash -c '! grep -qE "NAV|junk" side.out && [ "$(wc -l <side.out)" = 300 ]'
check "other fields keep their bytes" grep -q '"n": 1.5, "text"' side.out
"$prox" exec -q <field.jsonl --program 'prog.a\.b' >pipe.out
check "a pipe gives what a file gives" cmp pipe.out field.out
"$prox" exec -q -j 8 --set output.block=4K -i docs.jsonl --sidecar side.jsonl --sidecar-id key --sidecar-program p >j8.out
check "eight threads give what one gives" cmp j8.out side.out
"$prox" exec -q -i docs.jsonl --sidecar side.jsonl --sidecar-id key --sidecar-program p --output-dir dir
"$bin/curate-replay" dir -q -o again
check "the edits replay from the log" same dir again
check "a folder holds what a stream gives" bash -c 'zstd -dcq dir/docs.jsonl.zst | cmp - side.out'
check "min-words is a threshold with two sides" bash -c "
	echo '{\"text\":\"a b c d e f g h i j k\",\"program\":\"\"}' >eleven.jsonl
	[ \$('$prox' exec -q -i eleven.jsonl | wc -l) = 1 ] && [ \$('$prox' exec -q -i eleven.jsonl --min-words 11 | wc -l) = 0 ]"
printf '%s\n' '{"text":"one\ntwo three\na b c d e f g h i j k","program":"remove_lines(0, 0)\nremove_lines(9, 9) # x"}' >strict.jsonl
"$prox" exec -q -i strict.jsonl --strict --note all --error-op 1 >strict.out
check "strict mode explains a refusal with line and column" \
	grep -q '"verdict":"refused".*"error":"out_of_range","line":2,"column":1,"message":"the last line is 2"' strict.out
check "compat mode counts the same program's errors" says 'errors_bad_param +2' "$prox" exec -i strict.jsonl -o /dev/stdout
check "missing programs can be refused" exits 3 "$prox" exec -q -i docs.jsonl --on-missing error -o x.jsonl
check "a sidecar that is not there is exit 3" exits 3 "$prox" exec -q -i docs.jsonl --sidecar absent -o x.jsonl
check "a wrong option is exit 2" exits 2 "$prox" exec --threshold-2 95
check "a wrong command is exit 2" exits 2 "$prox" fly

# prompt and join, through replies in any order, some missing, some twice
"$prox" prompt -q -i docs.jsonl --chunk-tokens 40 >batch.jsonl
check "requests name document and chunk" bash -c 'head -1 batch.jsonl | grep -q "^{\"custom_id\":\"d0#x#0/1\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\""'
python3 - <<'PY'
import json, random, re
rows = []
for line in open("batch.jsonl"):
    r = json.loads(line)
    text = r["body"]["messages"][-1]["content"]
    calls = [f"remove_lines(start={int(n)}, end={int(n)})" for n in re.findall(r"(?m)^\[(\d+)\]NAV", text)]
    if "junk" in text:
        calls.append('normalize(source_str="junk", target_str="")')
    rows.append({"custom_id": r["custom_id"], "error": None, "response": {"status_code": 200, "body": {
        "choices": [{"message": {"content": " " + "\n".join(calls) + "  "}}]}}})
rows += rows[:3]
random.Random(1).shuffle(rows)
with open("replies.jsonl", "w") as f:
    for r in rows:
        f.write(json.dumps(r) + "\n")
with open("fewer.jsonl", "w") as f:
    for r in rows:
        if not r["custom_id"].startswith("d7#x#") and r["custom_id"] != "d8#x#0/4":
            f.write(json.dumps(r) + "\n")
PY
"$prox" join replies.jsonl -q -i docs.jsonl >join.out
texts join.out >join.txt
check "replies in any order do what the programs do" cmp join.txt side.txt
check "replies that came twice are counted" says ' 3 duplicates' "$prox" join replies.jsonl -i docs.jsonl -o twice.out
check "missing replies are counted" says 'missing +1$' "$prox" join fewer.jsonl -i docs.jsonl -o fewer.out
"$prox" join replies.jsonl -q -i docs.jsonl --as-programs >joined.jsonl
check "joined programs compare as equal to the sidecar's" bash -c "
	'$prox' exec -q -i docs.jsonl --sidecar joined.jsonl >j2.out && cmp j2.out join.out"

# Token counts by a SentencePiece model: a unigram model of ten pieces, its protocol buffer by hand.
python3 - <<'PY'
import struct
def field(number, data):
    return bytes([number << 3 | 2, len(data)]) + data
def piece(text, score, kind):
    return field(1, field(1, text.encode()) + bytes([2 << 3 | 5]) + struct.pack("<f", score) + bytes([3 << 3, kind]))
pieces = [("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3)]
pieces += [(p, -1, 1) for p in ["\u2581", "[", "0", "1", "]", "hello", "\u2581hello"]]
normalizer = field(1, b"identity") + bytes([3 << 3, 1, 4 << 3, 1, 5 << 3, 1])
with open("ten.model", "wb") as f:
    f.write(b"".join(piece(*p) for p in pieces) + field(2, bytes([3 << 3, 1])) + field(3, normalizer))
PY
printf '%s\n' '{"id":"s","text":"hello hello\nhello hello"}' >hello.jsonl
pieces() { "$prox" prompt -q -i hello.jsonl --tokenizer pieces --tokenizer-model ten.model --chunk-tokens "$1" | wc -l; }
check "pieces and one BOS a line fill a chunk" bash -c "[ $(pieces 18) = 1 ] && [ $(pieces 17) = 2 ]"
head -c 20 ten.model >cut.model
check "a model that is none is exit 3" exits 3 "$prox" prompt -q -i hello.jsonl --tokenizer pieces --tokenizer-model cut.model
check "pieces without a model is exit 2" exits 2 "$prox" prompt -q -i hello.jsonl --tokenizer pieces

# generate against a real server
start() { # server options; sets url and pid
	rm -f server.port
	python3 "$server" server.log "$@" >server.port &
	pid=$!
	pids+=("$pid")
	for _ in $(seq 100); do
		[ -s server.port ] && break
		sleep 0.05
	done
	url=http://127.0.0.1:$(cat server.port)/v1
}
generate() { "$prox" generate -q -i docs.jsonl --backoff 0.02 --chunk-tokens 40 "$@"; }

: >server.log
start --fail 429:3 --fail 500:3 --hang 1:3
generate -e "$url" -p live.jsonl -o live.out --timeout 1
check "a server that fails, hangs and then answers gives all programs" cmp live.out join.out
check "and was asked again" bash -c '[ "$(grep -vc "^200" server.log)" = 6 ]'
: >server.log
generate -e "$url" -p live.jsonl -o live2.out
check "what is whole is not asked again" bash -c '[ ! -s server.log ] && cmp live.out live2.out'
check "another request for the same file is exit 6" exits 6 generate -e "$url" -p live.jsonl --model other
generate -e "$url" -p verdicts.jsonl --level doc -o kept.out
check "document level keeps and drops" bash -c '[ "$(wc -l <kept.out)" = 270 ] && ! grep -q DROPME kept.out'
generate -e "$url" -p completions.jsonl --format completions
check "rendered prompts get the same programs" cmp completions.jsonl live.jsonl
echo '{"id":"p","text":"POISON one two three four five six seven eight nine ten eleven"}' >poison.jsonl
"$prox" generate -i poison.jsonl -e "$url" -p poison.p.jsonl 2>poison.err
check "a request the server cannot take is an empty program, counted" grep -q '"program":\[""\],"failed":1' poison.p.jsonl
check "and said" grep -q 'HTTP status 400' poison.err
kill "$pid"

start --token secret-7f3a
export CURATE_TEST_TOKEN=secret-7f3a
"$prox" generate -v -i docs.jsonl -e "$url" -p token.jsonl --token-env CURATE_TEST_TOKEN >token.log 2>&1
check "a bearer token opens the door" test -s token.jsonl
check "and is never logged or stored" bash -c '! grep -rq secret-7f3a token.log token.jsonl token.jsonl.state'
CURATE_TEST_TOKEN=wrong check "a wrong one is exit 3" exits 3 generate -e "$url" -p t2.jsonl --token-env CURATE_TEST_TOKEN
check "an unset one is exit 2" exits 2 generate -e "$url" -p t2.jsonl --token-env CURATE_TEST_NO_TOKEN
kill "$pid"

# The server dies on the way; nothing that was answered is asked again.
: >server.log
start --die-after 100
generate -e "$url" -p cut.jsonl --retries 1 2>cut.err
check "a server that dies is exit 3" test $? = 3
check "and what was answered is kept" bash -c '[ ! -e cut.jsonl ] && [ "$(wc -l <cut.jsonl.part)" -gt 10 ]'
before=$(wc -l <server.log)
kept=$(wc -l <cut.jsonl.part)
start
generate -e "$url" -p cut.jsonl
check "the next run goes on and gives the same programs" cmp cut.jsonl live.jsonl
check "without asking again about what was kept" bash -c "[ \$((\$(wc -l <server.log) - $before)) -le \$((\$(wc -l <batch.jsonl) - $kept)) ]"
kill "$pid"

# Killed, and asked to stop.
start --delay 0.02
"$prox" generate -q -i docs.jsonl --chunk-tokens 40 -e "$url" -p killed.jsonl &
victim=$!
for _ in $(seq 200); do
	[ -s killed.jsonl.part ] && break
	sleep 0.05
done
check "two at once on one file is exit 6" exits 6 generate -e "$url" -p killed.jsonl
kill -9 "$victim"
wait "$victim" 2>/dev/null
printf '{"id":"half a row' >>killed.jsonl.part
"$prox" generate -q -i docs.jsonl --chunk-tokens 40 -e "$url" -p killed.jsonl &
victim=$!
sleep 0.5
kill -TERM "$victim"
wait "$victim"
check "asked to stop, it is exit 75" test $? = 75
generate -e "$url" -p killed.jsonl
check "killed and stopped, it ends with the same programs" cmp killed.jsonl live.jsonl
kill "$pid"
check "nobody there at all is exit 3" exits 3 generate -e http://127.0.0.1:9/v1 -p nobody.jsonl --retries 0

# Rules as programs, and eval
cat >rule.yaml <<'YAML'
curate: 1
stages:
  - regex: {regex: "^NAV.*", action: replace, with: "", name: nav}
  - symbol_lines: {}
YAML
"$bin/curate-run" rule.yaml -q -i docs.jsonl -o rules
for mode in compat strict; do
	flag=()
	[ $mode = compat ] || flag=(--strict)
	"$bin/curate-replay" rules -q -i docs.jsonl --as-prox "${flag[@]}" >rule.$mode.jsonl
	"$prox" exec -q -i docs.jsonl --sidecar rule.$mode.jsonl --grammar $mode --min-words 0 --threshold-2 1 >rule.$mode.out
	check "a run's edits as $mode programs do the same" bash -c "zstd -dcq rules/docs.jsonl.zst | cmp - rule.$mode.out"
done
"$prox" eval -q joined.jsonl joined.jsonl -i docs.jsonl >eval.json
check "a set agrees with itself" grep -q '"removed_lines":{"precision":1.0000,"recall":1.0000,"f1":1.0000' eval.json
printf '%s\n' '{"id":"d0#x","gold":"line 0 of document 0 holds some junk and a few words\nline 1 of document 0 holds some junk and a few words","gold_with":["line 0"],"gold_without":["NAV home","junk"]}' >truth.jsonl
"$prox" eval -q joined.jsonl --truth truth.jsonl -i docs.jsonl >eval.json
check "the truth is lines and phrases" grep -q '"documents":1,.*"removed_lines":{"precision":1.0000,"recall":1.0000.*"kept_lines":{"precision":1.0000,"recall":1.0000.*"wanted_phrases_left":1.0000,"unwanted_phrases_before":1.0000,"unwanted_phrases_left":0.0000' eval.json
finish
