-- The evaluator on rows and books that are dirt or forged: answers and clear
-- errors, and digests that anyone can compute again.
\pset null -
SET client_min_messages = warning;
BEGIN;
SELECT medsup.load_bundled_knowledge() > 0 AS loaded;
SELECT medsup.set_parameter('child_age_below_years', '14', 'test');
CREATE TEMP TABLE book AS SELECT medsup.compile_rulebook() AS b;
CREATE FUNCTION pg_temp.enc(more jsonb DEFAULT '{}') RETURNS medsup.claim_encounter LANGUAGE sql AS $$
SELECT jsonb_populate_record(NULL::medsup.claim_encounter, '{"mdtrt_id": "M1", "psn_no": "P1", "gend": "2", "brdy": "1980-05-05",
    "fixmedins_code": "H99999900001", "hosp_lv": "02", "insutype": "310", "med_type": "11", "vali_flag": "1"}' || more)
$$;
CREATE FUNCTION pg_temp.line(sn text, code text, t timestamp DEFAULT '2026-03-02 09:30', cnt numeric DEFAULT 1, more jsonb DEFAULT '{}')
RETURNS medsup.claim_fee_line LANGUAGE sql AS $$
SELECT jsonb_populate_record(NULL::medsup.claim_fee_line, jsonb_build_object('feedetl_sn', sn, 'mdtrt_id', 'M1', 'setl_id', 'S1', 'psn_no', 'P1',
    'fee_ocur_time', t, 'med_list_codg', code, 'cnt', cnt, 'pric', 3.33, 'det_item_fee_sumamt', round(cnt * 3.33, 2),
    'inscp_amt', round(cnt * 3.33, 2), 'vali_flag', '1') || more)
$$;
CREATE FUNCTION pg_temp.audit(lines medsup.claim_fee_line[], enc jsonb DEFAULT '{}', setl jsonb DEFAULT '{}', from_ timestamp DEFAULT NULL, to_ timestamp DEFAULT NULL)
RETURNS SETOF medsup.verdict LANGUAGE sql AS $$
SELECT v.* FROM book, medsup.evaluate(b, from_, to_, ARRAY[pg_temp.enc(enc)], ARRAY[jsonb_populate_record(NULL::medsup.claim_settlement,
    '{"setl_id": "S1", "mdtrt_id": "M1", "psn_no": "P1", "setl_time": "2026-03-08 11:00", "clr_way": "1", "hifp_pay": 5}' || setl)], lines, NULL, NULL, NULL) v
$$;

-- births of any time, acts only of times that can be
SELECT brdy, outcome, reason FROM unnest(ARRAY['1176-01-01', '4713-01-01 BC', '294276-12-31', 'infinity', '-infinity', '1876-03-02', '1876-02-01',
    '2012-03-02', '2012-03-03', '2012-02-29']::timestamp[]) brdy,
    LATERAL pg_temp.audit(ARRAY[pg_temp.line('1', 'XN05CDM084X001010102000')], jsonb_build_object('brdy', brdy)) WHERE what = 'T' AND rule_code IS NOT NULL;
SELECT t, coalesce(reason, outcome) AS fate FROM unnest(ARRAY['1899-12-31 23:59:59', '1900-01-01', '2199-12-31 23:59:59', '2200-01-01', '0202-03-02',
    '0044-03-15 BC', 'infinity']::timestamp[]) t, LATERAL pg_temp.audit(ARRAY[pg_temp.line('1', '001102000050000', t)]) WHERE what = 'T' AND rule_code IS NULL;
SELECT sum(lines) AS lines FROM pg_temp.audit(ARRAY[pg_temp.line('1', '001102000050000')], from_ => '-infinity', to_ => 'infinity') WHERE rule_code IS NULL;

-- an absurd time is of its own period, as a run counts the lines of one
SELECT t, s, sum(lines) AS lines FROM (VALUES ('0202-03-02'::timestamp, NULL::timestamp), ('0202-03-02', '2026-03-08'), ('2026-03-02', '9999-12-31'),
    ('2026-03-02', '-infinity'), ('-infinity', NULL)) v (t, s),
    LATERAL pg_temp.audit(ARRAY[pg_temp.line('1', '001102000050000', t)], setl => jsonb_build_object('setl_time', s), from_ => '2026-03-01', to_ => '2026-04-01')
WHERE rule_code IS NULL AND what = 'T' GROUP BY t, s ORDER BY t, s;

