-- A large synthetic rulebook beside whatever is loaded: drawn by hashes of row
-- numbers, so every machine and version draws the same.
--
--   psql -v entries=120000 [-v pairs=2000000 [-v partners=20]] -f test/bench/check_draw.sql
--
--   entries   points, one or two codes each, spread over the kinds as below
--   pairs     pairs of items that exclude each other beside these ...
--   partners  ... as points of one main code and so many sub codes
--
-- Only points that go into the book are drawn.  bench.drug(0) to
-- bench.drug(29999) and bench.item(0) to bench.item(11999) are the codes that
-- they name; with 120 thousand a line of such a code meets five to ten points.
-- Undone by DELETE FROM medsup.knowledge WHERE entry_code LIKE 'BENCH-%'.
\if :{?pairs}
\else
\set pairs 0
\endif
\if :{?partners}
\else
\set partners 20
\endif

CREATE SCHEMA bench;

-- A number in [0, n) from a row number.
CREATE FUNCTION bench.draw(i bigint, seed int, n int) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ((pg_catalog.hashint8extended(i, seed) & 9223372036854775807) % n)::int
$$;

-- 25 drugs share a stem, as the makers and packs of one substance do.
CREATE FUNCTION bench.stem(n int) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT 'X' || chr(65 + n / 25 % 14) || lpad((n / 350 % 100)::text, 2, '0') || 'AA' || chr(65 + n / 25 % 26)
$$;

CREATE FUNCTION bench.drug(n int) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT bench.stem(n) || lpad((n / 25 % 1000)::text, 3, '0') || 'A' || lpad(n::text, 12, '0')
$$;

CREATE FUNCTION bench.item(n int) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT '00' || (1100 + n / 100)::text || lpad(n::text, 5, '0') || '0000'
$$;

-- Of every hundred points so many are of a kind.
CREATE TABLE bench.kind (kind text PRIMARY KEY, share int, rule_code text, what text);
INSERT INTO bench.kind VALUES
    ('sex',         4, 'N25-067', 'drug'),
    ('age',         6, 'N25-007', 'drug'),
    ('setting',     6, 'N25-013', 'drug'),
    ('level',       8, 'N25-012', 'drug'),
    ('diagnosis',  20, 'N25-008', 'drug'),
    ('course',      6, 'N25-010', 'drug'),
    ('supply',      6, 'N25-009', 'drug'),
    ('duplicate',   4, 'N25-069', 'stem'),
    ('interaction', 4, 'N25-074', 'drug'),
    ('price',      10, 'N25-014', 'item'),
    ('day_cap',    10, 'N25-027', 'item'),
    ('stay_cap',    4, 'N25-086', 'item'),
    ('interval',    4, 'N25-031', 'item'),
    ('pair',        8, 'N25-025', 'item');

CREATE TABLE bench.point AS
SELECT i, 'BENCH-' || i AS entry_code, k.kind, k.rule_code, k.what,
       bench.draw(i, 1, CASE k.what WHEN 'item' THEN 12000 ELSE 30000 END) AS n,
       bench.draw(i, 2, 1000000) AS r
FROM generate_series(1, :entries) AS i
JOIN (SELECT b.*, sum(share) OVER w - share AS lo, sum(share) OVER w AS hi
      FROM bench.kind b WINDOW w AS (ORDER BY kind COLLATE "C")) AS k ON i % 100 >= k.lo AND i % 100 < k.hi;

INSERT INTO medsup.knowledge
    (entry_code, rule_code, item_name, basis, basis_no, valid_from, region, region_by, levels, access,
     sex, age_below, age_unit, settings, level_min, dx_required,
     measure, scope, window_days, limit_value, limit_basis, at_least)
