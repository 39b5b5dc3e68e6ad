#!/usr/bin/env bash
# Builds every fuzz target with clang, ASan and UBSan, and runs each for the seconds given.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-20}
build="build-fuzz"
command -v clang >/dev/null || { echo "fuzz: clang is not installed (apt-get install clang libclang-rt-14-dev)"; exit 1; }
make -s -j"$(nproc)" BUILD=$build CC=clang CXX=clang++ SAN=address,undefined,fuzzer-no-link $build/libcurate.a $build/cmd/stages.c.o
# The archive is linked with the libraries the Makefile names for programs.
libs=$(make -s BUILD=$build print-libs)
for source in tests/fuzz/fuzz_*.c; do
	name=$(basename "$source" .c)
	# shellcheck disable=SC2086
	clang -std=c11 -D_GNU_SOURCE -I. -g -O1 -fsanitize=fuzzer,address,undefined \
		-fsanitize-link-c++-runtime "$source" \
		$build/cmd/stages.c.o $build/libcurate.a $libs -o "$build/$name"
	mkdir -p "$build/corpus-$name"
	seeds=
	[ ! -d "tests/fuzz/$name" ] || seeds=tests/fuzz/$name
	# shellcheck disable=SC2086
	"$build/$name" -max_total_time="$seconds" -verbosity=0 -print_final_stats=0 \
		"$build/corpus-$name" $seeds && echo "ok $name ran ${seconds}s"
done
