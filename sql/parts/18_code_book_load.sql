-- Loading code lists as published.
--
-- Lists differ in their headers, so a list comes in as lines: a broken row then
-- is one row in the report, not the end of the load, and the report shows it as
-- it came.

CREATE UNLOGGED TABLE medsup.import_line (
    row_no      bigint GENERATED ALWAYS AS IDENTITY,
    line        text,
    -- what the loader read in it
    place       bigint,
    system      text,
    spelt       text,
    code        text COLLATE pg_catalog."C",
    name_zh     text,
    name_en     text,
    to_spelt    text,
    to_code     text COLLATE pg_catalog."C",
    details     jsonb,
    problem     text,
    reason      text
);
COMMENT ON TABLE medsup.import_line IS 'lines of a CSV file as they are, the header first; emptied by the loaders';
COMMENT ON SEQUENCE medsup.import_line_row_no_seq IS 'numbers lines as they come';
COMMENT ON COLUMN medsup.import_line.row_no IS 'order in which lines came';
COMMENT ON COLUMN medsup.import_line.line IS 'the line; the only column to fill';
COMMENT ON COLUMN medsup.import_line.place IS 'row, counted from 1 after the header line';
COMMENT ON COLUMN medsup.import_line.system IS 'system the row belongs to';
COMMENT ON COLUMN medsup.import_line.spelt IS 'its code as written';
COMMENT ON COLUMN medsup.import_line.code IS 'its code as read; NULL: not readable';
COMMENT ON COLUMN medsup.import_line.name_zh IS 'its Chinese name';
COMMENT ON COLUMN medsup.import_line.name_en IS 'its English name';
COMMENT ON COLUMN medsup.import_line.to_spelt IS 'of a map: the newer code as written';
COMMENT ON COLUMN medsup.import_line.to_code IS 'of a map: the newer code as read';
COMMENT ON COLUMN medsup.import_line.details IS 'its other fields';
COMMENT ON COLUMN medsup.import_line.problem IS 'what is odd, as in code_book_note';
COMMENT ON COLUMN medsup.import_line.reason IS 'what is odd, in words';

