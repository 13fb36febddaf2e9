# The doors for single claims on a hot standby: the same answers as on the
# primary, nothing written, and the one door that writes refused.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;

my $primary = medsup_node('primary', allows_streaming => 1);
$primary->safe_psql(
	'postgres', q{
SELECT medsup.load_bundled_knowledge();
SELECT medsup.publish_rulebook();
CREATE TABLE mdtrt_d (mdtrt_id text, psn_no text, gend text, brdy text, fixmedins_code text, insutype text, med_type text, begntime text);
CREATE TABLE fee_list_d (feedetl_sn text, mdtrt_id text, setl_id text, psn_no text, fixmedins_code text, fee_ocur_time text,
    med_list_codg text, cnt text, pric text, det_item_fee_sumamt text, fulamt_ownpay_amt text, inscp_amt text);
INSERT INTO mdtrt_d VALUES ('M0', 'P1', '2', '1980-05-06', 'H1', '310', '11', '2026-03-01 08:00:00');
INSERT INTO fee_list_d VALUES ('1', 'M0', '', 'P1', 'H1', '2026-03-01 08:30:00', 'XL02BBA326A001010102180', '1', '30', '30', '0', '30');
SELECT medsup.bind_source('encounter', 'mdtrt_d');
SELECT medsup.bind_source('fee_line', 'fee_list_d');
});
my $standby = medsup_standby($primary);

my $claim = q('{"person": {"psn_no": "P1", "gend": "2", "brdy": "1980-05-06"},
 "encounters": [{"mdtrt_id": "M1", "fixmedins_code": "H1", "insutype": "310", "med_type": "11", "begntime": "2026-03-02"}],
 "lines": [{"feedetl_sn": "1", "mdtrt_id": "M1", "fee_ocur_time": "2026-03-02 09:30:00", "med_list_codg": "XL02BBA326A001010102180", "cnt": 2, "pric": 30, "det_item_fee_sumamt": 60, "inscp_amt": 60}]}'::jsonb);
my $request = q('{"input": {"data": {"task_id": "T1", "patient_dtos": {"patn_id": "P1", "gend": "2", "brdy": "1980-05-06",
 "fsi_encounter_dtos": {"mdtrt_id": "M1", "medins_id": "H1", "adm_date": "2026-03-02", "med_type": "11", "insutype": "310",
 "fsi_order_dtos": {"rx_id": "1", "hilist_code": "XL02BBA326A001010102180", "cnt": 2, "pric": 30, "sumamt": 60}}}}}}'::jsonb);
my %door = (
	'check_claim' =>
	  "SELECT string_agg(encode(finding_id, 'hex') || encode(content_digest, 'hex'), ' ' ORDER BY mdtrt_id) FROM medsup.check_claim($claim)",
	'check_claim with history' =>
	  "SELECT string_agg(encode(finding_id, 'hex') || encode(content_digest, 'hex'), ' ' ORDER BY mdtrt_id) FROM medsup.check_claim($claim, history => true)",
	'check_3101' => "SELECT medsup.check_3101($request)",
	'check_3102 of text' => "SELECT medsup.check_3102(($request)::text)",
	'a bad request' => "SELECT medsup.check_3101('{'::text)",
	'conformance' =>
	  "SELECT count(*) || ' ' || bool_and(ok) FROM medsup.conformance() WHERE rule_code IN ('N25-027', 'N25-056', 'N25-043')",
	'line_hits' =>
	  'SELECT medsup.line_hits(ROW(f.*)::medsup.claim_fee_line, ROW(e.*)::medsup.claim_encounter) FROM medsup.src_fee_line f JOIN medsup.src_encounter e USING (mdtrt_id)');
foreach my $name (sort keys %door)
{
	my $here = $primary->safe_psql('postgres', $door{$name});
	my $there = $standby->safe_psql('postgres', $door{$name});

	ok(length $here, "$name answers on the primary");
	is($there, $here, "$name answers the same on the standby");
}
my ($rc, $out, $err) =
  $standby->psql('postgres', $door{'check_claim with history'});
is(scalar(split(/ /, $out)), 2, 'the history was read on the standby');
($rc, $out, $err) = $standby->psql('postgres',
	q(SELECT medsup.feedback_3103('{"warn_type": "1", "warns": {"warn_rslt_id": "J1", "dspo_way": "2"}}'))
);
like($err, qr/read-only transaction/, 'feedback is for the primary');

# a new book reaches the standby
$primary->safe_psql(
	'postgres', q{
INSERT INTO medsup.rule_setting (rule_code, enabled) VALUES ('N25-067', false);
SELECT medsup.publish_rulebook();
});
$primary->wait_for_catchup($standby);
is( $standby->safe_psql(
		'postgres', "SELECT count(*) FROM medsup.check_claim($claim)"),
	'0',
	'the standby checks with the new book');
is( $standby->safe_psql(
		'postgres', "SELECT count(*) FROM medsup.check_claim($claim, 1)"),
	'1',
	'and with the old one when asked');

done_testing();
