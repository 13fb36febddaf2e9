-- Unusual combinations: pairs of items that one provider bills together and its
-- peers do not.  Exact.  Items too rare to be in a frequent pair go first
-- (a-priori), pairs are counted by sorts and hashes that spill to disk, and how
-- many pairs of lines there will be is known before the first is made.

CREATE FUNCTION medsup.check_pairs(pairs numeric, max_pairs bigint) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF pairs > max_pairs THEN
        RAISE EXCEPTION 'these baskets hold % pairs of frequent items, more than %', round(pairs), max_pairs
            USING ERRCODE = 'program_limit_exceeded',
                  HINT = 'Raise min_support or min_baskets, make baskets smaller, such as a day instead of a stay, or raise max_pairs: pairs take time and disk, not memory.';
    END IF;
    RETURN true;
END
$$;
COMMENT ON FUNCTION medsup.check_pairs(numeric, bigint) IS
    'refuse that many pairs of lines, before any is made; else true';

CREATE FUNCTION medsup.item_rules(source regclass, min_support float8 DEFAULT 0.05, min_baskets int DEFAULT 20, min_lift float8 DEFAULT 1,
    max_pairs bigint DEFAULT 1000000000,
    OUT fixmedins_code text, OUT peer text, OUT item text, OUT with_item text, OUT baskets bigint, OUT together bigint,
    OUT support float8, OUT confidence float8, OUT lift float8, OUT peer_baskets bigint, OUT peer_together bigint,
    OUT peers bigint, OUT peers_alike bigint, OUT times_peers float8)
RETURNS SETOF record
    LANGUAGE plpgsql STABLE PARALLEL RESTRICTED CALLED ON NULL INPUT COST 1000000 ROWS 500
    SET search_path = pg_catalog, pg_temp
    SET jit = off
    -- the planner cannot know how many rows a step leaves: joins by all columns, which spill
    SET enable_nestloop = off
    SET enable_mergejoin = off
AS $$
DECLARE
    present text[] := ARRAY(SELECT a.attname FROM pg_attribute a WHERE a.attrelid = source AND a.attnum > 0 AND NOT a.attisdropped);
    missing text := (SELECT string_agg(c, ', ' ORDER BY n) FROM unnest('{fixmedins_code,basket,item}'::text[]) WITH ORDINALITY u (c, n) WHERE c <> ALL (present));
