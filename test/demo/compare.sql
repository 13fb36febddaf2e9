-- Truth against findings.  A finding and a planted case are the same when rule
-- and anchor line are; several of one rule on one line are paired in order of
-- money.  Leaves its verdict in wh.demo_verdict.
\pset null '-'
BEGIN;
CREATE TABLE wh.demo_pair AS
WITH t AS (
    SELECT t.*, pg_catalog.row_number() OVER (PARTITION BY rule_code, mdtrt_id, feedetl_sn ORDER BY vola_amt DESC, excess DESC) AS n
    FROM wh.truth t WHERE expect IN ('violation', 'late_posting')
), f AS (
    SELECT f.*, pg_catalog.row_number() OVER (PARTITION BY rule_code, mdtrt_id, feedetl_sn ORDER BY vola_amt DESC, excess DESC) AS n
    FROM medsup.finding f WHERE status = 'open'
)
SELECT COALESCE(t.rule_code, f.rule_code) AS rule_code, COALESCE(t.mdtrt_id, f.mdtrt_id) AS mdtrt_id,
    COALESCE(t.feedetl_sn, f.feedetl_sn) AS feedetl_sn, t.case_id, f.finding_id, f.entry_code,
    t.rule_code IS NOT NULL AS planted, f.rule_code IS NOT NULL AS found,
    t.vola_amt AS truth_vola, f.vola_amt AS found_vola, t.inscp_amt AS truth_inscp, f.inscp_amt AS found_inscp,
    t.fund_amt AS truth_fund, f.fund_amt AS found_fund, t.excess AS truth_excess, f.excess AS found_excess,
    t.fund_method AS truth_method, f.fund_method AS found_method,
    t.rule_code IS NOT NULL AND f.rule_code IS NOT NULL
    AND (t.vola_amt IS DISTINCT FROM f.vola_amt OR t.inscp_amt IS DISTINCT FROM f.inscp_amt
         OR t.fund_amt IS DISTINCT FROM f.fund_amt OR t.excess IS DISTINCT FROM f.excess
         OR t.fund_method IS DISTINCT FROM f.fund_method
         OR (t.expect = 'late_posting') IS DISTINCT FROM (f.note IS NOT DISTINCT FROM 'late_posting')) AS off
FROM t FULL JOIN f ON f.rule_code = t.rule_code AND f.mdtrt_id = t.mdtrt_id AND f.feedetl_sn = t.feedetl_sn AND f.n = t.n;

SELECT rule_code, pg_catalog.count(*) FILTER (WHERE planted) AS truth, pg_catalog.count(*) FILTER (WHERE planted AND found) AS found,
    pg_catalog.count(*) FILTER (WHERE planted AND NOT found) AS missed, pg_catalog.count(*) FILTER (WHERE found AND NOT planted) AS false,
    pg_catalog.count(*) FILTER (WHERE off) AS off,
    pg_catalog.sum(truth_vola) AS truth_amt, pg_catalog.sum(found_vola) AS found_amt,
    pg_catalog.sum(truth_fund) AS truth_fund, pg_catalog.sum(found_fund) AS found_fund
FROM wh.demo_pair GROUP BY ROLLUP (rule_code) ORDER BY rule_code NULLS LAST;

-- near misses by kind, none of which may be reported
SELECT t.near_miss_kind, pg_catalog.count(*) AS planted,
    pg_catalog.count(*) FILTER (WHERE EXISTS (SELECT FROM medsup.finding f WHERE f.status = 'open' AND f.rule_code = t.rule_code
        AND f.mdtrt_id = t.mdtrt_id AND f.feedetl_sn = t.feedetl_sn)) AS reported
FROM wh.truth t WHERE t.expect = 'near_miss' GROUP BY 1 ORDER BY 1;

