-- Evidence and money of each finding whose lines the reference tells
-- (batch.member): which lines, in which role, with what part of their amount,
-- and what the funds paid of it.  And of each whether it is certain and final.

CREATE TABLE batch.part AS
SELECT m.*, a.mdtrt_id, a.feedetl_sn, p.method, round(a.amt * m.take / m.of, 2) AS vola, round(a.inscp * m.take / m.of, 2) AS inscp,
       CASE p.method WHEN 'line' THEN jsonb_build_object('hifp_pay', round(round(a.inscp * m.take / m.of, 2) * p.rate, 2))
                     WHEN 'ratio' THEN (SELECT coalesce(jsonb_object_agg(h.fund, round(h.share * m.take / m.of, 2)), '{}') FROM batch.share h WHERE h.id = m.line) END AS funds
FROM batch.member m JOIN batch.alive a ON a.id = m.line JOIN batch.paid p ON p.id = m.line;
ALTER TABLE batch.part ADD pooled numeric;
CREATE INDEX ON batch.part (entry_code, anchor);
UPDATE batch.part SET pooled = (SELECT coalesce(sum(f.value::numeric), 0) FROM jsonb_each_text(funds) f WHERE f.key NOT LIKE 'acct%') WHERE funds IS NOT NULL;
-- nothing is lost by what was posted late
UPDATE batch.part m SET vola = 0, inscp = 0, funds = '{}', pooled = 0 FROM batch.finding f
WHERE f.note = 'late_posting' AND m.take IS NOT NULL AND m.entry_code = f.entry_code AND m.anchor = f.id AND m.window_start IS NOT DISTINCT FROM f.window_start;

CREATE TABLE batch.told AS
SELECT f.c, f.entry_code, f.window_start, f.id, f.note, a.mdtrt_id || ' ' || a.feedetl_sn AS anchor, concat_ws(' ', f.entry_code, e.what, f.scope, e.count_key, a.mdtrt_id, a.feedetl_sn, f.window_start) AS key
FROM batch.finding f JOIN batch.alive a USING (id) JOIN batch.entry e USING (entry_code)
WHERE EXISTS (SELECT FROM batch.member m WHERE m.entry_code = f.entry_code AND m.anchor = f.id AND m.window_start IS NOT DISTINCT FROM f.window_start);

CREATE TABLE batch.heard AS
SELECT v.c, k.key, v.inscp_amt, v.fund_amt, v.fund_split, v.fund_method, v.evidence
FROM batch.said v JOIN batch.entry e USING (entry_code)
CROSS JOIN LATERAL (SELECT concat_ws(' ', v.entry_code, e.what, v.scope, e.count_key, v.mdtrt_id, v.feedetl_sn,
    batch.window_told(e.kind, e.measure, v.scope, v.window_start)) AS key) AS k
JOIN batch.told t ON t.c = v.c AND t.key = k.key
WHERE v.what = 'F';

CREATE VIEW batch.must_show AS
SELECT t.c, 'evidence' AS about, format('%s: %s %s role %s vola %s inscp %s fund %s', t.key, m.mdtrt_id, m.feedetl_sn, m.role,
       trim_scale(m.vola), trim_scale(m.inscp), trim_scale(CASE WHEN m.take IS NOT NULL THEN m.pooled END)) AS what
FROM batch.told t JOIN batch.part m ON m.entry_code = t.entry_code AND m.anchor = t.id AND m.window_start IS NOT DISTINCT FROM t.window_start
UNION ALL
-- the refunds that were applied to any of them
SELECT DISTINCT t.c, 'evidence', format('%s: %s %s role 3 vola  inscp  fund ', t.key, r.mdtrt_id, r.feedetl_sn)
FROM batch.told t JOIN batch.member m ON m.entry_code = t.entry_code AND m.anchor = t.id AND m.window_start IS NOT DISTINCT FROM t.window_start
JOIN batch.applied x ON x.charge = m.line JOIN batch.fate r ON r.id = x.refund
UNION ALL
SELECT t.c, 'money', format('%s: %s inscp %s fund %s split %s', t.key, n.method, trim_scale(n.inscp), trim_scale(n.pooled), n.split)
FROM batch.told t CROSS JOIN LATERAL (
    SELECT x.method, x.inscp, CASE WHEN x.method IN ('line', 'ratio') OR t.note = 'late_posting' THEN x.pooled END AS pooled,
           CASE WHEN x.method IN ('line', 'ratio') THEN
               (SELECT string_agg(fund || ' ' || trim_scale(paid), ', ' ORDER BY fund)
                FROM (SELECT p.key AS fund, sum(p.value::numeric) AS paid FROM batch.part m, jsonb_each_text(m.funds) p
                      WHERE m.entry_code = t.entry_code AND m.anchor = t.id AND m.window_start IS NOT DISTINCT FROM t.window_start AND m.take IS NOT NULL
                      GROUP BY p.key HAVING sum(p.value::numeric) <> 0) AS f) END AS split
    FROM (SELECT coalesce((array_agg(m.method ORDER BY array_position('{none,unsettled,ratio,line}', m.method)))[1], 'none') AS method,
                 CASE WHEN count(*) = count(m.inscp) THEN coalesce(sum(m.inscp), 0) END AS inscp, sum(m.pooled) AS pooled
          FROM batch.part m
          WHERE m.entry_code = t.entry_code AND m.anchor = t.id AND m.window_start IS NOT DISTINCT FROM t.window_start AND m.take IS NOT NULL) AS x) AS n;

