-- One claim, checked as it comes: before payment, at the till, by an analyst.
-- Nothing here writes, so all of it runs on a hot standby.  The claim becomes
-- the arrays that medsup.evaluate takes; nothing else judges.

CREATE FUNCTION medsup.claim_rows(claim jsonb, list text, record anyelement) RETURNS anyarray
LANGUAGE C STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 200
AS 'MODULE_PATHNAME', 'medsup_claim_rows';
COMMENT ON FUNCTION medsup.claim_rows(jsonb, text, anyelement)
    IS 'a list of a JSON claim as records of the third argument''s type; NULL when the claim does not have that list';

-- What the warehouse holds of the person beside the claim.  A record of the
-- claim takes the place of the one with the same key; the diagnoses and
-- operations of a visit those of that visit.
CREATE FUNCTION medsup.claim_history(records anyarray, kind text, psn_no text) RETURNS anyarray
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT COST 10000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    cols text;
    same text;
    result records%TYPE;   -- the array type the caller passed
BEGIN
    IF psn_no IS NULL THEN
        RAISE EXCEPTION 'the history of a claim without psn_no was asked for'
            USING ERRCODE = 'MS202',
                  HINT = 'Say whose claim it is: {"person": {"psn_no": ...}}.';
    END IF;
    IF to_regclass('medsup.src_' || kind) IS NULL THEN
        RETURN records;
    END IF;
    SELECT string_agg(format('t.%I', a.attname), ', ' ORDER BY a.attnum) INTO STRICT cols
    FROM pg_attribute a
    WHERE a.attrelid = ('medsup.claim_' || CASE kind WHEN 'chronic_reg' THEN 'registration' ELSE kind END)::regclass
      AND a.attnum > 0 AND NOT a.attisdropped;
    same := CASE kind WHEN 'settlement' THEN 't.setl_id = c.setl_id'
                      WHEN 'fee_line' THEN 't.mdtrt_id = c.mdtrt_id AND t.feedetl_sn = c.feedetl_sn'
                      WHEN 'chronic_reg' THEN 't.dise_no = c.dise_no'
                      ELSE 't.mdtrt_id = c.mdtrt_id' END;
    EXECUTE format($q$
        SELECT $1 || array_agg(ROW(%1$s)::%2$s) FROM medsup.%3$I t
        WHERE t.psn_no = $2 AND NOT EXISTS (SELECT FROM unnest($1) c WHERE %4$s)$q$,
        cols, left(pg_typeof(records)::text, -2), 'src_' || kind, same)
    INTO result USING records, psn_no;
    RETURN coalesce(result, records, '{}');
END
$$;
COMMENT ON FUNCTION medsup.claim_history(anyarray, text, text)
    IS 'these records of a claim and what the bound sources hold of the person beside them; kind as in medsup.source_column';

CREATE FUNCTION medsup.claim_history_from(claim jsonb) RETURNS timestamp
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
AS 'MODULE_PATHNAME', 'medsup_claim_history_from';
COMMENT ON FUNCTION medsup.claim_history_from(jsonb)
    IS 'from when on a claim says that it holds everything about the person; NULL: from the beginning, infinity: it holds its visits only';

CREATE FUNCTION medsup.claim_person(claim jsonb) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT medsup.read_text(COALESCE(claim OPERATOR(pg_catalog.->) 'person' OPERATOR(pg_catalog.->>) 'psn_no',
        claim OPERATOR(pg_catalog.->) 'encounters' OPERATOR(pg_catalog.->) 0 OPERATOR(pg_catalog.->>) 'psn_no',
        claim OPERATOR(pg_catalog.->) 'lines' OPERATOR(pg_catalog.->) 0 OPERATOR(pg_catalog.->>) 'psn_no'));
END;
COMMENT ON FUNCTION medsup.claim_person(jsonb) IS 'whose claim it is; NULL when it does not say';

-- Never returns: it stands where a book would.
CREATE FUNCTION medsup.refuse_rulebook(version int) RETURNS bytea
    LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    newest int := (SELECT c.version FROM medsup.current_rulebook() c);
BEGIN
    IF newest IS NULL THEN
        RAISE EXCEPTION 'no rulebook is published'
            USING ERRCODE = 'MS104',
                  HINT = 'Load knowledge and call medsup.publish_rulebook().';
    END IF;
    RAISE EXCEPTION 'there is no rulebook version %', version
        USING ERRCODE = 'MS104',
              DETAIL = format('Versions published are 1 to %s.', newest),
              HINT = 'NULL stands for the one in force.';
END
$$;
COMMENT ON FUNCTION medsup.refuse_rulebook(int) IS 'raise the error of a rulebook that is not there';

