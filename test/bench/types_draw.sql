-- The draw: which codes, how often.  Fixed by hashes of row numbers, so every
-- machine and version draws the same.
--
-- Skewed as in real use: the rank of a code on its list, shuffled, follows
-- Zipf's law with exponent 1.

-- path is the code as ltree: one label a level, as its users would model it.
CREATE TABLE list AS
SELECT family, code, ltree(trim(BOTH '.' FROM regexp_replace(CASE
           WHEN family = 'diag' THEN
               regexp_replace(code, '^(...)\.(.)(..)(x...)?(?:\+(...)(?:\.(.))?\*)?$', '\1.\2.\3.\4.\5.\6')
           WHEN code ~ '^X' THEN
               regexp_replace(code, '^(.)(...)(.)(.)(....)(....)(..)(..)(.*)$', '\1.\2.\3.\4.\5.\6.\7.\8.\9')
           WHEN code ~ '^Z' THEN
               regexp_replace(code, '^(.)(...)(.)(.)(.....)(..)(..)(.*)$', '\1.\2.\3.\4.\5.\6.\7.\8')
           WHEN code ~ '^C' THEN
               regexp_replace(code, '^(...)(..)(..)(...)(.....)(.*)$', '\1.\2.\3.\4.\5.\6')
           ELSE
               regexp_replace(code, '^(..)(..)(..)(.....)(..)(..)$', '\1.\2.\3.\4.\5.\6')
       END, '\.\.+', '.', 'g'))) AS path,
       row_number() OVER (PARTITION BY family ORDER BY hashtextextended(code, 20), code COLLATE "C") AS rank
FROM (SELECT DISTINCT family, code COLLATE "C" AS code FROM listed) AS l;
ALTER TABLE list ADD UNIQUE (family, rank);
ANALYZE list;

-- A number in [0, 1) from a row number.
CREATE FUNCTION drawn(i bigint, seed bigint) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (hashint8extended(i, seed) >> 11 & 9007199254740991)::float8 / 9007199254740992
$$;

CREATE FUNCTION place(file text) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT current_setting('data_directory') || '/' || file
$$;

-- One file for the texts and the code type, one for ltree.
DO $$
DECLARE
    f record;
    n bigint;
BEGIN
    FOR f IN SELECT family, count(*) AS codes, row_number() OVER (ORDER BY family) AS seed FROM list GROUP BY family LOOP
        n := (SELECT 5e6 * sf FROM setting);
        CREATE TABLE draw AS
        SELECT l.code, l.path, i
        FROM generate_series(1, n) AS i
        JOIN list AS l ON l.rank = floor(exp(ln(f.codes + 1) * drawn(i, f.seed)))::bigint
        WHERE l.family = f.family
        ORDER BY i;
        ASSERT (SELECT count(*) FROM draw) = n;
        EXECUTE format('COPY (SELECT code FROM draw ORDER BY i) TO %L', place(f.family || '.code'));
        EXECUTE format('COPY (SELECT path FROM draw ORDER BY i) TO %L', place(f.family || '.path'));
        -- visits of five codes
        EXECUTE format('COPY (SELECT array_agg(code) FROM draw GROUP BY i / 5 ORDER BY i / 5) TO %L', place(f.family || '.codes'));
        EXECUTE format('COPY (SELECT array_agg(path) FROM draw GROUP BY i / 5 ORDER BY i / 5) TO %L', place(f.family || '.paths'));
        RAISE INFO 'draw of %: % codes of a list of %, % of them distinct, the most frequent % %%', f.family, n, f.codes,
            (SELECT count(DISTINCT code) FROM draw),
            (SELECT round(100.0 * count(*) / n, 1) FROM draw GROUP BY code ORDER BY count(*) DESC LIMIT 1);
        DROP TABLE draw;
    END LOOP;
END
$$;

-- Unique codes, in mixed order: extensions x000 to x999 of the base codes, and
-- makers of the drugs on the list.
DO $$
DECLARE
    f record;
BEGIN
    FOR f IN VALUES ('diag', 'SELECT code FROM list WHERE family = ''diag'' AND length(code) = 7', 'x', 3),
                    ('fee', 'SELECT DISTINCT left(code, -5) FROM list WHERE family = ''fee'' AND code ~ ''^[XZ]''', '', 5) LOOP
        EXECUTE format('CREATE TABLE stem AS SELECT row_number() OVER (ORDER BY code) - 1 AS nr, code FROM (%s) AS s (code)', f.column2);
        EXECUTE format('COPY (SELECT code || %L || lpad((i / many)::text, %s, ''0'')
                              FROM (SELECT count(*) AS many FROM stem) AS s, generate_series(0, %s) AS i
                              JOIN stem ON stem.nr = i %% (SELECT count(*) FROM stem)
                              ORDER BY drawn(i, 3)) TO %L',
                       f.column3, f.column4, (SELECT 1e6 * sf - 1 FROM setting)::bigint, place(f.column1 || '.unique'));
        DROP TABLE stem;
    END LOOP;
END
$$;
