#!/bin/bash
# The indicators of providers over the warehouse of bench-audit: each pass by itself,
# all of them as one statement, and the floor, a parallel scan of lines and visits
# that looks at each column.
#
#   SF=1     scale: 1 is ten million lines, 0.1 one million
#   STAGE=   a staged medsup, else it is built
#   DOCTOR_MOST=1000000  doctors are left out where there are more lines: here one of
#            them has four, and nearly each line is a visit to another
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
. scripts/lib.sh
. test/bench/audit_lib.sh
sf=${SF:-1}

bench_start
machine
"${CC:-gcc}" -O2 -fPIC -shared -Wall "-I$("${PG_CONFIG:-pg_config}" --includedir-server)" -o "$tmp/audit_floor.so" "$here/audit_floor.c"
draw 50 50 "$(awk -v sf="$sf" 'BEGIN { printf "%d", 200000 * sf }')"
sql -v module="$tmp/audit_floor" -f "$here/audit_floor.sql"
sql -o /dev/null -f "$here/indicators.sql"
lines=$(value "SELECT count(*) FROM wh.fee_line_d")
say "scale $sf: $lines lines, $(value "SELECT count(*) FROM wh.mdtrt_d") visits, $(value "SELECT count(*) FROM medsup.indicator_state() WHERE state = 'ready'") indicators can be computed"

period="daterange('2025-01-01', '2026-01-01')"
say
say "| pass | measures | providers | s |"
say "|---|---|---|---|"
while IFS='|' read -r pass measures providers ms; do
  row "$pass" "$measures" "$providers" "$(calc "$ms / 1000")"
done < <(value "SELECT * FROM medsup.indicator_cost($period)")

say
say "| what | wall s | CPU s | private MB |"
say "|---|---|---|---|"
# best TIMES WHAT OPTION...: the best of so many
best() {
  local times=$1 what=$2 least='' cpu mb i
  shift 2
  for ((i = 0; i < times; i++)); do
    measured sql -o /dev/null "$@"
    if [ -z "$least" ] || [ "$(calc "$wall < $least")" = 1.00 ]; then least=$wall cpu=$used mb=$peak; fi
  done
  wall=$least
  row "$what" "$wall" "$cpu" "$mb"
}
best 3 floor -c "SET parallel_setup_cost = 100; SET parallel_tuple_cost = 0.01; SET enable_nestloop = off; SET enable_mergejoin = off" \
  -c "SELECT bench.touch(l.feedetl_sn, l.mdtrt_id, l.setl_id, l.psn_no, l.fixmedins_code, l.fee_ocur_time, l.med_list_codg, l.cnt, l.pric, l.det_item_fee_sumamt, l.fulamt_ownpay_amt, l.inscp_amt, l.bilg_dr_codg, l.upld_time, l.med_chrgitm_type, v.gend, v.brdy, v.hosp_lv, v.med_type, v.begntime, v.endtime) FROM wh.fee_line_d l JOIN wh.mdtrt_d v ON v.mdtrt_id = l.mdtrt_id"
floor_wall=$wall
while read -r grain times most; do
  [ "$lines" -le "$most" ] || continue
  best "$times" "$grain" -c "SELECT count(features) FROM medsup.provider_features($period, '$grain')"
  awk -v name="indicators/${grain}_over_floor" -v a="$wall" -v b="$floor_wall" 'BEGIN { printf "ratio %s %.1f aim <= 5%s\n", name, a / b, a / b <= 5 ? "" : " missed" }' >>"$tmp/ratios"
done <<<"institution 2 $lines
doctor 1 ${DOCTOR_MOST:-1000000}"
say
cat "$tmp/ratios"
