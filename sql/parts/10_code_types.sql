-- The code types: input, output, storage.
--
-- One text is one value; the order of values is the C collation of their
-- texts.  Sizes, order and hash are frozen: docs/formats.md.

-- Statistics: a finer histogram, since rules ask for small nodes.
CREATE FUNCTION medsup.code_typanalyze(internal) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_code_typanalyze'
    LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION medsup.code_typanalyze(internal) IS 'statistics of the code types for ANALYZE';

CREATE TYPE medsup.icd10;

CREATE FUNCTION medsup.icd10_in(cstring) RETURNS medsup.icd10
    AS 'MODULE_PATHNAME', 'medsup_icd10_in'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd10_in(cstring) IS 'text input of icd10';

CREATE FUNCTION medsup.icd10_out(medsup.icd10) RETURNS cstring
    AS 'MODULE_PATHNAME', 'medsup_icd10_out'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd10_out(medsup.icd10) IS 'text output of icd10';

CREATE FUNCTION medsup.icd10_recv(internal) RETURNS medsup.icd10
    AS 'MODULE_PATHNAME', 'medsup_icd10_recv'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd10_recv(internal) IS 'binary input of icd10';

CREATE FUNCTION medsup.icd10_send(medsup.icd10) RETURNS bytea
    AS 'MODULE_PATHNAME', 'medsup_icd10_send'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd10_send(medsup.icd10) IS 'binary output of icd10: the packed value in network byte order';

CREATE TYPE medsup.icd10 (
    INPUT = medsup.icd10_in,
    OUTPUT = medsup.icd10_out,
    RECEIVE = medsup.icd10_recv,
    SEND = medsup.icd10_send,
    INTERNALLENGTH = 8,
    PASSEDBYVALUE,
    ALIGNMENT = double,
    STORAGE = plain,
    ANALYZE = medsup.code_typanalyze
);
COMMENT ON TYPE medsup.icd10 IS 'diagnosis code: national list 2.0 (base, extension, dagger+asterisk pair), WHO ICD-10, ICD-10-CM, and every prefix of one from the category on';

CREATE TYPE medsup.icd9cm3;

CREATE FUNCTION medsup.icd9cm3_in(cstring) RETURNS medsup.icd9cm3
    AS 'MODULE_PATHNAME', 'medsup_icd9cm3_in'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd9cm3_in(cstring) IS 'text input of icd9cm3';

CREATE FUNCTION medsup.icd9cm3_out(medsup.icd9cm3) RETURNS cstring
    AS 'MODULE_PATHNAME', 'medsup_icd9cm3_out'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd9cm3_out(medsup.icd9cm3) IS 'text output of icd9cm3';

CREATE FUNCTION medsup.icd9cm3_recv(internal) RETURNS medsup.icd9cm3
    AS 'MODULE_PATHNAME', 'medsup_icd9cm3_recv'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd9cm3_recv(internal) IS 'binary input of icd9cm3';

CREATE FUNCTION medsup.icd9cm3_send(medsup.icd9cm3) RETURNS bytea
    AS 'MODULE_PATHNAME', 'medsup_icd9cm3_send'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.icd9cm3_send(medsup.icd9cm3) IS 'binary output of icd9cm3: the packed value in network byte order';

CREATE TYPE medsup.icd9cm3 (
    INPUT = medsup.icd9cm3_in,
    OUTPUT = medsup.icd9cm3_out,
    RECEIVE = medsup.icd9cm3_recv,
    SEND = medsup.icd9cm3_send,
    INTERNALLENGTH = 8,
    PASSEDBYVALUE,
    ALIGNMENT = double,
    STORAGE = plain,
    ANALYZE = medsup.code_typanalyze
);
COMMENT ON TYPE medsup.icd9cm3 IS 'operation code: national ICD-9-CM-3 list (base, extension, TCM 17.9), and every prefix of one from the category on';

CREATE TYPE medsup.fee_item;

CREATE FUNCTION medsup.fee_item_in(cstring) RETURNS medsup.fee_item
    AS 'MODULE_PATHNAME', 'medsup_fee_item_in'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.fee_item_in(cstring) IS 'text input of fee_item';

