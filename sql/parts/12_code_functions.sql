-- Functions over the code types.

-- The try_ functions first clean the text (outer blanks of any kind, full-width
-- characters, look-alikes), which input never does, then apply the same strict
-- grammar and return NULL where it fails.

CREATE FUNCTION medsup.try_icd10(text) RETURNS medsup.icd10
    AS 'MODULE_PATHNAME', 'medsup_try_icd10'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.try_icd10(text) IS 'the text as icd10 once cleaned, NULL if it is none';

CREATE FUNCTION medsup.try_icd9cm3(text) RETURNS medsup.icd9cm3
    AS 'MODULE_PATHNAME', 'medsup_try_icd9cm3'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.try_icd9cm3(text) IS 'the text as icd9cm3 once cleaned, NULL if it is none';

CREATE FUNCTION medsup.try_drug_code(text) RETURNS medsup.drug_code
    AS 'MODULE_PATHNAME', 'medsup_try_drug_code'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.try_drug_code(text) IS 'the text as drug_code once cleaned, NULL if it is none';

CREATE FUNCTION medsup.try_fee_item(text) RETURNS medsup.fee_item
    AS 'MODULE_PATHNAME', 'medsup_try_fee_item'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.try_fee_item(text) IS 'the text as fee_item once cleaned, NULL if it is none';

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
