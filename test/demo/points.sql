-- One line: what was loaded.
SELECT pg_catalog.format(CASE :'lang'
        WHEN 'zh' THEN '知识点 %s 个：现行 %s，已被替代 %s，缺参数或限定值 %s；不同编码 %s 个，规则类 %s，互斥对 %s'
        ELSE '%s points: %s in force, %s superseded, %s unset; %s distinct codes, %s classes, %s pairs' END,
    medsup.count_text(s.points), medsup.count_text(s.in_force), medsup.count_text(s.points - s.in_force),
    medsup.count_text(s.unset), medsup.count_text(c.codes), s.classes, p.pairs)
FROM (SELECT pg_catalog.count(*) AS points, pg_catalog.count(*) FILTER (WHERE in_force) AS in_force,
             pg_catalog.count(*) FILTER (WHERE status = 'unset') AS unset, pg_catalog.count(DISTINCT rule_class) AS classes
      FROM medsup.knowledge_status) s,
     (SELECT pg_catalog.count(DISTINCT code::pg_catalog.text) AS codes FROM medsup.knowledge_code) c,
     (SELECT pg_catalog.count(*) AS pairs FROM medsup.knowledge_status WHERE kind = 'K5') p;
