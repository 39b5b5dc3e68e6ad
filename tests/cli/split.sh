#!/usr/bin/env bash
# input.split: files cut in parts. The same records in the same order as uncut, whatever the number of
# threads and tasks, through kills, damage and files that change; and every command knows the parts.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

run="$bin/curate-run"
cat >recipe.yaml <<'END'
curate: 1
name: parts
stages:
  - gopher_quality: {min_doc_words: 20}
  - minhash
  - pii
END
printf 'curate: 1\nstages: []\n' >copy.yaml

# Plain with CRLF, a record longer than a part, bad records and no LF at the end; our zst and gz; others' files.
mkdir -p in/sub
{
	printf '\357\273\277{"id":"bom","text":"a byte order mark"}\n'
	make_docs 900 1
	make_docs 30 2 | sed 's/$/\r/'
	printf '\n{"id":"long","text":"%s"}\n' "$(seq -s ' ' 30000)"
	printf '{"no":"text"}\nnot json\n'
	make_docs 400 3
	printf '{"id":"last","text":"no line feed behind it"}'
} >in/plain.jsonl
make_docs 1500 4 >uncut.jsonl
"$bin/curate-filter" copy.yaml -q -i uncut.jsonl --set output.block=20K -o in/sub/ours.jsonl.zst
"$bin/curate-filter" copy.yaml -q -i uncut.jsonl --set output.block=20K -o in/sub/packed.jsonl.gz
sed -i 's/"id": "4-/"id": "5-/' uncut.jsonl
zstd -q uncut.jsonl -o in/foreign.jsonl.zst
gzip -c in/plain.jsonl >in/foreign2.jsonl.gz
: >in/empty.jsonl
head -c 3000 in/plain.jsonl >in/small.jsonl

# Everything a file became, in order: its parts one after the other.
all() { # output folder, folder in it or ".", stem, extension
	if [ -e "$1/$2/$3$4" ]; then cat "$1/$2/$3$4"; else cat "$1/$2/$3-part"????"$4"; fi
}
# shellcheck disable=SC2317 # they are called by check
plain() { sed -E 's/"file":"([^"#]*)(#part[0-9]+)?","record":[0-9]+/"file":"\1"/'; } # parts have names and numbers of their own
# shellcheck disable=SC2317
alike() { # two output folders hold the same records, the same log, the same bad records
	local stem
	for stem in plain sub/ours sub/packed foreign foreign2 empty small; do
		cmp <(all "$1" . "$stem" .jsonl.zst | zstdcat) <(all "$2" . "$stem" .jsonl.zst | zstdcat) || return 1
		cmp <(all "$1" log "$stem" .jsonl.zst | zstdcat) <(all "$2" log "$stem" .jsonl.zst | zstdcat) || return 1
	done
	for stem in plain foreign2 small; do # its record numbers are a part's, its offsets the file's
		cmp <(cat "$1/quarantine/$stem"*.jsonl | plain) <(cat "$2/quarantine/$stem"*.jsonl | plain) || return 1
	done
}

"$run" recipe.yaml -q -i in -o whole --set limits.max_bad=1
options=(recipe.yaml -q -i in --split 100K --set limits.max_bad=1)
"$run" "${options[@]}" -o one -j1
check "parts hold the records of the whole, in its order" alike whole one
check "the plain file is cut" test "$(find one -maxdepth 1 -name 'plain-part*.zst' | wc -l)" -ge 10
check "our zst is cut" test "$(find one/sub -name 'ours-part*.zst' | wc -l)" -ge 8
check "our gz is cut" test "$(find one/sub -name 'packed-part*.zst' | wc -l)" -ge 8
check "others' packed files are not" test -e one/foreign.jsonl.zst -a -e one/foreign2.jsonl.zst -a -e one/small.jsonl.zst -a -e one/empty.jsonl.zst
"$run" "${options[@]}" -o eight -j8
check "eight threads give the same bytes" same one eight
for i in 2 0 1; do "$run" "${options[@]}" -o tasks --task $i/3 2>/dev/null; done
"$run" "${options[@]}" -o tasks
check "so do three tasks" same one tasks
"$run" "${options[@]}" -o other --set limits.checkpoint=0 --set output.block=8K -j1
check "and records do not depend on blocks" alike whole other
"$run" recipe.yaml -q -i in --split 3K --set limits.max_bad=1 -o tiny
check "nor on the size of parts" alike whole tiny
check "a part without a record is an empty shard" bash -c 'for f in tiny/plain-part*.zst; do [ -n "$(zstdcat "$f" | head -c1)" ] || exit 0; done; exit 1'
check "the size is part of the recipe" exits 6 "$run" recipe.yaml -q -i in --split 101K --set limits.max_bad=1 -o one

