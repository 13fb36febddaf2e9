-- What a rule would find, before anybody publishes it: the draft is compiled as
-- publishing would compile it, judged as a run judges, and
-- leaves nothing behind.

-- A book of some rules alone, with draft points among theirs.  Written and
-- compiled in a subtransaction that is taken back: what the compiler made of it
-- stays in the variable.
CREATE FUNCTION medsup.draft_rulebook(points jsonb, rules text[], OUT compiled bytea, OUT entries text[])
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT COST 100000
    SET search_path = pg_catalog, pg_temp SET jit = off SET enable_nestloop = off SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
    drafted text[];
    asked text[];
    listing text;
    done boolean := false;
BEGIN
    IF coalesce(cardinality(rules), 0) = 0 AND (points IS NULL OR points = '[]') THEN
        RAISE EXCEPTION 'there is nothing to test'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give points as for medsup.load_points, or codes of rules.';
    END IF;
    SELECT string_agg(quote_literal(r), ', ') INTO listing
    FROM unnest(rules) r WHERE NOT EXISTS (SELECT FROM medsup.rule x WHERE x.rule_code = r);
    IF listing IS NOT NULL THEN
        RAISE EXCEPTION 'unknown rule %', listing USING ERRCODE = 'invalid_parameter_value', HINT = 'medsup.rule lists them.';
    END IF;
    SELECT string_agg(quote_literal(r), ', ' ORDER BY r COLLATE "C") INTO listing
    FROM unnest(rules) r
    WHERE EXISTS (SELECT FROM medsup.provider_entry p WHERE p.rule_code = r) AND NOT EXISTS (SELECT FROM medsup.knowledge k WHERE k.rule_code = r);
    IF listing IS NOT NULL THEN
        RAISE EXCEPTION 'no back-test of rules over providers: %', listing
            USING ERRCODE = 'feature_not_supported',
                  HINT = 'CALL medsup.run_provider_rules(period_from, period_to); judges them over whole calendar units.';
    END IF;
    BEGIN
        IF points IS NOT NULL THEN
            PERFORM medsup.load_points(points);
            SELECT array_agg(DISTINCT p ->> 'entry_code'), rules || array_agg(DISTINCT p ->> 'rule_code') INTO drafted, asked
            FROM jsonb_array_elements(points) p;
        ELSE
            asked := rules;
        END IF;
        INSERT INTO medsup.rule_setting AS t (rule_code, enabled)
        SELECT r.rule_code, r.rule_code = ANY (asked) FROM medsup.rule r
        ON CONFLICT (rule_code) DO UPDATE SET enabled = EXCLUDED.enabled;
        -- problems are listed where there are any: that takes as long as compiling
        BEGIN
            compiled := medsup.compile_rulebook();
        EXCEPTION WHEN SQLSTATE 'MS102' THEN
            SELECT string_agg(concat_ws(' ', x.object) || ': ' || x.problem, E'\n') INTO listing FROM medsup.rulebook_problems() x;
            IF listing IS NULL THEN
                RAISE;
            END IF;
            RAISE EXCEPTION 'the draft cannot be compiled' USING ERRCODE = 'MS103', DETAIL = listing,
                HINT = 'See docs/knowledge.md for what each measure takes.';
        END;
        -- points of a group are one entry; a draft that nothing was made of is said
        SELECT array_agg(DISTINCT e.entry_code ORDER BY e.entry_code), string_agg(DISTINCT quote_literal(d.entry_code), ', ') FILTER (WHERE e.entry_code IS NULL)
        INTO entries, listing
        FROM (SELECT d.entry_code, coalesce(g.entry_of, d.entry_code) AS entry_of
              FROM unnest(drafted) d (entry_code) LEFT JOIN medsup.grouped_point g ON g.entry_code = d.entry_code
              UNION ALL
              SELECT NULL, e.entry_code FROM medsup.rulebook_entries(compiled) e WHERE e.rule_code = ANY (rules)) d
        LEFT JOIN medsup.rulebook_entries(compiled) e ON e.entry_code = d.entry_of;
        IF listing IS NOT NULL THEN
            RAISE EXCEPTION 'not ready to be judged: %', listing
                USING ERRCODE = 'MS103',
                      DETAIL = (SELECT string_agg(u.entry_code || ': ' || u.missing, E'\n' ORDER BY u.entry_code COLLATE "C") FROM medsup.unset_entry u WHERE u.entry_code = ANY (drafted)),
                      HINT = 'A point needs all its limits, and rules need to be judged in this version: medsup.rule_status.';
        END IF;
        done := true;
        RAISE EXCEPTION 'the draft is taken back' USING ERRCODE = 'transaction_rollback';
    EXCEPTION WHEN transaction_rollback THEN
        IF NOT done THEN
            RAISE;
        END IF;
    END;
    IF coalesce(cardinality(entries), 0) = 0 THEN
        RAISE EXCEPTION 'these rules have no point that is ready'
            USING ERRCODE = 'MS103', HINT = 'medsup.rule_status says what they lack.';
    END IF;
