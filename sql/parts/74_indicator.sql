-- Indicators of providers: which can be computed, and their values.

-- What of the bound sources and of the bureau's settings each indicator lacks.
CREATE FUNCTION medsup.indicator_state(grain text DEFAULT 'institution', OUT indicator_code text, OUT state text, OUT reason text)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT COST 10000 ROWS 80 SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF grain NOT IN ('institution', 'department', 'doctor', 'pharmacy') THEN
        RAISE EXCEPTION 'unknown grain "%"', grain
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Known are institution, department, doctor and pharmacy.';
    END IF;
    RETURN QUERY
    WITH has AS (
        SELECT DISTINCT b.kind || CASE c.name WHEN '' THEN '' ELSE '.' || c.name END AS name
        FROM medsup.source_binding b
        CROSS JOIN LATERAL (SELECT '' AS name UNION ALL SELECT k FROM jsonb_object_keys(b.columns) k) c
        UNION ALL SELECT 'fee_line.med_type or settlement.med_type' WHERE EXISTS (
            SELECT FROM medsup.source_binding b WHERE b.kind IN ('fee_line', 'settlement') AND b.columns ? 'med_type')
        UNION ALL SELECT 'holiday' WHERE EXISTS (SELECT FROM medsup.holiday)
        UNION ALL SELECT 'cap' WHERE EXISTS (SELECT FROM medsup.line_caps())
        UNION ALL SELECT 'infection' FROM medsup.indicator_set s WHERE s.rule_code = 'N25-062' AND s.diagnoses IS NOT NULL
        UNION ALL SELECT 'readmission' FROM medsup.indicator_set s WHERE s.rule_code = 'N25-063' AND s.plan_field IS NOT NULL
    ), side AS (
        SELECT i.indicator_code, i.ordinal, m.*, i.fee_classes, i.settings, i.rule_code,
            m.measure_code = i.numerator AND 'codes' = ANY (m.takes) AND i.codes IS NULL AND s.codes IS NULL AS codes_unset
        FROM medsup.indicator i
        JOIN medsup.indicator_measure m ON m.measure_code IN (i.numerator, i.denominator)
        LEFT JOIN medsup.indicator_set s ON s.rule_code = i.rule_code
    ), need AS (
        SELECT s.indicator_code, n.name
        FROM side s
        CROSS JOIN LATERAL (
            SELECT unnest(s.needs) AS name
            UNION SELECT unnest(CASE WHEN s.pass IN ('fee', 'visit', 'package', 'diagnosis', 'case_group') THEN '{fee_line,settlement}'::text[]
                                     WHEN s.pass = 'finding' THEN '{}' WHEN s.pass = 'bed' THEN '{provider}' ELSE '{settlement}' END)
            UNION SELECT 'encounter' WHERE s.pass NOT IN ('fee', 'finding', 'bed')
            UNION SELECT s.pass WHERE s.pass IN ('diagnosis', 'case_group')
            UNION SELECT 'fee_line.med_chrgitm_type' WHERE s.fee_classes IS NOT NULL
            UNION SELECT 'fee_line.med_type or settlement.med_type' WHERE s.pass = 'fee' AND (s.settings IS NOT NULL OR grain = 'pharmacy')
            UNION SELECT CASE WHEN s.pass IN ('stay', 'bill') THEN CASE grain WHEN 'department' THEN 'encounter.dscg_dept_codg' ELSE 'encounter.atddr_codg' END
                              ELSE CASE grain WHEN 'department' THEN 'fee_line.bilg_dept_codg' ELSE 'fee_line.bilg_dr_codg' END END
                  WHERE grain IN ('department', 'doctor') AND s.pass <> 'finding'
        ) n
    ), lack AS (
        SELECT n.indicator_code,
            string_agg(DISTINCT n.name COLLATE "C", ', ' ORDER BY n.name COLLATE "C") FILTER (WHERE n.name NOT IN ('holiday', 'cap', 'infection', 'readmission')) AS unbound,
            string_agg(DISTINCT CASE n.name WHEN 'holiday' THEN 'days: medsup.holiday' WHEN 'cap' THEN 'caps: medsup.knowledge'
                                            WHEN 'infection' THEN 'diagnoses: medsup.indicator_set' WHEN 'readmission' THEN 'plan_field: medsup.indicator_set' END, ', ') AS unset
        FROM need n
        WHERE NOT EXISTS (SELECT FROM has h WHERE h.name = n.name)
        GROUP BY 1
    )
    SELECT s.indicator_code,
        CASE WHEN NOT bool_and(grain = ANY (s.grains)) THEN 'not_of_grain'
             WHEN bool_or(s.codes_unset) OR min(l.unset) IS NOT NULL THEN 'unset'
             WHEN min(l.unbound) IS NOT NULL THEN 'not_runnable' ELSE 'ready' END,
        CASE WHEN NOT bool_and(grain = ANY (s.grains)) THEN format('not of a %s', grain)
             WHEN bool_or(s.codes_unset) THEN 'unset: codes: medsup.indicator_set'
             WHEN min(l.unset) IS NOT NULL THEN 'unset: ' || min(l.unset)
             WHEN min(l.unbound) IS NOT NULL THEN 'not bound: ' || min(l.unbound) END
    FROM side s
    LEFT JOIN lack l ON l.indicator_code = s.indicator_code
    GROUP BY s.indicator_code
    ORDER BY min(s.ordinal), s.indicator_code COLLATE "C";
