# shellcheck shell=bash disable=SC2154
# Part of make bench-gathering: covisit_groups against plain SQL and DuckDB, both
# by the best statement that we know, a self-join over buckets of half an hour
# (gathering_covisit_rival.sql), which finds pairs only.
#
#   COVISIT_MOST=500000  plain SQL is left out where there are more visits
#   COVISIT_MEM=1GB      medsup.gathering_mem, for one more race on disk too
#
# Plain SQL has three processes, DuckDB two threads, medsup one process.  Every
# pair of a rival must be one of covisit_pairs before a time counts.

covisit_most=${COVISIT_MOST:-500000}
sql -f "$here/gathering_covisit.sql"

# DuckDB is installed beside the one of bench-audit
duck=''
mkdir -p build/npm
cp "$here/package.json" "$here/gathering_duckdb.mjs" build/npm/
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  say "DuckDB is absent (no node or npm) and left out"
elif ! npm install --prefix build/npm --no-audit --no-fund --no-package-lock --loglevel=error >"$tmp/npm.log" 2>&1; then
  say "DuckDB is absent (npm: $(tail -1 "$tmp/npm.log")) and left out"
else
  duck=yes
fi

groups() { sql -c "DROP TABLE IF EXISTS ours" -c "SET medsup.gathering_mem = '$1'" -c "CREATE TABLE ours AS SELECT g.* FROM (SELECT medsup.covisit_groups(patient, place, at, medsup.covisit_setting(members => 4)) AS groups FROM $2) s CROSS JOIN LATERAL unnest(s.groups) g"; }
spilled() { value "SELECT temp_bytes / 1048576 FROM pg_stat_database WHERE datname = current_database()"; }
# pairs of theirs that covisit_pairs, without any test of chance, lacks
must_have() {
  local lacking
  lacking=$(value "SET medsup.gathering_mem = '8GB'; SELECT count(*) FROM (SELECT patient_a, patient_b, days FROM theirs EXCEPT
    SELECT p.patient_a, p.patient_b, p.days FROM (SELECT medsup.covisit_pairs(patient, place, at, medsup.covisit_setting(fdr => 1, max_crowd => NULL)) AS pairs FROM swipe) s, unnest(s.pairs) p) l")
  [ "$lacking" = 0 ] || die "covisit_pairs lacks $lacking pairs that $1 finds"
}

# covisits NAME VISITS VISITS_OF_A_PLACE
covisits() {
  local n wall_sql='' cell_sql='' cell_duck='' temp raw found planted all false_groups recall precision wall_duck=''
  n=$(awk "BEGIN { printf \"%d\", $2 * $sf }")
  sql -c "SELECT draw_covisits($n, $3)" >/dev/null
  raw=$(value "SELECT sum(near) FROM (SELECT count(*) OVER (PARTITION BY place ORDER BY at RANGE BETWEEN CURRENT ROW AND interval '30 minutes' FOLLOWING) - 1 AS near FROM swipe) c")
  temp=$(spilled)
  measured groups "${COVISIT_MEM:-1GB}" swipe
  ours=$wall ours_used=$used ours_peak=$peak ours_spilled=$(($(spilled) - temp))
  IFS='|' read -r planted found all false_groups recall precision < <(value "SELECT * FROM covisit_found()")
  if [ "$n" -le "$covisit_most" ]; then
    temp=$(spilled)
    measured sql -c "SET max_parallel_workers_per_gather = 2" -f "$here/gathering_covisit_rival.sql"
    wall_sql=$wall cell_sql="$wall s, $used CPU, $peak MB, $(($(spilled) - temp)) MB spilled"
    must_have "plain SQL"
    sql -c "DROP TABLE theirs"
  fi
  if [ -n "$duck" ]; then
    sql -c "\copy swipe TO '$tmp/csv/swipe.csv' (FORMAT csv)"
    rm -f "$tmp/csv/bench.duckdb"
    node build/npm/gathering_duckdb.mjs "$tmp/csv" "$here/gathering_covisit_rival.sql" 2 >"$tmp/duckdb.out" 2>"$tmp/duckdb.err" || { cat "$tmp/duckdb.err" >&2; die "DuckDB failed"; }
    wall_duck=$(awk '$1 == "pairs" { print $2 }' "$tmp/duckdb.out")
    cell_duck=$(awk '$1 == "pairs" { printf "%.2f s, %.2f CPU, ", $2, $3 } $1 == "peak" { printf "%d MB, ", $2 / 1024 } $1 == "spilled" { printf "%d MB spilled", $2 / 1048576 }' "$tmp/duckdb.out")
    sql -c "CREATE TABLE theirs (patient_a text, patient_b text, days int)" -c "\copy theirs FROM '$tmp/csv/pairs.csv' (FORMAT csv)"
    must_have DuckDB
    sql -c "DROP TABLE theirs"
    rm -f "$tmp/csv/"*
  fi
  row "$1" "$n" "$raw" "$ours s, $ours_used CPU, $ours_peak MB, $ours_spilled MB spilled" "$cell_sql" "$cell_duck" "$found of $planted" "$((all - found))" "$false_groups" "$recall" "$precision"
  [ -z "$wall_sql" ] || ratio "covisit/$1/bucketed_SQL" "$(calc "$wall_sql / $ours")" '>=' 20
  [ -z "$wall_duck" ] || ratio "covisit/$1/DuckDB" "$(calc "$wall_duck / $ours")" '>=' 1
  ratio "covisit/$1/planted_not_found" "$((planted - found))" '<=' 0
  ratio "covisit/$1/false_groups" "$false_groups" '<=' 0.05
  per_visit=$(calc "1e6 * $ours_used / $n")
}

say "| | visits | visits within reach | covisit_groups | bucketed SQL | DuckDB | planted found | others found | false | recall | precision |"
say "|---|---|---|---|---|---|---|---|---|---|---|"
covisits half_million 500000 5000
few=$per_visit
covisits million 1000000 5000
covisits five_million 5000000 5000
ratio covisit/growth_per_visit "$(calc "$per_visit / $few")" '<=' 1.3
covisits busy_five_million 5000000 12000
ratio covisit/busy_five_million/seconds "$ours" '<=' 20
ratio covisit/busy_five_million/MB "$ours_peak" '<=' 1024
# the same again with too little memory, by way of files
sql -c "CREATE TABLE before AS SELECT * FROM ours"
temp=$(spilled)
measured groups "${COVISIT_LITTLE:-$(awk "BEGIN { printf \"%dMB\", 16 + 240 * $sf }")}" swipe
say
say "On disk, with a quarter of the memory: $wall s, $used CPU, $peak MB, $(($(spilled) - temp)) MB of files; $(value "SELECT CASE WHEN count(*) = 0 THEN 'the same groups' ELSE 'OTHER GROUPS' END FROM ((TABLE before EXCEPT TABLE ours) UNION ALL (TABLE ours EXCEPT TABLE before)) d")."
# towns by chance
sql -c "SELECT draw_covisits(20000, 5000)" >/dev/null
alarms=0
for town in $(seq 1 40); do
  sql -c "SELECT deal_covisits($town / 100.0)" >/dev/null
  groups 1GB dealt
  [ "$(value "SELECT count(*) FROM ours")" = 0 ] || alarms=$((alarms + 1))
done
say "Towns of 20,000 visits dealt anew: $alarms of 40 with any group."
ratio covisit/towns_by_chance_with_groups "$(calc "$alarms / 40")" '<=' 0.05
