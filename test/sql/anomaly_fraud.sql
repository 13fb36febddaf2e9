\set SHOW_CONTEXT never
-- Five kinds of fraud among hospitals of all sizes: each sticks out, and the sentence names what it is
SET search_path = public;
CREATE FUNCTION fraud_noise(n int, k int) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (hashint4extended(n, k) & 1048575) / 1048576.0::float8 - 0.5;
CREATE TABLE hospital AS
SELECT n, CASE n WHEN 11 THEN 'volume' WHEN 22 THEN 'upcoding' WHEN 33 THEN 'phantoms' WHEN 44 THEN 'packages' WHEN 55 THEN 'cartel' WHEN 66 THEN 'cartel' WHEN 77 THEN 'cartel' END AS kind,
    exp(size) AS visits, exp(fraud_noise(n, 9)) AS visits_of_bed, 400 * exp(severity + fraud_noise(n, 3) / 4) AS cost, 0.1 + severity / 10 + fraud_noise(n, 4) / 20 AS heavy,
    0.1 + fraud_noise(n, 5) / 10 AS night, CASE WHEN fraud_noise(n, 6) < 0.2 THEN 0 ELSE round(4 * (fraud_noise(n, 6) + 0.5)) END AS burst,
    0.15 + fraud_noise(n, 7) / 8 AS package, 0.05 + fraud_noise(n, 8) / 12 AS shared, 14 * exp(fraud_noise(n, 10)) AS days_between
FROM (SELECT n, 6 + 6 * (fraud_noise(n, 1) + fraud_noise(n, 11)) AS size, fraud_noise(n, 2) AS severity FROM generate_series(1, 400) n) s;
CREATE TABLE played AS
SELECT n, kind, ARRAY[visits * CASE kind WHEN 'volume' THEN 3 ELSE 1 END, visits_of_bed * CASE kind WHEN 'volume' THEN 6 ELSE 1 END,
    cost * CASE kind WHEN 'upcoding' THEN 1.4 ELSE 1 END, heavy + CASE kind WHEN 'upcoding' THEN 0.35 ELSE 0 END,
    night + CASE kind WHEN 'phantoms' THEN 0.3 ELSE 0 END, burst + CASE kind WHEN 'phantoms' THEN 3 ELSE 0 END,
    package + CASE kind WHEN 'packages' THEN 0.4 ELSE 0 END, shared + CASE kind WHEN 'cartel' THEN 0.3 ELSE 0 END, days_between * CASE kind WHEN 'cartel' THEN 0.7 ELSE 1 END]::float8[] AS f
FROM hospital;
\set names '{次数,床均次数,次均费用,重症组占比,夜间占比,同分钟笔数,套餐占比,共享患者占比,就诊间隔}'
\set directions '{1,1,1,1,1,1,1,1,-1}'
WITH m AS MATERIALIZED (SELECT medsup.anomaly_model(f, :'directions') AS m FROM played)
SELECT kind, n, rank <= 7 AS among_the_first, substring(medsup.anomaly_explain(m, f, :'names') FROM '^[^为]+') AS named,
    substring(medsup.anomaly_explain(m, f, :'names', 'en') FROM '(higher|lower) than') AS how
FROM (SELECT y.*, rank() OVER (ORDER BY score DESC) FROM (SELECT n, kind, f, medsup.provider_anomaly(f, :'directions') OVER () AS score FROM played) y) x, m
WHERE kind IS NOT NULL ORDER BY kind, n;
-- ratios say nothing of size: the largest and the smallest tenth of the honest have about the score of the others
SELECT decile IN (1, 10) AS ends, avg(score) BETWEEN 0.3 AND 0.5 AS usual FROM (
    SELECT kind, ntile(10) OVER (ORDER BY f[1]) AS decile, medsup.provider_anomaly(f[2:], '{1,1,1,1,1,1,1,-1}') OVER () AS score FROM played) x
WHERE kind IS NULL GROUP BY 1 ORDER BY 1;
DROP TABLE hospital, played;
DROP FUNCTION fraud_noise;
