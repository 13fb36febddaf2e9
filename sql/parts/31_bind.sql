-- Binding the warehouse.  Its tables stay where and as they are: a binding says
-- which relation is of which kind, and medsup.bind_source makes of all relations
-- of one kind one view medsup.src_<kind> with the national platform's columns.
-- The views are no members of the extension, so that pg_dump carries them.

CREATE TABLE medsup.source_binding (
    kind          text NOT NULL,
    relation      regclass NOT NULL,
    relation_name text NOT NULL,
    mapping       jsonb NOT NULL,
    columns       jsonb NOT NULL,
    zone          text NOT NULL,
    bound_at      timestamptz NOT NULL DEFAULT pg_catalog.now(),
    bound_by      text NOT NULL DEFAULT CURRENT_USER,
    CONSTRAINT source_binding_pkey PRIMARY KEY (kind, relation)
);
COMMENT ON TABLE medsup.source_binding IS
    'relations of the warehouse bound as sources; written by medsup.bind_source';
COMMENT ON COLUMN medsup.source_binding.relation_name IS
    'its name when it was bound, to say which one is meant after it was dropped';
COMMENT ON COLUMN medsup.source_binding.columns IS
    'what was found: for each canonical column the column or the expression, and its type';
COMMENT ON COLUMN medsup.source_binding.zone IS
    'the civil time zone in which timestamptz columns are read';

CREATE FUNCTION medsup.source_reader(reads text, width int, typ oid, expr text, zone text) RETURNS text
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    base pg_type;
    is_text boolean;
    is_int boolean;
BEGIN
    -- domains are read as what they stand for
    LOOP
        SELECT * INTO base FROM pg_type WHERE oid = typ;
        EXIT WHEN base.typtype <> 'd';
        typ := base.typbasetype;
    END LOOP;
    is_text := base.typcategory = 'S' OR base.oid = '"char"'::regtype OR base.oid = 'unknown'::regtype;
    is_int := base.oid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype);
    CASE reads
    WHEN 'time' THEN
        -- no year of four digits: unreadable, and past what a conversion can do
        IF is_text THEN
            RETURN format('medsup.read_timestamp(%s::text)', expr);
        ELSIF base.oid IN ('date'::regtype, 'timestamp'::regtype) THEN
            RETURN format('CASE WHEN %1$s BETWEEN ''0001-01-01'' AND ''9999-12-31'' THEN %1$s::timestamp WHEN %1$s IS NOT NULL THEN ''-infinity''::timestamp END', expr);
        ELSIF base.oid = 'timestamptz'::regtype THEN
            RETURN format('CASE WHEN %1$s BETWEEN ''0001-01-01 00:00:00+00'' AND ''9999-12-31 00:00:00+00'' THEN %1$s AT TIME ZONE %2$L WHEN %1$s IS NOT NULL THEN ''-infinity''::timestamp END', expr, zone);
        END IF;
    WHEN 'number' THEN
        IF is_text THEN
            RETURN format('medsup.read_numeric(%s::text)', expr);
        ELSIF is_int THEN
            RETURN format('%s::numeric', expr);
        ELSIF base.oid = 'numeric'::regtype THEN
            RETURN format('medsup.read_numeric(%s)', expr);
        ELSIF base.oid IN ('float4'::regtype, 'float8'::regtype) THEN
            -- real by way of double precision: the direct cast keeps six digits only
            RETURN format('CASE WHEN %s IN (''Infinity'', ''-Infinity'') THEN ''NaN''::numeric ELSE %s%s::numeric END', expr, expr,
                          CASE WHEN base.oid = 'float4'::regtype THEN '::float8' ELSE '' END);
        END IF;
    WHEN 'text' THEN
        IF is_text THEN
            RETURN format('medsup.read_text(%s::text)', expr);
        ELSIF is_int OR base.oid = 'uuid'::regtype OR base.typtype = 'e' THEN
            RETURN format('%s::text', expr);
        ELSIF base.oid = 'numeric'::regtype THEN
            RETURN format('trim_scale(%s)::text', expr);
        ELSIF base.typnamespace = 'medsup'::regnamespace
          AND base.typname IN ('icd10', 'icd9cm3', 'drug_code', 'fee_item') THEN
            RETURN format('%s::text', expr);
        END IF;
    WHEN 'dict' THEN
        IF is_text OR is_int OR base.typtype = 'e' THEN
            RETURN format('medsup.read_dict(%s::text, %s)', expr, width);
        ELSIF base.oid = 'numeric'::regtype THEN
            RETURN format('medsup.read_dict(trim_scale(%s)::text, %s)', expr, width);
        ELSIF base.oid = 'bool'::regtype AND width = 1 THEN
            RETURN format('CASE WHEN %s THEN ''1'' WHEN NOT %s THEN ''0'' END', expr, expr);
        END IF;
    WHEN 'object' THEN
        IF base.oid IN ('json'::regtype, 'jsonb'::regtype) THEN
            RETURN format('CASE WHEN jsonb_typeof(%1$s::jsonb) = ''object'' THEN %1$s::jsonb END', expr);
        END IF;
    WHEN 'present' THEN
        IF is_text THEN
            RETURN format('CASE WHEN medsup.read_text(%s::text) IS NOT NULL THEN ''1'' END', expr);
        END IF;
        RETURN format('CASE WHEN %s IS NOT NULL THEN ''1'' END', expr);
    END CASE;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION medsup.source_reader(text, int, oid, text, text) IS
    'the SQL expression that reads a column of this type into its canonical form; NULL when such a type cannot be read';

