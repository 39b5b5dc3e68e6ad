#!/usr/bin/env bash
# Dedup over a folder: what is dropped and for whom, the same from any threads, memory, tasks and kills.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

# COUNT documents in SHARDS files; a third are copies of earlier ones, some whole, some with words changed.
make_corpus() { # folder count shards seed
	mkdir -p "$1"
	python3 - "$@" <<'PY'
import json, random, sys
folder, count, shards, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
rng = random.Random(seed)
words = ["".join(rng.choice("abcdefghijklmnop") for _ in range(6)) for _ in range(4000)]
files = [open(f"{folder}/{k}.jsonl", "w") for k in range(shards)]
texts = []
for i in range(count):
    if texts and rng.random() < 0.33:
        text = list(rng.choice(texts))
        for _ in range(rng.choice([0, 0, 1, 2, 5, 20])):
            text[rng.randrange(len(text))] = rng.choice(words)
    else:
        text = [rng.choice(words) for _ in range(rng.randint(120, 260))]
        texts.append(text)
    if i % 50 == 0:
        text = ["tiny", str(i % 100)]
    json.dump({"id": f"{seed}-{i}", "url": f"http://www.Example.org/{i % 700}?utm_source={i}", "text": " ".join(text) + " .",
               "date": f"20{i % 23:02d}-01-02", "score": (i * 7919) % 1000}, files[i % shards])
    files[i % shards].write("\n")
PY
}
make_corpus in 3000 5 1
cat >groups.py <<'PY'
"""Prints each cluster as a sorted line of ids; with "survivors", the ids that stay."""
import json, subprocess, sys, glob, os
source, out, what = sys.argv[1:4]
stage = sys.argv[4] if len(sys.argv) > 4 else "minhash"
groups, stay = {}, []
for path in sorted(glob.glob(source + "/*.jsonl")):
    name = os.path.basename(path)
    log = subprocess.run(["zstd", "-dcq", f"{out}/log/{name}.zst"], capture_output=True).stdout.decode().splitlines()
    records = [json.loads(line) for line in open(path)]
    assert len(log) == len(records)
    for record, line in zip(records, map(json.loads, log)):
        note = line.get("notes", {}).get(stage, {})
        if note:
            groups.setdefault(note.get("dup_of", record["id"]), set()).add(record["id"])
            assert line["keep"] == ("dup_of" not in note)
            assert note["size"] >= 2
        if line["keep"]:
            stay.append(record["id"])
for survivor, members in groups.items():
    assert survivor in members and survivor in stay, survivor
print("\n".join(sorted(stay) if what == "survivors" else sorted(" ".join(sorted(g)) for g in groups.values())))
PY
dedup() { "$bin/curate-dedup" -q "$@"; }
groups() { python3 groups.py "$@"; }

dedup -i in -o one -j1
check "a run drops duplicates and keeps the layout" test -s one/0.jsonl.zst -a -s one/log/4.jsonl.zst
groups in one clusters >clusters.one
check "clusters are found, each with a survivor that stays" test "$(wc -l <clusters.one)" -gt 300
check "every exact copy is dropped" bash -c "zstd -dcq one/*.jsonl.zst | python3 -c 'import sys, json; t = [json.loads(l)[\"text\"] for l in sys.stdin]; assert len(t) == len(set(t)) > 1500'"
dedup -i in -o threads -j8
check "-j8 gives the bytes of -j1" same one threads
dedup -i in -o little -j2 --mem 96M --max-record 1M
check "little memory gives the same bytes" same one little

# Steps and tasks.
check "exit 6: match before sketch" exits 6 dedup match -i in -o steps
dedup sketch -i in -o steps --task 0/2
check "exit 6: match while a sketch task is missing" exits 6 dedup match -i in -o steps
dedup sketch -i in -o steps --task 1/2
dedup match -i in -o steps --task 0/3
check "exit 6: cluster while match tasks are missing, and names a file" says '[0-9]+ of 15 files missing.*\.edge' \
	"$bin/curate-dedup" cluster -i in -o steps
check "exit 6: apply before cluster" exits 6 dedup apply -i in -o steps
dedup match -i in -o steps --task 2/3
dedup match -i in -o steps --task 1/3
dedup cluster -i in -o steps
dedup apply -i in -o steps --task 1/2
dedup apply -i in -o steps --task 0/2
check "steps and tasks give the bytes of one run" same one steps

