#!/bin/bash
# make bench-audit: a full audit against what else could say the same, and
# nights of which little changed.
#
#   SF=1      ten million lines; 0.1 works
#   ALSO=...  what comes beside the race, of: narrow months shuffled nights
#             (default all; empty: none)
#   STAGE=DIR medsup as staged by make install DESTDIR=DIR; without it the
#             bench builds its own
#
# Ten kinds of rules, 120 thousand entries; fewer than one line of a hundred is
# in breach.  In one run on the same rows:
#   medsup      CALL medsup.run_audit() with 0, 1 and 2 workers, evidence and
#               ledger timed apart
#   PostgreSQL  ten statements of plain SQL, parallel, over the book laid out
#               for them (audit_rival.sql)
#   DuckDB      the same statements on its own file, import excluded; installed
#               by npm into build/, left out where that fails
#   floor       parallel scan, hash join with the visits, an aggregate in C that
#               looks at every column (audit_floor.c)
# All name the same lines with the same amounts, or the bench fails.
# Prints Markdown tables and lines
#   ratio NAME VALUE aim AIM
# Ends non-zero when the answers differ or anything else goes wrong, not when
# an aim is missed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
. scripts/lib.sh
. test/bench/audit_lib.sh
sf=${SF:-1}
also=" ${ALSO-narrow months shuffled nights} "
asked() { [[ $also == *" $1 "* ]]; }

bench_start
machine
build=build/bench-audit
mkdir -p "$build"
"${CC:-gcc}" -O2 -fPIC -shared -Wall "-I$("${PG_CONFIG:-pg_config}" --includedir-server)" -o "$tmp/audit_floor.so" "$here/audit_floor.c"

# ------------------------------------------------------------------ draw ----
began=$EPOCHREALTIME
draw 50 50 "$(awk -v sf="$sf" 'BEGIN { printf "%d", 200000 * sf }')"
sql -f "$here/audit_narrow.sql"
for layout in "wh text code" "narrow int number"; do
  read -r schema type column <<<"$layout"
  sql -v schema="$schema" -v type="$type" -v column="$column" -f "$here/audit_points.sql"
done
sql -v module="$tmp/audit_floor" -f "$here/audit_floor.sql"
lines=$(value "SELECT count(*) FROM wh.fee_list_d")
say "scale $sf, drawn in $(calc "$EPOCHREALTIME - $began") s: $lines lines ($(value "SELECT pg_size_pretty(pg_table_size('wh.fee_list_d'))")), $(
  value "SELECT format('%s visits, %s entries, %s %% of lines of their codes', (SELECT count(*) FROM wh.mdtrt_d), max(entries),
         (SELECT round(100.0 * count(*) FILTER (WHERE med_list_codg < 200000) / count(*), 1) FROM narrow.fee_list_d)) FROM medsup.rulebook")"

# ----------------------------------------------------------------- rivals ----
# the planner takes groups for fewer than they are: hash joins throughout are best
parallel="-c hash_mem_multiplier=4 -c parallel_setup_cost=100 -c parallel_tuple_cost=0.01 -c enable_nestloop=off -c enable_mergejoin=off"
# in_schema SCHEMA [psql arguments]
in_schema() { local schema=$1; shift; PGOPTIONS="$PGOPTIONS $parallel -c search_path=$schema,bench" sql "$@"; }
columns="feedetl_sn, l.mdtrt_id, l.setl_id, l.psn_no, l.fixmedins_code, l.fee_ocur_time, l.med_list_codg, l.cnt, l.pric, l.det_item_fee_sumamt, l.fulamt_ownpay_amt, l.inscp_amt"
# floor SCHEMA MORE: best of three
floor() {
  local best=''
  for _ in 1 2 3; do
    measured in_schema "$1" -o /dev/null -c "SELECT bench.touch(l.$columns$2, v.gend, v.brdy, v.hosp_lv, v.med_type, v.begntime, v.endtime) FROM fee_list_d l JOIN mdtrt_d v ON v.mdtrt_id = l.mdtrt_id"
    if [ -z "$best" ] || [ "$(calc "$wall < $best")" = 1.00 ]; then best=$wall best_used=$used best_peak=$peak; fi
  done
  wall=$best used=$best_used peak=$best_peak
}
# statement KIND: of audit_rival.sql
statement() { awk -v kind="$1" '/^-- kind / { on = $3 == kind; next } on' "$here/audit_rival.sql"; }
# plain SCHEMA: the ten statements; sets wall, used, peak of all, and each
plain() {
  local kind sum_wall=0 sum_used=0 most=0
  each=()
  for kind in "${kinds[@]}"; do
    measured in_schema "$1" -c "$(statement "$kind")"
    each+=("$wall")
    sum_wall=$(calc "$sum_wall + $wall") sum_used=$(calc "$sum_used + $used")
    most=$((peak > most ? peak : most))
  done
  wall=$sum_wall used=$sum_used peak=$most
}
union() { local kind; for kind in "${kinds[@]}"; do echo "SELECT entry, mdtrt_id, feedetl_sn, amount::numeric FROM $1.hit_$kind UNION ALL"; done | sed '$s/ UNION ALL$//'; }

