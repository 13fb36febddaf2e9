#!/bin/bash
# make bench-check: one claim against the compiled rulebook, and what a book
# costs to publish, to load and to keep.
#
#   SF=1             120 thousand points beside the national ones for claims; for
#                    publishing 250 thousand, then 2 million pairs on top; 0.1 works
#   SECONDS_EACH=12  each of four pgbench runs
#   CONNECTIONS=200  that each check one claim and stay
#   MEDSUP_DATA=DIR  the national points (default ../shared/data)
#   STAGE=DIR        medsup as staged by make install DESTDIR=DIR; without it
#                    the bench builds its own
#
# The rival is one prepared statement of plain SQL over indexed tables of the
# entries (check_rival.sql); both must name the same breached points before
# anything is timed.  Prints lines
#   ratio NAME VALUE aim AIM
# Ends non-zero when the answers differ or anything else goes wrong, not when
# an aim is missed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
. scripts/lib.sh
unset MAKEFLAGS MFLAGS MAKELEVEL
data=$(realpath -m "${MEDSUP_DATA:-../shared/data}")/rules/national
sf=${SF:-1}
seconds=${SECONDS_EACH:-12}
connections=${CONNECTIONS:-200}
scaled() { awk -v n="$1" -v sf="$sf" 'BEGIN { printf "%d", n * sf }'; }

if [ ! -r "$data/kb_points.csv" ]; then
  echo "skip bench-check: no rules/national/kb_points.csv; MEDSUP_DATA names the folder of the national points"
  exit 0
fi

tmp=$(mktemp -d "${TMPDIR:-/tmp}/medsup-bench.XXXXXX")
# shellcheck disable=SC2154
trap 'rc=$?; [ $rc = 0 ] || tail -20 "$tmp/cluster/server.log" >&2 || true; scripts/cluster.sh remove "$tmp/cluster" || true; rm -rf "$tmp"; exit $rc' EXIT
trap 'exit 130' INT TERM
chmod 755 "$tmp"

stage=${STAGE:-$tmp/stage}
if [ -z "${STAGE:-}" ]; then
  say "building medsup"
  { make -s BUILD="$tmp/build" with_llvm=no &&
    make -s BUILD="$tmp/build" with_llvm=no install DESTDIR="$stage"; } >"$tmp/build.log" 2>&1 ||
    { cat "$tmp/build.log" >&2; die "medsup does not build"; }
fi

mkdir -p "$tmp/cluster" "$tmp/log"
scripts/cluster.sh start "$tmp/cluster" --stage "$stage" --database bench \
  --set shared_buffers=2GB --set work_mem=256MB --set maintenance_work_mem=512MB \
  --set max_wal_size=16GB --set checkpoint_timeout=1h --set autovacuum=off \
  --set jit=off --set max_connections=$((connections + 20))
