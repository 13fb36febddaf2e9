-- drug_code: the drugs among fee_item, with nothing of its own but the check

-- what a literal is read as, or the whole error
CREATE FUNCTION pg_temp.read_as(given text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    state text; message text; detail text; hint text;
BEGIN
    RETURN given::medsup.drug_code::text;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE,
        message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
        hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', state || ' ' || message, detail, hint);
END $$;

-- drugs of every kind, and nodes
SELECT given, pg_temp.read_as(given) AS read_as
FROM (VALUES
    (1, 'XB01ACA056A012030101554'),
    (2, 'ZA04CAE0023010100166'),
    (3, 'T001700368'),
    (4, 'J0A1B2C3D4E5F6G7'),
    (5, 'xb01'),
    (6, 'X')
) AS v(i, given) ORDER BY i;

-- anything else is refused
SELECT given, pg_temp.read_as(given) AS read_as
FROM (VALUES
    (1, ''),
    (2, 'C0101010011303807555'),
    (3, '003401000230600'),
    (4, '~110200002a'),
    (5, 'HC12345'),
    (6, 'XBO1'),
    (7, 'XB01ACA056A0120301015549')
) AS v(i, given) ORDER BY i;

SET search_path = medsup, public;
SELECT try_drug_code('XB01'), try_drug_code('C01'), try_drug_code(NULL);

-- to fee_item without a word, back with a check
CREATE TEMPORARY TABLE drug (code drug_code);
CREATE TEMPORARY TABLE item (code fee_item);
INSERT INTO drug VALUES ('XB01ACA056A012030101554'), ('ZA04CAE0023010100166'),
    ('XB01ACA056A012010100799'), ('XB01ACA056A012030101554'), (NULL);
INSERT INTO item SELECT code FROM drug;
INSERT INTO drug SELECT code FROM item WHERE code <@ 'Z';
INSERT INTO drug VALUES ('C01'::fee_item);
\set VERBOSITY sqlstate
SELECT '~1'::fee_item::drug_code;
\set VERBOSITY default

-- order, groups, sets, joins, indexes and keys are those of fee_item
SELECT code, count(*), kind(code) FROM drug GROUP BY code ORDER BY code;
SELECT DISTINCT code FROM drug ORDER BY code DESC NULLS LAST;
SELECT code FROM drug WHERE code <@ 'XB01AC' AND code <> 'XB01ACA056A012010100799' ORDER BY code;
SELECT count(*) FROM drug JOIN item USING (code);
SELECT code FROM drug INTERSECT SELECT code FROM item ORDER BY 1;
SELECT count(*) FROM drug WHERE code = ANY ('{ZA04CAE0023010100166,XB01}'::drug_code[]);
SELECT array_agg(code ORDER BY code) = array_agg(code ORDER BY code) AS arrays_compare FROM drug;
CREATE TEMPORARY TABLE price (code fee_item PRIMARY KEY);
INSERT INTO price VALUES ('XB01'), ('C01');
CREATE TEMPORARY TABLE sold (code drug_code REFERENCES price);
CREATE INDEX ON sold (code);
INSERT INTO sold VALUES ('XB01');
INSERT INTO sold VALUES ('XB02');
SET enable_seqscan = off; SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT * FROM sold WHERE code > 'XB01' ORDER BY code;
RESET enable_seqscan; RESET enable_bitmapscan;
CREATE INDEX ON sold USING hash (code);

-- it has no operators or operator classes of its own
SELECT count(*) FROM pg_operator
WHERE 'medsup.drug_code'::regtype IN (oprleft, oprright);
SELECT count(*) FROM pg_opclass WHERE opcintype = 'medsup.drug_code'::regtype;
SELECT castsource::regtype, casttarget::regtype, castcontext, castmethod
FROM pg_cast WHERE 'medsup.drug_code'::regtype IN (castsource, casttarget)
ORDER BY castsource::regtype::text COLLATE "C";