for _ in 1 2 3 4; do dedup -i in -o together -j2 2>/dev/null & done
wait
dedup -i in -o together
check "four processes at the same work at once, and a rerun, give the bytes of one" same one together

# Damage between the steps.
dedup sketch -i in -o damaged
dedup match -i in -o damaged
edge=$(find damaged/_curate -name '003-*.edge')
truncate -s -1 "$edge"
check "exit 6: an intermediate file that was cut short" exits 6 dedup cluster -i in -o damaged
dedup match -i in -o damaged
sketch=$(find damaged/_curate -name '000002.sketch')
printf 'x' | dd of="$sketch" bs=1 seek=400 conv=notrunc status=none
check "exit 6: an intermediate file with one other byte" exits 6 dedup match -i in -o damaged

# Kill -9 at any moment.
make_corpus big 6000 8 2
dedup -i big -o once
for _ in $(seq 12); do
	"$bin/curate-dedup" -q -i big -o killed -j2 & # not the function: its shell would be what dies
	pid=$!
	sleep "0.$((RANDOM % 40 + 10))"
	kill -9 $pid
	wait $pid
done 2>/dev/null
dedup -i big -o killed
check "12 kills and a rerun give the bytes of one run" same once killed

# The order of the shards.
mkdir turned
for k in 0 1 2 3 4; do cp in/$k.jsonl turned/$(((k * 3 + 2) % 5)).jsonl; done
dedup -i turned -o turned.out
groups turned turned.out clusters >turned.clusters
check "shards in another order: the same clusters" cmp clusters.one turned.clusters
for keep in longest best:score; do
	dedup -i in -o straight.out --force --keep $keep --set output.level=1
	dedup -i turned -o turned.out --force --keep $keep --set output.level=1
	groups in straight.out clusters >a
	groups turned turned.out clusters >b
	check "shards in another order, --keep $keep: the same clusters" cmp a b
done
check "--keep best: no dropped document had a better score" python3 - <<'PY'
import glob, json, subprocess
score, best = {}, {}
for path in sorted(glob.glob("in/*.jsonl")):
    for line in open(path):
        d = json.loads(line)
        score[d["id"]] = d["score"]
for path in sorted(glob.glob("in/*.jsonl")):
    log = subprocess.run(["zstd", "-dcq", "straight.out/log/" + path[3:] + ".zst"], capture_output=True).stdout
    for line, text in zip(open(path), log.decode().splitlines()):
        note = json.loads(text).get("notes", {}).get("minhash", {})
        if "dup_of" in note:
            best[note["dup_of"]] = max(best.get(note["dup_of"], 0), score[json.loads(line)["id"]])
assert len(best) > 300 and all(score[k] >= v for k, v in best.items())
PY

# True Jaccard.
dedup -i in -o verified --verify 0.6
check "--verify 0.6: every dropped document is that alike to its survivor, and no kept pair of a cluster is" \
	python3 - <<'PY'
import glob, json, subprocess
def shingles(text):
    w = text.replace(".", "").split()
    return {tuple(w[i:i + 5]) for i in range(len(w) - 4)}
def jaccard(a, b):
    return len(a & b) / len(a | b) if a | b else 1
text, kept, n = {}, {}, 0
notes = []
for path in sorted(glob.glob("in/*.jsonl")):
    log = subprocess.run(["zstd", "-dcq", "verified/log/" + path[3:] + ".zst"], capture_output=True).stdout
    for line, entry in zip(open(path), log.decode().splitlines()):
        d = json.loads(line)
        text[d["id"]] = shingles(d["text"])
        notes.append((d["id"], json.loads(entry).get("notes", {}).get("minhash", {})))
for name, note in notes:
    if "dup_of" in note:
        j = jaccard(text[name], text[note["dup_of"]])
        assert j >= 0.6 and abs(j - note["similarity"]) < 0.001, (name, note, j)
        n += 1
assert n > 500, n
PY

# Other corpora and times.
make_corpus new 1000 2 1
dedup -i in -o first --index-out idx/first
dedup -i new -o second --against idx/first --index-out idx/second
check "--against: what the index holds is dropped and its old document named" \
	bash -c "zstd -dcq second/log/*.zst | grep -c '\"dup_of\":\"1-' | grep -qx 1000"
