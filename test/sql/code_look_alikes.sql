-- Every character that reading of dirty text maps, one by one, and the ones
-- that it must leave alone; the same in keys of names.
SET search_path = public, medsup;

-- letters of other alphabets, as the first letter of a diagnosis
SELECT string_agg(COALESCE(try_icd10(c || '10.900')::text, '-'), ' ') AS cyrillic
FROM regexp_split_to_table(E'\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425', '') AS c;
SELECT string_agg(COALESCE(try_icd10(c || '10.900')::text, '-'), ' ') AS greek
FROM regexp_split_to_table(E'\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7', '') AS c;

-- signs: where each stands, what it becomes, NULL where it is refused
SELECT s.sign, string_agg(c || ' ' || COALESCE(try_fee_item(replace(s.cell, '?', chr(x.point)))::text,
                                               try_icd10(replace(s.cell, '?', chr(x.point)))::text, 'refused'), ', ' ORDER BY c COLLATE "C") AS read
FROM (VALUES ('hyphen', '~A?1', '{2010,2011,2013,2014,2212,fe63,ff0d,2012,2015}'::text[]),
             ('slash', '~A?1', '{2215,2044,ff0f,29f8}'),
             ('plus', 'E11.200?N08.3*', '{2020,ff0b,2021}'),
             ('star', 'E11.200+N08.3?', '{2217,204e,ff0a,2731}'),
             ('x', 'I10.?00', '{00d7,ff58,0445,03c7}'),
             ('dot', 'E11?900', '{3002,ff61,00b7,30fb,ff65,ff0e,2022}'),
             ('outer blank', '?E11.900?', '{0009,000d,3000,00a0,200b,feff,00ad,2060,200d,2028,0085}')) AS s (sign, cell, points),
     unnest(s.points) AS c, LATERAL (SELECT ('x' || lpad(c, 8, '0'))::bit(32)::int) AS x (point)
GROUP BY s.sign ORDER BY s.sign COLLATE "C";

-- names in official lists and exports: each pair is one name, but for the last
SELECT what, name_key(a) = name_key(b) AS same
FROM (VALUES (1, 'Greek Iota for a Roman one', E'冠状动脉\u0399型', '冠状动脉I型'),
             (2, 'Roman numeral', E'\u2161型', 'II型'),
             (3, 'full-width solidus, percent, tilde, comma, letter', E'1\uff0f2\uff05\uff5e3\uff0c4\uff47', '1/2%~3,4g'),
             (4, 'division slash', E'1\u22152', '1/2'),
             (5, 'prime', E'5\u2032', '5'''),
             (6, 'em dash', E'a\u2014b', 'a-b'),
             (7, 'full-width hyphen', E'a\uff0db', 'a-b'),
             (8, 'subscript', E'D\u2083', 'D3'),
             (9, 'superscript', E'm\u00b2', 'm2'),
             (10, 'brackets', E'\uff08甲\uff09\uff3b乙\uff3d', '(甲)[乙]'),
             (11, 'ideographic space', E'甲\u3000乙', '甲乙'),
             (12, 'line break of an extraction', E'有限公\n司', '有限公司'),
             (13, 'private use: nobody knows what it is', E'甲\ue005乙', '甲乙')) AS v (n, what, a, b)
ORDER BY n;
