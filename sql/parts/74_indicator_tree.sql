-- Trees of indicators that a bureau brings: three levels, such as 17 / 23 / 518.

CREATE FUNCTION medsup.load_indicator_tree(tree text, OUT level1 bigint, OUT level2 bigint, OUT level3 bigint, OUT computed bigint)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    known CONSTANT text[] := '{node,parent,level,name_zh,name_en,indicator_code}';
    needed CONSTANT text[] := '{node,level,name_zh}';
    header text[];
    wrong text;
    rows jsonb;
    bad int;
BEGIN
    IF coalesce(btrim(tree), '') = '' OR tree = 'medsup' THEN
        RAISE EXCEPTION 'the tree needs a name of its own'
            USING ERRCODE = 'MS101', HINT = 'medsup is the shipped tree; call yours by your bureau, such as load_indicator_tree(''chengdu'').';
    END IF;
    SELECT array_agg(btrim(h) ORDER BY k) INTO header
    FROM (SELECT medsup.csv_fields(rtrim(ltrim(i.line, E'\uFEFF'), E'\r')) AS f FROM medsup.import_line i ORDER BY i.row_no LIMIT 1) x
    CROSS JOIN LATERAL unnest(x.f) WITH ORDINALITY u (h, k);
    IF header IS NULL THEN
        RAISE EXCEPTION 'there is no tree to load'
            USING ERRCODE = 'MS101', DETAIL = 'The table medsup.import_line is empty.',
                  HINT = E'\\copy medsup.import_line (line) FROM ''tree.csv'' (FORMAT csv, DELIMITER E''\\x01'', QUOTE E''\\x02'')';
    END IF;
    SELECT string_agg(quote_literal(h), ', ') INTO wrong FROM unnest(header) h WHERE h <> ALL (known);
    IF wrong IS NOT NULL OR NOT header @> needed OR cardinality(header) <> (SELECT count(DISTINCT h) FROM unnest(header) h) THEN
        RAISE EXCEPTION 'the first line does not name the columns of a tree of indicators'
            USING ERRCODE = 'MS101', DETAIL = coalesce('Unknown: ' || wrong || '.', 'Each is named once, and node, level and name_zh are needed.'),
                  HINT = 'It names node, parent, level, name_zh, name_en and indicator_code.';
    END IF;
    SELECT coalesce(jsonb_agg(jsonb_build_object('place', x.place, 'whole', x.f IS NOT NULL AND cardinality(x.f) = cardinality(header))
        || coalesce((SELECT jsonb_object_agg(c.name, nullif(btrim(c.value), '')) FROM unnest(header, x.f) c (name, value) WHERE c.name IS NOT NULL), '{}')
        ORDER BY x.place), '[]')
    INTO rows
    FROM (SELECT row_number() OVER (ORDER BY i.row_no) AS place, medsup.csv_fields(rtrim(i.line, E'\r')) AS f,
              rtrim(i.line, E'\r') = '' AS blank FROM medsup.import_line i) x
    WHERE x.place > 1 AND NOT x.blank;
    IF rows = '[]' THEN
        RAISE EXCEPTION 'the tree has no nodes'
            USING ERRCODE = 'MS101', DETAIL = 'The table medsup.import_line has nothing but the first line.', HINT = 'Each line after the first is one node.';
    END IF;

    WITH r AS (
        SELECT x.*, count(*) OVER (PARTITION BY x.node) AS times
        FROM jsonb_to_recordset(rows) x (place int, whole boolean, node text, parent text, level text, name_zh text, name_en text, indicator_code text)
    ), problem AS (
        SELECT r.place, coalesce(
            CASE WHEN NOT r.whole THEN format('does not have the %s fields of the first line', cardinality(header)) END,
            (SELECT string_agg(c.name, ', ') || ' missing' FROM unnest(needed, ARRAY[r.node, r.level, r.name_zh]) c (name, value) WHERE c.value IS NULL),
            CASE WHEN r.level NOT IN ('1', '2', '3') THEN format('level is "%s", not 1, 2 or 3', left(r.level, 40)) END,
            CASE WHEN r.node !~ '^[^[:space:]]{1,64}$' THEN format('node "%s" has blanks or more than 64 characters', left(r.node, 70)) END,
            CASE WHEN r.times > 1 THEN format('node "%s" is in the tree %s times', r.node, r.times) END,
            CASE WHEN r.level = '1' AND r.parent IS NOT NULL THEN 'a node of level 1 has no parent' END,
            CASE WHEN r.level <> '1' AND r.parent IS NULL THEN format('a node of level %s needs a parent', r.level) END,
            CASE WHEN r.level <> '1' AND NOT EXISTS (SELECT FROM r p WHERE p.node = r.parent) THEN format('parent "%s" is not in the tree', r.parent) END,
            CASE WHEN r.level <> '1' AND NOT EXISTS (SELECT FROM r p WHERE p.node = r.parent AND p.level = (r.level::int - 1)::text)
                 THEN format('parent "%s" is not of level %s', r.parent, r.level::int - 1) END,
            CASE WHEN r.indicator_code IS NOT NULL AND r.level <> '3' THEN 'indicators stand at level 3' END,
            CASE WHEN r.indicator_code IS NOT NULL AND NOT EXISTS (SELECT FROM medsup.indicator i WHERE i.indicator_code = r.indicator_code)
                 THEN format('unknown indicator "%s"', r.indicator_code) END) AS what
        FROM r
    )
    SELECT count(*), string_agg(CASE WHEN p.k <= 20 THEN format('row %s: %s', p.place, p.what) END, E'\n' ORDER BY p.k)
    INTO bad, wrong
    FROM (SELECT q.*, row_number() OVER (ORDER BY q.place) AS k FROM problem q WHERE q.what IS NOT NULL) p;
    IF bad > 0 THEN
        RAISE EXCEPTION '% of % rows cannot be read, nothing was loaded', bad, jsonb_array_length(rows)
            USING ERRCODE = 'MS101',
                  DETAIL = wrong || CASE WHEN bad > 20 THEN format(E'\nand %s more', bad - 20) ELSE '' END,
                  HINT = 'Rows are counted with the first line; a field with a comma is put in quotes, a record stays on one line.';
    END IF;
    -- a tree is loaded as a whole
    DELETE FROM medsup.indicator_node n WHERE n.tree = load_indicator_tree.tree;
    INSERT INTO medsup.indicator_node (tree, node, level, parent, name_zh, name_en, indicator_code)
    SELECT load_indicator_tree.tree, x.node, x.level, x.parent, x.name_zh, x.name_en, x.indicator_code
    FROM jsonb_to_recordset(rows) x (place int, node text, parent text, level int, name_zh text, name_en text, indicator_code text)
    ORDER BY x.level, x.place;
    SELECT count(*) FILTER (WHERE n.level = 1), count(*) FILTER (WHERE n.level = 2), count(*) FILTER (WHERE n.level = 3), count(n.indicator_code)
    INTO level1, level2, level3, computed
    FROM medsup.indicator_node n WHERE n.tree = load_indicator_tree.tree;
    DELETE FROM medsup.import_line;
END
$$;
COMMENT ON FUNCTION medsup.load_indicator_tree(text) IS
    'replaces a bureau''s tree of indicators by the lines of a CSV file in import_line (node, parent, level, name_zh, name_en, indicator_code): all or none, each wrong line named; returns the nodes of each level and how many have an indicator';
