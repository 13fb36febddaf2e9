\set SHOW_CONTEXT never
-- Pairs of items: the same as by counting all of them
SET search_path = public;
CREATE TABLE basket_line AS
SELECT 'H' || h AS fixmedins_code, CASE WHEN h <= 7 THEN '3' ELSE '2' END AS peer, format('v%s', v) AS basket, 'i' || i AS item
FROM generate_series(1, 10) h, generate_series(1, 200) v, generate_series(1, 8) i
WHERE (hashint4(h * 100000 + v * 100 + i) & 255) < 256 / (i + 1);
-- H3 never gives i7 without i8; its peers keep them apart
INSERT INTO basket_line SELECT fixmedins_code, peer, basket, 'i7' FROM basket_line WHERE fixmedins_code = 'H3' AND item = 'i8';
-- lines twice are one, lines of nobody and of nothing none
INSERT INTO basket_line SELECT * FROM basket_line WHERE fixmedins_code = 'H1';
INSERT INTO basket_line VALUES (NULL, '3', 'v1', 'i1'), ('H1', '3', NULL, 'i1'), ('H1', '3', 'v1', NULL);
SELECT item, with_item, baskets, together, round(support::numeric, 4) AS support, round(confidence::numeric, 4) AS confidence, round(lift::numeric, 3) AS lift,
    peer_baskets, peer_together, peers, peers_alike, round(times_peers::numeric, 2) AS times_peers
FROM medsup.item_rules('basket_line', min_baskets => 10) WHERE fixmedins_code = 'H3' LIMIT 3;

-- every pair of every provider, by the book
CREATE TABLE by_hand AS
WITH l AS (SELECT DISTINCT fixmedins_code, basket, item FROM basket_line WHERE num_nulls(fixmedins_code, basket, item) = 0),
g AS (SELECT DISTINCT fixmedins_code, peer FROM basket_line WHERE fixmedins_code IS NOT NULL),
n AS (SELECT fixmedins_code, count(DISTINCT basket) AS n FROM l GROUP BY 1),
one AS (SELECT fixmedins_code, item, count(*) AS n FROM l GROUP BY 1, 2),
two AS (SELECT a.fixmedins_code, a.item AS a, b.item AS b, count(*) AS n FROM l a JOIN l b USING (fixmedins_code, basket) WHERE a.item < b.item COLLATE "C" GROUP BY 1, 2, 3)
SELECT two.fixmedins_code, two.a, two.b, n.n AS baskets, two.n AS together, two.n::float8 / n.n AS support, two.n::float8 / oa.n AS confidence,
    two.n::float8 * n.n / (oa.n::float8 * ob.n) AS lift,
    (SELECT coalesce(sum(o.n), 0) FROM two o JOIN g og USING (fixmedins_code) WHERE o.a = two.a AND o.b = two.b AND o.fixmedins_code <> two.fixmedins_code AND og.peer = g.peer) AS peer_together,
    (SELECT sum(o.n) FROM n o JOIN g og USING (fixmedins_code) WHERE o.fixmedins_code <> two.fixmedins_code AND og.peer = g.peer) AS peer_baskets
FROM two JOIN n USING (fixmedins_code) JOIN g USING (fixmedins_code)
JOIN one oa ON oa.fixmedins_code = two.fixmedins_code AND oa.item = two.a
JOIN one ob ON ob.fixmedins_code = two.fixmedins_code AND ob.item = two.b;
CREATE FUNCTION compared(baskets int, share float8, lift float8, OUT rules bigint, OUT wanted bigint, OUT equal bigint) LANGUAGE sql AS $$
    SELECT count(r.item), count(h.a), count(*) FILTER (WHERE (r.baskets, r.together, r.support, r.confidence, r.lift, r.peer_together, r.peer_baskets)
        IS NOT DISTINCT FROM (h.baskets, h.together, h.support, h.confidence, h.lift, h.peer_together::bigint, h.peer_baskets::bigint))
    FROM (SELECT * FROM medsup.item_rules('basket_line', $2, $1, $3)) r
    FULL JOIN (SELECT * FROM by_hand b WHERE b.together >= $1 AND b.support >= $2 AND b.lift >= $3) h
        ON h.fixmedins_code = r.fixmedins_code AND h.a = r.item AND h.b = r.with_item
$$;
SELECT (compared(1, 0, 0)).*;
SELECT (compared(10, 0, 0)).*;
SELECT (compared(10, 0.1, 1)).*;
SELECT (compared(30, 0.2, 1.05)).*;
-- without peers all providers are one group
CREATE VIEW without_peer AS SELECT fixmedins_code, basket, item FROM basket_line;
SELECT DISTINCT peer, peers FROM medsup.item_rules('without_peer', min_baskets => 10);
-- a support that is met exactly counts: 7 of 100 baskets are 0.07 of them
CREATE TABLE exact AS SELECT 'H1' AS fixmedins_code, v AS basket, i AS item FROM generate_series(1, 100) v, generate_series(1, 2) i WHERE i = 1 OR v <= 7;
SELECT together, support, lift FROM medsup.item_rules('exact', 0.07, 1);
SELECT count(*) FROM medsup.item_rules('exact', 0.0701, 1);
DROP TABLE exact;
-- it reads only, and no table of the session's is in the way
CREATE TEMP TABLE medsup_basket (x int);
CREATE TEMP TABLE line (x int);
BEGIN READ ONLY;
SELECT count(*) > 0 AS found FROM medsup.item_rules('basket_line', min_baskets => 10);
COMMIT;
DROP TABLE medsup_basket, line;
-- nothing is left behind, and nothing found is no error
SELECT count(*) FROM medsup.item_rules('without_peer', min_baskets => 1000);
SELECT count(*) FROM pg_class WHERE relname ~ '^medsup_' AND relpersistence = 't';

-- refused before any pair is made
SELECT * FROM medsup.item_rules('basket_line', 0, 1, 0, 1000);
SELECT * FROM medsup.item_rules('basket_line', 0.3, 1, 0, 1000);
SELECT * FROM medsup.item_rules(NULL);
SELECT * FROM medsup.item_rules('basket_line', 1.5);
SELECT * FROM medsup.item_rules('basket_line', min_baskets => 0);
SELECT * FROM medsup.item_rules('by_hand');
DROP VIEW without_peer;
DROP TABLE by_hand, basket_line;
DROP FUNCTION compared;
