-- Some first entries of a rule are superseded by its second one.
-- A superseded entry judges acts up to the day before its successor's first.
INSERT INTO medsup.knowledge_supersedes (entry_code, supersedes)
SELECT n.entry_code, o.entry_code FROM batch.entry n JOIN batch.entry o USING (rule_code)
WHERE n.entry_code LIKE '%-2' AND o.entry_code LIKE '%-1' AND oracle.r(2, n.s || 'supersedes') = 0;
UPDATE batch.entry o SET valid_to = least(o.valid_to, coalesce(n.valid_from - 1, '-infinity'))
FROM medsup.knowledge_supersedes s JOIN batch.entry n ON n.entry_code = s.entry_code
WHERE s.supersedes = o.entry_code;
DELETE FROM batch.entry WHERE valid_to < coalesce(valid_from, '0001-01-01');
