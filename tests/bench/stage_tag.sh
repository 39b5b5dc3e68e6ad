# shellcheck shell=bash
# shellcheck disable=SC2154
# What tagging adds to pass-through: turn by turn, so that both see the same noise; the least of each.
# Read by tests/bench/run.sh.
recipe tag '  - meco: {cooldown: 0}'
recipe split '  - meco'
row "meco" "$bin/curate-run" "$work/tag.yaml" -q -i "$corpus" -o "$work/out" -j1

tag_rounds=$((rounds * 3))
for _ in $(seq "$tag_rounds"); do
	for name in pass tag split; do
		rm -rf "$work/out"
		/usr/bin/time -o "$work/time" -f '%U %S' "$bin/curate-run" "$work/$name.yaml" -q -i "$corpus" -o "$work/out" -j1 >/dev/null
		awk -v n="$name" '{print n, $1 + $2}' "$work/time"
	done
done | awk -v rounds="$tag_rounds" '
	!($1 in least) || $2 < least[$1] {least[$1] = $2}
	END {printf "tagging costs %.1f %% over pass-through, with the cooldown split %.1f %% (least of %d)\n",
		100 * (least["tag"] / least["pass"] - 1), 100 * (least["split"] / least["pass"] - 1), rounds}'
