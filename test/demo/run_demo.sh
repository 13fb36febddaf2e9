#!/bin/bash
# The flow of make demo on a running server: knowledge in, a book published, a
# warehouse generated and bound, one night by pg_cron, the morning page, and the
# truth held against it.  Ends non-zero when anything planted was missed, anything
# innocent reported, or money is off by a fen.
#
#   PGHOST PGPORT PGUSER PGDATABASE   the database, fresh; the role may create extensions
#   MEDSUP_DATA=DIR   published knowledge points (DIR/rules/national), else the bundled ones
#   DEMO_LANG=zh|en   language of the page        DEMO_SF=1    scale of the warehouse
#   DEMO_HOME=DIR     where work lists and logs go (default: a temporary folder)
#   DEMO_TYPED=1      a warehouse with typed columns instead of varchar
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
lang=${DEMO_LANG:-zh}
sf=${DEMO_SF:-1}
began=${DEMO_BEGAN:-$SECONDS}
home=${DEMO_HOME:-$(mktemp -d "${TMPDIR:-/tmp}/medsup-demo.XXXXXX")}
mkdir -p "$home"
case $lang in zh | en) ;; *) echo "DEMO_LANG is zh or en" >&2; exit 2 ;; esac
export PGOPTIONS="${PGOPTIONS:-} -c client_min_messages=warning"

t() { if [ "$lang" = zh ]; then printf '%s' "$1"; else printf '%s' "$2"; fi; }
step() { printf '[%4d s] %s\n' $((SECONDS - began)) "$*"; }
sql() { psql -X -q -v ON_ERROR_STOP=1 "$@"; }
value() { psql -X -q -A -t -v ON_ERROR_STOP=1 -c "$1"; }

# --------------------------------------------------------- extension, book ---
sql -c "CREATE EXTENSION IF NOT EXISTS medsup CASCADE"
national=${MEDSUP_DATA:-}/rules/national
if [ -r "$national/kb_points.csv" ]; then
  # client-side: the server need not be able to read the folder
  sql <<SQL >/dev/null
\\copy medsup.import_point (kp_id, rule_class, gz_code, level1, level2, item_name, "constraint", detect_logic, batch, batch_tag, supersedes, n_codes, codes) FROM '$national/kb_points.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\\copy medsup.import_code (kp_id, rule_class, batch_tag, item_name, code) FROM '$national/kb_codes_long.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\\copy medsup.import_limit (batch, rule_class, kind, name, code, limit_kind, limit_value, "window", text) FROM '$national/nhsa_points.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
\\copy medsup.import_pair (seq, "window", main_name, main_code, sub_name, sub_code, note) FROM '$national/nhsa_exclusive_pairs.csv' WITH (FORMAT csv, HEADER, ENCODING 'UTF8')
SELECT medsup.load_knowledge();
SQL
  step "$(t '知识点：国家公布的全部文件' 'knowledge points: the published files')"
else
  national=
  sql -c "SELECT medsup.load_bundled_knowledge()" >/dev/null
  step "$(t '知识点：随扩展附带的小集（未找到国家知识点目录）' 'knowledge points: the bundled set (no folder of published ones)')"
fi
sql -f "$here/parameters.sql" >/dev/null
sql -A -t -v lang="$lang" -f "$here/points.sql"
version=$(value "SELECT medsup.publish_rulebook('demo')")
step "$(t "规则库第 $version 版已发布" "rulebook version $version published")"

# --------------------------------------------------------------- warehouse ---
gen=$home/gen_warehouse
make -s -f "$here/gen.mk" GEN="$gen"
typed=()
[ -z "${DEMO_TYPED:-}" ] || typed=(--typed)
[ -z "$national" ] || typed+=(--knowledge "$national")
sql -c "CREATE SCHEMA wh"
{ echo "SET search_path = wh;"; "$gen" --schema "${typed[@]}"; } | sql
# A reader on a pipe each: a table is loaded while it is written, nothing lies on disk.
pipes=$home/pipes
rm -rf "$pipes"
mkdir "$pipes"
readers=()
while read -r table; do
  mkfifo "$pipes/$table.copy"
  sql -c "\\copy wh.$table FROM '$pipes/$table.copy'" &
  readers+=($!)
done < <(value "SELECT relname FROM pg_catalog.pg_class WHERE relnamespace = 'wh'::pg_catalog.regnamespace AND relkind = 'r' ORDER BY 1")
"$gen" --out "$pipes" --sf "$sf" "${typed[@]}"
for reader in "${readers[@]}"; do wait "$reader"; done
rm -rf "$pipes"
sql -c "ANALYZE"
step "$(value "SELECT pg_catalog.format(CASE '$lang' WHEN 'zh' THEN '示例数据仓：%s 人，%s 次就诊，%s 条费用明细（机构均为虚构，代码 H999999…）' ELSE 'demo warehouse: %s persons, %s visits, %s fee lines (all institutions invented, codes H999999...)' END,
  (SELECT pg_catalog.count(DISTINCT psn_no) FROM wh.mdtrt_d), (SELECT pg_catalog.count(*) FROM wh.mdtrt_d), (SELECT pg_catalog.count(*) FROM wh.fee_list_d))")"