END
$$;
COMMENT ON FUNCTION medsup.indicator_state(text) IS
    'indicators for a grain: ready, unset (what is to be set), not_runnable (what is to be bound) or not_of_grain';

-- The order of features: the list that is given, else all that can be computed.
CREATE FUNCTION medsup.indicator_list(grain text DEFAULT 'institution', indicators text[] DEFAULT NULL,
    OUT codes text[], OUT names_zh text[], OUT names_en text[], OUT directions int[])
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 10000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wrong text;
BEGIN
    IF indicators IS NULL THEN
        codes := ARRAY(SELECT s.indicator_code FROM medsup.indicator_state(coalesce(grain, 'institution')) WITH ORDINALITY s
                       WHERE s.state = 'ready' ORDER BY s.ordinality);
    ELSE
        codes := indicators;
    END IF;
    SELECT string_agg(coalesce(quote_literal(c.code), 'NULL'), ', ' ORDER BY c.nr) INTO wrong
    FROM unnest(codes) WITH ORDINALITY c (code, nr) WHERE NOT EXISTS (SELECT FROM medsup.indicator i WHERE i.indicator_code = c.code);
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'unknown indicator: %', wrong
            USING ERRCODE = 'invalid_parameter_value', HINT = 'SELECT indicator_code, name_zh, name_en FROM medsup.indicator;';
    END IF;
    SELECT coalesce(array_agg(i.name_zh ORDER BY c.n), '{}'), coalesce(array_agg(i.name_en ORDER BY c.n), '{}'), coalesce(array_agg(i.direction ORDER BY c.n), '{}')
    INTO names_zh, names_en, directions
    FROM unnest(codes) WITH ORDINALITY c (code, n) JOIN medsup.indicator i ON i.indicator_code = c.code;
END
$$;
COMMENT ON FUNCTION medsup.indicator_list(text, text[]) IS
    'codes, names and directions in the order of the features of medsup.provider_features called with the same arguments';

-- One statement for all: the passes, each grouped once, joined by provider.
CREATE FUNCTION medsup.indicator_query(period daterange, grain text, indicators text[], only_pass text DEFAULT NULL) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 100000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    setting jsonb := medsup.provider_setting();
    columns jsonb := (SELECT coalesce(jsonb_object_agg(b.kind, b.names), '{}')
                      FROM (SELECT s.kind, jsonb_agg(DISTINCT k) AS names FROM medsup.source_binding s
                            CROSS JOIN LATERAL jsonb_object_keys(s.columns) k GROUP BY s.kind) b);
    sides jsonb;
    passes text[];
    sets text[];
    queries text[];
    sources text;
    joined text := '';
    listed text[];
