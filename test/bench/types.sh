#!/bin/bash
# make bench-types: the code types against text and ltree, side by side in one
# private cluster.
#
#   SF=1             10 million codes, half diagnoses, half fee items; 0.1 works
#   RUNS=3           each form is run so often, in turns; the best run counts
#   BUDGET=15        a form is not run again once it took so many seconds
#   CLOCK=wall       cpu counts the server's CPU time, for a machine that is shared
#   MEDSUP_DATA=DIR  the real code lists (default ../shared/data)
#   STAGE=DIR        medsup as staged by make install DESTDIR=DIR; without it
#                    the bench builds its own
#
# Prints the settings, one Markdown table a family and, last, lines
#   ratio FAMILY/OPERATION/AGAINST VALUE aim AIM
# Ends non-zero when two contenders disagree or anything else goes wrong, not
# when an aim is missed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
. scripts/lib.sh
unset MAKEFLAGS MFLAGS MAKELEVEL
pg_config=${PG_CONFIG:-pg_config}
data=$(realpath -m "${MEDSUP_DATA:-../shared/data}")/codes

lists=(icd10_yibao_v2 drug_codes_liangku service_item_codes_liangku consumable_codes_sample)
for list in "${lists[@]}"; do
  if [ ! -r "$data/$list.csv" ]; then
    echo "skip bench-types: no codes/$list.csv; MEDSUP_DATA names the folder of the real lists"
    exit 0
  fi
done
if [ ! -f "$("$pg_config" --sharedir)/extension/ltree.control" ]; then
  echo "skip bench-types: the server has no ltree; it is part of its contrib modules"
  exit 0
fi

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

# The default collation of a Chinese server, where the machine can make it.
zh_cn=false
if localedef -i zh_CN -f UTF-8 "$tmp/zh_CN.UTF-8" >/dev/null 2>&1; then
  export LOCPATH=$tmp
  zh_cn=true
else
  echo "skip text zh_CN.UTF-8: localedef cannot make that locale"
fi

# Everything fits in memory, one process at a time, nothing else in the server.
mkdir -p "$tmp/cluster"
scripts/cluster.sh start "$tmp/cluster" --stage "$stage" --database bench \
  --set shared_buffers=4GB --set work_mem=1GB --set maintenance_work_mem=1GB \
  --set max_wal_size=16GB --set checkpoint_timeout=1h --set autovacuum=off \
  --set jit=off --set max_parallel_workers_per_gather=0 \
  --set max_parallel_maintenance_workers=0
# shellcheck disable=SC1091
. "$tmp/cluster/env"
export PGOPTIONS="-c client_min_messages=warning"
sql() { psql -X -q -v ON_ERROR_STOP=1 "$@"; }

say "machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores, $(date -u '+%F %R') UTC, load $(cut -d' ' -f1 /proc/loadavg)"
sql -v zh_cn="$zh_cn" -v sf="${SF:-1}" -v runs="${RUNS:-3}" -v budget="${BUDGET:-15}" -v clock="${CLOCK:-wall}" -f "$here/harness.sql"
for list in "${lists[@]}"; do
  family=fee
  [ "$list" != icd10_yibao_v2 ] || family=diag
  tail -n +2 "$data/$list.csv" | sed "s/,.*//; s/^/$family\t/" | sql -c "COPY listed FROM STDIN"
done
sql -f "$here/types_draw.sql"
sql -v family=diag -v type=icd10 -f "$here/types_race.sql"
sql -v family=fee -v type=fee_item -f "$here/types_race.sql"
sql -A -t -f "$here/types_report.sql"
