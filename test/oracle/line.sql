-- What each entry says of each living line (docs/rulebook.md, 2 and 3).

-- region 510000 covers 51, 510100 covers 5101
CREATE FUNCTION batch.region_fits(region text, place text) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN coalesce(starts_with(place, regexp_replace(region, '(00)+$', '')), true);

CREATE TABLE batch.spoken AS
SELECT e.entry_code, k.role, k.listed, a.*,
       CASE WHEN e.region IS NOT NULL AND CASE e.region_by WHEN 'care' THEN a.care ELSE a.insured END IS NULL THEN 'undecided:region_unknown'
            WHEN e.levels IS NOT NULL AND a.level IS NULL THEN 'undecided:level_unknown'
            WHEN e.access_n IS NOT NULL AND h.holds IS NULL THEN 'undecided:condition_unknown'
            WHEN x.exception_code IS NOT NULL THEN 'exempt:' || x.exception_code
            WHEN e.fund_scope = 'any' THEN NULL
            WHEN a.not_in_scope OR CASE e.fund_scope WHEN 'pool' THEN a.no_pool ELSE a.no_account END THEN 'not_fund_paid:'
            WHEN a.inscp IS NULL THEN 'undecided:inscp_amt_missing' END AS barred
FROM batch.entry e
JOIN (SELECT k.entry_code, k.role, c.code,
             EXISTS (SELECT FROM batch.entry_code l WHERE l.entry_code = k.entry_code AND l.role = 'list' AND starts_with(c.code, l.code)) AS listed
      FROM batch.entry_code k, (SELECT DISTINCT code FROM oracle.code) c WHERE starts_with(c.code, k.code)
      GROUP BY k.entry_code, k.role, c.code
      UNION ALL
      -- an entry without codes speaks of every line
      SELECT e.entry_code, 'main', c.code, false FROM batch.entry e, (SELECT DISTINCT code FROM oracle.code) c
      WHERE NOT EXISTS (SELECT FROM batch.entry_code k WHERE k.entry_code = e.entry_code)) k USING (entry_code)
JOIN batch.alive a ON a.code = k.code
LEFT JOIN batch.holds h ON h.n = e.access_n AND h.id = a.id
LEFT JOIN batch.exempt x ON x.rule_code = e.rule_code AND x.id = a.id
WHERE a.day >= coalesce(e.valid_from, '-infinity') AND a.day <= coalesce(e.valid_to, 'infinity')
  AND (e.region IS NULL OR batch.region_fits(e.region, CASE e.region_by WHEN 'care' THEN a.care ELSE a.insured END))
  AND (e.levels IS NULL OR a.level IS NULL OR a.level = ANY (e.levels))
  AND h.holds IS DISTINCT FROM false;

-- The entry of a smaller region outranks the others on a line: of the same rule
-- (which has one check and scope here), about the same item.
DELETE FROM batch.spoken s
USING batch.entry e
WHERE e.entry_code = s.entry_code
  AND EXISTS (SELECT FROM batch.spoken o JOIN batch.entry r ON r.entry_code = o.entry_code
              WHERE r.rule_code = e.rule_code AND o.id = s.id AND o.role = s.role
                AND length(regexp_replace(r.region, '(00)+$', '')) > coalesce(length(regexp_replace(e.region, '(00)+$', '')), 0)
                AND (e.region IS NULL OR r.region_by = e.region_by)
                -- with codes both, or without them of one name
                AND EXISTS (SELECT FROM batch.entry_code k WHERE k.entry_code = e.entry_code) = EXISTS (SELECT FROM batch.entry_code k WHERE k.entry_code = r.entry_code)
                AND (r.item_name = e.item_name OR e.measure <> 'condition' AND EXISTS (SELECT FROM batch.entry_code k WHERE k.entry_code = e.entry_code))
                AND CASE WHEN e.measure IN ('pair', 'overlap') AND e.at_least IS NULL
                         -- about the sub item, beside all of the main ones
                         THEN s.role = 'sub' AND NOT EXISTS (
                              SELECT FROM batch.alive a WHERE a.c = s.c
                              AND EXISTS (SELECT FROM batch.entry_code k WHERE k.entry_code = e.entry_code AND k.role = 'main' AND starts_with(a.code, k.code))
                              AND NOT EXISTS (SELECT FROM batch.entry_code k WHERE k.entry_code = r.entry_code AND k.role = 'main' AND starts_with(a.code, k.code)))
                         ELSE s.role = 'main' END);