BEGIN
    -- each side of each indicator as an aggregate over its pass
    WITH chosen AS (
        SELECT c.n, i.*, coalesce(s.codes, i.codes) AS wanted_codes, t.state
        FROM unnest(indicators) WITH ORDINALITY c (code, n)
        JOIN medsup.indicator i ON i.indicator_code = c.code
        LEFT JOIN medsup.indicator_set s ON s.rule_code = i.rule_code
        JOIN medsup.indicator_state(grain) t ON t.indicator_code = i.indicator_code
    ), part AS (
        SELECT ARRAY(SELECT DISTINCT c.wanted_codes FROM chosen c WHERE c.state = 'ready' AND c.wanted_codes IS NOT NULL ORDER BY 1) AS sets
    ), side AS (
        SELECT c.n, x.side, m.pass, 'cap' = ANY (m.needs) AS caps,
            CASE WHEN m.takes && '{codes,days}' THEN format(m.expression, CASE WHEN 'codes' = ANY (m.takes) THEN array_position(p.sets, c.wanted_codes) ELSE c.days END)
                 ELSE m.expression END
            || coalesce(' FILTER (WHERE ' || nullif(concat_ws(' AND ',
                CASE WHEN 'days' = ANY (m.takes) THEN format(m.condition, c.days) ELSE m.condition END,
                CASE WHEN c.settings IS NOT NULL AND 'settings' = ANY (m.takes) THEN format('setting = ANY (%L)', c.settings) END,
                CASE WHEN x.side = 1 AND c.fee_classes IS NOT NULL AND 'fee_classes' = ANY (m.takes) THEN format('fee_class = ANY (%L)', c.fee_classes) END), '') || ')', '') AS expression
        FROM chosen c
        CROSS JOIN part p
        CROSS JOIN LATERAL (VALUES (1, c.numerator), (2, c.denominator)) x (side, measure_code)
        JOIN medsup.indicator_measure m ON m.measure_code = x.measure_code
        WHERE c.state = 'ready'
    ), numbered AS (
        SELECT s.*, dense_rank() OVER (PARTITION BY s.pass ORDER BY s.expression COLLATE "C") AS k FROM side s
    )
    SELECT jsonb_agg(s), (SELECT p.sets FROM part p) INTO sides, sets FROM numbered s;
    passes := ARRAY(SELECT DISTINCT s ->> 'pass' FROM jsonb_array_elements(sides) s WHERE only_pass IS NULL OR s ->> 'pass' = only_pass);

    -- what is read as it stands is read where it is needed; what is sorted, once
    SELECT array_agg(CASE WHEN q.name IN ('medsup_bill', 'medsup_encounter') AND q.query !~ 'DISTINCT ON' THEN format('%I AS NOT MATERIALIZED (%s)', q.name, q.query)
                          WHEN q.name LIKE 'medsup\_%' THEN format('%I AS MATERIALIZED (%s)', q.name, q.query)
                          ELSE format('%1$s AS (SELECT r.fixmedins_code, r.unit, ARRAY[%2$s]::numeric[] AS m FROM (%3$s) r WHERE r.fixmedins_code IS NOT NULL GROUP BY 1, 2)',
                                      q.name, (SELECT string_agg(DISTINCT format('/* %s */ %s', lpad(s ->> 'k', 3, '0'), s ->> 'expression'), ', '
                                                                 ORDER BY format('/* %s */ %s', lpad(s ->> 'k', 3, '0'), s ->> 'expression'))
                                               FROM jsonb_array_elements(sides) s WHERE s ->> 'pass' = q.name), q.query) END ORDER BY q.n),
        -- beds are looked up for providers that did something
        (SELECT string_agg(DISTINCT format('%1$I AS NOT MATERIALIZED (SELECT * FROM medsup.%1$I)', x[1]), ', ')
         FROM regexp_matches(string_agg(q.query, ' '), '\m(src_[a-z_]+)\M', 'g') x),
        array_agg(q.name ORDER BY q.name = 'bed', q.n) FILTER (WHERE q.name NOT LIKE 'medsup\_%')
    INTO queries, sources, listed
    FROM medsup.indicator_passes(setting, columns, grain, period, passes, sets,
             EXISTS (SELECT FROM jsonb_array_elements(sides) s WHERE (s ->> 'caps')::boolean)) WITH ORDINALITY q (name, query, index_on, n);
    IF listed IS NULL THEN
        RETURN 'SELECT NULL::text AS fixmedins_code, NULL::text AS unit, NULL::numeric[] AS numerators, NULL::numeric[] AS denominators WHERE false';
    END IF;
    SELECT string_agg(CASE WHEN l.n = 1 THEN l.pass WHEN l.pass = 'bed' THEN 'LEFT JOIN bed USING (fixmedins_code, unit)'
                           ELSE format('FULL JOIN %s USING (fixmedins_code, unit)', l.pass) END, ' ' ORDER BY l.n)
    INTO joined FROM unnest(listed) WITH ORDINALITY l (pass, n);
    RETURN format('WITH %s SELECT fixmedins_code, unit, %s FROM %s', concat_ws(', ', sources, array_to_string(queries, ', ')),
        (SELECT string_agg(format('ARRAY[%s]::numeric[]', x.list), ', ' ORDER BY x.side)
         FROM (SELECT z.side, string_agg(coalesce((
                   SELECT format('coalesce(%s.m[%s], 0)', s ->> 'pass', s ->> 'k') FROM jsonb_array_elements(sides) s
                   WHERE (s ->> 'n')::bigint = c.n AND (s ->> 'side')::int = z.side AND s ->> 'pass' = ANY (listed)), 'NULL'), ', ' ORDER BY c.n) AS list
               FROM unnest(indicators) WITH ORDINALITY c (code, n) CROSS JOIN (VALUES (1), (2)) z (side)
               GROUP BY z.side) x),
        joined);
