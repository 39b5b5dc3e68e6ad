#!/usr/bin/env bash
# curate-filter: the same chain on a stream.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

make_docs 600 1 >in.jsonl
"$bin/curate-filter" -q -r gopher_quality <in.jsonl >kept.jsonl --dropped dropped.jsonl.zst --log log.jsonl
check "kept and dropped records are the input" bash -c '
	cat kept.jsonl <(zstd -dcq dropped.jsonl.zst) | sort | cmp - <(sort in.jsonl)'
check "the log has a line a record, with verdict and reason" python3 - <<'EOF'
import json
rows = [json.loads(l) for l in open("log.jsonl")]
assert len(rows) == 600
dropped = [r for r in rows if not r["keep"]]
assert dropped and all(r["by"] == "gopher_quality" and r["why"].startswith("gopher_") for r in dropped)
EOF
check "filters in a pipe" bash -c "'$bin/curate-filter' -q -r gopher_quality <in.jsonl | '$bin/curate-filter' -q -r c4_quality >two.jsonl &&
	'$bin/curate-filter' -q -r gopher_quality -r c4_quality <in.jsonl | cmp - two.jsonl"
cat >annotate.yaml <<'EOF'
curate: 1
stages:
  - gopher_quality: {mode: annotate}
EOF
"$bin/curate-filter" annotate.yaml -q <in.jsonl >annotated.jsonl
check "annotate keeps every record and writes the verdict" python3 - <<'EOF'
import json
kept = {json.loads(l)["id"] for l in open("kept.jsonl")}
rows = [json.loads(l) for l in open("annotated.jsonl")]
source = [json.loads(l) for l in open("in.jsonl")]
assert len(rows) == len(source)
for a, b in zip(rows, source):
    verdict = a.pop("curate")["gopher_quality"]
    assert a == b and verdict["keep"] == (b["id"] in kept)
    assert verdict["keep"] or verdict["why"]
EOF
sed 's/annotate/shadow/' annotate.yaml >shadow.yaml
"$bin/curate-filter" shadow.yaml <in.jsonl >shadowed.jsonl 2>stderr
check "shadow changes nothing and counts" bash -c 'cmp in.jsonl shadowed.jsonl && grep -q gopher_short_doc stderr'
cat >edit.yaml <<'EOF'
curate: 1
stages:
  - c4_quality: {mode: shadow}
EOF
"$bin/curate-filter" edit.yaml -q <in.jsonl >edited.jsonl
check "shadow takes edits back" cmp in.jsonl edited.jsonl
id=$(zstd -dcq dropped.jsonl.zst | head -1 | python3 -c 'import json,sys; print(json.loads(sys.stdin.readline())["id"])')
check "--explain says what was measured and why it was dropped" says 'gopher_quality: drops it: gopher_' "$bin/curate-filter" -q -r gopher_quality -i in.jsonl --explain "$id"
check "--explain of an unknown id is exit 3" exits 3 "$bin/curate-filter" -q -r gopher_quality -i in.jsonl --explain nobody
sample=$top/tests/data/sample
check "--explain of a whole-corpus stage says whom to ask" says 'minhash: its verdict needs the whole corpus: .*--why' \
	"$bin/curate-filter" full -q -i "$sample" --explain sample-090
check "and goes on with the stages behind it, whatever folder they choose" says '^meco: 1 edits' "$bin/curate-filter" full -q -i "$sample" --explain sample-090
check "otherwise such a stage is exit 2" exits 2 "$bin/curate-filter" full -q -i "$sample"
check "--list-stages names parameters and defaults" says 'min_doc_words.*default 50' "$bin/curate-filter" --list-stages
"$bin/curate-filter" -q -r gopher_quality -o /dev/null --log /dev/stdout <in.jsonl >log2.jsonl
check "/dev/stdout and /dev/null are written to, not replaced" test -L /dev/stdout -a -c /dev/null -a "$(wc -l <log2.jsonl)" = 600
check "--help fits a screen and says the version's name" says 'usage: curate-filter' "$bin/curate-filter" --help
python3 - <<'EOF'
import json
with open("nested.jsonl", "w") as f:
    for l in open("in.jsonl"):
        r = json.loads(l)
        f.write(json.dumps({"doc": {"body": r["text"], "no": r["id"]}, "text": 5}) + "\n")
EOF
"$bin/curate-filter" -q -r gopher_quality --text doc.body --id doc.no <nested.jsonl >nested.out
check "dotted paths find text and id" test "$(wc -l <nested.out)" = "$(wc -l <kept.jsonl)"
check "an unknown codec is exit 2" exits 2 "$bin/curate-filter" -q -r pii -i in.jsonl -o x.jsonl --codec lz4
check "two outputs in one file are exit 2" exits 2 "$bin/curate-filter" -q -r pii -i in.jsonl -o x.jsonl --log ./x.jsonl --log x.jsonl
check "a route into another output is exit 2" exits 2 "$bin/curate-filter" -q -r pii -i in.jsonl -o x.jsonl --log y.jsonl --route main=y.jsonl
check "two routes in one file are exit 2" exits 2 "$bin/curate-filter" -q -r pii -i in.jsonl -o x.jsonl --route main=y.jsonl --route rest=y.jsonl
cp in.jsonl self.jsonl
check "an output that is an input is exit 2" exits 2 "$bin/curate-filter" -q -r pii -i self.jsonl -o ./self.jsonl
check "and stays as it was" cmp in.jsonl self.jsonl
check "a broken pipe ends it quietly" bash -c "yes '{\"text\":\"x\"}' | head -100000 | '$bin/curate-filter' -q | head -1 >/dev/null; [ \${PIPESTATUS[2]} -ge 128 ] || [ \${PIPESTATUS[2]} = 4 ] || [ \${PIPESTATUS[2]} = 0 ]"
finish
