-- What every bench needs: contenders, forms of an operation, races.
--
-- A race runs every form of one operation in turns, so that a change of the
-- machine's mood meets all of them, and requires equal answers.

CREATE EXTENSION medsup CASCADE;
CREATE EXTENSION ltree;
ALTER DATABASE bench SET search_path = public, medsup;
SET search_path = public, medsup;

CREATE TABLE setting (sf float8, runs int, budget float8, clock text CHECK (clock IN ('wall', 'cpu')));
INSERT INTO setting VALUES (:sf, :runs, :budget, :'clock');

\if :zh_cn
CREATE COLLATION "zh_CN.UTF-8" (PROVIDER = libc, LOCALE = 'zh_CN.UTF-8');
\endif

-- name ends the names of tables; code stands for the type of the family.
CREATE TABLE contender (nr int, name text PRIMARY KEY, title text, declared text, is_text bool);
INSERT INTO contender VALUES
    (1, 'code', NULL, NULL, false),
    (2, 'text_c', 'text "C"', 'text COLLATE "C"', true),
    (3, 'text_icu', 'text "zh-x-icu"', 'text COLLATE "zh-x-icu"', true),
    (4, 'text_zh', 'text "zh_CN.UTF-8"', 'text COLLATE "zh_CN.UTF-8"', true),
    (5, 'ltree', 'ltree', 'ltree', false);
DELETE FROM contender WHERE name = 'text_zh' AND NOT :zh_cn;

-- The forms of the operation that is raced next.  before and answer are not
-- timed; without answer the timed statement gives it.  A NULL answer is not
-- compared.
CREATE TABLE form (
    nr int GENERATED ALWAYS AS IDENTITY,
    contender text NOT NULL REFERENCES contender,
    form text NOT NULL DEFAULT '',
    before text,
    timed text NOT NULL,
    answer text,
    answers bool NOT NULL DEFAULT true
);
CREATE TABLE result (
    nr int GENERATED ALWAYS AS IDENTITY,
    family text,
    op text,
    contender text REFERENCES contender,
    form text,
    value float8,
    unit text
);


-- The families and their types.
CREATE TABLE typed (family text, type text);

-- What lists hold, one row a line of theirs.
CREATE TABLE listed (family text, code text);

-- Milliseconds of the wall clock, or those that this process was on a CPU: the
-- latter for a machine that is shared (Linux).
CREATE FUNCTION stopwatch() RETURNS float8
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF (SELECT clock FROM setting) = 'cpu' THEN
        -- the kernel brings the count up to date when a process gives way
        PERFORM pg_sleep(0.0005);
        RETURN split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::float8 / 1e6;
    END IF;
    RETURN 1000 * extract(epoch FROM clock_timestamp());
END
$$;

CREATE PROCEDURE race(family text, op text, runs int DEFAULT NULL)
LANGUAGE plpgsql AS $$
DECLARE
    f record;
    times int := coalesce(runs, (SELECT s.runs FROM setting s));
    budget_ms float8 := (SELECT 1000 * s.budget FROM setting s);
    spent float8[] := '{}';
    began float8;
    ms float8;
    got text;
    want text;
BEGIN
    FOR i IN 1..times LOOP
        FOR f IN SELECT * FROM form ORDER BY nr LOOP
            CONTINUE WHEN spent[f.nr] > budget_ms;
            IF f.before IS NOT NULL THEN
                EXECUTE f.before;
                COMMIT;
            END IF;
            began := stopwatch();
            IF f.answer IS NULL THEN
                EXECUTE f.timed INTO got;
            ELSE
                EXECUTE f.timed;
            END IF;
            COMMIT;
            ms := stopwatch() - began;
            IF f.answer IS NOT NULL THEN
                EXECUTE f.answer INTO got;
            END IF;
            spent[f.nr] := coalesce(spent[f.nr], 0) + ms;
            IF f.answers THEN
                want := coalesce(want, got);
                IF got IS DISTINCT FROM want THEN
                    RAISE '%/%: % % answers "%", not "%"', family, op, f.contender, f.form, got, want;
                END IF;
            END IF;
            INSERT INTO result (family, op, contender, form, value, unit)
            VALUES (family, op, f.contender, f.form, ms, 'ms');
            COMMIT;
        END LOOP;
    END LOOP;
    TRUNCATE form RESTART IDENTITY;
    RAISE INFO '%/% raced, answer %', family, op, coalesce(want, 'not compared');
END
$$;
