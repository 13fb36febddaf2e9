-- Dirty text: what try_ cleans, what it refuses and why, what a profile of a
-- column says, keys and order of names.
SET client_min_messages = warning;
SET search_path = public, medsup;

-- every form of dirt that real data holds, with its outcome.  The cells are
-- written with escapes, since many of these characters cannot be told apart.
CREATE TEMPORARY TABLE dirt (nth serial, what text, code_type text, cell text);
INSERT INTO dirt (what, code_type, cell) VALUES
    -- outer blanks
    ('trailing tab', 'drug_code', E'ZD01BAY0318010302251\t'),
    ('trailing blank', 'fee_item', '003401000230600 '),
    ('leading blank', 'icd10', ' B06.801+J17.1*'),
    ('carriage return', 'icd10', E'E11.900\r'),
    ('line feed, vertical tab, form feed', 'icd10', E'\n\x0b\x0cE11.900\x0c\x0b\n'),
    ('ideographic space U+3000', 'icd10', E'\u3000E11.900\u3000'),
    ('no-break space U+00A0', 'icd10', E'\u00a0E11.900\u00a0'),
    ('zero width space U+200B', 'icd10', E'E11.900\u200b'),
    ('byte order mark U+FEFF', 'icd10', E'\ufeffE11.900'),
    ('soft hyphen U+00AD, word joiner U+2060', 'icd10', E'\u00adE11.900\u2060'),
    -- words for nothing
    ('null', 'icd10', 'null'),
    ('NULL', 'fee_item', 'NULL'),
    ('nan', 'fee_item', 'nan'),
    ('-', 'icd9cm3', '-'),
    ('dash U+2014', 'icd10', E'\u2014'),
    ('empty', 'icd10', ''),
    ('blanks', 'icd10', E' \t\u3000'),
    -- letter case
    ('small letter', 'icd10', 'j44.900'),
    ('small letter and extension', 'icd10', 'k92.800x012'),
    ('capital X for the national x', 'icd10', 'A00.000X001'),
    ('X and x mixed', 'icd10', 'I10.x00X'),
    -- dots
    ('dot missing', 'icd10', 'E11900'),
    ('dot missing, grouper', 'icd10', 'A00000X001'),
    ('dot missing, operation', 'icd9cm3', '360600'),
    ('trailing dot of a class', 'icd10', 'M54.'),
    ('trailing dot of a code', 'icd10', 'A01.01.'),
    ('three levels of a TCM code', 'icd10', 'A01.01.01'),
    ('ideographic full stop', 'icd10', E'E11\u3002900'),
    ('halfwidth ideographic full stop U+FF61', 'icd10', E'E11\uff61900'),
    ('middle dot U+00B7', 'icd10', E'E11\u00b7900'),
    ('katakana middle dot U+30FB inside a code', 'icd10', E'E11\u30fb900'),
    ('full-width full stop', 'icd10', E'E11\uff0e900'),
    ('middle dot at the end', 'icd10', E'E11.900\u00b7'),
    -- letters for digits, never guessed
    ('O for zero', 'icd10', 'EO1.900'),
    ('O for zero, service item', 'fee_item', 'OO3401000230600'),
    ('zero for a letter', 'icd10', '011.900'),
    ('l for one', 'icd9cm3', '36.06l0'),
    ('O where ICD-10-CM allows one', 'icd10', 'E11.9OO'),
    -- several in one cell
    ('katakana middle dot between codes', 'fee_item', E'XR05XXX089N0\u30fbZA06CAX04380'),
    ('katakana middle dot between categories', 'icd10', E'E11\u30fbI10'),
    ('bar', 'fee_item', '00250301001|00250301002'),
    ('comma', 'icd10', 'E11.900,I10.x00'),
    ('full-width comma', 'icd10', E'E11.900\uff0cI10.x00'),
    ('ideographic comma', 'icd10', E'E11.900\u3001I10.x00'),
    ('blank between codes', 'icd10', 'E11.900 I10.x00'),
    ('line break between codes', 'icd10', E'E11.900\nI10.x00'),
    ('alternation of a rule', 'fee_item', '(00250301001|00250301002)'),
    ('glued codes', 'icd10', 'E11.900I10.x00'),
    ('glued drugs', 'drug_code', 'XB01ACA056A012030101554ZA04CAE0023010100166'),
    -- extraction from PDF
    ('blank inside', 'fee_item', 'XB01ACA056A01 2030101554'),
    ('line break inside', 'icd10', E'E11.\n900'),
    ('junk that looks like a drug', 'fee_item', 'X2001061286904335000226XS0'),
    ('name behind the code', 'icd10', 'I10.x00 高血压'),
    ('name in the column of the code', 'icd10', '高血压'),
    -- numbers
    ('scientific notation', 'fee_item', '8.69E+13'),
    ('scientific notation', 'fee_item', '1.10101E+17'),
    ('E11 is a diagnosis', 'icd10', 'E11'),
    ('E11 is no number', 'fee_item', 'E11'),
    ('1E5 is no number', 'fee_item', '1E5'),
    ('17.912E0 is an operation', 'icd9cm3', '17.912E0'),
    ('lost leading zeros', 'fee_item', '3401000230600'),
    ('number with decimals', 'fee_item', '3401000230600.0'),
    ('text mark of a spreadsheet', 'fee_item', '''003401000230600'),
    ('local price code without its mark', 'fee_item', '110200002a'),
    ('local price code without letters', 'fee_item', '110200002'),
    -- pairs and morphology
    ('pair without star', 'icd10', 'K74.300x011+I98.2'),
    ('pair without plus', 'icd10', 'A17.000G01*'),
    ('pair without both', 'icd10', 'B37.600I39.8'),
    ('asterisk half of six characters', 'icd10', 'E88.902+M90.803*'),
    ('dagger half too short', 'icd10', 'E11.2+N08.3*'),
    ('dagger sign U+2020', 'icd10', E'E11.200\u2020N08.3*'),
    ('dagger sign alone', 'icd10', E'E11.200\u2020'),
    ('asterisk alone', 'icd10', 'N08.3*'),
    ('glued morphology', 'icd10', 'C22.101M81600/3'),
    ('morphology alone', 'icd10', 'M8160/3'),
    ('morphology, division slash U+2215', 'icd10', E'C22.101M81600\u22153'),
    -- other alphabets and widths
    ('full-width text', 'icd10', E'\uff25\uff11\uff11\uff0e\uff19\uff10\uff10'),
    ('full-width plus and star', 'icd10', E'E11.200\uff0bN08.3\uff0a'),
    ('full-width letter', 'fee_item', E'\uff38B01ACA056A012030101554'),
    ('multiplication sign U+00D7', 'icd10', E'I10.\u00d700'),
    ('asterisk operator U+2217, low asterisk U+204E', 'icd10', E'E11.200+N08.3\u2217'),
    ('low asterisk U+204E', 'icd10', E'E11.200+N08.3\u204e'),
    ('Cyrillic capital', 'icd10', E'\u041510.900'),
    ('Cyrillic capital O for zero', 'icd10', E'E\u041e1.900'),
    ('Greek capital', 'icd10', E'\u039910.x00'),
    ('Greek capital in a drug', 'drug_code', E'\u03a7B01ACA056A012030101554'),
    ('Cyrillic small letter', 'icd10', E'I10.\u044500'),
    ('Roman numeral, flagged', 'icd10', E'\u216010.x00'),
    ('Roman numeral ten, flagged', 'drug_code', E'\u2169B01AC'),
    ('subscript, superscript', 'icd10', E'E1\u2081.9\u00b2'),
    ('circled digit', 'icd10', E'E1\u2460.9'),
    ('minus U+2212 in a local code', 'fee_item', E'~A\u22121'),
    ('en dash U+2013 of a range', 'icd10', E'E10\u2013E14'),
    ('private use', 'icd10', E'E11.9\ue005'),
    ('zero width space inside', 'icd10', E'E11\u200b.900'),
    ('degree sign', 'icd10', E'E11.9\u00b0'),
    ('prime U+2032', 'icd10', E'E11.9\u2032'),
    -- other systems
    ('operation among diagnoses', 'icd10', '36.0600'),
    ('service item among drugs', 'drug_code', '003401000230600'),
    ('diagnosis among fee items', 'fee_item', 'E11.900'),
    ('range', 'icd10', 'E10-E14'),
    ('wildcard', 'fee_item', 'XR05XXX089N0*'),
    ('extension without 00', 'icd9cm3', '66.69x001');

SELECT d.nth, d.what, d.code_type AS type, r.code, array_to_string(r.notes, ' ') AS notes, r.defect
FROM dirt d, read_code(d.cell, d.code_type) r ORDER BY d.nth;
SELECT d.nth, r.reason FROM dirt d, read_code(d.cell, d.code_type) r WHERE r.defect IS NOT NULL ORDER BY d.nth;
SELECT d.nth, r.reason FROM dirt d, read_code(d.cell, d.code_type, 'en') r WHERE r.defect IS NOT NULL ORDER BY d.nth;

-- try_ and why_ say the same: exactly one of them is NULL
SELECT d.what, d.code_type
FROM dirt d CROSS JOIN LATERAL read_code(d.cell, d.code_type, 'en') r
CROSS JOIN LATERAL (SELECT CASE d.code_type WHEN 'icd10' THEN try_icd10(d.cell)::text WHEN 'icd9cm3' THEN try_icd9cm3(d.cell)::text
                                WHEN 'fee_item' THEN try_fee_item(d.cell)::text ELSE try_drug_code(d.cell)::text END AS code,
                           CASE d.code_type WHEN 'icd10' THEN why_icd10(d.cell, 'en') WHEN 'icd9cm3' THEN why_icd9cm3(d.cell, 'en')
                                WHEN 'fee_item' THEN why_fee_item(d.cell, 'en') ELSE why_drug_code(d.cell, 'en') END AS reason) t
WHERE t.code IS DISTINCT FROM r.code OR t.reason IS DISTINCT FROM r.reason OR num_nonnulls(t.code, t.reason) <> 1;

-- what was read needs no cleaning any more
SELECT d.what FROM dirt d, read_code(d.cell, d.code_type) r, read_code(r.code, d.code_type) again
WHERE again.code <> r.code OR again.notes && '{outer_blank,full_width,compatibility_character,roman_numeral,look_alike,letter_case}';

-- input itself stays strict
SELECT E'\uff25\uff11\uff11'::icd10;

-- NULL, languages, types
SELECT why_icd10(NULL), why_icd10('E11'), why_icd10('E119'), why_icd10('E119', 'en'), read_code(NULL, 'icd10');
SELECT why_icd10('E119', 'fr');
SELECT read_code('E11', 'icd11');

-- a long cell is answered at once, and its text is not repeated
SELECT length(why_icd10(repeat('E11.900,', 100000))) < 100 AS short,
       (read_code(repeat('诊断', 100000), 'icd10')).defect,
       (read_code(repeat(' ', 100000) || E'\u3000E11.9', 'icd10')).code;

-- the profile of a column
CREATE TABLE "Wide table" ("Code; DROP TABLE x" text, owner name DEFAULT 'regress_medsup_clean');
INSERT INTO "Wide table"
SELECT v FROM unnest(ARRAY['E11.900', 'E11.900', 'e11.900', 'E11.900' || E'\t', 'I10.x00', 'I10.x00x002', 'E11', 'A17.000+G01*',
                           'S72.001A', 'M54.', E'I10.\u00d700', '高血压', '高血压', 'E119', 'E119', 'E119', 'I109', 'null', '', NULL, NULL]) AS v;
SELECT * FROM profile_codes('"Wide table"', 'Code; DROP TABLE x');
SELECT part, key, cells, example, reason FROM profile_codes('"Wide table"', 'Code; DROP TABLE x', top => 1, lang => 'en')
WHERE part IN ('defect', 'offender');
-- read as another type: all is refused
SELECT part, key, cells, spellings FROM profile_codes('"Wide table"', 'Code; DROP TABLE x', 'icd9cm3', top => 0) WHERE part = 'total';

-- the type that reads most is guessed
CREATE TEMPORARY TABLE guess (op text, item text, number numeric, code icd10);
INSERT INTO guess VALUES ('36.0600', 'XB01ACA056A012030101554', 3401000230600, 'E11'), ('01.6x00', '003401000230600', 1102000010000, 'I10'),
                         ('junk', '~110200002a', NULL, NULL);
SELECT c, part, key, cells, example FROM unnest('{op,item,number,code}'::name[]) AS c, profile_codes('guess', c) AS p ORDER BY c::text COLLATE "C", p.part COLLATE "C" DESC, p.key COLLATE "C";

-- views, materialized views, partitioned tables; an empty one
CREATE VIEW v AS SELECT "Code; DROP TABLE x" AS code FROM "Wide table";
CREATE MATERIALIZED VIEW m AS TABLE v;
CREATE TABLE p (code text) PARTITION BY LIST (code);
CREATE TABLE p_rest PARTITION OF p DEFAULT;
SELECT r, count(*), sum(cells) FILTER (WHERE part = 'total' AND key = 'icd10') AS cells
FROM unnest('{v,m,p}'::regclass[]) AS r, profile_codes(r, 'code') GROUP BY r ORDER BY r::text COLLATE "C";
SELECT * FROM profile_codes('p', 'code');

-- the caller's rights and row security
CREATE ROLE regress_medsup_clean;
SELECT grant_access('regress_medsup_clean', 'reader');
SET ROLE regress_medsup_clean;
\set SHOW_CONTEXT never
SELECT count(*) FROM profile_codes('public."Wide table"', 'Code; DROP TABLE x');
\set SHOW_CONTEXT errors
RESET ROLE;
GRANT SELECT ON "Wide table" TO regress_medsup_clean;
ALTER TABLE "Wide table" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Wide table" USING ("Code; DROP TABLE x" LIKE 'E%');
SET ROLE regress_medsup_clean;
SELECT part, key, cells FROM profile_codes('public."Wide table"', 'Code; DROP TABLE x', 'icd10') WHERE part = 'total';
RESET ROLE;

-- what is refused
SELECT * FROM profile_codes('"Wide table"', 'nosuch');
SELECT * FROM profile_codes('"Wide table"', 'ctid');
SELECT * FROM profile_codes('p', NULL);
SELECT * FROM profile_codes('p', 'code', 'icd11');
SELECT * FROM profile_codes('p', 'code', lang => 'fr');
SELECT * FROM profile_codes('p', 'code', top => -1);
CREATE SEQUENCE s;
SELECT * FROM profile_codes('s', 'last_value');

-- keys of names: what is written in several ways is one
SELECT nth, bool_and(name_key(a) = name_key(b)) AS same
FROM (VALUES (1, '注射用头孢曲松钠（罗氏芬）', '注射用头孢曲松钠(罗氏芬)'),
             (2, '有限公 司', '有限公司'),
             (3, E'\u3000维生素\uff22\u2081 片', '维生素b1片'),
             (4, '牵引【悬吊】治疗', '牵引[悬吊]治疗'),
             (5, E'\u043a轻链病', E'\u03ba轻链病'),
             (6, '5×10mg', '5x10 MG'),
             (7, E'Ⅱ型糖尿病', 'II型糖尿病'),
             (8, E'10\u00b5g', E'10\u03bcg'),
             (9, E'\u03b1\u2014干扰素', E'\u03b1-干扰素')) AS v (nth, a, b) GROUP BY nth ORDER BY nth;
SELECT name_key('Vitamin  C  (Tablet)') AS key, name_key(E'α干扰素') = name_key('a干扰素') AS greek_is_latin, name_key('') = '' AS empty, name_key(NULL);
SELECT name_key(name_key(n)) = name_key(n) AS stays FROM unnest(ARRAY['（Ａ）　Ⅳ', E'ΑΒκ\u200bx', 'ﬁ ﷺ']) AS n;
SELECT name_key(repeat('药', 400000));

-- order by pinyin: 阿 a, 布 bu, 青 qing, 头 tou, 注 zhu
SELECT string_agg(n, ' ' ORDER BY n COLLATE medsup.pinyin) AS pinyin, string_agg(n, ' ' ORDER BY n COLLATE "C") AS bytes
FROM unnest('{头孢曲松,阿莫西林,注射用水,布洛芬,青霉素}'::text[]) AS n;

DROP TABLE "Wide table" CASCADE;
DROP TABLE p;
DROP SEQUENCE s;
SELECT revoke_access('regress_medsup_clean', 'reader');
DROP ROLE regress_medsup_clean;
