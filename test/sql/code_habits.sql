-- What an analyst expects of any base type, asked of the code types; what
-- follows no built-in type is here too, with the message it gives.
SET search_path = public, medsup;
\set VERBOSITY terse

CREATE TEMP TABLE dx (id int, code icd10, op icd9cm3, item fee_item, drug drug_code);
INSERT INTO dx
SELECT n, (chr(65 + n % 26) || to_char(n % 100, 'FM00') || '.' || n % 10 || '00')::icd10,
       (to_char(n % 90 + 10, 'FM00') || '.0' || to_char(n % 1000, 'FM000'))::icd9cm3,
       CASE n % 3 WHEN 0 THEN '~' || n WHEN 1 THEN 'XB01ACA056A0120301' || to_char(n, 'FM00000') ELSE '0034010002' || to_char(n, 'FM00000') END::fee_item,
       ('XB01ACA056A0120301' || to_char(n, 'FM00000'))::drug_code
FROM (SELECT n FROM generate_series(1, 5000) AS n ORDER BY n * 7919 % 5003) AS s;
INSERT INTO dx (id) VALUES (0);
CREATE INDEX ON dx (code);
CREATE INDEX ON dx (item);
CREATE INDEX ON dx (drug);
VACUUM ANALYZE dx;

-- A plan without the lines that differ between versions.
CREATE FUNCTION pg_temp.plan(query text) RETURNS SETOF text
    LANGUAGE plpgsql
AS $$
DECLARE line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        CONTINUE WHEN line ~ 'InitPlan';
        RETURN NEXT line;
    END LOOP;
END $$;

-- ------------------------------------------------------------- min and max
SELECT min(code), max(code), min(op), max(op), min(item), max(item), min(drug), pg_typeof(min(drug)) FROM dx;
SELECT min(code) = (array_agg(code ORDER BY code::text COLLATE "C"))[1] AND max(code) = (array_agg(code ORDER BY code::text COLLATE "C" DESC NULLS LAST))[1]
       AND min(item) = (array_agg(item ORDER BY item::text COLLATE "C"))[1] AND max(item) = (array_agg(item ORDER BY item::text COLLATE "C" DESC NULLS LAST))[1] AS as_texts
FROM dx;
SELECT min(code) AS none, max(item) AS none_either FROM dx WHERE id < 1;
-- an end of the index is read, not the table
SELECT pg_temp.plan('SELECT min(code), max(code) FROM dx');
SELECT pg_temp.plan('SELECT max(drug) FROM dx');
SELECT pg_temp.plan($$SELECT min(code) FROM dx WHERE code <@ 'E11'$$);
-- in a window, with grouping sets and in parallel
SELECT id, code, min(code) OVER w, max(item) OVER w FROM dx WHERE id < 6 WINDOW w AS (ORDER BY id ROWS 1 PRECEDING) ORDER BY id;
CREATE TABLE parallel_dx AS TABLE dx;
ALTER TABLE parallel_dx SET (parallel_workers = 2);
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT min(code), max(op), min(item), max(drug) FROM parallel_dx;
SELECT (SELECT (min(code), max(op), min(item), max(drug)) FROM parallel_dx) = (SELECT (min(code), max(op), min(item), max(drug)) FROM dx) AS same;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
DROP TABLE parallel_dx;

-- -------------------------------------------------------- lists and arrays
EXPLAIN (COSTS OFF) SELECT FROM dx WHERE code IN ('A00.000', 'B01.100');
EXPLAIN (COSTS OFF) SELECT FROM dx WHERE drug = ANY ('{XB01ACA056A012030100007,XB01ACA056A012030100008}');
-- a long list is hashed
SET enable_indexscan = off;
SET enable_bitmapscan = off;
SELECT count(*), count(*) FILTER (WHERE code::text IN ('A00.000', 'B01.100', 'C02.200', 'D03.300', 'E04.400', 'F05.500', 'G06.600', 'H07.700', 'I08.800', 'J09.900')) AS by_text
FROM dx WHERE code IN ('A00.000', 'B01.100', 'C02.200', 'D03.300', 'E04.400', 'F05.500', 'G06.600', 'H07.700', 'I08.800', 'J09.900');
SELECT count(*) FROM dx WHERE item NOT IN ('~3', '~6', '~9', '~12', '~15', '~18', '~21', '~24', '~27', '~30');
RESET enable_indexscan;
RESET enable_bitmapscan;
SELECT array_agg(DISTINCT code ORDER BY code) AS codes, count(DISTINCT code), array_position('{A00,B00}'::icd10[], 'B00') AS at,
       greatest('A00'::icd10, 'B00') AS greatest, nullif('A00'::icd10, 'a00') AS same, mode() WITHIN GROUP (ORDER BY code) AS mode,
       percentile_disc(0.5) WITHIN GROUP (ORDER BY item) AS median
FROM dx WHERE id BETWEEN 1 AND 3;

