-- code books: lists are loaded row by row, history is kept, codes are known by
-- day and translated between editions
\set SHOW_CONTEXT never
\set VERBOSITY default
\set ON_ERROR_ROLLBACK on
BEGIN;
SET LOCAL datestyle = 'ISO, YMD';
-- lines of CSV
SELECT medsup.csv_fields(l) FROM (VALUES (1, 'a,b'), (2, ''), (3, 'a,,'), (4, '"x,y","say ""no""",z'), (5, '"",'), (6, 'a"b,c'), (7, '"open,b')) v (n, l) ORDER BY n;
-- every system has a type; every list is of a system
SELECT system, code_type, on_claims FROM medsup.code_systems() ORDER BY system COLLATE "C";
SELECT l.list FROM medsup.code_lists() l WHERE NOT EXISTS (SELECT FROM medsup.code_systems() s WHERE s.system = l.system);
SELECT medsup.code_system_type('own_wards'), medsup.code_system_type('wards'), medsup.code_system_type('own_');
-- complete codes only, in their own spelling
SELECT system, spelt, medsup.canonical_code(system, spelt) FROM (VALUES
    (1, 'icd10', ' e11.200X011+n08.3* '), (2, 'icd10', 'E11.2'), (2, 'icd10', 'I10.X00'), (3, 'icd10_who', 'E11.2'), (4, 'icd9cm3', '36.06'), (5, 'icd9cm3', '36.0600'),
    (6, 'drug', 'xb01aca056a012010100799'), (7, 'drug', 'XB01ACA056A0120101'), (8, 'drug', '003107010220000'), (9, 'service', '003107010220000'),
    (10, 'local', '110200002a'), (11, 'local', '~110200002a'), (12, 'consumable_class', 'C020101052'), (13, 'consumable_class', 'C0311120080'),
    (14, 'morphology', 'M80000/3'), (15, 'tcm', 'A01.01.'), (16, 'own_wards', ' W 1 '), (17, 'own_wards', ' '), (18, 'wards', 'x')) v (n, system, spelt) ORDER BY n;

-- no book: nothing is known, and no edition
SELECT medsup.is_known('A00.000'::medsup.icd10), medsup.is_known('36.0600'::medsup.icd9cm3, '2020-01-01'), medsup.is_known('~1'::medsup.fee_item), medsup.is_known('own_wards', 'W1', '2020-01-01');
SELECT medsup.translate('A00.000'::medsup.icd10, '2.0');
-- a list with a broken row of every kind
INSERT INTO medsup.import_line (line) VALUES
    (E'\uFEFFcode,name,part'), ('A00.000,霍乱甲,1'), (' a00.100 ,霍乱乙,1'), ('A00.000,霍乱甲,2'), ('A00.000,霍乱丙,2'), ('C22.101M81600/3,粘连,1'),
    ('A00.2,不完整,1'), ('A00,"引号未关,1'), ('A00.300'), (',无码,1'), ('"E11.200x011+N08.3*","糖尿病, ""肾""",'), ('A00.900,,1'), (NULL);
SELECT * FROM medsup.load_code_book('icd10', '1.0', '2018-01-01') \gset first_
SELECT :first_row_count AS rows, :first_added AS added, :first_corrected AS corrected, :first_unchanged AS unchanged, :first_repeated AS repeated, :first_rejected AS rejected;
SELECT row_no, problem, code, reason, line FROM medsup.code_book_note WHERE load_no = :first_load_no ORDER BY row_no;
SELECT code, name_zh, valid, details, icd10, icd9cm3, fee_item FROM medsup.code_book_entry ORDER BY code;
SELECT count(*) FROM medsup.import_line;

-- known on which day
SELECT d::date AS day, medsup.is_known('A00.000'::medsup.icd10, d::date), medsup.is_known('A00.001'::medsup.icd10, d::date)
FROM (VALUES ('2017-12-31'), ('2018-01-01'), ('9999-01-01'), (NULL)) v (d);
SELECT medsup.is_known('A00.000'::medsup.icd10), medsup.is_known('icd10', 'A00.000', '2020-01-01'), medsup.is_known('icd10', 'a00.000', '2020-01-01');

