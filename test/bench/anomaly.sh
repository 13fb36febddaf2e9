#!/bin/bash
# make bench-anomaly: provider_anomaly against scikit-learn's IsolationForest,
# LocalOutlierFactor and EllipticEnvelope, and against plain SQL with
# percentile_cont, on the same rows.
#
#   SF=1             20 thousand providers and 1 million doctors x 30
#                    indicators; 0.1 takes a minute
#   RACES="providers doctors"  one of them alone
#   STAGE=DIR        medsup as staged by make install DESTDIR=DIR; without it
#                    the bench builds its own
#
# Everybody has one core, no GPU and the rows in memory or cache; what is timed
# is fit and score.  scikit-learn (python3-sklearn of Debian, by
# /usr/bin/python3) is left out with a word where it is absent.  Fraud of five
# kinds is planted into the providers (anomaly_draw.sql); area under the ROC
# curve, average precision and precision at 100 are of one kind at a time
# against the honest, and once more within deciles of size.
# Prints Markdown tables and lines
#   ratio NAME VALUE aim AIM
# Ends non-zero when anything goes wrong, not when an aim is missed.
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

rival=/usr/bin/python3
if ! $rival -c 'import sklearn' 2>/dev/null; then
  say "scikit-learn is absent (package python3-sklearn): its methods are left out"
  rival=
fi

scripts/cluster.sh run --stage "$stage" --database bench \
  --set shared_buffers=128MB --set work_mem=256MB --set maintenance_work_mem=256MB --set fsync=off --set autovacuum=off \
  --set jit=off --set max_parallel_workers_per_gather=0 --set max_wal_size=4GB -- \
  test/bench/anomaly_race.sh "${SF:-1}" "$rival" "${RACES:-providers doctors}"
