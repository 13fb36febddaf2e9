-- The set filter of :spans ranges, without an index.

INSERT INTO form (contender, form, timed)
SELECT name, f.form, format('SELECT count(*) FROM %s_%s WHERE %s', :'family', name, CASE f.form
           WHEN '<@' THEN format('code <@ %L::%smultirange', set_of(:spans), :'type')
           WHEN 'left' THEN format('left(code, %s) = ANY (%L)', s.width, all_of(:spans))
           ELSE one_of(:spans, CASE WHEN is_text AND name <> 'text_c' THEN ' COLLATE "C"' ELSE '' END, name = 'ltree') END)
FROM contender, subject AS s,
     (VALUES (1, 'code', '<@'), (2, 'text', 'ranges'), (3, 'text', 'left'), (4, 'ltree', 'ranges')) AS f (nr, who, form)
WHERE f.who = CASE WHEN is_text THEN 'text' ELSE name END ORDER BY contender.nr, f.nr;
CALL race(:'family', :'op');
