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
    ('capital X of a system that knows no small letters, flagged', 'icd10', 'I10.X00'),
    -- dots
    ('dot missing', 'icd10', 'E11900'),
    ('dot missing, grouper', 'icd10', 'A00000X001'),
    ('dot missing, operation', 'icd9cm3', '360600'),
    ('dot missing, capital X', 'icd10', 'I10X00'),
    ('trailing dot of a class', 'icd10', 'M54.'),
    ('trailing dot of a code', 'icd10', 'A01.01.'),
    ('three levels of a TCM code', 'icd10', 'A01.01.01'),
    ('ideographic full stop', 'icd10', E'E11\u3002900'),
    ('halfwidth ideographic full stop U+FF61', 'icd10', E'E11\uff61900'),
    ('middle dot U+00B7', 'icd10', E'E11\u00b7900'),
    ('katakana middle dot U+30FB inside a code', 'icd10', E'E11\u30fb900'),
    ('full-width full stop', 'icd10', E'E11\uff0e900'),
    ('middle dot at the end', 'icd10', E'E11.900\u00b7'),
    ('small full stop U+FE52', 'icd10', E'E11\ufe52900'),
    ('one dot leader U+2024', 'icd10', E'E11\u2024900'),
    ('katakana middle dot in a local code', 'fee_item', E'~A\u30fbB'),
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
    ('glued categories', 'icd10', 'E11N18'),
    ('glued codes, WHO and national', 'icd10', 'E11.9I10.x00'),
    ('glued codes that are one of ICD-10-CM, flagged', 'icd10', 'E11.9N18'),
    ('glued drugs', 'drug_code', 'XB01ACA056A012030101554ZA04CAE0023010100166'),
    -- extraction from PDF
    ('blank inside', 'fee_item', 'XB01ACA056A01 2030101554'),
    ('line break inside', 'icd10', E'E11.\n900'),
    ('junk that looks like a drug', 'fee_item', 'X2001061286904335000226XS0'),
    ('name behind the code', 'icd10', 'I10.x00 高血压'),
    ('name before the code', 'icd10', '高血压（I10.x00）'),
    ('name that ends like a code', 'icd10', '维生素B12'),
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
    ('footnote behind a code', 'icd10', E'E11.900\u2460'),
    ('superscript behind a code', 'icd10', E'E11.9\u00b2'),
    ('Roman numeral two', 'icd10', E'E11.\u2161'),
    ('unit U+338E', 'icd10', E'E11.\u338e'),
    ('ligature U+FB01', 'icd10', E'E11.\ufb01'),
    ('fraction U+00BD', 'icd10', E'E11.\u00bd'),
    ('digit with full stop U+2488', 'icd10', E'E1\u24889'),
    ('U+FDFA, eighteen characters in NFKC', 'icd10', E'\ufdfa'),
    ('degree Celsius U+2103', 'icd10', E'E11.9\u2103'),
    ('squared letter U+1F130', 'icd10', U&'\+01f13411.900'),
    ('bold digits', 'icd10', U&'E\+01d7cf\+01d7cf.\+01d7d7'),
    ('Kelvin sign U+212A', 'icd10', E'\u212a10'),
    ('combining acute accent', 'icd10', E'E11.9\u0301'),
    ('Hangul filler U+3164', 'icd10', E'E11.9\u3164'),
    ('tag characters', 'icd10', U&'E11\+0e0031.9'),
    ('minus U+2212 in a local code', 'fee_item', E'~A\u22121'),
    ('en dash U+2013 of a range', 'icd10', E'E10\u2013E14'),
    ('horizontal bar U+2015 of a range', 'icd10', E'E10\u2015E14'),
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
-- a name is cut between characters
SELECT why_icd10('E119', repeat('x', 15) || '中');
SELECT read_code('E11', 'icd11');

-- a long cell is answered at once, and its text is not repeated
SELECT length(why_icd10(repeat('E11.900,', 100000))) < 100 AS short,
       (read_code(repeat('诊断', 100000), 'icd10')).defect,
       (read_code(repeat(' ', 100000) || E'\u3000E11.9', 'icd10')).code;