-- a day or a system without a book, and one with a book that has no such code
SELECT medsup.is_known('A00.001'::medsup.icd10, '2017-12-31') AS no_book_yet, medsup.is_known('36.0600'::medsup.icd9cm3, '2018-01-01') AS other_system,
       medsup.is_known('A00.001'::medsup.icd10, '2018-01-01') AS not_in_book;
-- the same again changes nothing; a correction stands beside what was wrong;
-- a later state of the edition begins on its day, what it lacks ends there
CREATE FUNCTION pg_temp.load(lines text[], edition text, valid_from date, complete boolean DEFAULT false,
    OUT added bigint, OUT corrected bigint, OUT closed bigint, OUT retracted bigint, OUT unchanged bigint, OUT rejected bigint)
LANGUAGE sql BEGIN ATOMIC
    INSERT INTO medsup.import_line (line) SELECT 'code,name' UNION ALL SELECT unnest(lines);
    SELECT l.added, l.corrected, l.closed, l.retracted, l.unchanged, l.rejected
    FROM medsup.load_code_book('icd10', edition, valid_from, complete) l;
END;
SELECT * FROM pg_temp.load('{"A00.100,霍乱乙","A00.900,"}', '1.0', NULL);
SELECT * FROM pg_temp.load('{"A00.100,霍乱乙","A00.900,"}', '1.0', NULL);
SELECT * FROM pg_temp.load('{"A00.100,霍乱，埃尔托","A00.901,新码","A00.900,"}', '1.0', '2019-07-01', true);
SELECT code, name_zh, valid, retracted_at IS NOT NULL AS retracted, load_no - :first_load_no AS load, retracted_load - :first_load_no AS retracted_load
FROM medsup.code_book_entry ORDER BY code, entry_no;
-- the next edition closes what is open; an older one fits in before
SELECT * FROM pg_temp.load('{"A00.100,霍乱乙二","A01.000,伤寒"}', '2.0', '2020-01-01');
SELECT * FROM pg_temp.load('{"A00.100,霍乱乙零"}', '0.9', '2010-01-01');
SELECT edition, valid FROM medsup.code_book WHERE system = 'icd10' ORDER BY valid;
SELECT edition, code, valid FROM medsup.code_book_entry WHERE retracted_at IS NULL ORDER BY code, valid;
SELECT d::date AS day, e.edition, e.name_zh FROM (VALUES ('2012-01-01'), ('2018-01-01'), ('2019-12-31'), ('2020-01-01')) v (d)
LEFT JOIN LATERAL medsup.code_entry('A00.100'::medsup.icd10, d::date) e ON true ORDER BY 1;
-- a code that went and comes back has two validities
SELECT * FROM pg_temp.load('{"A00.100,霍乱乙二"}', '2.0', '2021-01-01', true);
SELECT * FROM pg_temp.load('{"A00.100,霍乱乙二","A01.000,伤寒"}', '2.0', '2022-01-01', true);
SELECT code, valid FROM medsup.code_book_entry WHERE edition = '2.0' AND retracted_at IS NULL ORDER BY code, valid;
-- what was never right, taken back
SELECT * FROM pg_temp.load('{"A00.100,霍乱乙二"}', '2.0', NULL, true);
SELECT code, valid, retracted_at IS NOT NULL AS retracted FROM medsup.code_book_entry WHERE edition = '2.0' ORDER BY entry_no;

