-- Claims for bench-check: prescriptions of 30 lines and stays of 500, a few
-- hundred of each, drawn by hashes.  Four of five codes are of check_draw.sql,
-- the others of national points.
--
-- Points drawn at random are breached by nearly every line, which real claims
-- are not: of many codes those that the visit may be billed for are taken, and
-- one in thirty of the others.
--
-- A claim is kept as the text that a client would send, unpacked, so that a
-- statement reads, parses and judges one.

-- Codes that occur in national points.  Left out are those of measures that
-- the rival in SQL has not: hours, closed lists of herbs, the first
-- prescription alone.
CREATE TABLE bench.national AS
SELECT code, (row_number() OVER (ORDER BY code) - 1)::int AS n
FROM (SELECT c.code::text COLLATE "C" AS code
      FROM medsup.rulebook b, medsup.rulebook_codes(b.compiled) c
      JOIN medsup.rulebook_entries(b.compiled) e ON e.entry_code = c.entry_code
      GROUP BY c.code
      HAVING bool_and(c.entry_code NOT LIKE 'BENCH-%')
         AND bool_and(e.content ->> 'measure' NOT IN ('hours', 'closure', 'span_days') AND NOT e.content ? 'level_first_only')
         AND bool_and(char_length(c.code::text) >= 15)) AS known;
ALTER TABLE bench.national ADD PRIMARY KEY (n);
ANALYZE bench.national;

-- lines of each claim, distinct codes among them, days it lasts
CREATE TABLE bench.visit AS
SELECT s.*, nr, h AS seed, timestamp '2026-06-01 08:00' + bench.draw(h, 1, 60) * interval '1 day' AS begntime
FROM (VALUES ('prescription', 160, 30, 30, 1, '11'), ('stay', 40, 500, 80, 20, '21')) AS s (what, claims, lines, codes, days, med_type),
     generate_series(1, s.claims) AS nr, hashtextextended(what || nr, 7) AS h;

CREATE TABLE bench.coded AS
SELECT DISTINCT c.code::text AS code FROM medsup.rulebook b, medsup.rulebook_codes(b.compiled) c;
ANALYZE bench.coded, bench.visit;
CREATE TABLE bench.candidate AS
SELECT d.*
FROM (SELECT v.what, v.nr, i, coalesce(n.code, CASE WHEN bench.draw(seed + i, 11, 5) < 4 THEN bench.drug(bench.draw(seed + i, 13, 30000))
                                                    ELSE bench.item(bench.draw(seed + i, 13, 12000)) END) AS code
      FROM bench.visit v
      CROSS JOIN generate_series(1, v.codes * 10) AS i
      LEFT JOIN bench.national n ON n.n = bench.draw(seed + i, 12, (SELECT count(*)::int FROM bench.national)) AND bench.draw(seed + i, 11, 5) = 0) AS d
WHERE code IN (SELECT c.code FROM bench.coded c);

