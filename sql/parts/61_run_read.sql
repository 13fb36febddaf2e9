-- What a run reads: whether the bound sources can be read at all, and the
-- statement over them.

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
    state text;
    message text;
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
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
        IF medsup.error_text(state, message) = message THEN
            RAISE;
        END IF;
        RAISE EXCEPTION 'the sources cannot be read: %', medsup.error_text(state, message)
            USING ERRCODE = 'MS205',
                  HINT = 'Where a mapping casts, take the cast out: columns of text are read as they are, whatever they hold (medsup.sources).';
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

-- The statement that reads one partition: every person with a line or a
-- settlement in the period, with all that the warehouse has of this person, so
-- that windows look outside the period on both sides.  Lines that cannot be
-- placed in time are looked at by every run.
CREATE FUNCTION medsup.run_query(this medsup.run, part int,
    book text DEFAULT NULL, visits boolean DEFAULT NULL, persons text DEFAULT NULL) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 1000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    mine text := 'true';
    chosen text := '';
    kinds text := '';
    cols text;
    k text;
    row_type text;
    arrays text[] := '{}';
    place text;
    bounded boolean := this.period_from IS NOT NULL OR this.period_to IS NOT NULL;
    nobody text := '';
    begun text := '';
    alone text := '';
BEGIN
    book := coalesce(book, format('(SELECT b.compiled FROM medsup.rulebook b WHERE b.version = %s)', this.rulebook));
    -- rules about visits and records also speak of visits without any line
    visits := coalesce(visits, EXISTS (SELECT FROM medsup.run_rule u JOIN medsup.rule r ON r.rule_code = u.rule_code
        WHERE u.run = this.run AND u.state = 'checked' AND r.kind IN ('K11', 'K12')));
    IF this.partitions > 1 THEN
        mine := format($q$(hashtextextended(coalesce(t.psn_no, ''), 0) & 2147483647) %% %s = %s$q$,
                       this.partitions, part - 1);
    END IF;
    IF persons IS NOT NULL THEN
        mine := format('%s AND t.psn_no IN (%s)', mine, persons);
    END IF;
    place := concat_ws(' AND ', 'true',
        CASE WHEN this.period_from IS NOT NULL THEN format('%%1$s >= %L::timestamp', this.period_from) END,
        CASE WHEN this.period_to IS NOT NULL THEN format('%%1$s < %L::timestamp', this.period_to) END);
    IF bounded THEN
        -- wider than the period, never narrower: the evaluator places each line
        begun := format($q$
                AND (t.begntime IS NULL OR t.begntime = '-infinity' OR %s)$q$, format(place, 't.begntime'));
        chosen := format($q$
            AND coalesce(t.psn_no, '') IN (
                SELECT coalesce(t.psn_no, '') FROM medsup.src_fee_line t
                WHERE %1$s AND (t.fee_ocur_time IS NULL OR t.fee_ocur_time = '-infinity' OR %2$s)
                UNION ALL
                SELECT coalesce(t.psn_no, '') FROM medsup.src_settlement t
                WHERE %1$s AND %3$s%4$s)$q$,
            mine, format(place, 't.fee_ocur_time'), format(place, 't.setl_time'),
            CASE WHEN visits THEN format($q$
                UNION ALL
                SELECT t.psn_no FROM medsup.src_encounter t
                WHERE t.psn_no IS NOT NULL AND %s%s$q$, mine, begun) ELSE '' END);
    END IF;
    IF visits THEN
        alone := format($q$
    UNION ALL
    SELECT e.psn_no, NULL::medsup.claim_fee_line[] AS rows
    FROM (SELECT DISTINCT t.psn_no FROM medsup.src_encounter t WHERE t.psn_no IS NOT NULL AND %1$s%2$s) e
    WHERE NOT EXISTS (SELECT FROM (SELECT t.psn_no FROM medsup.src_fee_line t WHERE %1$s) l WHERE l.psn_no = e.psn_no)$q$,
            mine, begun);
    END IF;
    FOR k, row_type IN
        VALUES ('encounter', 'claim_encounter'), ('settlement', 'claim_settlement'), ('diagnosis', 'claim_diagnosis'),
            ('operation', 'claim_operation'), ('chronic_reg', 'claim_registration')
    LOOP
        -- NULL says that there is no such source, an empty array that it has no row
        IF to_regclass('medsup.src_' || k) IS NULL THEN
            arrays := arrays || 'NULL'::text;
            CONTINUE;
        END IF;
        arrays := arrays || format('coalesce(%s.rows, ''{}'')', k);
        SELECT string_agg(format('t.%I', a.attname), ', ' ORDER BY a.attnum) INTO cols
        FROM pg_attribute a
        WHERE a.attrelid = ('medsup.' || row_type)::regclass AND a.attnum > 0 AND NOT a.attisdropped;
        kinds := kinds || format($q$
LEFT JOIN (
    SELECT coalesce(t.psn_no, '') AS psn_no, array_agg(ROW(%2$s)::medsup.%4$s) AS rows
    FROM medsup.src_%1$s t WHERE %3$s GROUP BY 1
) %1$s ON %1$s.psn_no = line.psn_no$q$, k, cols, mine, row_type);
        IF k = 'settlement' THEN
            nobody := format($q$
LEFT JOIN (
    SELECT hashtextextended(t.setl_id, 0) & 4095 AS few, array_agg(ROW(%s)::medsup.claim_settlement) AS rows
    FROM medsup.src_settlement t WHERE t.psn_no IS NULL AND t.setl_id IS NOT NULL GROUP BY 1
) settlement ON settlement.few = line.few$q$, cols);
        END IF;
    END LOOP;
    SELECT string_agg(format('t.%I', a.attname), ', ' ORDER BY a.attnum) INTO cols
    FROM pg_attribute a
    WHERE a.attrelid = 'medsup.claim_fee_line'::regclass AND a.attnum > 0 AND NOT a.attisdropped;
    -- Lines without a person are skipped one by one and need no more than their
    -- own settlement, and there may be millions of them: one call takes only a
    -- few.  All of them are in the partition of the empty number.
    IF persons IS NULL AND part - 1 = (hashtextextended('', 0) & 2147483647) % this.partitions THEN
        nobody := format($q$
UNION ALL
SELECT v.*
FROM (
    SELECT hashtextextended(coalesce(t.setl_id, t.feedetl_sn, t.mdtrt_id, ''), 0) & 4095 AS few,
        array_agg(ROW(%1$s)::medsup.claim_fee_line) AS rows
    FROM medsup.src_fee_line t WHERE t.psn_no IS NULL GROUP BY 1
) line %2$s
CROSS JOIN LATERAL medsup.evaluate(
    %3$s,
    %4$L::timestamp, %5$L::timestamp, NULL, settlement.rows, line.rows, NULL, NULL, NULL) v$q$,
            cols, nobody, book, this.period_from, this.period_to);
    ELSE
        nobody := '';
    END IF;

    RETURN format($q$
SELECT v.*
FROM (
    SELECT coalesce(t.psn_no, '') AS psn_no, array_agg(ROW(%1$s)::medsup.claim_fee_line) AS rows
    FROM medsup.src_fee_line t WHERE t.psn_no IS NOT NULL AND %2$s%3$s GROUP BY 1%15$s
) line %4$s
CROSS JOIN LATERAL medsup.evaluate(
    %5$s,
    %6$L::timestamp, %7$L::timestamp, %10$s, %11$s, line.rows, %12$s, %13$s, %14$s) v%9$s
UNION ALL
SELECT (n.r).*
FROM (
    SELECT jsonb_populate_record(NULL::medsup.verdict, jsonb_build_object(
        'what', 'N', 'outcome', x.outcome, 'lines', x.lines, 'note', pg_current_snapshot()::text)) AS r
    FROM (
        SELECT count(*) AS lines, count(*) FILTER (WHERE s.setl_id IS NULL AND t.psn_no IS NOT NULL) AS unsettled
        FROM medsup.src_fee_line t
        LEFT JOIN (
            -- one line a settlement, whatever the warehouse repeats
            SELECT DISTINCT ON (coalesce(t.psn_no, ''), t.setl_id)
                coalesce(t.psn_no, '') AS psn_no, t.setl_id, nullif(t.setl_time, '-infinity') AS setl_time
            FROM medsup.src_settlement t
            WHERE %2$s AND t.setl_id IS NOT NULL
            -- as the evaluator chooses (audit_fate_core.c): bytes, no time first, unreadable last
            ORDER BY coalesce(t.psn_no, ''), t.setl_id, coalesce(t.vali_flag, '') = '0',
                coalesce(t.mdtrt_id, '') COLLATE "C", coalesce(t.init_setl_id, '') COLLATE "C", coalesce(t.refd_setl_flag, '') COLLATE "C",
                coalesce(t.mid_setl_flag, '') COLLATE "C", coalesce(t.vali_flag, '') COLLATE "C", coalesce(t.clr_way, '') COLLATE "C",
                coalesce(t.insutype, '') COLLATE "C", coalesce(t.med_type, '') COLLATE "C", coalesce(t.insu_admdvs, '') COLLATE "C",
                t.setl_time IS NOT NULL, t.setl_time = '-infinity', t.setl_time
        ) s ON s.psn_no = coalesce(t.psn_no, '') AND s.setl_id = t.setl_id
        WHERE %2$s
          AND (coalesce(s.setl_time, nullif(t.fee_ocur_time, '-infinity')) IS NULL OR (%8$s))
    ) c
    CROSS JOIN LATERAL (VALUES ('lines', c.lines), ('unsettled', c.unsettled)) x (outcome, lines)
    OFFSET 0
) n$q$,
        cols, mine, chosen, kinds, book, this.period_from, this.period_to,
        format(place, $q$coalesce(s.setl_time, nullif(t.fee_ocur_time, '-infinity'))$q$), nobody,
        arrays[1], arrays[2], arrays[3], arrays[4], arrays[5], alone);
END
$$;
COMMENT ON FUNCTION medsup.run_query(medsup.run, int, text, boolean, text) IS
    'the statement that a run executes for one partition; others give an expression for their book, whether it speaks of visits, and a query of persons; its plan is what to look at when a night is slow';