-- Above a ceiling: by the lower one of unit price and amount for one.
CREATE FUNCTION batch.over_price(pric numeric, cnt numeric, amt numeric, ceiling numeric) RETURNS numeric LANGUAGE sql IMMUTABLE
RETURN round(least((nullif(nullif(pric, 0), 'NaN') - ceiling) * cnt, amt - ceiling * cnt, amt), 2);

-- outcome of each line for each entry that judges lines
CREATE TABLE batch.outcome AS
SELECT s.entry_code, s.c, s.id, coalesce(s.barred, CASE e.measure
    WHEN 'sex' THEN CASE WHEN s.gend IS NULL OR s.gend NOT IN ('1', '2') THEN 'undecided:sex_unknown'
                         WHEN (s.gend = '1') = (e.sex = 'male') THEN 'passed:' ELSE 'hit:' END
    WHEN 'age' THEN CASE WHEN s.brdy IS NULL THEN 'undecided:birth_missing'
                         WHEN s.brdy < '1700-01-01' THEN 'undecided:birth_unreadable'
                         WHEN s.brdy::date > s.day OR batch.months(s.brdy::date, s.day) > 150 * 12 THEN 'undecided:birth_implausible'
                         ELSE (SELECT CASE WHEN age < e.age_from OR age >= e.age_below THEN 'hit:' ELSE 'passed:' END
                               FROM (SELECT CASE e.age_unit WHEN 'day' THEN s.day - s.brdy::date WHEN 'month' THEN batch.months(s.brdy::date, s.day)
                                            ELSE batch.months(s.brdy::date, s.day) / 12 END AS age) AS x) END
    WHEN 'insurance' THEN CASE WHEN s.insurance IS NULL THEN 'undecided:insurance_unknown'
                               WHEN s.insurance = ANY (e.insurance) THEN 'passed:' ELSE 'hit:' END
    WHEN 'setting' THEN CASE WHEN s.outside THEN 'undecided:prescriber_unknown'
                             WHEN s.setting IS NULL THEN 'undecided:setting_unknown'
                             -- ordinary outpatient care may hide an internet visit
                             WHEN s.setting IN ('outpatient', 'chronic') AND NOT 'internet' = ANY (e.settings) AND cardinality(e.settings) = 5
                                  AND NOT EXISTS (SELECT FROM medsup.setting_map m WHERE m.setting = 'internet') THEN 'undecided:setting_unknown'
                             WHEN s.setting = ANY (e.settings) THEN 'passed:' ELSE 'hit:' END
    WHEN 'level' THEN CASE WHEN e.level_first_only AND EXISTS (SELECT FROM batch.alive o JOIN batch.entry_code k ON k.entry_code = s.entry_code AND starts_with(o.code, k.code)
                                                                 WHERE o.c = s.c AND o.at < s.at) THEN 'passed:'
                           WHEN s.outside AND s.rx_level IS NULL THEN 'undecided:prescriber_unknown'
                           WHEN NOT s.outside AND s.level IS NULL THEN 'undecided:level_unknown'
                           WHEN CASE WHEN s.outside THEN s.rx_level ELSE s.level END >= e.level_min THEN 'passed:'
                           -- a lower level suffices to one kind of institution
                           WHEN CASE WHEN s.outside THEN s.rx_level ELSE s.level END < coalesce(e.alt_level_min, 9) THEN 'hit:'
                           WHEN s.outside THEN 'undecided:prescriber_unknown'
                           WHEN s.medins_type IS NULL THEN 'undecided:institution_type_unknown'
                           WHEN s.medins_type = e.alt_medins_type THEN 'passed:' ELSE 'hit:' END
    WHEN 'institution_type' THEN CASE WHEN s.outside THEN 'undecided:prescriber_unknown'
                                      WHEN s.medins_type IS NULL THEN 'undecided:institution_type_unknown'
                                      WHEN s.medins_type = ANY (e.medins_types) THEN 'passed:' ELSE 'hit:' END
    WHEN 'department' THEN CASE WHEN s.dept IS NULL AND s.dept2 IS NULL THEN 'undecided:department_unknown'
                                WHEN EXISTS (SELECT FROM unnest(e.departments) d WHERE starts_with(s.dept, d) OR starts_with(s.dept2, d)) THEN 'passed:'
                                ELSE 'hit:' END
    WHEN 'prescriber' THEN CASE WHEN s.grade IS NULL THEN 'undecided:doctor_unknown'
                                WHEN s.grade < e.grade_min THEN 'hit:' ELSE 'passed:' END
    WHEN 'never' THEN 'hit:'
    WHEN 'price' THEN CASE WHEN least(nullif(nullif(s.pric, 0), 'NaN'), s.amt / s.cnt) <= e.limit_value THEN 'passed:'
                           WHEN batch.over_price(s.pric, s.cnt, s.amt, e.limit_value) = 0 THEN 'passed:'
                           WHEN s.pric = 'NaN' THEN 'undecided:price_missing' ELSE 'hit:' END
    WHEN 'programme' THEN CASE WHEN s.setting IS NULL THEN 'undecided:setting_unknown'
                               WHEN s.setting <> 'chronic' THEN 'passed:'
                               WHEN s.dise_no IS NOT NULL AND NOT EXISTS (SELECT FROM unnest(e.programmes) p WHERE starts_with(s.dise_no, p)) THEN 'passed:'
                               WHEN s.listed THEN 'passed:'
                               WHEN EXISTS (SELECT FROM batch.registration r WHERE r.c = s.c AND r.dise_no = s.dise_no AND r.vali_flag = '1'
                                            AND r.begndate::date <= s.day AND r.begndate <> '-infinity'
                                            AND (r.enddate IS NULL OR r.enddate <> '-infinity' AND r.enddate::date >= s.day)) THEN 'hit:'
                               ELSE 'undecided:programme_unknown' END
    END) AS outcome
