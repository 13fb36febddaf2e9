-- Pairs that exclude each other (docs/rulebook.md, K5).

-- What is too much of each sub line, and with which others it makes a finding.
CREATE TABLE batch.paired (entry_code text, c int, key text, win text, id bigint, at bigint, amt numeric, cnt numeric, scope text,
    window_start timestamp, suspect boolean, excess numeric, v numeric);

-- Windows of a day and more: the smaller of both quantities.
INSERT INTO batch.paired
SELECT s.entry_code, s.c, s.key, s.win, s.id, s.at, s.amt, s.cnt, s.scope, b.window_start, b.suspect, least(b.subs, b.mains), s.cnt
FROM (SELECT entry_code, c, key, win, sum(cnt) FILTER (WHERE role = 'sub') AS subs, sum(cnt) FILTER (WHERE role = 'main') AS mains,
             min(coalesce(start, day)) AS window_start, bool_or(doubtful) AS suspect
      FROM batch.placed WHERE measure = 'pair' AND scope NOT IN ('hour', '6h') GROUP BY entry_code, c, key, win) AS b
JOIN batch.placed s USING (entry_code, c, key, win)
WHERE s.role = 'sub' AND b.mains > 0;

-- What lines occupy: some code of the book counts in hours, anything else has its clock hour.
CREATE TABLE batch.occupied AS
SELECT p.*, h.hourly, h.hourly AND p.scope = 'hour' AND p.cnt > 744 AS implausible,
       CASE WHEN p.scope = '6h' THEN tsrange(p.t, p.t, '[]')
            WHEN h.hourly THEN tsrange(p.t, p.t + p.cnt * interval '1 hour')
            ELSE tsrange(date_trunc('hour', p.t), date_trunc('hour', p.t) + interval '1 hour') END AS during
FROM batch.placed p,
LATERAL (SELECT EXISTS (SELECT FROM batch.entry e JOIN batch.entry_code k USING (entry_code)
                        WHERE e.measure = 'hours' AND k.role = 'main' AND starts_with(p.code, k.code)) AS hourly) AS h
WHERE p.measure = 'pair' AND p.scope IN ('hour', '6h');

-- the lines that meet
CREATE TABLE batch.met AS
SELECT s.entry_code, s.c, s.key, s.id AS sub, s.day, m.id AS main, m.cnt AS main_cnt, s.during * m.during AS common
FROM batch.occupied s JOIN batch.occupied m USING (entry_code, c, key)
WHERE s.role = 'sub' AND m.role = 'main' AND s.clock AND m.clock AND NOT s.implausible AND NOT m.implausible
  AND CASE s.scope WHEN 'hour' THEN s.during && m.during ELSE abs(extract(epoch FROM s.t - m.t)) <= 6 * 3600 END;

-- hour: the hours in common with any of them, at most the main quantity met that day
CREATE TABLE batch.hourly AS
SELECT s.entry_code, s.c, s.key, s.id, s.day,
       CASE WHEN s.hourly THEN least(s.cnt, round(sum(extract(epoch FROM upper(r) - lower(r))) / 3600, 4)) ELSE s.cnt END AS v
FROM batch.occupied s JOIN (SELECT sub AS id, entry_code, range_agg(common) AS common FROM batch.met GROUP BY sub, entry_code) AS m USING (id, entry_code),
     unnest(m.common) AS r
WHERE s.role = 'sub' AND s.scope = 'hour'
GROUP BY s.entry_code, s.c, s.key, s.id, s.day, s.hourly, s.cnt;
INSERT INTO batch.paired
SELECT s.entry_code, s.c, s.key, s.day::text, s.id, s.at, s.amt, s.cnt, s.scope, s.day, false, least(sum(h.v) OVER daily,
           (SELECT sum(main_cnt) FROM (SELECT DISTINCT main, main_cnt FROM batch.met m
                                       WHERE m.entry_code = s.entry_code AND m.c = s.c AND m.key = s.key AND m.day = s.day) AS x)), h.v
FROM batch.hourly h JOIN batch.occupied s USING (entry_code, c, key, id, day)
WHERE s.role = 'sub'
WINDOW daily AS (PARTITION BY s.entry_code, s.c, s.key, s.day);

-- 6h: in the order of time, each sub unit takes the earliest main unit in reach that is left
CREATE TABLE batch.matched (entry_code text, c int, key text, sub bigint, took numeric);
DO $$
DECLARE
    pair record; counter text; sub bigint; wanted numeric; used jsonb; take numeric;
