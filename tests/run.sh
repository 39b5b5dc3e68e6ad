#!/usr/bin/env bash
# Runs every test of the build in $BUILD; the last line says how many passed and failed.
# ONLY names kinds of tests (floors unit cli conform threads); the sanitizer runs of .ci/run choose.
set -u
cd "$(dirname "$0")/.." || exit 1
export BUILD=${BUILD:-build}
only=${ONLY:-floors unit cli conform}
passed=0 failed=0

count() { # what it printed and how it ended: cmocka's, ok/not ok, or "N passed, M failed" lines
	local out=$1 code=$2 good bad
	good=$(grep -cE '^(ok |\[       OK \])' "$out")
	bad=$(grep -cE '^(not ok |\[  FAILED  \] [a-z_0-9]+$)' "$out")
	while read -r p f; do good=$((good + p)) bad=$((bad + f)); done \
		< <(sed -nE 's/^[a-z0-9_/.-]+: ([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' "$out")
	[ "$code" = 0 ] || [ "$bad" -gt 0 ] || bad=1
	passed=$((passed + good)) failed=$((failed + bad))
}

run() { # name command...
	local name=$1 out code
	shift
	out=$(mktemp)
	"$@" >"$out" 2>&1
	code=$?
	count "$out" "$code"
	if [ "$code" = 0 ]; then
		echo "pass $name"
		grep -E '^(skip|# skip)' "$out"
		[ "$name" != conform ] || cat "$out"
	else
		echo "FAIL $name (exit $code)"
		tail -40 "$out"
	fi
	rm -f "$out"
}

case $only in *floors*) run floors tests/floors.sh ;; esac
case $only in *unit*)
	for source in tests/unit/*.c; do
		name=$(basename "$source" .c)
		run "unit/$name" "$BUILD/unit/$name"
	done
	;;
esac
case $only in *cli*)
	for script in tests/cli/*.sh; do run "$(basename "$script" .sh)" bash "$script"; done
	;;
esac
case $only in *threads*)
	for source in tests/unit/*.c; do # the modules that start threads
		grep -q 'par_for\|pthread' "$source" && run "unit/$(basename "$source" .c)" "$BUILD/unit/$(basename "$source" .c)"
	done
	run threads bash tests/cli/threads.sh
	;;
esac
case $only in *conform*)
	if [ -d ../shared/vectors ]; then
		run conform python3 tests/conform/run.py ../shared "$BUILD/bin"
	else
		echo "skip conform: ../shared is not here"
	fi
	;;
esac
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