END
$$;
COMMENT ON FUNCTION medsup.indicator_query(daterange, text, text[], text) IS
    'the statement that computes numerators and denominators of indicators by provider, of one pass or of all';

CREATE FUNCTION medsup.check_period(period daterange) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF period IS NULL OR isempty(period) OR lower_inf(period) OR upper_inf(period) OR NOT isfinite(lower(period)) OR NOT isfinite(upper(period)) THEN
        RAISE EXCEPTION 'the period has no first or no last day'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Write it as ''[2026-01-01,2026-04-01)'', a daterange.';
    END IF;
END
$$;
COMMENT ON FUNCTION medsup.check_period(daterange) IS 'refuse a period that is empty or open';

-- Nobody can guess how many rows these queries give: a loop in a loop, or a sort, that
-- is chosen for one row costs minutes where it meets a million.
-- Readers see figures of providers, never rows of the sources: the functions run with
-- the rights of their owner, and what authors set goes into the statement as literals.
CREATE FUNCTION medsup.provider_figures(period daterange, grain text, indicators text[],
    OUT fixmedins_code text, OUT dept text, OUT doctor text, OUT numerators numeric[], OUT denominators numeric[])
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED CALLED ON NULL INPUT COST 1000000 ROWS 2000
    SET search_path = pg_catalog, pg_temp
    SET jit = off
    SET enable_nestloop = off
    SET enable_sort = off
AS $$
BEGIN
    PERFORM medsup.check_period(period);
    RETURN QUERY EXECUTE format('SELECT f.fixmedins_code, %s, %s, f.numerators, f.denominators FROM (%s) f (fixmedins_code, unit, numerators, denominators)',
        CASE grain WHEN 'department' THEN 'f.unit' ELSE 'NULL::text' END, CASE grain WHEN 'doctor' THEN 'f.unit' ELSE 'NULL::text' END,
        medsup.indicator_query(period, grain, indicators));
END
$$;
COMMENT ON FUNCTION medsup.provider_figures(daterange, text, text[]) IS
    'numerators and denominators of these indicators, in their order, by provider; NULL where they cannot be computed';

CREATE FUNCTION medsup.provider_indicators(period daterange, grain text DEFAULT 'institution', indicators text[] DEFAULT NULL,
    OUT fixmedins_code text, OUT dept text, OUT doctor text, OUT indicator_code text,
    OUT numerator numeric, OUT denominator numeric, OUT value numeric, OUT reason text)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED CALLED ON NULL INPUT COST 1000000 ROWS 10000 SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- without a list all of them, with the reason where there is no value
    wanted text[] := coalesce(indicators, ARRAY(SELECT i.indicator_code FROM medsup.indicator i ORDER BY i.ordinal, i.indicator_code COLLATE "C"));
