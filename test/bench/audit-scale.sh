#!/bin/bash
# make bench-audit-scale: a night over a hundred million lines, how much memory
# it takes, and the night after it, of which one person of a hundred changed.
#
#   SF=10     a hundred million lines; takes some 60 GB of disk, 25 of it for
#             temporary files, and half an hour
#   AUDIT_MEM=1GB  medsup.audit_mem
#   KEEP=DIR  the cluster and its warehouse stay in DIR, for the next time
#   STAGE=DIR medsup as staged by make install DESTDIR=DIR; without it the
#             bench builds its own
#
# Lines are stored by person, with indexes on the column that tells when a row
# was written, and on the person.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
. scripts/lib.sh
. test/bench/audit_lib.sh
sf=${SF:-10}
bench_start may_keep
machine
began=$EPOCHREALTIME
draw 50 50 "$(awk -v sf="$sf" 'BEGIN { printf "%d", 200000 * sf }')" ANALYZE VIEW
for relation in fee_list_d mdtrt_d setl_d setl_list_diag_d; do
  sql -c "CREATE INDEX IF NOT EXISTS ${relation}_written ON wh.$relation (upld_time)" \
    -c "CREATE INDEX IF NOT EXISTS ${relation}_person ON wh.$relation ((medsup.read_text(psn_no) COLLATE \"C\"))" -c "ANALYZE wh.$relation"
done
say "scale $sf, drawn and indexed in $(calc "$EPOCHREALTIME - $began") s: $(value "SELECT format('%s lines, %s, in all %s',
  count(*), pg_size_pretty(pg_table_size('wh.fee_list_d')), pg_size_pretty(pg_database_size(current_database()))) FROM wh.fee_list_d")"
forget
watch_column
sql -o /dev/null -c "SELECT medsup.next_night_full()"
spilled() { value "SELECT temp_bytes FROM pg_stat_database WHERE datname = current_database()"; }

export PGOPTIONS="$PGOPTIONS -c medsup.audit_mem=${AUDIT_MEM:-1GB}"
say
say "| night | wall s | CPU s | private MB | persons | lines | findings moved | partitions | reading s | judging s | evidence and ledger s | temporary GB |"
say "|---|---|---|---|---|---|---|---|---|---|---|---|"
# one LABEL
one() {
  local before read judge record
  before=$(spilled)
  night
  read -r read judge record < <(longest)
  night_row "$1" "$(value "SELECT partitions FROM medsup.run ORDER BY run DESC LIMIT 1")" "$read" "$judge" "$record" "$(value "SELECT round(($(spilled) - $before) / 1e9, 1)")"
}
one "everybody"
full=$wall most=$peak
change wh.fee_list_d 7
one "1 % of persons"
ratio scale/private_mb "$((peak > most ? peak : most))" '<=' 2048
ratio scale/night_to_full "$(awk -v a="$wall" -v b="$full" 'BEGIN { printf "%.3f", a / b }')" '<=' 0.04
say
say "$(awk -v n="$(value "SELECT max(lines) FROM medsup.run")" -v s="$full" 'BEGIN { printf "%d lines a second", n / s }')"
cat "$tmp/ratios"
