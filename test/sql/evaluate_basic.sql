-- The evaluator by hand-made claims over the bundled points: findings,
-- tallies, skipped lines, errors, and nothing that depends on the session.
\pset null -
SET client_min_messages = warning;
BEGIN;
SELECT medsup.load_bundled_knowledge() > 0 AS loaded;
SELECT medsup.set_parameter('course_gap_days', '14', 'test');
CREATE TEMP TABLE book AS SELECT medsup.compile_rulebook() AS b;
ALTER TABLE book ALTER b SET STORAGE EXTERNAL;
SELECT medsup.compile_rulebook() = b AS same_bytes, format, rules > 5 AS rules, entries > 20 AS entries,
       bytes = length(b) AS bytes, digest = sha256(b) AS digest
FROM book, medsup.rulebook_info(b);

CREATE FUNCTION pg_temp.enc(id text, gend text DEFAULT '1', brdy timestamp DEFAULT '1980-05-05', lv text DEFAULT '02', med text DEFAULT '21')
RETURNS medsup.claim_encounter LANGUAGE sql AS $$
SELECT (jsonb_populate_record(NULL::medsup.claim_encounter, jsonb_build_object('mdtrt_id', id, 'psn_no', 'P1', 'gend', gend, 'brdy', brdy,
    'fixmedins_code', 'H99999900001', 'hosp_lv', lv, 'insutype', '310', 'med_type', med,
    'begntime', '2026-03-01 08:00', 'endtime', '2026-03-08 10:00', 'vali_flag', '1')))
$$;
CREATE FUNCTION pg_temp.setl(id text, mdtrt text, hifp numeric DEFAULT 5, more jsonb DEFAULT '{}')
RETURNS medsup.claim_settlement LANGUAGE sql AS $$
SELECT jsonb_populate_record(NULL::medsup.claim_settlement, jsonb_build_object('setl_id', id, 'mdtrt_id', mdtrt, 'psn_no', 'P1',
    'setl_time', '2026-03-08 11:00', 'clr_way', '1', 'hifp_pay', hifp, 'acct_pay', 7.77) || more)
$$;
CREATE FUNCTION pg_temp.line(sn text, code text, t timestamp DEFAULT '2026-03-02 09:30', cnt numeric DEFAULT 1, pric numeric DEFAULT 10, more jsonb DEFAULT '{}')
RETURNS medsup.claim_fee_line LANGUAGE sql AS $$
SELECT jsonb_populate_record(NULL::medsup.claim_fee_line, jsonb_build_object('feedetl_sn', sn, 'mdtrt_id', 'M1', 'setl_id', 'S1', 'psn_no', 'P1',
    'fee_ocur_time', t, 'med_list_codg', code, 'cnt', cnt, 'pric', pric, 'det_item_fee_sumamt', cnt * pric,
    'inscp_amt', cnt * pric, 'fulamt_ownpay_amt', 0, 'bilg_dept_codg', 'A01', 'vali_flag', '1') || more)
$$;
CREATE FUNCTION pg_temp.audit(lines medsup.claim_fee_line[], enc medsup.claim_encounter[] DEFAULT ARRAY[pg_temp.enc('M1', '2')],
    setl medsup.claim_settlement[] DEFAULT ARRAY[pg_temp.setl('S1', 'M1')], from_ timestamp DEFAULT NULL, to_ timestamp DEFAULT NULL)
RETURNS SETOF medsup.verdict LANGUAGE sql AS $$
SELECT v.* FROM book, medsup.evaluate(b, from_, to_, enc, setl, lines, NULL, NULL, NULL) v
$$;

-- a drug for men, given to a woman: 2 left after a refund, and what else became of the lines
SELECT what, rule_code, outcome, reason, lines, fixmedins_code AS place, feedetl_sn AS sn, setl_id, excess, vola_amt, fund_amt, formula
FROM pg_temp.audit(ARRAY[
    pg_temp.line('1', 'XL02BBA326A001010102180', cnt => 3, pric => 3.33),
    pg_temp.line('2', 'XL02BBA326A001010102180', '2026-03-03', -1, 3.33),
    pg_temp.line('3', '-'), pg_temp.line('4', 'XL02BBA326A001010102180', more => '{"vali_flag": "0"}'),
    pg_temp.line('5', 'XL02BBA326A001010102180', more => '{"mdtrt_id": "M9"}'),
    pg_temp.line('6', 'XL02BBA326A001010102180', more => '{"cnt": "NaN"}'),
    pg_temp.line('7', 'XL02BBA326A001010102180', more => '{"fee_ocur_time": "-infinity"}'),
    pg_temp.line('8', 'XL02BBA326A001010102180', more => '{"inscp_amt": 0}'), NULL])