BEGIN
    wanted := (medsup.indicator_list(grain, wanted)).codes;
    RETURN QUERY
    SELECT f.fixmedins_code, f.dept, f.doctor, c.code, trim_scale(c.numerator), trim_scale(c.denominator),
        CASE WHEN c.denominator >= i.min_denominator THEN trim_scale(round(i.scale * c.numerator / c.denominator, 6)) END,
        CASE WHEN s.state <> 'ready' THEN s.reason WHEN c.denominator >= i.min_denominator THEN NULL ELSE 'small_denominator' END
    FROM medsup.provider_figures(period, grain, wanted) f
    CROSS JOIN LATERAL unnest(wanted, f.numerators, f.denominators) c (code, numerator, denominator)
    JOIN medsup.indicator i ON i.indicator_code = c.code
    JOIN medsup.indicator_state(grain) s ON s.indicator_code = c.code;
END
$$;
COMMENT ON FUNCTION medsup.provider_indicators(daterange, text, text[]) IS
    'indicators of institutions, departments, doctors or pharmacies in a period: numerator, denominator and value, or the reason why there is none';

CREATE FUNCTION medsup.provider_features(period daterange, grain text DEFAULT 'institution', indicators text[] DEFAULT NULL,
    OUT fixmedins_code text, OUT dept text, OUT doctor text, OUT features float8[])
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED CALLED ON NULL INPUT COST 1000000 ROWS 2000 SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wanted text[] := (medsup.indicator_list(grain, indicators)).codes;
    scales numeric[] := ARRAY(SELECT i.scale FROM unnest(wanted) WITH ORDINALITY c (code, n) JOIN medsup.indicator i ON i.indicator_code = c.code ORDER BY c.n);
    least_ones numeric[] := ARRAY(SELECT i.min_denominator FROM unnest(wanted) WITH ORDINALITY c (code, n) JOIN medsup.indicator i ON i.indicator_code = c.code ORDER BY c.n);
BEGIN
    RETURN QUERY
    SELECT f.fixmedins_code, f.dept, f.doctor,
        ARRAY(SELECT CASE WHEN x.denominator >= x.least_one THEN round(x.scale * x.numerator / x.denominator, 6)::float8 END
              FROM unnest(f.numerators, f.denominators, scales, least_ones) WITH ORDINALITY x (numerator, denominator, scale, least_one, n) ORDER BY x.n)
    FROM medsup.provider_figures(period, grain, wanted) f;
END
$$;
COMMENT ON FUNCTION medsup.provider_features(daterange, text, text[]) IS
    'the values as one array a provider, for medsup.anomaly_model: in the order of the list, else of medsup.indicator_list(grain)';

-- Each pass by itself, with what it must read before.
CREATE FUNCTION medsup.indicator_cost(period daterange, grain text DEFAULT 'institution', indicators text[] DEFAULT NULL,
    OUT pass text, OUT measures int, OUT providers bigint, OUT ms numeric)
    RETURNS SETOF record
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT COST 1000000 ROWS 9
    SET search_path = pg_catalog, pg_temp
    SET jit = off
    SET enable_nestloop = off
    SET enable_sort = off
AS $$
DECLARE
    wanted text[] := (medsup.indicator_list(grain, indicators)).codes;
    began timestamptz;
BEGIN
    PERFORM medsup.check_period(period);
    FOR pass, measures IN
        SELECT m.pass, count(DISTINCT m.measure_code)
        FROM medsup.indicator i
        JOIN medsup.indicator_measure m ON m.measure_code IN (i.numerator, i.denominator)
        WHERE i.indicator_code = ANY (wanted) GROUP BY 1 ORDER BY 1
    LOOP
        began := clock_timestamp();
        -- a pass that is counted only would not be computed
        EXECUTE format('SELECT count(f.numerators || f.denominators) FROM (%s) f (fixmedins_code, unit, numerators, denominators)',
                       medsup.indicator_query(period, grain, wanted, pass)) INTO providers;
        ms := round(extract(epoch FROM clock_timestamp() - began) * 1000, 1);
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION medsup.indicator_cost(daterange, text, text[]) IS
    'what each pass costs by itself, in milliseconds, with the queries it reads; together passes share these';