say
say "| contender | wall s | CPU s | private MB |"
say "|---|---|---|---|"
floor wh ", l.bilg_dr_codg, l.upld_time"
floor_wall=$wall
row "floor" "$wall" "$used" "$peak"
plain wh
plain_wall=$wall plain_each=("${each[@]}")
row "plain SQL, ten statements" "$wall" "$used" "$peak"
sql -c "CREATE VIEW bench.plain AS $(union wh)"

# a first night each
declare -A total exact
for workers in 0 1 2; do
  forget
  audit $workers
  total[$workers]=$wall
  # evidence and ledger apart
  exact[$workers]=$(calc "$wall - $record")
  row "medsup, $workers workers" "$wall" "$used" "$peak"
  split[workers]="| $workers workers | $read | $judge | $record | ${exact[$workers]} |"
  list_findings
  must_equal "plain SQL with $workers workers" bench.plain
  sql -c "CHECKPOINT"
done
hits=$(value "SELECT count(*) FROM bench.ours")

# DuckDB on its own file
duck_wall=''
mkdir -p "$build/npm"
cp "$here/package.json" "$here/audit_duckdb.mjs" "$build/npm/"
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  skipped="no node or npm"
elif ! npm install --prefix "$build/npm" --no-audit --no-fund --no-package-lock --loglevel=error >"$tmp/npm.log" 2>&1; then
  skipped="npm cannot install it: $(tail -1 "$tmp/npm.log")"
else
  for table in $(value "SELECT relname FROM pg_class WHERE relnamespace = 'wh'::regnamespace AND relkind = 'r' AND relname !~ '^hit_'"); do
    sql -c "\copy wh.$table TO '$tmp/csv/$table.csv' (FORMAT csv)"
  done
  value "SELECT format('CREATE TABLE %I (%s); COPY %I FROM ''$tmp/csv/%s.csv'' (HEADER false);', c.relname,
             (SELECT string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0), relname, relname)
         FROM pg_class c WHERE relnamespace = 'wh'::regnamespace AND relkind = 'r' AND relname !~ '^hit_'" >"$tmp/csv/schema.sql"
  node "$build/npm/audit_duckdb.mjs" "$tmp/csv" "$here/audit_rival.sql" 2 >"$tmp/duckdb.out" 2>"$tmp/duckdb.err" || { cat "$tmp/duckdb.err" >&2; die "DuckDB failed"; }
  sql -c "CREATE TABLE bench.duckdb (entry int, mdtrt_id text, feedetl_sn text, amount numeric)" -c "\copy bench.duckdb FROM '$tmp/csv/hits.csv' (FORMAT csv)"
  must_equal DuckDB bench.duckdb
  read -r duck_wall duck_used < <(awk '$1 == "kind" { w += $3; c += $4 } END { printf "%.2f %.2f\n", w, c }' "$tmp/duckdb.out")
  duck_peak=$(($(awk '$1 == "peak" { print $2 }' "$tmp/duckdb.out") / 1024))
  row "DuckDB $(awk '$1 == "version" { print $2 }' "$tmp/duckdb.out"), two threads" "$duck_wall" "$duck_used" "$duck_peak"
fi
rm -rf "$tmp/csv"
[ -n "$duck_wall" ] || say "DuckDB left out: $skipped"
say
say "The same $hits lines and amounts from each, of $lines."
say
say "| medsup | reading s | judging s | evidence and ledger s | wall without these s |"
say "|---|---|---|---|---|"
printf '%s\n' "${split[@]}"
say
row kind "${kinds[@]}"
say "|---|$(printf -- '---|%.0s' "${kinds[@]}")"
row "PostgreSQL s" "${plain_each[@]}"
if [ -n "$duck_wall" ]; then
  # shellcheck disable=SC2046
  row "DuckDB s" $(awk '$1 == "kind" { print $3 }' "$tmp/duckdb.out")
fi
best=${exact[2]} best_total=${total[2]}
over() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", a / b }'; }
ratio plain_sql "$(over "$plain_wall" "$best")" '>=' 10
ratio plain_sql/with_evidence_and_ledger "$(over "$plain_wall" "$best_total")" '>=' 10
if [ -n "$duck_wall" ]; then
  ratio duckdb "$(over "$duck_wall" "$best")" '>=' 1.5