make_corpus third 1000 2 3
cat in/0.jsonl >>third/0.jsonl
dedup -i third -o third.out --against idx/first --against idx/second --against-only
check "--against two indexes, --against-only: what they hold drops (600 and 20 short texts), nothing else" \
	test "$(zstd -dcq third.out/log/*.zst | grep -c '"dup_of":"1-')" = 620 -a "$(zstd -dcq third.out/log/*.zst | grep -c dup_of)" = 620
mkdir idx/changing
cp idx/first/* idx/changing/
dedup -i third -o changed --against idx/changing --against-only
cp idx/second/* idx/changing/
dedup -i third -o changed --against idx/changing --against-only
dedup -i third -o fresh --against idx/second --against-only
check "an index that changed in place: a finished run is redone with what it says now" \
	bash -c "! cmp -s <(zstd -dcq changed/log/0.jsonl.zst) <(zstd -dcq third.out/log/0.jsonl.zst) && diff -r --exclude=_curate changed fresh"
rm idx/changing/000001.sketch
check "exit 3: an index that lost a file" exits 3 dedup -i third -o changed --against idx/changing --against-only
truncate -s -1 idx/first/index
check "exit 3: an index that is not whole" exits 3 dedup -i third -o x --against idx/first
check "exit 6: an index made with other settings" exits 6 dedup -i third -o y --against idx/second --rows 7

# Exact and URL.
dedup -i in -o exact --kind exact
check "exact: one of each text stays" bash -c "zstd -dcq exact/*.jsonl.zst | python3 -c '
import sys, json, glob
t = [json.loads(l)[\"text\"] for l in sys.stdin]
every = {json.loads(l)[\"text\"] for f in glob.glob(\"in/*\") for l in open(f)}
assert len(t) == len(set(t)) and set(t) == every'"
dedup -i in -o url --kind url
check "url: one of each address stays, whatever its tracking parameters" test "$(zstd -dcq url/*.jsonl.zst | wc -l)" = 700
dedup -i in -o field --kind exact --of field --field date --keep best:score
check "exact of a field: one of each value stays, the best" test "$(zstd -dcq field/*.jsonl.zst | wc -l)" = 23
dedup -i in -o newest --kind url --keep newest
check "newest: the latest date stays" python3 - <<'PY'
import glob, json, subprocess
most = {}
for path in glob.glob("in/*.jsonl"):
    for line in open(path):
        d = json.loads(line)
        key = d["url"].split("?")[0]
        most[key] = max(most.get(key, ""), d["date"])
for path in glob.glob("newest/*.zst"):
    for line in subprocess.run(["zstd", "-dcq", path], capture_output=True).stdout.decode().splitlines():
        d = json.loads(line)
        assert d["date"] == most[d["url"].split("?")[0]]
PY

# Short texts.
short() { zstd -dcq "$1"/*.jsonl.zst | grep -c '"text": "tiny'; }
check "short texts: exact copies drop" test "$(short one)" = 2
dedup -i in -o keep --short keep
check "short texts: all stay" test "$(short keep)" = 60
dedup -i in -o drop --short drop
check "short texts: all drop" test "$(short drop)" = 0

# Parts of texts.
mkdir parts
python3 - <<'PY'
import json, random
rng = random.Random(5)
lines = [" ".join(rng.choice("red blue green brown heavy light river stone cloud window paper".split()) for _ in range(8)).capitalize() + "." for _ in range(300)]
for k in range(3):
    with open(f"parts/{k}.jsonl", "w") as f:
        for i in range(100):
            text = "\n".join(["Menu", rng.choice(lines), "", rng.choice(lines).upper() + " ", "Only here " + "abc"[k] + chr(97 + i // 10) + chr(97 + i % 10) + ": " + rng.choice(lines), rng.choice(lines)])
            f.write(json.dumps({"id": f"{k}-{i}", "text": text}) + "\n")
PY
dedup -i parts -o lines --kind lines -j1
check "lines: each stays once, where it came first; short ones stay" python3 - <<'PY'
import glob, json, subprocess
seen, n = set(), 0
for path in sorted(glob.glob("parts/*.jsonl")):
    out = subprocess.run(["zstd", "-dcq", "lines/" + path[6:] + ".zst"], capture_output=True).stdout.decode().splitlines()
    for was, now in zip(map(json.loads, open(path)), map(json.loads, out)):
        left = []
        for line in was["text"].split("\n"):
            key = "".join(c for c in line.lower() if c.isalpha() or c == " ").split()
            key = tuple("0" if w.isdigit() else w for w in key)
            if len(key) < 5 or "here" in key or key not in seen:
                left.append(line)
            seen.add(key)
        assert now["text"] == "\n".join(left), (now["text"], left)
        n += len(left)
assert n < 1700
PY
dedup -i parts -o lines8 --kind lines -j8
check "lines: -j8 gives the bytes of -j1" same lines lines8
"$bin/curate-replay" -q lines -i parts -o lines.again
check "lines: the log gives the same records again" bash -c 'for k in 0 1 2; do cmp <(zstd -dcq lines/$k.jsonl.zst) <(zstd -dcq lines.again/$k.jsonl.zst) || exit 1; done'
dedup -i parts -o paragraphs --kind lines --set line_dedup.unit=paragraph --set line_dedup.min_left=12
check "paragraphs: whole ones leave, and documents with too little left" bash -c 'zstd -dcq paragraphs/*.zst | python3 -c "
import sys, json
n = [len(json.loads(l)[\"text\"].split()) for l in sys.stdin]
assert 100 < len(n) <= 300 and min(n) >= 12, (len(n), min(n))"'
dedup -i parts -o sentences --kind sentences --set sentence_dedup.n_sentences=1 --set sentence_dedup.min_doc_words=10 -j2
"$bin/curate-replay" -q sentences -i parts -o sentences.again
check "sentences: edits are in the log and replay to the same records" \
	bash -c 'for k in 0 1 2; do cmp <(zstd -dcq sentences/$k.jsonl.zst) <(zstd -dcq sentences.again/$k.jsonl.zst) || exit 1; done
	zstd -dcq sentences/log/*.zst | grep -q "\"sentence_dedup\",\"put\""'

# The Bloom filter.
dedup -i in -o bloom -k bloom -j1
dedup -i in -o bloom8 -k bloom -j8
check "bloom: -j8 gives the bytes of -j1" same bloom bloom8
check "bloom: what is dropped shares four fifths of its n-grams with documents before it, and nothing else is" python3 - <<'PY'
import json, glob, subprocess
seen, shards, wrong, n = set(), sorted(glob.glob("in/*.jsonl")), 0, 0
for path in shards:
    log = subprocess.run(["zstd", "-dcq", "bloom/log/" + path[3:] + ".zst"], capture_output=True).stdout.decode().splitlines()
    for line, entry in zip(open(path), log):
        w = json.loads(line)["text"].replace(".", "").split()
        grams = [tuple(w[i:i + 13]) for i in range(len(w) - 12)]
        old = sum(g in seen for g in grams) / len(grams) > 0.8 if grams else False
        seen.update(grams)
        n += old
        wrong += old == json.loads(entry)["keep"]
assert n > 500 and wrong == 0, (n, wrong)
PY
check "bloom: exit 5 when the filter does not fit" exits 5 dedup -i in -o nofit -k bloom --mem 80M --max-record 1M \
	--set bloom_dedup.method=compat --set bloom_dedup.m_bytes=100M

check "curve prints the chances of the settings" says '0.80 +0.92' "$bin/curate-dedup" curve
check "--threshold prints the S-curve of what it picked" says 'half of the pairs are found at Jaccard 0.8' \
	"$bin/curate-dedup" -i in -o threshold --threshold 0.8
check "selftest: planted copies are found as the S-curve says" exits 0 \
	dedup selftest -i in -o planted
check "selftest --verify: none is dropped for an unlike one" says ' 0 of them \(0.00 %\) for a survivor' \
	"$bin/curate-dedup" selftest -i in -o planted.verified --verify 0.7 --rows 4 --bands 20
check "exit 2: an option of another kind" exits 2 dedup -i in -o x --kind url --rows 3
check "exit 2: an unknown step" exits 2 dedup merge -i in -o x
finish
