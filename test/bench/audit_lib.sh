# shellcheck shell=bash disable=SC2034
# What bench-audit and bench-audit-scale share: the cluster, the warehouse, and
# a stopwatch that also knows CPU seconds and private memory.  Sourced by bash
# in the top folder, after scripts/lib.sh.

unset MAKEFLAGS MFLAGS MAKELEVEL
kinds=(sex age setting level diagnosis duplicate day_cap stay_cap pair interval)

# bench_start [--set NAME=VALUE]...: sets tmp and stage, builds medsup if need be
bench_start() {
  tmp=$(mktemp -d "${TMPDIR:-/tmp}/medsup-bench.XXXXXX")
  # shellcheck disable=SC2154
  trap 'rc=$?; watch_stop; [ $rc = 0 ] || { cat "$tmp/ratios" || true; tail -20 "$tmp/cluster/server.log" || true; } >&2; scripts/cluster.sh remove "$tmp/cluster" || true; rm -rf "$tmp"; exit $rc' EXIT
  trap 'exit 130' INT TERM
  chmod 755 "$tmp"
  mkdir -p "$tmp/cluster" "$tmp/csv"
  : >"$tmp/ratios"
  chmod 777 "$tmp/csv"
  stage=${STAGE:-$tmp/stage}
  if [ -z "${STAGE:-}" ]; then
    say "building medsup"
    { make -s BUILD="$tmp/build" with_llvm=no &&
      make -s BUILD="$tmp/build" with_llvm=no install DESTDIR="$stage"; } >"$tmp/build.log" 2>&1 ||
      { cat "$tmp/build.log" >&2; die "medsup does not build"; }
  fi
  # wal_level as a warehouse that is loaded has it: CREATE TABLE AS writes no log
  scripts/cluster.sh start "$tmp/cluster" --stage "$stage" --database bench \
    --set shared_buffers="${SHARED_BUFFERS:-4GB}" --set effective_cache_size=12GB --set max_wal_size=32GB --set checkpoint_timeout=1h \
    --set wal_level=minimal --set max_wal_senders=0 --set autovacuum=off --set jit=off --set work_mem=256MB --set maintenance_work_mem=1GB \
    --set max_parallel_workers_per_gather=2 --set max_parallel_workers=4 "$@"
  # shellcheck disable=SC1091
  . "$tmp/cluster/env"
  export PGOPTIONS="-c client_min_messages=warning"
  postmaster=$(head -1 "$tmp/cluster/data/postmaster.pid")
}

sql() { psql -X -q -v ON_ERROR_STOP=1 "$@"; }
value() { sql -A -t -c "$1"; }

# --------------------------------------------------------------- stopwatch ----
# CPU seconds of the server so far: of what has ended and of what runs
cpu() {
  local stats=("/proc/$postmaster/stat") pid
  for pid in $(cat "/proc/$postmaster/task/$postmaster/children" 2>/dev/null || pgrep -P "$postmaster"); do stats+=("/proc/$pid/stat"); done
  { cat "${stats[@]}" 2>/dev/null || true; } |
    awk -v top="$postmaster" -v hz="$(getconf CLK_TCK)" '{ t += $14 + $15 } $1 == top { t += $16 + $17 } END { printf "%.2f\n", t / hz }'
}
# private memory of all processes of the server, kB: what is neither shared nor a file
private() {
  local files=() pid
  for pid in $(cat "/proc/$1/task/$1/children" 2>/dev/null || pgrep -P "$1") "$1"; do files+=("/proc/$pid/status"); done
  { cat "${files[@]}" 2>/dev/null || true; } | awk '/^RssAnon/ { kb += $2 } END { print kb + 0 }'
}
watch_start() {
  ( peak=0; trap 'echo $peak >"$tmp/peak"; exit 0' TERM
    while :; do now=$(private "$1"); [ "$now" -le "$peak" ] || { peak=$now; echo "$peak" >"$tmp/peak"; }; sleep 0.1; done ) &
  watcher=$!
}
watch_stop() { if [ -n "${watcher:-}" ]; then kill "$watcher" 2>/dev/null || true; wait "$watcher" 2>/dev/null || true; watcher=''; fi; }

