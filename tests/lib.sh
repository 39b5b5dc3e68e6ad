# shellcheck shell=bash
# What the CLI tests share: a scratch folder, checks that say "ok NAME" or "not ok NAME", and made-up
# corpora. Sourced, not run.
set -u
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck disable=SC2034
case ${BUILD:-build} in /*) bin=$BUILD/bin ;; *) bin=$top/${BUILD:-build}/bin ;; esac
# shellcheck disable=SC2034
shared=$top/../shared
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
failures=0

check() { # name, then a command that must succeed
	local name=$1
	shift
	if "$@" >check.out 2>&1; then
		echo "ok $name"
	else
		echo "not ok $name"
		head -c 2000 check.out
		failures=$((failures + 1))
	fi
}

exits() { # wanted exit code, then the command
	local want=$1 got
	shift
	"$@"
	got=$?
	[ "$got" = "$want" ] || { echo "exit code $got, wanted $want: $*"; return 1; }
}

says() { # extended regex that must be on stderr or stdout, then the command; its code does not count
	local pattern=$1
	shift
	"$@" >says.out 2>&1
	grep -qE -- "$pattern" says.out || { echo "nothing says /$pattern/:"; head -20 says.out; return 1; }
}

same() { # two output folders hold the same files but for the run state
	diff -r --exclude=_curate "$1" "$2"
}

# Made-up documents: COUNT records of plain English sentences, the same for the same SEED.
make_docs() { # count seed
	python3 - "$1" "$2" <<'EOF'
import json, random, sys
count, seed = int(sys.argv[1]), int(sys.argv[2])
rng = random.Random(seed)
words = ("the of and to that with river morning window garden letter market harbour winter bread "
         "teacher children walked carried answered remembered slowly quietly because before under "
         "between yellow heavy narrow distant story paper kitchen evening road mountain village be have").split()
for i in range(count):
    lines = []
    for _ in range(rng.randint(2, 12)):
        n = rng.choice([2, 8, 12, 16])
        line = " ".join(rng.choice(words) for _ in range(n)).capitalize() + rng.choice([".", ".", "!", ""])
        lines.append(line)
        if rng.random() < 0.05:
            lines.append("Please enable javascript to see this page today.")
    print(json.dumps({"id": f"{seed}-{i}", "url": f"https://site{i % 7}.example.org/p/{i}",
                      "n": 12345678901234567890 + i, "text": "\n".join(lines), "meta": {"x": [1.50, None, "\u00e9"]}},
                     ensure_ascii=bool(i % 2)))
EOF
}

finish() {
	[ "$failures" = 0 ] || exit 1
	exit 0
}
