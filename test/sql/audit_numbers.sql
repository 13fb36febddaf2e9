-- Stored numerics are read as the numbers that they show: every quantity and
-- amount in evidence is what SQL rounds it to, and what is none or too large is
-- unreadable.  A drug for men, given to a woman, line by line.
SET client_min_messages = warning;
BEGIN;
SELECT medsup.load_bundled_knowledge() > 0 AS loaded;
SELECT medsup.set_parameter('course_gap_days', '14', 'test');
CREATE TEMP TABLE book AS SELECT medsup.compile_rulebook() AS b;
CREATE TEMP TABLE number AS
SELECT row_number() OVER () AS i, v
FROM (
    -- random ones of all lengths, before and behind the point
    SELECT ('x' || substr(md5(i::text), 1, 15))::bit(60)::bigint % (10::numeric ^ (1 + i % 18)) * 10::numeric ^ -(i / 18 % 11) AS v
    FROM generate_series(1, 4000) i
    UNION ALL
    -- about the places where digits end, rounding turns, and the limit lies
    SELECT b.b * 10::numeric ^ e + d.d * 10::numeric ^ (-f)
    FROM (VALUES (0::numeric), (1), (9999), (10000), (99999999), (100000000), (9999999999)) b (b), generate_series(-3, 3) e,
        (VALUES (0::numeric), (1), (4), (5), (49), (50), (9999), (99995)) d (d), generate_series(0, 9) f
    UNION ALL
    SELECT v::numeric FROM unnest('{NaN,Infinity,-Infinity,1e100,1e-100,123456789012345678901234567890,1e131071}'::text[]) v
    UNION ALL
    -- the longer header
    SELECT i / 7.0 + '1e-80' FROM generate_series(1, 50) i
) x
WHERE NOT v < 0 OR v = '-Infinity';
SELECT count(*) > 7000 AS many, count(DISTINCT trim_scale(v)) > 5000 AS different, bool_or(pg_column_size(v) > 40) AS long FROM number;

CREATE FUNCTION pg_temp.audit(field text) RETURNS SETOF medsup.verdict LANGUAGE sql AS $$
SELECT v.*
FROM book,
    (SELECT array_agg(jsonb_populate_record(NULL::medsup.claim_fee_line, jsonb_build_object('feedetl_sn', i, 'mdtrt_id', 'M1', 'psn_no', 'P1',
        'fee_ocur_time', timestamp '2026-03-02 09:30' + i * interval '1 second', 'med_list_codg', 'XL02BBA326A001010102180', 'inscp_amt', 1,
        'fulamt_ownpay_amt', 0, 'vali_flag', '1', 'cnt', CASE field WHEN 'cnt' THEN v::text ELSE '1' END, 'pric', CASE field WHEN 'cnt' THEN '1' ELSE v::text END,
        'det_item_fee_sumamt', CASE field WHEN 'cnt' THEN '1' ELSE v::text END))) AS lines FROM number) l,
    medsup.evaluate(b, NULL, NULL, ARRAY[jsonb_populate_record(NULL::medsup.claim_encounter, '{"mdtrt_id": "M1", "psn_no": "P1", "gend": "2", "brdy": "1980-05-05",
        "fixmedins_code": "H1", "hosp_lv": "02", "insutype": "310", "med_type": "21", "begntime": "2026-03-01 08:00", "vali_flag": "1"}')], NULL, l.lines, NULL, NULL, NULL) v
$$;
-- what SQL says beside what is told; a quantity of nothing is none
CREATE FUNCTION pg_temp.compare(field text, scale int, most numeric, OUT told bigint, OUT unreadable bigint, OUT wrong bigint) LANGUAGE sql AS $$
WITH said AS (
    SELECT v.feedetl_sn::bigint AS i, v.reason, (v.evidence -> 0 ->> CASE field WHEN 'cnt' THEN 'net_cnt' ELSE 'net_amt' END)::numeric AS n
    FROM pg_temp.audit(field) v WHERE v.what IN ('F', 'S')
), wanted AS (
    SELECT i, v, CASE WHEN v < 'Infinity' AND round(v, scale) BETWEEN 0 AND most THEN round(v, scale) END AS n FROM number
)
SELECT count(*) FILTER (WHERE s.n IS NOT NULL), count(*) FILTER (WHERE s.reason LIKE '%unreadable'),
    count(*) FILTER (WHERE CASE WHEN w.n IS NULL THEN s.reason IS NULL OR s.reason NOT LIKE '%unreadable'
                                WHEN w.n = 0 THEN (field = 'cnt') IS DISTINCT FROM (s.reason IS NOT DISTINCT FROM 'quantity_unreadable')
                                ELSE s.n IS DISTINCT FROM w.n END)
FROM wanted w LEFT JOIN said s USING (i) $$;
SELECT * FROM pg_temp.compare('cnt', 4, 100000000);
SELECT * FROM pg_temp.compare('amt', 2, 10000000000);
ROLLBACK;
-- what a warehouse may store as a number and is none
SELECT medsup.read_numeric(v::numeric) AS read FROM unnest('{1.50,-0.00,NaN,Infinity,-Infinity,1e30}'::text[]) v;
