-- Providers and doctors with 30 indicators, and fraud of five kinds among the
-- providers: nobody's figures, but with the shapes of real ones.  Sizes are
-- log-normal over four orders of magnitude; ratios have the noise of their
-- size; half of the rare ones are zero; case mix, size and styles of practice
-- go through several indicators.
SET search_path = public;
SET client_min_messages = warning;
CREATE EXTENSION medsup CASCADE;
-- seconds of the wall, or those that this process was on a CPU
CREATE FUNCTION stopwatch(clock text) RETURNS float8
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF clock = 'cpu' THEN
        -- the kernel brings the count up to date when a process gives way
        PERFORM pg_sleep(0.0005);
        RETURN split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::float8 / 1e9;
    END IF;
    RETURN extract(epoch FROM clock_timestamp());
END
$$;
CREATE TABLE lap (race text, name text, wall float8, cpu float8, mb float8);
CREATE TABLE scored (name text, n int, score float8);

-- log: exp(middle + ...), planted by a factor; share: of size many, planted by
-- an addend; rare: a share that is zero in half of all; burst: a few, or none
CREATE TABLE indicator (j int PRIMARY KEY, name text, shape text, middle float8, spread float8, by_case float8, by_size float8,
    by_drugs float8, by_tests float8, direction int, planted jsonb);
INSERT INTO indicator VALUES
    (1, 'cost of a visit', 'log', 6, 0.12, 0.25, 0.02, 0.06, 0.08, 1, '{"upcoding":[1.1,1.6]}'),
    (2, 'share of drugs', 'share', -0.6, 0.2, 0, 0, 0.6, -0.2, 1, NULL),
    (3, 'share of tests', 'share', -1.3, 0.2, 0.1, 0, -0.1, 0.5, 1, '{"packages":[0.03,0.15]}'),
    (4, 'share of consumables', 'share', -2, 0.3, 0.3, 0.1, 0, 0, 1, NULL),
    (5, 'days of a stay', 'log', 2, 0.12, 0.12, 0, 0, 0, 1, '{"upcoding":[0.8,1]}'),
    (6, 'visits of a patient', 'log', 0.7, 0.15, 0, 0, 0.05, 0, 1, '{"volume":[1.2,2],"phantoms":[1.1,2],"cartel":[1.2,1.8]}'),
    (7, 'same package again', 'share', -1.9, 0.4, 0, 0, 0, 0.2, 1, '{"packages":[0.15,0.5]}'),
    (8, 'days between visits', 'log', 2.5, 0.35, 0, 0, 0, 0, -1, '{"cartel":[0.4,0.8]}'),
    (9, 'patients shared with another', 'share', -2.9, 0.6, 0, 0, 0, 0, 1, '{"cartel":[0.1,0.4]}'),
    (10, 'weekend visits', 'share', -1.1, 0.15, 0, 0, 0, 0, 1, '{"phantoms":[0.05,0.25]}'),
    (11, 'night visits', 'share', -2.6, 0.35, 0.1, 0, 0, 0, 1, '{"phantoms":[0.05,0.3]}'),
    (12, 'bills in one minute', 'burst', 0.6, 0, 0, 0, 0, 0, 1, '{"phantoms":[0,4]}'),
    (13, 'paid by the patient', 'share', -1.6, 0.3, 0, 0.05, 0, 0, 1, NULL),
    (14, 'at the cap exactly', 'rare', -3.5, 0.6, 0, 0, 0, 0, 1, '{"packages":[0,0.05]}'),
    (15, 'round amounts', 'share', -2, 0.3, 0, 0, 0, 0, 1, '{"packages":[0,0.1]}'),
    (16, 'distance from Benford', 'log', -3, 0.3, 0, -0.1, 0, 0, 1, NULL),
    (17, 'commonest diagnosis', 'share', -1.2, 0.4, -0.1, -0.1, 0, 0, 1, '{"upcoding":[0.05,0.3],"cartel":[0,0.2]}'),
    (18, 'patients from far away', 'rare', -2.8, 0.7, 0.1, 0.1, 0, 0, 1, '{"phantoms":[0,0.2],"cartel":[0,0.15]}'),
    (19, 'heavy groups', 'share', -2.7, 0.4, 0.5, 0.05, 0, 0, 1, '{"upcoding":[0.1,0.3]}'),
    (20, 'readmitted', 'share', -3, 0.4, 0.2, 0, 0, 0, 1, NULL),
    (21, 'share of CT', 'share', -2, 0.4, 0.1, 0, 0, 0.4, 1, NULL),
    (22, 'share of MRI', 'rare', -3.4, 0.6, 0.1, 0.2, 0, 0.3, 1, NULL),
    (23, 'admissions of a bed', 'log', 3.2, 0.3, -0.05, 0, 0, 0, 1, '{"volume":[1.3,2.2]}'),
    (24, 'hospital infections', 'rare', -4.5, 0.6, 0.2, 0, 0, 0, 1, NULL),
    (25, 'share of treatments', 'share', -1.4, 0.3, 0, 0, -0.2, 0, 1, NULL),
    (26, 'items of a visit', 'log', 2.3, 0.2, 0.3, 0, 0, 0.1, 1, '{"packages":[1.1,1.8]}'),
    (27, 'growth', 'log', 0, 0.15, 0, 0, 0, 0, 1, '{"volume":[1.15,1.6]}'),
    (28, 'visits', 'log', 0, 0.3, 0, 1, 0, 0, 1, '{"volume":[1.5,4]}'),
    (29, 'cost of a stay', 'log', 8.5, 0.15, 0.37, 0.02, 0.06, 0.05, 1, '{"upcoding":[1.1,1.5]}'),
    (30, 'all costs', 'log', 6, 0.15, 0.25, 1.02, 0.06, 0.08, 1, '{"volume":[1.5,4]}');
