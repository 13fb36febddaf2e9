-- Dirty text: why a text is no code, all that can be told of a cell, the
-- profile of a column, keys and order of names.

CREATE FUNCTION medsup.why_icd10(value text, lang text DEFAULT 'zh') RETURNS text
    AS 'MODULE_PATHNAME', 'medsup_why_icd10'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.why_icd10(text, text) IS 'one sentence (lang zh or en) on why the text is no icd10; NULL where try_icd10 reads it';

CREATE FUNCTION medsup.why_icd9cm3(value text, lang text DEFAULT 'zh') RETURNS text
    AS 'MODULE_PATHNAME', 'medsup_why_icd9cm3'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.why_icd9cm3(text, text) IS 'one sentence (lang zh or en) on why the text is no icd9cm3; NULL where try_icd9cm3 reads it';

CREATE FUNCTION medsup.why_fee_item(value text, lang text DEFAULT 'zh') RETURNS text
    AS 'MODULE_PATHNAME', 'medsup_why_fee_item'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.why_fee_item(text, text) IS 'one sentence (lang zh or en) on why the text is no fee_item; NULL where try_fee_item reads it';

CREATE FUNCTION medsup.why_drug_code(value text, lang text DEFAULT 'zh') RETURNS text
    AS 'MODULE_PATHNAME', 'medsup_why_drug_code'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.why_drug_code(text, text) IS 'one sentence (lang zh or en) on why the text is no drug_code; NULL where try_drug_code reads it';

CREATE FUNCTION medsup.read_code(value text, code_type text, lang text DEFAULT 'zh',
                                 OUT code text, OUT form text, OUT notes text[], OUT defect text, OUT reason text)
    RETURNS record
    AS 'MODULE_PATHNAME', 'medsup_read_code'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.read_code(text, text, text) IS
    'all that can be told of a cell read as a type (icd10, icd9cm3, fee_item, drug_code): canonical text, form and notes of a code; key and sentence of a defect';

-- One scan groups the cells by their text; what is read and judged is each
-- distinct text, once.  Grouping and the texts spill to disk beyond work_mem.
-- Texts are compared by their bytes, whatever collation the column has.
-- The cast to text, the columns of a view and row security are the caller's.
CREATE FUNCTION medsup.profile_codes(relation regclass, column_name name, code_type text DEFAULT NULL,
                                     top integer DEFAULT 20, lang text DEFAULT 'zh',
                                     OUT part text, OUT key text, OUT cells bigint, OUT spellings bigint,
                                     OUT share numeric, OUT example text, OUT reason text)
    RETURNS SETOF record
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT COST 10000 ROWS 50
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    source text;
    kind "char";