# shellcheck disable=SC1091
. "$tmp/cluster/env"
export PGOPTIONS="-c client_min_messages=warning"
sql() { psql -X -q -v ON_ERROR_STOP=1 "$@"; }
value() { sql -A -t -c "$1"; }
# aim NAME VALUE RELATION AIM
aim() {
  awk -v name="$1" -v value="$2" -v relation="$3" -v aim="$4" 'BEGIN {
    met = relation == "<=" ? value <= aim : value >= aim
    printf "ratio check/%s %s aim %s %s%s\n", name, value, relation, aim, met ? "" : " missed" }' >>"$tmp/ratios"
}
# milliseconds that psql measures for the last statement of what it is given
timed() { psql -X -v ON_ERROR_STOP=1 -c '\timing on' "$@" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | tail -1; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

say "machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores, $(date -u '+%F %R') UTC, load $(cut -d' ' -f1 /proc/loadavg)"
say "$(value 'SELECT version()'); scale $sf"

# ------------------------------------------------------------- one claim ----
sql -c "CREATE EXTENSION medsup CASCADE" -o /dev/null -c "SELECT medsup.load_knowledge('$data')"
sql -o /dev/null -v entries="$(scaled 120000)" -f "$here/check_draw.sql"
sql -o /dev/null -c "SELECT medsup.publish_rulebook()"
sql -f "$here/check_claims.sql" -f "$here/check_rival.sql"
PGOPTIONS='' sql -f "$here/check_equal.sql"
say "book of claims: $(value "SELECT format('%s entries, %s codes, %s MB', entries, codes, round(length(compiled) / 1e6, 1)) FROM medsup.rulebook")"

# The claim is parsed once, as a parameter of type jsonb would be.
claim="SELECT claim::jsonb AS claim FROM bench.claim WHERE what = :what AND nr = :nr OFFSET 0"
begin='\set nr random(1, :claims)'
printf '%s\n' "$begin" "SELECT v.* FROM ($claim) c, medsup.check_claim(c.claim) v;" >"$tmp/medsup.sql"
printf '%s\n' "$begin" "SELECT jsonb_typeof(c.claim) FROM ($claim) c;" >"$tmp/parse.sql"
{ echo "$begin"; value "SELECT bench.rival()" | sed 's/^ *--.*//; s/\$1/:what/; s/\$2/:nr/'; echo ';'; } >"$tmp/rival.sql"

# run CONTENDER WHAT: sets p50, p99, mean (ms) and tps from the log of every transaction
run() {
  local claims
  claims=$(value "SELECT count(*) FROM bench.claim WHERE what = '$2'")
  # an index, whatever the size: plans by hash tables over all entries are slower
  PGOPTIONS="-c enable_seqscan=off" pgbench -n -M prepared -c 2 -j 2 -T "$seconds" -D what="$2" -D claims="$claims" \
    -f "$tmp/$1.sql" -l --log-prefix="$tmp/log/$1.$2" >"$tmp/log/$1.$2.out" 2>&1 || { cat "$tmp/log/$1.$2.out" >&2; die "pgbench failed"; }
  # the first calls of a connection load the book and plan
  cat "$tmp/log/$1.$2".[0-9]* | awk '$2 >= 10 { print $3 / 1000 }' | sort -n >"$tmp/log/ms"
  read -r p50 p99 mean < <(awk '{ v[NR] = $1; s += $1 } END { printf "%.3f %.3f %.3f\n", v[int(NR * 0.5) + 1], v[int(NR * 0.99) + 1], s / NR }' "$tmp/log/ms")
  tps=$(sed -n 's/^tps = \([0-9.]*\).*/\1/p' "$tmp/log/$1.$2.out" | awk '{ printf "%.0f", $1 }')
  rm -f "$tmp/log/$1.$2".[0-9]*
}

say
say "| one claim, 2 clients | p50 ms | p99 ms | mean ms | TPS |"
say "|---|---|---|---|---|"
for what in prescription stay; do
  for contender in parse medsup rival; do
    run $contender $what
    say "| $what, $contender | $p50 | $p99 | $mean | $tps |"
    declare "${contender}_p99=$p99" "${contender}_mean=$mean"
  done
  # shellcheck disable=SC2154
  aim "$what/p99_ms" "$medsup_p99" '<=' "$([ $what = stay ] && echo 8 || echo 1)"
  # shellcheck disable=SC2154
  aim "$what/rival" "$(awk -v a="$rival_mean" -v b="$medsup_mean" 'BEGIN { printf "%.1f", a / b }')" '>=' 20
  # shellcheck disable=SC2154
  say "without reading and parsing the claim: rival / medsup = $(awk -v a="$rival_mean" -v b="$medsup_mean" -v c="$parse_mean" 'BEGIN { printf "%.1f", (a - c) / (b - c) }')" >>"$tmp/notes"
done
cat "$tmp/notes"

# --------------------------------------------------- connections and book ----
# pids of the clients that wait, once all have checked their claim
waiting() { value "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND query ~ 'pg_sleep\(120\)' AND wait_event = 'PgSleep' AND pid <> pg_backend_pid()"; }
# connections SCRIPT: private and proportional MB of a backend, and of all
memory() {
  local pids n=0
  pgbench -n -M prepared -c "$connections" -j 2 -t 1 -D what=prescription -D claims=60 -f "$1" >"$tmp/log/memory.out" 2>&1 &
  local bench=$!
  for _ in $(seq 300); do
    pids=$(waiting) && n=$(wc -w <<<"$pids")
    [ "$n" = "$connections" ] && break
    kill -0 $bench 2>/dev/null || { cat "$tmp/log/memory.out" >&2; die "the connections did not come up"; }
    sleep 0.2
  done
  # shellcheck disable=SC2086
  for pid in $pids; do cat "/proc/$pid/smaps_rollup" || true; done |
    awk -v n="$n" '/^Pss:/ { pss += $2 } /^Private_Dirty:/ { dirty += $2 } END { printf "%.2f %.2f\n", dirty / n / 1024, pss / n / 1024 }'
  value "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query ~ 'pg_sleep\(120\)' AND pid <> pg_backend_pid()" >/dev/null
  wait $bench || true
  while [ -n "$(waiting)" ]; do sleep 0.1; done
}
{ cat "$tmp/medsup.sql"; echo 'SELECT pg_sleep(120);'; } >"$tmp/check_wait.sql"
{ echo 'SELECT 1;'; echo 'SELECT pg_sleep(120);'; } >"$tmp/idle.sql"
first() { for _ in 1 2 3 4 5 6 7; do timed -d "$1" -c "SELECT * FROM medsup.check_claim('$small_claim')"; done | median; }
small_claim=$(value "SELECT jsonb_set(claim::jsonb, '{lines}', jsonb_path_query_array(claim::jsonb, '\$.lines[0 to 9]')) FROM bench.claim WHERE what = 'prescription' AND nr = 1")

book_mb=$(value "SELECT round(length(compiled) / 1048576.0, 2) FROM medsup.rulebook")
memory "$tmp/idle.sql" >"$tmp/log/mib"; read -r idle_dirty idle_pss <"$tmp/log/mib"
memory "$tmp/check_wait.sql" >"$tmp/log/mib"; read -r private_dirty private_pss <"$tmp/log/mib"
first_private=$(first bench)

# ------------------------------------------------------------- publishing ----
createdb large
sql -d large -c "CREATE EXTENSION medsup CASCADE" -o /dev/null -v entries="$(scaled 250000)" -f "$here/check_draw.sql"
publish=$(timed -d large -c "SELECT medsup.publish_rulebook()")
large="$(sql -d large -At -c "SELECT format('%s entries, %s MB', entries, round(length(compiled) / 1e6, 1)) FROM medsup.rulebook ORDER BY version DESC LIMIT 1")"
first_large=$(first large)
sql -d large -c "DROP SCHEMA bench CASCADE" -o /dev/null -v entries=0 -v pairs="$(scaled 2000000)" -f "$here/check_draw.sql"
publish_pairs=$(timed -d large -c "SELECT medsup.publish_rulebook()")
pairs="$(sql -d large -At -c "SELECT format('%s entries, %s MB', entries, round(length(compiled) / 1e6, 1)) FROM medsup.rulebook ORDER BY version DESC LIMIT 1")"
first_pairs=$(first large)

# ---------------------------------------------------------------- preload ----
scripts/cluster.sh stop "$tmp/cluster"
echo "shared_preload_libraries = 'medsup'" >>"$tmp/cluster/medsup.conf"
scripts/cluster.sh resume "$tmp/cluster"
memory "$tmp/idle.sql" >"$tmp/log/mib"; read -r idle_dirty_pre idle_pss_pre <"$tmp/log/mib"
memory "$tmp/check_wait.sql" >"$tmp/log/mib"; read -r shared_dirty shared_pss <"$tmp/log/mib"
first_shared=$(first bench)
first_large_shared=$(first large)

say
say "| a book | published, ms | first check of a backend, ms | preloaded, ms |"
say "|---|---|---|---|"
say "| of claims, $book_mb MiB | | $first_private | $first_shared |"
say "| $large | $publish | $first_large | |"
say "| and $(scaled 2000000) pairs: $pairs | $publish_pairs | $first_pairs | $first_large_shared |"
say
say "| $connections connections, MiB each | private | proportional |"
say "|---|---|---|"
say "| idle | $idle_dirty | $idle_pss |"
say "| after a check | $private_dirty | $private_pss |"
say "| idle, preloaded | $idle_dirty_pre | $idle_pss_pre |"
say "| after a check, preloaded | $shared_dirty | $shared_pss |"
say
aim publish_250k_s "$(awk -v ms="$publish" 'BEGIN { printf "%.2f", ms / 1000 }')" '<=' 5
aim first_check_250k_ms "$first_large" '<=' 50
aim first_check_pairs_ms "$first_pairs" '<=' 120
aim first_check_pairs_preloaded_ms "$first_large_shared" '<=' 120
aim book_per_backend "$(awk -v a="$private_dirty" -v b="$idle_dirty" -v c="$shared_dirty" -v d="$idle_dirty_pre" -v book="$book_mb" \
  'BEGIN { printf "%.2f", ((a - b) - (c - d)) / book }')" '<=' 1.2
cat "$tmp/ratios"