CREATE VIEW batch.shown AS
SELECT h.c, 'evidence' AS about, format('%s: %s %s role %s vola %s inscp %s fund %s', h.key, l ->> 'mdtrt_id', l ->> 'feedetl_sn', l ->> 'role',
       trim_scale((l ->> 'vola_amt')::numeric), trim_scale((l ->> 'vola_inscp')::numeric), trim_scale((l ->> 'vola_fund')::numeric)) AS what
FROM batch.heard h, jsonb_array_elements(h.evidence) l WHERE NOT l ? 'what'
UNION ALL
SELECT h.c, 'money', format('%s: %s inscp %s fund %s split %s', h.key, h.fund_method, trim_scale(h.inscp_amt), trim_scale(h.fund_amt),
       (SELECT string_agg(f.key || ' ' || trim_scale(f.value::numeric), ', ' ORDER BY f.key) FROM jsonb_each_text(h.fund_split) f))
FROM batch.heard h;

INSERT INTO batch.difference
SELECT 'only the reference', * FROM (TABLE batch.must_show EXCEPT ALL TABLE batch.shown) AS x
UNION ALL
SELECT 'only the evaluator', * FROM (TABLE batch.shown EXCEPT ALL TABLE batch.must_show) AS x;

-- A finding is provisional while one of its lines is not settled, or the stay
-- is not over that it is counted over or its limit measured by.
CREATE VIEW batch.must_be AS
SELECT f.c, 'certainty' AS about, format('%s %s %s %s: %s provisional %s', f.entry_code, f.scope, concat(coalesce(a.mdtrt_id, f.mdtrt_id), ' ', a.feedetl_sn), f.window_start,
       CASE WHEN f.suspected OR e.kind = 'K12' OR e.what IN ('condition line', 'condition visit') THEN '可疑' ELSE r.result_type END,
       CASE WHEN e.kind <> 'K12' THEN
            f.id IS NULL OR (SELECT NOT t.settled FROM batch.fate t WHERE t.id = f.id)
            OR EXISTS (SELECT FROM batch.member m JOIN batch.fate t ON t.id = m.line
                       WHERE m.entry_code = f.entry_code AND m.anchor = f.id AND m.window_start IS NOT DISTINCT FROM f.window_start AND NOT t.settled)
            OR (f.scope = 'stay' OR e.limit_basis = 'stay_days') IS TRUE AND (SELECT st.unfinished FROM batch.stay st WHERE st.stay = a.stay) IS TRUE END) AS what
FROM batch.finding f JOIN batch.entry e USING (entry_code) JOIN medsup.rule r USING (rule_code) LEFT JOIN batch.alive a USING (id);

CREATE VIEW batch.is AS
SELECT v.c, 'certainty' AS about, format('%s %s %s %s: %s provisional %s', v.entry_code, v.scope, concat(v.mdtrt_id, ' ', v.feedetl_sn), batch.window_told(e.kind, e.measure, v.scope, v.window_start),
       v.result_type, CASE WHEN e.kind <> 'K12' THEN v.provisional END) AS what
FROM batch.said v JOIN batch.entry e USING (entry_code) WHERE v.what = 'F';

INSERT INTO batch.difference
SELECT 'only the reference', * FROM (TABLE batch.must_be EXCEPT ALL TABLE batch.is) AS x
UNION ALL
SELECT 'only the evaluator', * FROM (TABLE batch.is EXCEPT ALL TABLE batch.must_be) AS x;