-- ------------------------------------------------------------------- joins
CREATE TEMP TABLE name (code icd10 PRIMARY KEY, name text);
INSERT INTO name SELECT DISTINCT code, 'name of ' || code FROM dx WHERE code IS NOT NULL;
ANALYZE name;
SET enable_hashjoin = off;
SET enable_nestloop = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM dx JOIN name USING (code);
SELECT count(*) FROM dx JOIN name USING (code);
SET enable_nestloop = on;
SET enable_mergejoin = off;
-- a code seen before is not looked up again
EXPLAIN (COSTS OFF) SELECT name FROM dx LEFT JOIN name USING (code);
SELECT count(*), count(name) FROM dx LEFT JOIN name USING (code);
RESET enable_hashjoin;
RESET enable_nestloop;
RESET enable_mergejoin;
EXPLAIN (COSTS OFF) SELECT code FROM dx ORDER BY code DESC LIMIT 5;

-- ----------------------------------------------------- keys between columns
-- of fee_item and drug_code, either way
CREATE TEMP TABLE medicine (drug drug_code PRIMARY KEY);
CREATE TEMP TABLE price_list (item fee_item PRIMARY KEY);
CREATE TEMP TABLE billed (item fee_item REFERENCES medicine ON UPDATE CASCADE ON DELETE CASCADE);
CREATE TEMP TABLE dispensed (drug drug_code REFERENCES price_list (item) ON DELETE SET NULL);
INSERT INTO medicine VALUES ('XB01');
INSERT INTO price_list VALUES ('XB01'), ('0031');
INSERT INTO billed VALUES ('XB01');
INSERT INTO billed VALUES ('0031');
INSERT INTO dispensed VALUES ('XB01');
INSERT INTO dispensed VALUES ('XB02');
UPDATE medicine SET drug = 'XB02';
DELETE FROM price_list WHERE item = 'XB01';
SELECT (SELECT item FROM billed) AS billed, (SELECT count(*) FROM dispensed WHERE drug IS NULL) AS lost;

-- --------------------------------------------- text, JSON, dynamic commands
SELECT format('SELECT %L::icd10, %s', code, code) AS command, to_jsonb(code) AS json, code || ' !' AS joined, concat(code, '/', item) AS concat,
       row_to_json(d) AS row
FROM dx AS d WHERE id = 7;
SELECT (jsonb_populate_record(NULL::dx, to_jsonb(d))).* FROM dx AS d WHERE id = 7;
SELECT * FROM jsonb_to_recordset('[{"code": "E11.900", "codes": ["A00", null]}]') AS r (code icd10, codes icd10[]);
SELECT code FROM dx WHERE code::text LIKE 'A0_.%' AND id < 1000 ORDER BY code;
SELECT code FROM dx WHERE code LIKE 'E11%';
SELECT code FROM dx WHERE code = 'E11'::text;
SELECT length(code) FROM dx;
-- a column of texts becomes one of codes
CREATE TEMP TABLE raw (code text DEFAULT 'e11', PRIMARY KEY (code));
INSERT INTO raw VALUES (' i10'), ('E11.9 ');
ALTER TABLE raw ALTER code TYPE icd10;
ALTER TABLE raw ALTER code TYPE icd10 USING code::icd10;
ALTER TABLE raw ALTER code DROP DEFAULT, ALTER code TYPE icd10 USING code::icd10, ALTER code SET DEFAULT 'E11';
INSERT INTO raw DEFAULT VALUES;
SELECT code FROM raw ORDER BY code;
ALTER TABLE raw ALTER code TYPE text;
SELECT code FROM raw ORDER BY code COLLATE "C";

-- ---------------------------------------------------------- a domain over a type
CREATE DOMAIN pg_temp.principal AS icd10 CHECK (VALUE < 'V00');
CREATE TEMP TABLE stay (code pg_temp.principal, codes pg_temp.principal[]);
INSERT INTO stay SELECT code, ARRAY[code]::pg_temp.principal[] FROM dx WHERE code < 'V00';
INSERT INTO stay VALUES ('V00');
CREATE INDEX ON stay (code);
ANALYZE stay;
EXPLAIN (COSTS OFF) SELECT FROM stay WHERE code <@ 'A00';
SELECT count(*), min(code), pg_typeof(min(code)) FROM stay WHERE code <@ 'A00';
SELECT count(*) FROM stay WHERE codes::icd10[] @@ 'A00'::icd10;
SELECT count(*) FROM stay WHERE codes @@ 'A00'::icd10;

-- ----------------------------------------------------- what codes are not for
-- the order has no steps: no distance in a window, no series
SELECT count(*) OVER (ORDER BY code RANGE BETWEEN '1' PRECEDING AND CURRENT ROW) FROM dx;
SELECT count(*) OVER (ORDER BY code RANGE UNBOUNDED PRECEDING) AS up_to_here, code FROM dx WHERE id BETWEEN 1 AND 3 ORDER BY code;
SELECT generate_series('A00'::icd10, 'A02');