BEGIN
    IF relation IS NULL OR column_name IS NULL THEN
        RAISE EXCEPTION 'relation and column must not be NULL'
        USING ERRCODE = 'null_value_not_allowed', HINT = 'Call profile_codes(''schema.table'', ''column'').';
    END IF;
    IF code_type <> ALL ('{icd10,icd9cm3,fee_item,drug_code}') THEN
        RAISE EXCEPTION 'code type "%" is not known', code_type
        USING ERRCODE = 'invalid_parameter_value', HINT = 'Give icd10, icd9cm3, fee_item or drug_code, or leave it out.';
    END IF;
    IF lang IS NULL OR lang <> ALL ('{zh,en}') THEN
        RAISE EXCEPTION 'language "%" is not known', coalesce(lang, 'NULL')
        USING ERRCODE = 'invalid_parameter_value', HINT = 'Give "zh" or "en".';
    END IF;
    IF top IS NULL OR top < 0 THEN
        RAISE EXCEPTION 'number of offenders must not be %', coalesce(top::text, 'NULL')
        USING ERRCODE = 'invalid_parameter_value', HINT = 'Give 0 to leave them out.';
    END IF;
    SELECT format('%I.%I', n.nspname, c.relname), c.relkind INTO source, kind
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = relation;
    IF source IS NULL THEN
        RAISE EXCEPTION 'relation with OID % does not exist', relation::oid
        USING ERRCODE = 'undefined_table', HINT = 'Give the name of a table or view.';
    END IF;
    IF kind <> ALL ('{r,p,v,m,f}'::"char"[]) THEN
        RAISE EXCEPTION '% has no rows to read', source
        USING ERRCODE = 'wrong_object_type', HINT = 'Give a table, view, materialized view or foreign table.';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_attribute a
                   WHERE a.attrelid = relation AND a.attname = column_name AND a.attnum > 0 AND NOT a.attisdropped) THEN
        RAISE EXCEPTION 'column "%" of % does not exist', column_name, source
        USING ERRCODE = 'undefined_column',
              HINT = 'It has ' || coalesce((SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
                                            WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped), 'no columns') || '.';
    END IF;

    IF EXISTS (SELECT FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
               WHERE a.attrelid = relation AND a.attname = column_name AND t.typcategory = 'A') THEN
        RAISE EXCEPTION 'column "%" of % holds arrays', column_name, source
        USING ERRCODE = 'wrong_object_type', HINT = 'Profile a view that gives one row an element, by unnest().';
    END IF;

    RETURN QUERY EXECUTE format($q$
        WITH cell AS MATERIALIZED (
            SELECT t.%I::text COLLATE "C" AS spelt, count(*) AS n FROM %s AS t GROUP BY 1
        ), guess AS MATERIALIZED (
            SELECT coalesce($1, (
                SELECT g.name FROM cell c
                CROSS JOIN LATERAL (VALUES (1, 'icd10', medsup.try_icd10(c.spelt) IS NOT NULL),
                                           (2, 'icd9cm3', medsup.try_icd9cm3(c.spelt) IS NOT NULL),
                                           (3, 'fee_item', medsup.try_fee_item(c.spelt) IS NOT NULL)) AS g (nth, name, fits)
                WHERE g.fits GROUP BY g.nth, g.name ORDER BY sum(c.n) DESC, g.nth LIMIT 1), 'icd10') AS name
        ), judged AS MATERIALIZED (
            SELECT c.spelt, c.n, r.form, r.notes, r.defect
            FROM cell c CROSS JOIN guess g CROSS JOIN LATERAL medsup.read_code(c.spelt, g.name) AS r
            WHERE c.spelt IS NOT NULL
        ), counted AS (
            SELECT 1 AS nth, 'total' AS part, g.name AS key, coalesce((SELECT sum(c.n) FROM cell c), 0) AS n,
                   (SELECT count(*) FROM judged) AS spellings, NULL AS example
            FROM guess g
            UNION ALL
            SELECT 2, 'total', 'null', coalesce((SELECT c.n FROM cell c WHERE c.spelt IS NULL), 0), 0, NULL
            UNION ALL
            SELECT 3, 'total', 'read', coalesce(sum(j.n), 0), count(*), NULL FROM judged j WHERE j.defect IS NULL
            UNION ALL
            SELECT 4, 'total', 'refused', coalesce(sum(j.n), 0), count(*), NULL FROM judged j WHERE j.defect IS NOT NULL
            UNION ALL
            SELECT 5, 'form', j.form, sum(j.n), count(*), min(j.spelt) FROM judged j WHERE j.defect IS NULL GROUP BY j.form
            UNION ALL
            SELECT 6, 'note', k.note, sum(j.n), count(*), min(j.spelt)
            FROM judged j CROSS JOIN LATERAL unnest(j.notes) AS k (note) WHERE j.defect IS NULL GROUP BY k.note
            UNION ALL
            SELECT 7, 'defect', j.defect, sum(j.n), count(*), min(j.spelt) FROM judged j WHERE j.defect IS NOT NULL GROUP BY j.defect
            UNION ALL
            (SELECT 8, 'offender', j.defect, j.n, 1, j.spelt FROM judged j WHERE j.defect IS NOT NULL
             ORDER BY j.n DESC, j.spelt LIMIT $2)
        )
        SELECT c.part, c.key, c.n::bigint, c.spellings::bigint,
               round(c.n / nullif(max(c.n) OVER (), 0), 4),
               left(c.example, 600), (SELECT r.reason FROM medsup.read_code(c.example, g.name, $3) AS r)
        FROM counted c CROSS JOIN guess g
        ORDER BY c.nth, CASE WHEN c.nth > 4 THEN c.n END DESC, c.key COLLATE "C", c.example
        $q$, column_name, source)
    USING code_type, top, lang;
END
$$;
COMMENT ON FUNCTION medsup.profile_codes(regclass, name, text, integer, text) IS
    'what a column of codes holds: cells by form, by what was cleaned or looks suspect, by defect, and the most frequent offenders; reads with the rights of the caller';

-- Names are never changed by medsup; a key and an order serve who matches them.

CREATE FUNCTION medsup.name_key(name text) RETURNS text
    AS 'MODULE_PATHNAME', 'medsup_name_key'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION medsup.name_key(text) IS
    'key for matching names: NFKC, letter case, blanks, brackets and look-alikes unified; not for display';

CREATE COLLATION medsup.pinyin (provider = icu, locale = 'zh-u-co-pinyin');
COMMENT ON COLLATION medsup.pinyin IS 'order of Chinese names by pinyin';
