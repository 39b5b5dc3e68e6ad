#!/usr/bin/env bash
# A run in steps by many tasks, as cluster jobs do it, without a cluster: any N, gaps, files damaged
# between the steps, claims, --status, --failed, and the script for Slurm.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

mkdir -p in/sub
for i in 1 2 3 4 5 6 7 8 9; do make_docs $((20 * i)) $((i % 7)) >"in/sub/$i.jsonl"; done
cat >recipe.yaml <<'END'
curate: 1
name: steps
stages:
  - gopher_quality: {min_doc_words: 20}
  - minhash
  - pii
END
run="$bin/curate-run"
step() { "$run" recipe.yaml -q -o "$@"; } # output folder, options
"$run" recipe.yaml -q -i in -o one

# ---- steps

"$run" recipe.yaml -q -i in -o out --only plan
check "a plan lists the shards and does nothing" test -s out/_curate/plan.json -a ! -e out/_curate/pass1
i=0
for variable in SLURM_ARRAY_TASK_ID=0 SGE_TASK_ID=2 PBS_ARRAY_INDEX=2 LSB_JOBINDEX=4 JOB_COMPLETION_INDEX=4 AWS_BATCH_JOB_ARRAY_INDEX=5; do
	check "--task auto knows $variable" exits 0 env "$variable" "$run" recipe.yaml -q -o out --planned --only collect1 --task auto/6
	check "and does share $i" grep -rqE "task $i/6\"" out/_curate/pass1/done
	i=$((i + 1))
	[ $i != 3 ] || check "an incomplete pass is refused with 6" exits 6 step out --planned --only check1
	[ $i != 4 ] || check "naming what is missing" says 'pass 1: not done yet: in/sub/[0-9].jsonl' "$run" recipe.yaml -o out --planned --only split1
done
check "--task auto outside an array is a usage error" exits 2 step out --planned --only collect1 --task auto/6
check "SGE's word for no array is none" exits 2 env SGE_TASK_ID=undefined "$run" recipe.yaml -q -o out --planned --task auto/6
check "a step that the recipe does not have" exits 2 step out --planned --only collect2
check "--only map is for recipes of one pass" exits 2 step out --planned --only map
check "solve refuses before split" exits 6 step out --planned --only solve1
check "apply refuses before solve" exits 6 step out --planned --only apply1

# ---- what is damaged between the steps is found, named, and made again

cut() { truncate -s -5 "$1"; }
cut "$(find out/_curate/stage-minhash/part -name '4.*')"
check "a part that was cut short is missing" says 'not done yet: in/sub/4.jsonl' "$run" recipe.yaml -o out --planned --only check1
check "another N does only what is missing" exits 0 step out --planned --only collect1 --task 1/2
step out --planned --only collect1 --task 0/2
check "a complete pass is listed" exits 0 step out --planned --only check1
cp out/_curate/stage-minhash/sketch/000003.sketch whole
cut out/_curate/stage-minhash/sketch/000003.sketch
check "a sketch that was cut short is refused" bash -c "! '$run' recipe.yaml -q -o out --planned --only split1"
cp whole out/_curate/stage-minhash/sketch/000003.sketch
printf x | dd of=out/_curate/stage-minhash/sketch/000003.sketch bs=1 seek=60 conv=notrunc status=none
check "so is one with a changed byte, by name" says '000003.sketch: damaged' "$run" recipe.yaml -q -o out --planned --only split1
rm out/_curate/stage-minhash/sketch/000003.sketch
check "once it is gone, the step before makes it again" exits 0 step out --planned --only collect1
cut out/_curate/pass1/roll
for t in 0 1 2; do step out --planned --only split1 --task $t/3 || echo "split failed"; done
check "a roll that was cut short is passed over" exits 0 step out --planned --only solve1
cut "$(find out/_curate/pass1/log -name '7.*')"
check "a log that was cut short is missing" exits 6 step out --planned --only apply1
check "and made again" exits 0 step out --planned --only collect1
step out --planned --only solve1
cp out/_curate/stage-minhash/verdict/0000.part whole
cut out/_curate/stage-minhash/verdict/0000.part
check "a verdict that was cut short is refused" bash -c "! '$run' recipe.yaml -q -o out --planned --only apply1"
cp whole out/_curate/stage-minhash/verdict/0000.part
for t in 3 0 2; do step out --planned --only apply1 --task $t/4; done
check "the report refuses while a task is missing" exits 6 step out --planned --only report
step out --planned --only apply1 --task 1/4
check "the report" exits 0 step out --planned --only report
check "four tasks in steps give the bytes of one run" same one out
cp out/_curate/plan.json whole
cut out/_curate/plan.json
check "a plan that was cut short is refused" exits 6 step out --planned --only report
cp whole out/_curate/plan.json