# measured COMMAND...: runs it; sets wall and used (seconds), peak (MB)
measured() {
  local began cpu_began
  rm -f "$tmp/peak"
  watch_start "$postmaster"
  cpu_began=$(cpu) began=$EPOCHREALTIME
  "$@"
  wall=$(calc "$EPOCHREALTIME - $began")
  sleep 0.2                     # until the backend is gone and counted
  used=$(calc "$(cpu) - $cpu_began")
  watch_stop
  peak=$(($(cat "$tmp/peak") / 1024))
}
calc() { awk "BEGIN { printf \"%.2f\", $1 }"; }

# ratio NAME VALUE RELATION AIM: printed last
ratio() {
  awk -v name="$1" -v value="$2" -v relation="$3" -v aim="$4" 'BEGIN {
    met = relation == "<=" ? value <= aim : value >= aim
    printf "ratio audit/%s %s aim %s %s%s\n", name, value, relation, aim, met ? "" : " missed" }' >>"$tmp/ratios"
}
row() { local IFS='|'; say "|$*|" | sed 's/|/ | /g; s/^ //; s/ $//'; }

machine() {
  say "machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores, $(awk '/^MemTotal/ { printf "%.0f GB", $2 / 1048576 }' /proc/meminfo), $(date -u '+%F %R') UTC, load $(cut -d' ' -f1 /proc/loadavg)"
  say "$(value 'SELECT version()')"
}

# --------------------------------------------------------------- warehouse ----
# draw BOOK_SPREAD LINE_SPREAD PERSONS [TIDY]: the book, the warehouse, the bindings
draw() {
  sql -o /dev/null -c "CREATE EXTENSION IF NOT EXISTS medsup CASCADE"
  sql -o /dev/null -v spread="$1" -f test/bench/audit_book.sql
  PGOPTIONS="$PGOPTIONS -c parallel_setup_cost=0 -c parallel_tuple_cost=0" sql -v persons="$3" -v active="$2" -v tidy="${4:-VACUUM (ANALYZE)}" -f test/bench/audit_draw.sql
  bind wh.fee_list_d
}
# bind LINES: the warehouse with these fee lines
bind() {
  local kind relation
  while read -r kind relation; do
    sql -o /dev/null -c "SELECT medsup.unbind_source(kind, relation) FROM medsup.sources WHERE kind = '$kind' AND relation IS NOT NULL"
    sql -o /dev/null -c "SELECT medsup.bind_source('$kind', '$relation')"
  done <<<"encounter wh.mdtrt_d
settlement wh.setl_d
diagnosis wh.setl_list_diag_d
fee_line $1"
}
# forget: no findings, as on the first night; runs stay, since the first one by a
# book also counts its points
forget() { sql -c "TRUNCATE medsup.finding, medsup.finding_history, medsup.run_tally, medsup.skipped_line"; }

# audit WORKERS: a full run; sets wall, used, peak as measured, and from the
# ledger read, judge, record: seconds of the worker that took longest
audit() {
  measured sql -c "SET medsup.audit_workers = $1" -c "CALL medsup.run_audit()"
  read -r read judge record < <(value "
    SELECT coalesce(max(r), 0), coalesce(max(e), 0), coalesce(max(w), 0)
    FROM (SELECT round(sum(read_ms) / 1000, 1) AS r, round(sum(evaluate_ms) / 1000, 1) AS e, round(sum(record_ms) / 1000, 1) AS w
          FROM medsup.run_step WHERE run = (SELECT max(run) FROM medsup.run) GROUP BY worker) AS s" | tr '|' ' ')
}
# the findings as the list that the rivals give
list_findings() {
  sql -c "DROP TABLE IF EXISTS bench.ours" -c "CREATE TABLE bench.ours AS
    SELECT substr(f.entry_code, 7)::int AS entry, e ->> 'mdtrt_id' AS mdtrt_id, e ->> 'feedetl_sn' AS feedetl_sn, (e ->> 'vola_amt')::numeric AS amount
    FROM medsup.finding f, jsonb_array_elements(f.evidence) AS e WHERE f.status = 'open' AND e ? 'vola_amt'"
}
# must_equal WHAT TABLE: bench.ours and that table hold the same rows
must_equal() {
  local differ
  differ=$(value "SELECT (SELECT count(*) FROM (TABLE bench.ours EXCEPT ALL TABLE $2) AS a) + (SELECT count(*) FROM (TABLE $2 EXCEPT ALL TABLE bench.ours) AS b)")
  [ "$differ" = 0 ] || die "medsup and $1 differ in $differ rows"
}
