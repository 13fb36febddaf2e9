-- All operations of one family: family = diag (type icd10) or fee (fee_item).
--
-- A table of family F and contender K is F_K, with one column code.

SET search_path = public, medsup;

UPDATE contender SET declared = :'type' WHERE name = 'code';
INSERT INTO typed VALUES (:'family', :'type');

-- What the forms below are about: a node, what follows it, the length of a
-- category.
DROP TABLE IF EXISTS subject, span;
CREATE TABLE subject AS
SELECT * FROM (VALUES
    ('diag', 'E11', 'E12', 'E11', 'E12', 3),
    ('fee', 'XN02BE', 'XN02BF', 'X.N02.B.E', 'X.N02.B.F', 4)
) AS s (family, node, behind, path, path_behind, width) WHERE family = :'family';

-- Ten ranges; the first one alone is the set of one range.  behind is the first
-- category outside.
CREATE TABLE span AS
SELECT * FROM (VALUES
    (1, 'diag', 'E10', 'E15'), (2, 'diag', 'A15', 'A20'), (3, 'diag', 'C00', 'C98'), (4, 'diag', 'F00', 'F10'),
    (5, 'diag', 'I20', 'I26'), (6, 'diag', 'I60', 'I70'), (7, 'diag', 'J40', 'J48'), (8, 'diag', 'K70', 'K78'),
    (9, 'diag', 'N17', 'N20'), (10, 'diag', 'V01', 'Y99'),
    (1, 'fee', 'XG01', 'XG05'), (2, 'fee', 'XB01', 'XB02'), (3, 'fee', 'XC01', 'XC06'), (4, 'fee', 'XH01', 'XH02'),
    (5, 'fee', 'XN02', 'XN08'), (6, 'fee', 'ZA01', 'ZA05'), (7, 'fee', 'ZA07', 'ZA10'), (8, 'fee', 'C010', 'C020'),
    (9, 'fee', '0011', '0013'), (10, 'fee', '0031', '0034')
) AS s (nr, family, first, behind) WHERE family = :'family';

