-- Visits of a year for gathering_dbscan.sh: n to n / fold places, in the order of
-- nothing.  Places are skewed: 200 towns of different weight, and a tenth
-- anywhere in a hundred kilometres.
SELECT setseed(0.42) \g /dev/null
DROP TABLE IF EXISTS visit;
CREATE TABLE visit AS
WITH town AS MATERIALIZED (
    SELECT t, random() * 100000 AS x, random() * 100000 AS y FROM generate_series(0, 199) t
), drawn AS MATERIALIZED (
    SELECT (200 * random() * random())::int % 200 AS t, random() < 0.1 AS anywhere, random() * 100000 AS ax, random() * 100000 AS ay,
           sqrt(-2 * ln(1 - random())) * 1500 AS r, random() * 2 * pi() AS phi
    FROM generate_series(1, greatest(:n / :fold, 1))
)
SELECT ST_MakePoint(CASE WHEN d.anywhere THEN d.ax ELSE t.x + d.r * cos(d.phi) END,
                    CASE WHEN d.anywhere THEN d.ay ELSE t.y + d.r * sin(d.phi) END) AS place,
       timestamptz '2026-01-01' + random() * interval '365 days' AS at
FROM drawn d JOIN town t USING (t) CROSS JOIN generate_series(1, :fold);
ANALYZE visit;
