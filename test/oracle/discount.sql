-- Operations of one incision group (docs/rulebook.md, K7).

-- The full price of a code in an institution is the dearest one known.
CREATE TABLE batch.priced AS
SELECT *, max(own) OVER (PARTITION BY entry_code, c, code, place) AS full_price
FROM (SELECT p.*, coalesce(a.place, '') AS place, greatest(trunc(p.amt / p.cnt, 6), nullif(a.pric, 'NaN')) AS own, ceil(p.cnt)::int AS operations
      FROM batch.placed p JOIN batch.alive a USING (id) WHERE p.measure = 'discount' AND p.role = 'main') AS x;

-- The n-th operation of a bucket, the dearest first, may be charged rates[n].
CREATE TABLE batch.discounted AS
SELECT *, greatest(0, amt - allowed) AS excess, before = 0 AS first
FROM (SELECT p.*, round(p.full_price * (SELECT sum(e.rates[least(n, cardinality(e.rates))]) FROM generate_series(p.before + 1, p.before + p.operations) AS n), 2) AS allowed
      FROM (SELECT *, coalesce(sum(operations) OVER (PARTITION BY entry_code, c, key, win ORDER BY full_price DESC, at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
            FROM batch.priced) AS p JOIN batch.entry e USING (entry_code)) AS x;

-- The full price may be the reduced one, unless a dearer line tells it or one as
-- dear that comes first in its bucket.
INSERT INTO batch.finding (entry_code, c, id, scope, window_start, excess, vola, vola_max, suspected)
SELECT entry_code, c, (array_agg(id ORDER BY at) FILTER (WHERE excess > 0))[1], scope, min(coalesce(start, day)), sum(excess), sum(excess), sum(excess),
       bool_or(doubtful) OR bool_or(own = full_price AND NOT EXISTS (SELECT FROM batch.discounted o WHERE o.entry_code = d.entry_code AND o.c = d.c AND o.code = d.code AND o.place = d.place
                                                                       AND o.own = d.full_price AND o.first)) FILTER (WHERE excess > 0)
FROM batch.discounted d
GROUP BY entry_code, c, key, win, scope HAVING sum(excess) > 0;
INSERT INTO batch.member
SELECT f.entry_code, f.c, f.id, f.window_start, l.id, CASE WHEN l.excess > 0 THEN 1 ELSE 2 END, nullif(l.excess, 0), l.amt
FROM batch.finding f JOIN batch.discounted a USING (entry_code, c, id) JOIN batch.discounted l USING (entry_code, c, key, win);
UPDATE batch.outcome o SET outcome = 'hit:' FROM batch.discounted d WHERE d.excess > 0 AND d.entry_code = o.entry_code AND d.id = o.id;
