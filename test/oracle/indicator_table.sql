-- The rows of the table in docs/indicators.md, from what is shipped.
SELECT format('| `%s` | %s | %s | %s | `%s` / `%s`%s | %s |', i.indicator_code, i.name_zh, i.name_en, i.unit, i.numerator, i.denominator,
    coalesce(' (' || nullif(concat_ws('; ', CASE i.settings WHEN '{outpatient,emergency,chronic,internet}' THEN 'no stays' WHEN '{inpatient}' THEN 'stays' WHEN '{pharmacy}' THEN 'pharmacy' END,
                                      array_to_string(i.fee_classes, ', '), i.days || ' days', '× ' || nullif(trim_scale(i.scale), 1)), '') || ')', ''),
    CASE i.direction WHEN 1 THEN 'high' WHEN -1 THEN 'low' ELSE 'both' END)
FROM medsup.indicator i WHERE i.origin = 'national' ORDER BY i.ordinal;
