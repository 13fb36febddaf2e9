#!/bin/bash
# make demo: from a clean clone to one audited night, in a private cluster.
#   scripts/demo.sh start | stop | clean
#
# Everything lies in .demo/ of the project (or, where the server's user cannot
# read that, in a folder of its own under /tmp, noted in .demo/where).  The
# system's clusters, ports and configuration are never touched.
#
#   DEMO_LANG=en     the report in English (default zh)
#   DEMO_SF=1        scale: 1 = 20 thousand patients, 1 million fee lines
#   MEDSUP_DATA=DIR  the published knowledge points (default ../shared/data)
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
top=$PWD
action=${1:-start}
unset MAKEFLAGS MFLAGS MAKELEVEL BUILD
export PG_CONFIG=${PG_CONFIG:-pg_config}

where() { if [ -f .demo/where ]; then cat .demo/where; else echo "$top/.demo"; fi; }

if [ "$action" != start ]; then
  home=$(where)
  case $action in
    stop)
      [ -d "$home/cluster" ] || { say "medsup: no demo is here"; exit 0; }
      scripts/cluster.sh stop "$home/cluster"
      say "medsup: the demo's server is stopped; make demo-clean removes its files" ;;
    clean)
      if [ -d "$home/cluster" ]; then scripts/cluster.sh remove "$home/cluster"; fi
      [ "$home" = "$top/.demo" ] || rm -rf "$home"
      rm -rf "$top/.demo"
      say "medsup: the demo is gone" ;;
    *) die "demo.sh: start, stop or clean" ;;
  esac
  exit 0
fi

began=$SECONDS
step() { printf '[%4d s] %s\n' $((SECONDS - began)) "$*"; }

step "set-up: packages"
scripts/setup.sh
export MEDSUP_DATA=${MEDSUP_DATA:-$top/../shared/data}
MEDSUP_DATA=$(realpath -m "$MEDSUP_DATA")
if [ -d "$MEDSUP_DATA" ]; then step "knowledge points: from $MEDSUP_DATA"
else step "knowledge points: the bundled ones (MEDSUP_DATA names no folder)"; fi

# ------------------------------------------------------- where it lies ------
# The server's user must be able to enter the folder, and the path of a Unix
# socket may not pass 107 bytes.
mkdir -p .demo
home=$(where)
usable() {
  mkdir -p "$1" && chmod 755 "$1" || return 1
  [ ${#1} -le 80 ] || return 1
  [ "$(id -u)" != 0 ] || setpriv --reuid=postgres --regid=postgres --init-groups test -x "$1"
}
if ! usable "$home"; then
  home=$(mktemp -d /tmp/medsup-demo.XXXXXX)
  chmod 755 "$home"
  echo "$home" >.demo/where
fi

step "build for $("$PG_CONFIG" --version)"
make -s -j2 all >"$home/build.log" 2>&1 || { tail -40 "$home/build.log" >&2; die "the build failed"; }
rm -rf "$home/stage"
make -s DESTDIR="$home/stage" install >>"$home/build.log" 2>&1 || { tail -40 "$home/build.log" >&2; die "staging failed"; }
chmod -R a+rX "$home/stage"

step "private cluster in $home/cluster (Unix socket only, pg_cron preloaded)"
mkdir -p "$home/cluster"
scripts/cluster.sh start "$home/cluster" --stage "$home/stage" --cron --database medsup_demo
# shellcheck disable=SC1091
. "$home/cluster/env"

export DEMO_LANG=${DEMO_LANG:-zh} DEMO_SF=${DEMO_SF:-1} DEMO_HOME=$home DEMO_BEGAN=$((began - SECONDS))
psql -X -q -v ON_ERROR_STOP=1 -c 'SET client_min_messages = warning' \
  -c 'CREATE EXTENSION pg_cron' -c 'CREATE EXTENSION medsup CASCADE'
step "extension created: medsup $(psql -XAt -c "SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'medsup'")"

if [ -f test/demo/run_demo.sh ]; then
  if ! bash test/demo/run_demo.sh; then
    say "--- server log (tail)"; tail -30 "$home/cluster/server.log"
    die "the demo failed; its server still runs (make demo-clean removes it)"
  fi
else
  die "test/demo/run_demo.sh is missing"
fi

step "done"
cat <<END

The demo's server goes on running.
  look around:  . $home/cluster/env && psql
  stop it:      make demo-stop
  remove it:    make demo-clean
END
