-- Areas under the ROC curve of anomaly_sets.py's sets: a line a set, mean of its draws.
SET search_path = public;
CREATE TABLE labelled (name text, nr int, n int, odd boolean, f float8[], PRIMARY KEY (nr, n));
CREATE TABLE guess (name text, nr int, n int, method text, score float8);
\copy labelled FROM PSTDIN
INSERT INTO guess
SELECT name, nr, n, 'medsup', coalesce(medsup.provider_anomaly(f, array_fill(0, ARRAY[cardinality(f)])) OVER (PARTITION BY nr), 0) FROM labelled
UNION ALL SELECT name, nr, n, 'medsup, high only', coalesce(medsup.provider_anomaly(f) OVER (PARTITION BY nr), 0) FROM labelled;
\copy guess FROM PROGRAM 'cat "$RIVALS"'
CREATE TABLE area AS
SELECT name, method, avg((sum - m * (m + 1) / 2.0) / (m * h)) AS auc
FROM (SELECT name, nr, method, sum(at) FILTER (WHERE odd) AS sum, count(*) FILTER (WHERE odd) AS m, count(*) FILTER (WHERE NOT odd) AS h
      FROM (SELECT g.*, l.odd, rank() OVER (PARTITION BY g.nr, g.method ORDER BY g.score) + (count(*) OVER (PARTITION BY g.nr, g.method, g.score) - 1) / 2.0 AS at
            FROM guess g JOIN labelled l USING (nr, n) WHERE g.score <> 'NaN') x
      GROUP BY 1, 2, 3) y
GROUP BY 1, 2;
\pset tuples_only on
\pset format unaligned
CREATE TEMP TABLE line AS
SELECT a.name, s.first, a.method, a.auc FROM area a JOIN (SELECT name, min(nr) AS first FROM labelled GROUP BY 1) s USING (name)
UNION ALL SELECT '**mean of the real ones**', 1000, method, avg(auc) FROM area WHERE name ~ '^(cancer|wine|iris|digits)' GROUP BY 3
UNION ALL SELECT '**mean of the shapes**', 1001, method, avg(auc) FROM area WHERE name !~ '^(cancer|wine|iris|digits)' GROUP BY 3
UNION ALL SELECT '**mean**', 1002, method, avg(auc) FROM area GROUP BY 3;
CREATE TEMP TABLE method AS
SELECT method, row_number() OVER (ORDER BY method <> 'medsup', method <> 'medsup, high only', method) AS nr FROM (SELECT DISTINCT method FROM guess) m;
\echo
SELECT format(E'| AUC | %s |\n|---|%s', string_agg(method, ' | ' ORDER BY nr), repeat('---|', count(*)::int)) FROM method;
SELECT format('| %s | %s |', l.name, string_agg(coalesce(round(x.auc::numeric, 3)::text, ''), ' | ' ORDER BY m.nr))
FROM (SELECT DISTINCT name, first FROM line) l CROSS JOIN method m LEFT JOIN line x ON (x.name, x.method) = (l.name, m.method)
GROUP BY l.name, l.first ORDER BY l.first;
\echo
SELECT format('ratio auc_lead_sets%s %s aim >=0', replace(regexp_replace(name, '\*', '', 'g'), 'mean', ''), round((max(auc) FILTER (WHERE method = 'medsup') - max(auc) FILTER (WHERE method NOT LIKE 'medsup%'))::numeric, 3))
FROM (SELECT replace(replace(name, ' of the ', '_'), ' ones', '') AS name, first, method, auc FROM line WHERE first >= 1000) x GROUP BY name, first ORDER BY first;
