#!/usr/bin/env bash
# Installs what building and testing need and this machine lacks (Debian 12+, Ubuntu 22.04+); with the
# word slurm, what tests/cli/slurm.sh needs.
set -eu

need="gcc g++ make pkg-config python3 zstd gzip git shellcheck
      libsimdjson-dev libzstd-dev zlib1g-dev libxxhash-dev nettle-dev libpcre2-dev libyaml-dev libunistring-dev
      libfasttext-dev fasttext libsentencepiece-dev libcld2-dev libpsl-dev publicsuffix
      libcurl4-openssl-dev libcmocka-dev"
# Used where the distribution has them; the programs do the same without.
wish="libisal-dev libvectorscan-dev"
[ "${1:-}" != slurm ] || { need="slurm-wlm munge" wish=""; }

missing() {
	for package in "$@"; do
		dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || echo "$package"
	done
}

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
	# shellcheck disable=SC2086
	echo "deps: this is not Debian or Ubuntu; please install the equivalents of:" $need $wish
	exit 0
fi
# shellcheck disable=SC2086
absent=$(missing $need)
# shellcheck disable=SC2086
wanted=$(missing $wish)
[ -n "$absent$wanted" ] || exit 0
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
# shellcheck disable=SC2086
[ -z "$absent" ] || $sudo apt-get install -y -qq --no-install-recommends $absent >/dev/null
for package in $wanted; do
	$sudo apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1 ||
		echo "deps: $package is not available here; going on without it"
done
