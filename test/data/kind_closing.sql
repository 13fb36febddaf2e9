-- the door for single claims finds the same
SELECT count(*) AS claims, sum(d.n) AS findings, bool_and(d.ids IS NOT DISTINCT FROM e.ids) AS same
FROM tried t,
    LATERAL (SELECT count(*) AS n, array_agg(v.finding_id ORDER BY v.finding_id) AS ids FROM medsup.check_claim(t.claim) v WHERE v.what = 'F') d,
    LATERAL (SELECT array_agg(v.finding_id ORDER BY v.finding_id) AS ids
             FROM medsup.rulebook b, medsup.evaluate(b.compiled, NULL, NULL,
                 medsup.claim_rows(t.claim, 'encounters', NULL::medsup.claim_encounter), medsup.claim_rows(t.claim, 'settlements', NULL::medsup.claim_settlement),
                 medsup.claim_rows(t.claim, 'lines', NULL::medsup.claim_fee_line), medsup.claim_rows(t.claim, 'diagnoses', NULL::medsup.claim_diagnosis),
                 medsup.claim_rows(t.claim, 'operations', NULL::medsup.claim_operation), medsup.claim_rows(t.claim, 'registrations', NULL::medsup.claim_registration)) v
             WHERE b.version = (SELECT max(version) FROM medsup.rulebook) AND v.what = 'F') e;
-- and says why, in both languages
\pset format unaligned
\pset tuples_only on
SELECT DISTINCT ON (v.rule_code COLLATE "C", v.entry_code COLLATE "C") medsup.explain(f), medsup.explain(f, 'en')
FROM tried t, medsup.check_claim(t.claim) v, jsonb_populate_record(NULL::medsup.finding, to_jsonb(v)) f
WHERE v.what = 'F' ORDER BY v.rule_code COLLATE "C", v.entry_code COLLATE "C", t.n;