CREATE FUNCTION medsup.source_resolve(
    kind          text,
    relation      regclass,
    mapping       jsonb,
    zone          text,
    OUT column_name text,
    OUT required    boolean,
    OUT origin      text,
    OUT origin_name text,
    OUT found_type  text,
    OUT reader      text,
    OUT problem     text)
    RETURNS SETOF record
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 10000 ROWS 30
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c medsup.source_column;
    qualified text;
    wanted text;
    typ oid;
    typmod int;
    n int;
    spelling text;
    probe refcursor;
BEGIN
    SELECT format('%I.%I', s.nspname, r.relname) INTO STRICT qualified
    FROM pg_class r JOIN pg_namespace s ON s.oid = r.relnamespace
    WHERE r.oid = relation;

    FOR c IN
        SELECT * FROM medsup.source_column sc
        WHERE sc.kind = source_resolve.kind ORDER BY sc.ordinal
    LOOP
        column_name := c.column_name;
        required := c.required;
        origin := NULL; origin_name := NULL; found_type := NULL; reader := NULL; problem := NULL;
        typ := NULL; typmod := -1;
        wanted := CASE c.reads
            WHEN 'time' THEN 'text, date, timestamp or timestamptz'
            WHEN 'number' THEN 'text, an integer type, numeric or double precision'
            WHEN 'dict' THEN 'text, an integer type, numeric' || CASE WHEN c.width = 1 THEN ' or boolean' ELSE '' END
            WHEN 'object' THEN 'json or jsonb'
            WHEN 'present' THEN 'any type'
            ELSE 'text, an integer type, numeric, uuid, an enum or a code type of medsup' END;

        IF mapping ? c.column_name THEN
            origin := 'expression';
            origin_name := mapping ->> c.column_name;
            -- A cursor takes one query only, twice the text in unequal brackets is
            -- an expression and nothing that closes them, and WHERE takes neither
            -- aggregates nor window functions nor sets.  Nothing is fetched.  Then
            -- a view and not a query, since a view has its types without a row.
            BEGIN
                OPEN probe FOR EXECUTE format(E'SELECT (%1$s\n) AS x FROM %2$s AS t WHERE ((%1$s\n)) IS NULL',
                                              origin_name, qualified);
                CLOSE probe;
                EXECUTE format(E'CREATE TEMPORARY VIEW medsup_bind_probe AS SELECT (%s\n) AS x FROM %s AS t',
                               origin_name, qualified);
                SELECT count(*), min(a.atttypid::int8)::oid, min(a.atttypmod) INTO n, typ, typmod
                FROM pg_attribute a
                WHERE a.attrelid = 'pg_temp.medsup_bind_probe'::regclass AND a.attnum > 0;
                DROP VIEW pg_temp.medsup_bind_probe;
                IF n <> 1 THEN
                    problem := 'the mapping is not one expression';
                END IF;
            EXCEPTION
                WHEN insufficient_privilege THEN
                    RAISE;
                WHEN others THEN
                    problem := format('the mapping %s: %s', to_jsonb(origin_name), SQLERRM);
            END;
        ELSE
            -- the name itself, then the aliases, each as written or in upper case
            FOREACH spelling IN ARRAY c.column_name || c.aliases LOOP
                SELECT 'column', a.attname, a.atttypid, a.atttypmod
                INTO origin, origin_name, typ, typmod
                FROM pg_attribute a
                WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped
                  AND lower(a.attname) = spelling
                ORDER BY a.attname = spelling DESC, a.attname = upper(spelling) DESC, a.attnum
                LIMIT 1;
                EXIT WHEN FOUND;
            END LOOP;
            IF origin IS NULL AND c.required THEN
                problem := 'missing, wanted ' || wanted
                    || CASE WHEN c.aliases = '{}' THEN ''
                            ELSE ' (also looked for ' || array_to_string(c.aliases, ', ') || ')' END;
            END IF;
        END IF;

        IF problem IS NULL AND typ IS NOT NULL THEN
            found_type := format_type(typ, typmod);
            reader := medsup.source_reader(c.reads, c.width, typ,
                -- the line end, since an expression may end in a comment
                CASE origin WHEN 'column' THEN format('t.%I', origin_name)
                            ELSE format(E'(%s\n)', origin_name) END, zone);
            IF reader IS NULL THEN
                problem := format('found %s, wanted %s', found_type, wanted);
            END IF;
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION medsup.source_resolve(text, regclass, jsonb, text) IS
    'how each column of a kind would be read from this relation, and what stands in the way; runs as the caller, the mapping''s expressions too';

