#!/usr/bin/env bash
# curate-tag: prefixes, the way back, and a split that nothing moves.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

tag=$bin/curate-tag
make_docs 3000 1 >all.jsonl
python3 - <<'EOF'
import json, os, random
rnd = random.Random(4)
hosts = ["www.big.org", "big.org:8080", "News.Example.co.uk", "small.net", "rare1.io", "rare2.io"]
weights = [50, 20, 15, 10, 1, 1]
docs = [json.loads(l) for l in open("all.jsonl")]
for d in docs:
    if rnd.random() < 0.95:
        d["url"] = "https://%s/p/%d" % (rnd.choices(hosts, weights)[0], rnd.randrange(10**6))
    else:
        d.pop("url", None)
    d["q"] = rnd.random() ** 2
    d["date"] = "20%02d-01-02" % rnd.randrange(25)
def write(name, docs):
    with open(name, "w") as f:
        for d in docs:
            f.write(json.dumps(d, ensure_ascii=rnd.random() < 0.5) + "\n")
write("all.jsonl", docs)
for folder, shards in (("in", 4), ("other", 7)):
    os.mkdir(folder)
    order = docs[:] if folder == "in" else random.Random(9).sample(docs, len(docs))
    for i in range(shards):
        write("%s/s%d.jsonl" % (folder, i), order[i::shards])
EOF
cat in/*.jsonl >in.jsonl

# --- as a filter
"$tag" -q <in.jsonl >tagged.jsonl
check "the text begins with the prefix, and its size is written down" python3 - <<'EOF'
import json, re
for a, b in zip(open("in.jsonl"), open("tagged.jsonl")):
    a, b = json.loads(a), json.loads(b)
    if "url" not in a:
        assert a == b
        continue
    prefix = "URL: " + re.sub(r"https?://", "", a["url"]).split("/")[0] + "\n\n"
    mark = b.pop("curate")["meco"]
    assert mark == {"prefix_bytes": len(prefix.encode()), "prefix_chars": len(prefix)}
    assert b.pop("text") == prefix + a.pop("text") and a == b
EOF
"$tag" -q <tagged.jsonl >twice.jsonl
check "a tagged record is not tagged again" cmp tagged.jsonl twice.jsonl
check "with another template neither" bash -c "'$tag' -q -t 'X {id} ' <tagged.jsonl | grep -c '\"X ' | grep -qx '$(grep -vc '"url"' in.jsonl)'"
check "untag gives the source back" bash -c "'$tag' -q --untag <tagged.jsonl | cmp - in.jsonl"
"$tag" -q --place field <in.jsonl >field.jsonl
check "a prefix in its own field leaves the text alone" python3 - <<'EOF'
import json
for a, b, c in zip(open("in.jsonl"), open("tagged.jsonl"), open("field.jsonl")):
    a, b, c = json.loads(a), json.loads(b), json.loads(c)
    prefix = c.get("curate", {}).get("meco", {}).get("prefix", "")
    assert a["text"] == c["text"] and b["text"] == prefix + a["text"]
EOF
check "untag takes that away too" bash -c "'$tag' -q --untag <field.jsonl | cmp - in.jsonl"
check "a missing field is exit 3 where it is an error" exits 3 "$tag" -q --missing error -i in.jsonl -o /dev/null
check "any field of the record" says '^{"text":"7 a.b true' bash -c "echo '{\"text\":\"x\",\"m\":{\"n\":7,\"h\":\"a.b\"},\"t\":true}' | '$tag' -q -t '{m.n} {m.h} {t} '"
check "address and date lie where the user says" says '^{"t":"a.b 1999x' bash -c "echo '{\"t\":\"x\",\"m\":{\"u\":\"http://a.b/\",\"d\":\"1999-01-01\"}}' | '$tag' -q -f t --url m.u --date m.d -t '{host} {date.year}'"
check "a template with a mistake is exit 2" exits 2 "$tag" -q -t '{host' -i in.jsonl
check "a positional is exit 2" exits 2 "$tag" -q in.jsonl
check "a cooldown without a place to go is exit 2" exits 2 "$tag" -q --cooldown 10% -i in.jsonl -o out.jsonl
"$tag" -q --cooldown 25% --cooldown-to cool.jsonl -i in.jsonl -o main.jsonl
check "a filter can split, too" bash -c "'$tag' -q --untag <main.jsonl | cat - cool.jsonl | sort | cmp - <(sort in.jsonl)"
"$tag" -q --rate 0.3 <in.jsonl >rated.jsonl
check "--rate tags a share" python3 - <<'EOF'
marks = sum('"prefix_bytes"' in l for l in open("rated.jsonl"))
assert 0.25 * 2850 < marks < 0.35 * 2850, marks
EOF

# --- over folders
# shellcheck disable=SC2317
ids() { zstd -dcq "$@" | python3 -c 'import json, sys
for l in sys.stdin.buffer.read().split(b"\n"):
    if l: print(json.loads(l)["id"])' | sort; }
"$tag" -q -i in -o a -j1
"$tag" -q -i in -o b -j8
check "-j1 and -j8 give the same bytes" bash -c 'diff -r a/main b/main && diff -r a/cooldown b/cooldown'
"$tag" -q --untag -i a/main -o plain
check "main and cooldown are the input, each record once" bash -c '
	cat plain/*.zst a/cooldown/*.zst | zstd -dcq | sort | cmp - <(sort in.jsonl)'
check "the cooldown side is plain" bash -c '! zstd -dcq a/cooldown/*.zst | grep -q prefix_bytes'
"$tag" -q -i other -o c
check "other shards in another order move nothing" bash -c "$(declare -f ids); cmp <(ids a/cooldown/*.zst) <(ids c/cooldown/*.zst) && cmp <(ids a/main/*.zst) <(ids c/main/*.zst)"
"$tag" -q -i in -o seeded --seed 5
check "another seed is another split" bash -c "$(declare -f ids); ! cmp -s <(ids a/cooldown/*.zst) <(ids seeded/cooldown/*.zst)"
check "the output folder is whole" "$bin/curate-check" -q a
"$bin/curate-replay" a -i in -o replayed -q
check "source and log give the same bytes" bash -c 'diff -r a/main replayed/main && diff -r a/cooldown replayed/cooldown'
"$bin/curate-replay" a -i in -o without --without meco -q
check "without the stage they give the input" bash -c 'zstd -dcq without/*.zst | cmp - in.jsonl'
"$tag" -q --untag -i a/main -o untagged
"$bin/curate-replay" untagged -i a/main -o reuntagged -q
check "untagging can be replayed" bash -c 'for f in untagged/*.zst; do cmp "$f" "reuntagged/${f##*/}" || exit 1; done'

