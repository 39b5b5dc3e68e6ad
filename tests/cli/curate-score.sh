#!/usr/bin/env bash
# curate-score: every part, on made-up documents and models trained here.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
score="$bin/curate-score"

make_docs 800 3 >in.jsonl
python3 - <<'EOF' # half of them become boilerplate, labelled
import json
docs = [json.loads(l) for l in open("in.jsonl")]
with open("docs.jsonl", "w") as f, open("labels.jsonl", "w") as g:
    for i, d in enumerate(docs):
        if i % 2:
            d["text"] = "Buy cheap shoes online.\nFree shipping on item %d __label__1 </s> today" % i
        f.write(json.dumps(d) + "\n")
        g.write(json.dumps({"id": d["id"], "label": str(1 - i % 2)}) + "\n")
EOF

# apply
"$score" -q --score quality --label hq -i docs.jsonl -o scored.jsonl
check "the demo model tells prose from boilerplate" python3 - <<'EOF'
import json
rows = [json.loads(l)["curate"]["scores"]["quality"] for l in open("scored.jsonl")]
prose, rest = sorted(rows[::2]), sorted(rows[1::2])
assert len(rows) == 800 and prose[20] > rest[-20], (prose[20], rest[-20])
EOF
check "a pipe gives what files give" bash -c "'$score' apply -q --score quality --label hq <docs.jsonl | cmp - scored.jsonl"
check "1 thread gives what 8 give" bash -c "'$score' -q -j8 --score quality --label hq -i docs.jsonl | cmp - scored.jsonl"
check "the library gives the same scores" python3 - "$score" <<'EOF'
import json, subprocess, sys
out = subprocess.run([sys.argv[1], "-q", "--scorer", "library", "--score", "quality", "--label", "hq", "-i",
                      "docs.jsonl"], stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
for a, b in zip(out, open("scored.jsonl")):
    a, b = (json.loads(x)["curate"]["scores"]["quality"] for x in (a, b))
    assert abs(a - b) <= 1e-6, (a, b)
EOF
check "8 threads share the library too" bash -c "
	'$score' -q -j8 --scorer library -i docs.jsonl | cmp - <('$score' -q -j1 --scorer library -i docs.jsonl)"
check "--min drops what lies below" bash -c "
	'$score' -q --score quality --label hq --min 0.5 -i docs.jsonl | cmp - <(python3 -c '
import json
for line in open(\"scored.jsonl\"):
    if json.loads(line)[\"curate\"][\"scores\"][\"quality\"] >= 0.5:
        print(line, end=\"\")')"
check "--min without a label is a usage error" exits 2 "$score" -q --min 0.5 -i docs.jsonl
check "a model that is missing is named, exit 3" bash -c "
	'$score' -M nowhere.bin -i docs.jsonl >/dev/null 2>e; [ \$? = 3 ] && grep -q nowhere.bin e"

# train
"$score" train -q --labels labels.jsonl -i docs.jsonl -o a.bin --dim 4 --bucket 1000 --text-out text.txt
"$score" train -q --labels labels.jsonl -i docs.jsonl -o b.bin --dim 4 --bucket 1000
check "one thread trains the same model twice" cmp a.bin b.bin
check "positive documents come first, as in the reference" bash -c '
	[ $(head -400 text.txt | grep -c "^__label__1 ") = 400 ]'
check "label tokens and </s> are left out of the text" bash -c '
	! grep -q "__label__.*__label__" text.txt && ! grep -q "</s>" text.txt'
"$score" train -q --labels labels.jsonl -i docs.jsonl -o zero.bin --dim 4 --bucket 1000 --zero-eos
check "--zero-eos leaves </s> without weight" bash -c "
	'$score' inspect -M zero.bin --features 100000 | grep -qE '^ +[+-]0  </s>$'"
check "two models in one pass write two scores" bash -c "
	'$score' -q -M a=a.bin -M z=zero.bin --label 1 -i docs.jsonl | tail -1 | grep -q '\"a\":.*\"z\":'"
head -c 3000 a.bin >cut.bin
check "a truncated model is a clean error" bash -c "
	'$score' -M cut.bin -i docs.jsonl >/dev/null 2>e; [ \$? = 3 ] && grep -q 'cut.bin: not a usable' e"
check "training without labels is an error" exits 3 "$score" train -q --label-field none -i docs.jsonl -o none.bin
check "a model that cannot be written is exit 4" exits 4 "$score" train -q --labels labels.jsonl -i docs.jsonl -o nowhere/model.bin
check "a failed training leaves no model" bash -c '! ls none.bin* 2>/dev/null'

# threshold and select
mkdir shards
split -n l/3 -d --additional-suffix=.jsonl scored.jsonl shards/part-
"$score" threshold -q --score quality --top 25% shards/*.jsonl >t.json
check "threshold equals find_threshold.py" python3 - <<'EOF'
import json
rows = [json.loads(l) for l in open("scored.jsonl")]
rows.sort(key=lambda r: -r["curate"]["scores"]["quality"])
total, sum_ = sum(len(r["text"]) for r in rows), 0
for r in rows:
    sum_ += len(r["text"])
    if sum_ > 0.25 * total:
        break
want = r["curate"]["scores"]["quality"]
assert json.load(open("t.json"))["threshold"] == want
EOF
check "an approximate threshold is within its error" python3 - "$score" <<'EOF'
import json, subprocess, sys
out = json.loads(subprocess.run([sys.argv[1], "threshold", "-q", "--score", "quality", "--top", "25%",
                                 "--approximate", "5%", "scored.jsonl"], stdout=subprocess.PIPE, check=True).stdout)
rows = [json.loads(l) for l in open("scored.jsonl")]
above = sum(len(r["text"]) for r in rows if r["curate"]["scores"]["quality"] >= out["threshold"])
total = sum(len(r["text"]) for r in rows)
assert out["weight"] == total and abs(above - 0.25 * total) <= 0.05 * total + 2000, out
EOF
sel() { "$score" select -q --no-progress -i shards --score quality "$@"; }
sel -o top1 --top 25% -j1
sel -o top8 --top 25% -j8
check "select gives the same bytes with any number of threads" same top1 top8
check "what is kept reaches the threshold, all of it" bash -c '
	zstd -dcq top1/*.jsonl.zst | python3 -c "
import json, sys
limit = json.load(open(\"t.json\"))[\"threshold\"]
kept = {json.loads(l)[\"id\"] for l in sys.stdin}
want = {r[\"id\"] for r in map(json.loads, open(\"scored.jsonl\")) if r[\"curate\"][\"scores\"][\"quality\"] >= limit}
assert kept == want, (len(kept), len(want))"'
sel -o rest --top 25% --inverse true
check "inverse keeps the others" bash -c '
	cat <(zstd -dcq top1/*.zst) <(zstd -dcq rest/*.zst) | sort | cmp - <(sort scored.jsonl)'
sel -o parts --buckets 10%,50%,100%
check "buckets go to folders and lose nothing" bash -c '
	cat parts/top_*/*.zst | zstd -dcq | sort | cmp - <(sort scored.jsonl) &&
	[ "$(ls -d parts/top_*)" = "$(printf "parts/top_%s\n" 10 100 50)" ]'
sel -o band --top 50% --from 10%
check "a band is a bucket" bash -c 'zstd -dcq band/*.zst | cmp - <(zstd -dcq parts/top_50/*.zst)'
sel -o exact --amount 100 --weight documents --ties order
check "ties: order never keeps more than asked for" bash -c '[ $(zstd -dcq exact/*.zst | wc -l) = 100 ]'
sel -o quota --top 100% --weight documents --domain-max 50 --ties order
check "a domain keeps no more than its quota" bash -c '[ $(zstd -dcq quota/*.zst | wc -l) = 50 ]'
sel -o sketch --top 25% --approximate 1%
check "an approximate selection keeps about as much" bash -c '
	a=$(zstd -dcq top1/*.zst | wc -c) b=$(zstd -dcq sketch/*.zst | wc -c); [ $((b * 100 / a)) -ge 90 ] && [ $((b * 100 / a)) -le 110 ]'
check "two ways to choose are refused" exits 2 sel -o no --top 10% --amount 5

# strength and label
printf '{"id":"a","total_loss":3}\n{"id":"b","total_loss":1}\n{"id":"c","total_loss":2}\n{"id":"d","total_loss":2}\n' >weak.jsonl
printf '{"id":"a","total_loss":2}\n{"id":"b","total_loss":2}\n{"id":"c","total_loss":2}\n' >strong.jsonl
"$score" strength -l w=weak.jsonl -l s=strong.jsonl -a w=1 -a s=2 >strength.jsonl 2>e
check "strength: strict, and documents without every loss are counted" bash -c '
	printf "%s\n" "{\"id\":\"a\",\"agree\":1,\"pairs\":1,\"strength\":1}" "{\"id\":\"b\",\"agree\":0,\"pairs\":1,\"strength\":0}" "{\"id\":\"c\",\"agree\":0,\"pairs\":1,\"strength\":0}" | cmp - strength.jsonl &&
	grep -q "1 of them without" e'
check "label: as many negative as positive, the first of the weakest" bash -c "
	'$score' label -q <strength.jsonl | cmp - <(printf '%s\n' '{\"id\":\"a\",\"label\":\"1\",\"strength\":1}' '{\"id\":\"b\",\"label\":\"0\",\"strength\":0}')"
check "a loss file of an unknown model is a usage error" exits 2 "$score" strength -q -l x=weak.jsonl -a w=1 -a s=2

gzip -c scored.jsonl | head -c 9000 >cut.jsonl.gz
check "a damaged shard counts up to the damage, or stops" bash -c "
	'$score' threshold --score quality --top 10% cut.jsonl.gz 2>e >cut.json && grep -q 'what stands before it was read' e &&
	grep -q '\"documents\":[1-9]' cut.json && ! '$score' threshold -q --score quality --top 10% --on-corrupt stop cut.jsonl.gz"
check "what is read once cannot skip a damaged shard" exits 2 "$score" threshold --score quality --top 10% --on-corrupt skip cut.jsonl.gz

# inspect
check "inspect as JSON accounts for every document" bash -c "
	'$score' inspect --score quality --top 25% --json scored.jsonl | python3 -c '
import json, sys
d = json.load(sys.stdin)
assert d[\"documents\"] == sum(d[\"histogram\"]) == sum(x[\"documents\"] for x in d[\"domains\"]) == 800
assert d[\"best\"][0][\"score\"] == d[\"most\"] and d[\"worst\"][0][\"score\"] == d[\"least\"]'"
check "inspect shows which words speak for a label" bash -c "
	'$score' inspect -M a.bin --label 0 --features 9 | head -10 | grep -q shipping"

# loss
cat >server.py <<'EOF'
import json
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def log_message(self, *args): pass
    def do_POST(self):
        q = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        n = len(q["prompt"].split(" "))
        bad = "BAD" in q["prompt"]
        body = json.dumps({"error": "no"} if bad else
                          {"choices": [{"logprobs": {"token_logprobs": [None] + [-0.5] * (n - 1)}}]}).encode()
        self.send_response(400 if bad else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
server = HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
EOF
python3 server.py >port &
server=$!
for _ in $(seq 50); do [ -s port ] && break; sleep 0.1; done
url="http://127.0.0.1:$(cat port)/v1"
printf '{"id":"a","text":"one two three"}\n{"id":"b","text":"BAD"}\n{"id":"c","text":"é è"}\n' >ask.jsonl
check "loss: one refused document leaves the others, exit 1" exits 1 bash -c "'$score' loss -q -u '$url' -M m <ask.jsonl >loss.jsonl"
check "loss: rows in input order, nats summed" python3 - <<'EOF'
import json, math
rows = [json.loads(l) for l in open("loss.jsonl")]
assert [(r["id"], r["Model"], r["total_loss"], r["tokens"], r["chars"]) for r in rows] == \
    [("a", "m", 1, 2, 13), ("c", "m", 0.5, 1, 3)], rows
assert abs(rows[0]["bpc"] - 1 / 13 / math.log(2)) < 1e-12
EOF
check "loss: documents that are there are not asked again" bash -c "
	'$score' loss -u '$url' -M m --have loss.jsonl <ask.jsonl 2>e >more.jsonl; grep -q '2 were there already' e && [ ! -s more.jsonl ]"
kill "$server"
wait "$server" 2>/dev/null
check "loss: a server that is gone is exit 3" exits 3 "$score" loss -q -u "$url" -M m --retries 0 -i ask.jsonl

# surface
check "no such part is a usage error" exits 2 "$score" nothing
check "every part has help" bash -c "
	for part in apply select threshold inspect loss strength label train; do '$score' \$part --help | grep -q '^usage: curate-score' || exit 1; done"
check "a score that no document has is named" says "no document has the score 'nope'" "$bin/curate-score" select -q -i scored.jsonl -o nope --score nope --top 10%
finish
