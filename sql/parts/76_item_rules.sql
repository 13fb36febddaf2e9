-- Unusual combinations: pairs of items that one provider bills together and its
-- peers do not.  Exact.  Items too rare to be in a frequent pair go first
-- (a-priori), pairs are counted by sorts and hashes that spill to disk, and how
-- many pairs of lines there will be is known before the first is made.

CREATE FUNCTION medsup.check_pairs(baskets regclass, max_pairs bigint) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT COST 100000
    SET search_path = pg_catalog, pg_temp
    SET jit = off
AS $$
DECLARE
    pairs numeric;
BEGIN
    EXECUTE format('SELECT coalesce(sum(k.n * (k.n - 1) / 2), 0) FROM (SELECT count(*) AS n FROM %s b GROUP BY b.fixmedins_code, b.basket) k', baskets) INTO pairs;
    IF pairs > max_pairs THEN
        RAISE EXCEPTION 'these baskets hold % pairs of frequent items, more than %', round(pairs), max_pairs
            USING ERRCODE = 'program_limit_exceeded',
                  HINT = 'Raise min_support or min_baskets, make baskets smaller, such as a day instead of a stay, or raise max_pairs: pairs take time and disk, not memory.';
    END IF;
END
$$;
COMMENT ON FUNCTION medsup.check_pairs(regclass, bigint) IS
    'refuse baskets (fixmedins_code, basket, a row an item) that hold more pairs than that, before any is made';

CREATE FUNCTION medsup.item_rules(source regclass, min_support float8 DEFAULT 0.05, min_baskets int DEFAULT 20, min_lift float8 DEFAULT 1,
    max_pairs bigint DEFAULT 1000000000,
    OUT fixmedins_code text, OUT peer text, OUT item text, OUT with_item text, OUT baskets bigint, OUT together bigint,
    OUT support float8, OUT confidence float8, OUT lift float8, OUT peer_baskets bigint, OUT peer_together bigint,
    OUT peers bigint, OUT peers_alike bigint, OUT times_peers float8)