CREATE FUNCTION medsup.source_upon(kind text) RETURNS SETOF text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT ROWS 1
BEGIN ATOMIC
    SELECT u.kind_upon
    FROM (VALUES ('provider', 'encounter'), ('person', 'encounter'), ('settlement_list', 'encounter'),
                 ('staff', 'fee_line')) u (kind, kind_upon)
    WHERE u.kind OPERATOR(pg_catalog.=) source_upon.kind;
END;
COMMENT ON FUNCTION medsup.source_upon(text) IS 'the kinds whose views complete their rows from sources of this kind';

-- A time as attributes hold it.
CREATE FUNCTION medsup.time_text(value timestamp) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
BEGIN ATOMIC
    SELECT CASE WHEN pg_catalog.isfinite(value) THEN pg_catalog.to_char(value, 'YYYY-MM-DD HH24:MI:SS')
                ELSE '-infinity' END;
END;
COMMENT ON FUNCTION medsup.time_text(timestamp) IS 'a time as text, to the second; -infinity for an unreadable one';

CREATE FUNCTION medsup.source_view(kind text) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 10000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    b record;
    branches text[] := '{}';
    body text;
    joins text := '';
    listed text;
    old_names text[];
    new_names text[];
    use_provider boolean := EXISTS (SELECT FROM medsup.source_binding sb WHERE sb.kind = 'provider');
    use_person boolean := EXISTS (SELECT FROM medsup.source_binding sb WHERE sb.kind = 'person');
    use_list boolean := EXISTS (SELECT FROM medsup.source_binding sb WHERE sb.kind = 'settlement_list');
