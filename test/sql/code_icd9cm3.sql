-- icd9cm3: what is read, what is refused and how

-- what a literal is read as, or the whole error
CREATE FUNCTION pg_temp.read_as(given text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    state text; message text; detail text; hint text;
BEGIN
    RETURN given::medsup.icd9cm3::text;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE,
        message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
        hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', state || ' ' || message, detail, hint);
END $$;

-- every form, and nodes of each
SELECT given, pg_temp.read_as(given) AS read_as
FROM (VALUES
    (1, '00.0100'),
    (2, '36.0600'),
    (3, '01.6x00'),
    (4, '00.0200x001'),
    (5, '03.1x00x001'),
    (6, '17.91100'),
    (7, '17.912A0'),
    (8, '86.700x0013'),
    (9, '36'),
    (10, '36.'),
    (11, '36.0'),
    (12, '36.06'),
    (13, '36.060'),
    (14, '01.6x'),
    (15, '00.0200x'),
    (16, '00.0200x0'),
    (17, '17.9'),
    (18, '17.912'),
    (19, '17.912A'),
    (20, '17.9110x001'),
    (21, '86.700x'),
    (22, '86.700x001')
) AS v(i, given) ORDER BY i;

-- outer blanks and letter case are forgiven
SELECT given, pg_temp.read_as(given) AS read_as
FROM (VALUES
    (1, E' 36.0600\t'),
    (2, '00.0200X001'),
    (3, '01.6X00'),
    (4, '17.912a0'),
    (5, '17.911X0'),
    (6, '17.911x0'),
    (7, '86.700X0013')
) AS v(i, given) ORDER BY i;

-- what is refused
SELECT given, pg_temp.read_as(given) AS read_as
FROM (VALUES
    (1, ''),
    (2, '3'),
    (3, '3606'),
    (4, '36.0600x0011'),
    (5, '36.06000'),
    (6, '66.69x001'),
    (7, '17.81100'),
    (8, '16.912A0'),
    (9, '17.9x10A'),
    (10, 'O0.01'),
    (11, '36.O6'),
    (12, '36.x600'),
    (13, '86.700x00131'),
    (14, '３６.06')
) AS v(i, given) ORDER BY i;

SET search_path = medsup, public;
SELECT try_icd9cm3('36.06'), try_icd9cm3('3606'), try_icd9cm3(NULL);
SELECT code, node, code <@ node AS within, node @> code AS contains
FROM (VALUES
    (1, '36.0600x001'::icd9cm3, '36'::icd9cm3),
    (2, '36.0600x001', '36.0600'),
    (3, '17.912A0', '17.9'),
    (4, '86.700x0013', '86.700'),
    (5, '86.7000', '86.700x'),
    (6, '37', '36'),
    (7, '99.9x99x999', '99')
) AS v(i, code, node) ORDER BY i;
RESET search_path;
SELECT code, encode(medsup.icd9cm3_send(code), 'hex') AS sent,
       medsup.icd9cm3_hash(code) AS hash,
       medsup.icd9cm3_hash_extended(code, 42) AS hash42
FROM (VALUES ('00'::medsup.icd9cm3), ('17.912A0'), ('86.700x0013'), ('99.9x99x999')) AS v(code)
ORDER BY code USING OPERATOR(medsup.<);
