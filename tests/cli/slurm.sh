#!/usr/bin/env bash
# The full recipe on a real Slurm that this test starts: one slurmctld, four slurmd on this machine, and
# munge, all with their own folder, ports and pid files. Two tasks are cancelled, one hits its time
# limit, a node is drained; the bytes are those of one process.
# shellcheck disable=SC2317
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

skip() { echo "skip slurm: $*"; exit 0; }
has_slurm() { command -v slurmctld && command -v slurmd && command -v munged; } >/dev/null
case ${BUILD:-build} in *-*) skip "the scheduler is tried with the plain build" ;; esac
[ "$(id -u)" = 0 ] || skip "starting slurmctld and slurmd takes root"
has_slurm || "$top/tests/deps.sh" slurm >/dev/null 2>&1
has_slurm || skip "slurm-wlm and munge cannot be installed here"

# ---- a cluster of four nodes on this machine

slurm=$scratch/slurm port=$((20000 + $$ % 1000 * 10))
export SLURM_CONF=$slurm/slurm.conf

end_cluster() {
	[ ! -s "$slurm/slurmctld.pid" ] || scancel --user=root 2>/dev/null
	for pidfile in "$slurm"/slurmd-*.pid "$slurm/slurmctld.pid" "$slurm/munged.pid"; do
		[ -s "$pidfile" ] && kill "$(cat "$pidfile")" 2>/dev/null
	done
	for _ in $(seq 50); do
		cat "$slurm"/*.pid 2>/dev/null | xargs -r -n1 kill -0 2>/dev/null || break
		sleep 0.1
	done
}
trap 'end_cluster; cd /; rm -rf "$scratch"' EXIT

start_cluster() {
	local host
	host=$(hostname)
	mkdir -p "$slurm/spool" "$slurm/state"
	head -c 1024 /dev/urandom >"$slurm/key" && chmod 600 "$slurm/key"
	cat >"$SLURM_CONF" <<END
ClusterName=curate-test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmUser=root
AuthType=auth/munge
CredType=cred/munge
# cred_expire is also how long Slurm keeps a requeued job back
AuthInfo=socket=$slurm/munge.socket,cred_expire=5
StateSaveLocation=$slurm/state
SlurmdSpoolDir=$slurm/spool/%n
SlurmctldPidFile=$slurm/slurmctld.pid
SlurmdPidFile=$slurm/slurmd-%n.pid
SlurmctldLogFile=$slurm/slurmctld.log
SlurmdLogFile=$slurm/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/builtin
SchedulerParameters=sched_interval=2,batch_sched_delay=1
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=15
NodeName=n[1-4] NodeHostname=$host NodeAddr=127.0.0.1 Port=[$((port + 1))-$((port + 4))] CPUs=2 RealMemory=4000
PartitionName=test Nodes=n[1-4] Default=YES MaxTime=INFINITE State=UP
END
	munged --force --key-file="$slurm/key" --socket="$slurm/munge.socket" --pid-file="$slurm/munged.pid" \
		--log-file="$slurm/munged.log" --seed-file="$slurm/seed" || return
	slurmctld -c -f "$SLURM_CONF" || return
	for n in 1 2 3 4; do slurmd -c -N "n$n" -f "$SLURM_CONF" || return; done
	for _ in $(seq 100); do
		[ "$(sinfo -h -N -t idle 2>/dev/null | wc -l)" = 4 ] && return
		sleep 0.2
	done
	return 1
}

wait_for() { # seconds, then a command that must come true
	local tries=$(($1 * 5))
	shift
	while ! "$@" >/dev/null 2>&1; do
		[ $((tries -= 1)) -gt 0 ] || return 1
		sleep 0.2
	done
}

# ---- corpus and recipe

python3 - <<'END'
import json, os, random
rng = random.Random(7)
words = ("the of and to that with river morning window garden letter market harbour winter bread teacher "
         "children walked carried answered remembered slowly quietly because before under between yellow "
         "heavy narrow distant story paper kitchen evening road mountain village be have").split()
def text():
    return "\n".join(" ".join(rng.choice(words) for _ in range(rng.choice([3, 9, 12]))).capitalize() + "."
                     for _ in range(rng.randint(1, 9)))
seen = []
for shard in range(209): # the last one is large, and is cut in parts
    os.makedirs("in/%d" % (shard % 4), exist_ok=True)
    with open("in/%d/%03d.jsonl" % (shard % 4, shard), "w") as f:
        for i in range(rng.randint(4, 24) if shard < 208 else 400):
            t = rng.choice(seen) if seen and rng.random() < 0.2 else text()
            seen.append(t)
            print(json.dumps({"id": "%d-%d" % (shard, i), "url": "https://s%d.example.org/%d" % (i % 5, shard),
                              "text": t}), file=f)
END
cat >recipe.yaml <<'END'
curate: 1
name: full recipe
input: {max_record: 1M, split: 30K}
limits: {tasks: 12, threads: 1, time: 60, mem: 400M}
stages:
  - gopher_quality: {min_doc_words: 12, min_stop_words: 1}
  - c4_quality: {min_num_sentences: 1}
  - fasttext: {score: quality, label: hq}
  - minhash: {keep: "best:quality"}
  - select: {score: quality, top: 70%}
  - meco: {cooldown: 20%}
END

units=$(($("$bin/curate-run" recipe.yaml -i in -o one -n | wc -l) - 1))
check "the large shard is in parts" test "$units" -gt 212
check "one process does it" exits 0 "$bin/curate-run" recipe.yaml -q -i in -o one -j2
start_cluster || { tail -n 5 "$slurm"/*.log; skip "Slurm cannot be started here"; }

# Three tasks of the first pass are held the first time they come up: two wait to be cancelled, one for
# its time limit. All others are the program itself.
cat >held <<END
#!/bin/bash
case " \$* " in
*" --only collect1 --task "[235]/12" "*) ;;
*) exec "$bin/curate-run" "\$@" ;;
esac
task=\$(sed 's|.*--task \\([0-9]*\\)/12.*|\\1|' <<<"\$*")
[ ! -e "$scratch/held-\$task" ] || exec "$bin/curate-run" "\$@"
"$bin/curate-run" "\$@" &
pid=\$!
until [ \$((16#\$(sed -n 's/^SigCgt:[[:space:]]*//p' /proc/\$pid/status) & 0x200)) != 0 ]; do :; done
kill -STOP \$pid
trap 'kill -USR1 \$pid; kill -CONT \$pid' USR1
touch "$scratch/held-\$task"
wait \$pid
rc=\$?
wait \$pid
rc=\$?
echo "held task \$task ends with \$rc" >>"$scratch/held.log"
exit \$rc
END
chmod +x held
export CURATE_RUN=$scratch/held

# ---- the run

"$bin/curate-run" recipe.yaml -i in -o out --sbatch >submit.sh
check "the script is clean bash" bash -n submit.sh
! command -v shellcheck >/dev/null || check "shellcheck has nothing to say" shellcheck submit.sh
if ! bash submit.sh >jobs.txt 2>submit.err; then
	echo "not ok the jobs are submitted"
	cat jobs.txt submit.err
	exit 1
fi
check "an array for each pass, jobs between them, one for the report" bash -c '
	cut -d: -f1 jobs.txt | tr "\n" " " |
	grep -qx "collect1 check1 split1 join1 solve1 collect2 solve2 apply2 report "'
first=$(sed -n 's/^collect1: jobs \([0-9]*\),.*/\1/p' jobs.txt)
report=$(sed -n 's/^report: job //p' jobs.txt)

check "three tasks are held" wait_for 40 test -e held-2 -a -e held-3 -a -e held-5
scontrol update NodeName=n4 State=DRAIN Reason=test
check "what comes behind refuses, and lists what is missing" says \
	"pass 1 is not complete: [0-9]+ of $units shards are missing" "$bin/curate-run" recipe.yaml -i in -o out --only check1
check "with exit code 6" exits 6 "$bin/curate-run" recipe.yaml -q -i in -o out --only solve1
scancel "${first}_2" "${first}_3"
is_gone() { ! squeue -h -r -t R,CG -o %i | grep -qx "$1"; }
check "a task is cancelled" wait_for 40 is_gone "${first}_2"
check "and another" wait_for 40 is_gone "${first}_3"
# Literal numbers: this array has two tasks and still does shares 2/12 and 3/12.
sbatch -Q --array=2,3 --chdir="$scratch" --output=again-%a.log out/_curate/slurm/job.sh 0 12 collect1
check "a task at its time limit saves its place" wait_for 70 grep -q 'task 5 ends with 75' held.log
scontrol update NodeName=n4 State=RESUME
is_over() { scontrol show job "$report" | grep -qE 'JobState=(COMPLETED|FAILED)'; }
check "all jobs end" wait_for 90 is_over
check "the report's job ends with 0" bash -c "scontrol show job $report | grep -q 'ExitCode=0:0'"
check "the task at its time limit came back by itself" grep -q REQUEUE "out/_curate/slurm/collect1-${first}_5.log"
check "the bytes are those of one process" same one out
check "and the report counts the same documents" python3 - <<'END'
import json
a, b = (json.load(open(f"{d}/_curate/report.json"))["total"] for d in ("one", "out"))
for key in ("read", "kept", "dropped", "text_in", "text_out"):
    assert a[key] == b[key] > 0, (key, a[key], b[key])
END
check "--status says so" says "^pass 3 of 3: $units shards: $units done, 0 running, 0 failed, 0 to do" "$bin/curate-run" --status out
[ "$failures" = 0 ] || { "$bin/curate-run" --status out; tail -n 2 out/_curate/slurm/*.log again-*.log held.log; }
finish