CREATE FUNCTION medsup.csv_fields(line text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
        WHEN line OPERATOR(pg_catalog.=) '' THEN '{""}'
        WHEN pg_catalog.strpos(line, '"') OPERATOR(pg_catalog.=) 0 THEN pg_catalog.string_to_array(line, ',')
        WHEN line OPERATOR(pg_catalog.~) '^("([^"]|"")*"|[^",]*)(,("([^"]|"")*"|[^",]*))*$' THEN
            (SELECT pg_catalog.array_agg(COALESCE(pg_catalog.replace(f.m[1], '""', '"'), f.m[2]) ORDER BY f.n)
             FROM pg_catalog.regexp_matches(line OPERATOR(pg_catalog.||) ',', '(?:"((?:[^"]|"")*)"|([^",]*)),', 'g') WITH ORDINALITY f (m, n))
    END;
END;
COMMENT ON FUNCTION medsup.csv_fields(text) IS 'the fields of a line of CSV; NULL if a quote is left open';

CREATE FUNCTION medsup.code_problem(system text, spelt text) RETURNS text
LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF coalesce(btrim(spelt), '') = '' THEN
        RETURN 'the row has no code';
    END IF;
    RETURN coalesce(
        CASE medsup.code_system_type(system)
        WHEN 'icd10' THEN medsup.why_icd10(spelt, 'en')
        WHEN 'icd9cm3' THEN medsup.why_icd9cm3(spelt, 'en')
        WHEN 'fee_item' THEN
            medsup.why_fee_item(CASE WHEN system = 'local' AND btrim(spelt) !~~ '~%' THEN '~' || btrim(spelt) ELSE spelt END, 'en')
        END,
        format('no complete code of system %s, which are like %s', system, medsup.code_system_shape(system)));
END
$$;
COMMENT ON FUNCTION medsup.code_problem(text, text) IS 'why a text is no complete code of a system';

-- One row a list and system in it: which columns are the code and its names.
CREATE FUNCTION medsup.code_lists(
    OUT list text, OUT system text, OUT edition text, OUT code_column text, OUT name_zh_column text, OUT name_en_column text,
    OUT only_column text, OUT only_values text[], OUT to_edition text, OUT to_column text)
RETURNS SETOF record
LANGUAGE sql IMMUTABLE PARALLEL SAFE CALLED ON NULL INPUT ROWS 22
BEGIN ATOMIC
    VALUES
    ('icd10_yibao_v2', 'icd10', '2.0', 'code', 'name', NULL::text, NULL::text, NULL::text[], NULL::text, NULL::text),
    ('icd9cm3_yibao_v2', 'icd9cm3', '2.0', 'code', 'name', NULL, NULL, NULL, NULL, NULL),
    ('icd10_who_2019', 'icd10_who', '2019', 'code', NULL, 'title', 'kind', '{category,subcategory}', NULL, NULL),
    ('icd10_who_2019', 'icd10_block', '2019', 'code', NULL, 'title', 'kind', '{chapter,block}', NULL, NULL),
    ('drug_codes_liangku', 'drug', 'points', 'code', 'generic_name', NULL, NULL, NULL, NULL, NULL),
    ('service_item_codes_liangku', 'service', 'points', 'code', 'name', NULL, NULL, NULL, NULL, NULL),
    ('consumable_codes_sample', 'consumable', 'sample', 'code', 'generic_name', NULL, NULL, NULL, NULL, NULL),
    ('consumable_classes', 'consumable_class', 'published', 'code10', 'generic_class', NULL, NULL, NULL, NULL, NULL),
    ('disease_class_prefix', 'icd10_class', 'published', 'prefix', 'name', NULL, 'kind', '{西医诊断}', NULL, NULL),
    ('disease_class_prefix', 'morphology_class', 'published', 'prefix', 'name', NULL, 'kind', '{肿瘤诊断}', NULL, NULL),
    ('disease_class_prefix', 'tcm_class', 'published', 'prefix', 'name', NULL, 'kind', '{中医诊断,中医证候}', NULL, NULL),
    ('drug_class_prefix', 'drug_class', 'published', 'prefix', 'name', NULL, NULL, NULL, NULL, NULL),
    ('drug_rule_prefix', 'drug_rule', 'published', 'code_prefix', 'name', NULL, NULL, NULL, NULL, NULL),
    ('service_class_prefix', 'service_class', 'published', 'national_prefix', 'name', NULL, NULL, NULL, NULL, NULL),
    ('service_rule_patterns', 'service_pattern', 'published', 'pattern', 'name', NULL, NULL, NULL, NULL, NULL),
    ('tcm_codes_sample', 'tcm', 'sample', 'code', 'name', NULL, NULL, NULL, NULL, NULL),
    ('admdvs_gb2260', 'admdvs', 'gb2260', 'code6', 'name', NULL, NULL, NULL, NULL, NULL),
    ('hospitals_beijing_geo', 'hospital', 'beijing', 'id', 'name', NULL, NULL, NULL, NULL, NULL),
    ('platform_dict_values', 'dictionary', 'platform', 'field', 'value', NULL, NULL, NULL, NULL, NULL),
    ('order_frequency', 'order_frequency', 'published', 'en', 'zh', NULL, NULL, NULL, NULL, NULL),
    ('icd10_yibao_map', 'icd10', 'before-2.0', 'code_in', NULL, NULL, NULL, NULL, '2.0', 'code_out'),
    ('icd9cm3_yibao_map', 'icd9cm3', 'before-2.0', 'code_in', NULL, NULL, NULL, NULL, '2.0', 'code_out');
END;
COMMENT ON FUNCTION medsup.code_lists() IS
    'the published lists that load_code_list reads: file name without .csv, system, usual edition, columns; only_column chooses rows; a list with to_column is a map';

CREATE FUNCTION medsup.read_code_lines(specs jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET jit = off SET enable_nestloop = off AS $$
DECLARE
    header  text[];
    absent  text;
BEGIN
    SELECT medsup.csv_fields(ltrim(i.line, E'\uFEFF')) INTO header FROM medsup.import_line i ORDER BY i.row_no LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no code list to load'
        USING ERRCODE = 'MS105', DETAIL = 'The table medsup.import_line is empty.',
              HINT = 'Copy the file into it first (docs/code-books.md), or give its folder on the server: SELECT * FROM medsup.load_code_lists(''/folder'').';
    END IF;
    IF (SELECT count(*) FROM medsup.import_line i
        WHERE ltrim(i.line, E'\uFEFF') = (SELECT ltrim(h.line, E'\uFEFF') FROM medsup.import_line h ORDER BY h.row_no LIMIT 1)) > 1 THEN
        RAISE EXCEPTION 'the header comes twice in the lines to load'
        USING ERRCODE = 'MS105', DETAIL = 'The table medsup.import_line holds more than one list: one that was not loaded, or one of another session.',
              HINT = 'DELETE FROM medsup.import_line, and copy one list.';
    END IF;
    header := ARRAY(SELECT btrim(h) FROM unnest(header) WITH ORDINALITY AS u (h, n) ORDER BY u.n);
    SELECT string_agg(DISTINCT c.name, ', ') INTO absent
    FROM jsonb_to_recordset(specs) AS s (code_column text, name_zh_column text, name_en_column text, only_column text, to_column text)
    CROSS JOIN LATERAL unnest(ARRAY[s.code_column, s.name_zh_column, s.name_en_column, s.only_column, s.to_column]) AS c (name)
    WHERE c.name <> ALL (header);
    IF absent IS NOT NULL THEN
        RAISE EXCEPTION 'the list has no column %', absent
        USING ERRCODE = 'MS105', DETAIL = format('Its first line names: %s.', left(array_to_string(header, ', '), 200)),
              HINT = 'The first line names the columns; DELETE FROM medsup.import_line if it is of another list. load_code_book and load_code_map take other names than those of the published lists.';
    END IF;

    WITH spec AS (
        SELECT s.*, array_position(header, s.code_column) AS code_at, array_position(header, s.to_column) AS to_at,
               array_position(header, s.name_zh_column) AS zh_at, array_position(header, s.name_en_column) AS en_at,
               array_position(header, s.only_column) AS only_at
        FROM jsonb_to_recordset(specs) AS s (system text, to_system text, code_column text, name_zh_column text, name_en_column text,
                                             only_column text, only_values text[], to_column text)
    ), fields AS (
        SELECT i.row_no, row_number() OVER (ORDER BY i.row_no) - 1 AS place, i.line, medsup.csv_fields(i.line) AS f
        FROM medsup.import_line i
    ), read AS (
        SELECT r.row_no, r.place, r.f, s.system, s.to_system, s.to_at,
               CASE s.system WHEN 'dictionary'
                    THEN split_part(r.f[s.code_at], ' ', 1) || '/' || split_part(r.f[s.zh_at], ' ', 1)
                    ELSE r.f[s.code_at] END AS spelt,
               r.f[s.to_at] AS to_spelt,
               nullif(CASE s.system WHEN 'dictionary' THEN regexp_replace(r.f[s.zh_at], '^\S+ *', '') ELSE r.f[s.zh_at] END, '') AS name_zh,
               nullif(r.f[s.en_at], '') AS name_en,
               CASE WHEN s.to_at IS NULL AND s.system IS NOT NULL THEN
                   (SELECT jsonb_object_agg(u.h, u.v) FROM unnest(header, r.f) AS u (h, v)
                    WHERE u.v <> '' AND u.h <> s.code_column AND u.h IS DISTINCT FROM s.name_zh_column AND u.h IS DISTINCT FROM s.name_en_column)
               END AS details
        FROM fields r LEFT JOIN spec s
             ON cardinality(r.f) = cardinality(header) AND (s.only_at IS NULL OR btrim(r.f[s.only_at]) = ANY (s.only_values))
        WHERE r.place > 0 AND r.line IS NOT NULL
    ), tried AS MATERIALIZED (
        SELECT d.*, medsup.canonical_code(d.system, d.spelt) AS code,
               CASE WHEN d.to_spelt <> '' THEN medsup.canonical_code(d.to_system, d.to_spelt) END AS to_code
        FROM read d
    )
    UPDATE medsup.import_line i
    SET place = t.place, system = t.system, spelt = t.spelt, code = t.code, to_spelt = t.to_spelt, to_code = t.to_code,
        name_zh = t.name_zh, name_en = t.name_en, details = coalesce(t.details, '{}'),
        problem = CASE WHEN t.system IS NULL OR t.code IS NULL OR (t.to_spelt <> '' AND t.to_code IS NULL) THEN 'rejected'
                       WHEN t.code <> t.spelt AND NOT (t.system = 'local' AND t.code = '~' || t.spelt)
                            OR t.to_code <> t.to_spelt THEN 'respelt' END,
        reason = CASE WHEN t.f IS NULL THEN 'the row is no CSV: a quote is left open'
                      WHEN t.system IS NULL AND cardinality(t.f) <> cardinality(header)
                           THEN format('the row has %s fields, the header %s', cardinality(t.f), cardinality(header))
                      WHEN t.system IS NULL THEN 'no system takes rows of this kind'
                      WHEN t.code IS NULL THEN medsup.code_problem(t.system, t.spelt)
                      WHEN t.to_spelt <> '' AND t.to_code IS NULL THEN medsup.code_problem(t.to_system, t.to_spelt)
                      WHEN t.code <> t.spelt OR t.to_code <> t.to_spelt
                           THEN format('written "%s", read as %s', CASE WHEN t.code <> t.spelt THEN t.spelt ELSE t.to_spelt END,
                                       CASE WHEN t.code <> t.spelt THEN t.code ELSE t.to_code END) END
    FROM tried t WHERE t.row_no = i.row_no;

    -- the first row of a code counts
    UPDATE medsup.import_line i
    SET problem = CASE WHEN r.same_name THEN 'repeated' ELSE 'other name' END,
        reason = format(CASE WHEN r.same_name THEN 'the code came before, in row %s'
                             ELSE 'the code came before, in row %s, named "%s"' END, r.first_place, r.first_name)
    FROM (SELECT n.row_no, row_number() OVER w AS n, first_value(n.place) OVER w AS first_place,
                 first_value(coalesce(n.name_zh, n.name_en)) OVER w AS first_name,
                 first_value(coalesce(n.name_zh, n.name_en, '')) OVER w = coalesce(n.name_zh, n.name_en, '') AS same_name
          FROM medsup.import_line n WHERE n.code IS NOT NULL AND n.problem IS DISTINCT FROM 'rejected'
          WINDOW w AS (PARTITION BY n.system, n.code, n.to_code ORDER BY n.row_no)) AS r
    WHERE r.row_no = i.row_no AND r.n > 1;
END
$$;
COMMENT ON FUNCTION medsup.read_code_lines(jsonb) IS 'reads the lines of import_line by the columns given, and says what is odd in each';

CREATE FUNCTION medsup.note_code_lines(load_no bigint, system text, unclaimed boolean) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO medsup.code_book_note (load_no, row_no, problem, code, reason, line)
    SELECT note_code_lines.load_no, i.place, i.problem, coalesce(i.code, i.spelt), i.reason, i.line
    FROM medsup.import_line i
    WHERE i.problem IS NOT NULL AND (i.system = note_code_lines.system OR unclaimed AND i.system IS NULL);
    UPDATE medsup.code_book_load l
    SET row_count = n.row_count, repeated = n.repeated, rejected = n.rejected
    FROM (SELECT count(*) AS row_count, count(*) FILTER (WHERE i.problem IN ('repeated', 'other name')) AS repeated,
                 count(*) FILTER (WHERE i.problem = 'rejected') AS rejected
          FROM medsup.import_line i
          WHERE i.place > 0 AND (i.system = note_code_lines.system OR unclaimed AND i.system IS NULL)) AS n
    WHERE l.load_no = note_code_lines.load_no;
END
$$;
COMMENT ON FUNCTION medsup.note_code_lines(bigint, text, boolean) IS 'writes down what was odd in the rows of a system; unclaimed: also in rows that belong to none';

-- Ends entries of an edition on a day: all that reach it or begin later, or, of
-- a complete list, those of that day which the list lacks.  A validity that had
-- a later end is history, so it is retracted and the shorter one put beside it.
CREATE FUNCTION medsup.end_code_entries(system text, edition text, day date, only_missing boolean, load_no bigint,
    OUT closed bigint, OUT retracted bigint)
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET enable_nestloop = off AS $$
DECLARE
    ending bigint[];
    n      bigint;
BEGIN
    SELECT array_agg(e.entry_no) INTO ending
    FROM medsup.code_book_entry e
    WHERE e.system = end_code_entries.system AND e.edition = end_code_entries.edition AND e.retracted_at IS NULL
      AND CASE WHEN only_missing
               THEN e.valid @> day AND NOT EXISTS (SELECT FROM medsup.import_line i WHERE i.system = e.system AND i.code = e.code)
               ELSE upper_inf(e.valid) OR upper(e.valid) > day END;

    UPDATE medsup.code_book_entry e SET valid = daterange(lower(e.valid), day)
    WHERE e.entry_no = ANY (ending) AND upper_inf(e.valid) AND (lower_inf(e.valid) OR lower(e.valid) < day);
    GET DIAGNOSTICS closed = ROW_COUNT;

    WITH past AS (
        UPDATE medsup.code_book_entry e
        SET retracted_at = now(), retracted_by = CURRENT_USER, retracted_load = end_code_entries.load_no
        WHERE e.entry_no = ANY (ending) AND upper(e.valid) > day AND (lower_inf(e.valid) OR lower(e.valid) < day)
        RETURNING e.*
    )
    INSERT INTO medsup.code_book_entry (system, edition, code, name_zh, name_en, valid, details, load_no)
    SELECT p.system, p.edition, p.code, p.name_zh, p.name_en, daterange(lower(p.valid), day), p.details, end_code_entries.load_no
    FROM past p;
    GET DIAGNOSTICS n = ROW_COUNT;
    closed := closed + n;

    UPDATE medsup.code_book_entry e
    SET retracted_at = now(), retracted_by = CURRENT_USER, retracted_load = end_code_entries.load_no
    WHERE e.entry_no = ANY (ending) AND lower(e.valid) >= day;
    GET DIAGNOSTICS retracted = ROW_COUNT;
END
$$;
COMMENT ON FUNCTION medsup.end_code_entries(text, text, date, boolean, bigint) IS
    'ends entries of an edition on a day, or retracts them where they begin no earlier; only_missing: those that import_line lacks';

-- Makes the book of an edition when it is new; the edition before it is closed.
CREATE FUNCTION medsup.open_code_book(system text, edition text, valid_from date, load_no bigint) RETURNS bigint
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    book    medsup.code_book;
    previous medsup.code_book;
    next_day date;
    closed  bigint := 0;
BEGIN
    SELECT b.* INTO book FROM medsup.code_book b WHERE b.system = open_code_book.system AND b.edition = open_code_book.edition;
    IF FOUND THEN
        IF NOT valid_from <@ book.valid THEN
            RAISE EXCEPTION 'edition % of % is not in force on %', edition, system, valid_from
            USING ERRCODE = 'MS105', DETAIL = format('It is valid %s.', book.valid), HINT = 'Give a day of the edition, or none.';
        END IF;
        RETURN closed;
    END IF;
    IF valid_from IS NULL AND EXISTS (SELECT FROM medsup.code_book b WHERE b.system = open_code_book.system) THEN
        RAISE EXCEPTION 'from which day edition % of % counts is not said', edition, system
        USING ERRCODE = 'MS105',
              DETAIL = format('There are %s.', (SELECT string_agg(format('%s %s', b.edition, b.valid), ', ' ORDER BY b.valid)
                                                FROM medsup.code_book b WHERE b.system = open_code_book.system)),
              HINT = 'Give valid_from; only the first edition of a system may be without.';
    END IF;
    SELECT b.* INTO previous FROM medsup.code_book b
    WHERE b.system = open_code_book.system AND b.valid @> valid_from;
    SELECT min(lower(b.valid)) INTO next_day FROM medsup.code_book b
    WHERE b.system = open_code_book.system AND lower(b.valid) > valid_from;
    IF previous.system IS NOT NULL AND (lower(previous.valid) = valid_from OR NOT upper_inf(previous.valid)) THEN
        RAISE EXCEPTION 'edition % of % is in force on % already', previous.edition, system, valid_from
        USING ERRCODE = 'MS105', DETAIL = format('It is valid %s.', previous.valid),
              HINT = 'A new edition begins after the first day of the last one, or before all of them.';
    END IF;
    IF previous.system IS NOT NULL THEN
        closed := (SELECT x.closed FROM medsup.end_code_entries(previous.system, previous.edition, valid_from, false, load_no) x);
        UPDATE medsup.code_book b SET valid = daterange(lower(b.valid), valid_from)
        WHERE b.system = previous.system AND b.edition = previous.edition;
    END IF;
    INSERT INTO medsup.code_book (system, edition, valid)
    VALUES (open_code_book.system, open_code_book.edition, daterange(valid_from, next_day));
    RETURN closed;
END
$$;
COMMENT ON FUNCTION medsup.open_code_book(text, text, date, bigint) IS 'makes an edition if there is none; a new one closes the edition before it; gives the number of entries closed';

CREATE FUNCTION medsup.merge_code_book(list text, system text, edition text, valid_from date, complete boolean, unclaimed boolean)
RETURNS medsup.code_book_load
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET jit = off SET enable_nestloop = off AS $$
DECLARE
    book    medsup.code_book;
    done    medsup.code_book_load;
BEGIN
    INSERT INTO medsup.code_book_load AS l (list, system, edition)
    VALUES (merge_code_book.list, merge_code_book.system, merge_code_book.edition) RETURNING l.* INTO done;
    done.closed := medsup.open_code_book(system, edition, valid_from, done.load_no);
    SELECT b.* INTO book FROM medsup.code_book b
    WHERE b.system = merge_code_book.system AND b.edition = merge_code_book.edition;

    -- The list says what holds on valid_from; without a day, what holds at the
    -- end of the edition.
    WITH listed AS (
        SELECT i.code, i.name_zh, i.name_en, i.details FROM medsup.import_line i
        WHERE i.system = book.system AND i.code IS NOT NULL AND coalesce(i.problem, 'respelt') = 'respelt'
    ), wrong AS (
        UPDATE medsup.code_book_entry e
        SET retracted_at = now(), retracted_by = CURRENT_USER, retracted_load = done.load_no
        FROM listed n
        WHERE e.system = book.system AND e.edition = book.edition AND e.code = n.code AND e.retracted_at IS NULL
          AND CASE WHEN valid_from IS NULL THEN upper(e.valid) IS NOT DISTINCT FROM upper(book.valid) ELSE e.valid @> valid_from END
          AND (e.name_zh, e.name_en, e.details) IS DISTINCT FROM (n.name_zh, n.name_en, n.details)
        RETURNING e.code, e.valid
    )
    INSERT INTO medsup.code_book_entry (system, edition, code, name_zh, name_en, valid, details, load_no)
    SELECT book.system, book.edition, n.code, n.name_zh, n.name_en, w.valid, n.details, done.load_no
    FROM wrong w JOIN listed n ON n.code = w.code;
    GET DIAGNOSTICS done.corrected = ROW_COUNT;

    IF valid_from IS NULL THEN
        UPDATE medsup.import_line i
        SET problem = 'ended', reason = concat(i.reason || '; ', format('the last day of the code was %s; valid_from says from when it is valid again', e.last_day))
        FROM (SELECT x.code, max(upper(x.valid)) - 1 AS last_day FROM medsup.code_book_entry x
              WHERE x.system = book.system AND x.edition = book.edition AND x.retracted_at IS NULL
              GROUP BY x.code
              HAVING bool_and(upper(x.valid) IS DISTINCT FROM upper(book.valid))) e
        WHERE i.system = book.system AND i.code = e.code AND coalesce(i.problem, 'respelt') = 'respelt';
    END IF;

    INSERT INTO medsup.code_book_entry (system, edition, code, name_zh, name_en, valid, details, load_no)
    SELECT book.system, book.edition, i.code, i.name_zh, i.name_en,
           daterange(coalesce(valid_from, lower(book.valid)), coalesce(e.next_day, upper(book.valid))), i.details, done.load_no
    FROM medsup.import_line i LEFT JOIN
         (SELECT x.code, min(lower(x.valid)) FILTER (WHERE lower(x.valid) > valid_from) AS next_day,
                 bool_or(CASE WHEN valid_from IS NULL THEN upper(x.valid) IS NOT DISTINCT FROM upper(book.valid)
                              ELSE x.valid @> valid_from END) AS there
          FROM medsup.code_book_entry x
          WHERE x.system = book.system AND x.edition = book.edition AND x.retracted_at IS NULL
          GROUP BY x.code) e ON e.code = i.code
    WHERE i.system = book.system AND i.code IS NOT NULL AND coalesce(i.problem, 'respelt') = 'respelt' AND e.there IS NOT TRUE
    ORDER BY i.row_no;
    GET DIAGNOSTICS done.added = ROW_COUNT;

    IF complete THEN
        IF NOT EXISTS (SELECT FROM medsup.import_line i WHERE i.system = book.system AND i.code IS NOT NULL) THEN
            RAISE EXCEPTION 'the list has no code of system %', book.system
            USING ERRCODE = 'MS105', DETAIL = 'As a complete list it would end every code.', HINT = 'Is it the right list? Load it without complete to see what is wrong with its rows.';
        END IF;
        IF valid_from IS NOT NULL THEN
            SELECT done.closed + x.closed, x.retracted INTO done.closed, done.retracted
            FROM medsup.end_code_entries(book.system, book.edition, valid_from, true, done.load_no) x;
        ELSE
            UPDATE medsup.code_book_entry e
            SET retracted_at = now(), retracted_by = CURRENT_USER, retracted_load = done.load_no
            WHERE e.system = book.system AND e.edition = book.edition AND e.retracted_at IS NULL
              AND upper(e.valid) IS NOT DISTINCT FROM upper(book.valid)
              AND NOT EXISTS (SELECT FROM medsup.import_line i WHERE i.system = e.system AND i.code = e.code);
            GET DIAGNOSTICS done.retracted = ROW_COUNT;
        END IF;
    END IF;

    PERFORM medsup.note_code_lines(done.load_no, system, unclaimed);
    UPDATE medsup.code_book_load l
    SET added = done.added, corrected = done.corrected, closed = done.closed, retracted = done.retracted,
        unchanged = l.row_count - l.repeated - l.rejected - done.added - done.corrected
    WHERE l.load_no = done.load_no RETURNING l.* INTO done;
    RETURN done;
END
$$;
COMMENT ON FUNCTION medsup.merge_code_book(text, text, text, date, boolean, boolean) IS 'merges what was read of a system into an edition';

CREATE FUNCTION medsup.merge_code_map(list text, from_system text, from_edition text, to_system text, to_edition text, complete boolean)
RETURNS medsup.code_book_load
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp SET jit = off SET enable_nestloop = off AS $$
DECLARE
    done    medsup.code_book_load;
BEGIN
    INSERT INTO medsup.code_book_load AS l (list, system, edition)
    VALUES (merge_code_map.list, CASE WHEN to_system = from_system THEN from_system ELSE from_system || '>' || to_system END,
            from_edition || '>' || to_edition)
    RETURNING l.* INTO done;

    -- a successor that the newer book does not have: loaded, but said
    UPDATE medsup.import_line i
    SET problem = 'not in book', reason = concat(i.reason || '; ', format('edition %s of %s has no code %s', to_edition, to_system, i.to_code))
    WHERE i.to_code IS NOT NULL AND coalesce(i.problem, 'respelt') = 'respelt'
      AND EXISTS (SELECT FROM medsup.code_book b WHERE b.system = to_system AND b.edition = to_edition)
      AND NOT EXISTS (SELECT FROM medsup.code_book_entry e
                      WHERE e.system = to_system AND e.edition = to_edition AND e.code = i.to_code AND e.retracted_at IS NULL);

    UPDATE medsup.code_map m
    SET retracted_at = now(), retracted_by = CURRENT_USER, retracted_load = done.load_no
    WHERE m.from_system = merge_code_map.from_system AND m.from_edition = merge_code_map.from_edition
      AND m.to_system = merge_code_map.to_system AND m.to_edition = merge_code_map.to_edition AND m.retracted_at IS NULL
      AND CASE WHEN EXISTS (SELECT FROM medsup.import_line i WHERE i.code = m.from_code AND i.problem IS DISTINCT FROM 'rejected') THEN true
               -- a row that cannot be read says nothing of its code
               ELSE complete AND NOT EXISTS (SELECT FROM medsup.import_line i WHERE i.code = m.from_code) END
      AND NOT EXISTS (SELECT FROM medsup.import_line i
                      WHERE i.code = m.from_code AND i.problem IS DISTINCT FROM 'rejected'
                        AND coalesce(i.to_code, '') = coalesce(m.to_code, ''));
    GET DIAGNOSTICS done.retracted = ROW_COUNT;
    IF complete AND NOT EXISTS (SELECT FROM medsup.import_line i WHERE i.code IS NOT NULL) THEN
        RAISE EXCEPTION 'the list has no code of system %', from_system
        USING ERRCODE = 'MS105', DETAIL = 'As a complete map it would retract every pair.', HINT = 'Is it the right list? Load it without complete to see what is wrong with its rows.';
    END IF;

    INSERT INTO medsup.code_map (from_system, from_edition, from_code, to_system, to_edition, to_code, load_no)
    SELECT merge_code_map.from_system, merge_code_map.from_edition, i.code,
           merge_code_map.to_system, merge_code_map.to_edition, i.to_code, done.load_no
    FROM medsup.import_line i
    WHERE i.code IS NOT NULL AND coalesce(i.problem, 'respelt') IN ('respelt', 'not in book')
      AND NOT EXISTS (SELECT FROM medsup.code_map m
                      WHERE m.from_system = merge_code_map.from_system AND m.from_edition = merge_code_map.from_edition
                        AND m.to_system = merge_code_map.to_system AND m.to_edition = merge_code_map.to_edition
                        AND m.from_code = i.code AND coalesce(m.to_code, '') = coalesce(i.to_code, '') AND m.retracted_at IS NULL)
    ORDER BY i.row_no;
    GET DIAGNOSTICS done.added = ROW_COUNT;

    PERFORM medsup.note_code_lines(done.load_no, from_system, true);
    UPDATE medsup.code_book_load l
    SET added = done.added, retracted = done.retracted,
        unchanged = l.row_count - l.repeated - l.rejected - done.added
    WHERE l.load_no = done.load_no RETURNING l.* INTO done;
    RETURN done;
END
$$;
COMMENT ON FUNCTION medsup.merge_code_map(text, text, text, text, text, boolean) IS 'merges what was read of a map';

-- One load at a time; readers go on with what was there.
CREATE FUNCTION medsup.lock_code_books() RETURNS void
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    LOCK TABLE medsup.import_line, medsup.code_book_entry, medsup.code_map IN SHARE ROW EXCLUSIVE MODE;
    IF current_setting('transaction_isolation') = 'repeatable read' THEN
        RAISE EXCEPTION 'code books are not loaded in a transaction that is REPEATABLE READ'
        USING ERRCODE = '25001', DETAIL = 'It would not see what another load has just brought.', HINT = 'Load at READ COMMITTED.';
    END IF;
END
$$;
COMMENT ON FUNCTION medsup.lock_code_books() IS 'lets one load at a time go on, and sees what the one before did';

CREATE FUNCTION medsup.check_code_book(system text, edition text, valid_from date DEFAULT NULL) RETURNS void
LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF medsup.code_system_type(system) IS NULL THEN
        RAISE EXCEPTION 'code system "%" is not known', coalesce(system, 'NULL')
        USING ERRCODE = '22023',
              DETAIL = format('Known are %s.', (SELECT string_agg(s.system, ', ' ORDER BY s.system COLLATE "C") FROM medsup.code_systems() s)),
              HINT = 'Name a system of your own own_something; its codes are text.';
    END IF;
    IF NOT isfinite(valid_from) THEN
        RAISE EXCEPTION '% is no day', valid_from
        USING ERRCODE = '22023', HINT = 'Give a day, or NULL.';
    END IF;
    IF edition !~ '^[^[:space:]]{1,64}$' IS NOT FALSE THEN
        RAISE EXCEPTION '"%" is no name of an edition', coalesce(edition, 'NULL')
        USING ERRCODE = '22023', HINT = 'Give 1 to 64 characters without blanks, such as 2.0.';
    END IF;
END
$$;
COMMENT ON FUNCTION medsup.check_code_book(text, text, date) IS 'refuses a code system that is not known, what is no name of an edition, and what is no day';

CREATE FUNCTION medsup.load_code_book(
    system text, edition text, valid_from date DEFAULT NULL, complete boolean DEFAULT false,
    code_column text DEFAULT 'code', name_zh_column text DEFAULT 'name', name_en_column text DEFAULT NULL)
RETURNS medsup.code_book_load
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    done medsup.code_book_load;
BEGIN
    PERFORM medsup.check_code_book(system, edition, valid_from);
    PERFORM medsup.lock_code_books();
    PERFORM medsup.read_code_lines(jsonb_build_array(jsonb_build_object('system', system, 'code_column', code_column,
        'name_zh_column', name_zh_column, 'name_en_column', name_en_column)));
    done := medsup.merge_code_book(system, system, edition, valid_from, complete, true);
    DELETE FROM medsup.import_line;
    RETURN done;
END
$$;
COMMENT ON FUNCTION medsup.load_code_book(text, text, date, boolean, text, text, text) IS
    'loads import_line into an edition of a system; valid_from: the day from which a new edition, or a new code in an old one, counts; complete: codes the list lacks end there';

CREATE FUNCTION medsup.load_code_map(
    from_system text, from_edition text, to_system text, to_edition text, complete boolean DEFAULT false,
    from_column text DEFAULT 'code_in', to_column text DEFAULT 'code_out')
RETURNS medsup.code_book_load
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    done medsup.code_book_load;
BEGIN
    PERFORM medsup.check_code_book(from_system, from_edition);
    PERFORM medsup.check_code_book(to_system, to_edition);
    PERFORM medsup.lock_code_books();
    PERFORM medsup.read_code_lines(jsonb_build_array(jsonb_build_object('system', from_system, 'to_system', to_system,
        'code_column', from_column, 'to_column', to_column)));
    done := medsup.merge_code_map(from_system, from_system, from_edition, to_system, to_edition, complete);
    DELETE FROM medsup.import_line;
    RETURN done;
END
$$;
COMMENT ON FUNCTION medsup.load_code_map(text, text, text, text, boolean, text, text) IS
    'loads import_line as a map between two editions; an empty newer code says that the older one has no successor; complete: pairs the list lacks are retracted';

CREATE FUNCTION medsup.load_code_list(list text, edition text DEFAULT NULL, valid_from date DEFAULT NULL, complete boolean DEFAULT false)
RETURNS SETOF medsup.code_book_load
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE ROWS 2 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    specs jsonb;
    s     record;
    first boolean := true;
BEGIN
    SELECT jsonb_agg(to_jsonb(l) || jsonb_build_object('to_system', l.system)) INTO specs
    FROM medsup.code_lists() l WHERE l.list = load_code_list.list;
    IF specs IS NULL THEN
        RAISE EXCEPTION 'list "%" is not known', coalesce(list, 'NULL')
        USING ERRCODE = '22023',
              DETAIL = format('Known are %s.', (SELECT string_agg(DISTINCT l.list, ', ') FROM medsup.code_lists() l)),
              HINT = 'A list of another layout is loaded by load_code_book or load_code_map, which take its column names.';
    END IF;
    PERFORM medsup.lock_code_books();
    FOR s IN SELECT l.* FROM medsup.code_lists() l WHERE l.list = load_code_list.list LOOP
        PERFORM medsup.check_code_book(s.system, coalesce(edition, s.edition), valid_from);
        IF s.to_column IS NOT NULL AND valid_from IS NOT NULL THEN
            RAISE EXCEPTION 'list "%" is a map, which has no first day', list
            USING ERRCODE = '22023', HINT = 'Leave out valid_from.';
        END IF;
    END LOOP;
    PERFORM medsup.read_code_lines(specs);
    FOR s IN SELECT l.* FROM medsup.code_lists() l WHERE l.list = load_code_list.list LOOP
        IF s.to_column IS NULL THEN
            RETURN NEXT medsup.merge_code_book(list, s.system, coalesce(edition, s.edition), valid_from, complete, first);
        ELSE
            RETURN NEXT medsup.merge_code_map(list, s.system, s.edition, s.system, coalesce(edition, s.to_edition), complete);
        END IF;
        first := false;
    END LOOP;
    DELETE FROM medsup.import_line;
END
$$;
COMMENT ON FUNCTION medsup.load_code_list(text, text, date, boolean) IS
    'loads import_line as one of the published lists (code_lists()); edition, of a map the newer one: NULL means the usual one; gives one row a system';

CREATE FUNCTION medsup.load_code_lists(directory text, encoding text DEFAULT 'UTF8') RETURNS SETOF medsup.code_book_load
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE ROWS 25 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    l       record;
    file    text;
    found_any boolean := false;
    problem text;
    place   text;
BEGIN
    IF directory IS NULL THEN
        RAISE EXCEPTION 'no folder was given'
        USING ERRCODE = '22004', HINT = 'medsup.load_code_list(list) loads what was copied into medsup.import_line.';
    END IF;
    PERFORM medsup.lock_code_books();
    -- maps last: they are held against the books
    FOR l IN SELECT c.list FROM medsup.code_lists() c GROUP BY c.list ORDER BY count(c.to_column), c.list COLLATE "C" LOOP
        file := rtrim(directory, '/') || '/' || l.list || '.csv';
        DELETE FROM medsup.import_line;
        BEGIN
            -- COPY itself refuses who may not read the server's files
            EXECUTE format('COPY medsup.import_line (line) FROM %L WITH (FORMAT csv, DELIMITER E''\x01'', QUOTE E''\x02'', ENCODING %L)',
                           file, encoding);
        EXCEPTION WHEN undefined_file THEN
            CONTINUE;
        WHEN data_exception THEN
            GET STACKED DIAGNOSTICS problem = MESSAGE_TEXT, place = PG_EXCEPTION_CONTEXT;
            place := substring(place FROM 'COPY \w+, line ([0-9]+)');
            RAISE EXCEPTION 'code list "%" cannot be read%', l.list, coalesce(' at line ' || place, '')
            USING ERRCODE = 'MS105', DETAIL = format('The server says: %s. Nothing was loaded.', problem),
                  HINT = 'Give the encoding of the files, such as GB18030, as second argument.';
        END;
        found_any := true;
        RETURN QUERY SELECT * FROM medsup.load_code_list(l.list);
    END LOOP;
    IF NOT found_any THEN
        RAISE EXCEPTION 'no code list found in folder "%" of the server', directory
        USING ERRCODE = '58P01', DETAIL = 'Looked for are the names of medsup.code_lists() with .csv.',
              HINT = 'Files on your own machine go in by \copy into medsup.import_line, then medsup.load_code_list(list) (docs/code-books.md).';
    END IF;
END
$$;
COMMENT ON FUNCTION medsup.load_code_lists(text, text) IS
    'loads every published list that the folder of the server holds, into its usual edition; the caller needs pg_read_server_files';
