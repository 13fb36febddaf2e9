-- The points of bench-audit's book: twelve thousand of each of ten kinds where
-- "spread" is 50, so 120 thousand; 5 makes 12 thousand of the same kinds.
--
-- A code tells by its number what it is limited to, so that audit_draw.sql can
-- bill what fits, and now and then what does not:
--   drug n   n % 2 sex, n / 2 % 2 age, n / 4 % 2 setting, n / 8 % 3 level,
--            n / 24 % 20 diagnoses, n / 480 its serial number below spread
--   item m   m % 20 diagnoses, m / 20 its serial number below 24 * spread;
--            even ones are billed daily, odd ones once
-- Every drug is of one class of two; of the five limits of lines it has two or
-- three.  Every item is the main or the sub one of a pair.

CREATE SCHEMA bench;

-- A number in [0, n) from a row number.
CREATE FUNCTION bench.draw(i bigint, seed int, n int) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ((pg_catalog.hashint8extended(i, seed) & 9223372036854775807) % n)::int
$$;

CREATE FUNCTION bench.drug(n int) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT 'X' || chr(65 + n % 14) || lpad((n / 14 % 100)::text, 2, '0') || 'AA' || chr(65 + n / 1400 % 26)
        || lpad((n % 1000)::text, 3, '0') || 'A' || lpad(n::text, 12, '0')
$$;

CREATE FUNCTION bench.item(m int) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT '00' || (1100 + m / 100)::text || lpad(m::text, 5, '0') || '0000'
$$;

-- Drugs and items with what limits them.
CREATE TABLE bench.drug AS
SELECT n, bench.drug(n) AS code, n % 2 + 1 AS sex, n / 2 % 2 = 1 AS is_child, n / 4 % 2 = 1 AS is_inpatient, n / 8 % 3 + 1 AS level_min,
       n / 24 % 20 AS dx, n / 480 AS serial
FROM generate_series(0, 480 * :spread - 1) AS n;

CREATE TABLE bench.point (
    entry int PRIMARY KEY, kind text, rule_code text, codes text[], sub_codes text[],
    sex int, is_child boolean, is_inpatient boolean, level_min int, dx int, limit_value int, window_days int);
INSERT INTO bench.point (entry, kind, rule_code, codes, sex, is_child, is_inpatient, level_min, dx)
SELECT row_number() OVER (ORDER BY kind COLLATE "C", n), kind, rule_code, ARRAY[code],
       CASE kind WHEN 'sex' THEN sex END, CASE kind WHEN 'age' THEN is_child END, CASE kind WHEN 'setting' THEN is_inpatient END,
       CASE kind WHEN 'level' THEN level_min END, CASE kind WHEN 'diagnosis' THEN dx END
FROM bench.drug
JOIN (VALUES (0, 'sex', 'N25-067'), (1, 'age', 'N25-007'), (2, 'setting', 'N25-013'), (3, 'level', 'N25-012'), (4, 'diagnosis', 'N25-008'))
     AS k (nr, kind, rule_code) ON (serial / 2 * 7 + nr * 3 + n) % 10 < 5;
INSERT INTO bench.point (entry, kind, rule_code, codes)
SELECT (SELECT max(entry) FROM bench.point) + row_number() OVER (ORDER BY d.n), 'duplicate', 'N25-069', ARRAY[d.code, o.code]
FROM bench.drug d JOIN bench.drug o ON o.n = d.n + 480 WHERE d.serial % 2 = 0;
INSERT INTO bench.point (entry, kind, rule_code, codes, sub_codes, limit_value, window_days)
SELECT (SELECT max(entry) FROM bench.point) + row_number() OVER (ORDER BY kind COLLATE "C", m), kind, rule_code, ARRAY[bench.item(m)],
       -- of the neighbouring group of diagnoses, so that no visit has both by chance
       CASE kind WHEN 'pair' THEN ARRAY[bench.item(m + CASE WHEN m % 20 = 19 THEN 21 ELSE 41 END)] END,
       CASE kind WHEN 'day_cap' THEN 1 + m % 3 WHEN 'stay_cap' THEN 1 WHEN 'interval' THEN 1 + m % 2 END,
       CASE kind WHEN 'interval' THEN (ARRAY[7, 15, 30])[m % 3 + 1] END
FROM generate_series(0, 480 * :spread - 1) AS m
JOIN (VALUES ('day_cap', 'N25-027', 20, 0), ('stay_cap', 'N25-086', 20, 0), ('interval', 'N25-031', 20, 1), ('pair', 'N25-025', 40, 0))
     AS k (kind, rule_code, unit, parity) ON m / unit % 2 = parity;
ANALYZE bench.point;
