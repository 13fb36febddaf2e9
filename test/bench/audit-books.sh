#!/bin/bash
# make bench-audit-books: what the size of the book costs an audit.
#
#   SF=0.1    one million lines
#   STAGE=DIR medsup as staged by make install DESTDIR=DIR; without it the
#             bench builds its own
#
# Twelve against 120 thousand entries over lines of the same codes, which must
# give the same findings; then 250 thousand entries, and 120 thousand with two
# million pairs beside them, over lines of all codes.  Of three runs the best.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
. scripts/lib.sh
. test/bench/audit_lib.sh
sf=${SF:-0.1}
bench_start
machine
persons=$(awk -v sf="$sf" 'BEGIN { printf "%d", 200000 * sf }')

say
say "| book | entries | codes | MB | lines | findings | wall s | without evidence and ledger | CPU s | private MB |"
say "|---|---|---|---|---|---|---|---|---|---|"
# book NAME SPREAD ACTIVE PAIRS; sets cost and digest
book() {
  local best_wall='' best
  createdb "$1"
  export PGDATABASE=$1
  draw "$2" "$3" "$persons"
  if [ "$4" = yes ]; then sql -o /dev/null -v spread="$2" -f "$here/audit_pairs.sql"; fi
  for _ in 1 2 3; do
    forget
    audit 0
    if [ -z "$best_wall" ] || [ "$(calc "$used < $cost")" = 1.00 ]; then
      best_wall=$wall cost=$used
      best="$wall|$(calc "$wall - $record")|$used|$peak"
    fi
  done
  digest=$(value "SELECT sum(hashtextextended(concat_ws(' ', rule_code, mdtrt_id, feedetl_sn, vola_amt), 0)) FROM medsup.finding")
  row "$1" "$(value "SELECT concat_ws('|', entries, codes, round(length(compiled) / 1e6, 1), (SELECT max(lines) FROM medsup.run), (SELECT max(findings) FROM medsup.run))
      FROM medsup.rulebook ORDER BY version DESC LIMIT 1")" "$best"
  export PGDATABASE=bench
  dropdb "$1"
}
book small 5 4 no
small=$cost expected=$digest
book large 50 4 no
[ "$digest" = "$expected" ] || die "the larger book found something else"
ratio book/120k_to_12k_cpu "$(awk -v a="$cost" -v b="$small" 'BEGIN { printf "%.2f", a / b }')" '<=' 1.15
book entries_250k 104 50 no
book pairs_2m 50 50 yes
cat "$tmp/ratios"