# --- what needs the whole corpus
known='{authority|known}: '
"$tag" -q -i in -o rare -t "$known" --unknown-below 100 --cooldown 0
"$tag" -q --count '{authority}' -i in >counts
check "counts are sorted, most frequent first" bash -c 'sort -t"$(printf "\t")" -k2,2nr -k1,1 counts | cmp - counts && test "$(cut -f2 counts | paste -sd+ | bc)" = "$(grep -c "\"url\"" in.jsonl)"'
for f in in/*.jsonl; do "$tag" -q -t "$known" --counts counts --unknown-below 100 <"$f"; done >by_file.jsonl
check "rare keys become unknown, counted or from a file alike" bash -c 'zstd -dcq rare/*.zst | cmp - by_file.jsonl && grep -q "\"unknown: " by_file.jsonl && ! grep -q "\"rare1" by_file.jsonl'
"$tag" -q -i in -o top -t "$known" --top 1 --cooldown 0
check "--top keeps the most frequent" bash -c 'zstd -dcq top/*.zst | grep -o "\"text\": *\"[a-z.]*: " | sort -u | wc -l | grep -qx 2'
check "a filter cannot count first" exits 2 "$tag" -q -t "$known" --unknown-below 100 -i in.jsonl -o out.jsonl
"$tag" -q -i in -o quintiles -t '{q|q5} ' --cooldown 0
check "quantile buckets hold equal shares" python3 - <<'EOF'
import collections, glob, json, subprocess
lines = subprocess.run(["zstd", "-dcq"] + sorted(glob.glob("quintiles/*.zst")), stdout=subprocess.PIPE).stdout
docs = [json.loads(l) for l in lines.split(b"\n") if l]
bucket = [int(d["text"][0]) for d in docs]
assert collections.Counter(bucket) == {i: len(docs) // 5 for i in range(1, 6)}
assert [b for _, b in sorted((d["q"], b) for d, b in zip(docs, bucket))] == sorted(bucket)
EOF
for f in in/*.jsonl; do "$tag" -q -t '{q|q5} ' --buckets quintiles/_curate/stage-meco/buckets <"$f"; done >by_edges.jsonl
check "the edges that were found give the same buckets" bash -c 'zstd -dcq quintiles/*.zst | cmp - by_edges.jsonl'
for by in documents bytes tokens; do "$tag" -q -i in -o "by_$by" --cooldown 20% --cooldown-by "$by"; done
check "an exact share of documents, bytes or tokens" python3 - <<'EOF'
import glob, json, subprocess
weight = {"documents": lambda t: 1, "bytes": lambda t: len(t.encode()), "tokens": lambda t: len(t.split())}
source = [json.loads(l)["text"] for l in open("in.jsonl")]
for by, w in weight.items():
    lines = subprocess.run(["zstd", "-dcq"] + glob.glob("by_%s/cooldown/*.zst" % by), stdout=subprocess.PIPE).stdout
    cool = [json.loads(l)["text"] for l in lines.split(b"\n") if l]
    off = abs(sum(map(w, cool)) - 0.2 * sum(map(w, source)))
    assert off <= max(map(w, source)), (by, off)
EOF
"$tag" -q --shares -i a/main -i a/cooldown >shares.json
check "shares add up" python3 - <<'EOF'
import json
s, docs = json.load(open("shares.json")), [json.loads(l) for l in open("in.jsonl")]
assert s["documents"] == len(docs) == sum(i["documents"] for i in s["inputs"])
assert s["bytes"] == sum(len(d["text"].encode()) for d in docs)
assert s["tokens"] == sum(len(d["text"].split()) for d in docs)
assert s["without_url"]["documents"] == sum("url" not in d for d in docs)
assert s["tagged"]["documents"] + s["without_url"]["documents"] >= s["inputs"][0]["documents"]
assert s["host"]["top"][0]["key"] == "big.org" or s["host"]["top"][0]["key"] == "www.big.org"
assert s["domain"]["top"][0]["key"] == "big.org" and s["suffix"]["top"][0]["key"] == "org"
assert s["host"]["coverage"][-1]["documents"] == len(docs) - s["without_url"]["documents"]
EOF

# --- shares of chance on many documents of very different sizes
python3 - >many.jsonl <<'EOF'
import random
rnd = random.Random(3)
for i in range(100000):
    print('{"id":"d%d","text":"%s"}' % (i, "word " * max(1, int(rnd.lognormvariate(3, 1)))))
EOF
"$tag" -q --cooldown 10% --cooldown-to cool.many.jsonl --rate 0 -i many.jsonl -o main.many.jsonl
check "shares of documents, bytes and tokens are within 0.5 % of 100,000 documents" python3 - <<'EOF'
import json
texts = {n: [json.loads(l)["text"] for l in open(n + ".many.jsonl")] for n in ("main", "cool")}
for w in (lambda t: 1, len, lambda t: t.count(" ")):
    main, cool = (sum(map(w, texts[n])) for n in ("main", "cool"))
    assert abs(cool / (main + cool) - 0.1) < 0.005, cool / (main + cool)
assert len(texts["main"]) + len(texts["cool"]) == 100000
EOF

# --- training on it: the worked example of cmd/curate-tag.md, as it stands there
example=$(sed -n '/^```python/,/^```/p' "$top/cmd/curate-tag.md" | sed '/^```/d')
check "the documented example makes labels" bash -c "cd '$PWD' && mkdir -p example && ln -sfn ../a example/conditioned && cd example && python3 -c \"\$1\" | tee labels.out && grep -q 'main: ' labels.out" _ "$example"

# --- every record of the corpus
corpus=$shared/corpus/web
if [ -d "$corpus" ]; then
	keep=(--set input.keep_nul=true --set input.keep_empty=true)
	for f in "$corpus"/*; do
		case $f in *.gz) zcat "$f" ;; *) zstd -dcq "$f" ;; esac
	done >corpus.jsonl
	for place in text field; do
		check "untag(tag(x)) = x for every record of the corpus, prefix in the $place" bash -c "
			'$tag' -q ${keep[*]} --place $place --missing literal <corpus.jsonl | '$tag' -q ${keep[*]} --untag | cmp - corpus.jsonl"
	done
else
	echo "skip: no ../shared/corpus"
fi
check "a cooldown share without a place is exit 2" exits 2 "$tag" -q --cooldown 10% -i in.jsonl -o never.jsonl
check "an option that would do nothing is exit 2" exits 2 "$tag" -q --dry-run -i in.jsonl -o never.jsonl
check "and one for filters likewise" exits 2 "$tag" -q --log log.jsonl -i in.jsonl -o never
check "nothing was written by them" test ! -e never.jsonl -a ! -e never
finish
