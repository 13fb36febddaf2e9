# shellcheck shell=bash disable=SC2154
# Part of make bench-gathering: space_time_scan.
#
# How often chance is called a cluster: a thousand data sets without any, each
# scanned with 99 replications, so that p <= 0.05 should come in one of twenty.
# What it finds, computed once more: of twenty of these sets all cylinders in
# plain SQL; of the large set the clusters' figures.
# How fast: 200,000 cases at 5,000 places on 365 days, zones of 20 km and spans of
# 14 days, on 0, 1 and 2 workers, with the same answer.

sql <<'SQL'
DO 'BEGIN PERFORM setseed(0.42); END';
-- 25 places on a grid of 4 km, 30 days; busy places and busy days, nothing in common
CREATE TABLE scan_place AS
SELECT 'V' || n AS place, ST_MakePoint(4000 * (n % 5), 4000 * (n / 5)) AS location, 200 + 50 * n AS people FROM generate_series(0, 24) n;
CREATE TABLE scan_case AS
SELECT kind, nr, 'V' || CASE kind WHEN 'permutation' THEN (24 * power(random(), 1.5))::int
                                  ELSE (SELECT min(n) FROM generate_series(0, 24) n WHERE 200 * (n + 1) + 25 * n * (n + 1) > u.person) END AS place,
       date '2026-03-01' + CASE kind WHEN 'permutation' THEN (29 * power(random(), 1.3))::int ELSE floor(30 * random())::int END AS day
FROM (SELECT kind, nr, random() * (SELECT sum(people) FROM scan_place) AS person
      FROM (VALUES ('permutation'), ('Poisson')) k (kind), generate_series(1, 1000) nr, generate_series(1, 100) i) u;
CREATE TABLE scan_null AS
SELECT 'permutation' AS kind, nr, medsup.space_time_scan(c.place, p.location, c.day,
           medsup.scan_setting(metres => 8000, days => 7, replications => 99, stop_after => NULL, seed => nr, clusters => 1, alpha => 1)) AS found
FROM scan_case c JOIN scan_place p USING (place) WHERE kind = 'permutation' GROUP BY nr
UNION ALL
SELECT 'Poisson', nr, medsup.space_time_scan(p.place, p.location, c.day, (c.day IS NOT NULL)::int, p.people,
           medsup.scan_setting(metres => 8000, days => 7, replications => 99, stop_after => NULL, seed => nr, clusters => 1, alpha => 1))
FROM (SELECT nr, place, day FROM scan_case WHERE kind = 'Poisson' UNION ALL SELECT nr, place, NULL FROM generate_series(1, 1000) nr, scan_place) c
JOIN scan_place p USING (place) GROUP BY nr;
SQL
say "Data sets without any cluster, of a thousand, by p-value; what is nominal at 0.05 lies between 37 and 64 nineteen times of twenty:"
say
say "| scan | p <= 0.01 | p <= 0.05 | 95 % interval of that rate | p <= 0.5 |"
say "|---|---|---|---|---|"
# Wilson's interval
sql -A -t <<'SQL'
SELECT format('| %s | %s | %s | %s to %s | %s |', kind, p1, p5, round((middle - half)::numeric, 3), round((middle + half)::numeric, 3), p50)
FROM (SELECT kind, count(*) FILTER (WHERE found[1].p_value <= 0.01) AS p1, count(*) FILTER (WHERE found[1].p_value <= 0.05) AS p5,
             count(*) FILTER (WHERE found[1].p_value <= 0.5) AS p50, count(*) AS n FROM scan_null GROUP BY kind) s
CROSS JOIN LATERAL (SELECT p5::float8 / n AS rate, 1.96 ^ 2 / n AS z) r
CROSS JOIN LATERAL (SELECT (rate + z / 2) / (1 + z) AS middle, sqrt(rate * (1 - rate) * z + z * z / 4) / (1 + z) AS half) w ORDER BY kind DESC;
SQL
for kind in permutation Poisson; do
  ratio "scan/false_alarms/$kind" "$(value "SELECT avg((found[1].p_value <= 0.05)::int)::numeric(5,3) FROM scan_null WHERE kind = '$kind'")" '<=' 0.064
done