-- Every category that a range of them could hold.
CREATE OR REPLACE FUNCTION categories(family text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE AS $$
    SELECT lead || lpad(n::text, 2, '0')
    FROM generate_series(0, 99) AS n,
         (SELECT chr(65 + i) FROM generate_series(0, 25) AS i WHERE family = 'diag'
          UNION ALL
          SELECT kind || chr(65 + i) FROM generate_series(0, 25) AS i, unnest('{X,Z}'::text[]) AS kind WHERE family = 'fee'
          UNION ALL
          SELECT unnest('{C0,00}'::text[]) WHERE family = 'fee') AS l (lead)
$$;

-- The label path of a category.
CREATE OR REPLACE FUNCTION label(category text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN category ~ '^C0' THEN left(category, 3)
                WHEN category ~ '^([XZ].|00)..$' THEN regexp_replace(category, '^([XZ]|00)', '\1.')
                ELSE category END
$$;

-- What a range, or all ten, read as: for the texts and the type, and for ltree.
CREATE OR REPLACE FUNCTION one_of(spans int, collation_clause text, as_label bool) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT string_agg(format(CASE WHEN as_label THEN 'code >= %3$L AND code < %4$L'
                                  ELSE 'code%5$s >= %1$L AND code%5$s < %2$L' END,
                             first, behind, label(first), label(behind), collation_clause), ' OR ')
    FROM span WHERE nr <= spans
$$;
CREATE OR REPLACE FUNCTION all_of(spans int) RETURNS text[]
LANGUAGE sql STABLE AS $$
    SELECT array_agg(c)
    FROM span, categories(span.family) AS c
    WHERE nr <= spans AND c COLLATE "C" >= first AND c COLLATE "C" < behind
$$;

CREATE OR REPLACE FUNCTION set_of(spans int) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT '{' || string_agg(format('[%s,%s)', first, behind), ',') || '}' FROM span WHERE nr <= spans
$$;

-- ----------------------------------------------------------------- load ----
SELECT format('CREATE TABLE %s_%s (code %s)', :'family', name, declared) FROM contender \gexec

INSERT INTO form (contender, before, timed, answer)
SELECT name, format('TRUNCATE %s_%s', :'family', name),
       format('COPY %s_%s FROM %L', :'family', name, place(:'family' || CASE name WHEN 'ltree' THEN '.path' ELSE '.code' END)),
       format('SELECT count(*) FROM %s_%s', :'family', name)
FROM contender ORDER BY nr;
CALL race(:'family', 'COPY in');

SELECT format('VACUUM (FREEZE, ANALYZE) %s_%s', :'family', name) FROM contender ORDER BY nr \gexec
INSERT INTO result (family, op, contender, form, value, unit)
SELECT :'family', 'heap', name, '', pg_table_size(format('%s_%s', :'family', name)::regclass) / 1e6, 'MB' FROM contender;

-- ---------------------------------------------------- without an index ----
INSERT INTO form (contender, form, timed)
SELECT name, f.form, format('SELECT count(*) FROM %s_%s WHERE %s', :'family', name,
       format(f.filter, s.node, s.behind, s.path, CASE WHEN name = 'text_c' OR NOT is_text THEN '' ELSE ' COLLATE "C"' END))
FROM contender, subject AS s,
     (VALUES (1, 'code', '<@', 'code <@ %1$L'),
             (2, 'text', 'LIKE', 'code LIKE ''%1$s%%'''),
             (3, 'text', 'range', 'code%4$s >= %1$L AND code%4$s < %2$L'),
             (4, 'text', 'starts_with', 'starts_with(code, %1$L)'),
             (5, 'ltree', '<@', 'code <@ %3$L')) AS f (nr, who, form, filter)
WHERE f.who = CASE WHEN is_text THEN 'text' ELSE name END ORDER BY contender.nr, f.nr;
CALL race(:'family', 'node filter');

\set op 'set filter, 1 range'
\set spans 1
\ir types_set.sql
\set op 'set filter, 10 ranges'
\set spans 10
\ir types_set.sql

INSERT INTO form (contender, timed, answers)
SELECT name, format('SELECT code FROM (SELECT code FROM %s_%s ORDER BY code OFFSET %s) AS s', :'family', name,
                    (SELECT 5e6 * sf - 1 FROM setting)), name IN ('code', 'text_c')
FROM contender ORDER BY nr;
CALL race(:'family', 'sort');

INSERT INTO form (contender, timed)
SELECT name, format('SELECT count(DISTINCT code) FROM %s_%s', :'family', name) FROM contender ORDER BY nr;
CALL race(:'family', 'count(DISTINCT)');

INSERT INTO form (contender, timed)
SELECT name, format('SELECT count(*) || '' groups, the largest '' || max(n) FROM (SELECT count(*) AS n FROM %s_%s GROUP BY code) AS g', :'family', name)
FROM contender ORDER BY nr;
CALL race(:'family', 'group by code');

-- The category: four characters of a fee item, five of a consumable.
INSERT INTO form (contender, timed)
SELECT name, format('SELECT count(*) || '' groups, the largest '' || max(n) FROM (SELECT count(*) AS n FROM %s_%s GROUP BY %s) AS g', :'family', name,
       CASE WHEN name = 'code' THEN 'ancestor(code, 3)'
            WHEN name = 'ltree' THEN CASE family WHEN 'diag' THEN 'subpath(code, 0, 1)' ELSE 'subpath(code, 0, 2)' END
            ELSE CASE family WHEN 'diag' THEN 'left(code, 3)' ELSE 'left(code, 4 + (code ^@ ''C'')::int)' END END)
FROM contender, subject ORDER BY nr;
CALL race(:'family', 'group by category');

-- A price a code, joined to every line.
SELECT format('CREATE TABLE %1$s_%2$s_price AS SELECT (%3$s)::%4$s AS code, abs(hashtext(code)) %% 10000 AS price FROM list WHERE family = %1$L',
              :'family', name, CASE name WHEN 'ltree' THEN 'path' ELSE 'code' END, declared) FROM contender \gexec
SELECT format('ALTER TABLE %1$s_%2$s_price ADD PRIMARY KEY (code)', :'family', name) FROM contender \gexec
SELECT format('VACUUM (FREEZE, ANALYZE) %1$s_%2$s_price', :'family', name) FROM contender \gexec
INSERT INTO form (contender, timed)
SELECT name, format('SELECT sum(p.price) FROM %1$s_%2$s AS f JOIN %1$s_%2$s_price AS p USING (code)', :'family', name)
FROM contender ORDER BY nr;
CALL race(:'family', 'hash join');

-- ------------------------------------------------------- with an index ----
INSERT INTO form (contender, before, timed, answer)
SELECT name, format('DROP INDEX IF EXISTS %1$s_%2$s_code', :'family', name),
       format('CREATE INDEX %1$s_%2$s_code ON %1$s_%2$s (code%3$s)', :'family', name,
              CASE WHEN is_text AND name <> 'text_c' THEN ' text_pattern_ops' ELSE '' END),
       'SELECT ''done'''
FROM contender ORDER BY nr;
CALL race(:'family', 'index build', 1);
INSERT INTO result (family, op, contender, form, value, unit)
SELECT :'family', 'index', name, '', pg_table_size(format('%s_%s_code', :'family', name)::regclass) / 1e6, 'MB' FROM contender;

SET enable_seqscan = off;
INSERT INTO form (contender, form, timed)
SELECT name, f.form, format('SELECT count(*) FROM %s_%s WHERE %s', :'family', name, format(f.filter, s.node, s.behind, s.path, s.path_behind))
FROM contender, subject AS s,
     (VALUES (1, 'code', '<@', 'code <@ %1$L'),
             (2, 'text', 'LIKE', 'code LIKE ''%1$s%%'''),
             (3, 'text', 'starts_with', 'starts_with(code, %1$L)'),
             (4, 'text_c', 'range', 'code >= %1$L AND code < %2$L'),
             (5, 'ltree', 'range', 'code >= %3$L AND code < %4$L')) AS f (nr, who, form, filter)
WHERE f.who = name OR (f.who = 'text' AND is_text) ORDER BY contender.nr, f.nr;
CALL race(:'family', 'node filter, index');

INSERT INTO form (contender, form, timed)
SELECT name, f.form, format('SELECT count(*) FROM %s_%s WHERE %s', :'family', name,
       format(f.filter, s.first, s.behind, label(s.first), label(s.behind), set_of(1), :'type'))
FROM contender, span AS s,
     (VALUES ('code', '<@', 'code <@ %5$L::%6$smultirange'),
             ('text_c', 'range', 'code >= %1$L AND code < %2$L'),
             ('text', '~>=~ ~<~', 'code ~>=~ %1$L AND code ~<~ %2$L'),
             ('ltree', 'range', 'code >= %3$L AND code < %4$L')) AS f (who, form, filter)
WHERE s.nr = 1 AND f.who = CASE WHEN is_text AND name <> 'text_c' THEN 'text' ELSE name END ORDER BY contender.nr;
CALL race(:'family', 'set filter, index');
RESET enable_seqscan;

-- Codes of which none occurs twice: no deduplication helps.
INSERT INTO form (contender, before, timed, answer)
SELECT name, format('DROP TABLE IF EXISTS %1$s_%2$s_unique; CREATE TABLE %1$s_%2$s_unique (code %3$s); COPY %1$s_%2$s_unique FROM %4$L',
                    :'family', name, declared, place(:'family' || '.unique')),
       format('CREATE UNIQUE INDEX %1$s_%2$s_unique_code ON %1$s_%2$s_unique (code)', :'family', name),
       format('SELECT count(*) FROM %1$s_%2$s_unique', :'family', name)
FROM contender WHERE name <> 'ltree' ORDER BY nr;
CALL race(:'family', 'unique index build', 1);
INSERT INTO result (family, op, contender, form, value, unit)
SELECT :'family', 'unique index', name, '', pg_table_size(format('%s_%s_unique_code', :'family', name)::regclass) / 1e6, 'MB'
FROM contender WHERE name <> 'ltree';

-- Visits with five codes each: GIN over the array; ltree has GiST only.
SELECT format('CREATE TABLE %1$s_%2$s_visit (codes %3$s[]%4$s)', :'family', name, split_part(declared, ' ', 1),
              substr(declared, length(split_part(declared, ' ', 1)) + 1)) FROM contender \gexec
SELECT format('COPY %1$s_%2$s_visit FROM %3$L', :'family', name, place(:'family' || CASE name WHEN 'ltree' THEN '.paths' ELSE '.codes' END))
FROM contender \gexec
SELECT format('VACUUM (FREEZE, ANALYZE) %s_%s_visit', :'family', name) FROM contender \gexec
INSERT INTO form (contender, before, timed, answer)
SELECT name, format('DROP INDEX IF EXISTS %1$s_%2$s_visit_codes', :'family', name),
       format('CREATE INDEX %1$s_%2$s_visit_codes ON %1$s_%2$s_visit USING %3$s (codes)', :'family', name,
              CASE name WHEN 'ltree' THEN 'gist' ELSE 'gin' END),
       'SELECT ''done'''
FROM contender ORDER BY nr;
CALL race(:'family', 'array index build', 1);
INSERT INTO result (family, op, contender, form, value, unit)
SELECT :'family', 'array index', name, '', pg_table_size(format('%s_%s_visit_codes', :'family', name)::regclass) / 1e6, 'MB' FROM contender;

SET enable_seqscan = off;
INSERT INTO form (contender, form, timed)
SELECT name, f.form, format('SELECT count(*) FROM %s_%s_visit WHERE %s', :'family', name, format(f.filter, s.node,
       (SELECT array_agg(code) FROM list AS l WHERE l.family = s.family AND l.code ^@ s.node), s.path, :'type'))
FROM contender, subject AS s,
     (VALUES (1, 'code', '@@', 'codes @@ %1$L::%4$s'),
             (2, 'text', '&& list', 'codes && %2$L'),
             (3, 'ltree', '<@', 'codes <@ %3$L::ltree')) AS f (nr, who, form, filter)
WHERE f.who = CASE WHEN is_text THEN 'text' ELSE name END ORDER BY contender.nr, f.nr;
CALL race(:'family', 'any of five, index');
RESET enable_seqscan;

SELECT format('DROP TABLE %1$s_%2$s, %1$s_%2$s_price, %1$s_%2$s_unique, %1$s_%2$s_visit', :'family', name)
FROM contender WHERE name <> 'ltree' \gexec
SELECT format('DROP TABLE %1$s_ltree, %1$s_ltree_price, %1$s_ltree_visit', :'family') \gexec
