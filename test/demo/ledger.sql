-- The run ledger: lines of the period = checked + skipped, with reasons.
\pset null '-'
SELECT run, kind, status, rulebook, lines, lines_checked, lines_skipped, lines_unsettled,
    lines - lines_checked - lines_skipped AS left_out, opened, changed, kept, closed,
    pg_catalog.round(pg_catalog.date_part('epoch', finished_at - started_at)::pg_catalog.numeric, 1) AS seconds
FROM medsup.run WHERE status = 'done' ORDER BY run;
SELECT t.outcome, medsup.word('reason', t.reason, :'lang') AS reason, pg_catalog.sum(t.lines) AS lines
FROM medsup.run_tally t
WHERE t.rule_code IS NULL AND t.run = (SELECT pg_catalog.min(run) FROM medsup.run WHERE status = 'done')
GROUP BY t.outcome, t.reason
ORDER BY t.outcome, 3 DESC;
