-- Scores of providers month by month, against their peers' moving window.

-- Relations that scores are made of have the columns of medsup.provider_features
-- and those that say where a row belongs; what a grain has not may be absent.
CREATE FUNCTION medsup.score_rows(source regclass, needed text[]) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT COST 1000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    present text[] := ARRAY(SELECT a.attname FROM pg_attribute a WHERE a.attrelid = source AND a.attnum > 0 AND NOT a.attisdropped);
    missing text := (SELECT string_agg(c, ', ' ORDER BY n) FROM unnest(needed) WITH ORDINALITY u (c, n) WHERE c <> ALL (present));
BEGIN
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION '% has no column %', source, missing
            USING ERRCODE = 'undefined_column',
                  HINT = format('Needed are %s; dept and doctor may be absent.', array_to_string(needed, ', '));
    END IF;
    RETURN format('SELECT r.fixmedins_code::text, %s AS dept, %s AS doctor, r.peer::text, r.features::float8[]%s FROM %s r WHERE r.fixmedins_code IS NOT NULL AND r.features IS NOT NULL',
                  CASE WHEN 'dept' = ANY (present) THEN 'r.dept::text' ELSE 'NULL::text' END,
                  CASE WHEN 'doctor' = ANY (present) THEN 'r.doctor::text' ELSE 'NULL::text' END,
                  CASE WHEN 'month' = ANY (needed) THEN ', date_trunc(''month'', r.month)::date AS month' ELSE '' END, source);
END
$$;
COMMENT ON FUNCTION medsup.score_rows(regclass, text[]) IS
    'the query that reads a relation of providers, peers and features, whose columns are as medsup.provider_features gives them, without rows of nobody or without features; an error names what it lacks';

CREATE FUNCTION medsup.anomaly_trend(source regclass, directions int[] DEFAULT NULL, months int DEFAULT 12,
    OUT month date, OUT fixmedins_code text, OUT dept text, OUT doctor text, OUT peer text,
    OUT peers bigint, OUT score float8, OUT usual float8, OUT rise float8, OUT feature int, OUT part float8)
RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED CALLED ON NULL INPUT COST 100000 ROWS 2000
    SET search_path = pg_catalog, pg_temp
    SET jit = off
    -- rows are merged with models, so that those of one model come one after another
    SET enable_hashjoin = off
    SET enable_nestloop = off
AS $$
BEGIN
    IF source IS NULL OR months IS NULL OR months NOT BETWEEN 1 AND 1200 THEN
        RAISE EXCEPTION 'anomaly_trend needs a relation and a number of months, 1 to 1200'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'The relation has a row a provider and month: month, fixmedins_code, peer, features; months is how many the peers are taken of, this one included.';
    END IF;
    -- a month's model is made once, and merged into every window that it is in
    RETURN QUERY EXECUTE format($q$
        WITH r AS MATERIALIZED (SELECT q.*, dense_rank() OVER (ORDER BY q.peer) AS nr FROM (%s) q),
        moving AS MATERIALIZED (
            SELECT m.nr, m.month, medsup.anomaly_rollup(m.model) OVER w AS model, (sum(m.peers) OVER w)::bigint AS peers
            FROM (SELECT r.nr, r.month, count(*) AS peers, medsup.anomaly_model(r.features, $1) AS model FROM r GROUP BY r.nr, r.month) m
            WINDOW w AS (PARTITION BY m.nr ORDER BY m.month::timestamp RANGE BETWEEN $2 PRECEDING AND CURRENT ROW)
        ), scored AS MATERIALIZED (
            SELECT r.month, r.fixmedins_code, r.dept, r.doctor, r.peer, m.peers, medsup.anomaly_parts(m.model, r.features) AS parts
            FROM r JOIN moving m USING (nr, month)
        ), summed AS (
            SELECT s.*, t.score, t.feature, t.part
            FROM scored s
            LEFT JOIN LATERAL (
                SELECT sum(p.part ORDER BY p.n) AS score, (array_agg(p.n::int ORDER BY p.part DESC, p.n))[1] AS feature, max(p.part) AS part
                FROM unnest(s.parts) WITH ORDINALITY p (part, n)) t ON true
        ), own AS (
            SELECT s.*, array_agg(s.score) OVER (PARTITION BY s.fixmedins_code, s.dept, s.doctor ORDER BY s.month::timestamp
                RANGE BETWEEN $2 PRECEDING AND '1 day' PRECEDING) AS before
            FROM summed s
        )
        SELECT o.month, o.fixmedins_code, o.dept, o.doctor, o.peer, o.peers, o.score, u.usual, o.score - u.usual, o.feature, o.part
        FROM own o
        CROSS JOIN LATERAL (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY b) AS usual FROM unnest(o.before) b) u
        ORDER BY o.month, o.score DESC NULLS LAST, o.fixmedins_code COLLATE "C", o.dept COLLATE "C", o.doctor COLLATE "C"$q$,
        medsup.score_rows(source, '{month,fixmedins_code,peer,features}'))
    USING directions, make_interval(months => months - 1);
END
$$;
COMMENT ON FUNCTION medsup.anomaly_trend(regclass, int[], int) IS
    'scores of each month against the peers of the last months: score, the median of the provider''s own earlier scores there, the rise over it, and the indicator that contributes most';
