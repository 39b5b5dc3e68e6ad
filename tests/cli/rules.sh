#!/usr/bin/env bash
# The rules together: properties that hold for any of them, on real documents where they are at hand.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

make_docs 400 3 >made.jsonl
for i in 1 2 3 4 5 6; do
	printf '{"id":"digits-%d","text":"The %d old bridges were built in 18%d by the river. ' "$i" "$i" "$i"
	printf 'He counted %d of them, and that was all."}\n' "$i"
done >>made.jsonl
if [ -d "$shared/corpus/web" ]; then
	shards=("$shared"/corpus/web/*)
	case ${shards[0]} in *.gz) unpack="gzip -dc" ;; *) unpack="zstd -dcq" ;; esac
	$unpack "${shards[0]}" | head -n 1200 >>made.jsonl
else
	echo "skip: no real documents in ../shared"
fi
mkdir in
mv made.jsonl in/docs.jsonl

recipe() { # name, then one stage a line on stdin
	{ echo 'curate: 1'; echo 'stages:'; sed 's/^/  - /'; } >"$1.yaml"
}
filter() { # recipe
	"$bin/curate-filter" "$1.yaml" -q -i in --log "$1.log" >"$1.jsonl"
}

judges="gopher_repetition gopher_quality fineweb_quality c4_paragraph"
recipe forward < <(tr ' ' '\n' <<<"$judges")
recipe backward < <(tr ' ' '\n' <<<"$judges" | tac)
recipe opinions < <(tr ' ' '\n' <<<"$judges" | sed 's/.*/&: {mode: annotate}/')
for r in forward backward opinions; do filter $r; done
check "the order of rules that judge does not change what is kept" cmp forward.jsonl backward.jsonl
check "the named rule is the first in order that would drop" python3 - "$judges" <<'PY'
import json, sys
rules = sys.argv[1].split()
said = [json.loads(l)["curate"] for l in open("opinions.jsonl")]
named = set()
for log, order in (("forward.log", rules), ("backward.log", rules[::-1])):
    rows = [json.loads(l) for l in open(log)]
    assert len(rows) == len(said)
    for row, opinion in zip(rows, said):
        failing = [r for r in order if not opinion[r]["keep"]]
        assert row["keep"] == (not failing), (row, failing)
        if failing:
            assert row["by"] == failing[0] and row["why"] == opinion[failing[0]]["why"]
            named.add(failing[0])
assert len(named) > 2
PY
check "an annotating rule names every check that fails, the first one first" python3 - <<'PY'
import json
several = 0
for line in open("opinions.jsonl"):
    for verdict in json.loads(line)["curate"].values():
        assert verdict["keep"] == ("fails" not in verdict)
        if not verdict["keep"]:
            assert verdict["fails"][0] == verdict["why"]
            several += len(verdict["fails"]) > 1
assert several
PY

printf '%s\n' language_id 'language: {language_threshold: 0.655}' | recipe verdict
printf '%s\n' language_id 'score_range: {score: language_score, min: 0.655}' | recipe range
filter verdict
filter range
check "a score and score_range give what the rule gives" cmp verdict.jsonl range.jsonl

printf '%s\n' unicode_repair symbol_lines 'pii: {remove_phones: true, cycle: shard}' \
	"regex: {regex: '[0-9]+', action: replace, with: '0'}" \
	'c4_quality: {min_num_sentences: 1}' 'c4_quality: {name: by_sentence, split_paragraph: false}' \
	'sampler: {rate: 0.9, draw: sequence, seed: 7}' | recipe edits
"$bin/curate-run" edits.yaml -q -i in -o run1 -j1
"$bin/curate-run" edits.yaml -q -i in -o run4 -j4
check "rules with state give the same bytes on any number of threads" same run1 run4
"$bin/curate-replay" run1 -q -i in -o again
check "every edit of every rule is replayed from the log" bash -c '
	cmp <(zstd -dcq again/docs.jsonl.zst) <(zstd -dcq run1/docs.jsonl.zst)'
check "there were edits of each editing rule" python3 - <<'PY'
import json, subprocess
log = subprocess.run(["zstd", "-dcq", "run1/log/docs.jsonl.zst"], stdout=subprocess.PIPE).stdout
by = {e[0] for l in log.split(b"\n") if l for e in json.loads(l).get("edits", [])}
assert {"regex", "c4_quality", "by_sentence"} <= by, by
PY

echo '{"id":"a","text":"mail jane.doe@corp.example today, or 8.8.4.4 or 212-555-0142"}' >private.jsonl
printf '%s\n' 'pii: {remove_phones: true}' | recipe private
"$bin/curate-filter" private.yaml -q -i private.jsonl --log private.log >masked.jsonl
check "neither the output nor the log holds what was masked" bash -c '
	! grep -E "jane|corp|8\.8\.4\.4|0142" masked.jsonl private.log && grep -q email@example.com private.log'

for name in fineweb gopher c4 refinedweb; do
	check "the recipe $name runs" "$bin/curate-filter" "$name" -q -i in -o "$name.out"
done
exit $((failures > 0))
