-- Medicines that are in use together (docs/rulebook.md, K10).

-- In use on the days [day, day + prd_days), one day while these are not known;
-- over a prescription all its lines are together.
CREATE TABLE batch.used AS
SELECT p.*, u.from_day, u.from_day + greatest(1, ceil(coalesce(f.prd_days, 1)))::int AS to_day,
       (SELECT m.medicine FROM oracle.medicine m WHERE m.code = p.code) AS medicine
FROM batch.placed p JOIN batch.fate f USING (id),
LATERAL (SELECT CASE p.scope WHEN 'prescription' THEN '2000-01-01' ELSE p.day END AS from_day) AS u
WHERE p.measure = 'overlap';

-- most: days or medicines together; beside: the lines that it meets
CREATE TABLE batch.together (entry_code text, c int, key text, win text, id bigint, most numeric, beside bigint[]);
-- beside sub items: the days of a sub line that main lines cover
INSERT INTO batch.together
SELECT s.entry_code, s.c, s.key, s.win, s.id,
       (SELECT count(*) FROM generate_series(s.from_day, s.to_day - 1, interval '1 day') AS d
        WHERE EXISTS (SELECT FROM batch.used m WHERE m.role = 'main' AND m.entry_code = s.entry_code AND m.c = s.c AND m.key = s.key AND m.win = s.win
                      AND (m.scope = 'prescription' OR d >= m.from_day AND d < m.to_day))) AS most,
       (SELECT array_agg(m.id) FROM batch.used m WHERE m.role = 'main' AND m.entry_code = s.entry_code AND m.c = s.c AND m.key = s.key AND m.win = s.win
        AND m.from_day < s.to_day AND m.to_day > s.from_day)
FROM batch.used s WHERE s.role = 'sub';

-- a class: so many medicines of it that did not violate, line by line
DO $$
DECLARE
    u record; bucket text; medicines text[]; froms date[]; tos date[]; lines bigint[]; others bigint[];
BEGIN
    FOR u IN SELECT * FROM batch.used WHERE at_least IS NOT NULL ORDER BY entry_code, c, key, win, at LOOP
        IF bucket IS DISTINCT FROM concat_ws('|', u.entry_code, u.c, u.key, u.win) THEN
            bucket := concat_ws('|', u.entry_code, u.c, u.key, u.win); medicines := '{}'; froms := '{}'; tos := '{}'; lines := '{}';
        END IF;
        -- each other medicine by the line of it that lasts longest
        SELECT coalesce(array_agg(x.l), '{}') INTO others
        FROM (SELECT DISTINCT ON (m) l FROM unnest(medicines, froms, tos, lines) WITH ORDINALITY AS x (m, f, t, l, n)
              WHERE m <> u.medicine AND u.from_day >= f AND u.from_day < t ORDER BY m, t DESC, n DESC) AS x;
        INSERT INTO batch.together VALUES (u.entry_code, u.c, u.key, u.win, u.id, cardinality(others) + 1, others);
        IF cardinality(others) + 1 < u.at_least THEN
            medicines := medicines || u.medicine; froms := froms || u.from_day; tos := tos || u.to_day; lines := lines || u.id;
        END IF;
    END LOOP;
END
$$;

CREATE TABLE batch.overlapped AS
SELECT u.*, t.most, t.beside, coalesce(u.at_least - 1, floor(coalesce(u.lim, 0))) AS allowed
FROM batch.together t JOIN batch.used u USING (entry_code, c, key, win, id)
WHERE t.most > coalesce(u.at_least - 1, floor(coalesce(u.lim, 0)));
INSERT INTO batch.finding (entry_code, c, id, scope, window_start, excess, vola, vola_max)
SELECT entry_code, c, (array_agg(id ORDER BY at))[1], scope, min(coalesce(start, day)), max(most) - allowed, sum(amt), sum(amt)
FROM batch.overlapped GROUP BY entry_code, c, key, win, scope, day, allowed;
INSERT INTO batch.member
SELECT f.entry_code, f.c, f.id, f.window_start, l.id, 1, 1, 1
FROM batch.finding f JOIN batch.overlapped a USING (entry_code, c, id) JOIN batch.overlapped l USING (entry_code, c, key, win, day)
UNION ALL
SELECT DISTINCT f.entry_code, f.c, f.id, f.window_start, m, 2, NULL::numeric, 1
FROM batch.finding f JOIN batch.overlapped a USING (entry_code, c, id) JOIN batch.overlapped l USING (entry_code, c, key, win, day), unnest(l.beside) AS m;
UPDATE batch.outcome o SET outcome = 'hit:' FROM batch.overlapped u WHERE u.entry_code = o.entry_code AND u.id = o.id;
