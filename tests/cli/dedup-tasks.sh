#!/usr/bin/env bash
# The step `cluster` of each kind, shared by tasks in any number and order, at once, twice, killed: the
# bytes are those of one process.
# shellcheck disable=SC2317 # functions that check calls
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

mkdir in
python3 - <<'PY'
import json, random
rng = random.Random(7)
words = ["".join(rng.choice("abcdefghijklmnop") for _ in range(5)) for _ in range(900)]
files, texts, lines = [open(f"in/{k}.jsonl", "w") for k in range(5)], [], []
for i in range(2500):
    if texts and rng.random() < 0.4:
        text = list(rng.choice(texts))
        for _ in range(rng.choice([0, 0, 1, 3, 10])):
            text[rng.randrange(len(text))] = rng.choice(words)
    else:
        text = [rng.choice(words) for _ in range(rng.randint(60, 120))]
    texts.append(text)
    line = " ".join(text[:9]).capitalize() + "."
    lines.append(line)
    json.dump({"id": str(i), "url": f"http://www.Example.org/{i % 700}", "score": i * 7919 % 1000,
               "text": rng.choice(lines) + "\n" + " ".join(text) + ". " + rng.choice(lines)}, files[i % 5])
    files[i % 5].write("\n")
PY
dedup() { "$bin/curate-dedup" -q -i in "$@"; }

# The folder of a run up to `match`, to begin from again and again.
options_of() { # kind
	case $1 in
	minhash) echo --keep best:score ;;
	verified) echo --verify 0.6 ;;
	compat) echo --method compat --datatrove trove.OUT ;;
	sentences) echo --set sentence_dedup.n_sentences=1 --set sentence_dedup.min_doc_words=10 ;;
	troves) echo --set bloom_dedup.method=compat ;;
	esac
}
kind_of() { case $1 in verified | compat) echo minhash ;; troves) echo bloom ;; *) echo "$1" ;; esac; }
run() { # name, folder, then words
	local name=$1 out=$2 options
	shift 2
	read -ra options <<<"$(options_of "$name")"
	case $name in minhash | exact | url) options+=(--index-out "idx.$out") ;; esac
	dedup "$@" -o "$out" -k "$(kind_of "$name")" "${options[@]/OUT/$out}"
}
prepare() { # name folder
	rm -rf "$2" "idx.$2" "trove.$2"
	run "$1" "$2" sketch -j2 && run "$1" "$2" match
}
finished() { # name folder: applies, and compares with the run of one process
	run "$1" "$2" apply --task 1/2 && run "$1" "$2" apply --task 0/2 && same "$1.one" "$2" &&
		{ [ ! -d "idx.$1.one" ] || diff -r --exclude="*.tmp" "idx.$1.one" "idx.$2"; } &&
		! find "$2/_curate" -name '*.claim' -o -name work | grep .
}
in_turn() { # name folder tasks order…
	prepare "$1" "$2" || return
	local task name=$1 out=$2 tasks=$3
	shift 3
	for task in "$@"; do run "$name" "$out" cluster -j1 --task "$task/$tasks" || return; done
	finished "$name" "$out"
}
at_once() { # name folder: three tasks of eight, two of them twice
	local pids=() pid
	prepare "$1" "$2" && run "$1" "$2" join || return
	for task in 5 0 7 5 0; do
		"$bin/curate-dedup" cluster -q -i in -o "$2" -k "$(kind_of "$1")" -j2 --task "$task/8" "${more[@]}" &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do wait "$pid" || return; done
	finished "$1" "$2"
}
killed() { # name folder
	local pid
	prepare "$1" "$2" || return
	for delay in 01 02 03 05 08 13; do
		"$bin/curate-dedup" cluster -q -i in -o "$2" -k "$(kind_of "$1")" -j1 --task 1/3 "${more[@]}" &
		pid=$!
		sleep "0.$delay"
		kill -9 "$pid"
		wait "$pid"
	done 2>/dev/null
	run "$1" "$2" cluster -j2 --task 2/3 || return
	finished "$1" "$2"
}

for name in minhash verified compat exact url lines sentences bloom troves; do
	prepare $name $name.one
	run $name $name.one cluster -j2
	run $name $name.one apply
	check "$name: there is something to find" bash -c "zstd -dcq $name.one/log/*.zst | grep -qE '\"keep\":false|\"edits\"'"
	read -ra more <<<"$(options_of $name)"
	more=("${more[@]/OUT/$name.tasks}")
	[ ! -d "idx.$name.one" ] || more+=(--index-out "idx.$name.tasks")
	check "$name: one task of one" in_turn $name $name.tasks 1 0
	check "$name: three tasks in another order" in_turn $name $name.tasks 3 2 0 1
	check "$name: two of eight tasks are enough" in_turn $name $name.tasks 8 6 3
	check "$name: tasks at once, some twice" at_once $name $name.tasks
	check "$name: killed again and again" killed $name $name.tasks
done

# What is not complete is said.
prepare minhash owed
check "exit 6: apply while no cluster task has come" exits 6 run minhash owed apply
rm "$(find owed/_curate -name '003-000000.edge')"
run minhash owed join
check "exit 6: apply behind the join" exits 6 run minhash owed apply
rm -r owed/_curate/stage-minhash/verdict
check "a task names the match file that is missing" says '1 of 15 files missing: .*003-000000.edge' \
	"$bin/curate-dedup" cluster -i in -o owed --keep best:score --index-out idx.owed --task 1/3

# Recipes.
cat >recipe.yaml <<'END'
curate: 1
stages: [exact_dedup, minhash, line_dedup]
END
step() { "$bin/curate-run" recipe.yaml -q -i in "$@"; }
step -o recipe.one
for k in 1 2 3; do
	for t in 1 0; do step -o recipe.tasks --only collect$k --task $t/2; done
	step -o recipe.tasks --only check$k
	for t in 2 0 1; do step -o recipe.tasks --only split$k --task $t/3; done
	step -o recipe.tasks --only join$k
	step -o recipe.tasks --only solve$k --task 3/4 &
	step -o recipe.tasks --only solve$k --task 0/4
	wait
done
for t in 0 1; do step -o recipe.tasks --only apply3 --task $t/2; done
check "a recipe of three such stages, each solved by tasks, gives the bytes of one process" same recipe.one recipe.tasks
check "generated Slurm jobs solve dedup in an array" bash -c "'$bin/curate-run' recipe.yaml -i in -o x --sbatch | grep -cx 'array solve[123]' | grep -qx 3"
finish
