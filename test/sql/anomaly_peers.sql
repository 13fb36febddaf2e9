\set SHOW_CONTEXT never
-- Peer groups: as fine as they can be, each institution in one
CREATE DATABASE regress_medsup_peers;
\c regress_medsup_peers
SET client_min_messages = warning;
CREATE EXTENSION medsup CASCADE;
SELECT medsup.propose_peers();
SELECT medsup.peer_keys(3, ' A1 ', '440106'), medsup.peer_keys(NULL, '', NULL);
SELECT (medsup.peer_keys(2, '中医/中西医', '440106'))[1];
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
-- with the case mix: by the main diagnosis of discharge, void ones and unreadable ones left out
SELECT * FROM medsup.propose_peers(2, case_mix => true);
SELECT medsup.peer_keys(3, 'A1', '440106', '7'), medsup.peer_keys(3, 'A1', '440106', ' ');
CREATE TABLE visit (mdtrt_id text, psn_no text, gend text, brdy text, insutype text, med_type text, begntime text, endtime text, fixmedins_code text, vali_flag text);
CREATE TABLE diagnosis (mdtrt_id text, psn_no text, diag_code text, maindiag_flag text, inout_diag_type text, vali_flag text);
INSERT INTO visit SELECT format('%s-%s', h.fixmedins_code, v), 'P' || v, '1', '1980-01-01', '310', '21', '2025-01-01', '2025-01-02', h.fixmedins_code, '1'
FROM hospital h, generate_series(1, 40) v WHERE h.fixmedins_code ~ '^[AB]' AND (h.fixmedins_code <> 'A5' OR v <= 3);
-- eyes at A1 to A3, three quarters of them; a bit of everything elsewhere
INSERT INTO diagnosis SELECT v.mdtrt_id, v.psn_no, CASE WHEN v.fixmedins_code ~ '^A[123]$' AND n % 4 > 0 THEN 'H25.000' ELSE (ARRAY['J18.900', 'I10.x00', 'K29.500', 'N18.900'])[1 + n % 4] END, '1', '2', '1'
FROM visit v, LATERAL (SELECT split_part(v.mdtrt_id, '-', 2)::int AS n) x;
INSERT INTO diagnosis SELECT mdtrt_id, psn_no, 'H25.000', '1', '1', '1' FROM visit WHERE fixmedins_code = 'B1';
INSERT INTO diagnosis SELECT mdtrt_id, psn_no, 'H25.000', '0', '2', '1' FROM visit WHERE fixmedins_code = 'B2';
INSERT INTO diagnosis SELECT mdtrt_id, psn_no, '不详', '1', '2', '1' FROM visit WHERE fixmedins_code = 'B3';
UPDATE visit SET vali_flag = '0' WHERE mdtrt_id ~ '^B4-[1-9]$';
SELECT count(*) FROM medsup.bind_source('encounter', 'visit', '{"hosp_lv": "NULL", "fix_blng_admdvs": "NULL"}');
SELECT count(*) FROM medsup.bind_source('diagnosis', 'diagnosis');
SELECT fixmedins_code, case_mix, cases, round(share::numeric, 3) AS share FROM medsup.case_mix();
SELECT fixmedins_code, case_mix FROM medsup.case_mix(1, 0.8) WHERE fixmedins_code IN ('A1', 'A5');
SELECT fixmedins_code, peer, peers, parent, warnings FROM medsup.propose_peers(2, case_mix => true) WHERE fixmedins_code ~ '^[ABC]';
SELECT fixmedins_code, keys FROM medsup.propose_peers(2, case_mix => true) WHERE fixmedins_code = 'A1';
SELECT min_peers, count(*) AS rows, count(DISTINCT fixmedins_code) AS institutions,
    bool_and(peers >= min_peers OR 'few_peers' = ANY (warnings)) AS large, bool_and(peer = ANY (keys)) AS own, bool_and(peers = n) AS counted
FROM generate_series(1, 16, 3) min_peers, LATERAL (SELECT p.*, count(*) OVER (PARTITION BY p.peer) AS n FROM medsup.propose_peers(min_peers, true) p) p
GROUP BY min_peers ORDER BY min_peers;
SELECT * FROM medsup.case_mix(0);
SELECT * FROM medsup.case_mix(1, 0);
SELECT * FROM medsup.propose_peers(0);
SELECT * FROM medsup.propose_peers(NULL);
-- a reader ranks providers, and sees none of their rows
CREATE ROLE regress_medsup_peer;
SELECT medsup.grant_access('regress_medsup_peer', 'reader');
SET ROLE regress_medsup_peer;
SELECT count(*) FROM medsup.propose_peers(2, case_mix => true);
SELECT count(*) FROM medsup.case_mix();
SELECT count(*) FROM medsup.src_diagnosis;
RESET ROLE;
SELECT medsup.revoke_access('regress_medsup_peer', 'reader');
\c contrib_regression
DROP DATABASE regress_medsup_peers;
DROP ROLE regress_medsup_peer;