BEGIN
    FOR b IN
        SELECT sb.mapping, sb.relation, sb.zone, format('%I.%I', s.nspname, r.relname) AS qualified
        FROM medsup.source_binding sb
        JOIN pg_class r ON r.oid = sb.relation
        JOIN pg_namespace s ON s.oid = r.relnamespace
        WHERE sb.kind = source_view.kind
        ORDER BY sb.relation_name COLLATE "C"
    LOOP
        -- one collation, whatever the relations have: bytes, which also sort fastest
        SELECT string_agg(format(CASE WHEN sc.reads IN ('text', 'dict', 'present') THEN E'    (%s) COLLATE "C" AS %I'
                                      ELSE E'    %s AS %I' END,
                   coalesce(r.reader, CASE sc.reads WHEN 'time' THEN 'NULL::timestamp'
                                                    WHEN 'number' THEN 'NULL::numeric'
                                                    WHEN 'object' THEN 'NULL::jsonb'
                                                    ELSE 'NULL::text' END),
                   sc.column_name), E',\n' ORDER BY sc.ordinal)
        INTO listed
        FROM medsup.source_column sc
        JOIN medsup.source_resolve(source_view.kind, b.relation, b.mapping, b.zone) r USING (column_name)
        WHERE sc.kind = source_view.kind;
        branches := branches || format(E'SELECT\n%s\nFROM %s AS t', listed, b.qualified);
    END LOOP;
    body := array_to_string(branches, E'\nUNION ALL\n');

    IF kind = 'encounter' AND body <> '' THEN
        -- What the visit does not say itself comes from the institution's and the
        -- person's master data, where these say one thing only, and from the list.
        SELECT string_agg(
            CASE
                WHEN use_provider AND sc.column_name IN ('fixmedins_name', 'hosp_lv', 'medins_type', 'fix_blng_admdvs')
                    THEN format('    coalesce(e.%1$I, v.%1$I) AS %1$I', sc.column_name)
                WHEN use_person AND sc.column_name IN ('gend', 'brdy', 'insu_admdvs', 'die_date')
                    THEN format('    coalesce(e.%1$I, p.%1$I) AS %1$I', sc.column_name)
                WHEN use_list AND sc.column_name = 'attributes'
                    THEN '    coalesce(c.attributes || e.attributes, c.attributes, e.attributes) AS attributes'
                ELSE format('    e.%1$I AS %1$I', sc.column_name)
            END, E',\n' ORDER BY sc.ordinal)
        INTO listed FROM medsup.source_column sc WHERE sc.kind = 'encounter';
        IF use_provider THEN
            joins := joins || $j$
LEFT JOIN (
    SELECT s.fixmedins_code,
        max(s.fixmedins_name) AS fixmedins_name,
        CASE WHEN min(s.hosp_lv) = max(s.hosp_lv) THEN min(s.hosp_lv) END AS hosp_lv,
        CASE WHEN min(s.medins_type) = max(s.medins_type) THEN min(s.medins_type) END AS medins_type,
        CASE WHEN min(s.fix_blng_admdvs) = max(s.fix_blng_admdvs) THEN min(s.fix_blng_admdvs) END AS fix_blng_admdvs
    FROM medsup.src_provider s
    WHERE s.vali_flag IS DISTINCT FROM '0'
    GROUP BY s.fixmedins_code
) AS v ON v.fixmedins_code = e.fixmedins_code$j$;
        END IF;
        IF use_person THEN
            joins := joins || $j$
