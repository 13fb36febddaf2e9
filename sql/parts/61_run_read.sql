-- What a run reads: whether the bound sources can be read at all, the statements
-- over them, and the stage that they fill.

-- What must be true before any statement over the bound sources: a period, bound
-- and unchanged sources, a rulebook, and lines.
CREATE FUNCTION medsup.run_ready(period tsrange,
    OUT period_from timestamp, OUT period_to timestamp, OUT rulebook int, OUT rulebook_digest bytea, OUT estimate bigint)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT COST 10000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    missing text;
    drift text;
    plan json;
    present boolean;
    from_t timestamp := lower(period);
    to_t timestamp := upper(period);
BEGIN
    IF isempty(period) THEN
        RAISE EXCEPTION 'the period is empty'
            USING ERRCODE = 'MS204', HINT = 'Write it as ''[2025-01-01, 2025-07-01)''; NULL means all lines.';
    END IF;
    -- [from, to) to the microsecond
    IF NOT lower_inc(period) AND NOT lower_inf(period) THEN
        from_t := from_t + interval '1 microsecond';
    END IF;
    IF upper_inc(period) THEN
        to_t := to_t + interval '1 microsecond';
    END IF;
    from_t := nullif(from_t, '-infinity');
    to_t := nullif(to_t, 'infinity');

    SELECT string_agg(k, ', ') INTO missing
    FROM unnest(ARRAY['encounter', 'fee_line', 'settlement']) k
    WHERE NOT EXISTS (SELECT FROM medsup.source_binding b WHERE b.kind = k);
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'no source is bound for %', missing
            USING ERRCODE = 'MS901',
                  HINT = 'Bind the warehouse''s tables first, such as SELECT medsup.bind_source(''fee_line'', ''wh.fee_list_d''); see medsup.sources.';
    END IF;
    SELECT string_agg(format('%s %s: %s', d.kind, d.relation_name, d.problem), E'\n' ORDER BY d.kind COLLATE "C", d.relation_name COLLATE "C", d.problem COLLATE "C")
    INTO drift FROM medsup.source_drift() d;
    IF drift IS NOT NULL THEN
        RAISE EXCEPTION 'bound sources have changed'
            USING ERRCODE = 'MS902', DETAIL = drift,
                  HINT = 'Bind them again: SELECT medsup.rebind_sources(); or unbind what is gone.';
    END IF;
    SELECT c.version, c.digest INTO rulebook, rulebook_digest FROM medsup.current_rulebook() c;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no rulebook has been published'
            USING ERRCODE = 'MS104',
                  HINT = 'Load knowledge points, then SELECT medsup.publish_rulebook();';
    END IF;

    -- Before anything is closed for want of lines: a source that is being loaded
    -- anew must not look like one without findings.
    BEGIN
        PERFORM medsup.quiet_log();
        IF from_t IS NULL AND to_t IS NULL THEN
            EXECUTE 'SELECT EXISTS (SELECT FROM medsup.src_fee_line)' INTO present;
            EXECUTE 'EXPLAIN (FORMAT JSON) SELECT FROM medsup.src_fee_line' INTO plan;
            estimate := (plan -> 0 -> 'Plan' ->> 'Plan Rows')::numeric::bigint;
        ELSE
            -- persons are read whole, so that more lines are read than the period has
            EXECUTE format($q$SELECT 3 * count(*), count(*) > 0
                    OR (EXISTS (SELECT FROM medsup.src_fee_line) AND EXISTS (SELECT FROM medsup.src_settlement t WHERE %s))
                FROM medsup.src_fee_line t WHERE t.fee_ocur_time IS NULL OR t.fee_ocur_time = '-infinity' OR (%s)$q$,
                concat_ws(' AND ', CASE WHEN from_t IS NOT NULL THEN format('t.setl_time >= %L', from_t) END,
                    CASE WHEN to_t IS NOT NULL THEN format('t.setl_time < %L', to_t) END),
                concat_ws(' AND ', CASE WHEN from_t IS NOT NULL THEN format('t.fee_ocur_time >= %L', from_t) END,
                    CASE WHEN to_t IS NOT NULL THEN format('t.fee_ocur_time < %L', to_t) END))
            INTO estimate, present;
        END IF;
    EXCEPTION WHEN others THEN
        PERFORM medsup.refuse_cells(SQLSTATE, SQLERRM);
        RAISE;
    END;
    IF NOT present THEN
        RAISE EXCEPTION 'the sources hold no line of this period'
            USING ERRCODE = 'MS204',
                  DETAIL = format('From %s, before %s.', coalesce(from_t::text, 'the beginning'), coalesce(to_t::text, 'no end')),
                  HINT = 'Choose another period, or see medsup.sources for what is bound. Nothing was closed.';
    END IF;
    period_from := from_t;
    period_to := to_t;
