\set SHOW_CONTEXT never
-- Scores month by month: the same as by one model a window
SET search_path = public;
CREATE FUNCTION monthly_noise(n int, k int) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (hashint4extended(n, k) & 1048575) / 1048576.0::float8;
-- three kinds of rows that are no row of a month: the day does not matter, NULL features do, H7 rises from May on
CREATE TABLE monthly AS
SELECT (date '2025-01-01' + make_interval(months => m - 1, days => h % 27))::date AS month, 'H' || h AS fixmedins_code, CASE WHEN h <= 60 THEN 'a' END AS peer,
    CASE WHEN h = 9 AND m = 3 THEN NULL ELSE ARRAY[monthly_noise(h * 100 + m, 1) + CASE WHEN h = 7 AND m >= 5 THEN m - 4 ELSE 0 END, monthly_noise(h * 100 + m, 2), NULLIF(monthly_noise(h, 3), 0)] END::float8[] AS features
FROM generate_series(1, 8) m, generate_series(1, 80) h;
SELECT month, peers, round(score::numeric, 2) AS score, round(usual::numeric, 2) AS usual, round(rise::numeric, 2) AS rise, feature, part <= score AS within
FROM medsup.anomaly_trend('monthly', months => 4) WHERE fixmedins_code = 'H7' ORDER BY month;
SELECT count(*), count(score), count(usual), count(DISTINCT (month, fixmedins_code)) FROM medsup.anomaly_trend('monthly', '{1,1,-1}', 4);

-- once more: a model of the window's rows, and the median of one's own scores before
CREATE TABLE by_hand AS
WITH r AS (SELECT date_trunc('month', month)::date AS month, fixmedins_code, peer, features FROM monthly WHERE features IS NOT NULL)
SELECT r.month, r.fixmedins_code, medsup.anomaly_score((SELECT medsup.anomaly_model(o.features, '{1,1,-1}') FROM r o
    WHERE o.peer IS NOT DISTINCT FROM r.peer AND o.month <= r.month AND o.month > r.month - interval '4 months'), r.features) AS score
FROM r;
SELECT count(*) AS rows, count(*) FILTER (WHERE t.score = h.score) AS equal,
    count(*) FILTER (WHERE t.usual IS NOT DISTINCT FROM (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY b.score) FROM by_hand b
        WHERE b.fixmedins_code = t.fixmedins_code AND b.month < t.month AND b.month > t.month - interval '4 months')) AS usual
FROM medsup.anomaly_trend('monthly', '{1,1,-1}', 4) t FULL JOIN by_hand h USING (month, fixmedins_code);
-- as a moving aggregate the same, whether it is of rows or of models
SELECT count(*) AS rows, count(*) FILTER (WHERE medsup.anomaly_model_send(x.moving)
        = medsup.anomaly_model_send((SELECT medsup.anomaly_model(f::float8[]) FROM unnest(x.rows) f))) AS equal
FROM (SELECT medsup.anomaly_model(features) OVER w AS moving, array_agg(features::text) OVER w AS rows FROM monthly WHERE fixmedins_code < 'H3'
      WINDOW w AS (ORDER BY month, fixmedins_code ROWS BETWEEN 30 PRECEDING AND 3 FOLLOWING EXCLUDE CURRENT ROW)) x;
SELECT medsup.anomaly_model_send(last_value(m) OVER w) = medsup.anomaly_model_send(whole) AS equal
FROM (SELECT month, medsup.anomaly_rollup(medsup.anomaly_model(features)) OVER (ORDER BY month) AS m, (SELECT medsup.anomaly_model(features) FROM monthly) AS whole FROM monthly GROUP BY month) x
WINDOW w AS (ORDER BY month ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) LIMIT 1;

SELECT * FROM medsup.anomaly_trend(NULL);
SELECT * FROM medsup.anomaly_trend('monthly', months => 0);
SELECT * FROM medsup.anomaly_trend('monthly', months => 1201);
SELECT count(*) > 0 AS long FROM medsup.anomaly_trend('monthly', months => 1200);
SELECT * FROM medsup.anomaly_trend('by_hand');
DROP TABLE monthly, by_hand;
DROP FUNCTION monthly_noise;
