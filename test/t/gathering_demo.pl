# Gatherings planted in the demo warehouse are found, with p-values: groups that
# travel together, a village that is admitted within a week, a street that buys
# one drug.  In warehouses whose patients and days were dealt anew, by statements
# that share nothing with the functions, there are no more than the level says.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;

my $node = medsup_node('gatherings', conf => "fsync = off\njit = off\nwork_mem = 64MB\n");
my $gen = PostgreSQL::Test::Utils::tempdir() . '/gen_warehouse';
system_or_bail('make', '-s', '-f', "$FindBin::RealBin/../demo/gen.mk", "GEN=$gen");

sub sql { return $node->safe_psql('postgres', join(' ', @_)); }

sql('CREATE SCHEMA wh; SET search_path = wh;' . qx("$gen" --schema --typed));
foreach my $table (qw(mdtrt_d setl_d outmed_setl_d fee_list_d place_d truth_gathering))
{
	my $file = PostgreSQL::Test::Utils::tempdir() . "/$table.copy";
	system(qq("$gen" --table $table --sf 0.5 --typed >"$file")) == 0 or BAIL_OUT("no $table");
	sql("\\copy wh.$table FROM '$file'");
	unlink $file;
}
sql('CREATE INDEX ON wh.fee_list_d (mdtrt_id); ANALYZE', q{;
	SELECT medsup.bind_source('encounter', 'wh.mdtrt_d', '{"attributes": "jsonb_build_object(''mdtrt_cert_type'', t.mdtrt_cert_type, ''opter_id'', (SELECT min(l.opter_id) FROM wh.fee_list_d l WHERE l.mdtrt_id = t.mdtrt_id))"}'),
	       medsup.bind_source('settlement', 'wh.setl_d'), medsup.bind_source('settlement', 'wh.outmed_setl_d'),
	       medsup.bind_source('fee_line', 'wh.fee_list_d'), medsup.bind_source('place', 'wh.place_d');
	CREATE TABLE visit AS SELECT * FROM medsup.gathering_visits('2026-03-01', '2026-11-30') WHERE NOT doubtful;
	CREATE TABLE home AS SELECT psn_no, admdvs AS village, place FROM medsup.patient_places(1000) WHERE length(admdvs) = 12;
	CREATE TABLE village AS SELECT village, ST_Centroid(ST_Collect(place::geometry))::geography AS place FROM home GROUP BY village;
	ANALYZE});
is(sql(q{SELECT count(*) FROM wh.truth_gathering t LEFT JOIN visit v USING (mdtrt_id) WHERE v.psn_no IS DISTINCT FROM t.psn_no OR v.fixmedins_code IS DISTINCT FROM t.fixmedins_code}),
	'0', 'every planted visit is a visit');
note(sql(q{SELECT count(*) || ' visits, planted: ' || (SELECT string_agg(g, ', ') FROM (SELECT count(DISTINCT gathering) || ' ' || kind AS g FROM wh.truth_gathering GROUP BY kind) k) FROM visit}));

# ------------------------------------------------------------- together -----
my $setting = 'medsup.covisit_setting()';
sql(qq{
	CREATE TABLE together AS
	SELECT 'covisit' AS what, g.members, g.places, g.first_day, g.last_day, g.p_value
	FROM (SELECT medsup.covisit_groups(psn_no, fixmedins_code, at, $setting) AS groups FROM visit) q CROSS JOIN LATERAL unnest(q.groups) g;
	CREATE VIEW planted AS SELECT gathering, kind, array_agg(DISTINCT psn_no::text) AS members FROM wh.truth_gathering GROUP BY 1, 2});
is(sql(q{SELECT gathering FROM planted p WHERE kind = 'travel'
		AND NOT EXISTS (SELECT FROM together g WHERE g.p_value <= 0.05 AND 2 * cardinality(ARRAY(SELECT unnest(g.members) INTERSECT SELECT unnest(p.members))) > cardinality(p.members))}),
	'', 'of every group that travels together most members are found');
is(sql(q{SELECT g.members FROM together g WHERE NOT EXISTS (SELECT FROM planted p WHERE kind = 'travel' AND g.members <@ p.members)}),
	'', 'nobody else');
note(sql(q{SELECT string_agg(format('%s: %s of %s, p %s', p.gathering, cardinality(g.members), cardinality(p.members), g.p_value), E'\n')
	FROM planted p JOIN together g ON g.members <@ p.members}));