BEGIN
    IF source IS NULL OR NOT (min_support >= 0 AND min_support <= 1) OR min_support IS NULL OR coalesce(min_baskets, 0) < 1
       OR min_lift IS NULL OR max_pairs IS NULL THEN
        RAISE EXCEPTION 'item_rules needs a relation, a support from 0 to 1 and a number of baskets of one or more'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'A pair counts that is in at least min_baskets baskets of a provider and in the share min_support of them.';
    END IF;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION '% has no column %', source, missing
            USING ERRCODE = 'undefined_column',
                  HINT = 'Needed are fixmedins_code, basket (such as the visit) and item; peer may be absent.';
    END IF;
    RETURN QUERY EXECUTE format($q$
        WITH line AS MATERIALIZED (
            SELECT d.fixmedins_code, d.item, dense_rank() OVER (ORDER BY d.fixmedins_code, d.basket) AS basket
            FROM (SELECT DISTINCT t.fixmedins_code::text COLLATE "C" AS fixmedins_code, t.basket::text COLLATE "C" AS basket, t.item::text COLLATE "C" AS item
                  FROM %1$s t
                  WHERE t.fixmedins_code IS NOT NULL AND t.basket IS NOT NULL AND t.item IS NOT NULL) d
        ), provider AS MATERIALIZED (
            SELECT b.fixmedins_code, row_number() OVER ()::int AS owner, p.peer, b.baskets, count(*) OVER g - 1 AS peers, (sum(b.baskets) OVER g - b.baskets)::bigint AS peer_baskets
            FROM (SELECT l.fixmedins_code, max(l.basket) - min(l.basket) + 1 AS baskets FROM line l GROUP BY 1) b
            LEFT JOIN (%2$s) p ON p.fixmedins_code = b.fixmedins_code
            WINDOW g AS (PARTITION BY p.peer)
        -- a pair is in no more baskets than its rarer item
        ), frequent AS MATERIALIZED (
            SELECT c.fixmedins_code, p.owner, c.item, c.baskets, dense_rank() OVER (ORDER BY c.item)::int AS nr
            FROM (SELECT l.fixmedins_code, l.item, count(*) AS baskets FROM line l GROUP BY 1, 2) c
            JOIN provider p ON p.fixmedins_code = c.fixmedins_code
            WHERE c.baskets >= $1 AND c.baskets / p.baskets::float8 >= $2
        ), pruned AS MATERIALIZED (
            SELECT f.owner, l.basket, f.nr
            FROM line l JOIN frequent f ON f.fixmedins_code = l.fixmedins_code AND f.item = l.item
        ), pair AS MATERIALIZED (
            SELECT x.*
            FROM (SELECT a.owner, a.nr AS a, b.nr AS b, count(*) AS together
                  FROM pruned a JOIN pruned b ON b.basket = a.basket AND b.nr > a.nr
                  WHERE (SELECT medsup.check_pairs(coalesce(sum(k.n * (k.n - 1) / 2), 0), $4) FROM (SELECT count(*) AS n FROM pruned q GROUP BY q.basket) k)
                  GROUP BY 1, 2, 3) x
            JOIN provider p ON p.owner = x.owner
            WHERE x.together >= $1 AND x.together / p.baskets::float8 >= $2
        -- the same pairs at everybody, frequent there or not
        ), asked AS MATERIALIZED (
            SELECT p.owner, l.basket, n.nr
            FROM (SELECT DISTINCT f.nr, f.item FROM frequent f WHERE f.nr IN (SELECT q.a FROM pair q UNION SELECT q.b FROM pair q)) n
            JOIN line l ON l.item = n.item
            JOIN provider p ON p.fixmedins_code = l.fixmedins_code
        ), everywhere AS (
            SELECT a.owner, a.nr AS a, b.nr AS b, count(*) AS together
            FROM asked a JOIN asked b ON b.basket = a.basket AND b.nr > a.nr
            JOIN (SELECT DISTINCT q.a, q.b FROM pair q) q ON q.a = a.nr AND q.b = b.nr
            WHERE (SELECT medsup.check_pairs(coalesce(sum(k.n * (k.n - 1) / 2), 0), $4) FROM (SELECT count(*) AS n FROM asked q GROUP BY q.basket) k)
            GROUP BY 1, 2, 3
        ), grouped AS (
            SELECT e.*, p.fixmedins_code, p.peer, p.baskets, p.peers, p.peer_baskets, (sum(e.together) OVER g - e.together)::bigint AS peer_together,
                e.together >= $1 AND e.together / p.baskets::float8 >= $2 AS here,
                count(*) FILTER (WHERE e.together >= $1 AND e.together / p.baskets::float8 >= $2) OVER g AS alike
            FROM everywhere e JOIN provider p ON p.owner = e.owner
            WINDOW g AS (PARTITION BY e.a, e.b, p.peer)
        )
        SELECT g.fixmedins_code, g.peer, fa.item, fb.item, g.baskets, g.together, g.together::float8 / g.baskets,
            g.together::float8 / fa.baskets, m.lift, g.peer_baskets, g.peer_together, g.peers, g.alike - 1,
            -- half a basket more, so that never elsewhere has a number too
            (g.together / g.baskets::float8) / ((g.peer_together + 0.5) / (g.peer_baskets + 1))::float8
        FROM grouped g
        JOIN frequent fa ON fa.owner = g.owner AND fa.nr = g.a
        JOIN frequent fb ON fb.owner = g.owner AND fb.nr = g.b
        CROSS JOIN LATERAL (SELECT g.together::float8 * g.baskets / (fa.baskets::float8 * fb.baskets) AS lift) m
        WHERE g.here AND m.lift >= $3
        ORDER BY 14 DESC, 6 DESC, g.fixmedins_code, fa.item, fb.item$q$,
        source,
        CASE WHEN 'peer' = ANY (present)
             THEN format('SELECT t.fixmedins_code::text COLLATE "C" AS fixmedins_code, min(t.peer::text COLLATE "C") AS peer FROM %s t GROUP BY 1', source)
             ELSE 'SELECT NULL::text AS fixmedins_code, NULL::text AS peer' END)
    USING min_baskets, min_support, min_lift, max_pairs;
END
$$;
COMMENT ON FUNCTION medsup.item_rules(regclass, float8, int, float8, bigint) IS
    'pairs of items that a provider bills together unusually often: support, confidence of the first item, lift, and against its peers; exact; refuses when there would be more than max_pairs pairs of lines';
