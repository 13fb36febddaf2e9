#!/bin/bash
# Builds medsup and runs its tests on the server of another Debian release, in
# a root of its own made by mmdebstrap from this machine's package sources:
#   scripts/try_other_server.sh trixie 17
#   scripts/try_other_server.sh sid 18        (drifts; a report, not a gate)
# What runs is what a packager runs: make, make install, make installcheck, the
# last one as an unprivileged user.  Needs root and the package mmdebstrap.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
suite=${1:?a Debian release} major=${2:?its PostgreSQL major version}
[ "$(id -u)" = 0 ] || die "needs root"
command -v mmdebstrap >/dev/null || die "install the package mmdebstrap"
data=$(realpath -m "${MEDSUP_DATA:-../shared/data}")

root=$(mktemp -d "${TMPDIR:-/tmp}/medsup-other.XXXXXX")
trap 'rm -rf --one-file-system "$root"' EXIT
trap 'exit 130' INT TERM
mirror=$({ cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null || :; } |
  sed -nE -e 's/^URIs: *([^ ]+).*/\1/p' -e 's/^deb (\[[^]]*\] )?([^ ]+) .*/\2/p' | sed -n 1p)
[ -n "$mirror" ] || die "this machine has no package source"

mmdebstrap --quiet --mode=root --variant=minbase --skip=check/empty \
  --aptopt='APT::Install-Recommends "false"' \
  --aptopt='Acquire::Check-Valid-Until "false"' \
  --essential-hook='mkdir -p "$1/etc/postgresql-common" && echo "create_main_cluster = false" >"$1/etc/postgresql-common/createcluster.conf"' \
  --include="make,gcc,libc6-dev,libicu-dev,libproj-dev,pkg-config,perl,libipc-run-perl,postgresql-$major,postgresql-server-dev-$major,postgresql-$major-postgis-3,postgresql-$major-cron" \
  "$suite" "$root" "deb $mirror $suite main"
git clone -q --no-local . "$root/srv/medsup"
if [ -d "$data" ]; then mkdir -p "$root/srv/shared" && cp -r "$data" "$root/srv/shared/data"; fi
chmod -R a+rX "$root/srv"
cat >"$root/srv/try" <<'IN'
set -eu
cd /srv/medsup
pg_config --version
as="setpriv --reuid=postgres --regid=postgres --init-groups env HOME=/tmp MEDSUP_DATA=/srv/shared/data"
flags=WERROR=1
command -v clang >/dev/null || flags="$flags with_llvm=no"
chown -R postgres: /srv/medsup
$as make -s -j2 $flags
make -s $flags install
chown -R postgres: /srv/medsup
$as scripts/cluster.sh run -- make -s $flags installcheck || { head -200 build/*/regression.diffs; exit 1; }
IN
unshare --mount --pid --fork --kill-child bash -euc '
  mount -t proc proc "$1/proc"
  mount --rbind /dev "$1/dev"
  exec chroot "$1" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp sh /srv/try' _ "$root"
say "medsup works on PostgreSQL $major of $suite"
