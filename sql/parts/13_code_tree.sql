-- The hierarchy of the codes.

-- A pair holds two codes: a rule on N08 must reach E11.200x011+N08.3* too.

CREATE FUNCTION medsup.is_pair(code medsup.icd10) RETURNS boolean
    AS 'MODULE_PATHNAME', 'medsup_icd10_is_pair'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.is_pair(code medsup.icd10) IS 'whether the diagnosis is a dagger+asterisk pair';

CREATE FUNCTION medsup.dagger(code medsup.icd10) RETURNS medsup.icd10
    AS 'MODULE_PATHNAME', 'medsup_icd10_dagger'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.dagger(code medsup.icd10) IS 'the cause of a dagger+asterisk pair; a code that is no pair itself';

CREATE FUNCTION medsup.asterisk(code medsup.icd10) RETURNS medsup.icd10
    AS 'MODULE_PATHNAME', 'medsup_icd10_asterisk'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.asterisk(code medsup.icd10) IS 'the manifestation of a dagger+asterisk pair as a WHO node without the star; NULL if the code is no pair';
