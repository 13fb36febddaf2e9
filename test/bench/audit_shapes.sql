-- Shapes of a full audit as statements over bound sources, for bench-audit-shapes:
-- each makes verdicts of all persons and records nothing.

-- The rows of one kind, as an array of the evaluator's records.
CREATE FUNCTION bench.rows(kind text, row_type text) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT format('array_agg(ROW(%s)::medsup.%I)', string_agg(format('t.%I', attname), ', ' ORDER BY attnum), row_type)
    FROM pg_attribute WHERE attrelid = ('medsup.' || row_type)::regclass AND attnum > 0 AND NOT attisdropped
$$;
CREATE VIEW bench.source AS
SELECT nr, kind, bench.rows(kind, row_type) AS rows
FROM (VALUES (1, 'encounter', 'claim_encounter'), (2, 'settlement', 'claim_settlement'), (3, 'fee_line', 'claim_fee_line'), (4, 'diagnosis', 'claim_diagnosis')) AS k (nr, kind, row_type);

-- A slice of persons at a time: every source sorted or hashed by person into
-- arrays, the arrays joined, the evaluator in LATERAL.
CREATE FUNCTION bench.arrays(slices int, slice int) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT format('SELECT v.* FROM %s CROSS JOIN LATERAL medsup.evaluate((SELECT compiled FROM medsup.rulebook ORDER BY version DESC LIMIT 1),
            NULL, NULL, coalesce(encounter.rows, ''{}''), coalesce(settlement.rows, ''{}''), fee_line.rows, coalesce(diagnosis.rows, ''{}''), NULL, NULL) AS v',
        string_agg(format('(SELECT t.psn_no, %s AS rows FROM medsup.src_%s t WHERE (hashtextextended(t.psn_no, 0) & 2147483647) %% %s = %s GROUP BY 1) AS %s%s',
            rows, kind, slices, slice, kind, CASE WHEN kind <> 'fee_line' THEN format(' ON %s.psn_no = fee_line.psn_no', kind) ELSE '' END),
            ' LEFT JOIN ' ORDER BY kind <> 'fee_line', nr))
    FROM bench.source
$$;

-- One parallel scan of persons; the rows of each come by index.
CREATE FUNCTION bench.by_index() RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT format('SELECT v.* FROM bench.person p %s CROSS JOIN LATERAL medsup.evaluate((SELECT compiled FROM medsup.rulebook ORDER BY version DESC LIMIT 1),
            NULL, NULL, coalesce(encounter.rows, ''{}''), coalesce(settlement.rows, ''{}''), fee_line.rows, coalesce(diagnosis.rows, ''{}''), NULL, NULL) AS v',
        string_agg(format('CROSS JOIN LATERAL (SELECT %s AS rows FROM medsup.src_%s t WHERE t.psn_no = p.psn_no) AS %s', rows, kind, kind), ' ' ORDER BY nr))
    FROM bench.source
$$;
