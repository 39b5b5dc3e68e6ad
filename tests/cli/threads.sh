#!/usr/bin/env bash
# What threads share, with as many of them as make trouble. .ci/run does it under TSan too.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

mkdir in
for i in 1 2 3; do make_docs 300 "$i" | zstd -q >"in/$i.jsonl.zst"; done
make_docs 2000 9 >big.jsonl
cat >recipe.yaml <<'EOF'
curate: 1
output: {block: 16K}
stages:
  - gopher_repetition
  - gopher_quality: {min_doc_words: 30}
  - c4_quality: {filter_no_terminal_punct: false, min_num_sentences: 3}
  - fineweb_quality
  - pii
EOF
"$bin/curate-run" recipe.yaml -q -i in -i big.jsonl -o one -j1
check "eight threads, more shards than one" exits 0 "$bin/curate-run" recipe.yaml -q -i in -i big.jsonl -o eight -j8
check "give the bytes of one thread" same one eight
check "a team on a pipe" bash -c "'$bin/curate-filter' recipe.yaml -q -j8 <big.jsonl >piped.jsonl"
check "gives the same records" bash -c 'zstd -dcq one/big.jsonl.zst | cmp - piped.jsonl'
check "a team replays" exits 0 "$bin/curate-replay" one -q -j8 -o again
check "to the same bytes" same one again
finish
