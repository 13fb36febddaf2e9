-- What a night has to look at: the persons in the queue, and what was seen when
-- they were put there.  Only the session that holds the lock of runs writes here,
-- but for the log of triggers, which is appended to by whoever writes claims.

CREATE TABLE medsup.changed_person (
    psn_no          text NOT NULL,
    since           timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    reasons         text[] NOT NULL,
    CONSTRAINT changed_person_pkey PRIMARY KEY (psn_no)
);
COMMENT ON TABLE medsup.changed_person IS
    'persons to be checked again; a run takes them off in the transaction that records what it found of them';
COMMENT ON COLUMN medsup.changed_person.since IS 'when a night first noticed';
COMMENT ON COLUMN medsup.changed_person.reasons IS
    'rows: of the sources; gone: no row is left; column, trigger: as medsup.source_watch says; rulebook; exemption; audited: another run changed a finding';

CREATE TABLE medsup.change_log (
    entry           bigint GENERATED ALWAYS AS IDENTITY,
    psn_no          text,
    CONSTRAINT change_log_pkey PRIMARY KEY (entry)
);
COMMENT ON TABLE medsup.change_log IS 'persons whose rows were written, as triggers note them; emptied by each night';
COMMENT ON SEQUENCE medsup.change_log_entry_seq IS 'numbers entries of the log';
COMMENT ON COLUMN medsup.change_log.psn_no IS 'number of the person; NULL: a table was truncated, or its persons cannot be told';

-- Digests of what the sources held of each person, 16 bytes a person: the hash of
-- the number, the sum of the hashes of the rows.
CREATE TABLE medsup.sweep_chunk (
    chunk           bigint NOT NULL,
    persons         bytea NOT NULL,
    CONSTRAINT sweep_chunk_pkey PRIMARY KEY (chunk)
);
ALTER TABLE medsup.sweep_chunk ALTER COLUMN persons SET STORAGE EXTERNAL;
COMMENT ON TABLE medsup.sweep_chunk IS 'what the last sweep saw: digests of persons in the order of their hashes (docs/formats.md)';
COMMENT ON COLUMN medsup.sweep_chunk.chunk IS 'the first bits of the hashes, sweep_bits of them';

CREATE TABLE medsup.change_state (
    only_row        boolean NOT NULL DEFAULT true,
    -- a secret, so that nobody can make a row that hashes like another one
    sweep_key       bigint NOT NULL DEFAULT pg_catalog.hashtextextended(pg_catalog.gen_random_uuid()::text, 0),
    sweep_bits      int,
    sweep_persons   bigint,
    sweep_check     bigint,
    run             bigint,
    looked_at       timestamptz,
    rulebook        int,
    rulebook_digest bytea,
    sources         text,
    visits          boolean,
    exemptions      int[],
    period_from     timestamp,
    full_due        text[],
    full_after      bigint,
    full_at         timestamptz,
    CONSTRAINT change_state_pkey PRIMARY KEY (only_row),
    CONSTRAINT change_state_one CHECK (only_row)
);
COMMENT ON TABLE medsup.change_state IS 'what a night saw when it last looked for changes; at most one row, none: the next night audits all';
COMMENT ON COLUMN medsup.change_state.sweep_key IS 'key of the hashes';
COMMENT ON COLUMN medsup.change_state.sweep_bits IS 'how many bits of a hash tell its chunk; NULL: nothing was swept';
COMMENT ON COLUMN medsup.change_state.sweep_check IS 'sum over all digests, to notice damage';
COMMENT ON COLUMN medsup.change_state.run IS 'the run that looked';
COMMENT ON COLUMN medsup.change_state.looked_at IS 'when it began to look';
COMMENT ON COLUMN medsup.change_state.sources IS 'digest of bindings and of how they are watched';
COMMENT ON COLUMN medsup.change_state.visits IS 'whether rules about visits and records ran';
COMMENT ON COLUMN medsup.change_state.exemptions IS 'exemptions that were in force';
COMMENT ON COLUMN medsup.change_state.period_from IS 'begin of the period of nights; NULL: all lines';
COMMENT ON COLUMN medsup.change_state.full_due IS 'why the next night audits everybody, until a full audit has ended well';
COMMENT ON COLUMN medsup.change_state.full_after IS 'a run that went on, parts of which are from before full_due: a later one is needed';
COMMENT ON COLUMN medsup.change_state.full_at IS 'end of the last full audit that ended well';

CREATE TABLE medsup.run_change (
    run             bigint NOT NULL,
    reason          text NOT NULL,
    persons         bigint,
    seconds         numeric,
    CONSTRAINT run_change_pkey PRIMARY KEY (run, reason)
);
COMMENT ON TABLE medsup.run_change IS 'the ledger of nights: for what reasons how many persons were checked, or why everybody was';
COMMENT ON COLUMN medsup.run_change.reason IS 'as in changed_person.reasons; queued: left by nights that did not end well; persons: all of these, each once; everybody: and why';
COMMENT ON COLUMN medsup.run_change.persons IS 'how many; NULL: everybody';
COMMENT ON COLUMN medsup.run_change.seconds IS 'how long it took to find them';

-- Whether a run looks at all that a night would look at.
CREATE FUNCTION medsup.is_whole_run(this medsup.run) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN this.kind IN ('audit', 'nightly') AND NOT this.changed_only AND NOT this.by_occurrence
        AND num_nonnulls(this.institutions, this.rules, this.med_types) = 0 AND this.period_to IS NULL
        AND (this.period_from IS NULL OR this.period_from <= lower(medsup.nightly_period()));
