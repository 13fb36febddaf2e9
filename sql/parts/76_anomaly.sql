-- Anomaly scores: how a provider differs from its peers, and by what.

CREATE TYPE medsup.anomaly_model;
COMMENT ON TYPE medsup.anomaly_model IS 'what is known of a peer group, for scoring; equal sets of rows give equal bytes';

CREATE FUNCTION medsup.anomaly_model_in(cstring) RETURNS medsup.anomaly_model
    AS 'MODULE_PATHNAME', 'medsup_anomaly_model_in'
    LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION medsup.anomaly_model_in(cstring) IS 'input of anomaly_model';
CREATE FUNCTION medsup.anomaly_model_out(medsup.anomaly_model) RETURNS cstring
    AS 'MODULE_PATHNAME', 'medsup_anomaly_model_out'
    LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION medsup.anomaly_model_out(medsup.anomaly_model) IS 'output of anomaly_model';
CREATE FUNCTION medsup.anomaly_model_recv(internal) RETURNS medsup.anomaly_model
    AS 'MODULE_PATHNAME', 'medsup_anomaly_model_recv'
    LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION medsup.anomaly_model_recv(internal) IS 'binary input of anomaly_model';
CREATE FUNCTION medsup.anomaly_model_send(medsup.anomaly_model) RETURNS bytea
    AS 'MODULE_PATHNAME', 'medsup_anomaly_model_send'
    LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION medsup.anomaly_model_send(medsup.anomaly_model) IS 'binary output of anomaly_model';

-- External: the first bytes, by which a model is known, are read alone.
CREATE TYPE medsup.anomaly_model (
    INPUT = medsup.anomaly_model_in, OUTPUT = medsup.anomaly_model_out,
    RECEIVE = medsup.anomaly_model_recv, SEND = medsup.anomaly_model_send,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = external);

CREATE FUNCTION medsup.anomaly_model_add(state medsup.anomaly_model, features float8[]) RETURNS medsup.anomaly_model
    AS 'MODULE_PATHNAME', 'medsup_anomaly_model_add'
    LANGUAGE C IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT;
COMMENT ON FUNCTION medsup.anomaly_model_add(medsup.anomaly_model, float8[]) IS 'a row more; for the aggregate anomaly_model only';
CREATE FUNCTION medsup.anomaly_model_add(state medsup.anomaly_model, features float8[], directions int[]) RETURNS medsup.anomaly_model
    AS 'MODULE_PATHNAME', 'medsup_anomaly_model_add'
    LANGUAGE C IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT;
COMMENT ON FUNCTION medsup.anomaly_model_add(medsup.anomaly_model, float8[], int[]) IS 'a row more; for the aggregate anomaly_model only';
CREATE FUNCTION medsup.anomaly_model_combine(medsup.anomaly_model, medsup.anomaly_model) RETURNS medsup.anomaly_model
    AS 'MODULE_PATHNAME', 'medsup_anomaly_model_combine'
    LANGUAGE C IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT;
COMMENT ON FUNCTION medsup.anomaly_model_combine(medsup.anomaly_model, medsup.anomaly_model) IS 'both groups as one; for aggregates only';

