-- Who shares providers with whom beyond what is usual: dense blocks of
-- providers and patients.  An aggregate over the rows that the caller can read.

CREATE TYPE medsup.dense_block AS (
    providers text[], patients text[], edges int, density float8, expected float8, score float8);
COMMENT ON TYPE medsup.dense_block IS 'providers and patients with more edges between them than others have; score: weight of the edges by provider and patient';

CREATE FUNCTION medsup.dense_add(state internal, provider text, patient text, blocks int) RETURNS internal
    AS 'MODULE_PATHNAME', 'medsup_dense_add'
    LANGUAGE C IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT;
COMMENT ON FUNCTION medsup.dense_add(internal, text, text, int) IS 'one more row for dense_block';

CREATE FUNCTION medsup.dense_blocks_found(state internal) RETURNS medsup.dense_block[]
    AS 'MODULE_PATHNAME', 'medsup_dense_blocks'
    LANGUAGE C IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT;
COMMENT ON FUNCTION medsup.dense_blocks_found(internal) IS 'the result of dense_block';

CREATE AGGREGATE medsup.dense_block(provider text, patient text, blocks int) (
    SFUNC = medsup.dense_add, STYPE = internal, SSPACE = 1000000,
    FINALFUNC = medsup.dense_blocks_found, FINALFUNC_MODIFY = READ_ONLY, PARALLEL = SAFE);
COMMENT ON AGGREGATE medsup.dense_block(text, text, int) IS
    'the densest blocks of providers and patients, one after the other, greedily in the manner of Fraudar';