LEFT JOIN (
    SELECT s.psn_no,
        CASE WHEN min(s.gend) = max(s.gend) THEN min(s.gend) END AS gend,
        CASE WHEN min(s.brdy) = max(s.brdy) THEN min(s.brdy) END AS brdy,
        CASE WHEN min(s.insu_admdvs) = max(s.insu_admdvs) THEN min(s.insu_admdvs) END AS insu_admdvs,
        CASE WHEN min(s.die_date) = max(s.die_date) THEN min(s.die_date) END AS die_date
    FROM medsup.src_person s
    WHERE s.vali_flag IS DISTINCT FROM '0'
    GROUP BY s.psn_no
) AS p ON p.psn_no = e.psn_no$j$;
        END IF;
        IF use_list THEN
            -- of several lists of a visit the one that was declared last counts
            joins := joins || format($j$
LEFT JOIN (
    SELECT DISTINCT ON (l.mdtrt_id) l.mdtrt_id, jsonb_strip_nulls(to_jsonb(x)) AS attributes
    FROM medsup.src_settlement_list l
    CROSS JOIN LATERAL (SELECT %s) AS x
    WHERE l.vali_flag IS DISTINCT FROM '0'
    ORDER BY l.mdtrt_id, l.dcla_time DESC NULLS LAST, l.setl_id DESC NULLS LAST, to_jsonb(x)
) AS c ON c.mdtrt_id = e.mdtrt_id$j$,
                (SELECT string_agg(format(CASE sc.reads WHEN 'number' THEN 'trim_scale(l.%1$I)::text AS %1$I'
                                              WHEN 'time' THEN 'medsup.time_text(l.%1$I) AS %1$I'
                                              ELSE 'l.%1$I' END, sc.column_name), ', ' ORDER BY sc.ordinal)
                 FROM medsup.source_column sc
                 WHERE sc.kind = 'settlement_list' AND sc.column_name NOT IN ('mdtrt_id', 'psn_no', 'vali_flag')));
        END IF;
    ELSIF kind = 'fee_line' AND body <> ''
      AND EXISTS (SELECT FROM medsup.source_binding sb WHERE sb.kind = 'staff') THEN
        SELECT string_agg(format(CASE sc.column_name WHEN 'dr_pro_tech_duty' THEN '    coalesce(e.%1$I, d.pro_tech_duty) AS %1$I'
                                     ELSE '    e.%1$I AS %1$I' END, sc.column_name), E',\n' ORDER BY sc.ordinal)
        INTO listed FROM medsup.source_column sc WHERE sc.kind = 'fee_line';
        joins := $j$
LEFT JOIN (
    SELECT s.dr_codg, s.fixmedins_code,
        CASE WHEN min(s.pro_tech_duty) = max(s.pro_tech_duty) THEN min(s.pro_tech_duty) END AS pro_tech_duty
    FROM medsup.src_staff s
    WHERE s.vali_flag IS DISTINCT FROM '0'
    GROUP BY s.dr_codg, s.fixmedins_code
) AS d ON d.dr_codg = e.bilg_dr_codg AND d.fixmedins_code = e.fixmedins_code$j$;
    END IF;
    IF joins <> '' THEN
        body := format(E'SELECT\n%s\nFROM (\n%s\n) AS e%s', listed, body, joins);
    END IF;

    IF body = '' THEN
        IF to_regclass(format('medsup.src_%s', kind)) IS NOT NULL THEN
            EXECUTE format('DROP VIEW medsup.%I', 'src_' || kind);
        END IF;
    ELSE
        -- replaced in place, so that grants and views upon it stay
        EXECUTE format(E'CREATE OR REPLACE VIEW medsup.%I AS\n%s', 'src_' || kind, body);
        EXECUTE format('COMMENT ON VIEW medsup.%I IS %L', 'src_' || kind,
            format('sources of kind %s; made by medsup.bind_source, not to be edited', kind));
        -- roles were named before the view existed
        EXECUTE coalesce((
            SELECT string_agg(format('GRANT SELECT ON medsup.%I TO %I', 'src_' || kind, r.rolname), '; ')
            FROM medsup.access_grant g JOIN pg_roles r ON r.rolname = g.role_name
            WHERE g.access IN (SELECT n.access FROM medsup.access_needs() n WHERE n.object_name = 'src_' || kind)),
            'SELECT');
    END IF;
END
$$;
COMMENT ON FUNCTION medsup.source_view(text) IS
    'make, replace or drop the view medsup.src_<kind> after the bindings of that kind';

CREATE FUNCTION medsup.source_check_kind(kind text) RETURNS void
    LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF kind IS NULL OR NOT EXISTS (SELECT FROM medsup.source_column sc WHERE sc.kind = source_check_kind.kind) THEN
        RAISE EXCEPTION 'there is no kind of source %', coalesce('"' || kind || '"', 'NULL')
            USING ERRCODE = 'MS902',
                  HINT = 'Kinds are ' || (SELECT string_agg(k, ', ' ORDER BY k COLLATE "C")
                      FROM (SELECT DISTINCT sc.kind AS k FROM medsup.source_column sc) AS kinds)
                      || '; their columns are in medsup.source_column.';
    END IF;
END
$$;
COMMENT ON FUNCTION medsup.source_check_kind(text) IS 'raise an error that lists the kinds when this one is none of them';