-- One query, so that the planner puts it into the caller's: a prepared
-- statement plans all of it once.  The book is passed as it is stored; the
-- evaluator knows it by its checksum and does not read it again.
CREATE FUNCTION medsup.check_claim(claim jsonb, rulebook int DEFAULT NULL, history boolean DEFAULT false)
RETURNS SETOF medsup.verdict
LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10000 ROWS 5
BEGIN ATOMIC
    SELECT v.*
    -- one value, of this name: a cast to jsonb would else be made for every list
    FROM (SELECT check_claim.claim OFFSET 0) c, medsup.evaluate(
        COALESCE((SELECT b.compiled FROM medsup.rulebook b
                  WHERE b.version OPERATOR(pg_catalog.=) COALESCE(rulebook, (SELECT pg_catalog.max(m.version) FROM medsup.rulebook m))),
                 medsup.refuse_rulebook(rulebook)), NULL, NULL,
        CASE WHEN history THEN medsup.claim_history(medsup.claim_rows(claim, 'encounters', NULL::medsup.claim_encounter), 'encounter', medsup.claim_person(claim))
             ELSE medsup.claim_rows(claim, 'encounters', NULL::medsup.claim_encounter) END,
        CASE WHEN history THEN medsup.claim_history(medsup.claim_rows(claim, 'settlements', NULL::medsup.claim_settlement), 'settlement', medsup.claim_person(claim))
             ELSE medsup.claim_rows(claim, 'settlements', NULL::medsup.claim_settlement) END,
        CASE WHEN history THEN medsup.claim_history(medsup.claim_rows(claim, 'lines', NULL::medsup.claim_fee_line), 'fee_line', medsup.claim_person(claim))
             ELSE medsup.claim_rows(claim, 'lines', NULL::medsup.claim_fee_line) END,
        CASE WHEN history THEN medsup.claim_history(medsup.claim_rows(claim, 'diagnoses', NULL::medsup.claim_diagnosis), 'diagnosis', medsup.claim_person(claim))
             ELSE medsup.claim_rows(claim, 'diagnoses', NULL::medsup.claim_diagnosis) END,
        CASE WHEN history THEN medsup.claim_history(medsup.claim_rows(claim, 'operations', NULL::medsup.claim_operation), 'operation', medsup.claim_person(claim))
             ELSE medsup.claim_rows(claim, 'operations', NULL::medsup.claim_operation) END,
        CASE WHEN history THEN medsup.claim_history(medsup.claim_rows(claim, 'registrations', NULL::medsup.claim_registration), 'chronic_reg', medsup.claim_person(claim))
             ELSE medsup.claim_rows(claim, 'registrations', NULL::medsup.claim_registration) END,
        -- history that is not bound was not joined
        CASE WHEN history AND pg_catalog.to_regclass('medsup.src_fee_line') IS NOT NULL THEN NULL ELSE medsup.claim_history_from(claim) END) v
    WHERE v.what OPERATOR(pg_catalog.=) ANY (ARRAY['F', 'S']::"char"[]) OR v.outcome OPERATOR(pg_catalog.=) 'undecided';
END;
COMMENT ON FUNCTION medsup.check_claim(jsonb, int, boolean)
    IS 'what the rulebook says of one person''s claim in JSON: findings (F), lines that could not be checked (S) and rules undecided with the reason (T)';

-- For analysts: what the rules that look at one line only say of each row.
CREATE FUNCTION medsup.line_hits(line medsup.claim_fee_line, encounter medsup.claim_encounter,
    settlement medsup.claim_settlement DEFAULT NULL, rulebook int DEFAULT NULL) RETURNS text[]
LANGUAGE sql STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10000
BEGIN ATOMIC
    SELECT COALESCE(pg_catalog.array_agg(DISTINCT v.rule_code COLLATE "C" ORDER BY v.rule_code COLLATE "C"), '{}')
    FROM medsup.evaluate(
        COALESCE((SELECT b.compiled FROM medsup.rulebook b
                  WHERE b.version OPERATOR(pg_catalog.=) COALESCE(rulebook, (SELECT pg_catalog.max(m.version) FROM medsup.rulebook m))),
                 medsup.refuse_rulebook(rulebook)), NULL, NULL,
        ARRAY[encounter], CASE WHEN (settlement).setl_id IS NOT NULL THEN ARRAY[settlement] END, ARRAY[line], NULL, NULL, NULL, 'infinity') v
    WHERE v.what OPERATOR(pg_catalog.=) 'F' AND v.scope OPERATOR(pg_catalog.=) 'line';
END;
COMMENT ON FUNCTION medsup.line_hits(medsup.claim_fee_line, medsup.claim_encounter, medsup.claim_settlement, int)
    IS 'codes of the rules that a line breaches by itself: nothing that needs other lines, diagnoses or operations beside it';
