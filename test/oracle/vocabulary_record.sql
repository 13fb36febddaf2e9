-- What is said of records and of lines beside each other: diagnoses, programmes,
-- prerequisites, closed prescriptions.

INSERT INTO oracle.code VALUES (100, 'T000700200'), (101, 'T001700233'), (102, 'T000100100'), (103, 'T000700201');
INSERT INTO oracle.listed VALUES (100, 'T000700200'), (101, 'T001700233'), (102, 'T0007'), (103, 'T000100100');

INSERT INTO oracle.ask (kind, measure, scope, count_key)
SELECT v.kind, v.measure, v.scope, NULL
FROM (VALUES ('K2', 'programme', 'line'), ('K3', 'diagnosis', 'line'), ('K3', 'diagnosis', 'line'), ('K9', 'closure', 'prescription')) AS v (kind, measure, scope),
     generate_series(1, 2);

INSERT INTO oracle.ask (kind, measure, scope, count_key)
SELECT 'K4', 'prerequisite', s, k
FROM unnest('{prescription,hour,day,rolling,visit,stay,lifetime}'::text[]) AS s,
     unnest('{person_institution,person,encounter,prescription,doctor,department}'::text[]) AS k;