fi
ratio floor "$(over "$best" "$floor_wall")" '<=' 3

# ------------------------------------------------------------------ beside ----
for kind in "${kinds[@]}"; do echo "DROP TABLE wh.hit_$kind CASCADE;"; done | sql
say
if asked narrow; then
  floor narrow ""
  say "In the narrow layout (integers, $(value "SELECT pg_size_pretty(pg_table_size('narrow.fee_list_d'))")): floor $wall s, $(plain narrow; echo "plain SQL $wall s")."
fi
sql -c "DROP SCHEMA narrow CASCADE" -c "DROP TABLE bench.line"

# other LABEL: a first night over the lines bound now
other() {
  forget
  audit 2
  list_findings
  row "$1" "$wall" "$(calc "$wall - $record")" "$used" "$peak"
}
sql -c "CREATE TABLE bench.expected AS TABLE bench.ours"
say
say "| lines stored, 2 workers | wall s | without evidence and ledger | CPU s | private MB |"
say "|---|---|---|---|---|"
row "by person" "${total[2]}" "${exact[2]}" "" ""
if asked months; then
  sql <<'SQL'
CREATE TABLE wh.fee_month (LIKE wh.fee_list_d) PARTITION BY RANGE (fee_ocur_time);
SELECT format('CREATE TABLE wh.fee_month_%s PARTITION OF wh.fee_month FOR VALUES FROM (%L) TO (%L)', m, t, t + interval '1 month')
FROM generate_series(1, 12) AS m, LATERAL (SELECT date '2024-12-01' + m * interval '1 month' AS t) AS month \gexec
INSERT INTO wh.fee_month SELECT * FROM wh.fee_list_d;
ANALYZE wh.fee_month;
SQL
  bind wh.fee_month
  other "partitioned by month"
  must_equal "the table partitioned by month" bench.expected
  bind wh.fee_list_d
  sql -c "DROP TABLE wh.fee_month"
fi
if asked shuffled || asked nights; then
  PGOPTIONS="$PGOPTIONS -c work_mem=1GB -c parallel_tuple_cost=0" sql -c "CREATE TABLE wh.fee_shuffled AS SELECT * FROM wh.fee_list_d ORDER BY hashtext(feedetl_sn)" -c "VACUUM (ANALYZE) wh.fee_shuffled"
fi
if asked shuffled; then
  bind wh.fee_shuffled
  other "shuffled"
  must_equal "the shuffled table" bench.expected
  bind wh.fee_list_d
fi

# ------------------------------------------------------------------ nights ----
# nights LABEL LINES AIM: watched by an indexed column
nights() {
  local full
  bind "$2"
  forget
  watch_column
  sql -c "CREATE INDEX ON $2 (upld_time)" -c "SELECT medsup.next_night_full()" -o /dev/null
  night
  full=$wall
  night_row "$1, everybody"
  change "$2" 7
  night
  night_row "$1, 1 % of persons"
  ratio "night/${1// /_}" "$(awk -v a="$wall" -v b="$full" 'BEGIN { printf "%.3f", a / b }')" '<=' "$3"
  sql -c "CREATE INDEX ON $2 ((medsup.read_text(psn_no) COLLATE \"C\"))" -c "ANALYZE $2"
  change "$2" 11
  night
  night_row "$1, person indexed"
  ratio "night/${1// /_}/person_indexed" "$(awk -v a="$wall" -v b="$full" 'BEGIN { printf "%.3f", a / b }')" '<=' "$3"
  complete
}
if asked nights; then
  for relation in mdtrt_d setl_d setl_list_diag_d; do sql -c "CREATE INDEX ON wh.$relation (upld_time)"; done
  say
  say "| night | wall s | CPU s | private MB | persons | lines | findings moved |"
  say "|---|---|---|---|---|---|---|"
  nights "by person" wh.fee_list_d 0.10
  for kind in encounter settlement diagnosis fee_line; do sql -o /dev/null -c "SELECT medsup.unwatch_source('$kind')"; done
  night
  night_row "by person, everybody, with the first sums of the sweep"
  change wh.fee_list_d 13
  night
  night_row "by person, 1 % found by the sweep"
  swept=$(value "SELECT round(max(seconds), 2) FROM medsup.run_change WHERE run = (SELECT max(run) FROM medsup.run) AND reason = 'rows'")
  ratio night/sweep_to_floor "$(over "$swept" "$floor_wall")" '<=' 1.1
  sql -c "DROP TABLE bench.expected, bench.ours"
  nights "shuffled" wh.fee_shuffled 0.35
fi
cat "$tmp/ratios"