CREATE FUNCTION medsup.civil_zone() RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN coalesce(
        medsup.parameter('timezone'),
        'Asia/Shanghai');
END
$$;
COMMENT ON FUNCTION medsup.civil_zone() IS
    'the bureau''s civil time zone: rule parameter timezone, else Asia/Shanghai';

CREATE FUNCTION medsup.bind_source(kind text, relation regclass, mapping jsonb DEFAULT '{}') RETURNS void
    LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE COST 10000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    rel record;
    norm jsonb := '{}';
    unknown_keys text[] := '{}';
    canonical text;
    m record;
    problems text;
    n int;
    seen jsonb;
    zone text := medsup.civil_zone();
BEGIN
    PERFORM medsup.source_check_kind(kind);
    IF relation IS NULL THEN
        RAISE EXCEPTION 'no relation given to bind as %', kind
            USING ERRCODE = 'MS902', HINT = 'Name a table or view of the warehouse.';
    END IF;
    SELECT r.relkind, format('%I.%I', s.nspname, r.relname) AS name, s.nspname INTO rel
    FROM pg_class r JOIN pg_namespace s ON s.oid = r.relnamespace
    WHERE r.oid = relation;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no relation with OID %', relation::oid
            USING ERRCODE = 'undefined_table', HINT = 'Name a table or view of the warehouse.';
    END IF;
    IF rel.relkind NOT IN ('r', 'p', 'v', 'm', 'f') THEN
        RAISE EXCEPTION '% cannot be bound', rel.name
            USING ERRCODE = 'wrong_object_type',
                  HINT = 'Tables, partitioned tables, views, materialized views and foreign tables can.';
    END IF;
    IF rel.nspname ~ '^pg_temp' THEN
        RAISE EXCEPTION '% is temporary and cannot be bound', rel.name
            USING ERRCODE = 'wrong_object_type', HINT = 'Bind a relation that other sessions see too.';
    END IF;

    -- the source views are made of the sources, never the other way round
    IF rel.nspname = 'medsup' THEN
        RAISE EXCEPTION '% belongs to medsup and cannot be bound', rel.name
            USING ERRCODE = 'wrong_object_type', HINT = 'Name a table or view of the warehouse.';
    END IF;

    -- the mapping may use the canonical names or the exports' spellings
    IF mapping IS NULL OR jsonb_typeof(mapping) <> 'object' THEN
        RAISE EXCEPTION 'the mapping is not a JSON object'
            USING ERRCODE = 'MS902',
                  HINT = 'Write {"column": "SQL expression over the relation"}; leave it out for none.';
    END IF;
    FOR m IN SELECT e.key, e.value FROM jsonb_each(mapping) e LOOP
        SELECT sc.column_name INTO canonical
        FROM medsup.source_column sc
        WHERE sc.kind = bind_source.kind
          AND (sc.column_name = lower(m.key) OR lower(m.key) = ANY (sc.aliases))
        ORDER BY sc.column_name = lower(m.key) DESC
        LIMIT 1;
        IF NOT FOUND OR norm ? canonical THEN
            unknown_keys := unknown_keys || format('%s: %s', m.key,
                CASE WHEN FOUND THEN format('%s is mapped twice', canonical)
                     ELSE format('%s has no such column', kind) END);
        ELSIF jsonb_typeof(m.value) <> 'string' OR btrim(m.value #>> '{}') = '' THEN
            unknown_keys := unknown_keys || format('%s: the expression is not a text', m.key);
        ELSE
            norm := norm || jsonb_build_object(canonical, m.value #>> '{}');
        END IF;
    END LOOP;

    -- no second binder between our look at the bindings and the new views
    LOCK TABLE medsup.source_binding IN SHARE ROW EXCLUSIVE MODE;

    SELECT count(*) FILTER (WHERE r.problem IS NOT NULL) + cardinality(unknown_keys),
           concat_ws(E'\n', string_agg(format('%s: %s', r.column_name, r.problem), E'\n')
                   FILTER (WHERE r.problem IS NOT NULL),
               array_to_string(unknown_keys, E'\n')),
           jsonb_object_agg(r.column_name,
               jsonb_build_object(r.origin, r.origin_name, 'type', r.found_type))
               FILTER (WHERE r.origin IS NOT NULL)
    INTO n, problems, seen
    FROM medsup.source_resolve(kind, relation, norm, zone) r;
    IF n > 0 THEN
        RAISE EXCEPTION '% cannot be bound as %: % column% missing or unfit', rel.name, kind, n,
                CASE WHEN n = 1 THEN '' ELSE 's' END
            USING ERRCODE = 'MS902', DETAIL = problems,
                  HINT = format('Give SQL expressions over the relation, which is called t in them, such as medsup.bind_source(%L, %L, ''{"%s": "t.its_name_here"}''); the expression NULL says that the warehouse does not have it. All names in an expression must be qualified.',
                      kind, rel.name,
                      coalesce((SELECT r.column_name FROM medsup.source_resolve(kind, relation, norm, zone) r
                                WHERE r.problem IS NOT NULL LIMIT 1), 'column'));
    END IF;

    INSERT INTO medsup.source_binding AS sb (kind, relation, relation_name, mapping, columns, zone)
    VALUES (kind, relation, rel.name, norm, seen, zone)
    ON CONFLICT ON CONSTRAINT source_binding_pkey DO UPDATE SET
        relation_name = EXCLUDED.relation_name, mapping = EXCLUDED.mapping,
        columns = EXCLUDED.columns, zone = EXCLUDED.zone,
        bound_at = now(), bound_by = current_user;
    PERFORM medsup.source_view(kind);
    PERFORM medsup.source_view(u.kind) FROM medsup.source_upon(kind) u (kind);
    PERFORM medsup.watch_view(kind);
    IF row_security_active(relation) THEN
        RAISE WARNING 'row security hides rows of % from the role %', rel.name, current_user
            USING HINT = 'An audit sees only the rows that this role sees. Bind as the owner of the table or as a role with BYPASSRLS to audit all.';
    END IF;
END
$$;
COMMENT ON FUNCTION medsup.bind_source(text, regclass, jsonb) IS
    'bind a relation of the warehouse as a source of this kind; mapping: canonical column -> SQL expression over the relation, called t';

CREATE FUNCTION medsup.unbind_source(kind text, relation regclass) RETURNS void
    LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE COST 10000
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM medsup.source_check_kind(kind);
    LOCK TABLE medsup.source_binding IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM medsup.source_binding sb
    WHERE sb.kind = unbind_source.kind AND sb.relation = unbind_source.relation;
    IF NOT FOUND THEN
        RAISE EXCEPTION '% is not bound as %', coalesce(relation::text, 'NULL'), kind
            USING ERRCODE = 'MS901', HINT = 'The view medsup.sources lists what is bound.';
    END IF;
    -- the view upon it first
    PERFORM medsup.source_view(u.kind) FROM medsup.source_upon(kind) u (kind);
    PERFORM medsup.source_view(kind);
    PERFORM medsup.watch_view(kind);
END
$$;
COMMENT ON FUNCTION medsup.unbind_source(text, regclass) IS 'take back a binding; the relation itself is not touched';

CREATE FUNCTION medsup.rebind_sources() RETURNS int
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT COST 10000
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    b medsup.source_binding;
    target regclass;
    n int := 0;
BEGIN
    LOCK TABLE medsup.source_binding IN SHARE ROW EXCLUSIVE MODE;
    -- a table that was replaced by a new one of the same name keeps its binding
    FOR b IN SELECT * FROM medsup.source_binding
             WHERE NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = relation)
    LOOP
        target := to_regclass(b.relation_name);
        IF target IS NULL THEN
            RAISE EXCEPTION '%, bound as %, no longer exists', b.relation_name, b.kind
                USING ERRCODE = 'MS901',
                      HINT = format('Restore it, or take the binding back: SELECT medsup.unbind_source(%L, %L);',
                                    b.kind, b.relation::oid);
        END IF;
        UPDATE medsup.source_binding sb SET relation = target
        WHERE sb.kind = b.kind AND sb.relation = b.relation;
    END LOOP;
    FOR b IN
        SELECT * FROM medsup.source_binding
        -- what other views read comes before them
        ORDER BY EXISTS (SELECT FROM medsup.source_upon(kind)) DESC, kind COLLATE "C", relation_name COLLATE "C"
    LOOP
        PERFORM medsup.bind_source(b.kind, b.relation, b.mapping);
        n := n + 1;
    END LOOP;
    RETURN n;
END
$$;
COMMENT ON FUNCTION medsup.rebind_sources() IS
    'bind everything again as before: after a change of tables, of the time zone, or when a source view was dropped';

-- Not an inlined SQL function: the spelling of a type depends on search_path.
CREATE FUNCTION medsup.source_drift(OUT kind text, OUT relation_name text, OUT problem text)
    RETURNS SETOF record
    LANGUAGE sql STABLE PARALLEL SAFE STRICT COST 1000 ROWS 5
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT b.kind, b.relation_name, 'the relation was dropped'::text AS problem
    FROM medsup.source_binding b
    WHERE NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = b.relation)
    UNION ALL
    SELECT b.kind, b.relation_name,
        CASE WHEN a.attname IS NULL
             THEN format('column %I is gone', e.value ->> 'column')
             ELSE format('column %I changed from %s to %s', a.attname,
                         e.value ->> 'type', format_type(a.atttypid, a.atttypmod)) END
    FROM medsup.source_binding b
    JOIN pg_class c ON c.oid = b.relation
    CROSS JOIN LATERAL jsonb_each(b.columns) e
    LEFT JOIN pg_attribute a
      ON a.attrelid = b.relation AND a.attname = (e.value ->> 'column')::name
     AND a.attnum > 0 AND NOT a.attisdropped
    WHERE e.value ? 'column'
      AND (a.attname IS NULL OR format_type(a.atttypid, a.atttypmod) <> (e.value ->> 'type'))
    UNION ALL
    SELECT DISTINCT b.kind, b.relation_name, format('the view medsup.src_%s is gone', b.kind)
    FROM medsup.source_binding b
    WHERE to_regclass(format('medsup.%I', 'src_' || b.kind)) IS NULL