# ---- claims, status, steal

"$run" recipe.yaml -q -i in -o watched --only plan
mkdir -p watched/_curate/pass1/claim/sub
printf 'far-away:17 5 %s 2/3\n' "$(($(date +%s) - 1000))" >watched/_curate/pass1/claim/sub/9.jsonl.json
check "a shard in other hands ends with 75, to come again" exits 75 step watched --planned --only collect1
check "--status tells who has it, since when, and that it hangs" says \
	'^  2/3 +far-away:17 +16m4[0-9]s .* sub/9.jsonl  STRAGGLER' "$run" --status watched
check "and counts the rest" says '^pass 1 of 2: 9 shards: 8 done, 1 running, 0 failed, 0 to do' "$run" --status watched
touch -d '20 minutes ago' watched/_curate/pass1/claim/sub/9.jsonl.json
check "a claim without a sign of life is taken over" exits 0 step watched --planned --only collect1
make_docs 6000 3 >long.jsonl
"$run" recipe.yaml -q -i long.jsonl -o straight --set output.block=4K -j1
"$run" recipe.yaml -i long.jsonl -o slept --set output.block=4K --set limits.lease=1 --set limits.checkpoint=0 -j1 2>slept.err &
pid=$!
claim=slept/_curate/pass1/claim/long.jsonl.json
for _ in $(seq 200); do [ -e "$claim" ] && [ -n "$(ls slept/_curate/tmp 2>/dev/null)" ] && break; sleep 0.01; done
kill -STOP $pid
printf 'far-away:17 5 0 \n' >"$claim"
sleep 0.3
kill -CONT $pid
wait $pid
check "a process that slept while its shard was taken over ends with 75" test $? = 75
check "and says so" grep -q 'another process has taken it over' slept.err
check "it leaves the other's claim alone" grep -q far-away "$claim"
sleep 1
"$run" recipe.yaml -q -i long.jsonl -o slept --set output.block=4K --set limits.lease=1 -j1
check "whoever goes on ends at the same bytes" same straight slept
check "--status of a folder without a run" exits 6 "$run" --status in
"$run" recipe.yaml -q -i in -o stolen --only collect1 --task 0/4 --steal
check "--steal does what the others have not begun" test "$(find stolen/_curate/pass1/done -name '*.json' | wc -l)" = 9
step shared_out -i in --only plan
# One whose own shard another has in hand ends with 75, which asks to be run again.
again() {
	local rc
	while step "$@"; rc=$?; [ $rc = 75 ]; do sleep 0.1; done
	return $rc
}
for i in 0 1 2; do again shared_out --planned --only collect1 --task $i/4 --steal & done
wait
check "three thieves at once leave nothing to the fourth" test "$(find shared_out/_curate/pass1/done -name '*.json' | wc -l)" = 9
for only in check1 split1 solve1; do step shared_out --planned --only $only; done
for i in 3 0; do again shared_out --planned --only apply1 --task $i/4 --steal & done
wait
step shared_out --planned --only report
check "and the bytes are those of one run" same one shared_out
step thief -i in --only plan
for i in 0 1; do step thief --planned --only collect1 --task $i/3; done
for f in thief/_curate/pass1/done/sub/*.json; do echo garbage >"$f"; done
mkdir -p thief/_curate/pass1/claim/sub thief/_curate/pass1/failed/sub
mine=$("$run" recipe.yaml -q -i in -o thief --task 2/3 -n | sed -n 's/.* in.sub.\([0-9]\).jsonl .*/\1/p')
check "a thief opens no records of others" exits 0 step thief --planned --only collect1 --task 2/3 --steal
check "it did its share" test "$(grep -l '"tally"' thief/_curate/pass1/done/sub/*.json | wc -l)" = "$(echo "$mine" | wc -l)"
step held -i in --only plan
mkdir -p held/_curate/pass1/claim/sub held/_curate/pass1/failed/sub
other=$("$run" recipe.yaml -q -i in -o held --task 1/2 -n | sed -n 's/.* in.sub.\([0-9]\).jsonl .*/\1/p')
read -r -d '' a b c _ <<<"$other" || true
printf 'far-away:17 5 0 1/2\n' | tee "held/_curate/pass1/claim/sub/$a.jsonl.json" >"held/_curate/pass1/claim/sub/$b.jsonl.json"
touch -d '20 minutes ago' "held/_curate/pass1/claim/sub/$b.jsonl.json"
echo '{}' >"held/_curate/pass1/failed/sub/$c.jsonl.json"
check "a thief ends well beside work in other hands" exits 0 step held --planned --only collect1 --task 0/2 --steal
check "it leaves alone what another has in hand" test ! -e "held/_curate/pass1/done/sub/$a.jsonl.json"
check "takes over what another has left" test -e "held/_curate/pass1/done/sub/$b.jsonl.json"
check "and does not try again what was given up" test ! -e "held/_curate/pass1/done/sub/$c.jsonl.json"
check "and does the rest" test "$(find held/_curate/pass1/done -name '*.json' | wc -l)" = 7

