#!/bin/bash
# make bench-anomaly: provider_anomaly against scikit-learn's IsolationForest,
# LocalOutlierFactor and EllipticEnvelope, and against plain SQL with
# percentile_cont, on the same rows.
#
#   SF=1             20 thousand providers and 1 million doctors x 30
#                    indicators; 0.1 takes a minute
#   RACES="providers doctors sets"  some of them alone
#   STAGE=DIR        medsup as staged by make install DESTDIR=DIR; without it
#                    the bench builds its own
#
# Everybody has one core, no GPU and the rows in memory or cache; what is timed
# is fit and score.  scikit-learn (python3-sklearn of Debian, by
# /usr/bin/python3) is left out with a word where it is absent.  Fraud of five
# kinds is planted into the providers (anomaly_draw.sql); area under the ROC
# curve, average precision and precision at 100 are of one kind at a time
# against the honest, and once more within deciles of size.  Sets are labelled
# ones that were not made for medsup (anomaly_sets.py), ranked by methods that
# know neither labels nor directions.
# Prints Markdown tables and lines
#   ratio NAME VALUE aim AIM
# Ends non-zero when anything goes wrong, not when an aim is missed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
. scripts/lib.sh
. test/bench/bench_lib.sh

rival=/usr/bin/python3
if ! $rival -c 'import sklearn' 2>/dev/null; then
  say "scikit-learn is absent (package python3-sklearn): its methods are left out"
  rival=
fi

export SHARED_BUFFERS=128MB
bench_start
PGOPTIONS="$PGOPTIONS -c max_parallel_workers_per_gather=0" test/bench/anomaly_race.sh "${SF:-1}" "$rival" "${RACES:-providers doctors sets}"
