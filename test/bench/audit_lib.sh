# shellcheck shell=bash disable=SC2034
# What the benches of audits share beyond bench_lib.sh: the warehouse, nights.
# Sourced by bash in the top folder, after scripts/lib.sh.

# shellcheck source=test/bench/bench_lib.sh
. test/bench/bench_lib.sh
kinds=(sex age setting level diagnosis duplicate day_cap stay_cap pair interval)

# --------------------------------------------------------------- warehouse ----
# draw BOOK_SPREAD LINE_SPREAD PERSONS [TIDY LINE]: the book, the warehouse, the
# bindings; of a kept cluster only what is not there
draw() {
  local script
  if [ "$(value "SELECT to_regclass('wh.setl_list_diag_d') IS NOT NULL")" != t ]; then
    sql -o /dev/null -v spread="$1" -f test/bench/audit_draw_book.sql
    PGOPTIONS="$PGOPTIONS -c parallel_setup_cost=0 -c parallel_tuple_cost=0" \
      sql -v persons="$3" -v active="$2" -v tidy="${4:-VACUUM (ANALYZE)}" -v line="${5:-TABLE}" -f test/bench/audit_draw.sql
  fi
  [ "$(value "SELECT count(*) FROM bench.visit")" = $((5 * $3)) ] || die "${keep:-the cluster} holds a warehouse of another scale"
  script=$(cat "$home/stage$("$PG_CONFIG" --sharedir)/extension/"medsup--*.sql | md5sum | cut -d' ' -f1)
  if [ "$(value "SELECT obj_description('bench'::regnamespace)")" != "$script" ]; then
    sql -o /dev/null -c "DROP EXTENSION IF EXISTS medsup CASCADE" -c "CREATE EXTENSION medsup CASCADE" -f test/bench/audit_book.sql
    sql -c "COMMENT ON SCHEMA bench IS '$script'"
  fi
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

# audit WORKERS [SETTING]...: a full run; sets wall, used, peak as measured, and
# from the ledger read, judge, record: seconds of the worker that took longest
audit() {
  local workers=$1
  shift
  measured sql -c "SET medsup.audit_workers = $workers" "${@/#/-cSET }" -c "CALL medsup.run_audit()"
  read -r read judge record < <(longest)
}
# longest: seconds of reading, judging and recording in the last run, of the worker that took longest
longest() {
  value "
    SELECT concat_ws(' ', coalesce(max(r), 0), coalesce(max(e), 0), coalesce(max(w), 0))
    FROM (SELECT round(sum(read_ms) / 1000, 1) AS r, round(sum(evaluate_ms) / 1000, 1) AS e, round(sum(record_ms) / 1000, 1) AS w
          FROM medsup.run_step WHERE run = (SELECT max(run) FROM medsup.run) GROUP BY worker) AS s"
}
# digest: of all findings with their evidence
digest() {
  value "SELECT coalesce(md5(string_agg(d, '' ORDER BY d)), 'none')
    FROM (SELECT md5(concat_ws('/', encode(finding_id, 'hex'), encode(content_digest, 'hex'), status, vola_amt, fund_amt, evidence)) COLLATE \"C\" AS d
          FROM medsup.finding) AS f"
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

# ------------------------------------------------------------------ nights ----
# watch_column: what was written since the night before is told by upld_time
watch_column() {
  local kind
  for kind in encounter settlement diagnosis fee_line; do sql -o /dev/null -c "SELECT medsup.watch_source('$kind', 'column', 'upld_time', '1 second')"; done
}
# change LINES N, in the bureau's civil time: of one person of a hundred a line is corrected, of every other a line is new
change() {
  sql <<SQL
UPDATE $1 l SET cnt = 1 + l.cnt, det_item_fee_sumamt = (1 + l.cnt) * l.pric, inscp_amt = sign(l.inscp_amt) * (1 + l.cnt) * l.pric,
    fulamt_ownpay_amt = sign(l.fulamt_ownpay_amt) * (1 + l.cnt) * l.pric, upld_time = now() AT TIME ZONE 'Asia/Shanghai'
FROM bench.visit v WHERE v.p % 100 = $2 AND v.e % 5 = 2 AND l.feedetl_sn = '5155' || lpad((v.e * 64::bigint)::text, 16, '0');
INSERT INTO $1 SELECT (l.feedetl_sn::numeric + 60)::text, mdtrt_id, setl_id, psn_no, fixmedins_code, fee_ocur_time + interval '5 minutes', med_list_codg, cnt, pric,
    det_item_fee_sumamt, fulamt_ownpay_amt, inscp_amt, bilg_dr_codg, now() AT TIME ZONE 'Asia/Shanghai'
FROM $1 l, bench.visit v WHERE v.p % 200 = $2 AND v.e % 5 = 3 AND l.feedetl_sn = '5155' || lpad((v.e * 64::bigint)::text, 16, '0');
SQL
}
night() { measured sql -c "CALL medsup.nightly()"; }
# night_row LABEL [MORE]...: and how many persons
night_row() {
  row "$1" "$wall" "$used" "$peak" "$(value "SELECT concat_ws('|', coalesce(persons::text, 'all'), lines, opened + changed + reopened + closed)
    FROM medsup.run LEFT JOIN medsup.run_change c ON c.run = run.run AND reason = 'persons' ORDER BY run.run DESC LIMIT 1")" "${@:2}"
}
# complete: a full audit has nothing to add to what nights found
complete() {
  sql -c "CALL medsup.run_audit()"
  [ "$(value "SELECT opened + changed + reopened + closed FROM medsup.run ORDER BY run DESC LIMIT 1")" = 0 ] || die "a full audit finds what the nights did not"
}