# as findings they show the cards, the clerk and who followed whom, and prove themselves
$node->safe_psql('postgres', 'SELECT medsup.load_bundled_knowledge(); SELECT medsup.publish_rulebook()');
sql(q{SELECT medsup.review_gatherings('together', '[2026-03-01, 2026-12-01)')});
is(sql(q{SELECT count(*) = (SELECT count(*) FROM together), bool_and(p_value <= 0.05), bool_and(visits > 3 * members), bool_and(consecutive > 0.3 * visits) FROM medsup.gathering}),
	't|t|t|t', 'findings have p-values, and members follow each other');
is(sql(q{
	SELECT bool_and(g.physical_cards > 2 * a.cards), bool_and(g.same_operator > 2 * a.clerk) FROM medsup.gathering g CROSS JOIN (
		SELECT avg((mdtrt_cert_type = '03')::int) AS cards, (SELECT max(n) / sum(n) FROM (SELECT count(*) AS n FROM wh.fee_list_d GROUP BY opter_id) o) AS clerk FROM wh.mdtrt_d) a}),
	't|t', 'they bring the cards, to one clerk, more than twice as often as others');
is(sql(q{SELECT bool_and(v.ok) FROM medsup.finding f CROSS JOIN LATERAL medsup.verify_finding(f.finding_id) v}), 't', 'findings prove themselves');
is(sql(q{SELECT count(*) FROM medsup.gathering_map m JOIN wh.place_d p USING (fixmedins_code) WHERE ST_DWithin(m.place, ST_SetSRID(ST_MakePoint(p.lnt, p.lat), 4490), 0)}),
	sql(q{SELECT count(DISTINCT p) FROM together, unnest(places) p}), 'and their institutions are on the map');