# ---- what failed

cp -r in damaged
zstd -q --rm damaged/sub/9.jsonl
truncate -s -200 damaged/sub/9.jsonl.zst
cp damaged/sub/9.jsonl.zst whole
check "damage is exit 1" exits 1 "$run" recipe.yaml -q -i damaged -o partly --on-corrupt skip
check "--failed names shard and reason" says '^sub/9.jsonl.zst.*cut off|^sub/9.jsonl.zst.*end' "$run" --failed partly
check "and exits with 1" exits 1 "$run" --failed partly
check "0 when there is none" exits 0 "$run" --failed out
for only in collect1 check1 split1 solve1 apply1 report; do
	[ $only != collect1 ] || "$run" recipe.yaml -q -i damaged -o given_up --on-corrupt skip --only plan
	"$run" recipe.yaml -q -o given_up --on-corrupt skip --planned --only $only
	echo "$only $?"
done >codes
check "a shard that was given up holds no step up, and the report says 1" bash -c '
	grep -q "^report 1$" codes && ! grep -vqE " [01]$" codes'
check "and what is left is what one process leaves" same partly given_up
"$run" recipe.yaml -q -i damaged -o head
before=$(stat -c %i head/_curate/done/sub/9.jsonl.zst.json)
"$run" recipe.yaml -q -i damaged -o head
check "a rerun names it again, for its exit 1" says 'kept up to the damage: damaged/sub/9.jsonl.zst' "$run" recipe.yaml -q -i damaged -o head
check "a shard kept up to its damage stays done" test "$before" = "$(stat -c %i head/_curate/done/sub/9.jsonl.zst.json)"
"$run" recipe.yaml -q -i damaged -o head --retry-failed
check "--retry-failed does it again" test "$before" != "$(stat -c %i head/_curate/done/sub/9.jsonl.zst.json)"

# ---- the script for Slurm

script() { "$run" recipe.yaml -i in -o "it's out" --sbatch "$@"; }
script --set limits.tasks=7 --set limits.time=2h --mem 2G -j3 >script.sh
check "the script's words are quoted" bash -n script.sh
check "it asks for what the recipe says" grep -q -- '--time=120 --signal=B:USR1@120 --cpus-per-task=3 --mem=2560M' script.sh
check "the number of tasks is a literal" grep -q '^tasks=7 ' script.sh
check "nothing was submitted or written" test ! -e "it's out"
check "--sbatch and --task do not mix" exits 2 script -q --task 1/2
printf 'curate: 1\nstages:\n  - pii\n' >single.yaml
check "a recipe of one pass is one array and a report" bash -c "
	'$run' single.yaml -i in -o x --sbatch | tail -n 2 | tr '\n' ' ' | grep -qx 'array map one report '"
finish