CREATE FUNCTION medsup.fee_item_out(medsup.fee_item) RETURNS cstring
    AS 'MODULE_PATHNAME', 'medsup_fee_item_out'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.fee_item_out(medsup.fee_item) IS 'text output of fee_item';

CREATE FUNCTION medsup.fee_item_recv(internal) RETURNS medsup.fee_item
    AS 'MODULE_PATHNAME', 'medsup_fee_item_recv'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.fee_item_recv(internal) IS 'binary input of fee_item';

CREATE FUNCTION medsup.fee_item_send(medsup.fee_item) RETURNS bytea
    AS 'MODULE_PATHNAME', 'medsup_fee_item_send'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.fee_item_send(medsup.fee_item) IS 'binary output of fee_item: the packed value in network byte order';

CREATE TYPE medsup.fee_item (
    INPUT = medsup.fee_item_in,
    OUTPUT = medsup.fee_item_out,
    RECEIVE = medsup.fee_item_recv,
    SEND = medsup.fee_item_send,
    INTERNALLENGTH = 16,
    ALIGNMENT = double,
    STORAGE = plain,
    ANALYZE = medsup.code_typanalyze
);
COMMENT ON TYPE medsup.fee_item IS 'anything billed: drug, consumable, national service item, local price code with a leading ~, and every prefix of one';

CREATE TYPE medsup.drug_code;

CREATE FUNCTION medsup.drug_code_in(cstring) RETURNS medsup.drug_code
    AS 'MODULE_PATHNAME', 'medsup_drug_code_in'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.drug_code_in(cstring) IS 'text input of drug_code';

CREATE FUNCTION medsup.drug_code_out(medsup.drug_code) RETURNS cstring
    AS 'MODULE_PATHNAME', 'medsup_fee_item_out'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.drug_code_out(medsup.drug_code) IS 'text output of drug_code';

CREATE FUNCTION medsup.drug_code_recv(internal) RETURNS medsup.drug_code
    AS 'MODULE_PATHNAME', 'medsup_drug_code_recv'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.drug_code_recv(internal) IS 'binary input of drug_code';

CREATE FUNCTION medsup.drug_code_send(medsup.drug_code) RETURNS bytea
    AS 'MODULE_PATHNAME', 'medsup_fee_item_send'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.drug_code_send(medsup.drug_code) IS 'binary output of drug_code: the packed value in network byte order';

CREATE TYPE medsup.drug_code (
    INPUT = medsup.drug_code_in,
    OUTPUT = medsup.drug_code_out,
    RECEIVE = medsup.drug_code_recv,
    SEND = medsup.drug_code_send,
    INTERNALLENGTH = 16,
    ALIGNMENT = double,
    STORAGE = plain,
    ANALYZE = medsup.code_typanalyze
);
COMMENT ON TYPE medsup.drug_code IS 'drug: X (western), Z (Chinese patent medicine), T (herbal), J (made by a hospital), and every prefix of one; stored and compared as fee_item';

-- drug_code has no operators and no operator classes of its own: it uses those
-- of fee_item through this cast, as varchar uses those of text.
CREATE CAST (medsup.drug_code AS medsup.fee_item) WITHOUT FUNCTION AS IMPLICIT;
COMMENT ON CAST (medsup.drug_code AS medsup.fee_item) IS 'every drug is a fee item; same bits';

CREATE FUNCTION medsup.drug_code(medsup.fee_item) RETURNS medsup.drug_code
    AS 'MODULE_PATHNAME', 'medsup_drug_code_from_fee_item'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.drug_code(medsup.fee_item) IS 'the fee item as a drug code; an error if it is no drug';

CREATE CAST (medsup.fee_item AS medsup.drug_code)
    WITH FUNCTION medsup.drug_code(medsup.fee_item) AS ASSIGNMENT;
COMMENT ON CAST (medsup.fee_item AS medsup.drug_code) IS 'checks that the item is a drug';

-- Casts from text are explicit and go through the input functions; the server
-- provides them.
