-- fee_item: what is read, what is refused and how

-- what a literal is read as, or the whole error
CREATE FUNCTION pg_temp.read_as(given text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    state text; message text; detail text; hint text;
BEGIN
    RETURN given::medsup.fee_item::text;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE,
        message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
        hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', state || ' ' || message, detail, hint);
END $$;

SET search_path = medsup, public;
-- every form, and nodes of each
SELECT given, pg_temp.read_as(given) AS read_as, kind(given::fee_item)
FROM (VALUES
    (1, 'XB01ACA056A012030101554'),
    (2, 'ZA04CAE0023010100166'),
    (3, 'T001700368'),
    (4, 'T0017003680123456789'),
    (5, 'J0A1B2C3D4E5F6G7'),
    (6, 'C0101010011303807555'),
    (7, 'C01010100113038075551234567'),
    (8, '003401000230600'),
    (9, '013105170010000'),
    (10, '331200000000000'),
    (11, '~110200002a'),
    (12, '~HC12345'),
    (13, '~f310903'),
    (14, '~a._/-Z9'),
    (15, '~1234567890123456'),
    (16, 'X'),
    (17, 'XB01A'),
    (18, 'XR05XXX089N0'),
    (19, 'Z'),
    (20, 'C'),
    (21, 'T'),
    (22, 'J'),
    (23, '0'),
    (24, '0031')
) AS v(i, given) ORDER BY i;

-- outer blanks and letter case are forgiven, but a local code is as written
SELECT given, pg_temp.read_as(given) AS read_as
FROM (VALUES
    (1, E'ZD01BAY0318010302251\t'),
    (2, ' xb01aca056a012030101554 '),
    (3, 'j0a1b2c3d4e5f6g7'),
    (4, 'c01'),
    (5, '~HC1'),
    (6, '~hc1')
) AS v(i, given) ORDER BY i;

-- what is refused
SELECT given, pg_temp.read_as(given) AS read_as
FROM (VALUES
    (1, ''),
    (2, '~'),
    (3, '110200002a'),
    (4, 'HC12345'),
    (5, 'f310903'),
    (6, '0034010002306001'),
    (7, '00310900O'),
    (8, '00310900l'),
    (9, 'XBO1AC'),
    (10, 'XB01AC0'),
    (11, 'XB01ACA056A0120301015549'),
    (12, 'X20'),
    (13, 'ZA04CAE00230101001669'),
    (14, 'C010101001130380755512345678'),
    (15, 'J0A1B2C3D4E5F6G7H'),
    (16, 'T001700368012345678901'),
    (17, '~12345678901234567'),
    (18, '~a b'),
    (19, '~中'),
    (20, '８８'),
    (21, '8.69E+13'),
    (22, 'XR05XXX089N0*'),
    (23, 'XP02・XP03')
) AS v(i, given) ORDER BY i;

-- the mark is put on a local code by hand or by local_code, never by guess
SELECT local_code('110200002a'), local_code(' HC12345 '), local_code(NULL);
SELECT local_code('~110200002a');
SELECT local_code('');
SELECT local_code('12345678901234567');
SELECT try_fee_item('C01'), try_fee_item('110200002a'), try_fee_item(NULL);

SELECT code, node, code <@ node AS within, node @> code AS contains
FROM (VALUES
    (1, 'XB01ACA056A012030101554'::fee_item, 'X'::fee_item),
    (2, 'XB01ACA056A012030101554', 'XB01ACA056A0'),
    (3, 'XB01ACA056A012030101554', 'XB01ACA056A1'),
    (4, 'XB01', 'XB01'),
    (5, 'XB01', 'XB01A'),
    (6, '003401000230600', '003401000'),
    (7, '003401000230600', '0034010001'),
    (8, 'C0101010011303807555', 'C01'),
    (9, '~110200002a', '~11'),
    (10, '~110200002a', '~110200002A'),
    (11, '110', '~11'),
    (12, NULL, 'X')
) AS v(i, code, node) ORDER BY i;

-- kinds sort as their first characters do
SELECT code FROM unnest('{~z,~-,Z,ZZ,X,XB,T9,T,J,JZ,C,C9,9,0,003,00}'::fee_item[]) AS code
ORDER BY code;
RESET search_path;
SELECT code, encode(medsup.fee_item_send(code), 'hex') AS sent,
       medsup.fee_item_hash(code) AS hash,
       medsup.fee_item_hash_extended(code, 42) AS hash42
FROM (VALUES ('0'::medsup.fee_item), ('003401000230600'), ('C'), ('J0A1B2C3D4E5F6G7'), ('T001700368'),
             ('XB01ACA056A012030101554'), ('ZA04CAE0023010100166'), ('~110200002a')) AS v(code)
ORDER BY code USING OPERATOR(medsup.<);