CREATE AGGREGATE medsup.anomaly_model(features float8[]) (
    SFUNC = medsup.anomaly_model_add, STYPE = medsup.anomaly_model, SSPACE = 65536,
    COMBINEFUNC = medsup.anomaly_model_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE medsup.anomaly_model(float8[]) IS
    'the model of a peer group from one array of indicators a provider; high values are suspicious; NULL of no rows';
CREATE AGGREGATE medsup.anomaly_model(features float8[], directions int[]) (
    SFUNC = medsup.anomaly_model_add, STYPE = medsup.anomaly_model, SSPACE = 65536,
    COMBINEFUNC = medsup.anomaly_model_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE medsup.anomaly_model(float8[], int[]) IS
    'the model of a peer group from one array of indicators a provider; directions: 1 high, -1 low, 0 both are suspicious';
CREATE AGGREGATE medsup.anomaly_rollup(model medsup.anomaly_model) (
    SFUNC = medsup.anomaly_model_combine, STYPE = medsup.anomaly_model, SSPACE = 65536,
    COMBINEFUNC = medsup.anomaly_model_combine, PARALLEL = SAFE);
COMMENT ON AGGREGATE medsup.anomaly_rollup(medsup.anomaly_model) IS
    'models of several groups as one, the same as of all their rows; for a parent group';

CREATE FUNCTION medsup.anomaly_info(model medsup.anomaly_model,
    OUT providers bigint, OUT features int, OUT directions int[], OUT sample int, OUT whole boolean, OUT error float8)
    AS 'MODULE_PATHNAME', 'medsup_anomaly_info'
    LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT COST 1000;
COMMENT ON FUNCTION medsup.anomaly_info(medsup.anomaly_model) IS
    'what a model holds: rows, features, directions, different rows kept, whether these are all, and by which share a value may be off';

CREATE FUNCTION medsup.anomaly_score(model medsup.anomaly_model, features float8[], parent medsup.anomaly_model DEFAULT NULL) RETURNS float8
    AS 'MODULE_PATHNAME', 'medsup_anomaly_score'
    LANGUAGE C IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT COST 1000;
COMMENT ON FUNCTION medsup.anomaly_score(medsup.anomaly_model, float8[], medsup.anomaly_model) IS
    'how unusual a provider is among its peers: -log10 of the share of peers that are as unusual, 3 is one in a thousand; NULL of fewer than 10 peers without a parent';
CREATE FUNCTION medsup.anomaly_parts(model medsup.anomaly_model, features float8[], parent medsup.anomaly_model DEFAULT NULL) RETURNS float8[]
    AS 'MODULE_PATHNAME', 'medsup_anomaly_parts'
    LANGUAGE C IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT COST 1000;
COMMENT ON FUNCTION medsup.anomaly_parts(medsup.anomaly_model, float8[], medsup.anomaly_model) IS
    'what each indicator contributes to the score; summed from the first to the last they are the score, to the last bit';
CREATE FUNCTION medsup.anomaly_detail(model medsup.anomaly_model, features float8[], parent medsup.anomaly_model DEFAULT NULL,
    OUT feature int, OUT value float8, OUT median float8, OUT peers bigint, OUT below bigint, OUT above bigint, OUT part float8, OUT among_others boolean, OUT apart boolean)
RETURNS SETOF record
    AS 'MODULE_PATHNAME', 'medsup_anomaly_detail'
    LANGUAGE C IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT COST 1000 ROWS 30;
COMMENT ON FUNCTION medsup.anomaly_detail(medsup.anomaly_model, float8[], medsup.anomaly_model) IS
    'the parts with what they rest on: value, median of the peers, peers below and above; among_others: unusual for its other indicators rather than by itself; apart: unusual in that few peers are near';

CREATE FUNCTION medsup.provider_anomaly(features float8[]) RETURNS float8
    AS 'MODULE_PATHNAME', 'medsup_provider_anomaly'
    LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT COST 100;
COMMENT ON FUNCTION medsup.provider_anomaly(float8[]) IS
    'score of a row among the rows of its partition; high values are suspicious; NULL of fewer than 10 rows';
CREATE FUNCTION medsup.provider_anomaly(features float8[], directions int[]) RETURNS float8
    AS 'MODULE_PATHNAME', 'medsup_provider_anomaly'
    LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT COST 100;
COMMENT ON FUNCTION medsup.provider_anomaly(float8[], int[]) IS
    'score of a row among the rows of its partition; directions: 1 high, -1 low, 0 both are suspicious; NULL of fewer than 10 rows';

-- Four digits are what a reader compares.
CREATE FUNCTION medsup.anomaly_figure(value float8) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF value = 0 THEN
        RETURN '0';
    END IF;
    IF value IN ('Infinity', '-Infinity', 'NaN') THEN
        RETURN value::text;
    END IF;
    IF abs(value) >= 1e15 OR abs(value) < 1e-9 THEN
        RETURN ltrim(to_char(value, '9.999EEEE'));
    END IF;
    RETURN trim_scale(round(value::numeric, 3 - floor(log(abs(value::numeric)))::int))::text;
END
$$;
COMMENT ON FUNCTION medsup.anomaly_figure(float8) IS 'a number as text, to four digits';

CREATE FUNCTION medsup.anomaly_explain(model medsup.anomaly_model, features float8[], names text[], lang text DEFAULT 'zh',
    parent medsup.anomaly_model DEFAULT NULL) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT COST 3000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    zh constant boolean := lang IS DISTINCT FROM 'en';
    top record;
    high boolean;
    beyond text;
    place text;
BEGIN
    SELECT d.*, sum(d.part) OVER () AS total, count(*) OVER () AS features INTO top
    FROM medsup.anomaly_detail(model, features, parent) d
    ORDER BY d.part DESC, d.feature LIMIT 1;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF names IS NULL OR cardinality(names) <> top.features OR array_ndims(names) <> 1 OR num_nulls(VARIADIC names) > 0 THEN
        RAISE EXCEPTION 'names are not one text for each of % indicators', top.features
            USING ERRCODE = 'MS401', HINT = 'Give one name an indicator, in their order and none of them NULL.';
    END IF;
    IF top.total = 0 THEN
        RETURN CASE WHEN zh THEN '各项指标均在同组的一般水平' ELSE 'no indicator stands out among its peers' END;
    END IF;
    IF top.peers = 0 THEN
        -- the parent's only
        place := CASE WHEN zh THEN '同组均无此项数值' ELSE ', which is not known of any of its peers' END;
    ELSE
        -- on its side of the median, or, where others expect otherwise, of what is usual
        high := CASE WHEN top.value <> top.median THEN top.value > top.median ELSE top.below >= top.above END;
        beyond := trim_scale(floor(1000.0 * CASE WHEN high THEN top.below ELSE top.above END / top.peers) / 10);
        place := CASE WHEN zh THEN format('同组中位数%s，%s%s%%的同组', medsup.anomaly_figure(top.median), CASE WHEN high THEN '高于' ELSE '低于' END, beyond)
                      ELSE format(' where the median of its peers is %s, %s than %s %% of them', medsup.anomaly_figure(top.median),
                                  CASE WHEN high THEN 'higher' ELSE 'lower' END, beyond) END;
    END IF;
    IF zh THEN
        RETURN format('%s为%s，%s%s，占得分%s的%s%%', names[array_lower(names, 1) + top.feature - 1], medsup.anomaly_figure(top.value), place,
            CASE WHEN top.among_others THEN '，与其自身其他指标不相称' WHEN top.apart THEN '，但同组中少有与其相近者' ELSE '' END,
            round(top.total::numeric, 1), round(100 * top.part / top.total));
    END IF;
    RETURN format('%s is %s%s%s; this is %s %% of the score %s', names[array_lower(names, 1) + top.feature - 1], medsup.anomaly_figure(top.value), place,
        CASE WHEN top.among_others THEN ', and out of line with its other indicators' WHEN top.apart THEN ', but few of its peers are near it' ELSE '' END,
        round(100 * top.part / top.total), round(top.total::numeric, 1));
END
$$;
COMMENT ON FUNCTION medsup.anomaly_explain(medsup.anomaly_model, float8[], text[], text, medsup.anomaly_model) IS
    'the indicator that contributes most to a score, in one sentence, Chinese or English (en): value, median of the peers, share of peers it exceeds';