END
$$;
COMMENT ON FUNCTION medsup.draft_rulebook(jsonb, text[]) IS
    'a compiled book of some rules alone, with draft points beside theirs, and the entries asked about; nothing is stored or published';

CREATE FUNCTION medsup.backtest(
    points jsonb DEFAULT NULL, period tsrange DEFAULT NULL, rules text[] DEFAULT NULL,
    sample int DEFAULT 20, seed text DEFAULT '', lang text DEFAULT 'zh',
    OUT part text, OUT rule_code text, OUT entry_code text, OUT fixmedins_code text, OUT outcome text,
    OUT findings bigint, OUT persons bigint, OUT lines bigint, OUT vola_amt numeric, OUT fund_amt numeric,
    OUT known_findings bigint, OUT known_lines bigint, OUT new_amt numeric,
    OUT psn_no text, OUT mdtrt_id text, OUT feedetl_sn text, OUT explanation text)
RETURNS SETOF record
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT COST 1000000 ROWS 100
    -- of lines behind views little can be estimated: none are sorted to be joined, and workers are worth their queue
    SET search_path = pg_catalog, pg_temp SET jit = off SET enable_mergejoin = off SET parallel_tuple_cost = 0.01
AS $$
#variable_conflict use_column
DECLARE
    draft record;
    ready record;
    this medsup.run;
    visits boolean;
    whom text;
