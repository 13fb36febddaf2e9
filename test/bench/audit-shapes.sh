#!/bin/bash
# make bench-audit-shapes: shapes that a full audit could have, on the same rows
# in several physical orders; decision 008 holds what came of it.
#
#   SF=0.1    one million lines
#   STAGE=DIR medsup as staged by make install DESTDIR=DIR; without it the
#             bench builds its own
#
# Seconds until all verdicts are there, nothing recorded, and in brackets CPU
# seconds (of the run itself with what it records).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
. scripts/lib.sh
. test/bench/audit_lib.sh
sf=${SF:-0.1}

bench_start --set max_worker_processes=24
machine
draw 50 50 "$(awk -v sf="$sf" 'BEGIN { printf "%d", 200000 * sf }')"
sql -f "$here/audit_shapes.sql" -c "DROP TABLE bench.line"
say "scale $sf: $(value "SELECT count(*) FROM wh.fee_list_d") lines"
parallel="-c parallel_setup_cost=100 -c parallel_tuple_cost=0.01"

verdicts() { sql -c "DROP TABLE IF EXISTS bench.verdict"; }
# as_table STATEMENT: into bench.verdict, which may be there
as_table() {
  if [ "$(value "SELECT to_regclass('bench.verdict') IS NULL")" = t ]; then
    PGOPTIONS="$PGOPTIONS $parallel" sql -c "CREATE TABLE bench.verdict AS $1"
  else
    PGOPTIONS="$PGOPTIONS $parallel" sql -c "CREATE TABLE bench.more AS $1" -c "INSERT INTO bench.verdict TABLE bench.more" -c "DROP TABLE bench.more"
  fi
}
arrays() { local i; for ((i = 0; i < $1; i++)); do as_table "$(value "SELECT bench.arrays($1, $i)")"; done; }
by_index() {
  sql -c "CREATE TABLE bench.person AS SELECT DISTINCT psn_no FROM medsup.src_fee_line" -c "ANALYZE bench.person"
  as_table "$(value "SELECT bench.by_index()")"
  sql -c "DROP TABLE bench.person"
}
# staged PARALLEL: one process reads each source once, with so many helpers of the executor
staged() {
  PGOPTIONS="$PGOPTIONS $parallel -c max_parallel_workers_per_gather=$1" sql -o /dev/null <<'SQL'
SELECT medsup.run_begin('audit', NULL, 'shapes', 4, resume => false) AS run \gset
SELECT medsup.run_stage(:run, '{1,2,3,4}');
CREATE TABLE bench.verdict AS SELECT v.* FROM generate_series(1, 4) AS p, medsup.run_verdicts(:run, p) AS v WHERE what <> 'N';
UPDATE medsup.run SET status = 'abandoned' WHERE run = :run;
SQL
}
# workers N: the run itself, without what it records
workers() {
  forget
  audit "$1"
  list_findings
  wall=$(calc "$wall - $record")
  sql -c "CREATE TABLE bench.verdict AS SELECT 'F'::\"char\" AS what, finding_id, vola_amt FROM medsup.finding"
}
# shape COMMAND...: measures it and compares what it found
shape() {
  local found
  verdicts
  if [ "$1" = workers ]; then "$@"; else measured "$@"; fi
  found=$(value "SELECT count(DISTINCT finding_id) || ' ' || sum(vola_amt) FROM bench.verdict WHERE what = 'F'")
  [ "${expected:=$found}" = "$found" ] || die "$* found $found, others $expected"
  cells+=("$wall ($used)")
}

say
say "| lines | index on person | arrays, 4 slices | arrays, 1 slice | by index | one process | gathered to one process | 1 worker | 2 workers |"
say "|---|---|---|---|---|---|---|---|---|"
for order in "by person" "shuffled"; do
  for table in plain "by month"; do
    sql -c "DROP TABLE IF EXISTS wh.fee_other CASCADE" -c "CREATE TABLE wh.fee_other (LIKE wh.fee_list_d)$([ "$table" = plain ] || echo ' PARTITION BY RANGE (fee_ocur_time)')"
    if [ "$table" != plain ]; then
      sql <<'SQL'
SELECT format('CREATE TABLE wh.fee_other_%s PARTITION OF wh.fee_other FOR VALUES FROM (%L) TO (%L)', m, t, t + interval '1 month')
FROM generate_series(1, 12) AS m, LATERAL (SELECT date '2024-12-01' + m * interval '1 month' AS t) AS month \gexec
SQL
    fi
    sql -c "INSERT INTO wh.fee_other SELECT * FROM wh.fee_list_d$([ "$order" = shuffled ] && echo ' ORDER BY hashtext(feedetl_sn)')" -c "VACUUM (ANALYZE) wh.fee_other"
    bind wh.fee_other
    for index in no yes; do
      if [ $index = yes ]; then
        for relation in wh.fee_other wh.mdtrt_d wh.setl_d wh.setl_list_diag_d; do
          sql -c "CREATE INDEX ON $relation ((medsup.read_text(psn_no) COLLATE \"C\"))" -c "VACUUM (ANALYZE) $relation"
        done
      fi
      cells=()
      shape arrays 4
      shape arrays 1
      if [ $index = yes ]; then shape by_index; else cells+=(-); fi
      shape staged 0
      shape staged 2
      shape workers 1
      shape workers 2
      row "$order$([ "$table" = plain ] || echo ", $table")" "$index" "${cells[@]}"
    done
    sql <<'SQL'
SELECT format('DROP INDEX %s', indexrelid::regclass) FROM pg_index JOIN pg_class c ON c.oid = indrelid
WHERE relnamespace = 'wh'::regnamespace AND NOT relispartition \gexec
SQL
  done
done
