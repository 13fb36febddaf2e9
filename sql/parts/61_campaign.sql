-- Campaigns (专项): a run that asks about some institutions, kinds of care or
-- rules only, or places lines by when they were done.  Their persons are read
-- whole, since windows do not end there; only lines of the campaign are counted,
-- only findings anchored at one are told, opened and closed.

CREATE FUNCTION medsup.by_occurrence(token text) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF token IS NULL OR token NOT IN ('settlement', 'occurrence') THEN
        RAISE EXCEPTION 'a period cannot be by "%"', coalesce(token, 'NULL')
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Known are settlement (the line''s bill, unsettled its own time) and occurrence (its own time).';
    END IF;
    RETURN token = 'occurrence';
END
$$;
COMMENT ON FUNCTION medsup.by_occurrence(text) IS 'whether a period is one of acts: settlement or occurrence, else an error';

CREATE FUNCTION medsup.check_campaign(institutions text[], rules text[], med_types text[]) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT COST 10000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    what text;
    listing text;
BEGIN
    SELECT string_agg(l.name, ', ' ORDER BY l.name COLLATE "C") INTO what
    FROM (VALUES ('institutions', institutions), ('rules', rules), ('med_types', med_types)) l (name, list)
    WHERE cardinality(l.list) = 0 OR EXISTS (SELECT FROM unnest(l.list) v WHERE coalesce(btrim(v), '') = '');
    IF what IS NOT NULL THEN
        RAISE EXCEPTION 'a campaign asks about nothing: % without values', what
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give at least one value, none of them empty, or NULL for all.';
    END IF;
    SELECT string_agg(quote_literal(c), ', ' ORDER BY c COLLATE "C") INTO listing
    FROM unnest(rules) c WHERE NOT EXISTS (SELECT FROM medsup.rule r WHERE r.rule_code = c);
    IF listing IS NOT NULL THEN
        RAISE EXCEPTION 'unknown rule %', listing
            USING ERRCODE = 'invalid_parameter_value', HINT = 'medsup.rule lists them.';
    END IF;
    SELECT string_agg(quote_literal(c), ', ' ORDER BY c COLLATE "C") INTO listing
    FROM unnest(rules) c
    WHERE EXISTS (SELECT FROM medsup.provider_entry p WHERE p.rule_code = c)
      AND NOT EXISTS (SELECT FROM medsup.knowledge k WHERE k.rule_code = c);
    IF listing IS NOT NULL THEN
        RAISE EXCEPTION 'no campaign over lines for rules over providers: %', listing
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'CALL medsup.run_provider_rules(period_from, period_to); judges them over whole calendar units.';
    END IF;
    IF num_nonnulls(institutions, med_types) = 0 THEN
        RETURN;
    END IF;
    -- the smaller source first, which mostly knows
    BEGIN
        PERFORM medsup.quiet_log();
        EXECUTE $q$
            SELECT string_agg(what, ', ' ORDER BY what COLLATE "C")
            FROM (SELECT 'institution ' || quote_literal(c) AS what FROM unnest($1) c
                  WHERE CASE WHEN EXISTS (SELECT FROM medsup.src_encounter e WHERE e.fixmedins_code = c) THEN false
                             ELSE NOT EXISTS (SELECT FROM medsup.src_fee_line l WHERE l.fixmedins_code = c) END
                  UNION ALL
                  -- of a list of kinds some may be rare
                  SELECT 'any med_type of ' || string_agg(quote_literal(c), ', ' ORDER BY c COLLATE "C") FROM unnest($2) c
                  HAVING CASE WHEN EXISTS (SELECT FROM medsup.src_encounter e WHERE e.med_type = ANY ($2)) THEN false
                              WHEN EXISTS (SELECT FROM medsup.src_settlement s WHERE s.med_type = ANY ($2)) THEN false
                              ELSE $2 IS NOT NULL AND NOT EXISTS (SELECT FROM medsup.src_fee_line l WHERE l.med_type = ANY ($2)) END) x$q$
        INTO listing USING institutions, med_types;
    EXCEPTION WHEN others THEN
        PERFORM medsup.refuse_cells(SQLSTATE, SQLERRM);
        RAISE;
    END;
    IF listing IS NOT NULL THEN
        RAISE EXCEPTION 'the sources hold nothing of %', listing
            USING ERRCODE = 'MS204', HINT = 'SELECT * FROM medsup.institutions(); lists the institutions; kinds of care are compared as written. Nothing was closed.';
    END IF;
END
$$;
COMMENT ON FUNCTION medsup.check_campaign(text[], text[], text[]) IS
    'refuse a campaign about nothing, of rules that are not known or not about lines, or of institutions or only of kinds of care that the sources do not know';