FROM batch.spoken s JOIN batch.entry e USING (entry_code)
WHERE e.kind IN ('K1', 'K2', 'K9', 'K8') AND e.measure <> 'closure' AND s.role = 'main';

-- an earlier line that was not handed over might free one of these
UPDATE batch.outcome o SET outcome = 'undecided:history_short'
FROM batch.entry e, batch.person p
WHERE e.entry_code = o.entry_code AND p.c = o.c AND e.level_first_only AND o.outcome = 'hit:' AND p.history_from IS NOT NULL;

-- The lines of a finding: role 1 violates, 2 is involved; take / of of the line
-- is what the excess chose of it.
CREATE TABLE batch.member (entry_code text, c int, anchor bigint, window_start timestamp, line bigint, role int, take numeric, of numeric);
CREATE INDEX ON batch.member (entry_code, anchor);
-- id: the first violating line; mdtrt_id: the visit, where it has none;
-- suspected: whatever the rule says.
CREATE TABLE batch.finding (entry_code text, c int, id bigint, scope text, window_start timestamp, excess numeric, vola numeric, vola_max numeric, note text, mdtrt_id text, suspected boolean);
INSERT INTO batch.finding
SELECT o.entry_code, o.c, o.id, 'line', NULL, CASE WHEN e.measure = 'price' THEN p.over ELSE a.cnt END,
       CASE WHEN e.measure = 'price' THEN p.over ELSE a.amt END, CASE WHEN e.measure = 'price' THEN p.over ELSE a.amt END, NULL
FROM batch.outcome o JOIN batch.entry e USING (entry_code) JOIN batch.alive a ON a.id = o.id
CROSS JOIN LATERAL (SELECT batch.over_price(a.pric, a.cnt, a.amt, e.limit_value) AS over) AS p
WHERE o.outcome = 'hit:';
INSERT INTO batch.member
SELECT f.entry_code, f.c, f.id, NULL, f.id, 1, f.vola, a.amt FROM batch.finding f JOIN batch.alive a USING (id);

-- Conditions with codes, or about lines: K11 without codes costs nothing.
INSERT INTO batch.outcome
SELECT s.entry_code, s.c, s.id, coalesce(s.barred, CASE h.holds WHEN true THEN 'hit:' WHEN false THEN 'passed:' ELSE 'undecided:condition_unknown' END)
FROM batch.spoken s JOIN batch.entry e USING (entry_code) JOIN batch.holds h ON h.n = e.condition_n AND h.id = s.id
WHERE e.what IN ('condition codes', 'condition line') AND s.role = 'main';
INSERT INTO batch.finding (entry_code, c, id, scope, excess, vola, vola_max)
SELECT o.entry_code, o.c, o.id, 'line', a.cnt, x.amt, x.amt
FROM batch.outcome o JOIN batch.entry e USING (entry_code) JOIN batch.alive a USING (id)
CROSS JOIN LATERAL (SELECT CASE e.what WHEN 'condition codes' THEN a.amt ELSE 0 END AS amt) AS x
WHERE e.what IN ('condition codes', 'condition line') AND o.outcome = 'hit:';
INSERT INTO batch.member
SELECT f.entry_code, f.c, f.id, NULL, f.id, 1, 1, 1 FROM batch.finding f JOIN batch.entry e USING (entry_code) WHERE e.what = 'condition codes';

