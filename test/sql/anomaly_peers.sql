\set SHOW_CONTEXT never
-- Peer groups: as fine as they can be, each institution in one
CREATE DATABASE regress_medsup_peers;
\c regress_medsup_peers
SET client_min_messages = warning;
CREATE EXTENSION medsup CASCADE;
SELECT medsup.propose_peers();
SELECT medsup.peer_keys(3, ' A1 ', '440106'), medsup.peer_keys(NULL, '', NULL);
CREATE TABLE hospital (fixmedins_code text, fixmedins_name text, hosp_lv text, medins_type text, admdvs text);
INSERT INTO hospital
-- a county with five of its own, three counties of one city with two each, one alone in its province, one of another type, one of another level, two unknown
SELECT 'A' || n, NULL, '05', 'A1', '440106' FROM generate_series(1, 5) n
UNION ALL SELECT 'B' || n, NULL, '05', 'A1', '44030' || (n + 1) / 2 FROM generate_series(1, 6) n
UNION ALL SELECT 'C1', NULL, '05', 'A1', '441201'
UNION ALL SELECT 'D1', NULL, '05', 'B2', '440106'
UNION ALL SELECT 'E1', NULL, '02', 'A1', '440106'
UNION ALL SELECT 'F1', NULL, 'XX', NULL, NULL
UNION ALL SELECT 'F2', NULL, NULL, 'A1', '  ';
SELECT count(*) FROM medsup.bind_source('provider', 'hospital');
SELECT fixmedins_code, peer, peers, parent, warnings FROM medsup.propose_peers(5);
SELECT fixmedins_code, peer, peers, parent, warnings FROM medsup.propose_peers(2) WHERE fixmedins_code ~ '[B-F]';
-- every institution once, and no group below the number but for the coarsest
SELECT min_peers, count(*) AS rows, count(DISTINCT fixmedins_code) AS institutions, count(DISTINCT peer) AS groups,
    bool_and(peers >= min_peers OR 'few_peers' = ANY (warnings)) AS large, bool_and(peer = ANY (keys)) AS own, bool_and(peers = n) AS counted
FROM generate_series(1, 16) min_peers, LATERAL (SELECT p.*, count(*) OVER (PARTITION BY p.peer) AS n FROM medsup.propose_peers(min_peers) p) p
GROUP BY min_peers ORDER BY min_peers;
-- a local level outranks the shipped one
INSERT INTO medsup.level_map VALUES ('XX', 3, 'local', 'made up');
SELECT keys[1], warnings FROM medsup.propose_peers(2) WHERE fixmedins_code = 'F1';
SELECT * FROM medsup.propose_peers(0);
SELECT * FROM medsup.propose_peers(NULL);
\c contrib_regression
DROP DATABASE regress_medsup_peers;