ORDER BY what, rule_code COLLATE "C", outcome COLLATE "C", reason COLLATE "C", feedetl_sn COLLATE "C";
-- one finding in full
SELECT kind, result_type, provisional, note, scope, window_start, act_from, measure, limit_value, actual_value, unit, inscp_amt, fund_split,
       fund_method, hosp_lv, insutype, med_type, clr_way, bilg_dept_codg, period_time, exceptions_tested
FROM pg_temp.audit(ARRAY[pg_temp.line('1', 'XL02BBA326A001010102180')]) WHERE what = 'F' \gx
SELECT jsonb_pretty(evidence) FROM pg_temp.audit(ARRAY[pg_temp.line('1', 'XL02BBA326A001010102180', more => '{"reim_prop": 0.8}')]) WHERE what = 'F';

-- ids and hashes can be made again
SELECT v.finding_id = medsup.finding_id(v.rule_code, v.entry_code, v.psn_no, v.scope, v.window_start, v.mdtrt_id, v.feedetl_sn) AS id,
       v.evidence -> 0 ->> 'hash' = encode(medsup.line_hash(l), 'hex') AS hash
FROM pg_temp.line('1', 'XL02BBA326A001010102180') l, pg_temp.audit(ARRAY[l]) v WHERE what = 'F';
SELECT medsup.finding_id('N25-001', 'E', 'P1', 'line', NULL, 'M1', '1') =
       sha256('\x000000074e32352d303031'::bytea || '\x0000000145'::bytea || '\x000000025031'::bytea || '\x000000046c696e65'::bytea ||
              '\x00000000'::bytea || '\x000000024d31'::bytea || '\x0000000131'::bytea) AS canonical;
SELECT medsup.line_hash(pg_temp.line('1', 'x', cnt => 1.50)) = medsup.line_hash(pg_temp.line('1', 'x', cnt => 1.5)) AS scale_says_nothing,
       medsup.line_hash(pg_temp.line('1', 'x')) <> medsup.line_hash(pg_temp.line('1', 'y')) AS code_does;

-- groups: pairs and caps
SELECT rule_code, measure, scope, feedetl_sn AS sn, excess, vola_amt, vola_amt_max, note, formula, window_start,
       (SELECT string_agg((j ->> 'role') || ':' || (j ->> 'feedetl_sn') || coalesce('=' || (j ->> 'excess'), ''), ' ' ORDER BY n)
        FROM jsonb_array_elements(evidence) WITH ORDINALITY t (j, n)) AS lines
FROM pg_temp.audit(ARRAY[
    pg_temp.line('a1', '001103000010000', cnt => 2), pg_temp.line('a2', '001102000030000', '2026-03-02 01:00', pric => 5),
    pg_temp.line('a3', '001102000030000', '2026-03-02 02:00', pric => 4), pg_temp.line('a4', '001102000030000', '2026-03-02 03:00', pric => 6),
    pg_temp.line('b1', '003314000020000', '2026-03-02 10:00'), pg_temp.line('b2', '003112010260000', '2026-03-02 16:00'),
    pg_temp.line('b3', '003112010260000', '2026-03-02 16:00:01'),
    pg_temp.line('c1', '003107020020000', '2026-03-04 22:00', 4), pg_temp.line('c2', '003107010220000', '2026-03-04 20:00', 3),
    pg_temp.line('d1', '001102000050000', '2026-03-05 10:00'), pg_temp.line('d2', '001102000050000', '2026-03-05 11:00', 8, 3),
    pg_temp.line('e1', '002503020030000', '2026-03-01 10:00'), pg_temp.line('e2', '002503020030000', '2026-03-15 10:00')],
    ARRAY[pg_temp.enc('M1')])
WHERE what = 'F' ORDER BY feedetl_sn COLLATE "C";
-- the same, within a stay that the fees of eight days fit: posted late
SELECT excess, vola_amt, fund_amt, note, result_type, formula
FROM pg_temp.audit(ARRAY[pg_temp.line('d2', '001102000050000', '2026-03-05 11:00', 8, 3)], ARRAY[pg_temp.enc('M1')]) WHERE what = 'F';

-- a course of 14 days, counted over encounters, by days that the fund paid
SELECT feedetl_sn AS sn, excess, vola_amt, limit_value, actual_value, jsonb_array_length(evidence) AS rows, window_start, window_end
FROM pg_temp.audit((SELECT array_agg(pg_temp.line(i::text, 'XB01AXA223B002010100156', timestamp '2026-03-01' + i * interval '1 day'))
                    FROM generate_series(1, 16) i)) WHERE what = 'F' AND measure = 'days';

-- the family account paid all: not the pool's money
SELECT outcome, lines FROM pg_temp.audit(ARRAY[pg_temp.line('1', 'XL02BBA326A001010102180')],
    setl => ARRAY[pg_temp.setl('S1', 'M1', 0, '{"acct_mulaid_pay": 10}')]) WHERE rule_code IS NOT NULL;