-- Those about visits are asked once a visit: its lines that count share the
-- answer, a visit without lines gives it itself.
INSERT INTO batch.outcome
SELECT s.entry_code, s.c, s.id, coalesce(s.barred, CASE h.holds WHEN true THEN 'hit:' WHEN false THEN 'passed:' ELSE 'undecided:condition_unknown' END)
FROM batch.spoken s JOIN batch.entry e USING (entry_code) JOIN batch.holds h ON h.n = e.condition_n AND h.mdtrt_id = s.mdtrt_id AND h.id IS NULL
WHERE e.what = 'condition visit';
INSERT INTO batch.finding (entry_code, c, id, scope, excess, vola, vola_max)
SELECT DISTINCT ON (o.entry_code, a.mdtrt_id) o.entry_code, o.c, o.id, 'visit', a.cnt, 0, 0
FROM batch.outcome o JOIN batch.entry e USING (entry_code) JOIN batch.alive a USING (id)
WHERE e.what = 'condition visit' AND o.outcome = 'hit:' ORDER BY o.entry_code, a.mdtrt_id, a.at;

CREATE TABLE batch.visit_spoken AS
SELECT e.entry_code, e.rule_code, v.c, v.mdtrt_id, e.item_name, e.region, e.region_by,
       e.region IS NULL OR v.place IS NOT NULL AS region_known,
       (e.region IS NULL OR v.place IS NOT NULL) AND (e.levels IS NULL OR lv.level IS NOT NULL) AND (e.access_n IS NULL OR h.holds) AND x.exception_code IS NULL AS speaks
FROM batch.entry e
JOIN batch.encounter n ON n.vali_flag = '1' AND NOT EXISTS (SELECT FROM batch.alive a WHERE a.mdtrt_id = n.mdtrt_id)
CROSS JOIN LATERAL (SELECT n.c, n.mdtrt_id, CASE e.region_by WHEN 'care' THEN n.fix_blng_admdvs ELSE n.insu_admdvs END AS place, n.begntime::date AS day) AS v
LEFT JOIN medsup.level_map lv ON lv.hosp_lv = n.hosp_lv
LEFT JOIN batch.holds h ON h.n = e.access_n AND h.mdtrt_id = n.mdtrt_id AND h.id IS NULL
LEFT JOIN batch.exempt x ON x.rule_code = e.rule_code AND x.mdtrt_id = n.mdtrt_id AND x.id IS NULL
WHERE (e.what = 'condition visit' OR e.kind = 'K12' AND NOT EXISTS (SELECT FROM batch.entry_code k WHERE k.entry_code = e.entry_code))
  AND v.day >= coalesce(e.valid_from, '-infinity') AND v.day <= coalesce(e.valid_to, 'infinity')
  AND (e.region IS NULL OR batch.region_fits(e.region, v.place)) AND (e.levels IS NULL OR lv.level IS NULL OR lv.level = ANY (e.levels))
  AND h.holds IS DISTINCT FROM false;

INSERT INTO batch.finding (entry_code, c, mdtrt_id, scope, vola, vola_max)
SELECT s.entry_code, s.c, s.mdtrt_id, 'visit', 0, 0
FROM batch.visit_spoken s JOIN batch.entry e USING (entry_code)
JOIN batch.holds h ON h.n = e.condition_n AND h.mdtrt_id = s.mdtrt_id AND h.id IS NULL AND h.holds
WHERE e.what = 'condition visit' AND s.speaks AND NOT EXISTS (SELECT FROM batch.visit_spoken r
    WHERE r.rule_code = s.rule_code AND r.mdtrt_id = s.mdtrt_id AND r.item_name = s.item_name AND (s.region IS NULL OR r.region_by = s.region_by)
      AND length(regexp_replace(r.region, '(00)+$', '')) > coalesce(length(regexp_replace(s.region, '(00)+$', '')), 0));
