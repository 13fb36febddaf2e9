#!/bin/bash
# Installs what medsup needs to build, demo and test, by package name, on
# Debian and its relatives.  Silent and quick when nothing is missing.
#
#   scripts/setup.sh           says what it will do, then does it
#   YES=1 scripts/setup.sh     also goes on where it would otherwise stop:
#                              a PostgreSQL cluster exists, or an installed
#                              package would be upgraded (both can restart a
#                              production server)
#   scripts/setup.sh --list    only prints the packages that are missing
#
# Never creates, changes or starts a cluster of the system.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

major=15
if command -v "${PG_CONFIG:-pg_config}" >/dev/null 2>&1; then
  found=$("${PG_CONFIG:-pg_config}" --version 2>/dev/null | sed -n 's/^PostgreSQL \([0-9]*\).*/\1/p' || true)
  # a client library's pg_config is no server
  if [ -n "$found" ] && [ "$found" -ge 15 ] &&
     [ -f "$("${PG_CONFIG:-pg_config}" --pgxs 2>/dev/null)" ]; then major=$found; fi
fi

needed="postgresql-$major postgresql-server-dev-$major
  postgresql-$major-postgis-3 postgresql-$major-cron
  libicu-dev libproj-dev pkg-config gcc libc6-dev make binutils clang libclang-rt-dev
  perl libipc-run-perl pg-bsd-indent diffutils util-linux
  shellcheck"

have_dpkg() { command -v dpkg-query >/dev/null 2>&1; }
installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# libclang-rt-dev is the unversioned name; the versioned one serves as well.
provided() {
  installed "$1" && return 0
  case $1 in
    libclang-rt-dev)
      local v
      v=$(clang --version 2>/dev/null | sed -n 's/.*version \([0-9]*\).*/\1/p')
      [ -n "$v" ] && installed "libclang-rt-$v-dev" ;;
    pkg-config) command -v pkg-config >/dev/null 2>&1 ;;
    *) return 1 ;;
  esac
}

missing=()
if have_dpkg; then
  for p in $needed; do provided "$p" || missing+=("$p"); done
else
  for t in gcc clang perl objdump pg_bsd_indent shellcheck pkg-config setpriv "${PG_CONFIG:-pg_config}"; do
    command -v "$t" >/dev/null 2>&1 || missing+=("$t")
  done
  [ ${#missing[@]} = 0 ] && exit 0
  die "this is no Debian system; these programs are missing: ${missing[*]}"
fi

if [ "${1:-}" = --list ]; then
  [ ${#missing[@]} = 0 ] || printf '%s\n' "${missing[@]}"
  exit 0
fi
[ ${#missing[@]} -gt 0 ] || exit 0

say "medsup: these packages are missing:"
printf '    %s\n' "${missing[@]}"

# ------------------------------------------------------------- privileges ---
if [ "$(id -u)" = 0 ]; then
  root=()
elif command -v sudo >/dev/null 2>&1; then
  root=(sudo)
  [ -t 0 ] || root=(sudo -n)
  if ! "${root[@]}" true 2>/dev/null; then
    die "neither root nor sudo: install the packages above as root, then run make again
    apt-get install --no-install-recommends ${missing[*]}"
  fi
else
  die "neither root nor sudo: install the packages above as root, then run make again
    apt-get install --no-install-recommends ${missing[*]}"
fi

# ------------------------------------------------------- package lists ------
fresh_lists() {
  [ -n "$(find /var/lib/apt/lists -maxdepth 1 -name '*Packages*' -mtime -2 2>/dev/null | head -1)" ]
}
updated=0
update() { say "medsup: refreshing the package lists"; "${root[@]}" apt-get update -q >/dev/null; updated=1; }
fresh_lists || update
simulate() { LC_ALL=C apt-get -s -q install --no-install-recommends "${missing[@]}" 2>&1; }
if ! plan=$(simulate); then
  [ $updated = 1 ] || { update; plan=$(simulate) || true; }
  grep -q '^Inst ' <<<"$plan" || { printf '%s\n' "$plan" >&2; die "apt-get cannot install them; is this Debian 12 or later, with its usual sources?"; }
fi

# ------------------------------------------------- what could do harm -------
# An Inst line with a version in brackets replaces an installed package.
upgrades=$(sed -nE 's/^Inst ([^ ]+) \[([^]]*)\] \(([^ ]+).*/\1 \2 -> \3/p' <<<"$plan")
removals=$(sed -nE 's/^Remv ([^ ]+).*/\1/p' <<<"$plan")
clusters=
if command -v pg_lsclusters >/dev/null 2>&1; then
  clusters=$(pg_lsclusters -h 2>/dev/null | awk '{ print $1 "/" $2 " (" $4 ", " $6 ")" }')
fi
if [ -z "$clusters" ]; then
  clusters=$(find /var/lib/postgresql -mindepth 3 -maxdepth 3 -name PG_VERSION 2>/dev/null || true)
fi

new=$(sed -nE 's/^Inst ([^ ]+) \(.*/\1/p' <<<"$plan" | wc -l)
say "medsup: will install $new new packages (the above and what they need)"
stop=0
if [ -n "$upgrades" ]; then
  say "medsup: this would upgrade installed packages:"
  sed 's/^/    /' <<<"$upgrades"
  stop=1
fi
if [ -n "$removals" ]; then
  say "medsup: this would remove installed packages:"
  sed 's/^/    /' <<<"$removals"
  stop=1
fi
if [ -n "$clusters" ]; then
  say "medsup: PostgreSQL clusters of this machine (they are left alone, but installing or"
  say "        upgrading server packages can restart them):"
  sed 's/^/    /' <<<"$clusters"
  stop=1
fi
if [ $stop = 1 ] && [ "${YES:-}" != 1 ]; then
  die "stopped before anything was changed; if that is acceptable, repeat with YES=1"
fi

# ------------------------------------------------------------- install ------
# The server package creates and starts a cluster "main" unless told not to.
# A drop-in says so while the installation runs; it is removed afterwards.
dropdir=/etc/postgresql-common/createcluster.d
dropin=$dropdir/00-medsup-setup.conf
made=()
undo() {
  "${root[@]}" rm -f "$dropin"
  for d in "${made[@]}"; do "${root[@]}" rmdir "$d" 2>/dev/null || true; done
}
for d in "$dropdir" "$(dirname "$dropdir")"; do [ -d "$d" ] || made+=("$d"); done
trap undo EXIT
trap 'exit 130' INT TERM
"${root[@]}" mkdir -p "$dropdir"
echo 'create_main_cluster = false' | "${root[@]}" tee "$dropin" >/dev/null

log=$(mktemp)
start=$SECONDS
install() {
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 \
    apt-get install -q -y --no-install-recommends \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold \
    -o Dpkg::Use-Pty=0 "${missing[@]}" >"$log" 2>&1
}
say "medsup: installing ..."
if ! install; then
  # lists that are out of date name files that are gone
  if [ $updated = 1 ] || ! { update && install; }; then
    tail -30 "$log" >&2
    die "apt-get failed; its whole output is in $log"
  fi
fi
rm -f "$log"
for p in "${missing[@]}"; do provided "$p" || die "$p is still missing after the installation"; done
say "medsup: installed in $((SECONDS - start)) s"
