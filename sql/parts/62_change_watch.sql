-- How changes of the sources are noticed: by a sweep over all rows, which asks
-- nothing of anybody, by a column that says when a row was last written, or by
-- triggers.

CREATE TABLE medsup.source_watch (
    kind            text NOT NULL,
    method          text NOT NULL,
    changed_at      text,
    overlap         interval,
    set_by          text NOT NULL DEFAULT CURRENT_USER,
    set_at          timestamptz NOT NULL DEFAULT pg_catalog.now(),
    CONSTRAINT source_watch_pkey PRIMARY KEY (kind),
    CONSTRAINT source_watch_method CHECK (method OPERATOR(pg_catalog.=) ANY (ARRAY['column', 'trigger'])),
    CONSTRAINT source_watch_column
        CHECK ((method OPERATOR(pg_catalog.=) 'column') OPERATOR(pg_catalog.=) (changed_at IS NOT NULL AND overlap IS NOT NULL)),
    CONSTRAINT source_watch_overlap CHECK (overlap OPERATOR(pg_catalog.>) interval '0')
);
COMMENT ON TABLE medsup.source_watch IS 'kinds of sources whose changes are not noticed by a sweep; written by medsup.watch_source';
COMMENT ON COLUMN medsup.source_watch.changed_at IS 'expression over the relations, called t: when the row was last written';
COMMENT ON COLUMN medsup.source_watch.overlap IS 'how far before the last look rows are taken again; longer than any transaction that writes';

-- A view as for the sources themselves, so that the expression runs with the
-- rights of whoever set it, and the column cannot be dropped unnoticed.
CREATE FUNCTION medsup.watch_view(kind text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT COST 10000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    body text;
BEGIN
    SELECT string_agg(format(E'SELECT (%s) COLLATE "C" AS psn_no, (%s\n) AS changed_at FROM %I.%I AS t', r.reader, w.changed_at, s.nspname, c.relname),
                      E'\nUNION ALL\n' ORDER BY b.relation_name COLLATE "C")
    INTO body
    FROM medsup.source_watch w
    JOIN medsup.source_binding b ON b.kind = w.kind
    JOIN pg_class c ON c.oid = b.relation
    JOIN pg_namespace s ON s.oid = c.relnamespace
    CROSS JOIN LATERAL medsup.source_resolve(b.kind, b.relation, b.mapping, b.zone) r
    WHERE w.kind = watch_view.kind AND w.method = 'column' AND r.column_name = 'psn_no';
    IF to_regclass(format('medsup.%I', 'written_' || kind)) IS NOT NULL THEN
        EXECUTE format('DROP VIEW medsup.%I', 'written_' || kind);
    END IF;
    IF body IS NOT NULL THEN
        BEGIN
            EXECUTE format(E'CREATE VIEW medsup.%I AS\n%s', 'written_' || kind, body);
        EXCEPTION WHEN undefined_column OR datatype_mismatch THEN
            RAISE EXCEPTION 'sources of kind % are watched by a column that not all of them have: %', kind, SQLERRM
                USING ERRCODE = 'MS902', HINT = format('Have a sweep notice their changes first: SELECT medsup.unwatch_source(%L);', kind);
        END;
        EXECUTE format('COMMENT ON VIEW medsup.%I IS %L', 'written_' || kind,
            format('whose rows of kind %s were written when; made by medsup.watch_source, not to be edited', kind));
        EXECUTE coalesce((
            SELECT string_agg(format('GRANT SELECT ON medsup.%I TO %I', 'written_' || kind, r.rolname), '; ')
            FROM medsup.access_grant g JOIN pg_roles r ON r.rolname = g.role_name
            WHERE g.access = 'operator'), 'SELECT');
    END IF;
END
$$;
COMMENT ON FUNCTION medsup.watch_view(text) IS 'make, replace or drop the view medsup.written_<kind> after medsup.source_watch';

-- A relation, and what is written under other names that belongs to it.
CREATE FUNCTION medsup.with_partitions(relation regclass) RETURNS SETOF regclass
    LANGUAGE sql STABLE PARALLEL SAFE STRICT ROWS 1
BEGIN ATOMIC
    WITH RECURSIVE tree (relid) AS (
        SELECT relation::pg_catalog.oid
        UNION ALL
        SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN tree t ON i.inhparent OPERATOR(pg_catalog.=) t.relid
    )
    SELECT t.relid::pg_catalog.regclass FROM tree t;
END;
COMMENT ON FUNCTION medsup.with_partitions(regclass) IS 'a relation with all its partitions and children';

-- Whoever writes claims need not have any right here.
CREATE FUNCTION medsup.note_changes() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- This runs with our rights, so no cast of a type that the table's owner made may run in it.
    number text := (SELECT format('medsup.read_text(t.%I::text) COLLATE "C"', a.attname)
                    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                    WHERE a.attrelid = TG_RELID AND a.attname = TG_ARGV[0] AND NOT a.attisdropped
                      AND (t.typcategory = 'S' OR t.oid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'uuid'::regtype)));