END
$$;
COMMENT ON FUNCTION medsup.is_whole_run(medsup.run) IS 'whether a run audits everybody a night would: no campaign, and the period of nights within its own';

-- What a partition has checked leaves the queue with what was found.
CREATE FUNCTION medsup.changed_done(this medsup.run, part int) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    n bigint := 0;
BEGIN
    IF this.changed_only OR medsup.is_whole_run(this) THEN
        DELETE FROM medsup.changed_person c
        WHERE medsup.partition_of(c.psn_no, this.partitions) = part;
        GET DIAGNOSTICS n = ROW_COUNT;
    END IF;
    RETURN n;
END
$$;
COMMENT ON FUNCTION medsup.changed_done(medsup.run, int) IS
    'take the persons of a partition off the queue, in the transaction that records what was found of them';

CREATE FUNCTION medsup.changes_done(this medsup.run) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF medsup.is_whole_run(this) THEN
        -- not by what began before it was due
        UPDATE medsup.change_state c
        SET full_due = CASE WHEN this.run < c.run OR this.run = c.full_after THEN c.full_due END,
            full_at = clock_timestamp();
    END IF;
END
$$;
COMMENT ON FUNCTION medsup.changes_done(medsup.run) IS 'note that a run over everybody ended well';

CREATE FUNCTION medsup.next_night_full() RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE medsup.change_state SET run = NULL;
END
$$;
COMMENT ON FUNCTION medsup.next_night_full() IS 'have the next night audit everybody, whatever changed';

CREATE FUNCTION medsup.row_digest_support(internal) RETURNS internal
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'medsup_row_digest_support';
COMMENT ON FUNCTION medsup.row_digest_support(internal) IS 'planner support of medsup.row_digest: columns are hashed as they are stored';

CREATE FUNCTION medsup.row_digest(key bigint, VARIADIC columns "any") RETURNS bigint
    LANGUAGE c IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT COST 5
    SUPPORT medsup.row_digest_support
    AS 'MODULE_PATHNAME', 'medsup_row_digest';
COMMENT ON FUNCTION medsup.row_digest(bigint, "any") IS 'a hash of 64 bits over columns of any types, as they are stored: readers and columns that are not bound are left out where it is planned';

CREATE FUNCTION medsup.person_hash(key bigint, psn_no text) RETURNS bigint
    LANGUAGE c IMMUTABLE PARALLEL SAFE STRICT
    AS 'MODULE_PATHNAME', 'medsup_person_hash';
COMMENT ON FUNCTION medsup.person_hash(bigint, text) IS 'the hash under which a sweep knows a person';

-- Rows added up by person, in each of the processes that scan.
CREATE FUNCTION medsup.sweep_sum_step(internal, key bigint, kilobytes int, prefix_bits int, prefix bigint, psn_no text, digest bigint) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
    AS 'MODULE_PATHNAME', 'medsup_sweep_sum_step';
COMMENT ON FUNCTION medsup.sweep_sum_step(internal, bigint, int, int, bigint, text, bigint) IS 'transition of medsup.sweep_sum';
CREATE FUNCTION medsup.sweep_sum_merge(internal, internal) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT
    AS 'MODULE_PATHNAME', 'medsup_sweep_sum_merge';
COMMENT ON FUNCTION medsup.sweep_sum_merge(internal, internal) IS 'sums of two processes as one, for medsup.sweep_sum';
CREATE FUNCTION medsup.sweep_sum_pack(internal) RETURNS bytea
    LANGUAGE c IMMUTABLE PARALLEL SAFE STRICT
    AS 'MODULE_PATHNAME', 'medsup_sweep_sum_pack';
COMMENT ON FUNCTION medsup.sweep_sum_pack(internal) IS 'sums as bytes, for medsup.sweep_sum';
CREATE FUNCTION medsup.sweep_sum_unpack(bytea, internal) RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE STRICT
    AS 'MODULE_PATHNAME', 'medsup_sweep_sum_unpack';
COMMENT ON FUNCTION medsup.sweep_sum_unpack(bytea, internal) IS 'sums from bytes, for medsup.sweep_sum';
CREATE AGGREGATE medsup.sweep_sum(key bigint, kilobytes int, prefix_bits int, prefix bigint, psn_no text, digest bigint) (
    SFUNC = medsup.sweep_sum_step, STYPE = internal, SSPACE = 8388608, FINALFUNC = medsup.sweep_sum_pack,
    COMBINEFUNC = medsup.sweep_sum_merge, SERIALFUNC = medsup.sweep_sum_pack, DESERIALFUNC = medsup.sweep_sum_unpack,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE medsup.sweep_sum(bigint, int, int, bigint, text, bigint) IS
    'digests of rows added up by person, as bytes for medsup.sweep_persons: of the persons whose hashes begin with a prefix, or fewer where they would exceed the memory';

CREATE FUNCTION medsup.sweep_persons(queries text[], fresh boolean, kilobytes int DEFAULT 0,
    OUT psn_no text, OUT person_hash bigint) RETURNS SETOF record
    LANGUAGE c VOLATILE PARALLEL UNSAFE STRICT COST 1000000 ROWS 10000
    -- what costs is what the planner does not know of: to read values and to hash them
    SET search_path = pg_catalog, pg_temp SET jit = off SET parallel_setup_cost = 100
    AS 'MODULE_PATHNAME', 'medsup_sweep_persons';
COMMENT ON FUNCTION medsup.sweep_persons(text[], boolean, int) IS
    'run queries of (psn_no text, digest bigint), keep the sums by person, return who has others than at the last sweep: with psn_no NULL who is gone; fresh: start anew, return nobody; kilobytes of memory, 0: medsup.audit_mem';