sql <<'SQL' >/dev/null
SELECT medsup.bind_source('provider', 'wh.fixmedins_b');
SELECT medsup.bind_source('encounter', 'wh.mdtrt_d');
SELECT medsup.bind_source('settlement', 'wh.setl_d');
SELECT medsup.bind_source('settlement', 'wh.outmed_setl_d');
SELECT medsup.bind_source('fee_line', 'wh.fee_list_d');
SELECT medsup.bind_source('diagnosis', 'wh.setl_list_diag_d');
SELECT medsup.bind_source('operation', 'wh.setl_list_oprn_d');
SQL
step "$(t '源表已绑定，映射为空' 'sources bound with an empty mapping')"

# ---------------------------------------------------------------- the night --
cron=$(value "SELECT pg_catalog.to_regclass('cron.job') IS NOT NULL")
if [ "$cron" = t ]; then
  # the next full minute of GMT, so that nobody waits for two o'clock
  at=$(value "SELECT pg_catalog.to_char((pg_catalog.now() + interval '63 seconds') AT TIME ZONE 'GMT', 'FMMI FMHH24 FMDD FMMM *')")
  step "$(value "SELECT medsup.schedule_nightly('$at')")$(t "（$at）；等待 pg_cron 触发，约一分钟" " ($at); waiting for pg_cron to fire, a minute or so")"
else
  step "$(t '本库没有 pg_cron，直接调用 medsup.nightly()' 'no pg_cron in this database: calling medsup.nightly() itself')"
  sql -c "CALL medsup.nightly()"
fi
last='' status='' waited=0
while :; do
  status=$(value "SELECT status FROM medsup.run WHERE kind = 'nightly' ORDER BY run LIMIT 1")
  now=$(value "SELECT pg_catalog.format('%s/%s', partitions_done, partitions) FROM medsup.run WHERE kind = 'nightly' ORDER BY run LIMIT 1")
  if [ -n "$now" ] && [ "$now" != "$last" ]; then
    step "$(t "夜间审核：分区 $now" "the night: partitions $now")"
    last=$now
  fi
  case $status in '' | running) ;; *) break ;; esac
  waited=$((waited + 1))
  [ "$waited" -lt "${DEMO_PATIENCE:-1800}" ] || { echo "the night did not end" >&2; exit 1; }
  sleep 0.5
done
if [ "$status" != 'done' ]; then
  sql -c "SELECT run, status, error FROM medsup.run" >&2
  [ "$cron" != t ] || sql -x -c "SELECT * FROM cron.job_run_details ORDER BY runid DESC LIMIT 3" >&2
  exit 1
fi

echo
if [ "$cron" = t ]; then
  # pg_cron notes the end a moment after our own ledger; unscheduling comes after
  # it, since that would end the job
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    [ "$(value "SELECT pg_catalog.count(*) FROM cron.job_run_details WHERE command = 'CALL medsup.nightly()' AND status IN ('succeeded', 'failed')")" = 0 ] || break
    sleep 1
  done
  sql -c "SELECT medsup.unschedule_nightly()" >/dev/null
  t $'pg_cron 触发的作业\n' $'the job that pg_cron fired\n'
  sql -c "SELECT jobid, command, status, pg_catalog.date_trunc('second', start_time) AS start_time, pg_catalog.date_trunc('second', end_time) AS end_time FROM cron.job_run_details WHERE command = 'CALL medsup.nightly()' ORDER BY runid LIMIT 1"
fi
sql -v lang="$lang" -f "$here/ledger.sql"
step "$(t '晨报' 'the morning')"
echo
sql -A -t -c "SELECT * FROM medsup.morning_report(NULL, '$lang')"

lists=$home/worklist
rm -rf "$lists"
mkdir "$lists"
{
  while read -r institution; do
    # one set of columns; the English file gets English headings
    heads=
    [ "$lang" = zh ] || heads=' AS w (institution, level, result, rule, rule_name, point, act_from, act_to, "limit", actual, excess, unit, amount, amount_max, in_scope, pooled_fund, fund_method, arithmetic, department, physician, person, visit, line, settlement, insurance, kind_of_visit, clearing, insured_at, treated_at, clause, basis, basis_from, disposal, explanation, status, found_at, period, finding)'
    echo "\\copy (SELECT * FROM medsup.worklist('$institution', lang => '$lang')$heads) TO '$lists/$institution.csv' WITH (FORMAT csv, HEADER)"
  done < <(value "SELECT fixmedins_code FROM medsup.institution_total() WHERE fixmedins_code ~ '^[A-Z0-9]+\$' ORDER BY 1")
} >"$home/worklist.sql"
sql -f "$home/worklist.sql"
n=$(find "$lists" -name '*.csv' | wc -l)
echo "    $(t "清单文件：$lists（$n 份）" "lists: $lists ($n files)")"

# ------------------------------------------------------------ for engineers --
echo
step "$(t '工程对照：按规则的疑点与金额，真值对照' 'for engineers: findings and money by rule, truth held against them')"
sql -v lang="$lang" -f "$here/by_rule.sql"
sql -f "$here/compare.sql"
verdict=$(value "SELECT verdict FROM wh.demo_verdict")
if [ "$verdict" = ok ]; then
  step "$(t '植入的违规全部查出，无一误报，金额分厘不差' 'every planted violation found, nothing innocent reported, money right to the fen')"
else
  echo "DEMO FAILED: $verdict" >&2
  exit 1
fi
