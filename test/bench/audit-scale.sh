#!/bin/bash
# make bench-audit-scale: a hundred million lines and how much memory they take.
#
#   SF=10     a hundred million lines; takes some 60 GB of disk and half an hour
#   AUDIT_MEM=1GB  medsup.audit_mem
#   STAGE=DIR medsup as staged by make install DESTDIR=DIR; without it the
#             bench builds its own
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
. scripts/lib.sh
. test/bench/audit_lib.sh
sf=${SF:-10}
bench_start --set medsup.audit_mem="${AUDIT_MEM:-1GB}"
machine
began=$EPOCHREALTIME
draw 50 50 "$(awk -v sf="$sf" 'BEGIN { printf "%d", 200000 * sf }')" ANALYZE
sql -c "DROP TABLE bench.line"
say "scale $sf, drawn in $(calc "$EPOCHREALTIME - $began") s: $(value "SELECT format('%s lines, %s', count(*), pg_size_pretty(pg_table_size('wh.fee_list_d'))) FROM wh.fee_list_d")"
audit 2
say
say "| wall s | reading s | judging s | evidence and ledger s | CPU s | private MB | findings | lines a second |"
say "|---|---|---|---|---|---|---|---|"
row "$wall" "$read" "$judge" "$record" "$used" "$peak" "$(value "SELECT format('%s|%s', findings, round(lines / $wall)) FROM medsup.run ORDER BY run DESC LIMIT 1")"
ratio scale/private_mb "$peak" '<=' 2048
cat "$tmp/ratios"
