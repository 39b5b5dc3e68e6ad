#!/usr/bin/env bash
# The edit log: source + log -> the same bytes; any stage can be left out.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

mkdir -p in/sub
make_docs 800 1 | gzip >in/sub/a.jsonl.gz
make_docs 400 2 >in/b.jsonl
printf '{"text":"bad \\u0000 one"}\nnot json\n' >>in/b.jsonl
cat >recipe.yaml <<'EOF'
curate: 1
output: {block: 16K}
limits: {max_bad: 100%}
stages:
  - regex: {name: shout, regex: "\\bthe\\b", action: replace, with: "THE"}
  - gopher_quality: {min_doc_words: 30}
  - c4_quality: {filter_no_terminal_punct: false, min_num_sentences: 3}
  - regex: {name: whisper, regex: "THE river", action: replace, with: "the stream"}
EOF
"$bin/curate-run" recipe.yaml -q -i in -o out
"$bin/curate-replay" out -q -o again
check "replay gives the bytes of the run, log and quarantine included" same out again
"$bin/curate-replay" out -q -i in/b.jsonl >b.jsonl
check "replay of one shard to stdout" bash -c 'zstd -dcq out/b.jsonl.zst | cmp - b.jsonl'

# Without a stage: what the recipe without it would have kept, where no later stage depends on it.
"$bin/curate-replay" out -q -o no_whisper --without whisper
sed '/whisper/d' recipe.yaml >short.yaml
"$bin/curate-run" short.yaml -q -i in -o short
check "leaving out the last stage is as if it had never run" same short no_whisper
"$bin/curate-replay" out -q -o no_shout --without shout
check "leaving out an early stage keeps the edits of later ones" bash -c '
	zstd -dcq no_shout/b.jsonl.zst | grep -q "the stream" && ! zstd -dcq no_shout/b.jsonl.zst | grep -q "THE"'
"$bin/curate-replay" out -q -o no_c4 --without c4_quality
check "lines a stage cut come back without it" bash -c '
	! zstd -dcq out/sub/a.jsonl.zst | grep -q javascript && zstd -dcq no_c4/sub/a.jsonl.zst | grep -q javascript'
check "and documents it dropped" bash -c '
	[ $(zstd -dcq no_c4/sub/a.jsonl.zst | wc -l) -gt $(zstd -dcq out/sub/a.jsonl.zst | wc -l) ]'
"$bin/curate-replay" out -q --show c4_quality >show.txt
check "--show lists cuts with their text, and drops" bash -c 'grep -q "cut.*javascript" show.txt && grep -q "drop.*too_few_sentences" show.txt'

id=$(grep -m1 drop show.txt | cut -f1)
check "--why names stage and reason of one document" says "$id: record [0-9]+ of .*: dropped by c4_quality: [a-z_]+" "$bin/curate-replay" out -q --why "$id"
check "--why of an unknown id is exit 3" exits 3 "$bin/curate-replay" out -q --why nobody

sample=$top/tests/data/sample
"$bin/curate-run" full -q -i "$sample" --max-bad 1 -o whole
check "--why tells notes and scores of a document that went to a folder" says '	quality	score	0\.' "$bin/curate-replay" whole -q -i "$sample" --why sample-090
id=$(zstd -dcq whole/log/*.zst | grep -c '"by":"minhash"')
check "(the sample has duplicates)" test "$id" -gt 0
"$bin/curate-replay" whole -q -i "$sample" --show minhash >dups.txt
check "--why of a duplicate says of what" says 'minhash	note	.*"dup_of":"sample-' "$bin/curate-replay" whole -q -i "$sample" --why "$(head -1 dups.txt | cut -f1)"

cp -r in other && sed -i '1s/text": "/text": "X/' other/b.jsonl
check "another source is refused with exit 1 and named" bash -c "
	'$bin/curate-replay' out -q -i other -o x 2>err; [ \$? = 1 ] && grep -q 'b.jsonl' err"
check "a folder that is no run is refused" exits 2 "$bin/curate-replay" in -q -o y
rm out/log/b.jsonl.zst
check "a missing log gives that shard up" exits 1 "$bin/curate-replay" out -q -o z
check "a stage the run does not have is exit 2, not left out in silence" exits 2 "$bin/curate-replay" out -q -o never --without whispr
check "and names those it has" says 'its stages: shout gopher_quality c4_quality whisper' "$bin/curate-replay" out -q --show whispr
finish