$$;
COMMENT ON FUNCTION medsup.source_drift() IS
    'what no longer fits its binding: dropped relations, dropped or retyped columns, lost views';

CREATE VIEW medsup.sources AS
SELECT k.kind,
    k.kind OPERATOR(pg_catalog.=) ANY (ARRAY['encounter', 'fee_line', 'settlement']) AS required,
    b.relation,
    CASE WHEN b.kind IS NULL THEN 'not bound'
         WHEN d.problem IS NOT NULL THEN 'drifted'
         ELSE 'bound' END AS state,
    d.problem,
    (SELECT pg_catalog.array_agg(sc.column_name ORDER BY sc.ordinal)
     FROM medsup.source_column sc
     WHERE sc.kind OPERATOR(pg_catalog.=) k.kind
       AND b.columns OPERATOR(pg_catalog.?) sc.column_name) AS bound_columns,
    (SELECT pg_catalog.array_agg(sc.column_name ORDER BY sc.ordinal)
     FROM medsup.source_column sc
     WHERE sc.kind OPERATOR(pg_catalog.=) k.kind
       AND b.kind IS NOT NULL
       AND NOT b.columns OPERATOR(pg_catalog.?) sc.column_name) AS missing_columns,
    b.mapping,
    b.zone,
    b.bound_at,
    b.bound_by
FROM (SELECT DISTINCT sc.kind FROM medsup.source_column sc) k
LEFT JOIN medsup.source_binding b ON b.kind OPERATOR(pg_catalog.=) k.kind
LEFT JOIN (
    SELECT s.kind, s.relation_name, pg_catalog.string_agg(s.problem, '; ' ORDER BY s.problem COLLATE "C") AS problem
    FROM medsup.source_drift() s
    GROUP BY s.kind, s.relation_name
) d ON d.kind OPERATOR(pg_catalog.=) b.kind AND d.relation_name OPERATOR(pg_catalog.=) b.relation_name;
COMMENT ON VIEW medsup.sources IS
    'every kind of source: what is bound, which optional columns are missing, what drifted';