-- what is refused
SELECT * FROM pg_temp.load('{"A00.100,x"}', '2.1', NULL);
SELECT * FROM pg_temp.load('{"A00.100,x"}', '2.1', '2020-01-01');
SELECT * FROM pg_temp.load('{"A00.100,x"}', '1.5', '2019-01-01');
SELECT * FROM pg_temp.load('{"A00.100,x"}', '1.0', '2020-01-01');
SELECT * FROM pg_temp.load('{"A00.100,x"}', 'two words', '2025-01-01');
SELECT medsup.load_code_book('idc10', '1');
SELECT medsup.load_code_list('icd10');
SELECT medsup.load_code_lists(NULL);
SELECT medsup.load_code_lists('/nowhere/of this name');
SELECT medsup.load_code_book('icd10', '3.0', '2030-01-01');
INSERT INTO medsup.import_line (line) VALUES ('kode,name'), ('A00.100,x');
SELECT medsup.load_code_book('icd10', '3.0', '2030-01-01');
SELECT medsup.load_code_list('icd10_yibao_map');
DELETE FROM medsup.import_line;
DELETE FROM medsup.code_book_entry;
DELETE FROM medsup.code_book;
DELETE FROM medsup.code_book_load;
TRUNCATE medsup.code_book_note;
TRUNCATE medsup.code_map;
UPDATE medsup.code_book_entry SET name_zh = '改名' WHERE code = 'A00.100' AND edition = '2.0';
UPDATE medsup.code_book_entry SET valid = '[2020-01-01,2020-02-01)' WHERE code = 'A00.000' AND edition = '1.0';
UPDATE medsup.code_book SET edition = '2.1' WHERE edition = '2.0';
UPDATE medsup.code_book_entry SET retracted_at = NULL, retracted_by = NULL WHERE retracted_at IS NOT NULL;
\set VERBOSITY terse
INSERT INTO medsup.code_book (system, edition, valid) VALUES ('icd10', '2.1', '[2024-01-01,)');
INSERT INTO medsup.code_book_entry (system, edition, code, valid) VALUES ('icd10', '2.0', 'A00.100', '[2025-01-01,)');
INSERT INTO medsup.code_book_entry (system, edition, code, valid) VALUES ('icd10', '2.0', 'A00.300', '[2015-01-01,)');
INSERT INTO medsup.code_book_entry (system, edition, code, valid) VALUES ('icd10', '2.0', 'a00.300', '[2025-01-01,)');
INSERT INTO medsup.code_book_entry (system, edition, code, valid) VALUES ('icd10', '2.0', 'A00.3', '[2025-01-01,)');
INSERT INTO medsup.code_book_entry (system, edition, code, valid) VALUES ('icd10', '2.0', 'nonsense', '[2025-01-01,)');
-- by hand, and closed by hand
INSERT INTO medsup.code_book_entry (system, edition, code, name_zh, valid) VALUES ('icd10', '2.0', 'A00.300', '手工', '[2025-01-01,)');
UPDATE medsup.code_book_entry SET valid = daterange(lower(valid), '2026-01-01') WHERE code = 'A00.300';
SELECT code, valid, load_no FROM medsup.code_book_entry WHERE code = 'A00.300';

-- maps: n:1 forwards, 1:n backwards; the same; the vanished; what no map says
INSERT INTO medsup.import_line (line) VALUES ('code_in,code_out'), ('A00.000,A00.100'), ('A00.000x001, A00.100'), ('A00.100,A00.100'), ('A00.900,'),
    ('A00.901,A00.100'), ('A00.901,A00.300'), ('A02.000,A02.000'), ('B37.600I39.8,A00.100'), ('A00.000,A00.100'), ('A03.000,?');