-- numbers at their ends
SELECT what, reason, lines, excess, vola_amt, formula
FROM pg_temp.audit(ARRAY[pg_temp.line('1', '001102000050000', cnt => 99999999.9999, more => '{"det_item_fee_sumamt": 9999999999.99}'),
    pg_temp.line('2', '001102000050000', cnt => 100000000, more => '{"det_item_fee_sumamt": 10000000000}'), pg_temp.line('3', '001102000050000', cnt => 100000000.0001),
    pg_temp.line('4', '001102000050000', more => '{"det_item_fee_sumamt": 10000000000.01}'), pg_temp.line('5', '001102000050000', more => '{"cnt": 1e300}'),
    pg_temp.line('6', '001102000050000', more => '{"det_item_fee_sumamt": -1}'), pg_temp.line('7', '001102000050000', cnt => 0.00004)])
WHERE what = 'F' OR rule_code IS NULL ORDER BY what, reason COLLATE "C", feedetl_sn COLLATE "C";

-- text that would break out of json, and all of it comes back
SELECT e ->> 'feedetl_sn' = sn AND e ->> 'bilg_dr_codg' = dr AND e -> 'role' = '1' AS whole
FROM (VALUES (E'a"\\\u0001\n{}[]\u2028', E'x"}],"role":9\u0007\U0001F600')) t (sn, dr),
    LATERAL pg_temp.audit(ARRAY[pg_temp.line(sn, 'XL02BBA326A001010102180', more => jsonb_build_object('bilg_dr_codg', dr))]) v,
    LATERAL jsonb_array_elements(evidence) e WHERE what = 'F';

-- nothing known of anything
SELECT what, rule_code, coalesce(reason, outcome) AS fate, lines FROM book, medsup.evaluate(b, NULL, NULL,
    ARRAY[jsonb_populate_record(NULL::medsup.claim_encounter, '{"mdtrt_id": "M1"}'), NULL, jsonb_populate_record(NULL::medsup.claim_encounter, '{}')], NULL,
    ARRAY[pg_temp.line('1', 'XL02BBA326A001010102180', more => '{"inscp_amt": null, "pric": null, "setl_id": null, "vali_flag": null}'),
          pg_temp.line('2', '001102000050000', more => '{"inscp_amt": null, "pric": null, "setl_id": null, "vali_flag": null}'),
          jsonb_populate_record(NULL::medsup.claim_fee_line, '{"psn_no": "P1"}')], NULL, NULL, NULL)
ORDER BY what, rule_code COLLATE "C", coalesce(reason, outcome) COLLATE "C", lines;
SELECT what, reason, lines FROM book, medsup.evaluate(b, NULL, NULL, NULL, NULL, ARRAY[pg_temp.line('1', 'x', more => '{"psn_no": ""}'),
    pg_temp.line('2', 'x', more => '{"psn_no": null}')], NULL, NULL, NULL) WHERE what = 'T';

-- id, hashes and digest from what the finding shows, and its money from its rows
CREATE FUNCTION pg_temp.ts(t timestamp) RETURNS text LANGUAGE sql IMMUTABLE STRICT AS
$$ SELECT to_char(t, 'YYYY-MM-DD HH24:MI:SS') || CASE WHEN t <> date_trunc('second', t) THEN to_char(t, '.US') ELSE '' END $$;
CREATE TEMP TABLE claim AS SELECT pg_temp.line(i::text, (ARRAY['001102000050000', 'XL02BBA326A001010102180'])[1 + i % 2],
    timestamp '2026-03-02 01:00:00.123456' + i * interval '1 hour', 1.50 * i, jsonb_build_object('reim_prop', CASE WHEN i % 3 = 0 THEN 'NaN' ELSE '0.8000' END,
    'bilg_dr_name', E'\t医生' || i)) AS l FROM generate_series(1, 12) i;
