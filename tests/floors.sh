#!/usr/bin/env bash
# The layering of the house: each folder includes only what stands above it. Also what keeps a tree
# tidy: a known top level, no left-overs, sizes (tests/style.py).
set -u
cd "$(dirname "$0")/.." || exit 1
bad=0

forbid() { # folder, what it must not include (extended regex), why
	local hits
	hits=$(grep -rnE "^#include \"($2)" "$1" --include='*.c' --include='*.cc' --include='*.h' 2>/dev/null)
	[ -z "$hits" ] || { echo "floors: $3"; echo "$hits"; bad=1; }
}

forbid lib/base 'lib/(io|doc|run|dedup)|rules|scorers|cmd' 'base stands on nothing'
forbid lib/io 'lib/(doc|run|dedup)|rules|scorers|cmd' 'io stands on base alone'
forbid lib/doc 'lib/(run|dedup)|rules|scorers|cmd' 'doc stands on base and io'
forbid lib/run 'lib/dedup|rules|scorers|cmd' 'run does not know dedup, rules or scorers'
forbid lib/dedup 'lib/run/(recipe|run|unit|team|worker|sink|feed|state|chain)|rules|scorers|cmd' 'dedup knows of run only the stage'
forbid rules 'lib/run/(recipe|run|unit|team|worker|sink|feed|state|chain)|scorers/[a-z_]*_stage|cmd' 'rules know of run only the stage'
forbid scorers 'lib/run/(recipe|run|unit|team|worker|sink|feed|state|chain)|rules|cmd' 'scorers know of run only the stage'

hits=$(grep -rnE '^#include "' lib rules scorers cmd --include='*.c' --include='*.cc' --include='*.h' |
	grep -vE '"(lib|rules|scorers|cmd)/')
[ -z "$hits" ] || { echo "floors: includes are written from the root"; echo "$hits"; bad=1; }

hits=$(grep -rlE 'pthread_create' lib rules scorers cmd | grep -v '^lib/base/par.c$')
[ -z "$hits" ] || { echo "floors: threads are started in lib/base/par.c alone"; echo "$hits"; bad=1; }

hits=$(find lib rules scorers cmd -name '*.cc' ! -name '*_shim.cc')
[ -z "$hits" ] || { echo "floors: C++ stays in *_shim.cc"; echo "$hits"; bad=1; }

if git rev-parse --git-dir >/dev/null 2>&1; then
	hits=$(git ls-files | cut -d/ -f1 | sort -u |
		grep -vxE 'cmd|lib|rules|scorers|tests|Makefile|README.md|LICENSE|\..*')
	[ -z "$hits" ] || { echo "floors: nothing else belongs at the top level"; echo "$hits"; bad=1; }
	hits=$(git grep -nwE 'TODO|FIXME|XXX' -- '*.c' '*.cc' '*.h' ':!tests')
	[ -z "$hits" ] || { echo "floors: left open"; echo "$hits"; bad=1; }
fi
if git rev-parse --git-dir >/dev/null 2>&1; then
	python3 tests/style.py || bad=1
fi
[ "$bad" = 0 ] && echo "ok floors hold"
exit "$bad"