# ------------------------------------------- a village, a hospital, a week ---
# one scan a hospital, so the level is shared among hospitals
sub scans
{
	my ($days, $from) = @_;
	return qq{
		SELECT s.fixmedins_code, c.*
		FROM (SELECT v.fixmedins_code, medsup.space_time_scan(v.village, a.place, v.day, medsup.scan_setting(metres => 500, days => $days, alpha => 1)) AS found
		      FROM ($from) v JOIN village a USING (village) GROUP BY v.fixmedins_code HAVING count(*) > 1) s CROSS JOIN LATERAL unnest(s.found) c};
}
my $admitted = q{SELECT v.fixmedins_code, v.psn_no, h.village, v.at::date AS day FROM visit v JOIN home h USING (psn_no) WHERE v.setting = 'inpatient'};
sql('CREATE TABLE week AS WITH c AS (' . scans(7, $admitted) . q{) SELECT * FROM c WHERE p_value <= 0.05 / (SELECT count(DISTINCT fixmedins_code) FROM visit WHERE setting = 'inpatient')});
my $hit = q{EXISTS (SELECT FROM wh.truth_gathering t JOIN home h USING (psn_no) JOIN visit v USING (mdtrt_id) WHERE t.kind = 'village' AND t.fixmedins_code = w.fixmedins_code AND h.village = ANY (w.places) AND v.at::date BETWEEN w.first_day AND w.last_day %s)};
is(sql(q{SELECT gathering FROM planted p WHERE kind = 'village' AND NOT EXISTS (SELECT FROM week w WHERE }, sprintf($hit, 'AND t.gathering = p.gathering'), ')'),
	'', 'every village that came in a week is found');
is(sql(q{SELECT places, first_day, last_day FROM week w WHERE NOT }, sprintf($hit, '')), '', 'no other village');
note(sql(q{SELECT string_agg(format('%s cases where %s are expected, p %s', cases, round(expected::numeric, 1), p_value), E'\n') FROM week}));

# ------------------------------------------------- a street and one drug ----
# a patient is one case of a drug: when he had it first
sql(q{
	CREATE TABLE first_had AS
	SELECT f.med_list_codg AS drug, f.psn_no, min(f.fee_ocur_time)::date AS day, ST_SnapToGrid(min(h.place::geometry), 0.005) AS spot
	FROM medsup.src_fee_line f JOIN medsup.patient_places(500) h USING (psn_no)
	WHERE f.med_list_codg ~ '^[XZ][A-Z0-9]{14,22}$' AND f.fee_ocur_time >= '2026-03-01' GROUP BY 1, 2;
	CREATE TABLE street AS
	WITH c AS (
		SELECT s.drug, c.* FROM (
			SELECT drug, medsup.space_time_scan(ST_AsText(spot), spot::geography, day,
				medsup.scan_setting(metres => 600, days => 10, replications => 2999, stop_after => 5, alpha => 1, clusters => 3)) AS found
			FROM first_had GROUP BY drug HAVING count(*) > 1) s CROSS JOIN LATERAL unnest(s.found) c)
	SELECT * FROM c WHERE p_value <= 0.05 / (SELECT count(DISTINCT drug) FROM first_had)});
$hit = q{EXISTS (SELECT FROM wh.truth_gathering t JOIN first_had f USING (psn_no) JOIN wh.fee_list_d l ON l.mdtrt_id = t.mdtrt_id AND l.med_list_codg = f.drug
	WHERE t.kind IN ('street', 'village') AND f.drug = w.drug AND ST_AsText(f.spot) = ANY (w.places) AND f.day BETWEEN w.first_day AND w.last_day %s)};
is(sql(q{SELECT gathering FROM planted p WHERE kind = 'street' AND NOT EXISTS (SELECT FROM street w WHERE }, sprintf($hit, 'AND t.gathering = p.gathering'), ')'),
	'', 'every street that bought one drug is found');
is(sql(q{SELECT drug, places, first_day, last_day FROM street w WHERE NOT }, sprintf($hit, '')), '', 'nothing else but villages that had it in hospital');
note(sql(q{SELECT string_agg(format('%s: %s cases where %s are expected, p %s', drug, cases, round(expected::numeric, 1), p_value), E'\n') FROM street}));
# who it was, by density
is(sql(q{
	WITH c AS (
		SELECT drug, cluster, array_agg(DISTINCT psn_no::text) AS members
		FROM (SELECT f.drug, f.psn_no, medsup.st_dbscan(h.place, f.day::timestamp AT TIME ZONE 'Asia/Shanghai', 100, '7 days', 5) OVER (PARTITION BY f.drug) AS cluster
		      FROM first_had f JOIN medsup.patient_places(100) h USING (psn_no)) q
		WHERE cluster IS NOT NULL GROUP BY drug, cluster)
	SELECT p.gathering FROM planted p WHERE kind = 'street' AND NOT EXISTS (SELECT FROM c WHERE 3 * cardinality(ARRAY(SELECT unnest(c.members) INTERSECT SELECT unnest(p.members))) > 2 * greatest(cardinality(p.members), cardinality(c.members)))}),
	'', 'and two thirds of its members hang together, with few others');

# ------------------------------------------------------ warehouses of chance --
# patients dealt anew among the visits of a place within twelve weeks
my ($warehouses, $false, $met) = (20, 0, 0);
foreach my $seed (1 .. $warehouses)
{
	my ($groups, $pairs) = split /\|/, sql(qq{
		SELECT cardinality(medsup.covisit_groups(psn_no, fixmedins_code, at, $setting)),
		       cardinality(medsup.covisit_pairs(psn_no, fixmedins_code, at, medsup.covisit_setting(days => 2, fdr => 1, slot => NULL)))
		FROM (SELECT fixmedins_code, unnest(array_agg(at ORDER BY mdtrt_id)) AS at, unnest(array_agg(psn_no ORDER BY md5('$seed' || mdtrt_id))) AS psn_no
		      FROM visit GROUP BY fixmedins_code, (at::date - '2026-03-01') / 84) dealt});
	$false++ if $groups > 0;
	$met += $pairs;
}
cmp_ok($met, '>', $warehouses, "dealt anew, people still meet on two days ($met pairs in $warehouses warehouses)");
cmp_ok($false, '<=', 0.05 * $warehouses, "but at the level of 0.05 in $false of $warehouses warehouses do they gather");

# days dealt anew among the patients whom a hospital admits
$false = 0;
my $scans = 0;
foreach my $seed (1 .. $warehouses)
{
	my $dealt = qq{
		SELECT fixmedins_code, unnest(array_agg(village ORDER BY psn_no, day)) AS village, unnest(array_agg(day ORDER BY md5('$seed' || psn_no || day))) AS day
		FROM ($admitted) x GROUP BY fixmedins_code};
	my ($n, $small) = split /\|/, sql('SELECT count(*), count(*) FILTER (WHERE p <= 0.05) FROM (SELECT fixmedins_code, min(p_value) AS p FROM (',
		scans(7, $dealt), ') c GROUP BY 1) q');
	$scans += $n;
	$false += $small;
}
# three standard deviations
cmp_ok($false, '<=', 0.05 * $scans + 3 * sqrt(0.05 * 0.95 * $scans), "of $scans scans of chance $false are below 0.05");
cmp_ok($scans, '>=', 10 * $warehouses, 'which are enough to tell');

$node->stop;
done_testing();