SELECT count(*), bool_and(v.finding_id = medsup.finding_id(rule_code, entry_code, psn_no, scope, window_start, mdtrt_id, feedetl_sn)) AS ids,
    bool_and((SELECT bool_and(EXISTS (SELECT FROM claim WHERE encode(medsup.line_hash(l), 'hex') = e ->> 'hash')) FROM jsonb_array_elements(v.evidence) e)) AS hashes,
    bool_and((SELECT sum((e ->> 'vola_amt')::numeric) FROM jsonb_array_elements(v.evidence) e) = v.vola_amt) AS money,
    bool_and((SELECT sum((e ->> 'vola_fund')::numeric) FROM jsonb_array_elements(v.evidence) e) = v.fund_amt) AS fund,
    bool_and(v.content_digest = sha256((SELECT string_agg(int4send(octet_length(coalesce(t, ''))) || coalesce(t, '')::bytea, ''::bytea ORDER BY part, n, k) FROM (
        SELECT 1 AS part, n, 0 AS k, t FROM unnest(ARRAY[v.result_type, CASE WHEN v.provisional THEN 't' ELSE 'f' END, v.note, pg_temp.ts(v.window_end), pg_temp.ts(v.act_from),
            pg_temp.ts(v.act_to), v.measure, v.limit_value, v.actual_value, v.unit, trim_scale(v.excess)::text, trim_scale(v.vola_amt)::text, trim_scale(v.vola_amt_max)::text,
            trim_scale(v.inscp_amt)::text, trim_scale(v.fund_amt)::text, v.fund_method, v.formula, v.setl_id, v.fixmedins_code, v.hosp_lv, v.insu_admdvs, v.fix_blng_admdvs,
            v.insutype, v.med_type, v.clr_way, v.bilg_dept_codg, v.bilg_dr_codg, pg_temp.ts(v.period_time), v.clause, v.basis, v.basis_no,
            to_char(v.valid_from, 'YYYY-MM-DD'), to_char(v.valid_to, 'YYYY-MM-DD')]) WITH ORDINALITY u (t, n)
        UNION ALL
        SELECT 2, n, 0, trim_scale((v.fund_split ->> f)::numeric)::text FROM unnest(string_to_array('hifp_pay cvlserv_pay hifes_pay hifmi_pay hifob_pay maf_pay othfund_pay fund_pay_sumamt acct_pay acct_mulaid_pay', ' '))
            WITH ORDINALITY w (f, n)
        UNION ALL
        SELECT 3, n, k, CASE k WHEN 0 THEN e ->> 'role' WHEN 1 THEN e ->> 'hash' WHEN 2 THEN e -> 'encounter' ->> 'hash' ELSE e -> 'settlement' ->> 'hash' END
        FROM jsonb_array_elements(v.evidence) WITH ORDINALITY y (e, n), generate_series(0, 3) k
        WHERE k < 2 OR k = 2 AND e ? 'encounter' OR k = 3 AND e ? 'settlement') z))) AS digest
FROM pg_temp.audit((SELECT array_agg(l) FROM claim)) v WHERE what = 'F';

-- evidence is byte for byte what the server makes of its text
SELECT jsonb_array_length(evidence) AS rows, record_image_eq(ROW(evidence), ROW(evidence::text::jsonb)) AS same, (evidence -> 33 ->> 'feedetl_sn', evidence -> -1 ->> 'feedetl_sn') AS two
FROM generate_series(1, 70, 23) n, LATERAL pg_temp.audit((SELECT array_agg(pg_temp.line(i::text, '001102000050000', '2026-03-02', more => jsonb_build_object('bilg_dr_codg', repeat('x', i % 7))))
                                                           FROM generate_series(1, n) i)) WHERE what = 'F';

-- rows that differ only in columns no rule reads: one answer in every order
SELECT count(DISTINCT shot) FROM generate_series(1, 20) g, LATERAL (
    SELECT md5(string_agg(v::text, '|' ORDER BY v::text COLLATE "C")) AS shot
    FROM pg_temp.audit((SELECT array_agg(pg_temp.line((i % 3)::text, '001102000050000', more => jsonb_build_object('bilg_dr_codg', i)) ORDER BY md5((i * g)::text))
                        FROM generate_series(1, 30) i)) v) x;

-- bytes of a book changed, as it is and with a fresh checksum; cut short
CREATE FUNCTION pg_temp.try(b bytea) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM medsup.evaluate(b, NULL, NULL, ARRAY[pg_temp.enc()], NULL, (SELECT array_agg(l) FROM claim), NULL, NULL, NULL);
    RETURN 'read';
EXCEPTION WHEN OTHERS THEN
    RETURN sqlstate;
END
$$;
CREATE FUNCTION pg_temp.seal(b bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT overlay(b PLACING sha256(substr(b, 57)) FROM 25 FOR 32) $$;
CREATE FUNCTION pg_temp.read(b bytea) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM medsup.rulebook_info(b);
    RETURN 'read';
EXCEPTION WHEN OTHERS THEN
    RETURN sqlstate;
END
$$;
SELECT bool_and(pg_temp.read(set_byte(b, i, get_byte(b, i) # 255)) = 'MS103') AS refused FROM book, generate_series(0, length(b) - 1, 3) i;
SELECT array_agg(DISTINCT pg_temp.try(pg_temp.seal(set_byte(b, i, get_byte(b, i) # 1))) COLLATE "C") AS answers
FROM book, generate_series(56, length(b) - 1, 5) i;
SELECT bool_and(pg_temp.read(substr(b || b, 1, i)) = 'MS103') AS refused FROM book, generate_series(0, length(b) + 200, 301) i WHERE i <> length(b);
ROLLBACK;