-- what cannot be judged, by rule and reason, as planted and as in the ledger
CREATE TABLE wh.demo_undecided AS
SELECT COALESCE(t.rule_code, u.rule_code) AS rule_code, COALESCE(t.reason, u.reason) AS reason,
    COALESCE(t.lines, 0) AS truth, COALESCE(u.lines, 0) AS found
FROM (SELECT rule_code, reason, pg_catalog.count(*) AS lines FROM wh.truth WHERE expect = 'undecided' GROUP BY 1, 2) t
FULL JOIN (SELECT rule_code, reason, pg_catalog.sum(lines) AS lines FROM medsup.run_tally
           WHERE outcome = 'undecided' AND run = (SELECT pg_catalog.min(run) FROM medsup.run WHERE status = 'done') GROUP BY 1, 2) u
    USING (rule_code, reason);
SELECT * FROM wh.demo_undecided ORDER BY rule_code, reason;

-- lines skipped, by reason, as planted and as in the ledger
CREATE TABLE wh.demo_skip AS
SELECT COALESCE(t.reason, s.reason) AS reason, COALESCE(t.lines, 0) AS truth, COALESCE(s.lines, 0) AS found
FROM wh.truth_skip t
FULL JOIN (SELECT reason, pg_catalog.sum(lines) AS lines FROM medsup.run_tally
           WHERE rule_code IS NULL AND outcome = 'skipped' AND run = (SELECT pg_catalog.min(run) FROM medsup.run WHERE status = 'done') GROUP BY 1) s
    USING (reason);
SELECT * FROM wh.demo_skip ORDER BY reason;

CREATE TABLE wh.demo_verdict AS
SELECT CASE WHEN c.problems = '' THEN 'ok' ELSE c.problems END AS verdict
FROM (
    SELECT pg_catalog.concat_ws('; ',
        (SELECT NULLIF(pg_catalog.count(*), 0) || ' missed' FROM wh.demo_pair WHERE planted AND NOT found),
        (SELECT NULLIF(pg_catalog.count(*), 0) || ' false' FROM wh.demo_pair WHERE found AND NOT planted),
        (SELECT NULLIF(pg_catalog.count(*), 0) || ' with other figures' FROM wh.demo_pair WHERE off),
        (SELECT 'nothing was planted' WHERE NOT EXISTS (SELECT FROM wh.truth WHERE expect = 'violation')),
        (SELECT NULLIF(pg_catalog.count(*), 0) || ' near misses reported' FROM wh.truth t WHERE t.expect = 'near_miss'
            AND EXISTS (SELECT FROM medsup.finding f WHERE f.status = 'open' AND f.rule_code = t.rule_code
                        AND f.mdtrt_id = t.mdtrt_id AND f.feedetl_sn = t.feedetl_sn)),
        (SELECT NULLIF(pg_catalog.count(*), 0) || ' undecided reasons differ' FROM wh.demo_undecided WHERE truth <> found),
        (SELECT NULLIF(pg_catalog.count(*), 0) || ' skip reasons differ' FROM wh.demo_skip WHERE truth <> found),
        (SELECT 'the ledger has other lines' FROM medsup.run r, wh.truth_total t
         WHERE t.name = 'lines' AND r.run = (SELECT pg_catalog.min(run) FROM medsup.run WHERE status = 'done')
           AND (r.lines <> t.value OR r.lines <> r.lines_checked + r.lines_skipped))) AS problems
) c;
COMMIT;

-- the first that differ, for whoever mends it
SELECT CASE WHEN NOT found THEN 'missed' WHEN NOT planted THEN 'false' ELSE 'other figures' END AS what,
    rule_code, case_id, entry_code, mdtrt_id, feedetl_sn, truth_excess, found_excess, truth_vola, found_vola, truth_inscp, found_inscp,
    truth_fund, found_fund, truth_method, found_method
FROM wh.demo_pair WHERE planted <> found OR off
ORDER BY 1, rule_code, mdtrt_id, feedetl_sn LIMIT 40;
