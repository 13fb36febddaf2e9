-- Functions over the code types.

-- The try_ functions apply the same strict grammar as the input functions and
-- return NULL where those would fail.  Normalising full-width and look-alike
-- characters will be done here and never on input.

CREATE FUNCTION medsup.try_icd10(text) RETURNS medsup.icd10
    AS 'MODULE_PATHNAME', 'medsup_try_icd10'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.try_icd10(text) IS 'the text as icd10, NULL if it is none';

CREATE FUNCTION medsup.try_icd9cm3(text) RETURNS medsup.icd9cm3
    AS 'MODULE_PATHNAME', 'medsup_try_icd9cm3'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.try_icd9cm3(text) IS 'the text as icd9cm3, NULL if it is none';

CREATE FUNCTION medsup.try_drug_code(text) RETURNS medsup.drug_code
    AS 'MODULE_PATHNAME', 'medsup_try_drug_code'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.try_drug_code(text) IS 'the text as drug_code, NULL if it is none';

CREATE FUNCTION medsup.try_fee_item(text) RETURNS medsup.fee_item
    AS 'MODULE_PATHNAME', 'medsup_try_fee_item'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.try_fee_item(text) IS 'the text as fee_item, NULL if it is none';

-- A code of a local price list has no mark in the list; in a fee_item it does,
-- so that a mistyped national code never passes as a local one.
CREATE FUNCTION medsup.local_code(text) RETURNS medsup.fee_item
    AS 'MODULE_PATHNAME', 'medsup_local_code'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.local_code(text) IS 'the fee item of a local price code: puts the leading ~';

CREATE FUNCTION medsup.kind(medsup.fee_item) RETURNS text
    AS 'MODULE_PATHNAME', 'medsup_kind'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.kind(medsup.fee_item) IS 'kind of a fee item: service, consumable, drug_x, drug_z, drug_t, drug_j or local';