RETURNS SETOF record
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE CALLED ON NULL INPUT COST 1000000 ROWS 500
    SET search_path = pg_catalog, pg_temp
    SET jit = off
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
    EXECUTE format($q$CREATE TEMPORARY TABLE medsup_basket ON COMMIT DROP AS
        SELECT DISTINCT t.fixmedins_code::text AS fixmedins_code, t.basket::text AS basket, t.item::text AS item FROM %s t
        WHERE t.fixmedins_code IS NOT NULL AND t.basket IS NOT NULL AND t.item IS NOT NULL$q$, source);
    ANALYZE pg_temp.medsup_basket;
    EXECUTE format($q$CREATE TEMPORARY TABLE medsup_provider ON COMMIT DROP AS
        SELECT b.fixmedins_code, p.peer, b.baskets, greatest($1, ceil($2 * b.baskets)) AS least,
            count(*) OVER g - 1 AS peers, sum(b.baskets) OVER g - b.baskets AS peer_baskets
        FROM (SELECT d.fixmedins_code, count(*) AS baskets FROM (SELECT DISTINCT l.fixmedins_code, l.basket FROM pg_temp.medsup_basket l) d GROUP BY 1) b
        LEFT JOIN (%s) p ON p.fixmedins_code = b.fixmedins_code
        WINDOW g AS (PARTITION BY p.peer)$q$,
        CASE WHEN 'peer' = ANY (present)
             THEN format('SELECT t.fixmedins_code::text AS fixmedins_code, min(t.peer::text COLLATE "C") AS peer FROM %s t GROUP BY 1', source)
             ELSE 'SELECT NULL::text AS fixmedins_code, NULL::text AS peer' END)
    USING min_baskets, min_support;
    ANALYZE pg_temp.medsup_provider;
    -- a pair is in no more baskets than its rarer item
    CREATE TEMPORARY TABLE medsup_frequent ON COMMIT DROP AS
    SELECT c.fixmedins_code, c.item, c.baskets, dense_rank() OVER (ORDER BY c.item COLLATE "C")::int AS nr
    FROM (SELECT b.fixmedins_code, b.item, count(*) AS baskets FROM pg_temp.medsup_basket b GROUP BY 1, 2) c
    JOIN pg_temp.medsup_provider p ON p.fixmedins_code = c.fixmedins_code
    WHERE c.baskets >= p.least;
    ANALYZE pg_temp.medsup_frequent;
    CREATE TEMPORARY TABLE medsup_pruned ON COMMIT DROP AS
    SELECT b.fixmedins_code, b.basket, f.nr
    FROM pg_temp.medsup_basket b JOIN pg_temp.medsup_frequent f ON f.fixmedins_code = b.fixmedins_code AND f.item = b.item;
    ANALYZE pg_temp.medsup_pruned;
    PERFORM medsup.check_pairs('pg_temp.medsup_pruned', max_pairs);
    CREATE TEMPORARY TABLE medsup_pair ON COMMIT DROP AS
    SELECT x.fixmedins_code, x.a, x.b, x.together
    FROM (SELECT a.fixmedins_code, a.nr AS a, b.nr AS b, count(*) AS together
          FROM pg_temp.medsup_pruned a
          JOIN pg_temp.medsup_pruned b ON b.fixmedins_code = a.fixmedins_code AND b.basket = a.basket AND b.nr > a.nr
          GROUP BY 1, 2, 3) x
    JOIN pg_temp.medsup_provider p ON p.fixmedins_code = x.fixmedins_code
    WHERE x.together >= p.least;
    ANALYZE pg_temp.medsup_pair;
    -- the same pairs at everybody, frequent there or not
    CREATE TEMPORARY TABLE medsup_asked ON COMMIT DROP AS
    SELECT b.fixmedins_code, b.basket, n.nr
    FROM (SELECT DISTINCT f.nr, f.item FROM pg_temp.medsup_frequent f
          WHERE f.nr IN (SELECT q.a FROM pg_temp.medsup_pair q UNION SELECT q.b FROM pg_temp.medsup_pair q)) n
    JOIN pg_temp.medsup_basket b ON b.item = n.item;
    ANALYZE pg_temp.medsup_asked;
    PERFORM medsup.check_pairs('pg_temp.medsup_asked', max_pairs);
    CREATE TEMPORARY TABLE medsup_elsewhere ON COMMIT DROP AS
    SELECT a.fixmedins_code, a.nr AS a, b.nr AS b, count(*) AS together
    FROM pg_temp.medsup_asked a
    JOIN pg_temp.medsup_asked b ON b.fixmedins_code = a.fixmedins_code AND b.basket = a.basket AND b.nr > a.nr
    JOIN (SELECT DISTINCT q.a, q.b FROM pg_temp.medsup_pair q) q ON q.a = a.nr AND q.b = b.nr
    GROUP BY 1, 2, 3;
    ANALYZE pg_temp.medsup_elsewhere;
    RETURN QUERY
    WITH grouped AS (
        SELECT e.*, p.peer, p.baskets, p.peers, p.peer_baskets, sum(e.together) OVER g - e.together AS peer_together,
            count(*) FILTER (WHERE e.together >= p.least) OVER g - (e.together >= p.least)::int AS peers_alike
        FROM pg_temp.medsup_elsewhere e JOIN pg_temp.medsup_provider p ON p.fixmedins_code = e.fixmedins_code
        WINDOW g AS (PARTITION BY e.a, e.b, p.peer)
    )
    SELECT g.fixmedins_code, g.peer, fa.item, fb.item, g.baskets, g.together, g.together::float8 / g.baskets,
        g.together::float8 / fa.baskets, m.lift, g.peer_baskets::bigint, g.peer_together::bigint, g.peers, g.peers_alike,
        -- half a basket more, so that never elsewhere has a number too
        (g.together / g.baskets::float8) / ((g.peer_together + 0.5) / (g.peer_baskets + 1))::float8
    FROM grouped g
    JOIN pg_temp.medsup_pair q ON q.fixmedins_code = g.fixmedins_code AND q.a = g.a AND q.b = g.b
    JOIN pg_temp.medsup_frequent fa ON fa.fixmedins_code = g.fixmedins_code AND fa.nr = g.a
    JOIN pg_temp.medsup_frequent fb ON fb.fixmedins_code = g.fixmedins_code AND fb.nr = g.b
    CROSS JOIN LATERAL (SELECT g.together::float8 * g.baskets / (fa.baskets::float8 * fb.baskets) AS lift) m
    WHERE m.lift >= min_lift
    ORDER BY 14 DESC, 6 DESC, g.fixmedins_code COLLATE "C", fa.item COLLATE "C", fb.item COLLATE "C";
    DROP TABLE pg_temp.medsup_basket, pg_temp.medsup_provider, pg_temp.medsup_frequent, pg_temp.medsup_pruned, pg_temp.medsup_pair,
        pg_temp.medsup_asked, pg_temp.medsup_elsewhere;
END
$$;
COMMENT ON FUNCTION medsup.item_rules(regclass, float8, int, float8, bigint) IS
    'pairs of items that a provider bills together unusually often: support, confidence of the first item, lift, and against its peers; exact; refuses when there would be more than max_pairs pairs of lines';
