-- Tables and ratios.
SET search_path = public;
\pset tuples_only on
\pset format unaligned
-- the chance that a fraud is before an honest one, equals half; of one kind
CREATE TABLE ranked AS
SELECT s.name, k.kind, s.n, p.kind IS NOT NULL AS planted, p.decile, s.score
FROM scored s
JOIN (SELECT n, kind, ntile(10) OVER (ORDER BY size) AS decile FROM provider) p USING (n)
JOIN (VALUES ('volume'), ('upcoding'), ('phantoms'), ('packages'), ('cartel')) k (kind) ON p.kind IS NULL OR p.kind = k.kind;
CREATE TABLE quality AS
WITH at AS (
    SELECT name, kind, planted,
        rank() OVER w + (count(*) OVER (PARTITION BY name, kind, score) - 1) / 2.0 AS low_first,
        row_number() OVER (PARTITION BY name, kind ORDER BY score DESC, n) AS high_first,
        count(*) FILTER (WHERE planted) OVER (PARTITION BY name, kind ORDER BY score DESC RANGE UNBOUNDED PRECEDING) AS hits,
        count(*) OVER (PARTITION BY name, kind ORDER BY score DESC RANGE UNBOUNDED PRECEDING) AS shown
    FROM ranked WINDOW w AS (PARTITION BY name, kind ORDER BY score)
), within AS (
    SELECT name, kind, avg((sum - m * (m + 1) / 2.0) / (m * h)) AS auc
    FROM (SELECT name, kind, decile, sum(low_first) FILTER (WHERE planted) AS sum, count(*) FILTER (WHERE planted) AS m, count(*) FILTER (WHERE NOT planted) AS h
          FROM (SELECT name, kind, decile, planted, rank() OVER w + (count(*) OVER (PARTITION BY name, kind, decile, score) - 1) / 2.0 AS low_first
                FROM ranked WINDOW w AS (PARTITION BY name, kind, decile ORDER BY score)) x
          GROUP BY 1, 2, 3) x
    WHERE m > 0 AND h > 0 GROUP BY 1, 2
)
SELECT name, kind, (a.sum - a.m * (a.m + 1) / 2.0) / (a.m * a.h) AS auc, a.ap, a.at_100, w.auc AS auc_within
FROM (SELECT name, kind, sum(low_first) FILTER (WHERE planted) AS sum, count(*) FILTER (WHERE planted) AS m, count(*) FILTER (WHERE NOT planted) AS h,
             avg(hits::float8 / shown) FILTER (WHERE planted) AS ap, count(*) FILTER (WHERE planted AND high_first <= 100) / 100.0 AS at_100
      FROM at GROUP BY 1, 2) a
JOIN within w USING (name, kind);

\echo
\echo '| race | contender | wall s | CPU s | MB more |'
\echo '|---|---|---|---|---|'
SELECT format('| %s | %s | %s | %s | %s |', replace(race, '_', ' '), name, round(wall::numeric, 2), round(cpu::numeric, 2), round(mb::numeric)) FROM lap ORDER BY race DESC, cpu;
SELECT format(E'\n| %s | volume | upcoding | phantoms | packages | cartel | mean |\n|---|---|---|---|---|---|---|\n%s', t.title,
    string_agg(format('| %s | %s | %s |', q.name, q.cells, q.mean), E'\n' ORDER BY q.mean DESC))
FROM (VALUES (1, 'AUC'), (2, 'AUC within deciles of size'), (3, 'average precision'), (4, 'precision at 100')) t (nr, title)
CROSS JOIN LATERAL (
    SELECT name, string_agg(round(v::numeric, 3)::text, ' | ' ORDER BY array_position('{volume,upcoding,phantoms,packages,cartel}', kind)) AS cells, round(avg(v)::numeric, 3) AS mean
    FROM (SELECT name, kind, CASE t.nr WHEN 1 THEN auc WHEN 2 THEN auc_within WHEN 3 THEN ap ELSE at_100 END AS v FROM quality) x GROUP BY name) q
GROUP BY t.nr, t.title ORDER BY t.nr;
\echo
-- speed: CPU seconds of theirs over ours; ranking: ours less the best of the others
SELECT format('ratio %s/%s %s aim >=%s', o.race, t.name, round((t.cpu / o.cpu)::numeric, 1), CASE t.name WHEN 'percentile_cont' THEN 10 WHEN 'IsolationForest' THEN 20 ELSE 1 END)
FROM (SELECT race, min(cpu) AS cpu FROM lap WHERE name LIKE 'medsup%' GROUP BY race) o
JOIN (SELECT race, regexp_replace(name, ' by peers$', '') AS name, cpu FROM lap) t USING (race) WHERE t.name NOT LIKE 'medsup%' ORDER BY o.race DESC, t.name;
SELECT format('ratio auc_lead%s/%s %s aim >=%s', x.how, coalesce(x.kind, 'mean'), round(lead::numeric, 3), CASE WHEN x.kind IS NULL THEN '0' ELSE '-0.02' END)
FROM (SELECT q.how, q.kind, avg(q.ours) - CASE WHEN q.kind IS NULL THEN max(m.best) ELSE max(q.best) END AS lead
      FROM (SELECT how, kind, max(v) FILTER (WHERE name = 'medsup') AS ours, max(v) FILTER (WHERE name NOT LIKE 'medsup%') AS best
            FROM (SELECT '' AS how, name, kind, auc AS v FROM quality UNION ALL SELECT '_within_deciles', name, kind, auc_within FROM quality) x GROUP BY 1, 2) q
      JOIN (SELECT how, max(mean) AS best
            FROM (SELECT '' AS how, name, avg(auc) AS mean FROM quality GROUP BY name UNION ALL SELECT '_within_deciles', name, avg(auc_within) FROM quality GROUP BY name) x
            WHERE name NOT LIKE 'medsup%' GROUP BY how) m USING (how)
      GROUP BY GROUPING SETS ((q.how), (q.how, q.kind))) x
ORDER BY x.how, x.kind NULLS LAST;
