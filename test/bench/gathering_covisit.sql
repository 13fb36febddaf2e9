-- make bench-gathering, who turns up together: see gathering_covisit.sh.

-- Visits of 84 days with busy mornings at places of different size, and 26
-- planted groups of 5 to 30 patients who met on eight days at two places.
CREATE FUNCTION draw_covisits(n bigint, visits_of_a_place int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    places int := greatest(n / visits_of_a_place, 4);
    patients int := n / 10;
BEGIN
    PERFORM setseed(0.42);
    DROP TABLE IF EXISTS swipe, planted;
    CREATE TABLE planted AS
    SELECT g, 'P' || 1 + row_number() OVER (ORDER BY g, m) * 4099 % patients AS patient FROM generate_series(5, 30) g, generate_series(1, g) m;
    CREATE TABLE swipe AS
    SELECT 'P' || p AS patient, 'H' || (places * CASE WHEN random() < 0.8 THEN power(p * 0.6180339887 % 1, 2) ELSE power(random(), 2) END)::int AS place,
           timestamp '2026-01-05 08:00' + (random() * 83)::int * interval '1 day' + power(random(), 1.5) * interval '9 hours' AS at
    FROM (SELECT (random() * (patients - 1))::int + 1 AS p FROM generate_series(1, n)) d;
    INSERT INTO swipe
    SELECT patient, 'H' || (g + t % 2) % places, timestamp '2026-01-05 08:30' + (g + t * 9) % 84 * interval '1 day' + (g * 37 + t * 61) % 480 * interval '1 minute'
        + random() * interval '12 minutes'
    FROM planted, generate_series(1, 8) t;
    ANALYZE swipe;
END
$$;

-- A town where only chance brings people together: whose visit it is is dealt
-- anew among those of a place and two hours of the day.
CREATE FUNCTION deal_covisits(seed float8) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM setseed(seed);
    DROP TABLE IF EXISTS dealt;
    CREATE TABLE dealt AS
    SELECT w.patient, v.place, v.at
    FROM (SELECT place, at, extract(hour FROM at)::int / 2 AS slot, row_number() OVER (PARTITION BY place, extract(hour FROM at)::int / 2 ORDER BY at) AS nr FROM swipe) v
    JOIN (SELECT patient, place, extract(hour FROM at)::int / 2 AS slot, row_number() OVER (PARTITION BY place, extract(hour FROM at)::int / 2 ORDER BY random()) AS nr FROM swipe) w
        USING (place, slot, nr);
END
$$;

-- What was found: a planted group counts when four fifths of it are in one
-- group and four fifths of that group are its members.
CREATE FUNCTION covisit_found() RETURNS TABLE (planted bigint, found bigint, groups bigint, false_groups bigint, recall numeric, "precision" numeric) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY
    WITH overlap AS (
        SELECT o.members, p.g, count(*) AS common FROM ours o JOIN planted p ON p.patient = ANY (o.members) GROUP BY o.members, p.g
    ), member AS (
        SELECT unnest(members) AS patient FROM ours
    )
    SELECT (SELECT count(DISTINCT p.g) FROM planted p),
           (SELECT count(DISTINCT v.g) FROM overlap v WHERE v.common >= 0.8 * v.g AND v.common >= 0.8 * cardinality(v.members)),
           (SELECT count(*) FROM ours),
           (SELECT count(*) FROM ours o WHERE NOT EXISTS (SELECT FROM overlap v WHERE v.members = o.members AND v.common >= 0.8 * cardinality(o.members))),
           (SELECT round(count(DISTINCT p.patient)::numeric / (SELECT count(DISTINCT patient) FROM planted), 3) FROM planted p JOIN member m USING (patient)),
           (SELECT round(count(*)::numeric / greatest((SELECT count(*) FROM member), 1), 3) FROM member WHERE patient IN (SELECT p.patient FROM planted p));
END
$$;
