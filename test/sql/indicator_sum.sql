\set SHOW_CONTEXT never
-- Aggregates of indicators: each against the server's own functions, over numbers of
-- every kind, in one process and in several
SET search_path = medsup, public;
SET jit = off;

-- sums: what sum() gives of what can be read, to the last place shown
CREATE TABLE regress_number (g int, x numeric);
INSERT INTO regress_number VALUES (1, 1), (1, 2.50), (1, -0.0001), (2, 0.00001), (2, 3), (3, 922337203685477.5807), (3, 922337203685477.5807), (3, 922337203685477.5807),
    (4, 1e30), (4, -1e30), (4, 0.5), (5, NULL), (6, 'NaN'), (6, 1.25), (7, 'NaN'), (8, 1.500000), (8, 2),
    (9, -922337203685477.5807), (9, -922337203685477.5807), (9, -922337203685477.58070), (10, 0), (10, 0.000);
SELECT g, exact_sum(x), exact_sum(x)::text IS NOT DISTINCT FROM (sum(x) FILTER (WHERE x <> 'NaN'))::text AS same FROM regress_number GROUP BY g ORDER BY g;
SELECT exact_sum(x) FROM regress_number WHERE false;

-- keys: texts in, texts out
SELECT array_agg(group_key_part(k, n) ORDER BY n) FROM (VALUES (group_key('a', NULL, ''))) v (k), generate_series(1, 3) n GROUP BY k;
SELECT length(group_key_part(group_key(repeat('x', 253), repeat('y', 254), 'c', NULL, repeat('字', 100)), n)) FROM generate_series(1, 5) n;
SELECT group_key('a', 'b', 'c') = group_key('a', 'b', 'c') AS same, group_key('ab', '', 'c') = group_key('a', 'b', 'c') AS shifted, group_key(NULL, '', 'c') = group_key('', NULL, 'c') AS missing;
SELECT group_key_part(group_key('a', 'b', 'c'), 4);
SELECT group_key_part('\x05', 1), group_key_part('\xfe01', 1);

-- lines as a warehouse has them, and as none should
CREATE TABLE regress_line AS
SELECT n % 97 AS g, CASE WHEN n % 31 > 0 THEN 'C' || n % (3 + n % 97) END AS code, n % 3 = 0 AS drug,
    CASE n % 500 WHEN 0 THEN 'NaN' WHEN 1 THEN NULL WHEN 2 THEN n * 1e-7 WHEN 3 THEN n * 1e20 WHEN 4 THEN -1e-9
         ELSE round(((n * 7919::bigint) % 100003 - 900) / (10 ^ (n % 4))::numeric, n % 4) END AS amount,
    CASE n % 300 WHEN 0 THEN NULL WHEN 1 THEN 'NaN' WHEN 2 THEN 0.000001 WHEN 3 THEN -0.000001 WHEN 4 THEN 1e16 ELSE (n % 7 - 1)::numeric END AS cnt,
    CASE n % 200 WHEN 0 THEN NULL WHEN 1 THEN '-infinity'
         ELSE timestamp '1999-12-20' + n % 40 * interval '1 day' + (CASE n % 3 WHEN 0 THEN 0 ELSE n * 37 % 86400 END) * interval '1 second' END AS at,
    CASE n % 5 WHEN 0 THEN 2 WHEN 1 THEN 0.000001 WHEN 2 THEN 1e16 END AS cap,
    CASE WHEN n % 11 > 0 THEN 'P' || n % 13 || repeat('x', n % 300) END AS person, CASE WHEN n % 97 > 5 AND n % 7 > 2 THEN n % 7 END::text AS care, CASE n % 4 WHEN 0 THEN '0901' WHEN 1 THEN '03' WHEN 2 THEN '9' END AS class
FROM generate_series(1, 60000) n;
ANALYZE regress_line;
CREATE VIEW regress_sums AS
SELECT g, exact_sum(amount) AS amount, exact_sum(amount) FILTER (WHERE drug) AS drug_amount,
    line_counts(amount, cnt, at, cap, '{1999-12-25,2000-01-01}', '{2000-01-08}') AS counts, code_uses(code, drug) AS uses,
    visit_lines(person, care, amount, cnt, code, class, '{10,09}', '{03}') AS visit
FROM regress_line GROUP BY 1;
CREATE TABLE regress_plain AS
SELECT l.g, sum(amount) AS amount, sum(amount) FILTER (WHERE drug) AS drug_amount,
    ARRAY[count(*) FILTER (WHERE amount > 0), count(*) FILTER (WHERE amount > 0 AND amount % 10 = 0), count(*) FILTER (WHERE cnt < 0),
        count(*) FILTER (WHERE extract(isodow FROM at) >= 6 AND at::date <> '2000-01-08'), count(*) FILTER (WHERE at::date IN ('1999-12-25', '2000-01-01')),
        count(*) FILTER (WHERE at::time <> '00:00'), count(*) FILTER (WHERE at::time >= '22:00' OR at::time < '06:00' AND at::time <> '00:00'),
        count(*) FILTER (WHERE cap IS NOT NULL AND cnt > 0), count(*) FILTER (WHERE cnt = cap)] AS counts,
    (SELECT array_agg(d.n ORDER BY d.digit) FROM (
        SELECT digit, count(x.g) AS n FROM generate_series(1, 9) digit
        LEFT JOIN regress_line x ON x.g = l.g AND x.amount > 0 AND x.amount <> 'NaN' AND substring(x.amount::text FROM '[1-9]')::int = digit GROUP BY 1) d) AS digits,
    count(DISTINCT code) AS codes, count(*) FILTER (WHERE drug) AS drugs, count(*) FILTER (WHERE drug) - count(DISTINCT coalesce(code, '?')) FILTER (WHERE drug) AS repeats,
    array_agg(DISTINCT code ORDER BY code) FILTER (WHERE code IS NOT NULL) AS set