SELECT entry_code, rule_code,
       CASE what WHEN 'item' THEN '项目' ELSE '药品' END || n,
       '示例目录第' || r % 7 + 1 || '批', r % 40 + 1 || '号', DATE '2025-01-01' + r % 12 * 30,
       -- a ceiling price is one of a city and level
       CASE WHEN kind = 'price' THEN (110000 + r % 30 * 10000)::text END, CASE WHEN kind = 'price' THEN 'care' END,
       CASE WHEN kind = 'price' THEN ARRAY[r / 30 % 3 + 1] END,
       CASE WHEN kind = 'diagnosis' AND r % 50 = 0 THEN 'visit.med_type in (''11'', ''21'')' END,
       -- a drug that two points give to different sexes could not be published
       CASE WHEN kind = 'sex' THEN (ARRAY['male', 'female'])[n / 25 % 2 + 1] END,
       CASE WHEN kind = 'age' THEN (ARRAY[3, 6, 14, 18])[r % 4 + 1] END, CASE WHEN kind = 'age' THEN 'year' END,
       CASE WHEN kind = 'setting' THEN ARRAY['inpatient', 'emergency'] END,
       CASE WHEN kind = 'level' THEN r % 2 + 2 END,
       CASE WHEN kind = 'diagnosis' THEN
           format('%1$s%2$s-%1$s%3$s, %4$s%5$s.1', chr(65 + r % 20), lpad((r / 20 % 90)::text, 2, '0'), lpad((r / 20 % 90 + 4)::text, 2, '0'),
                  chr(65 + r / 7 % 20), lpad((r % 99)::text, 2, '0')) END,
       CASE kind WHEN 'course' THEN 'days' WHEN 'supply' THEN 'supply_days' WHEN 'duplicate' THEN 'overlap' WHEN 'interaction' THEN 'pair'
                 WHEN 'day_cap' THEN 'quantity' WHEN 'stay_cap' THEN 'quantity' WHEN 'interval' THEN 'quantity' END,
       CASE kind WHEN 'course' THEN 'stay' WHEN 'supply' THEN 'prescription' WHEN 'duplicate' THEN 'visit' WHEN 'interaction' THEN 'prescription'
                 WHEN 'day_cap' THEN 'day' WHEN 'stay_cap' THEN 'stay' WHEN 'interval' THEN 'rolling'
                 WHEN 'pair' THEN (ARRAY['day', 'day', 'visit', 'hour'])[r % 4 + 1] END,
       CASE WHEN kind = 'interval' THEN (ARRAY[7, 30, 90])[r % 3 + 1] END,
       CASE kind WHEN 'price' THEN (r % 90000 + 1000) / 100.0 WHEN 'course' THEN r % 20 + 7 WHEN 'supply' THEN r % 3 * 30 + 30
                 WHEN 'day_cap' THEN r % 24 + 1 WHEN 'stay_cap' THEN r % 3 + 1 WHEN 'interval' THEN r % 4 + 1 END,
       CASE WHEN kind = 'stay_cap' THEN 'stay_days' END,
       CASE WHEN kind = 'duplicate' THEN 2 END
FROM bench.point;

-- Every third point has a second code, of the same stem.
INSERT INTO medsup.knowledge_code (entry_code, role, code)
SELECT p.entry_code, 'main',
       (CASE p.what WHEN 'item' THEN bench.item(p.n / 25 * 25 + (p.n + s) % 25) WHEN 'drug' THEN bench.drug(p.n / 25 * 25 + (p.n + s) % 25)
                    ELSE bench.stem((p.n + 25 * s) % 30000) END)::medsup.fee_item
FROM bench.point p, generate_series(0, 1) AS s
WHERE s = 0 OR p.r % 3 = 0
UNION ALL
SELECT p.entry_code, 'sub',
       (CASE p.what WHEN 'item' THEN bench.item((p.n + 1 + p.r % 11000) % 12000) ELSE bench.drug((p.n + 1 + p.r % 29000) % 30000) END)::medsup.fee_item
FROM bench.point p WHERE p.kind IN ('pair', 'interaction');

INSERT INTO medsup.knowledge (entry_code, rule_code, item_name, scope, basis, basis_no, valid_from)
SELECT 'BENCH-P' || i, 'N25-025', '项目' || bench.draw(i, 3, 12000), 'day', '示例目录', '1号', DATE '2025-01-01'
FROM generate_series(1, :pairs / :partners) AS i;
INSERT INTO medsup.knowledge_code (entry_code, role, code)
SELECT 'BENCH-P' || i, CASE s WHEN 0 THEN 'main' ELSE 'sub' END, bench.item((bench.draw(i, 3, 12000) + s * (1 + bench.draw(i, 4, 590))) % 12000)::medsup.fee_item
FROM generate_series(1, :pairs / :partners) AS i, generate_series(0, :partners) AS s;

SELECT medsup.set_parameter('course_gap_days', '30', 'bench');
ANALYZE medsup.knowledge, medsup.knowledge_code;
