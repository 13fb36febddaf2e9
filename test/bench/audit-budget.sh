#!/bin/bash
# make bench-audit-budget: the same findings whatever an audit has to work with,
# and how much memory it takes.
#
#   SF=1      ten million lines; 0.1 works
#   AUDIT_MEM=200MB  the smaller medsup.audit_mem
#   KEEP=DIR  the cluster and its warehouse stay in DIR, for the next time
#   STAGE=DIR medsup as staged by make install DESTDIR=DIR; without it the
#             bench builds its own
#
# Private memory is what no other process shares and no file backs (RssAnon), of
# all processes of the server together, at its highest, above what they have
# while nobody is connected; looked at every 0.1 s.  The ledger's is of the
# processes of the run, each at its highest.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
. scripts/lib.sh
. test/bench/audit_lib.sh
sf=${SF:-1}
small=${AUDIT_MEM:-200MB}
bench_start may_keep
machine
draw 50 50 "$(awk -v sf="$sf" 'BEGIN { printf "%d", 200000 * sf }')"
sql -c "DROP TABLE IF EXISTS bench.line, wh.fee_shuffled"
idle=$(($(private "$postmaster") / 1024))
limit=$(value "SELECT round(pg_size_bytes('$small') / 1048576.0)")
say "$(value "SELECT format('%s lines, %s', count(*), pg_size_pretty(pg_table_size('wh.fee_list_d'))) FROM wh.fee_list_d")"

say
say "| lines | workers | medsup.audit_mem | work_mem | partitions | wall s | CPU s | private MB | by the ledger | findings | digest |"
say "|---|---|---|---|---|---|---|---|---|---|---|"
most=0
# way LINES WORKERS AUDIT_MEM WORK_MEM
way() {
  forget
  audit "$2" "medsup.audit_mem = '$3'" "work_mem = '$4'"
  found=$(digest)
  peak=$((peak - idle))
  row "$@" "$(value "SELECT partitions FROM medsup.run ORDER BY run DESC LIMIT 1")" "$wall" "$used" "$peak" \
    "$(value "SELECT concat_ws('|', round(peak_mem / 1048576.0), findings) FROM medsup.run ORDER BY run DESC LIMIT 1")" "${found:0:12}"
  [ "${expected:=$found}" = "$found" ] || die "other findings"
  if [ "$3" = "$small" ] && [ "$peak" -gt "$most" ]; then most=$peak; fi
}
ways() {
  local workers
  for workers in 0 1 2; do way "$1" $workers 1GB 256MB; done
  for workers in 0 1 2; do way "$1" $workers "$small" 64MB; done
  way "$1" 2 "$small" 64kB
  way "$1" 2 1GB 1GB
}
ways "by person"
PGOPTIONS="$PGOPTIONS -c work_mem=1GB -c parallel_tuple_cost=0" sql -c "CREATE TABLE wh.fee_shuffled AS SELECT * FROM wh.fee_list_d ORDER BY hashtext(feedetl_sn)" -c "ANALYZE wh.fee_shuffled"
bind wh.fee_shuffled
ways shuffled
bind wh.fee_list_d
sql -c "DROP TABLE wh.fee_shuffled"
ratio "budget/private_mb" "$most" '<=' "$limit"
cat "$tmp/ratios"
