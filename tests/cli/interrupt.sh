#!/usr/bin/env bash
# A signal while a whole-corpus stage works between the passes: exit 75, and the rerun ends in the same bytes.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

mkdir in
python3 - <<'EOP'
import json, random
rng = random.Random(7)
words = [f"w{i:x}" for i in range(3000)]
for s in range(6):
    with open(f"in/{s}.jsonl", "w") as f:
        last = ""
        for i in range(5000):
            lines = [" ".join(rng.choices(words, k=9)) for _ in range(4)]
            if last and rng.random() < 0.3:
                lines[:3] = last[:3]
            last = lines
            f.write(json.dumps({"id": f"{s}-{i}", "q": rng.random(), "n": i % 97,
                                "url": f"http://h{rng.randrange(900)}.example.com/{i}", "text": "\n".join(lines)}) + "\n")
EOP
cat >recipe.yaml <<'EOP'
curate: 1
name: between
stages:
  - minhash: {verify: 0.5, keep: "best:q"}
  - line_dedup
  - bloom_dedup: {n: 5}
  - select: {score: q, top: 80%, domain_max: 4000}
  - meco: {cooldown_by: documents, unknown_below: 3, template: "{authority|known}\n"}
EOP
run() { "$bin/curate-run" recipe.yaml -q -i in -j2 "$@"; }
run -o straight

# Starts the run, and sends the signal when something below OUT/_curate has come to be, or has changed.
stop_at() { # out, path, signal, more options; sets code
	local out=$1 path=$2 signal=$3 pid
	shift 3
	touch began
	"$bin/curate-run" recipe.yaml -q -i in -j2 -o "$out" "$@" 2>said &
	pid=$!
	while [ ! "$out/_curate/$path" -nt began ] && kill -0 $pid 2>/dev/null; do sleep 0.002; done
	kill "-$signal" $pid 2>/dev/null
	wait $pid
	code=$?
	cat said >>said.all
}

: >said.all
met() { grep -qE '(_dedup|minhash|select): .*interrupted' said.all; }
# A machine at work may let every stage end before the signal gets there: then once more from the start.
for _ in $(seq 5); do
	rm -rf stopped
	for path in stage-minhash/part stage-minhash/sketch stage-minhash/sketch/000001.sketch stage-minhash/match \
		stage-minhash/match/000-000000.edge stage-minhash/match/009-000000.edge stage-minhash/verdict \
		stage-minhash/solved stage-line_dedup/spans stage-line_dedup/solved pass3/log stage-bloom_dedup/spans \
		stage-bloom_dedup/solved stage-select/verdict.tmp stage-select/solved stage-meco/part; do
		case $path in *match*) signal=USR1 ;; *) signal=TERM ;; esac
		stop_at stopped $path $signal
		check "SIG$signal at $path: exit 75, or 0 when it was through" test $code = 75 -o $code = 0
	done
	! met || break
done
check "some of these met a stage at work" met
check "the rerun goes through" run -o stopped
check "and gives the bytes of a run nobody stopped" same straight stopped
check "no temporary file is left" test -z "$(find stopped -name '*.tmp')"
stop_at graceful stage-minhash/sketch TERM --grace 60
check "with --grace the stage in work is finished first" test -e graceful/_curate/stage-minhash/solved -a $code = 75
run -o graceful
check "and its rerun gives the same bytes" same straight graceful

# What another process has in hand is not called interrupted. It may be through before it is stopped: try again.
for _ in $(seq 8); do
	rm -rf shared_out
	"$bin/curate-run" recipe.yaml -q -i in -j2 -o shared_out &
	pid=$!
	while [ -z "$(find shared_out/_curate/pass1/claim -type f 2>/dev/null)" ] && kill -0 $pid 2>/dev/null; do sleep 0.002; done
	kill -STOP $pid
	"$bin/curate-run" recipe.yaml -q -i in -j2 -o shared_out 2>said
	code=$?
	kill -CONT $pid
	wait $pid
	first=$?
	[ $code = 0 ] || break
done
check "shards in work by another process: exit 75, and it says so" bash -c "[ $code = 75 ] && grep -q 'other processes are at work on [0-9]* of the shards' said"
check "that process can go on" test "$first" = 0 -o "$first" = 75
"$bin/curate-run" recipe.yaml -q -i in -j2 -o shared_out
check "and the bytes are those of one alone" same straight shared_out
finish
