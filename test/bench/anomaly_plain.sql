-- What plain SQL says of the same rows, as text of a query over RELATION (n,
-- peer, f): quartiles of each indicator in each group, and the sum of squares
-- of the distances from the median on the suspicious side, in interquartile
-- ranges.
SELECT format($q$WITH q AS MATERIALIZED (SELECT peer, %s FROM RELATION r GROUP BY peer)
SELECT r.n, %s AS score FROM RELATION r JOIN q USING (peer)$q$,
    string_agg(format('percentile_cont(''{0.25,0.5,0.75}''::float8[]) WITHIN GROUP (ORDER BY f[%1$s]) AS q%1$s', j), ', ' ORDER BY j),
    string_agg(format('coalesce(greatest(0, %2$s * (r.f[%1$s] - q.q%1$s[2]) / nullif(q.q%1$s[3] - q.q%1$s[1], 0)) ^ 2, 0)', j, d), ' + ' ORDER BY j))
FROM plan, unnest(directions) WITH ORDINALITY u (d, j);
