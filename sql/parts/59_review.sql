-- What people say about findings.  A verdict belongs to what the finding said
-- when it was given (its content digest): as long as the finding says the same it
-- stands, however often nights come by; once lines or point change it stands no
-- more, and is kept.  So no run ever has to look at verdicts.

CREATE TABLE medsup.judgement (
    judgement       bigint GENERATED ALWAYS AS IDENTITY,
    finding_id      bytea NOT NULL,
    content_digest  bytea NOT NULL,
    version         int NOT NULL,
    verdict         text NOT NULL,
    reason          text NOT NULL,
    vola_amt        numeric NOT NULL,
    judged_by       text NOT NULL DEFAULT SESSION_USER,
    judged_at       timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    CONSTRAINT judgement_pkey PRIMARY KEY (judgement),
    CONSTRAINT judgement_verdict_known
        CHECK (verdict OPERATOR(pg_catalog.=) ANY (ARRAY['confirmed', 'excluded', 'records_needed'])),
    CONSTRAINT judgement_reason_given CHECK (pg_catalog.btrim(reason) OPERATOR(pg_catalog.<>) '')
);
COMMENT ON TABLE medsup.judgement IS 'verdicts of people about findings, one row each time somebody judged; rows are added, never changed';
COMMENT ON SEQUENCE medsup.judgement_judgement_seq IS 'numbers judgements';
COMMENT ON COLUMN medsup.judgement.judgement IS 'its number';
COMMENT ON COLUMN medsup.judgement.finding_id IS 'the finding';
COMMENT ON COLUMN medsup.judgement.content_digest IS 'what the finding said then; the verdict stands while it says the same';
COMMENT ON COLUMN medsup.judgement.version IS 'version of the finding then, as in finding_history';
COMMENT ON COLUMN medsup.judgement.verdict IS 'confirmed (确认), excluded (排除) or records_needed (需调病历)';
COMMENT ON COLUMN medsup.judgement.reason IS 'why';
COMMENT ON COLUMN medsup.judgement.vola_amt IS 'amount in breach then, yuan';
COMMENT ON COLUMN medsup.judgement.judged_by IS 'who judged: the role of the login';
COMMENT ON COLUMN medsup.judgement.judged_at IS 'when';
CREATE INDEX judgement_finding_idx ON medsup.judgement (finding_id);
COMMENT ON INDEX medsup.judgement_finding_idx IS 'what was ever said about a finding';

-- What is not to be reported for a while, decided by somebody who answers for it.
CREATE TABLE medsup.exemption (
    exemption       int GENERATED ALWAYS AS IDENTITY,
    rule_code       text,
    entry_code      text,
    codes           medsup.fee_item[],
    fixmedins_code  text,
    psn_no          text,
    mdtrt_id        text,
    valid_from      date,
    valid_to        date,
    reason          text NOT NULL,
    approver        text NOT NULL,
    added_by        text NOT NULL DEFAULT SESSION_USER,
    added_at        timestamptz NOT NULL DEFAULT pg_catalog.now(),
    ended_by        text,
    ended_at        timestamptz,
    end_reason      text,
    CONSTRAINT exemption_pkey PRIMARY KEY (exemption),
    -- an institution alone would take its whole audit away
    CONSTRAINT exemption_is_narrow
        CHECK (pg_catalog.num_nonnulls(rule_code, entry_code, codes, psn_no, mdtrt_id) OPERATOR(pg_catalog.>) 0),
    CONSTRAINT exemption_has_codes CHECK (pg_catalog.cardinality(codes) OPERATOR(pg_catalog.>) 0),
    CONSTRAINT exemption_days CHECK (valid_to OPERATOR(pg_catalog.>=) valid_from),
    CONSTRAINT exemption_reason_given
        CHECK (pg_catalog.btrim(reason) OPERATOR(pg_catalog.<>) '' AND pg_catalog.btrim(approver) OPERATOR(pg_catalog.<>) ''),
    CONSTRAINT exemption_end_whole
        CHECK (pg_catalog.num_nulls(ended_by, ended_at, end_reason) OPERATOR(pg_catalog.=) ANY (ARRAY[0, 3]))
);
COMMENT ON TABLE medsup.exemption IS 'what findings are exempt, why and by whom approved; ended, never deleted; what is NULL does not narrow it';
COMMENT ON SEQUENCE medsup.exemption_exemption_seq IS 'numbers exemptions';
COMMENT ON COLUMN medsup.exemption.exemption IS 'its number';
COMMENT ON COLUMN medsup.exemption.rule_code IS 'findings of this rule';
COMMENT ON COLUMN medsup.exemption.entry_code IS 'findings of this knowledge point';
COMMENT ON COLUMN medsup.exemption.codes IS 'findings whose lines in breach all carry one of these codes or one below them';
COMMENT ON COLUMN medsup.exemption.fixmedins_code IS 'findings at this institution';
COMMENT ON COLUMN medsup.exemption.psn_no IS 'findings about this person';
COMMENT ON COLUMN medsup.exemption.mdtrt_id IS 'findings whose lines in breach all belong to this visit';
COMMENT ON COLUMN medsup.exemption.valid_from IS 'acts from this day';
COMMENT ON COLUMN medsup.exemption.valid_to IS 'acts up to this day, included';
COMMENT ON COLUMN medsup.exemption.reason IS 'why';
COMMENT ON COLUMN medsup.exemption.approver IS 'who answers for it: a person or a document';
COMMENT ON COLUMN medsup.exemption.added_by IS 'who wrote it: the role of the login';
COMMENT ON COLUMN medsup.exemption.added_at IS 'when';
COMMENT ON COLUMN medsup.exemption.ended_by IS 'who ended it; NULL: in force';
COMMENT ON COLUMN medsup.exemption.ended_at IS 'when it was ended';
COMMENT ON COLUMN medsup.exemption.end_reason IS 'why it was ended';