BEGIN
    FOR pair IN SELECT m.*, s.cnt AS sub_cnt FROM batch.met m
             JOIN batch.occupied s ON s.entry_code = m.entry_code AND s.id = m.sub AND s.role = 'sub' AND s.scope = '6h'
             JOIN batch.alive a ON a.id = m.main
             ORDER BY m.entry_code, m.c, m.key, s.at, a.at LOOP
        IF counter IS DISTINCT FROM concat_ws('|', pair.entry_code, pair.c, pair.key) THEN
            counter := concat_ws('|', pair.entry_code, pair.c, pair.key); used := '{}'; sub := NULL;
        END IF;
        IF sub IS DISTINCT FROM pair.sub THEN
            sub := pair.sub; wanted := pair.sub_cnt;
        END IF;
        take := least(wanted, pair.main_cnt - coalesce((used ->> pair.main::text)::numeric, 0));
        IF take > 0 THEN
            used := used || jsonb_build_object(pair.main::text, coalesce((used ->> pair.main::text)::numeric, 0) + take);
            wanted := wanted - take;
            INSERT INTO batch.matched VALUES (pair.entry_code, pair.c, pair.key, pair.sub, take);
        END IF;
    END LOOP;
END
$$;
INSERT INTO batch.paired
SELECT * FROM (
    SELECT s.entry_code, s.c, s.key, s.day::text, s.id, s.at, s.amt, s.cnt, s.scope, s.day AS window_start, false, sum(coalesce(t.took, 0)) OVER (PARTITION BY s.entry_code, s.c, s.key, s.day) AS excess, s.cnt
    FROM batch.occupied s LEFT JOIN (SELECT entry_code, sub, sum(took) AS took FROM batch.matched GROUP BY entry_code, sub) AS t ON t.entry_code = s.entry_code AND t.sub = s.id
    WHERE s.role = 'sub' AND s.scope = '6h' AND EXISTS (SELECT FROM batch.met m WHERE m.entry_code = s.entry_code AND m.sub = s.id)) AS x
WHERE excess > 0;

-- each sub line with what the cheapest and the dearest choice take of it
CREATE TABLE batch.chosen AS
SELECT *, (array_agg(id) OVER (bucket ORDER BY at ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING))[1] AS anchor,
       least(v, greatest(0, excess - coalesce(sum(v) OVER (bucket ORDER BY amt / cnt, at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))) AS cheapest,
       least(v, greatest(0, excess - coalesce(sum(v) OVER (bucket ORDER BY amt / cnt DESC, at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))) AS dearest
FROM batch.paired WINDOW bucket AS (PARTITION BY entry_code, c, key, win);
INSERT INTO batch.finding (entry_code, c, id, scope, window_start, excess, suspected, vola, vola_max)
SELECT entry_code, c, anchor, scope, window_start, excess, suspect, sum(round(amt * cheapest / cnt, 2)), sum(round(amt * dearest / cnt, 2))
FROM batch.chosen GROUP BY entry_code, c, key, win, anchor, scope, window_start, excess, suspect;
INSERT INTO batch.member
SELECT entry_code, c, anchor, window_start, id, 1, nullif(cheapest, 0), cnt FROM batch.chosen
UNION ALL
SELECT DISTINCT s.entry_code, s.c, s.anchor, s.window_start, m.id, 2, NULL::numeric, 1
FROM batch.chosen s JOIN batch.placed m ON (m.entry_code, m.c, m.key, m.role) = (s.entry_code, s.c, s.key, 'main')
WHERE CASE WHEN s.scope IN ('hour', '6h') THEN EXISTS (SELECT FROM batch.met x WHERE x.entry_code = s.entry_code AND x.sub = s.id AND x.main = m.id)
           ELSE m.win = s.win END;

UPDATE batch.outcome o SET outcome = 'undecided:hours_implausible' FROM batch.occupied s
WHERE s.implausible AND s.clock AND s.entry_code = o.entry_code AND s.id = o.id;
-- without a clock on either side of one day nobody knows
UPDATE batch.outcome o SET outcome = 'undecided:no_clock' FROM batch.occupied s
WHERE s.role = 'sub' AND s.entry_code = o.entry_code AND s.id = o.id AND o.outcome = 'passed:'
  AND NOT EXISTS (SELECT FROM batch.met m WHERE m.entry_code = s.entry_code AND m.sub = s.id)
  AND EXISTS (SELECT FROM batch.occupied m WHERE m.entry_code = s.entry_code AND m.c = s.c AND m.key = s.key AND m.role = 'main' AND m.day = s.day
              AND NOT (s.clock AND m.clock));
UPDATE batch.outcome o SET outcome = 'hit:' FROM batch.paired p WHERE p.entry_code = o.entry_code AND p.id = o.id;