END
$$;
COMMENT ON FUNCTION medsup.run_ready(tsrange) IS
    'check what a run over the bound sources needs; the bounds of its period, the rulebook in force and about how many lines';

-- Persons are spread over partitions by a hash of their number; rows without one
-- are those of the empty number.
CREATE FUNCTION medsup.partition_of(psn_no text, partitions int) RETURNS int
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsup_partition_of';
COMMENT ON FUNCTION medsup.partition_of(text, int) IS 'the partition of a run, from 1, that has everything of a person';

CREATE FUNCTION medsup.in_partitions_support(internal) RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsup_in_partitions_support';
COMMENT ON FUNCTION medsup.in_partitions_support(internal) IS 'planner support of in_partitions';

CREATE FUNCTION medsup.in_partitions(psn_no text, partitions int, parts int[]) RETURNS boolean
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    SUPPORT medsup.in_partitions_support
AS 'MODULE_PATHNAME', 'medsup_in_partitions';
COMMENT ON FUNCTION medsup.in_partitions(text, int, int[]) IS 'whether partition_of() a person is one of these';

CREATE FUNCTION medsup.null_columns(source regclass) RETURNS text[]
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 1000
AS 'MODULE_PATHNAME', 'medsup_null_columns';
COMMENT ON FUNCTION medsup.null_columns(regclass) IS 'the columns of a view that are never anything but NULL, such as those of a source that are not bound';

-- The statements that read partitions, each source once, and of it what is bound.  A person with a line or
-- a settlement in the period is read with all that the warehouse has of this
-- person, so that windows look outside the period on both sides; who that is says
-- the statement "wanted".  Lines that cannot be placed in time are looked at by
-- every run.
CREATE FUNCTION medsup.stage_query(this medsup.run, kind text,
    parts int[] DEFAULT NULL, visits boolean DEFAULT NULL, persons text DEFAULT NULL) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 1000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    part text := format('medsup.partition_of(t.psn_no, %s)', this.partitions);
    mine text := 'true';
    asked text := medsup.campaign_persons(this);
    place text;
    cols text;
    bounded boolean := this.period_from IS NOT NULL OR this.period_to IS NOT NULL;
BEGIN
    IF cardinality(parts) < this.partitions THEN
        mine := format('medsup.in_partitions(t.psn_no, %s, %L)', this.partitions, ARRAY(SELECT p FROM unnest(parts) p ORDER BY p));
    END IF;
    IF persons IS NOT NULL THEN
        mine := format('%s AND t.psn_no IN (%s)', mine, persons);
    END IF;
    IF this.changed_only THEN
        mine := mine || ' AND t.psn_no IN (SELECT c.psn_no FROM medsup.changed_person c)';
    END IF;

    IF kind = 'wanted' AND bounded THEN
        -- wider than the period, never narrower: the evaluator places each line
        IF asked IS NOT NULL THEN
            mine := format($q$%s AND coalesce(t.psn_no, '') IN (%s)$q$, mine, asked);
        END IF;
        place := concat_ws(' AND ', CASE WHEN this.period_from IS NOT NULL THEN format('%%1$s >= %L::timestamp', this.period_from) END,
            CASE WHEN this.period_to IS NOT NULL THEN format('%%1$s < %L::timestamp', this.period_to) END);
        RETURN format($q$SELECT t.psn_no FROM medsup.src_fee_line t
WHERE %s AND (t.fee_ocur_time IS NULL OR t.fee_ocur_time = '-infinity' OR %s)$q$, mine, format(place, 't.fee_ocur_time'))
            || CASE WHEN this.by_occurrence THEN '' ELSE format($q$
UNION ALL
SELECT t.psn_no FROM medsup.src_settlement t
WHERE %s AND %s$q$, mine, format(place, 't.setl_time')) END
            || CASE WHEN visits THEN format($q$
UNION ALL
SELECT t.psn_no FROM medsup.src_encounter t
WHERE t.psn_no IS NOT NULL AND %s AND (t.begntime IS NULL OR t.begntime = '-infinity' OR %s)$q$, mine, format(place, 't.begntime')) ELSE '' END;
    ELSIF kind = 'wanted' THEN
        RETURN asked;           -- NULL: everybody
    ELSIF kind = 'counts' AND (bounded OR this.institutions IS NOT NULL OR this.med_types IS NOT NULL) THEN
        RETURN medsup.lines_query(this, part, mine);
    ELSIF kind = 'counts' OR to_regclass('medsup.src_' || kind) IS NULL THEN
        RETURN NULL;            -- the rows themselves are counted; not bound
    END IF;
    SELECT string_agg(format('t.%I', a.attname), ', ' ORDER BY a.attnum) INTO cols
    FROM pg_attribute a
    WHERE a.attrelid = CASE kind WHEN 'chronic_reg' THEN 'medsup.claim_registration' ELSE 'medsup.claim_' || kind END::regclass
      AND a.attnum > 0 AND NOT a.attisdropped
      AND (a.attname = 'psn_no' OR a.attname <> ALL (medsup.null_columns(('medsup.src_' || kind)::regclass)));
    RETURN format('SELECT %s FROM medsup.src_%s t WHERE %s', cols, kind, mine);