BEGIN
    IF sample < 0 OR sample > 10000 OR sample IS NULL THEN
        RAISE EXCEPTION 'a sample of % cannot be drawn', coalesce(sample::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give 0 to 10000.';
    END IF;
    IF NOT has_table_privilege('medsup.knowledge', 'INSERT') OR NOT has_table_privilege('medsup.source_binding', 'SELECT') THEN
        RAISE EXCEPTION 'role "%" may not test rules over the warehouse', current_user
            USING ERRCODE = 'insufficient_privilege', HINT = 'It takes the accesses author and operator: the draft is compiled, and claims of persons are read and shown.';
    END IF;
    SELECT q.* INTO ready FROM medsup.run_ready(backtest.period) q;
    SELECT d.* INTO draft FROM medsup.draft_rulebook(backtest.points, backtest.rules) d;
    this.period_from := ready.period_from;
    this.period_to := ready.period_to;
    this.partitions := 1 + ready.estimate / 250000;
    visits := EXISTS (SELECT FROM medsup.rulebook_rules(draft.compiled) b JOIN medsup.rule r ON r.rule_code = b.rule_code WHERE r.kind IN ('K11', 'K12'));
    BEGIN
        PERFORM medsup.quiet_log();
        CREATE TEMPORARY TABLE medsup_backtest_book ON COMMIT DROP AS
        SELECT e.rule_code, e.entry_code, e.content ->> 'item_name' AS item_name, (e.content ->> 'window_days')::int AS window_days
        FROM medsup.rulebook_entries(draft.compiled) e;
        CREATE TEMPORARY TABLE medsup_backtest_entry ON COMMIT DROP AS
        SELECT e.* FROM pg_temp.medsup_backtest_book e WHERE e.entry_code = ANY (draft.entries);
        ANALYZE pg_temp.medsup_backtest_entry;
        -- what was billed and what of the book speaks about it: codes are few
        EXECUTE 'CREATE TEMPORARY TABLE medsup_backtest_code ON COMMIT DROP AS
        SELECT l.med_list_codg, count(*) AS lines FROM medsup.src_fee_line l GROUP BY l.med_list_codg';
        CREATE TEMPORARY TABLE medsup_backtest_reach ON COMMIT DROP AS
        SELECT b.med_list_codg, r.rule_code, r.entry_code, r.role
        FROM pg_temp.medsup_backtest_code b CROSS JOIN LATERAL medsup.rulebook_reach(draft.compiled, medsup.try_fee_item(b.med_list_codg)) r
        WHERE medsup.try_fee_item(b.med_list_codg) IS NOT NULL;
        ANALYZE pg_temp.medsup_backtest_reach;
        -- a book that speaks of codes alone has nothing to say about other persons;
        -- who has none is looked for only where these codes are rare: of common
        -- ones nearly everybody has some
        IF NOT visits
           AND (SELECT coalesce(10 * sum(c.lines) FILTER (WHERE c.med_list_codg IN (SELECT r.med_list_codg FROM pg_temp.medsup_backtest_reach r)), 0) < sum(c.lines)
                FROM pg_temp.medsup_backtest_code c)
           AND NOT EXISTS (SELECT FROM pg_temp.medsup_backtest_book e
                                      WHERE e.entry_code NOT IN (SELECT c.entry_code FROM medsup.rulebook_codes(draft.compiled) c)) THEN
            -- as a list that is hashed, which workers can have, too
            EXECUTE 'CREATE TEMPORARY TABLE medsup_backtest_person ON COMMIT DROP AS SELECT DISTINCT l.psn_no FROM medsup.src_fee_line l WHERE l.med_list_codg = ANY ($1)'
            USING ARRAY(SELECT DISTINCT r.med_list_codg FROM pg_temp.medsup_backtest_reach r);
            ANALYZE pg_temp.medsup_backtest_person;
            whom := 'SELECT p.psn_no FROM pg_temp.medsup_backtest_person p';
        END IF;
        PERFORM medsup.stage_claims(this, ARRAY(SELECT generate_series(1, this.partitions)), visits, whom);
        CREATE TEMPORARY TABLE medsup_backtest ON COMMIT DROP AS
        SELECT v.* FROM generate_series(1, this.partitions) p CROSS JOIN LATERAL medsup.run_verdicts(0, p, draft.compiled) v;
        PERFORM medsup.run_unstage();
        DELETE FROM pg_temp.medsup_backtest b
        WHERE b.what = 'F' AND NOT EXISTS (SELECT FROM pg_temp.medsup_backtest_entry e WHERE e.entry_code = b.entry_code);
        ANALYZE pg_temp.medsup_backtest;
        -- lines in breach, each once an entry, and whether a present finding has them
        CREATE TEMPORARY TABLE medsup_backtest_line ON COMMIT DROP AS
        SELECT h.rule_code, h.entry_code, h.fixmedins_code, h.mdtrt_id, h.feedetl_sn, h.vola_amt, k.mdtrt_id IS NOT NULL AS known
        FROM (
            SELECT b.rule_code, b.entry_code, min(b.fixmedins_code COLLATE "C") AS fixmedins_code,
                l.line ->> 'mdtrt_id' AS mdtrt_id, l.line ->> 'feedetl_sn' AS feedetl_sn, max((l.line ->> 'vola_amt')::numeric) AS vola_amt
            FROM pg_temp.medsup_backtest b CROSS JOIN LATERAL jsonb_array_elements(b.evidence) l (line)
            WHERE b.what = 'F' AND l.line ->> 'role' = '1' AND NOT l.line ? 'what'
            GROUP BY b.rule_code, b.entry_code, l.line ->> 'mdtrt_id', l.line ->> 'feedetl_sn'
        ) h
        LEFT JOIN (SELECT DISTINCT l.mdtrt_id, l.feedetl_sn FROM medsup.finding_line l WHERE l.status <> 'closed' AND l.role = 1) k
            ON k.mdtrt_id = h.mdtrt_id AND k.feedetl_sn = h.feedetl_sn;
        ANALYZE pg_temp.medsup_backtest_line;

        -- dearest first; entries without a hit are told, too
        RETURN QUERY
        WITH hit AS (
            SELECT b.entry_code, b.fixmedins_code, b.psn_no, b.vola_amt, b.fund_amt, f.finding_id IS NOT NULL AS known
            FROM pg_temp.medsup_backtest b
            LEFT JOIN medsup.finding f ON f.finding_id = b.finding_id AND f.status <> 'closed'
            WHERE b.what = 'F'
        ), of_hit AS (
            SELECT CASE WHEN grouping(h.entry_code) = 0 THEN 'entry' WHEN grouping(h.fixmedins_code) = 0 THEN 'institution' ELSE 'all' END AS part,
                h.entry_code, h.fixmedins_code, count(*) AS n, count(DISTINCT h.psn_no) AS persons,
                coalesce(sum(h.vola_amt), 0) AS vola_amt, coalesce(sum(h.fund_amt), 0) AS fund_amt, count(*) FILTER (WHERE h.known) AS known
            FROM hit h
            GROUP BY GROUPING SETS ((), (h.entry_code), (h.fixmedins_code))
        ), of_line AS (
            -- each line once in each of them
            SELECT x.part, x.entry_code, x.fixmedins_code, count(*) AS n, count(*) FILTER (WHERE x.known) AS known,
                coalesce(sum(x.vola_amt) FILTER (WHERE NOT x.known), 0) AS new_amt
            FROM (
                SELECT 'all' AS part, NULL::text AS entry_code, NULL::text AS fixmedins_code, l.known, max(l.vola_amt) AS vola_amt
                FROM pg_temp.medsup_backtest_line l GROUP BY l.mdtrt_id, l.feedetl_sn, l.known
                UNION ALL
                SELECT 'entry', l.entry_code, NULL, l.known, l.vola_amt FROM pg_temp.medsup_backtest_line l
                UNION ALL
                SELECT 'institution', NULL, l.fixmedins_code, l.known, max(l.vola_amt)
                FROM pg_temp.medsup_backtest_line l GROUP BY l.fixmedins_code, l.mdtrt_id, l.feedetl_sn, l.known
            ) x
            GROUP BY x.part, x.entry_code, x.fixmedins_code
        ), grain AS (
            SELECT 1 AS seq, 'all' AS part, NULL::text AS rule_code, NULL::text AS entry_code, NULL::text AS fixmedins_code, NULL::text AS item_name
            UNION ALL SELECT 2, 'entry', e.rule_code, e.entry_code, NULL, e.item_name FROM pg_temp.medsup_backtest_entry e
            UNION ALL SELECT 3, 'institution', NULL, NULL, h.fixmedins_code, NULL FROM of_hit h WHERE h.part = 'institution'
        )
        SELECT g.part, g.rule_code, g.entry_code, g.fixmedins_code, NULL::text,
            coalesce(h.n, 0), coalesce(h.persons, 0), coalesce(l.n, 0), coalesce(h.vola_amt, 0), coalesce(h.fund_amt, 0),
            coalesce(h.known, 0), coalesce(l.known, 0), coalesce(l.new_amt, 0), NULL::text, NULL::text, NULL::text, g.item_name
        FROM grain g
        LEFT JOIN of_hit h ON h.part = g.part AND coalesce(h.entry_code, h.fixmedins_code, '') = coalesce(g.entry_code, g.fixmedins_code, '')
        LEFT JOIN of_line l ON l.part = g.part AND coalesce(l.entry_code, l.fixmedins_code, '') = coalesce(g.entry_code, g.fixmedins_code, '')
        ORDER BY g.seq, coalesce(h.vola_amt, 0) DESC, g.rule_code COLLATE "C", g.entry_code COLLATE "C", g.fixmedins_code COLLATE "C";

        -- how lines in the scope of these rules came out, other points of theirs included
        RETURN QUERY
        SELECT 'outcome', b.rule_code, NULL::text, NULL::text, concat_ws(' ', b.outcome, b.reason), NULL::bigint, NULL::bigint, sum(b.lines)::bigint,
            NULL::numeric, NULL::numeric, NULL::bigint, NULL::bigint, NULL::numeric, NULL::text, NULL::text, NULL::text, NULL::text
        FROM pg_temp.medsup_backtest b
        WHERE b.what = 'T' AND b.rule_code IS NOT NULL
        GROUP BY b.rule_code, b.outcome, b.reason
        ORDER BY b.rule_code COLLATE "C", b.outcome COLLATE "C", b.reason COLLATE "C" NULLS FIRST;

        -- random, and the same again: by a hash of the seed
        RETURN QUERY
        SELECT 'hit', b.rule_code, b.entry_code, b.fixmedins_code, NULL::text, NULL::bigint, NULL::bigint, NULL::bigint, b.vola_amt, b.fund_amt,
            NULL::bigint, NULL::bigint, NULL::numeric, b.psn_no, b.mdtrt_id, b.feedetl_sn,
            concat_ws(' ', to_char(b.act_from, 'YYYY-MM-DD'), e.item_name, medsup.breach_text(b.measure, b.scope, b.limit_value, b.actual_value, b.unit, b.excess, e.window_days, NULL, backtest.lang))
        FROM pg_temp.medsup_backtest b JOIN pg_temp.medsup_backtest_entry e ON e.entry_code = b.entry_code
        WHERE b.what = 'F'
        ORDER BY md5(backtest.seed || encode(b.finding_id, 'hex')), b.finding_id
        LIMIT sample;

        -- what the entries speak about and is no breach: codes first, there are few
        CREATE TEMPORARY TABLE medsup_backtest_near ON COMMIT DROP AS
        SELECT b.med_list_codg, min(e.rule_code) AS rule_code, min(e.entry_code) AS entry_code, min(e.item_name) AS item_name
        FROM pg_temp.medsup_backtest_reach b JOIN pg_temp.medsup_backtest_entry e ON e.entry_code = b.entry_code
        WHERE b.role = 'main'
        GROUP BY b.med_list_codg;
        -- told of the few that are drawn, not of all that could be
        RETURN QUERY EXECUTE format($q$
        SELECT 'near_miss', m.rule_code, m.entry_code, m.fixmedins_code, NULL::text, NULL::bigint, NULL::bigint, NULL::bigint, NULL::numeric, NULL::numeric,
            NULL::bigint, NULL::bigint, NULL::numeric, m.psn_no, m.mdtrt_id, m.feedetl_sn,
            concat_ws(' ', to_char(m.fee_ocur_time, 'YYYY-MM-DD'), m.item_name, m.med_list_codg, '×', trim_scale(m.cnt))
        FROM (
            SELECT r.rule_code, r.entry_code, r.item_name, l.*
            FROM (
                SELECT l.fixmedins_code, l.psn_no, l.mdtrt_id, l.feedetl_sn, l.fee_ocur_time, l.med_list_codg, l.cnt,
                    md5(concat_ws('/', $3, l.mdtrt_id, l.feedetl_sn)) AS draw
                FROM medsup.src_fee_line l
                -- a line without a person was not judged
                %s
                  AND l.med_list_codg = ANY ($5)
                OFFSET 0
            ) l
            JOIN pg_temp.medsup_backtest_near r ON r.med_list_codg = l.med_list_codg
            WHERE NOT EXISTS (SELECT FROM pg_temp.medsup_backtest_line h WHERE h.mdtrt_id = l.mdtrt_id AND h.feedetl_sn = l.feedetl_sn)
              AND NOT EXISTS (SELECT FROM pg_temp.medsup_backtest b WHERE b.what = 'S' AND b.mdtrt_id = l.mdtrt_id AND b.feedetl_sn = l.feedetl_sn)
            ORDER BY l.draw, l.mdtrt_id, l.feedetl_sn
            LIMIT $4
        ) m
        ORDER BY m.draw, m.mdtrt_id, m.feedetl_sn$q$,
            CASE WHEN num_nonnulls(ready.period_from, ready.period_to) = 0 THEN 'WHERE l.psn_no IS NOT NULL'
            ELSE $q$LEFT JOIN medsup.src_settlement s ON s.setl_id = l.setl_id AND s.psn_no = l.psn_no
            WHERE l.psn_no IS NOT NULL
              AND ($1 IS NULL OR coalesce(nullif(s.setl_time, '-infinity'), l.fee_ocur_time) >= $1)
              AND ($2 IS NULL OR coalesce(nullif(s.setl_time, '-infinity'), l.fee_ocur_time) < $2)$q$ END)
        USING ready.period_from, ready.period_to, backtest.seed, sample, ARRAY(SELECT n.med_list_codg FROM pg_temp.medsup_backtest_near n);
        DROP TABLE pg_temp.medsup_backtest, pg_temp.medsup_backtest_book, pg_temp.medsup_backtest_line, pg_temp.medsup_backtest_entry, pg_temp.medsup_backtest_code,
            pg_temp.medsup_backtest_reach, pg_temp.medsup_backtest_near;
        IF whom IS NOT NULL THEN
            DROP TABLE pg_temp.medsup_backtest_person;
        END IF;
    EXCEPTION WHEN others THEN
        -- what a mapping could not cast is a cell
        PERFORM medsup.refuse_cells(SQLSTATE, SQLERRM);
        RAISE;
    END;
END
$$;
COMMENT ON FUNCTION medsup.backtest(jsonb, tsrange, text[], int, text, text) IS
    'what draft points (as for load_points) or rules would find in a period: all, entry, institution, outcome, and random hits and near misses; nothing is stored';