-- cancelled and settled again; paid by group; not settled yet
SELECT what, outcome, reason, lines, setl_id, fund_amt, fund_method, provisional
FROM pg_temp.audit(ARRAY[pg_temp.line('1', 'XL02BBA326A001010102180'), pg_temp.line('2', 'XL02BBA326A001010102180', cnt => -1, more => '{"setl_id": "S2"}'),
    pg_temp.line('1', 'XL02BBA326A001010102180', more => '{"setl_id": "S3"}'), pg_temp.line('9', 'XL02BBA326A001010102180', more => '{"setl_id": null}')],
    setl => ARRAY[pg_temp.setl('S1', 'M1'), pg_temp.setl('S2', 'M1', -50, '{"refd_setl_flag": "1", "init_setl_id": "S1"}'), pg_temp.setl('S3', 'M1', 30, '{"clr_way": "4"}')])
ORDER BY what, outcome COLLATE "C", reason COLLATE "C", setl_id COLLATE "C";
-- the period is that of the settlement
SELECT what, outcome, lines FROM pg_temp.audit(ARRAY[pg_temp.line('1', 'XL02BBA326A001010102180')], from_ => '2026-03-08 11:00', to_ => '2026-03-09')
WHERE what = 'T' AND rule_code IS NULL;
SELECT count(*) FROM pg_temp.audit(ARRAY[pg_temp.line('1', 'XL02BBA326A001010102180')], to_ => '2026-03-08 11:00');

-- order of rows and settings of the session say nothing
SET LOCAL DateStyle = 'SQL, DMY';
SET LOCAL TimeZone = 'Pacific/Kiritimati';
SET LOCAL IntervalStyle = 'sql_standard';
SET LOCAL extra_float_digits = -5;
CREATE TEMP TABLE shot2 AS
SELECT v.finding_id, v.content_digest FROM pg_temp.audit((SELECT array_agg(pg_temp.line(i::text, (ARRAY['XL02BBA326A001010102180', '001102000050000', '002503020030000'])[1 + i % 3],
      timestamp '2026-03-01' + (i % 7) * interval '9 hours', 1 + i % 2, 1.23 * i) ORDER BY -i) FROM generate_series(1, 40) i)) v WHERE what = 'F';
SET LOCAL DateStyle = 'ISO, MDY';
SET LOCAL TimeZone = 'UTC';
SELECT count(*) > 20 AS findings, count(*) FILTER (WHERE EXISTS (SELECT FROM shot2 s WHERE s.finding_id = v.finding_id AND s.content_digest = v.content_digest)) = count(*)
       AND count(*) = (SELECT count(*) FROM shot2) AS same
FROM pg_temp.audit((SELECT array_agg(pg_temp.line(i::text, (ARRAY['XL02BBA326A001010102180', '001102000050000', '002503020030000'])[1 + i % 3],
      timestamp '2026-03-01' + (i % 7) * interval '9 hours', 1 + i % 2, 1.23 * i)) FROM generate_series(1, 40) i)) v WHERE what = 'F';

-- nothing in, nothing out; one book is kept, whatever door it comes by
SELECT count(*) FROM book, medsup.evaluate(b, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
SELECT count(*) FROM book, generate_series(1, 3), medsup.evaluate(b, NULL, NULL, NULL, NULL, '{NULL,NULL}', NULL, NULL, NULL);
SELECT m.checksum = substring(b FROM 25 FOR 32) AS this, m.bytes = length(b) AS bytes,
    m.memory BETWEEN length(b) AND 1.2 * length(b) + 16384 AS memory, m.shared, m.loaded
FROM book, medsup.rulebook_memory() m;

-- errors
CREATE FUNCTION pg_temp.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE m text; h text;
BEGIN
    EXECUTE statement;
    RETURN 'no error';
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS m = MESSAGE_TEXT, h = PG_EXCEPTION_HINT;
    RETURN SQLSTATE || ' ' || m || CASE h WHEN '' THEN ' (no hint)' ELSE '' END;
END $$;
\pset format unaligned
\pset tuples_only on
SELECT pg_temp.try('SELECT medsup.evaluate(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)');
SELECT pg_temp.try($$SELECT medsup.evaluate('', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)$$);
SELECT pg_temp.try($$SELECT medsup.evaluate(decode(repeat('00', 5000), 'hex'), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)$$);
SELECT pg_temp.try('SELECT medsup.rulebook_info(substr(b, 1, length(b) - 8)) FROM book');
SELECT pg_temp.try('SELECT medsup.rulebook_info(set_byte(b, 8, 9)) FROM book');
-- a flipped byte that the structure cannot see
SELECT pg_temp.try('SELECT medsup.rulebook_info(set_byte(b, 30, 255 - get_byte(b, 30))) FROM book');
SELECT pg_temp.try($$SELECT medsup.evaluate(b, NULL, NULL, NULL, NULL, ARRAY[pg_temp.line('1', 'x'), pg_temp.line('2', 'x', more => '{"psn_no": "P2"}')], NULL, NULL, NULL) FROM book$$);
ROLLBACK;