END
$$;
COMMENT ON FUNCTION medsup.stage_query(medsup.run, text, int[], boolean, text) IS
    'the statement by which a run reads a kind of source (encounter, settlement, fee_line, diagnosis, operation, chronic_reg), or whom it wants of them (wanted, NULL: everybody), or how many lines its period and campaign have (counts, NULL: as many as were read); its plan is what to look at when reading is slow';

CREATE FUNCTION medsup.stage(this medsup.run, parts int[], queries text[], wanted text, counts text, visits boolean) RETURNS bigint
    LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE COST 1000000
AS 'MODULE_PATHNAME', 'medsup_stage';
COMMENT ON FUNCTION medsup.stage(medsup.run, int[], text[], text, text, boolean) IS
    'run statements over the sources, in the order encounter, settlement, fee_line, diagnosis, operation, chronic_reg, and keep their rows in this backend; how many there were';

CREATE FUNCTION medsup.stage_claims(this medsup.run, parts int[], visits boolean, persons text) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT COST 1000000
    SET search_path = pg_catalog, pg_temp
    SET jit = off
AS $$
DECLARE
    page_cost text := current_setting('random_page_cost');
    n bigint;
BEGIN
    -- Rows of a person mostly lie together, some tens on two pages; the planner
    -- counts a page for each, finds fewer persons than there are for the same
    -- reason, and would rather scan everything than look up some thousand.
    IF this.changed_only OR persons IS NOT NULL THEN
        PERFORM set_config('random_page_cost', least(page_cost::float8, 0.2)::text, true);
    END IF;
    n := medsup.stage(this, parts,
        ARRAY(SELECT medsup.stage_query(this, k.kind, parts, visits, persons)
              FROM unnest('{encounter,settlement,fee_line,diagnosis,operation,chronic_reg}'::text[]) WITH ORDINALITY k (kind, n) ORDER BY k.n),
        medsup.stage_query(this, 'wanted', parts, visits, persons),
        medsup.stage_query(this, 'counts', parts, visits, persons), visits);
    PERFORM set_config('random_page_cost', page_cost, true);
    RETURN n;
END
$$;
COMMENT ON FUNCTION medsup.stage_claims(medsup.run, int[], boolean, text) IS
    'read partitions of a run into this backend: whether its book speaks of visits, a query of the persons to take (NULL: all); how many rows there were';

CREATE FUNCTION medsup.run_stage(run bigint, parts int[]) RETURNS bigint
    LANGUAGE sql VOLATILE PARALLEL UNSAFE STRICT COST 1000000
BEGIN ATOMIC
    -- rules about visits and records also speak of visits without any line
    SELECT medsup.stage_claims(r, run_stage.parts,
        EXISTS (SELECT FROM medsup.run_rule u JOIN medsup.rule k ON k.rule_code OPERATOR(pg_catalog.=) u.rule_code
                WHERE u.run OPERATOR(pg_catalog.=) r.run AND u.state OPERATOR(pg_catalog.=) 'checked'
                  AND k.kind OPERATOR(pg_catalog.=) ANY (ARRAY['K11', 'K12'])), NULL)
    FROM medsup.run r WHERE r.run OPERATOR(pg_catalog.=) run_stage.run;
END;
COMMENT ON FUNCTION medsup.run_stage(bigint, int[]) IS
    'read these partitions of a run into this backend, in one snapshot; they stay until run_unstage(), the next run_stage() or a rollback; how many rows there were';

CREATE FUNCTION medsup.is_staged(run bigint, part int) RETURNS boolean
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'medsup_is_staged';
COMMENT ON FUNCTION medsup.is_staged(bigint, int) IS 'whether this backend holds a partition of a run, read and not yet judged before another';

CREATE FUNCTION medsup.run_verdicts(run bigint, part int, book bytea DEFAULT NULL) RETURNS SETOF medsup.verdict
    LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE COST 1000000 ROWS 10000
AS 'MODULE_PATHNAME', 'medsup_run_verdicts';
COMMENT ON FUNCTION medsup.run_verdicts(bigint, int, bytea) IS
    'judge a staged partition by the rulebook of the run or a compiled book: findings, lines skipped, tallies summed over the partition, and rows N: the lines of the period, those unsettled, and the snapshot';

CREATE FUNCTION medsup.run_unstage() RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
AS 'MODULE_PATHNAME', 'medsup_unstage';
COMMENT ON FUNCTION medsup.run_unstage() IS 'let go of what run_stage read into this backend';