-- Wider than the campaign, never narrower: the evaluator looks at each line.
CREATE FUNCTION medsup.campaign_persons(this medsup.run) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN nullif(concat_ws(' INTERSECT ',
        CASE WHEN this.institutions IS NOT NULL THEN format(
            '(SELECT coalesce(e.psn_no, '''') FROM medsup.src_encounter e WHERE e.fixmedins_code = ANY (%1$L::text[])
              UNION ALL SELECT coalesce(l.psn_no, '''') FROM medsup.src_fee_line l WHERE l.fixmedins_code = ANY (%1$L::text[]))',
            this.institutions) END,
        CASE WHEN this.med_types IS NOT NULL THEN format(
            '(SELECT coalesce(e.psn_no, '''') FROM medsup.src_encounter e WHERE e.med_type = ANY (%1$L::text[])
              UNION ALL SELECT coalesce(s.psn_no, '''') FROM medsup.src_settlement s WHERE s.med_type = ANY (%1$L::text[])
              UNION ALL SELECT coalesce(l.psn_no, '''') FROM medsup.src_fee_line l WHERE l.med_type = ANY (%1$L::text[]))',
            this.med_types) END), '');
END
$$;
COMMENT ON FUNCTION medsup.campaign_persons(medsup.run) IS
    'a query of the persons that a campaign must read, empty text for lines of no person; NULL: everybody';

-- Counted independently of the evaluator: what it makes of each line must add up
-- to this.
CREATE FUNCTION medsup.lines_query(this medsup.run, part text, mine text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    own_time CONSTANT text := 'nullif(t.fee_ocur_time, ''-infinity'')';
    place CONSTANT text := CASE WHEN this.by_occurrence THEN own_time ELSE format('coalesce(s.setl_time, %s)', own_time) END;
    named CONSTANT boolean := num_nonnulls(this.institutions, this.med_types) > 0;
BEGIN
    RETURN format($q$SELECT %1$s AS partition, count(*) AS lines,
    count(*) FILTER (WHERE s.setl_id IS NULL AND t.psn_no IS NOT NULL) AS unsettled
FROM medsup.src_fee_line t
LEFT JOIN (
    -- one line a settlement, whatever the warehouse repeats
    SELECT DISTINCT ON (coalesce(t.psn_no, ''), t.setl_id)
        coalesce(t.psn_no, '') AS psn_no, t.setl_id, nullif(t.setl_time, '-infinity') AS setl_time, t.med_type
    FROM medsup.src_settlement t
    WHERE %2$s AND t.setl_id IS NOT NULL
    -- as the evaluator chooses (audit_fate_core.c): bytes, no time first, unreadable last
    ORDER BY coalesce(t.psn_no, ''), t.setl_id, coalesce(t.vali_flag, '') = '0',
        coalesce(t.mdtrt_id, '') COLLATE "C", coalesce(t.init_setl_id, '') COLLATE "C", coalesce(t.refd_setl_flag, '') COLLATE "C",
        coalesce(t.mid_setl_flag, '') COLLATE "C", coalesce(t.vali_flag, '') COLLATE "C", coalesce(t.clr_way, '') COLLATE "C",
        coalesce(t.insutype, '') COLLATE "C", coalesce(t.med_type, '') COLLATE "C", coalesce(t.insu_admdvs, '') COLLATE "C",
        t.setl_time IS NOT NULL, t.setl_time = '-infinity', t.setl_time
) s ON s.psn_no = coalesce(t.psn_no, '') AND s.setl_id = t.setl_id%3$s
WHERE %2$s%4$s
GROUP BY 1$q$,
        part, mine,
        CASE WHEN named THEN format($q$
LEFT JOIN (
    -- and one line a visit
    SELECT DISTINCT ON (t.psn_no, t.mdtrt_id) t.psn_no, t.mdtrt_id, t.fixmedins_code, t.med_type, t.vali_flag
    FROM medsup.src_encounter t
    WHERE %s AND t.psn_no IS NOT NULL AND t.mdtrt_id IS NOT NULL
    ORDER BY t.psn_no, t.mdtrt_id, coalesce(t.vali_flag, '') = '0',
        coalesce(t.gend, '') COLLATE "C", coalesce(t.fixmedins_code, '') COLLATE "C", coalesce(t.hosp_lv, '') COLLATE "C",
        coalesce(t.medins_type, '') COLLATE "C", coalesce(t.fix_blng_admdvs, '') COLLATE "C",
        coalesce(t.insu_admdvs, '') COLLATE "C", coalesce(t.insutype, '') COLLATE "C", coalesce(t.med_type, '') COLLATE "C",
        coalesce(t.vali_flag, '') COLLATE "C"
) e ON e.psn_no = t.psn_no AND e.mdtrt_id = t.mdtrt_id AND e.vali_flag IS DISTINCT FROM '0'$q$, mine) ELSE '' END,
        concat(
            CASE WHEN num_nonnulls(this.period_from, this.period_to) > 0 THEN format(E'\n  AND (%s IS NULL OR (%s))', place, concat_ws(' AND ',
                format('%s >= %L::timestamp', place, coalesce(this.period_from, '-infinity')),
                CASE WHEN this.period_to IS NOT NULL THEN format('%s < %L::timestamp', place, this.period_to) END)) END,
            CASE WHEN this.institutions IS NOT NULL THEN format(
                E'\n  AND coalesce(t.fixmedins_code, e.fixmedins_code) = ANY (%L::text[])', this.institutions) END,
            CASE WHEN this.med_types IS NOT NULL THEN format(
                E'\n  AND coalesce(t.med_type, s.med_type, e.med_type) = ANY (%L::text[])', this.med_types) END));
END
$$;
COMMENT ON FUNCTION medsup.lines_query(medsup.run, text, text) IS
    'the statement that counts the lines of a run, and those of them not settled yet, by plain SQL: part, the number of the partition as an expression over alias t; mine, a condition that narrows t to some persons';