-- Line i of a claim is of code i, round and round.
CREATE FUNCTION bench.claim_of(v bench.visit, codes text[], lines int) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object(
        'person', jsonb_build_object('psn_no', 'P' || v.nr, 'gend', bench.draw(v.seed, 6, 2) + 1,
                                     'brdy', date '1940-01-01' + bench.draw(v.seed, 7, 31000)),
        'encounters', jsonb_build_array(jsonb_build_object(
            'mdtrt_id', 'M1', 'fixmedins_code', 'H1', 'hosp_lv', (ARRAY['02', '05', '08'])[bench.draw(v.seed, 8, 3) + 1],
            'fix_blng_admdvs', 110100 + bench.draw(v.seed, 9, 30) * 10000, 'insutype', '310', 'med_type', v.med_type,
            'begntime', v.begntime, 'endtime', v.begntime + (v.days - 1) * interval '1 day')),
        'settlements', jsonb_build_array(jsonb_build_object(
            'setl_id', 'S1', 'mdtrt_id', 'M1', 'setl_time', v.begntime + v.days * interval '1 day', 'clr_way', '1', 'insutype', '310',
            'medfee_sumamt', 100000, 'inscp_amt', 100000, 'fund_pay_sumamt', 60000, 'hifp_pay', 60000)),
        'diagnoses', (SELECT jsonb_agg(jsonb_build_object('mdtrt_id', 'M1', 'diag_type', '1', 'maindiag_flag', (d = 1)::int::text,
                                 'diag_code', chr(65 + bench.draw(v.seed + d, 21, 20)) || lpad(bench.draw(v.seed + d, 22, 94)::text, 2, '0') || '.100'))
                      FROM generate_series(1, 5) AS d),
        'operations', '[]'::jsonb,
        'lines', (SELECT jsonb_agg(jsonb_build_object(
            'feedetl_sn', i::text, 'mdtrt_id', 'M1', 'setl_id', 'S1', 'fixmedins_code', 'H1',
            'fee_ocur_time', v.begntime + (i::bigint * v.days / lines) * interval '1 day' + bench.draw(v.seed + i, 2, 600) * interval '1 minute',
            'med_list_codg', codes[i % cardinality(codes) + 1], 'cnt', cnt, 'pric', pric, 'det_item_fee_sumamt', cnt * pric, 'inscp_amt', cnt * pric,
            'fulamt_ownpay_amt', 0, 'reim_prop', 0.6, 'rx_drord_no', 'R' || i / 5, 'bilg_dept_codg', 'D1', 'bilg_dr_codg', 'DR1',
            'prd_days', 1 + bench.draw(v.seed + i % cardinality(codes), 5, 7)) ORDER BY i)
            FROM generate_series(0, lines - 1) AS i,
                 LATERAL (SELECT 1 + bench.draw(v.seed + i, 3, 4) / 3, (100 + bench.draw(v.seed + i % cardinality(codes), 4, 90000)) / 100.0) AS q (cnt, pric)))
$$;

-- The codes of a claim whose lines are in breach.
CREATE FUNCTION bench.breached(v bench.visit, codes text[], lines int) RETURNS text[]
LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(DISTINCT one.claim -> 'lines' -> (e ->> 'feedetl_sn')::int ->> 'med_list_codg'), '{}')
    FROM (SELECT bench.claim_of(v, codes, lines) AS claim OFFSET 0) AS one, medsup.check_claim(one.claim) AS f, jsonb_array_elements(f.evidence) AS e
    WHERE f.what = 'F' AND e ->> 'role' = '1' AND e ? 'feedetl_sn'
$$;

CREATE TABLE bench.claim (what text, nr int, claim text, PRIMARY KEY (what, nr));
ALTER TABLE bench.claim ALTER COLUMN claim SET STORAGE EXTERNAL;

-- Codes whose single line is in breach are put aside, then those that are when
-- they come as often as in the claim.
DO $$
DECLARE
    v bench.visit;
    codes text[];
    bad text[];
    first_bad text[];
BEGIN
    FOR v IN SELECT * FROM bench.visit LOOP
        SELECT array_agg(c.code ORDER BY i) INTO codes FROM bench.candidate c WHERE c.what = v.what AND c.nr = v.nr;
        FOR pass IN 1..2 LOOP
            bad := bench.breached(v, codes, CASE pass WHEN 1 THEN cardinality(codes) ELSE 2 * v.lines END);
            first_bad := coalesce(first_bad, bad);
            SELECT array_agg(o.code ORDER BY i) INTO codes
            FROM (SELECT c.code, c.i FROM unnest(codes) WITH ORDINALITY AS c (code, i)
                  WHERE code <> ALL (bad) ORDER BY i LIMIT CASE pass WHEN 1 THEN 2 ELSE 1 END * v.codes) AS o;
        END LOOP;
        FOR i IN 1..least(cardinality(first_bad), cardinality(codes) / 30) LOOP
            codes[30 * i] := first_bad[i];
        END LOOP;
        first_bad := NULL;
        INSERT INTO bench.claim VALUES (v.what, v.nr, bench.claim_of(v, codes, v.lines));
    END LOOP;
END
$$;
VACUUM (ANALYZE) bench.claim;