# the largest ratio of all cylinders: centre, edge, first and last day
largest() {
  value "
    WITH cases AS MATERIALIZED (SELECT place, day, count(*) AS n FROM scan_case WHERE kind = 'permutation' AND nr = $1 GROUP BY place, day),
    zone AS MATERIALIZED (
      SELECT DISTINCT ON (c.place, n.places) c.place, n.places FROM scan_place c JOIN scan_place e ON ST_Distance(c.location, e.location) <= 8000
      CROSS JOIN LATERAL (SELECT array_agg(i.place) AS places FROM scan_place i WHERE ST_Distance(c.location, i.location) <= ST_Distance(c.location, e.location)) n),
    span AS MATERIALIZED (
      SELECT a::date AS first, b::date AS last, (SELECT sum(n) FROM cases WHERE day BETWEEN a AND b) AS n
      FROM generate_series(timestamp '2026-03-01', '2026-03-30', '1 day') a, generate_series(a, least(a + interval '6 days', '2026-03-30'), '1 day') b)
    SELECT max(c * ln(c / e) + CASE WHEN c < 100 THEN (100 - c) * ln((100 - c) / (100 - e)) ELSE 0 END)
    FROM (SELECT sum(k.n) FILTER (WHERE k.day BETWEEN s.first AND s.last)::float8 AS c, sum(k.n)::float8 * s.n::float8 / 100 AS e, sum(k.n) AS of_zone
          FROM zone z CROSS JOIN span s JOIN cases k ON k.place = ANY (z.places) GROUP BY z.places, s.first, s.last, s.n) x
    WHERE c > e AND c >= 2 AND of_zone <= 50"
}
for nr in $(seq 1 20); do
  off=$(value "SELECT abs(found[1].llr - $(largest "$nr")) FROM scan_null WHERE kind = 'permutation' AND nr = $nr")
  awk "BEGIN { exit !($off < 1e-9) }" || die "the likeliest cylinder of set $nr is not the one that plain SQL finds: $off off"
done
say
say "Likeliest cylinders of 20 sets against all cylinders in plain SQL: equal."

# ---------------------------------------------------------------- speed ----
places=$(awk "BEGIN { n = int(5000 * $sf); print n < 100 ? 100 : n }")
cases=$((places * 40))
sql <<SQL
DO 'BEGIN PERFORM setseed(0.42); END';
CREATE TABLE scan_town AS
SELECT 'V' || n AS place, ST_MakePoint(random() * 100000 * sqrt($places / 5000.0), random() * 100000 * sqrt($places / 5000.0)) AS location FROM generate_series(0, $places - 1) n;
CREATE TABLE scan_visit AS
SELECT 'V' || (($places - 1) * power(random(), 1.5))::int AS place, date '2026-01-01' + floor(random() * 365)::int AS day FROM generate_series(1, $cases);
ANALYZE scan_visit;
CREATE TABLE scan_answer (workers int, found medsup.scan_cluster[]);
SQL
say
say "| cases | places | replications | workers | s | CPU s | MB | replications a second |"
say "|---|---|---|---|---|---|---|---|"
tried=29
for workers in 0 1 2; do
  measured sql -c "SET max_parallel_workers_per_gather = $workers" -c "INSERT INTO scan_answer SELECT $workers, medsup.space_time_scan(v.place, t.location, v.day,
    medsup.scan_setting(metres => 20000, days => 14, replications => $tried, stop_after => NULL, clusters => 3, alpha => 1)) FROM scan_visit v JOIN scan_town t USING (place)"
  row "$cases" "$places" "$tried" "$workers" "$wall" "$used" "$peak" "$(calc "$tried / $wall")"
  [ "$workers" = 0 ] || ratio "scan/workers_$workers/speed-up" "$(calc "$alone / $wall")" '>=' 1.6
  [ "$workers" != 0 ] || alone=$wall
done
[ "$(value "SELECT count(DISTINCT found::text) FROM scan_answer")" = 1 ] || die "the answer depends on the number of workers"
off=$(value "
  SELECT max(abs(f.llr - (x.c * ln(x.c / x.e) + ($cases - x.c) * ln(($cases - x.c) / ($cases - x.e)))) + abs(f.expected - x.e) + abs(f.cases - x.c))
  FROM scan_answer a CROSS JOIN LATERAL unnest(a.found) f CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE place = ANY (f.places) AND day BETWEEN f.first_day AND f.last_day)::float8 AS c,
           count(*) FILTER (WHERE place = ANY (f.places))::float8 * count(*) FILTER (WHERE day BETWEEN f.first_day AND f.last_day) / $cases AS e FROM scan_visit) x
  WHERE a.workers = 0")
awk "BEGIN { exit !($off < 1e-6) }" || die "figures of a cluster are $off off"
