-- icd10: what is read, what is refused and how

-- what a literal is read as, or the whole error
CREATE FUNCTION pg_temp.read_as(given text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    state text; message text; detail text; hint text;
BEGIN
    RETURN given::medsup.icd10::text;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE,
        message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
        hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', state || ' ' || message, detail, hint);
END $$;

-- every form, and nodes of each
SELECT given, pg_temp.read_as(given) AS read_as
FROM (VALUES
    (1, 'A00.000'),
    (2, 'I10.x00'),
    (3, 'A00.000x001'),
    (4, 'I10.x00x002'),
    (5, 'V09.200x092'),
    (6, 'A01.001+K77.0*'),
    (7, 'A17.000+G01*'),
    (8, 'A38.x00x002+I41.0*'),
    (9, 'E11.200x011+N08.3*'),
    (10, 'I63.9'),
    (11, 'I10'),
    (12, 'C7A.098'),
    (13, 'S72.001A'),
    (14, 'T36.0X1A'),
    (15, 'M54.'),
    (16, 'E11.2'),
    (17, 'E11.20'),
    (18, 'E11.200x'),
    (19, 'E11.200x0'),
    (20, 'E11.200x01'),
    (21, 'I10.x'),
    (22, 'I10.x0')
) AS v(i, given) ORDER BY i;

-- outer blanks and letter case are forgiven; x and X by what fits
SELECT given, pg_temp.read_as(given) AS read_as
FROM (VALUES
    (1, ' j44.900 '),
    (2, E'\tI10.x00\r\n'),
    (3, 'k92.800x012'),
    (4, 'e11.200X011+n08.3*'),
    (5, 'A00.000X001'),
    (6, 'I10.x00'),
    (7, 'I10.X00'),
    (8, 'A00.000x'),
    (9, 'A00.000X'),
    (10, 'I10.X00X002'),
    (11, 't36.0x1a'),
    (12, 's72.001a'),
    (13, 'x60.x00'),
    (14, 'c7a.x98'),
    (15, 'a18.000+x49.0*')
) AS v(i, given) ORDER BY i;

-- what is refused: position, what was found, what would be right
SELECT given, pg_temp.read_as(given) AS read_as
FROM (VALUES
    (1, ''),
    (2, '   '),
    (3, 'I'),
    (4, 'I1'),
    (5, '119'),
    (6, 'E119'),
    (7, 'E11.9 00'),
    (8, 'E11,9'),
    (9, 'E11..9'),
    (10, 'E11.90000'),
    (11, 'E11.200x0111'),
    (12, 'E11.x1x'),
    (13, 'EO1.9'),
    (14, 'E11.O00x'),
    (15, 'I10.x00X'),
    (16, 'E11.200+'),
    (17, 'E11.20+N08*'),
    (18, 'E11.200x01+N08*'),
    (19, 'E11.200+N08'),
    (20, 'E11.200+N08.*'),
    (21, 'E11.200+N08.3**'),
    (22, 'Ｅ11.9'),
    (23, 'E11。9'),
    (24, 'E11.9°')
) AS v(i, given) ORDER BY i;

-- the malformed codes of the conversion list: one of each kind
SELECT given, pg_temp.read_as(given) AS read_as
FROM (VALUES
    (1, 'C22.101M81600/3'),
    (2, 'D24.x01M85060/0'),
    (3, 'K74.300x011+I98.2'),
    (4, 'B37.600I39.8'),
    (5, 'T66.x02H47.5'),
    (6, 'E88.902+M90.803*'),
    (7, ' B06.801+J17.1*')
) AS v(i, given) ORDER BY i;

-- a long text is cut in the message, between characters
SELECT pg_temp.read_as(repeat('诊断', 40));
SELECT length(pg_temp.read_as('E11.9' || repeat('9', 100000)));

-- casts: text needs an explicit one, to text by assignment
SET search_path = medsup, public;
CREATE TEMPORARY TABLE t (code icd10, spelt text);
INSERT INTO t (code) SELECT 'I10'::text;
INSERT INTO t (code) SELECT 'I10'::text::icd10;
INSERT INTO t (code) VALUES ('e11.900'), (NULL);
UPDATE t SET spelt = code;
SELECT code, spelt, pg_column_size(code) AS bytes FROM t ORDER BY code;
SELECT try_icd10('e11.9'), try_icd10('E119'), try_icd10(''), try_icd10(NULL);

-- containment is a textual prefix; reflexive; NULL in, NULL out
SELECT code, node, code <@ node AS within, node @> code AS contains,
       is_within(code, node) = contains_code(node, code) AS twins_agree
FROM (VALUES
    (1, 'E11.200x011+N08.3*'::icd10, 'E11'::icd10),
    (2, 'E11.200x011+N08.3*', 'E11.'),
    (3, 'E11.200x011+N08.3*', 'E11.200x0'),
    (4, 'E11.200x011+N08.3*', 'N08'),
    (5, 'E11', 'E11'),
    (6, 'E11', 'E11.2'),
    (7, 'E12', 'E11'),
    (8, 'I10.x00', 'I10.X'),
    (9, 'Z99', 'Z99'),
    (10, NULL, 'E11')
) AS v(i, code, node) ORDER BY i;
RESET search_path;
SELECT 'E11.2'::medsup.icd10 OPERATOR(medsup.<@) 'E11'::medsup.icd10 AS qualified,
       medsup.is_within('E11.2'::medsup.icd10, 'E11') AS twin;

-- the packed value on the wire; frozen
SELECT code, encode(medsup.icd10_send(code), 'hex') AS sent,
       medsup.icd10_hash(code) AS hash,
       medsup.icd10_hash_extended(code, 0) AS hash0,
       medsup.icd10_hash_extended(code, 42) AS hash42
FROM (VALUES ('A00'::medsup.icd10), ('E11.200x011+N08.3*'), ('I10.X00'), ('I10.x00'), ('Z9Z.ZZZZ')) AS v(code)
ORDER BY code USING OPERATOR(medsup.<);
