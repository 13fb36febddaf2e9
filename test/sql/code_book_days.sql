-- code books: days at their boundaries, history that stays, answers that callers
-- remember no longer than they hold
\set SHOW_CONTEXT never
\set VERBOSITY default
\set ON_ERROR_ROLLBACK on
BEGIN;
SET LOCAL datestyle = 'ISO, YMD';
-- numbers do not tell which tests ran before
ALTER SEQUENCE medsup.code_book_load_load_no_seq RESTART;
CREATE FUNCTION pg_temp.load(lines text[], edition text, valid_from date, complete boolean DEFAULT false,
    OUT added bigint, OUT corrected bigint, OUT closed bigint, OUT retracted bigint, OUT unchanged bigint, OUT rejected bigint)
LANGUAGE sql BEGIN ATOMIC
    INSERT INTO medsup.import_line (line) SELECT 'code,name' UNION ALL SELECT unnest(lines);
    SELECT l.added, l.corrected, l.closed, l.retracted, l.unchanged, l.rejected
    FROM medsup.load_code_book('icd10', edition, valid_from, complete) l;
END;
CREATE VIEW pg_temp.entries AS
    SELECT edition, code, name_zh, valid, closed_at IS NOT NULL AS closed, retracted_at IS NOT NULL AS retracted FROM medsup.code_book_entry;

-- a list without a day leaves closed what was closed by hand
SELECT * FROM pg_temp.load('{"A00.000,甲","A00.100,乙","A00.900,丙"}', '1', '2018-01-01');
UPDATE medsup.code_book_entry SET valid = daterange(lower(valid), '2026-01-01') WHERE code = 'A00.100';
SELECT * FROM pg_temp.load('{"A00.000,甲","A00.100,乙","A00.900,丙"}', '1', NULL);
SELECT row_no, problem, code, reason FROM medsup.code_book_note;
-- the next edition ends also what was to end later
SELECT * FROM pg_temp.load('{"A00.000,甲二"}', '2', '2025-01-01');
SELECT * FROM pg_temp.entries ORDER BY code, valid, retracted;
SELECT d::date AS day, medsup.is_known('A00.000'::medsup.icd10, d::date), medsup.is_known('A00.100'::medsup.icd10, d::date)
FROM (VALUES ('2017-12-31'), ('2018-01-01'), ('2024-12-31'), ('2025-01-01'), ('2025-06-01'), ('infinity'), ('-infinity')) v (d);
-- a complete list of an edition that is over: what it lacks was valid before
SELECT * FROM pg_temp.load('{"A00.000,甲","A00.100,乙"}', '1', '2019-07-01', true);
SELECT * FROM pg_temp.entries WHERE code = 'A00.900' ORDER BY valid, retracted;
SELECT medsup.is_known('A00.900'::medsup.icd10, '2019-06-30'), medsup.is_known('A00.900'::medsup.icd10, '2019-07-01');
-- states of one edition in the wrong order: each is right on its days
SELECT * FROM pg_temp.load('{"A01.000,丁"}', '2', '2027-01-01');
SELECT * FROM pg_temp.load('{"A01.000,丁"}', '2', '2026-01-01', true);
SELECT * FROM pg_temp.entries WHERE edition = '2' ORDER BY code, valid;
-- a code that ended inside the edition and is listed for a day on which it was valid
SELECT * FROM pg_temp.load('{"A00.000,甲二"}', '2', '2025-06-01');
SELECT * FROM pg_temp.load('{"A00.000,甲二"}', '2', '2026-06-01');
SELECT code, valid FROM pg_temp.entries WHERE edition = '2' AND NOT retracted AND code = 'A00.000' ORDER BY valid;

-- what would end or retract everything by mistake
SELECT * FROM pg_temp.load('{"36.0600,手术"}', '2', '2026-01-01', true);
SELECT * FROM pg_temp.load('{"A00.000,甲"}', '3', 'infinity');
SELECT * FROM pg_temp.load('{"A00.000,甲",code,"A00.100,乙"}', '2', NULL);
SELECT * FROM pg_temp.load('{"A00.000,甲","code,name","A00.100,乙"}', '2', NULL);
INSERT INTO medsup.import_line (line) VALUES ('code_in,code_out'), ('A00.000,A00.100');
SELECT medsup.load_code_list('icd10_yibao_map', NULL, '2026-01-01');
DELETE FROM medsup.import_line;
-- history is not touched up
UPDATE medsup.code_book SET valid = daterange(lower(valid), '2029-01-01') WHERE edition = '2';
UPDATE medsup.code_book_load SET added = 7, loaded_at = '2001-01-01';
UPDATE medsup.code_book_entry SET retracted_at = '2001-01-01', retracted_by = CURRENT_USER WHERE code = 'A01.000';
UPDATE medsup.code_book_entry SET retracted_at = now(), retracted_by = 'somebody' WHERE code = 'A01.000';
UPDATE medsup.code_book_entry SET valid = daterange(lower(valid), '2030-01-01'), retracted_at = now(), retracted_by = CURRENT_USER
WHERE code = 'A01.000' AND upper_inf(valid);
UPDATE medsup.code_book_entry SET closed_at = '2001-01-01' WHERE code = 'A01.000';
\set VERBOSITY terse
UPDATE medsup.code_book_entry SET valid = daterange(lower(valid), 'infinity') WHERE code = 'A01.000' AND upper_inf(valid);
\set VERBOSITY default