# ---- kills

"$run" recipe.yaml -q -i in/plain.jsonl --split 300K --set limits.checkpoint=0 --set output.block=4K -o straight --set limits.max_bad=1 -j1
killed=0
for i in $(seq 12); do
	"$run" recipe.yaml -q -i in/plain.jsonl --split 300K --set limits.checkpoint=0 --set output.block=4K -o killed --set limits.max_bad=1 -j1 &
	pid=$!
	sleep "0.0$((i * 8))"
	kill -KILL $pid 2>/dev/null && killed=$((killed + 1))
	wait $pid 2>/dev/null
done
"$run" recipe.yaml -q -i in/plain.jsonl --split 300K --set limits.checkpoint=0 --set output.block=4K -o killed --set limits.max_bad=1 -j1
check "killed $killed times inside its parts, it ends at the same bytes" same straight killed

# ---- who speaks of parts

"$run" "${options[@]}" -o planned -n >plan.out
check "-n names file and part" grep -qE '^ +102400  in/plain.jsonl#part0001 of [0-9]+, from byte 102400 -> planned/plain-part0001.jsonl$' plan.out
check "and what cannot be cut" grep -qE 'in/foreign.jsonl.zst -> .*\(cannot be cut\)$' plan.out
check "and is silent on what is small" grep -qE 'in/small.jsonl -> planned/small.jsonl$' plan.out
steps() { # output folder, steps
	local out=$1 only
	shift
	for only in "$@"; do
		for i in 0 1 2; do
			case $only in
			check* | solve* | report) [ $i = 0 ] && "$run" recipe.yaml -q --split 100K --set limits.max_bad=1 -o "$out" --planned --only "$only" ;;
			*) "$run" recipe.yaml -q --split 100K --set limits.max_bad=1 -o "$out" --planned --only "$only" --task $i/3 2>/dev/null ;;
			esac
		done
	done
}
"$run" "${options[@]}" -o planned --only plan
steps planned collect1 check1 split1 solve1 apply1 report
check "tasks that read the parts from the plan give the same bytes" same one planned
sed 's/"cuts":\[0,0,[0-9]*,/"cuts":[0,0,9999999999,/' planned/_curate/plan.json >cuts.json
mkdir -p odd/_curate && cp cuts.json odd/_curate/plan.json
check "a plan with places that make no sense is refused" exits 6 "$run" --status odd
check "--status counts parts" says "^pass 1 of 2: $(wc -l <plan.out | awk '{print $1 - 1}') shards: .* 0 to do" "$run" --status planned
"$run" "${options[@]}" -o watched --only plan
mkdir -p watched/_curate/pass1/claim
printf 'far-away:17 5 %s 2/3\n' "$(($(date +%s) - 1000))" >'watched/_curate/pass1/claim/plain.jsonl#part0002.json'
check "and names one in work" says '102400  plain.jsonl#part0002' "$run" --status watched
check "a part in other hands ends with 75" exits 75 "$run" recipe.yaml -q --split 100K --set limits.max_bad=1 -o watched --planned --only collect1
"$run" "${options[@]}" -o stolen --only collect1 --task 0/4 --steal
check "--steal takes parts that others have not begun" test "$(find stolen/_curate/pass1/done -name '*.json' | wc -l)" = "$(($(wc -l <plan.out) - 1))"
"$bin/curate-replay" one -q -i in -o again --set limits.max_bad=1
check "replay of a run in parts" same one again
check "curate-check of a run in parts" exits 0 "$bin/curate-check" -q one
check "--why finds a document in its part" says '^3-7: record [0-9]+ of in/plain.jsonl#part' "$bin/curate-replay" one -q -i in --why 3-7
check "the bad are named by file, part and the file's byte" bash -c '
	at=$(grep -abo "not json" in/plain.jsonl | cut -d: -f1)
	grep -qE "\"file\":\"in/plain.jsonl#part[0-9]+\",\"record\":[0-9]+,\"offset\":$at," one/quarantine/plain-part*.jsonl'