-- Reviewers are given INSERT here, and may not write as somebody else or about
-- what is not there.  The owner, who restores dumps, writes rows as they are.
CREATE FUNCTION medsup.guard_judgement() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION 'a judgement never changes'
            USING ERRCODE = '55000', HINT = 'Judge again: the last one counts, the older ones are kept.';
    END IF;
    IF NOT medsup.owns_rulebooks() THEN
        NEW.judged_by := SESSION_USER;
        NEW.judged_at := clock_timestamp();
        SELECT f.version, f.vola_amt INTO NEW.version, NEW.vola_amt FROM medsup.finding f
        WHERE f.finding_id = NEW.finding_id AND f.content_digest = NEW.content_digest AND f.status = 'open';
        IF NOT FOUND THEN
            RAISE EXCEPTION 'there is no open finding that says so'
                USING ERRCODE = 'no_data_found', HINT = 'Call medsup.judge(finding, verdict, reason).';
        END IF;
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION medsup.guard_judgement() IS 'trigger: names who really judged and about what, refuses any change';
CREATE TRIGGER judgement_guard BEFORE INSERT OR UPDATE OR DELETE ON medsup.judgement
    FOR EACH ROW EXECUTE FUNCTION medsup.guard_judgement();
COMMENT ON TRIGGER judgement_guard ON medsup.judgement IS 'a judgement never changes';
CREATE TRIGGER judgement_guard_all BEFORE TRUNCATE ON medsup.judgement
    FOR EACH STATEMENT EXECUTE FUNCTION medsup.guard_judgement();
COMMENT ON TRIGGER judgement_guard_all ON medsup.judgement IS 'a judgement never goes';

CREATE FUNCTION medsup.guard_exemption() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    end_columns CONSTANT text[] := '{ended_by,ended_at,end_reason}';
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT medsup.owns_rulebooks() THEN
            NEW.added_by := SESSION_USER;
            NEW.added_at := now();
            NEW.ended_by := NULL;
            NEW.ended_at := NULL;
            NEW.end_reason := NULL;
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP <> 'UPDATE' OR OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL
       OR to_jsonb(NEW) - end_columns <> to_jsonb(OLD) - end_columns THEN
        RAISE EXCEPTION 'an exemption can only be ended, once'
            USING ERRCODE = '55000', HINT = 'SELECT medsup.end_exemption(number, reason); then add another one.';
    END IF;
    NEW.ended_by := SESSION_USER;
    NEW.ended_at := now();
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION medsup.guard_exemption() IS 'trigger: names who really added or ended an exemption, refuses any other change';
CREATE TRIGGER exemption_guard BEFORE INSERT OR UPDATE OR DELETE ON medsup.exemption
    FOR EACH ROW EXECUTE FUNCTION medsup.guard_exemption();
COMMENT ON TRIGGER exemption_guard ON medsup.exemption IS 'an exemption is ended, never changed';
CREATE TRIGGER exemption_guard_all BEFORE TRUNCATE ON medsup.exemption
    FOR EACH STATEMENT EXECUTE FUNCTION medsup.guard_exemption();
COMMENT ON TRIGGER exemption_guard_all ON medsup.exemption IS 'an exemption never goes';

-- Whether all that is in breach is what an exemption names.  Nothing in breach
-- but the visit itself carries no code.
CREATE FUNCTION medsup.breach_is_of(evidence jsonb, mdtrt_id text, codes medsup.fee_item[], visit text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT COST 100
BEGIN ATOMIC
    SELECT COALESCE(
        pg_catalog.bool_and(
            (breach_is_of.visit IS NULL OR e.line ->> 'mdtrt_id' OPERATOR(pg_catalog.=) breach_is_of.visit)
            AND (breach_is_of.codes IS NULL
                 OR COALESCE(medsup.try_fee_item(e.line ->> 'med_list_codg') OPERATOR(medsup.<@) ANY (breach_is_of.codes), false))),
        breach_is_of.codes IS NULL AND (breach_is_of.visit IS NULL OR breach_is_of.mdtrt_id OPERATOR(pg_catalog.=) breach_is_of.visit))
    FROM pg_catalog.jsonb_array_elements(breach_is_of.evidence) e (line)
    WHERE e.line ->> 'role' OPERATOR(pg_catalog.=) '1' AND NOT e.line OPERATOR(pg_catalog.?) 'what';
END;
COMMENT ON FUNCTION medsup.breach_is_of(jsonb, text, medsup.fee_item[], text) IS
    'whether every line in breach carries one of the codes and belongs to the visit; NULL asks nothing';
