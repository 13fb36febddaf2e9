-- Caps on sums (docs/rulebook.md, K6).

-- Sums: the total over the limit.  The last lines hold it; the cheapest and the
-- dearest choice of lines are the amounts.
CREATE TABLE batch.summed AS
SELECT v.*, false AS late, sum(v) OVER bucket - total AS excess, min(coalesce(start, day)) OVER bucket AS window_start, bool_or(doubtful) OVER bucket AS suspect,
       coalesce(sum(v) OVER (bucket ORDER BY at DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS later,
       coalesce(sum(v) OVER (bucket ORDER BY amt / of, at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS cheaper,
       coalesce(sum(v) OVER (bucket ORDER BY amt / of DESC, at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS dearer
FROM (SELECT v.*, CASE v.limit_basis WHEN 'constant' THEN v.lim ELSE l.total END AS total, l.unknown
      FROM batch.valued v LEFT JOIN batch.limited l ON v.limit_basis <> 'constant' AND (l.entry_code, l.c, l.key, l.win) = (v.entry_code, v.c, v.key, v.win)) AS v
WINDOW bucket AS (PARTITION BY entry_code, c, key, win);

-- Posted late: on a day whose lines are all of one stay, of which the total is within limit x days.
CREATE TABLE batch.late AS
SELECT s.entry_code, s.c, s.key, s.win
FROM batch.summed s JOIN batch.inpatient i USING (mdtrt_id) JOIN batch.stay st ON st.stay = i.stay
WHERE s.scope = 'day' AND s.excess > 0 AND s.limit_basis = 'constant' AND s.measure NOT IN ('dose', 'supply_days')
GROUP BY s.entry_code, s.c, s.key, s.win, s.lim, st.stay, st.admission, st.discharge
HAVING count(*) = (SELECT count(*) FROM batch.summed o WHERE o.entry_code = s.entry_code AND o.c = s.c AND o.key = s.key AND o.win = s.win)
   AND (SELECT sum(o.v) FROM batch.summed o JOIN batch.inpatient j USING (mdtrt_id)
        WHERE o.entry_code = s.entry_code AND o.c = s.c AND j.stay = st.stay) <= s.lim * (st.discharge::date - st.admission::date + 1);

UPDATE batch.summed SET suspect = true, late = true
FROM batch.late l WHERE (l.entry_code, l.c, l.key, l.win) = (summed.entry_code, summed.c, summed.key, summed.win);

INSERT INTO batch.finding (entry_code, c, id, scope, window_start, excess, suspected, vola, vola_max, note)
SELECT entry_code, c, (array_agg(id ORDER BY at) FILTER (WHERE later < excess))[1], scope, window_start, excess, suspect,
       CASE WHEN late THEN 0 ELSE sum(round(amt * least(v, greatest(0, excess - cheaper)) / of, 2)) END,
       CASE WHEN late THEN 0 ELSE sum(round(amt * least(v, greatest(0, excess - dearer)) / of, 2)) END, CASE WHEN late THEN 'late_posting' END
FROM batch.summed WHERE excess > 0
GROUP BY entry_code, c, key, win, scope, window_start, excess, suspect, late;
INSERT INTO batch.member
SELECT entry_code, c, first_value(id) OVER (PARTITION BY entry_code, c, key, win ORDER BY later >= excess, at), window_start, id,
       CASE WHEN later < excess THEN 1 ELSE 2 END, nullif(least(v, greatest(0, excess - cheaper)), 0), of
FROM batch.summed WHERE excess > 0;
-- what a limit is measured by is involved
INSERT INTO batch.member
SELECT s.entry_code, s.c, s.anchor, s.window_start, p.id, 2, NULL, 1
FROM (SELECT entry_code, c, key, win, window_start, (array_agg(id ORDER BY at) FILTER (WHERE later < excess))[1] AS anchor, array_agg(id) AS lines
      FROM batch.summed WHERE excess > 0 GROUP BY entry_code, c, key, win, window_start) AS s
JOIN batch.placed p USING (entry_code, c, key, win) WHERE p.role = 'per' AND p.id <> ALL (s.lines);

-- of a line whose hours lie in several windows the strongest counts
UPDATE batch.outcome o SET outcome = CASE WHEN s.hit THEN 'hit:' ELSE s.unknown END
FROM (SELECT entry_code, id, bool_or(excess > 0) IS TRUE AS hit, max(unknown) FILTER (WHERE excess IS NULL) AS unknown FROM batch.summed
      WHERE excess IS NULL OR excess > 0 AND later < excess GROUP BY entry_code, id) AS s
WHERE s.entry_code = o.entry_code AND s.id = o.id;

-- Rolling and 6h: each line with what was accepted before it and still counts.
CREATE TABLE batch.surplus (entry_code text, c int, id bigint, scope text, window_start timestamp, excess numeric, amt numeric, of numeric, accepted bigint[]);
DO $$
DECLARE
    p record; counter text; days timestamp[]; amounts numeric[]; lines bigint[]; accepted bigint[]; sum numeric; start timestamp; room numeric;
BEGIN
    FOR p IN SELECT *, CASE scope WHEN '6h' THEN t ELSE day END AS moment FROM batch.piece WHERE scope IN ('rolling', '6h')
             ORDER BY entry_code, c, key, day, at LOOP
        IF counter IS DISTINCT FROM concat_ws('|', p.entry_code, p.c, p.key) THEN
            counter := concat_ws('|', p.entry_code, p.c, p.key); days := '{}'; amounts := '{}'; lines := '{}';
        END IF;
        SELECT coalesce(pg_catalog.sum(a.n), 0), coalesce(min(a.d), p.moment), array_agg(a.id) INTO sum, start, accepted
        FROM unnest(days, amounts, lines) AS a (d, n, id)
        WHERE CASE p.scope WHEN '6h' THEN a.d >= p.t - interval '6 hours' ELSE a.d > p.day - p.window_days END;
        room := p.lim - sum;
        IF p.v > room THEN
            INSERT INTO batch.surplus VALUES (p.entry_code, p.c, p.id, p.scope, start, p.v - room, p.amt, p.of, accepted);
        END IF;
        IF room > 0 THEN
            days := days || p.moment; amounts := amounts || least(p.v, room); lines := lines || p.id;
        END IF;
    END LOOP;
END
$$;
INSERT INTO batch.finding (entry_code, c, id, scope, window_start, excess, vola, vola_max)
SELECT entry_code, c, id, scope, window_start, sum(excess), round(amt * sum(excess) / of, 2), round(amt * sum(excess) / of, 2)
FROM batch.surplus GROUP BY entry_code, c, id, scope, window_start, amt, of;
INSERT INTO batch.member
SELECT entry_code, c, id, window_start, id, 1, sum(excess), of FROM batch.surplus GROUP BY entry_code, c, id, window_start, of
UNION ALL
SELECT DISTINCT entry_code, c, s.id, window_start, a, 2, NULL::numeric, 1 FROM batch.surplus s, unnest(s.accepted) AS a WHERE a <> s.id;
UPDATE batch.outcome o SET outcome = 'hit:' FROM batch.surplus s WHERE s.entry_code = o.entry_code AND s.id = o.id;
