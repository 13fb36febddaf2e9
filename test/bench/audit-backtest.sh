#!/bin/bash
# make bench-audit-backtest: what it takes to try rules before they are published,
# against a full audit by the whole book.
#
#   SF=1      ten million lines; 0.1 works
#   KEEP=DIR  the cluster and its warehouse stay in DIR, for the next time
#   STAGE=DIR medsup as staged by make install DESTDIR=DIR; without it the
#             bench builds its own
#
# Drafts: points for single codes, which few persons have; all twelve thousand
# points of a rule; the whole book.  Of each the hits are those of the full audit.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
. scripts/lib.sh
. test/bench/audit_lib.sh
sf=${SF:-1}
bench_start may_keep
machine
draw 50 50 "$(awk -v sf="$sf" 'BEGIN { printf "%d", 200000 * sf }')"
sql -c "DROP TABLE IF EXISTS bench.line"
say "$(value "SELECT format('%s lines, %s', count(*), pg_size_pretty(pg_table_size('wh.fee_list_d'))) FROM wh.fee_list_d")"
forget
audit 2
full=$wall

say
say "| | wall s | CPU s | private MB | hits |"
say "|---|---|---|---|---|"
row "full audit, 2 workers" "$wall" "$used" "$peak" "$(value "SELECT count(*) FROM medsup.finding")"
# tried LABEL ARGUMENTS CONDITION
tried() {
  local wanted
  measured sql -c "CREATE TABLE bench.tried AS SELECT * FROM medsup.backtest($2)"
  wanted=$(value "SELECT count(*) FROM medsup.finding f WHERE f.status = 'open' AND ($3)")
  row "back-test of $1" "$wall" "$used" "$peak" "$wanted"
  [ "$(value "SELECT findings FROM bench.tried WHERE part = 'all'")" = "$wanted" ] || die "the back-test of $1 does not find what the audit did"
  sql -c "DROP TABLE bench.tried"
  ratio "backtest/${1// /_}" "$(awk -v a="$wall" -v b="$full" 'BEGIN { printf "%.2f", a / b }')" '<=' 1
}
# of a rule of the bureau's own, so that nobody is read who has none of their codes
sql -c "INSERT INTO medsup.rule (rule_code, origin, name_zh, name_en, kind, subject) VALUES ('TRY', 'local', '试用', 'tried', 'K1', 'drug') ON CONFLICT DO NOTHING"
points=$(value "SELECT jsonb_agg(jsonb_build_object('entry_code', 'TRY-' || entry, 'rule_code', 'TRY', 'item_name', 'tried',
    'sex', CASE sex WHEN 1 THEN 'male' ELSE 'female' END, 'codes', to_jsonb(codes))) FROM (SELECT * FROM bench.point WHERE kind = 'sex' ORDER BY entry LIMIT 10) AS p")
few=$(value "SELECT string_agg(quote_literal('AUDIT-' || entry), ', ') FROM (SELECT entry FROM bench.point WHERE kind = 'sex' ORDER BY entry LIMIT 10) AS p")
tried "ten points" "\$p\$$points\$p\$" "f.entry_code IN ($few)"
tried "a rule" "rules => '{N25-067}'" "f.rule_code = 'N25-067'"
tried "the book" "rules => ARRAY(SELECT DISTINCT rule_code FROM bench.point)" true
cat "$tmp/ratios"
