#!/bin/bash
# make bench-gathering: st_dbscan against PostGIS's ST_ClusterDBSCAN, and
# covisit_groups against plain SQL, in one private cluster.
#
#   SF=1             up to 5 million places; 0.02 ends at 100 thousand
#   RIVAL_MOST=1000000  PostGIS is left out where there are more places
#   COVISIT_MOST=500000  plain SQL is left out where there are more visits
#   STAGE=DIR        medsup as staged by make install DESTDIR=DIR; without it
#                    the bench builds its own
#
# Places are skewed: towns of different weight, and a tenth anywhere.  Both
# must agree on noise and on the clusters of core rows before a time counts.
# Prints two Markdown tables and lines
#   ratio NAME VALUE aim AIM
# Ends non-zero when they disagree or anything else goes wrong, not when an
# aim is missed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
. scripts/lib.sh
unset MAKEFLAGS MFLAGS MAKELEVEL

tmp=$(mktemp -d "${TMPDIR:-/tmp}/medsup-bench.XXXXXX")
# shellcheck disable=SC2154
trap 'rc=$?; scripts/cluster.sh remove "$tmp/cluster" || true; rm -rf "$tmp"; exit $rc' EXIT
trap 'exit 130' INT TERM
chmod 755 "$tmp"

stage=${STAGE:-$tmp/stage}
if [ -z "${STAGE:-}" ]; then
  say "building medsup"
  { make -s BUILD="$tmp/build" with_llvm=no &&
    make -s BUILD="$tmp/build" with_llvm=no install DESTDIR="$stage"; } >"$tmp/build.log" 2>&1 ||
    { cat "$tmp/build.log" >&2; die "medsup does not build"; }
fi

scripts/cluster.sh run --stage "$stage" --database bench \
  --set shared_buffers=512MB --set work_mem=512MB --set fsync=off --set autovacuum=off --set jit=off -- \
  psql -X -q -v ON_ERROR_STOP=1 -v sf="${SF:-1}" -v most="${RIVAL_MOST:-1000000}" -v covisit_most="${COVISIT_MOST:-500000}" \
  -f test/bench/gathering.sql -f test/bench/gathering_covisit.sql