SELECT * FROM medsup.load_code_map('icd10', '1.0', 'icd10', '2.0') \gset map_
SELECT :map_row_count AS rows, :map_added AS added, :map_repeated AS repeated, :map_rejected AS rejected;
SELECT row_no, problem, code, reason, line FROM medsup.code_book_note WHERE load_no = :map_load_no ORDER BY row_no;
SELECT c AS given, medsup.translate(c::medsup.icd10, '2.0'), t.*
FROM unnest('{A00.000,A00.000x001,A00.100,A00.900,A00.901,A02.000,A00.300,A04.000}'::text[]) WITH ORDINALITY u (c, n)
LEFT JOIN LATERAL medsup.translations(c::medsup.icd10, '2.0') t ON true ORDER BY u.n, t.code;
SELECT medsup.translate('A00.100'::medsup.icd10, '1.0'), t.* FROM medsup.translations('A00.100'::medsup.icd10, '1.0') t ORDER BY t.code;
SELECT * FROM medsup.translations('A00.300'::medsup.icd10, '2.0', '1.0');
SELECT * FROM medsup.translations('A00.000'::medsup.icd10, '2.0', '0.9');
SELECT medsup.translate(NULL::medsup.icd10, '2.0');
-- the map corrected: what a code became is replaced, the old row stays to see
INSERT INTO medsup.import_line (line) VALUES ('code_in,code_out'), ('A00.901,A00.100'), ('A00.900,A00.300');
SELECT added, retracted, unchanged FROM medsup.load_code_map('icd10', '1.0', 'icd10', '2.0');
SELECT from_code, to_code, retracted_at IS NOT NULL AS retracted FROM medsup.code_map WHERE from_code IN ('A00.900', 'A00.901') ORDER BY map_no;
SELECT medsup.translate('A00.900'::medsup.icd10, '2.0'), medsup.translate('A00.901'::medsup.icd10, '2.0');
UPDATE medsup.code_map SET to_code = 'A00.300';
INSERT INTO medsup.code_map (from_system, from_edition, from_code, to_system, to_edition, to_code) VALUES ('icd10', '1.0', 'a00', 'icd10', '2.0', 'A00.100');
-- local prices to national services: from one system to another
INSERT INTO medsup.import_line (line) VALUES ('ours,national'), ('110200002a,001102000020000'), ('110200002b,001102000020000');
SELECT added, rejected FROM medsup.load_code_map('local', '2021', 'service', 'national', from_column => 'ours', to_column => 'national');
SELECT medsup.translate('~110200002a'::medsup.fee_item, 'national');
SELECT * FROM medsup.translations('001102000020000'::medsup.fee_item, '2021') ORDER BY code;

-- one file, several systems
INSERT INTO medsup.import_line (line) VALUES ('kind,prefix,name,group'), ('西医诊断,M54.,背痛,甲'), ('肿瘤诊断,M800,肿瘤,乙'), ('中医诊断,BEA,儿科癌病类,丙'), ('未知,X,无,丁');
SELECT system, edition, row_count, added, rejected FROM medsup.load_code_list('disease_class_prefix') ORDER BY load_no;
SELECT n.problem, n.reason, n.line FROM medsup.code_book_note n WHERE n.load_no > :map_load_no ORDER BY n.load_no, n.row_no;
-- classes are no codes of claims
SELECT medsup.is_known('M54.'::medsup.icd10, '2026-01-01'), medsup.is_known('icd10_class', 'M54.', '2026-01-01');
INSERT INTO medsup.import_line (line) VALUES ('field,value'), ('hosp_lv 医院等级,02 三级甲等');
SELECT added FROM medsup.load_code_list('platform_dict_values');
SELECT code, name_zh, details FROM medsup.code_book_entry WHERE system = 'dictionary';
-- a list of one's own
INSERT INTO medsup.import_line (line) VALUES ('no,title'), ('W1,一病区'), ('W2,二病区');
SELECT added FROM medsup.load_code_book('own_wards', '2026', '2026-01-01', code_column => 'no', name_zh_column => 'title');
SELECT name_zh FROM medsup.code_entry('own_wards', 'W2', '2026-06-01');

-- the set form is joined, not called
CREATE TABLE pg_temp.line AS SELECT 'A00.100'::medsup.icd10 AS code, '2020-01-01'::date AS day FROM generate_series(1, 1000);
ANALYZE line;
SET LOCAL enable_indexscan = off;
SET LOCAL enable_bitmapscan = off;
SET LOCAL enable_nestloop = off;
SET LOCAL enable_mergejoin = off;
EXPLAIN (COSTS OFF) SELECT count(e.code) FROM line l LEFT JOIN LATERAL medsup.code_entry(l.code, l.day) e ON true;
SELECT count(e.code), count(*) FROM line l LEFT JOIN LATERAL medsup.code_entry(l.code, l.day) e ON true;
ROLLBACK;
