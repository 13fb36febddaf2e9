# shellcheck shell=bash disable=SC2034
# What benches share: the cluster, and a stopwatch that also knows CPU seconds and
# private memory.  Sourced by bash in the top folder, after scripts/lib.sh.

unset MAKEFLAGS MFLAGS MAKELEVEL
bench=$(basename "$0" .sh)
bench=${bench%%-*}

# bench_start [may_keep]: sets tmp, builds medsup if need be, starts the cluster.
# KEEP=DIR, where a bench can use it again: the cluster stays in DIR with its
# warehouse, which the next bench does not draw again.
bench_start() {
  tmp=$(mktemp -d "${TMPDIR:-/tmp}/medsup-bench.XXXXXX")
  chmod 755 "$tmp"
  keep=''
  [ "${1:-}" != may_keep ] || keep=${KEEP:-}
  home=${keep:-$tmp}
  cluster=$home/cluster
  mkdir -p "$cluster" "$tmp/csv"
  : >"$tmp/ratios"
  chmod 777 "$tmp/csv"
  trap 'bench_end $?' EXIT
  trap 'exit 130' INT TERM
  if [ -n "${STAGE:-}" ]; then
    ln -sfn "$(realpath "$STAGE")" "$home/stage"
  else
    say "building medsup"
    rm -rf "$home/stage"
    { make -s BUILD="$tmp/build" with_llvm=no &&
      make -s BUILD="$tmp/build" with_llvm=no install DESTDIR="$home/stage"; } >"$tmp/build.log" 2>&1 ||
      { cat "$tmp/build.log" >&2; die "medsup does not build"; }
  fi
  if [ -n "$keep" ] && [ -f "$cluster/env" ]; then
    scripts/cluster.sh resume "$cluster"
  else
    # wal_level as a warehouse that is loaded has it: CREATE TABLE AS writes no log
    scripts/cluster.sh start "$cluster" --stage "$home/stage" --database bench \
      --set shared_buffers="${SHARED_BUFFERS:-4GB}" --set effective_cache_size=12GB --set max_wal_size=32GB --set checkpoint_timeout=1h \
      --set wal_level=minimal --set max_wal_senders=0 --set autovacuum=off --set jit=off --set work_mem=256MB --set maintenance_work_mem=1GB \
      --set max_parallel_workers_per_gather=2 --set max_parallel_workers=4
  fi
  # shellcheck disable=SC1091
  . "$cluster/env"
  export PGOPTIONS="-c client_min_messages=warning"
  postmaster=$(head -1 "$cluster/data/postmaster.pid")
}
bench_end() {
  watch_stop
  [ "$1" = 0 ] || { cat "$tmp/ratios" || true; tail -20 "$cluster/server.log" || true; } >&2
  if [ -n "$keep" ]; then scripts/cluster.sh stop "$cluster"; else scripts/cluster.sh remove "$cluster"; fi || true
  rm -rf "$tmp"
  exit "$1"
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

# ratio NAME VALUE RELATION AIM: printed last, behind the name of the bench
ratio() {
  awk -v bench="$bench" -v name="$1" -v value="$2" -v relation="$3" -v aim="$4" 'BEGIN {
    met = relation == "<=" ? value <= aim : value >= aim
    printf "ratio %s/%s %s aim %s %s%s\n", bench, name, value, relation, aim, met ? "" : " missed" }' >>"$tmp/ratios"
}
row() { local IFS='|'; say "|$*|" | sed 's/|/ | /g; s/^ //; s/ $//'; }

machine() {
  say "machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores, $(awk '/^MemTotal/ { printf "%.0f GB", $2 / 1048576 }' /proc/meminfo), $(date -u '+%F %R') UTC, load $(cut -d' ' -f1 /proc/loadavg)"
  say "$(value 'SELECT version()')"
}
