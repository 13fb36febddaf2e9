#!/bin/bash
# Proves the two commands on a Debian 12 that has nothing but git and make:
# makes such a root by mmdebstrap from this machine's own package sources,
# clones this repository into it, and runs `make check` and `make demo` there.
#   scripts/try_fresh_debian.sh [--keep] [--place DIR] [target ...]
# Needs root and the package mmdebstrap.  --place is where the clone goes in
# the new root (default: the home of root, which the server cannot enter).
# YES=1 is not given: nothing there may need it.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
[ "$(id -u)" = 0 ] || die "needs root"
command -v mmdebstrap >/dev/null || die "install the package mmdebstrap"
keep=0 place=/root targets=()
while [ $# -gt 0 ]; do
  case $1 in
    --keep) keep=1; shift ;;
    --place) place=$2; shift 2 ;;
    *) targets+=("$1"); shift ;;
  esac
done
[ ${#targets[@]} -gt 0 ] || targets=(check demo)
data=$(realpath -m "${MEDSUP_DATA:-../shared/data}")

root=$(mktemp -d "${TMPDIR:-/tmp}/medsup-fresh.XXXXXX")
cleanup() { [ $keep = 1 ] && { say "kept: $root"; return; }; rm -rf --one-file-system "$root"; }
trap cleanup EXIT
trap 'exit 130' INT TERM

t0=$SECONDS
sources=()
for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
  [ -s "$f" ] && grep -q bookworm "$f" && sources+=("$f")
done
[ ${#sources[@]} -gt 0 ] || die "this machine has no bookworm sources"
mmdebstrap --quiet --mode=root --variant=minbase --skip=check/empty \
  --aptopt='APT::Install-Recommends "false"' \
  --include=git,make,ca-certificates bookworm "$root" "${sources[@]}"
cp /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || true
say "fresh Debian $(cat "$root/etc/debian_version") in $((SECONDS - t0)) s: $(chroot "$root" dpkg-query -W -f='x\n' | wc -l) packages, none of PostgreSQL: $(chroot "$root" dpkg-query -W -f='${Package}\n' | grep -c postgresql || true)"

git clone -q --no-local . "$root$place/medsup"
if [ -d "$data" ]; then
  mkdir -p "$root$place/shared"
  cp -r "$data" "$root$place/shared/data"
fi

rc=0
for t in "${targets[@]}"; do
  t0=$SECONDS
  say "=== make $t"
  # its own process tree: whatever it leaves running ends with it
  unshare --mount --pid --fork --kill-child bash -euc '
    mount -t proc proc "$1/proc"
    mount --rbind /dev "$1/dev"
    exec chroot "$1" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
      HOME=/root TERM=dumb make -C "$2/medsup" "$3"' _ "$root" "$place" "$t" || rc=$?
  say "=== make $t: exit $rc after $((SECONDS - t0)) s"
done
say "clusters of the system in there: $(find "$root/var/lib/postgresql" -name PG_VERSION 2>/dev/null | wc -l)"
exit $rc