-- answers are remembered while they hold: not over a row that comes, one that is
-- rolled back, one that is retracted; for every call site of its own
CREATE FUNCTION pg_temp.asked() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    known boolean;
    became medsup.icd10;
BEGIN
    FOR i IN 1 .. 6 LOOP
        BEGIN
            IF i IN (2, 4) THEN
                INSERT INTO medsup.code_book_entry (system, edition, code, valid) VALUES ('icd10', '2', 'B00.000', '[2025-01-01,)');
                INSERT INTO medsup.code_map (from_system, from_edition, from_code, to_system, to_edition, to_code)
                VALUES ('icd10', '1', 'B00.001', 'icd10', '2', 'B00.000');
            ELSIF i = 6 THEN
                UPDATE medsup.code_book_entry SET retracted_at = now(), retracted_by = CURRENT_USER WHERE code = 'B00.000';
            END IF;
            known := medsup.is_known('B00.000'::medsup.icd10, '2026-01-01');
            became := medsup.translate('B00.001'::medsup.icd10, '2');
            RETURN NEXT format('%s: %s %s', i, known, became);
            IF i = 2 THEN
                RAISE EXCEPTION 'never mind';
            END IF;
        EXCEPTION WHEN raise_exception THEN
            NULL;
        END;
    END LOOP;
END
$$;
SELECT pg_temp.asked();
-- nor for another user
CREATE ROLE regress_books_stranger;
GRANT USAGE ON SCHEMA medsup TO regress_books_stranger;
GRANT EXECUTE ON FUNCTION medsup.is_known(medsup.icd10, date), medsup.code_entry(medsup.icd10, date) TO regress_books_stranger;
DO $$
BEGIN
    FOR i IN 1 .. 2 LOOP
        RAISE NOTICE '%: %', i, medsup.is_known('A00.000'::medsup.icd10, '2025-06-01');
        SET LOCAL ROLE regress_books_stranger;
    END LOOP;
END
$$;
-- keys of every length; one too long to be remembered; memory that is full
SELECT medsup.is_known('icd10', repeat('A', n), '2026-01-01') FROM unnest('{0,140,141,160,300,100000}'::int[]) n;
SELECT medsup.is_known('icd10', 'A00.000', '2026-07-01'), medsup.is_known(NULL::medsup.icd10, '2026-01-01'), medsup.is_known('A00.000'::medsup.icd10, NULL),
       medsup.translate(NULL::medsup.icd10, '2'), medsup.translate('A00.000'::medsup.icd10, NULL);
SET LOCAL work_mem = '64kB';
SELECT count(*), count(*) FILTER (WHERE medsup.is_known('own_wards', n::text, '2026-01-01')) FROM generate_series(1, 3000) n;
INSERT INTO medsup.import_line (line) SELECT 'code,name' UNION ALL SELECT format('%s,ward', 2 * n) FROM generate_series(1, 1500) n;
SELECT added FROM medsup.load_code_book('own_wards', '1');
SELECT count(*), count(*) FILTER (WHERE medsup.is_known('own_wards', (n % 3000 + 1)::text, '2026-01-01')) FROM generate_series(1, 6000) n;
RESET work_mem;
-- today is the bureau's day
SELECT medsup.is_known('A00.000'::medsup.icd10) = medsup.is_known('A00.000'::medsup.icd10, medsup.civil_today()) AS today;

-- a map to a system of another type: its codes are text, no typed translation holds them
INSERT INTO medsup.import_line (line) VALUES ('ours,tcm'), ('B00.001,BEA01'), ('B00.002,BEA01');
SELECT added, rejected FROM medsup.load_code_map('icd10', '1', 'own_tcm', '2', from_column => 'ours', to_column => 'tcm');
SELECT medsup.translate('B00.002'::medsup.icd10, '2'), t.* FROM medsup.translations('icd10', 'B00.002', '2') t;
SELECT medsup.translate('B00.001'::medsup.icd10, '2'), t.code, t.in_system FROM medsup.translations('icd10', 'B00.001', '2') t ORDER BY 2;
-- a complete map takes nothing back for a row that cannot be read
INSERT INTO medsup.import_line (line) VALUES ('code_in,code_out'), ('B00.001,A00.000'), ('B00.002,A00.000'), ('B00.003,A00.000');
SELECT added, retracted, rejected FROM medsup.load_code_map('icd10', '1', 'icd10', '2');
INSERT INTO medsup.import_line (line) VALUES ('code_in,code_out'), ('B00.001,A00.000'), ('B00.002,?');
SELECT added, retracted, rejected FROM medsup.load_code_map('icd10', '1', 'icd10', '2', true);
SELECT from_code, to_code, retracted_at IS NOT NULL AS retracted FROM medsup.code_map WHERE to_system = 'icd10' ORDER BY map_no;
INSERT INTO medsup.import_line (line) VALUES ('code_in,code_out'), ('?,A00.000');
SELECT added, retracted, rejected FROM medsup.load_code_map('icd10', '1', 'icd10', '2', true);
ROLLBACK;
-- a snapshot from before another load would not see it
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT medsup.load_code_book('icd10', '1');
ROLLBACK;