-- Over mutations: each text of one or two characters, and each code with any
-- character put in or replaced.  Exactly one of try_ and why_ is NULL; what is
-- read has the characters of the cell, none more and none less, and is read
-- again as it stands; of ASCII text try_ reads what input does, but for VT and
-- FF around it.
CREATE FUNCTION strict_text(t text, code_type text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    CASE code_type WHEN 'icd10' THEN RETURN t::icd10; WHEN 'icd9cm3' THEN RETURN t::icd9cm3;
        WHEN 'fee_item' THEN RETURN t::fee_item; ELSE RETURN t::drug_code; END CASE;
EXCEPTION WHEN invalid_text_representation THEN RETURN NULL;
END $$;
CREATE TEMPORARY TABLE mutant AS
WITH c (ch) AS (SELECT chr(n) FROM generate_series(1, 127) AS n
                UNION ALL SELECT regexp_split_to_table(U&'\00a0\00ad\00b2\00b7\00d7\0130\017f\0301\0399\041e\200b\2010\2020\2024\2044\2160\2161\2460\3000\3002\30fb\338e\fe0f\feff\ff0b\ff11\ff21\ff38\ff58\ff61\ffff\+01f130\+0e0031', '')),
     seed (s, types) AS (VALUES ('I10.x00x002', '{icd10}'::text[]), ('E11.200x011+N08.3*', '{icd10}'), ('S72.001A', '{icd10}'),
                                ('17.912A0', '{icd9cm3}'), ('86.700x0013', '{icd9cm3}'), ('003401000230600', '{fee_item}'),
                                ('C0101010011303807555', '{fee_item}'), ('~a.B-1/2', '{fee_item}'),
                                ('XB01ACA056A012030101554', '{fee_item,drug_code}'), ('T001700368', '{drug_code}'))
SELECT s AS t, type FROM seed, unnest(types) AS type
UNION SELECT left(s, i) || ch || substr(s, i + 1), type FROM seed, unnest(types) AS type, generate_series(0, length(s)) AS i, c
UNION SELECT left(s, i) || ch || substr(s, i + 2), type FROM seed, unnest(types) AS type, generate_series(0, length(s) - 1) AS i, c
UNION SELECT ch, type FROM c, unnest('{icd10,icd9cm3,fee_item,drug_code}'::text[]) AS type
UNION SELECT a.ch || b.ch, type FROM c AS a, c AS b, unnest('{icd9cm3,fee_item}'::text[]) AS type;
CREATE TEMPORARY TABLE tried AS
SELECT t, type, t ~ '^[\x01-\x7f]*$' AS ascii,
       CASE type WHEN 'icd10' THEN try_icd10(t)::text WHEN 'icd9cm3' THEN try_icd9cm3(t)::text
           WHEN 'fee_item' THEN try_fee_item(t)::text ELSE try_drug_code(t)::text END AS code,
       CASE type WHEN 'icd10' THEN why_icd10(t) WHEN 'icd9cm3' THEN why_icd9cm3(t)
           WHEN 'fee_item' THEN why_fee_item(t) ELSE why_drug_code(t) END AS reason,
       (read_code(t, type)).defect
FROM mutant;
SELECT count(*) > 80000 AS many, count(*) FILTER (WHERE code IS NOT NULL) > 5000 AS many_read,
       count(DISTINCT defect) > 15 AS many_defects FROM tried;
SELECT * FROM tried WHERE num_nonnulls(code, reason) <> 1 OR num_nonnulls(code, defect) <> 1;
SELECT * FROM tried WHERE length(code) <> length(btrim(t, U&' \0009\000a\000b\000c\000d\0085\00a0\00ad\200b\3000\feff\+0e0031'));
SELECT * FROM tried WHERE strict_text(code, type) IS DISTINCT FROM code;
SELECT * FROM tried WHERE ascii AND strict_text(t, type) IS DISTINCT FROM code AND t !~ '^\s*[\v\f]|[\v\f]\s*$';

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

-- the counts add up, and are those of the functions
SELECT as_type, bool_and(total = nulls + readable + refused AND readable = forms AND refused = defects AND readable = tried) AS adds_up
FROM unnest('{icd10,icd9cm3,fee_item,drug_code}'::text[]) AS as_type,
     LATERAL (SELECT sum(cells) FILTER (WHERE part = 'total' AND key = as_type) AS total,
                     sum(cells) FILTER (WHERE part = 'total' AND key = 'null') AS nulls,
                     sum(cells) FILTER (WHERE part = 'total' AND key = 'read') AS readable,
                     sum(cells) FILTER (WHERE part = 'total' AND key = 'refused') AS refused,
                     coalesce(sum(cells) FILTER (WHERE part = 'form'), 0) AS forms,
                     coalesce(sum(cells) FILTER (WHERE part = 'defect'), 0) AS defects
              FROM profile_codes('mutant', 't', as_type)) AS p,
     LATERAL (SELECT count(CASE as_type WHEN 'icd10' THEN try_icd10(t)::text WHEN 'icd9cm3' THEN try_icd9cm3(t)::text
                               WHEN 'fee_item' THEN try_fee_item(t)::text ELSE try_drug_code(t)::text END) AS tried FROM mutant) AS f
GROUP BY as_type ORDER BY as_type COLLATE "C";

-- texts are told apart by their bytes, whatever the collation; blanks without
-- end hide no code; generated and dropped columns, domains, a table of none
CREATE COLLATION regress_any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE DOMAIN regress_code AS text CHECK (value <> 'x');
CREATE TABLE odd (gone text, any_case text COLLATE regress_any_case, padded text, dom regress_code,
                  made text GENERATED ALWAYS AS (lower(any_case COLLATE "C")) STORED, fixed char(20));
ALTER TABLE odd DROP COLUMN gone;
INSERT INTO odd (any_case, padded, dom, fixed)
VALUES ('E11.900', repeat(' ', 700) || 'E11', 'E11.9', 'I10'), ('e11.900', 'E11' || repeat(E'\t', 700), NULL, 'I10 ');
SELECT c, part, key, cells, spellings, left(example, 8) AS example
FROM unnest('{any_case,padded,dom,made,fixed}'::name[]) WITH ORDINALITY AS c (c, nth), profile_codes('odd', c) AS p
WHERE part <> 'total' OR key IN ('read', 'refused') ORDER BY nth, part COLLATE "C", key COLLATE "C";
SELECT * FROM profile_codes('odd', (SELECT attname FROM pg_attribute WHERE attrelid = 'odd'::regclass AND attisdropped));
CREATE TABLE none ();
SELECT * FROM profile_codes('none', 'code');
CREATE TABLE listed (codes icd10[], texts text[]);
SELECT * FROM profile_codes('listed', 'codes');
SELECT * FROM profile_codes('listed', 'texts');
DROP TABLE odd, none;
DROP DOMAIN regress_code;
DROP COLLATION regress_any_case;
SELECT * FROM profile_codes(NULL, 'code');
SELECT * FROM profile_codes(0, 'code');

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
-- no character of Unicode has a key whose key is another
SELECT to_hex(c) FROM generate_series(1, 205743) AS c
WHERE c NOT BETWEEN 55296 AND 57343 AND name_key(name_key(chr(c))) <> name_key(chr(c));
SELECT name_key(repeat('药', 400000));
-- ICU orders combining marks in quadratic time: short enough for a moment
SELECT length(name_key(repeat(U&'\0315', 2000) || repeat(U&'\0316', 2000))) AS marks;

-- order by pinyin: 阿 a, 布 bu, 青 qing, 头 tou, 注 zhu
SELECT string_agg(n, ' ' ORDER BY n COLLATE medsup.pinyin) AS pinyin, string_agg(n, ' ' ORDER BY n COLLATE "C") AS bytes
FROM unnest('{头孢曲松,阿莫西林,注射用水,布洛芬,青霉素}'::text[]) AS n;

DROP TABLE "Wide table" CASCADE;
DROP TABLE p;
DROP SEQUENCE s;
SELECT revoke_access('regress_medsup_clean', 'reader');
DROP ROLE regress_medsup_clean;
