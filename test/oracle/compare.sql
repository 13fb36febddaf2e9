-- Both sides beside each other; what only one of them says is a difference.
-- Not compared, since the page does not say it: the begin of windows of what does
-- not count lines, the excess of what is said of one line by itself.

CREATE FUNCTION batch.window_told(kind text, measure text, scope text, start timestamp) RETURNS timestamp LANGUAGE sql IMMUTABLE
RETURN CASE WHEN kind IN ('K5', 'K6', 'K7', 'K10') OR kind = 'K9' AND measure <> 'closure'
                 OR scope IN ('hour', 'day', 'rolling', 'week', 'month', 'quarter', 'year', 'insurance_year') THEN start END;

-- the fate of lines
CREATE TABLE batch.difference AS
WITH mixed AS (
    -- of several reasons for one line any may be told
    SELECT DISTINCT c, rule_code FROM (
        SELECT o.c, e.rule_code FROM batch.outcome o JOIN batch.entry e USING (entry_code)
        WHERE outcome LIKE 'undecided:%' GROUP BY o.c, e.rule_code, o.id HAVING count(DISTINCT outcome) > 1) AS x
), must AS (
    SELECT c, 'skipped' AS about, format('%s %s %s', coalesce(mdtrt_id, '-'), coalesce(feedetl_sn, '-'), skip) AS what FROM batch.fate WHERE skip IS NOT NULL
    UNION ALL
    SELECT f.c, 'finding', format('%s %s %s %s excess %s vola %s max %s note %s', f.entry_code, e.what || ' ' || f.scope || coalesce(' ' || e.count_key, ''), concat(coalesce(a.mdtrt_id, f.mdtrt_id), ' ', a.feedetl_sn),
        f.window_start, trim_scale(f.excess), trim_scale(f.vola), trim_scale(f.vola_max), f.note)
    FROM batch.finding f LEFT JOIN batch.alive a USING (id) JOIN batch.entry e USING (entry_code)
    UNION ALL
    -- a line has one outcome for a rule, the strongest of its entries
    SELECT x.c, 'tally', format('%s %s %s', x.rule_code, CASE WHEN m.c IS NULL THEN outcome ELSE 'undecided' END, count(*))
    FROM (SELECT DISTINCT ON (rule_code, id) e.rule_code, o.c, o.id, outcome
          FROM batch.outcome o JOIN batch.entry e USING (entry_code)
          ORDER BY rule_code, id, array_position('{hit,undecided,exempt,not_fund_paid,passed}', split_part(outcome, ':', 1))) AS x
    LEFT JOIN mixed m ON m.c = x.c AND m.rule_code = x.rule_code AND x.outcome LIKE 'undecided:%'
    GROUP BY x.c, x.rule_code, CASE WHEN m.c IS NULL THEN outcome ELSE 'undecided' END
), said AS (
    SELECT c, 'skipped' AS about, format('%s %s %s', coalesce(mdtrt_id, '-'), coalesce(feedetl_sn, '-'), reason) AS what FROM batch.said v WHERE v.what = 'S'
    UNION ALL
    SELECT v.c, 'finding', format('%s %s %s %s excess %s vola %s max %s note %s', v.entry_code, e.what || ' ' || v.scope || coalesce(' ' || e.count_key, ''), concat(v.mdtrt_id, ' ', v.feedetl_sn),
        batch.window_told(e.kind, e.measure, v.scope, v.window_start),
        CASE WHEN e.measure = ANY ('{sex,age,insurance,setting,level,institution_type,department,prescriber,never,programme,diagnosis,condition}') THEN a.cnt ELSE trim_scale(v.excess) END, trim_scale(v.vola_amt), trim_scale(v.vola_amt_max), v.note)
    FROM batch.said v JOIN batch.entry e USING (entry_code)
    LEFT JOIN batch.alive a ON a.c = v.c AND a.mdtrt_id = v.mdtrt_id AND a.feedetl_sn = v.feedetl_sn WHERE v.what = 'F'
    UNION ALL
    SELECT v.c, 'tally', format('%s %s %s', v.rule_code, o.told, sum(v.lines))
    FROM batch.said v LEFT JOIN mixed m ON m.c = v.c AND m.rule_code = v.rule_code AND v.outcome = 'undecided',
         LATERAL (SELECT CASE WHEN m.c IS NULL THEN format('%s:%s', v.outcome, v.reason) ELSE 'undecided' END AS told) AS o
    WHERE v.what = 'T' AND v.rule_code IS NOT NULL GROUP BY v.c, v.rule_code, o.told
)
SELECT 'only the reference' AS side, * FROM (TABLE must EXCEPT ALL TABLE said) AS x
UNION ALL
SELECT 'only the evaluator', * FROM (TABLE said EXCEPT ALL TABLE must) AS x;

INSERT INTO oracle.coverage
SELECT a.kind, a.what, a.scope, a.count_key, sum(f.findings), count(*) FILTER (WHERE f.findings > 0), count(*) FILTER (WHERE f.findings = 0)
FROM (SELECT o.c, e.ask, coalesce(sum(n), 0) AS findings
      FROM (SELECT DISTINCT c, entry_code FROM batch.outcome WHERE outcome IN ('hit:', 'passed:')) AS o JOIN batch.entry e USING (entry_code)
      LEFT JOIN (SELECT entry_code, c, count(*) AS n FROM batch.finding GROUP BY entry_code, c) AS f USING (entry_code, c)
      GROUP BY o.c, e.ask) AS f
JOIN oracle.ask a ON a.id = f.ask
GROUP BY a.kind, a.what, a.scope, a.count_key;