"$run" "${options[@]}" -o x --sbatch >script.sh
check "the Slurm script passes the size on" grep -q -- '--split 100K' script.sh
check "a filter in parts is a filter" cmp <("$bin/curate-filter" -q -r pii -i uncut.jsonl) <("$bin/curate-filter" -q -r pii --split 10K -i uncut.jsonl)
check "stdin stays whole" cmp <("$bin/curate-filter" -q -r pii <uncut.jsonl) <("$bin/curate-filter" -q -r pii --split 10K <uncut.jsonl)
check "the self test refuses it" exits 2 "$bin/curate-dedup" selftest -q -i in --split 10K -o x
printf '{"text":"%s"}\n{"text":"b"}\n{"text":"c"}\n' "$(seq -s' ' 40)" >nameless.jsonl
"$run" copy.yaml -q -i nameless.jsonl --split 100 -o named
check "a document without an id is named by its part" says '^nameless.jsonl#part0001/1: record 1 of nameless.jsonl#part0001: kept' \
	"$bin/curate-replay" named -q -i nameless.jsonl --why nameless.jsonl#part0001/1

# ---- damage, and inputs that change

cp in/sub/ours.jsonl.zst whole.zst
python3 - <<'END'
import re
path = 'in/sub/ours.jsonl.zst'
data = bytearray(open(path, 'rb').read())
frames = [m.start() for m in re.finditer(re.escape(b'\x28\xb5\x2f\xfd'), data)]
data[frames[len(frames) // 2] + 2000] ^= 255
open(path, 'wb').write(data)
END
check "a corrupt frame is exit 1" exits 1 "$run" "${options[@]}" -o hurt
check "one part is damaged" test "$(grep -l '"damage"' hurt/_curate/done/sub/ours*.json | wc -l)" = 1
check "and named" says '^sub/ours.jsonl.zst#part[0-9]+.*in/sub/ours.jsonl.zst#part[0-9]+: corrupt zstd frame' "$run" --failed hurt
differing=0
for f in one/log/sub/ours-part*; do cmp -s "$f" "hurt/log/sub/${f##*/}" || differing=$((differing + 1)); done
check "the others are whole" test $differing = 1
cp whole.zst in/sub/ours.jsonl.zst
check "--retry-failed does it again" exits 0 "$run" "${options[@]}" -o hurt --retry-failed
find hurt/quarantine -type d -empty -delete
check "and all is well" same one hurt

mkdir grown
head -n 300 in/plain.jsonl >grown/a.jsonl
"$run" copy.yaml -q -i grown --split 20K --set limits.max_bad=1 -o moved --only plan
tail -n 300 in/plain.jsonl >>grown/a.jsonl
check "a file that changed behind the plan is given up" exits 1 "$run" copy.yaml -q --split 20K --set limits.max_bad=1 -o moved --planned
check "and says why" says '^a.jsonl#part0000.*it must be listed again' "$run" --failed moved
check "listed again, it is done" exits 0 "$run" copy.yaml -q -i grown --split 20K --set limits.max_bad=1 -o moved
"$run" copy.yaml -q -i grown -o moved_whole --set limits.max_bad=1
check "all of it" cmp <(all moved . a .jsonl.zst | zstdcat) <(zstdcat moved_whole/a.jsonl.zst)
head -n 100 in/plain.jsonl >grown/a.jsonl
check "a file that shrank is done again" exits 0 "$run" copy.yaml -q -i grown --split 20K --set limits.max_bad=1 -o moved
"$run" copy.yaml -q -i grown --split 20K -o fresh --set limits.max_bad=1
check "and the parts it no longer has are gone" same fresh moved
check "their records too" exits 0 "$bin/curate-check" -q moved
finish