FROM (SELECT g, code, drug, nullif(amount, 'NaN') AS amount, nullif(cnt, 'NaN') AS cnt, nullif(at, '-infinity') AS at, cap FROM regress_line) l GROUP BY l.g;
SET max_parallel_workers_per_gather = 0;
CREATE TABLE regress_serial AS TABLE regress_sums;
SELECT count(*) FILTER (WHERE s.amount::text = p.amount::text AND s.drug_amount::text = p.drug_amount::text) AS sums, count(*) FILTER (WHERE s.counts = p.counts || p.digits) AS counts,
    count(*) FILTER (WHERE s.uses[1:3] = ARRAY[p.codes, p.drugs, p.repeats]) AS uses, count(DISTINCT s.uses[4]) = count(DISTINCT p.set) AS sets, count(*)
FROM regress_serial s JOIN regress_plain p USING (g);
-- visits: the same from aggregates of one column each
SELECT count(*) FILTER (WHERE (s.visit).psn_no = p.psn_no AND (s.visit).med_type IS NOT DISTINCT FROM p.med_type) AS texts, count(*) FILTER (WHERE (s.visit).lines = p.lines) AS lines,
    count(*) FILTER (WHERE (s.visit).amount::text = p.amount::text AND (s.visit).drug_amount::text = p.drugs::text AND (s.visit).test_amount::text = p.tests::text) AS sums,
    count(*) FILTER (WHERE ARRAY[(s.visit).items, (s.visit).drug_lines, (s.visit).drug_repeats, (s.visit).package] = p.uses) AS uses, count(p.med_type) AS cared, count(*)
FROM regress_serial s JOIN (
    SELECT g, min(person COLLATE "C") AS psn_no, min(care COLLATE "C") AS med_type, count(*) AS lines, exact_sum(amount) AS amount, exact_sum(amount) FILTER (WHERE class = '0901') AS drugs,
        exact_sum(amount) FILTER (WHERE class = '03') AS tests, code_uses(code, class = '0901') FILTER (WHERE cnt > 0 AND cnt < 'NaN') AS uses FROM regress_line GROUP BY 1) p USING (g);
SELECT visit_lines(NULL, '', NULL, NULL, 'c', '09', '{09}', NULL) AS nothing, visit_lines('b', 'c', 1e30, 2, NULL, 'x', '{}', '{x}') AS odd;
-- one set of codes is one number, however often and in whatever order they come
SELECT count(DISTINCT (code_uses)[4]) FROM (
    SELECT code_uses(c, false) FROM unnest('{a,b,c}'::text[]) c UNION ALL SELECT code_uses(c, true) FROM unnest('{c,a,b,a,NULL}'::text[]) c) x;
SELECT code_uses(NULL, true) AS unnamed, line_counts(NULL, NULL, NULL, NULL, '{}', '{}') AS nothing;

-- workers: the same rows, text by text; the plan has them
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
CREATE FUNCTION regress_plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        IF line ~ 'Gather|Aggregate' THEN RETURN NEXT btrim(line, ' ->'); END IF;
    END LOOP;
END $$;
SELECT * FROM regress_plan('SELECT * FROM regress_sums');
SELECT count(*) FROM (SELECT s::text FROM regress_serial s EXCEPT SELECT p::text FROM regress_sums p) x;
-- a column that the planner knows nothing of is grouped in workers too, and read once
SELECT * FROM regress_plan($$SELECT key, exact_sum(amount) FROM (SELECT group_key(code, g::text, NULL) AS key, amount, read_once() FROM regress_line) l GROUP BY 1$$);
SELECT count(*) FROM (
    SELECT code, g::text, exact_sum(amount) FROM regress_line GROUP BY 1, 2
    EXCEPT SELECT group_key_part(key, 1), group_key_part(key, 2), exact_sum(amount) FROM (SELECT group_key(code, g::text, NULL) AS key, amount, read_once() FROM regress_line) l GROUP BY key) x;

-- states are no numbers of anybody
\set VERBOSITY terse
SELECT exact_sum_final('\x00');
-- steps change their state in place: only for aggregates
SELECT exact_sum_add('\x00', 1);
SELECT exact_sum_combine('\x0000', '\x0000000000000000000000000011');
SELECT code_uses_add('\x00', 'a', true);
SELECT counts_combine('{1,2}', '{1,2}');
SELECT code_uses_final('\x0000000000');
SELECT code_uses_final(decode(repeat('00', 200), 'hex'));
SELECT visit_lines_final(decode(repeat('00', 400), 'hex'));
SELECT visit_lines_combine(NULL, '\x00');
SELECT visit_lines('a', 'b', 1, 1, 'c', 'd', '{{x}}', '{}');
SELECT line_counts(1, 1, now()::timestamp, 1, '{{2000-01-01}}', '{}');
\set VERBOSITY default
DROP FUNCTION regress_plan(text);
DROP VIEW regress_sums;
DROP TABLE regress_number, regress_line, regress_plain, regress_serial;