BEGIN
    IF TG_OP = 'TRUNCATE' OR number IS NULL THEN
        INSERT INTO medsup.change_log (psn_no) VALUES (NULL);
        RETURN NULL;
    END IF;
    EXECUTE format('INSERT INTO medsup.change_log (psn_no) SELECT n.psn_no FROM (%s) n WHERE n.psn_no IS NOT NULL',
        CASE TG_OP WHEN 'INSERT' THEN format('SELECT DISTINCT %s AS psn_no FROM new_rows t', number)
                   WHEN 'DELETE' THEN format('SELECT DISTINCT %s AS psn_no FROM old_rows t', number)
                   ELSE format('SELECT %1$s AS psn_no FROM new_rows t UNION SELECT %1$s FROM old_rows t', number) END);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION medsup.note_changes() IS 'trigger: note the persons whose rows a statement wrote; its argument is the column of their numbers';

CREATE FUNCTION medsup.watch_triggers(kind text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT COST 10000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    r record;
BEGIN
    FOR r IN
        SELECT p.relation, c.relkind, pg_has_role(c.relowner, 'USAGE') AS mine, b.columns #>> '{psn_no,column}' AS column_name,
               t.typcategory = 'S' OR t.oid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'uuid'::regtype) AS plain
        FROM medsup.source_binding b
        CROSS JOIN LATERAL medsup.with_partitions(b.relation) p (relation)
        JOIN pg_class c ON c.oid = p.relation
        LEFT JOIN pg_attribute a ON a.attrelid = p.relation AND a.attname = (b.columns #>> '{psn_no,column}')::name
        LEFT JOIN pg_type t ON t.oid = a.atttypid
        WHERE b.kind = watch_triggers.kind
    LOOP
        IF r.relkind NOT IN ('r', 'p') THEN
            RAISE EXCEPTION '% is not a table and can have no triggers', r.relation
                USING ERRCODE = 'MS902', HINT = 'Let a sweep find its changes: SELECT medsup.unwatch_source(kind); or watch a column of it.';
        ELSIF NOT r.mine THEN
            RAISE EXCEPTION 'only the owner of % can have triggers made on it', r.relation
                USING ERRCODE = 'insufficient_privilege', HINT = 'Call watch_source as its owner, or watch a column of it.';
        ELSIF r.plain IS NOT TRUE THEN
            RAISE EXCEPTION 'the person number of % is not a plain column of text or whole numbers', r.relation
                USING ERRCODE = 'MS902', HINT = 'Let a sweep find its changes: SELECT medsup.unwatch_source(kind); or watch a column of it.';
        END IF;
        EXECUTE format('CREATE TRIGGER %I AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION medsup.note_changes(%L)',
            'medsup_insert_' || kind, r.relation, r.column_name);
        EXECUTE format('CREATE TRIGGER %I AFTER UPDATE ON %s REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION medsup.note_changes(%L)',
            'medsup_update_' || kind, r.relation, r.column_name);
        EXECUTE format('CREATE TRIGGER %I AFTER DELETE ON %s REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION medsup.note_changes(%L)',
            'medsup_delete_' || kind, r.relation, r.column_name);
        EXECUTE format('CREATE TRIGGER %I AFTER TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION medsup.note_changes()',
            'medsup_truncate_' || kind, r.relation);
    END LOOP;
END
$$;
COMMENT ON FUNCTION medsup.watch_triggers(text) IS 'make the triggers of a watched kind on all its relations and their partitions';

-- A relation bound, or a partition attached, after the triggers were made.
CREATE FUNCTION medsup.unwatched_relations() RETURNS SETOF text
    LANGUAGE plpgsql STABLE PARALLEL SAFE CALLED ON NULL INPUT ROWS 1
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    SELECT DISTINCT format('%s %s', w.kind, p.relation)
    FROM medsup.source_watch w
    JOIN medsup.source_binding b ON b.kind = w.kind
    CROSS JOIN LATERAL medsup.with_partitions(b.relation) p (relation)
    WHERE w.method = 'trigger'
      AND (SELECT count(*) FROM pg_trigger t
           WHERE t.tgrelid = p.relation AND t.tgfoid = 'medsup.note_changes'::regproc AND t.tgenabled IN ('O', 'A')
             AND t.tgname ~ ('^medsup_(insert|update|delete|truncate)_' || w.kind || '$')) < 4;
END
$$;
COMMENT ON FUNCTION medsup.unwatched_relations() IS 'relations of kinds watched by triggers that lack some of them, or have them disabled';

CREATE FUNCTION medsup.unwatch_source(kind text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT COST 10000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    r record;
BEGIN
    PERFORM medsup.source_check_kind(kind);
    DELETE FROM medsup.source_watch w WHERE w.kind = unwatch_source.kind;
    PERFORM medsup.watch_view(kind);
    FOR r IN SELECT t.tgname, t.tgrelid::regclass AS relation FROM pg_trigger t
             WHERE t.tgfoid = 'medsup.note_changes'::regproc AND t.tgname ~ ('^medsup_(insert|update|delete|truncate)_' || kind || '$')
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', r.tgname, r.relation);
    END LOOP;
END
$$;
COMMENT ON FUNCTION medsup.unwatch_source(text) IS 'let a sweep notice the changes of a kind of sources again; takes triggers away';

CREATE FUNCTION medsup.watch_source(kind text, method text, changed_at text DEFAULT NULL, overlap interval DEFAULT '1 hour')
    RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT COST 10000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    b record;
    found regtype;
    spelt text;
BEGIN
    PERFORM medsup.source_check_kind(kind);
    IF kind NOT IN ('encounter', 'settlement', 'fee_line', 'diagnosis', 'operation', 'chronic_reg') THEN
        RAISE EXCEPTION 'changes of sources of kind % are always found by a sweep', kind
            USING ERRCODE = 'MS902', HINT = 'Others can be chosen for encounter, settlement, fee_line, diagnosis, operation and chronic_reg.';
    ELSIF method IS NULL OR method NOT IN ('sweep', 'column', 'trigger') THEN
        RAISE EXCEPTION 'there is no method %', coalesce('"' || method || '"', 'NULL')
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give sweep, column or trigger.';
    ELSIF method = 'column' AND (changed_at IS NULL OR overlap IS NULL OR overlap <= interval '0' OR overlap > interval '1 year') THEN
        RAISE EXCEPTION 'to watch a column takes its name and a positive overlap'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Such as SELECT medsup.watch_source(''fee_line'', ''column'', ''upld_time'', ''2 hours''); the overlap is longer than any transaction that writes claims.';
    END IF;
    IF NOT EXISTS (SELECT FROM medsup.source_binding s WHERE s.kind = watch_source.kind) THEN
        RAISE EXCEPTION 'no source is bound for %', kind
            USING ERRCODE = 'MS901', HINT = 'Bind it first, such as SELECT medsup.bind_source(''fee_line'', ''wh.fee_list_d'').';
    END IF;
    PERFORM medsup.unwatch_source(kind);
    IF method = 'sweep' THEN
        RETURN;
    END IF;
    IF method = 'column' THEN
        FOR b IN SELECT s.relation, s.relation_name, format('%I.%I', n.nspname, c.relname) AS qualified
                 FROM medsup.source_binding s JOIN pg_class c ON c.oid = s.relation JOIN pg_namespace n ON n.oid = c.relnamespace
                 WHERE s.kind = watch_source.kind
        LOOP
            SELECT format('t.%I', a.attname) INTO spelt FROM pg_attribute a
            WHERE a.attrelid = b.relation AND a.attnum > 0 AND NOT a.attisdropped AND lower(a.attname) = lower(changed_at)
            ORDER BY a.attname = changed_at DESC LIMIT 1;
            changed_at := coalesce(spelt, changed_at);
            BEGIN
                EXECUTE format(E'SELECT pg_typeof((%s\n)) FROM (SELECT) AS one LEFT JOIN %s AS t ON false', changed_at, b.qualified) INTO found;
            EXCEPTION WHEN syntax_error_or_access_rule_violation OR cardinality_violation OR data_exception THEN
                RAISE EXCEPTION '% of %: %', to_jsonb(changed_at), b.relation_name, SQLERRM
                    USING ERRCODE = 'MS902', HINT = 'Give a column, or an expression over the relation, which is called t in it; all names in it must be qualified.';
            END;
            IF found NOT IN ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype) THEN
                RAISE EXCEPTION '% of % is %, not a time', to_jsonb(changed_at), b.relation_name, found
                    USING ERRCODE = 'MS902',
                          HINT = 'Give a timestamp; of a text that holds one, such as ''medsup.read_timestamp(t.upld_time)'', with an index over this expression.';
            END IF;
        END LOOP;
    END IF;
    INSERT INTO medsup.source_watch (kind, method, changed_at, overlap)
    VALUES (kind, method, CASE method WHEN 'column' THEN changed_at END, CASE method WHEN 'column' THEN overlap END);
    IF method = 'column' THEN
        PERFORM medsup.watch_view(kind);
    ELSE
        PERFORM medsup.watch_triggers(kind);
    END IF;
END
$$;
COMMENT ON FUNCTION medsup.watch_source(text, text, text, interval) IS
    'how nights notice changes of a kind of sources: sweep (the default), column (changed_at: a time column or expression, and the overlap) or trigger; the next night is a full one';