CREATE TABLE plan AS SELECT array_agg(direction ORDER BY j) AS directions FROM indicator;

\set gauss 'sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())'
\set nearly '(2 * (random() + random() + random()) - 3)'
SELECT setseed(0.2026) \g /dev/null
CREATE TABLE provider_base AS
SELECT s.*, exp(s.ln_size)::int + 20 AS size, NULL::text AS kind
FROM (SELECT n, 6 + 1.4 * :gauss AS ln_size, :gauss AS casemix, :gauss AS drugs, :gauss AS tests
      FROM generate_series(1, (20000 * :sf::float8)::int) n) s;
-- four in a thousand of each kind; the cartel is of small ones
UPDATE provider_base b SET kind = k.kind
FROM (SELECT n, (ARRAY['volume', 'upcoding', 'phantoms', 'packages'])[1 + (at % 4)] AS kind
      FROM (SELECT n, row_number() OVER (ORDER BY random()) AS at FROM provider_base) x WHERE at <= 4 * 80 * :sf::float8) k
WHERE b.n = k.n;
UPDATE provider_base b SET kind = 'cartel'
FROM (SELECT n FROM provider_base WHERE kind IS NULL ORDER BY -ln(1 - random()) * sqrt(size) LIMIT (80 * :sf::float8)::int) k
WHERE b.n = k.n;
CREATE TABLE doctor_base AS
SELECT s.*, exp(s.ln_size)::int + 20 AS size, NULL::text AS kind
FROM (SELECT n, 5 + 1.2 * :gauss AS ln_size, :gauss AS casemix, :gauss AS drugs, :gauss AS tests
      FROM generate_series(1, CASE WHEN :'races' LIKE '%doctors%' THEN (1000000 * :sf::float8)::int ELSE 1 END) n) s;

-- the value before chance, then with the chance of so many cases
SELECT string_agg(format('%s AS v%s', CASE
        WHEN shape = 'burst' THEN format('floor(CASE WHEN random() < 0.4 THEN -ln(1 - random()) * %s ELSE 0 END + %s)', middle, x.plant)
        WHEN shape = 'log' THEN format('exp(%s) * %s', x.linear, x.plant)
        ELSE format('least(1, %s / (1 + exp(-(%s))) + %s)', CASE shape WHEN 'rare' THEN '(random() < 0.5)::int' ELSE '1' END, x.linear, x.plant)
    END, j), ', ' ORDER BY j) AS raw,
    string_agg(CASE WHEN shape IN ('share', 'rare')
        THEN format('round(size * greatest(0, least(1, v%1$s + sqrt(v%1$s * (1 - v%1$s) / size) * %2$s))) / size', j, :'gauss')
        ELSE format('v%s', j) END, ', ' ORDER BY j) AS seen
FROM (SELECT i.*, format('%s + %s * %s + %s * casemix + %s * (ln_size - 6) + %s * drugs + %s * tests', middle, spread, :'gauss', by_case, by_size, by_drugs, by_tests) AS linear,
             CASE WHEN planted IS NULL THEN (shape = 'log')::int::text ELSE (SELECT format('CASE kind %s ELSE %s END', string_agg(format('WHEN %L THEN %s + random() * %s', p.key, p.value ->> 0, (p.value ->> 1)::float8 - (p.value ->> 0)::float8), ' '),
                              (shape = 'log')::int)
                       FROM jsonb_each(planted) p) END AS plant
      FROM indicator i) x \gset
-- doctors are for speed: nearly normal is enough
SELECT replace(:'raw', :'gauss', :'nearly') AS cheap_raw, replace(:'seen', :'gauss', :'nearly') AS cheap_seen \gset
CREATE TABLE provider AS
SELECT n, 1 + n % greatest(1, (100 * :sf::float8)::int) AS peer, size, kind, ARRAY[:seen]::float8[] AS f FROM (SELECT b.*, :raw FROM provider_base b OFFSET 0) r;
CREATE TABLE doctor AS
SELECT n, 1 + n % greatest(1, (1000 * :sf::float8)::int) AS peer, ARRAY[:cheap_seen]::float8[] AS f FROM (SELECT b.*, :cheap_raw FROM doctor_base b OFFSET 0) r;
ANALYZE provider;
ANALYZE doctor;
CHECKPOINT;
