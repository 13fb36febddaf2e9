#!/bin/bash
# make bench-audit-cancel: how long a run goes on after it was cancelled.
#
#   SF=1      ten million lines; 0.1 works
#   TRIES=4   moments a phase
#   KEEP=DIR  the cluster and its warehouse stay in DIR, for the next time
#   STAGE=DIR medsup as staged by make install DESTDIR=DIR; without it the
#             bench builds its own
#   SEED=...  of the random moments
#
# An undisturbed run tells which phases there are and how long each takes.  Then
# a run is cancelled at random moments of each phase: by pg_cancel_backend() of
# the session that called, until that session has its error.  What is left is
# done by the next call, so that the last phases come without all before them;
# in the end the findings must be those of the undisturbed run.  A night sweeps
# all sources, and lines of one person of a hundred were changed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
. scripts/lib.sh
. test/bench/audit_lib.sh
sf=${SF:-1}
tries=${TRIES:-4}
RANDOM=${SEED:-$$}
bench_start may_keep
machine
draw 50 50 "$(awk -v sf="$sf" 'BEGIN { printf "%d", 200000 * sf }')"
sql -c "DROP TABLE IF EXISTS bench.line"
sql -o /dev/null -f "$here/audit_cancel.sql"
say "$(value "SELECT format('%s lines, %s', count(*), pg_size_pretty(pg_table_size('wh.fee_list_d'))) FROM wh.fee_list_d"), seed ${SEED:-$$}"

# call WORKERS CALL BESIDE: runs CALL in the background and BESIDE with it
call() {
  PGAPPNAME="bench run" sql -c "SET medsup.audit_workers = $1" -c "$2" >/dev/null 2>"$tmp/err" &
  local session=$!
  sql -c "$3"
  wait $session || grep -q "canceling statement due to user request" "$tmp/err" || { cat "$tmp/err" >&2; die "a run failed"; }
  [ "$(value "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'medsup audit worker'")" = 0 ] || die "a worker was left"
  [ "$(value "SELECT count(*) FROM medsup.run WHERE status = 'running'")" = 0 ] || die "the ledger says that a run goes on"
}
order="'{beginning,finding changes,starting,reading,gathering,evaluating,recording,provider rules,ending}'::text[]"
# phases MODE: SECONDS PHASE, in the order of a run
phases() { value "SELECT seconds || ' ' || phase FROM cancel.spent WHERE mode = '$1' AND phase <> 'done' ORDER BY array_position($order, phase)"; }
# moments MODE WORKERS CALL FRESH BEFORE: cancels in all phases; FRESH is called
# for the early ones, CALL for those that need what was done already, each after BEFORE
moments() {
  local mode=$1 workers=$2 phase seconds after partitions n
  partitions=$(value "SELECT greatest(partitions / greatest(workers, 1), 1) FROM medsup.run ORDER BY run DESC LIMIT 1")
  while read -r seconds phase <&3; do
    # a moment may come too late
    for ((n = 0; n < 2 * tries; n++)); do
      [ "$(value "SELECT count(*) FROM cancel.made WHERE (mode, phase) = ('$mode', '$phase') AND stopped")" -lt "$tries" ] || break
      # of one partition, since those before are not done again
      case $phase in gathering | evaluating | recording) after="$seconds / $partitions" ;; *) after=$seconds ;; esac
      after=$(awk -v r=$RANDOM "BEGIN { print r / 32768 * $after }")
      $5
      case $phase in
        beginning | "finding changes" | starting | reading) call "$workers" "$4" "CALL cancel.make('$mode', '$phase', $after)" ;;
        *) call "$workers" "$3" "CALL cancel.make('$mode', '$phase', $after)" ;;
      esac
    done
  done 3< <(phases "$mode")
}
# watched MODE WORKERS CALL: an undisturbed run
watched() { call "$2" "$3" "CALL cancel.watch('$1')"; }

fresh="CALL medsup.run_audit(resume => false)" goes_on="CALL medsup.run_audit()"
for workers in 0 2; do
  forget
  watched "$workers workers" $workers "$fresh"
  found=$(digest)
  [ "${expected:=$found}" = "$found" ] || die "$workers workers find something else"
  forget
  moments "$workers workers" $workers "$goes_on" "$fresh" :
  sql -c "$goes_on" -c "$fresh"
  [ "$(digest)" = "$expected" ] || die "$workers workers: other findings than those of undisturbed runs"
done

# lines of one person of a hundred
blocks=$(value "SELECT relpages FROM pg_class WHERE oid = 'wh.fee_list_d'::regclass")
touch_lines() {
  sql -c "UPDATE wh.fee_list_d SET bilg_dr_codg = 'D51' || lpad((1e5 * random())::int::text, 9, '0')
    WHERE ctid = ANY (ARRAY(SELECT format('(%s,1)', ($blocks * random())::int)::tid FROM generate_series(1, ceil(2000 * $sf)::int)))"
}
for kind in encounter settlement diagnosis fee_line; do sql -o /dev/null -c "SELECT medsup.unwatch_source('$kind')"; done
sql -c "CALL medsup.nightly()"
touch_lines
watched "a night" 2 "CALL medsup.nightly()"
moments "a night" 2 "CALL medsup.nightly()" "CALL medsup.nightly()" touch_lines
sql -c "CALL medsup.nightly()"
complete
say
say "| run | phase | takes s | cancelled | over before | longest s | median s |"
say "|---|---|---|---|---|---|---|"
value "SELECT concat_ws(' | ', '|', m.mode, m.phase, round(s.seconds::numeric, 2), count(*) FILTER (WHERE stopped), count(*) FILTER (WHERE NOT stopped),
        coalesce(round(max(m.seconds)::numeric, 2)::text, '-'), coalesce(round(percentile_disc(0.5) WITHIN GROUP (ORDER BY m.seconds)::numeric, 2)::text, '-'), '|')
    FROM cancel.made m JOIN cancel.spent s USING (mode, phase) GROUP BY m.mode, m.phase, s.seconds
    ORDER BY m.mode, array_position($order, m.phase)" | sed 's/^| | /| /; s/ | |$/ |/'
ratio cancel/longest_s "$(value "SELECT round(max(seconds)::numeric, 2) FROM cancel.made")" '<=' 1
cat "$tmp/ratios"
