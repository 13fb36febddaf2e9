# Nights that look at what changed end with the findings of nights that look at
# everybody: random histories of changes in two databases, one with each kind of
# night, and a third one that audits once from the start now and then.
#   NIGHT_SEED=42 NIGHT_HISTORIES=1000 repeats or prolongs them.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;

my $seed = $ENV{NIGHT_SEED} // int(rand(2**31));
my $n_histories = $ENV{NIGHT_HISTORIES} // 200;
my $block = 10;                # histories until everything is audited from the start
diag("NIGHT_SEED=$seed NIGHT_HISTORIES=$n_histories");
srand($seed);

my $node = medsup_node('histories', conf => "medsup.audit_workers = 0\nfsync = off\nsynchronous_commit = off\njit = off\n");
$node->command_ok(
	[ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-f', "$FindBin::RealBin/../data/night_fixture.sql", 'postgres' ],
	'a very small warehouse');
$node->safe_psql('postgres', q{
CREATE TABLE said (place int GENERATED ALWAYS AS IDENTITY, history int, night int, findings text, standing text, n bigint, changed_only boolean);
SELECT medsup.set_nightly(NULL, full_share => 1);
CREATE FUNCTION say(history int, night int) RETURNS void LANGUAGE sql AS $$
    INSERT INTO said (history, night, findings, standing, n, changed_only)
    SELECT say.history, say.night,
        md5(string_agg(concat_ws(' ', f.finding_id, f.content_digest, f.status, f.closed_reason, f.exemption, f.version, f.rulebook, f.evidence), E'\n' ORDER BY f.finding_id)),
        md5(string_agg(concat_ws(' ', f.finding_id, f.content_digest, f.status, f.exemption), E'\n' ORDER BY f.finding_id) FILTER (WHERE f.status <> 'closed')),
        count(*) FILTER (WHERE f.status <> 'closed'),
        (SELECT r.changed_only FROM medsup.run r ORDER BY r.run DESC LIMIT 1)
    FROM medsup.finding f
$$;
-- fees of a line follow its quantity
CREATE FUNCTION wh.recount() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.det_item_fee_sumamt := (10 * NEW.cnt::int)::text || '.00';
    NEW.inscp_amt := NEW.det_item_fee_sumamt;
    RETURN NEW;
END $$;
CREATE TRIGGER recount BEFORE INSERT OR UPDATE ON wh.fee_list_d FOR EACH ROW EXECUTE FUNCTION wh.recount();
});
my %watch = (
	sweep => '',
	column => join("\n", map { "SELECT medsup.watch_source('$_', 'column', 'written_at', '1 millisecond');" } qw(encounter settlement fee_line diagnosis)),
	trigger => join("\n", map { "SELECT medsup.watch_source('$_', 'trigger');" } qw(encounter settlement fee_line diagnosis)),
	mixed => q{SELECT medsup.watch_source('fee_line', 'trigger'); SELECT medsup.watch_source('settlement', 'column', 'written_at', '1 millisecond');});

# ---- changes ----

my $serial = 0;

sub pick { return $_[ int(rand(@_)) ]; }

# one row of a table, the same in every database
sub some
{
	my ($table, $key, $n) = @_;
	my $salt = int(rand(1e9));
	return "$key IN (SELECT $key FROM wh.$table ORDER BY md5($key || '$salt') LIMIT " . ($n // 1) . ')';
}

sub day { return sprintf('2025-%02d-%02d', 1 + int(rand(12)), 1 + int(rand(28))); }
sub code { return pick(qw(XG01AAA001A001010100001 003106040050000 003107010220000 003107010240000 ~A1 ~A2)); }
my $now = 'written_at = clock_timestamp()';

# What is seen by a column alone comes first; then what takes deletes into
# account; then what is decided about rules.
my %rows = (
	'line inserted' => sub {
		$serial++;
		my $code = code();
		my ($hour, $n) = (int(rand(24)), 1 + int(rand(3)));
		return "INSERT INTO wh.fee_list_d (feedetl_sn, mdtrt_id, setl_id, psn_no, fixmedins_code, fee_ocur_time, med_list_codg, cnt, pric, fulamt_ownpay_amt, vali_flag)
			SELECT 'n$serial', m.mdtrt_id, 'S' || substr(m.mdtrt_id, 2), m.psn_no, m.fixmedins_code, substr(m.begntime, 1, 11) || '$hour:00:00', '$code', '$n', '10.00', '0', '1'
			FROM wh.mdtrt_d m WHERE m." . some('mdtrt_d', 'mdtrt_id');
	},
	'line corrected' => sub { "UPDATE wh.fee_list_d SET cnt = '" . (1 + int(rand(4))) . "', $now WHERE " . some('fee_list_d', 'feedetl_sn', 2) },
	'code corrected' => sub { "UPDATE wh.fee_list_d SET med_list_codg = '" . code() . "', $now WHERE " . some('fee_list_d', 'feedetl_sn', 2) },
	'time corrected' => sub { "UPDATE wh.fee_list_d SET fee_ocur_time = '" . day() . " 10:00:00', $now WHERE " . some('fee_list_d', 'feedetl_sn') },
	'line void' => sub { "UPDATE wh.fee_list_d SET vali_flag = (1 - vali_flag::int)::text, $now WHERE " . some('fee_list_d', 'feedetl_sn') },
	'line refunded' => sub {
		$serial++;
		return "INSERT INTO wh.fee_list_d (feedetl_sn, mdtrt_id, setl_id, psn_no, init_feedetl_sn, fixmedins_code, fee_ocur_time, med_list_codg, cnt, pric, fulamt_ownpay_amt, vali_flag)
			SELECT 'r$serial', l.mdtrt_id, l.setl_id, l.psn_no, l.feedetl_sn, l.fixmedins_code, l.fee_ocur_time, l.med_list_codg, '-1', '10.00', '0', '1'
			FROM wh.fee_list_d l WHERE l.cnt::int > 0 AND l." . some('fee_list_d', 'feedetl_sn');
	},
	'sex corrected' => sub { "UPDATE wh.mdtrt_d SET gend = '" . pick(0, 1, 2) . "', $now WHERE " . some('mdtrt_d', 'mdtrt_id') },
	'stay grown' => sub { "UPDATE wh.mdtrt_d SET endtime = " . pick('NULL', "to_char(begntime::timestamp + interval '5 days', 'YYYY-MM-DD HH24:MI:SS')") . ", $now WHERE " . some('mdtrt_d', 'mdtrt_id') },
	'visit moved in time' => sub { "UPDATE wh.mdtrt_d SET begntime = '" . day() . " 08:00:00', $now WHERE " . some('mdtrt_d', 'mdtrt_id') },
	'kind of visit' => sub { "UPDATE wh.mdtrt_d SET med_type = '" . pick(11, 21, 13, 41) . "', $now WHERE " . some('mdtrt_d', 'mdtrt_id') },
	'visit inserted' => sub {
		$serial++;
		my ($person, $day, $type) = ('P' . int(rand(14)), day(), pick(11, 21));
		return "INSERT INTO wh.mdtrt_d (mdtrt_id, psn_no, gend, brdy, fixmedins_code, insutype, med_type, begntime, endtime, vali_flag)
			VALUES ('Mn$serial', '$person', '1', '1980-01-01', 'H1', '310', '$type', '$day 08:00:00', '$day 20:00:00', '1')";
	},
	'settled' => sub { "UPDATE wh.setl_d SET setl_time = '" . day() . " 12:00:00', hifp_pay = '" . pick(0, 30, 60) . "', $now WHERE " . some('setl_d', 'setl_id') },
	'cancelled' => sub { "UPDATE wh.setl_d SET vali_flag = '" . pick(0, 1) . "', $now WHERE " . some('setl_d', 'setl_id') },
	'diagnosis changed' => sub { "UPDATE wh.diag_d SET diag_code = '" . pick('I63.900', 'N18.900', 'I10.x00') . "', $now WHERE " . some('diag_d', 'diag_no') },
	'written again' => sub { "UPDATE wh.fee_list_d SET cnt = cnt, $now WHERE " . some('fee_list_d', 'feedetl_sn', 3) },
);
my %hidden = (
	'line deleted' => sub { 'DELETE FROM wh.fee_list_d WHERE ' . some('fee_list_d', 'feedetl_sn', 2) },
	'line moved' => sub { "UPDATE wh.fee_list_d SET psn_no = 'P" . int(rand(13)) . "', $now WHERE " . some('fee_list_d', 'feedetl_sn') },
	'visit moved' => sub { "UPDATE wh.mdtrt_d SET psn_no = 'P" . int(rand(13)) . "', $now WHERE " . some('mdtrt_d', 'mdtrt_id') },
	'settlement deleted' => sub { 'DELETE FROM wh.setl_d WHERE ' . some('setl_d', 'setl_id') },
	'diagnosis deleted' => sub { 'DELETE FROM wh.diag_d WHERE ' . some('diag_d', 'diag_no') },
	'visit deleted' => sub { 'DELETE FROM wh.mdtrt_d WHERE ' . some('mdtrt_d', 'mdtrt_id') },
	'person gone' => sub {
		my $person = 'P' . int(rand(13));
		return join(";\n", map { "DELETE FROM wh.$_ WHERE psn_no = '$person'" } qw(fee_list_d setl_d diag_d mdtrt_d));
	},
);
my $publish = "SELECT medsup.publish_rulebook()";
my %rules = (
	'limit changed' => sub { "UPDATE medsup.knowledge SET limit_value = " . (1 + int(rand(3))) . " WHERE entry_code = '" . pick('L-DAY-1', 'L-CAP-1') . "'; $publish" },
	'point changed' => sub { pick(
		"UPDATE medsup.knowledge SET sex = '" . pick('male', 'female') . "' WHERE entry_code = 'L-SEX-1'",
		"UPDATE medsup.knowledge SET dx_required = '" . pick('I63', 'N18', 'I10') . "' WHERE entry_code = 'L-DX-1'",
		"UPDATE medsup.knowledge SET basis = 'letter " . int(rand(9)) . "' WHERE entry_code = 'L-PAIR-1'",
		"UPDATE medsup.knowledge SET valid_from = '" . day() . "' WHERE entry_code = 'L-LEVEL-1'") . "; $publish" },
	'code of a point' => sub {
		my ($point, $code) = (pick('L-DAY-1', 'L-CAP-1', 'L-NEED-1'), pick('003107010220000', '003106040050000', '003107010240000', '0031070102'));
		return "INSERT INTO medsup.knowledge_code (entry_code, code) VALUES ('$point', '$code') ON CONFLICT DO NOTHING;
			DELETE FROM medsup.knowledge_code WHERE entry_code = '$point' AND role = 'main' AND code::text <> '$code' AND md5(code::text || '$serial') < '8'; $publish";
	},
	'point added' => sub {
		$serial++;
		return "SELECT medsup.load_points('[{\"entry_code\": \"N-$serial\", \"rule_code\": \"L-DAY\", \"item_name\": \"x\", \"codes\": [\"" . pick('003107010240000', '003107010220000')
		  . "\"], \"measure\": \"quantity\", \"scope\": \"day\", \"limit_value\": 1, \"unit\": \"time\"}]'); $publish";
	},
	'points removed' => sub { "DELETE FROM medsup.knowledge_code WHERE entry_code ~ '^N-[0-9]+\$'; DELETE FROM medsup.knowledge WHERE entry_code ~ '^N-[0-9]+\$'; $publish" },
	'rule switched' => sub {
		my $rule = pick('L-SEX', 'L-DAY', 'L-PAIR', 'L-LEVEL');
		return "INSERT INTO medsup.rule_setting AS s (rule_code, enabled) VALUES ('$rule', false) ON CONFLICT (rule_code) DO UPDATE SET enabled = NOT s.enabled; $publish";
	},
	'rule set' => sub { "INSERT INTO medsup.rule_setting (rule_code, clause) VALUES ('L-CAP', '第" . int(rand(5)) . "条') ON CONFLICT (rule_code) DO UPDATE SET clause = EXCLUDED.clause; $publish" },
	'code map' => sub {
		my ($local, $code) = (pick('~A1', '~A2'), pick('003107010220000', '003106040050000', '003107010240000'));
		return "UPDATE medsup.code_map SET retracted_at = now(), retracted_by = CURRENT_USER WHERE from_code = '$local' AND retracted_at IS NULL; INSERT INTO medsup.code_map (from_system, from_edition, from_code, to_system, to_edition, to_code)
			VALUES ('local', 'L1', '$local', 'service', 'T2', '$code'); $publish";
	},
	'published, not audited' => sub { "UPDATE medsup.knowledge SET limit_value = 1 WHERE entry_code = 'L-DAY-1'; $publish;
		UPDATE medsup.knowledge SET limit_value = 2 WHERE entry_code = 'L-DAY-1'; $publish" },
	'not published' => sub { "UPDATE medsup.knowledge SET limit_value = " . (1 + int(rand(3))) . " WHERE entry_code = 'L-DAY-1'" },
	'exception' => sub { "UPDATE medsup.exception SET enabled = NOT enabled WHERE exception_code = 'L-X'; $publish" },
	'exception of other rules' => sub { "UPDATE medsup.exception SET enabled = true, rule_codes = '" . pick('{L-DAY}', '{L-DAY,L-PAIR}', '{L-CAP}') . "' WHERE exception_code = 'L-X'; $publish" },
	'exemption' => sub {
		my ($rule, $where) = (pick('L-DAY', 'L-SEX', 'L-CAP'), pick("institution => 'H1'", "person => 'P3'", "codes => '{0031070102}'", "valid_to => '2025-06-30'"));
		return "SELECT medsup.add_exemption('trial', 'letter', rule => '$rule', $where)";
	},
	'exemption ended' => sub { "SELECT medsup.end_exemption(x.exemption, 'over') FROM medsup.exemption x WHERE x.ended_at IS NULL ORDER BY md5(x.exemption || '$serial') LIMIT 1" },
);
# these have everybody audited
my %whole = (
	'dictionary' => sub { "INSERT INTO medsup.level_map (hosp_lv, level) VALUES ('08', " . pick(0, 1, 2) . ") ON CONFLICT (hosp_lv, origin) DO UPDATE SET level = EXCLUDED.level; $publish" },
	'point without codes' => sub { "UPDATE medsup.knowledge SET limit_value = " . pick(7, 14, 30) . " WHERE entry_code = 'L-SPLIT-1'; $publish" },
	'institution' => sub { "UPDATE wh.fixmedins_b SET hosp_lv = '" . pick('02', '05', '08', '11') . "' WHERE " . some('fixmedins_b', 'fixmedins_code') },
	'bound again' => sub { pick("SELECT medsup.rebind_sources()",
		"SELECT medsup.unbind_source('provider', 'wh.fixmedins_b'); SELECT medsup.bind_source('provider', 'wh.fixmedins_b', '{\"hosp_lv\": \"" . pick('t.hosp_lv', "''02''", 'NULL::text') . "\"}')") },
	'period' => sub { "SELECT medsup.set_nightly(" . pick('NULL', 'NULL', "now()::timestamp - '2025-03-15'", "now()::timestamp - '2025-06-15'") . ", full_share => 1)" },
);

# What two databases say otherwise, by person and rule, at the end of their histories.
sub tell_difference
{
	my ($one, $other, $standing) = @_;
	my $say = 'status, exemption, limit_value, actual_value, vola_amt, content_digest';
	my $which = $standing ? "status <> 'closed'" : 'true';
	$say .= ', closed_reason, version, rulebook, md5(evidence::text)' unless $standing;
	my %findings = map {
		$_ => { map { (split /\|/, $_, 2) } split /\n/,
			$node->safe_psql($_, qq{SELECT concat_ws(' ', psn_no, rule_code, entry_code, window_start, mdtrt_id, feedetl_sn), concat_ws(' ', $say)
				FROM medsup.finding WHERE $which}) }
	} ($one, $other);
	foreach my $finding (sort keys %{ $findings{$one} }, sort grep { !$findings{$one}{$_} } keys %{ $findings{$other} })
	{
		my ($x, $y) = map { $findings{$_}{$finding} // 'none' } ($one, $other);
		diag("$finding\n  $one: $x\n  $other: $y") if $x ne $y;
	}
	return;
}

# ---- histories ----

my %made;
my %of_night = (
	night => 'CALL medsup.nightly();',
	full => 'CALL medsup.run_audit(medsup.nightly_period(), partitions => 3, resume => false);',
	fresh => '');

# history writes what happens in one history: 2 or 3 nights, before each of
# which something changed.
sub history
{
	my ($history, $method, $sql) = @_;

	foreach my $night (1 .. 2 + int(rand(2)))
	{
		my @changes;
		foreach my $i (1 .. 1 + int(rand(4)))
		{
			my $x = rand();
			my $group = $x < 0.05 ? \%whole : $x < 0.27 ? \%rules : $x < 0.5 && $method !~ /column|mixed/ ? \%hidden : \%rows;
			my $what = pick(sort keys %$group);
			$made{$what}++;
			push @changes, "-- $what\n" . $group->{$what}->() . ";\n";
		}
		$sql->{$_} .= join('', @changes) foreach keys %$sql;
		# a night that ends right after it looked: the session is gone
		$sql->{night} .= "SELECT medsup.find_changes(b.this) FROM medsup.nightly_begin() b; SELECT medsup.run_lock(false);\n" if rand() < 0.1;
		$sql->{$_} .= "$of_night{$_}\nSELECT say($history, $night);\n" foreach qw(night full);
	}
	return;
}

my @failed;
my %nights;
my $first = 1;
my $chain = 0;
foreach my $method ('sweep', 'trigger', 'column', 'mixed')
{
	my $last = int($n_histories * ++$chain / 4);
	srand($seed + $chain);
	my %sql = map { $_ => "SET client_min_messages = error;\n" } keys %of_night;
	$node->safe_psql('postgres', "CREATE DATABASE ${method}_$_ TEMPLATE postgres") foreach keys %of_night;
	$sql{night} .= "$watch{$method}\n";
	$sql{$_} .= "$of_night{$_}\n" foreach qw(night full);
	my $of_block = 0;
	foreach my $history ($first .. $last)
	{
		history($history, $method, \%sql);
		next if ++$of_block % $block != 0 && $history != $last;
		# an audit of all there is, by a database that never made one
		$sql{fresh} .= "DELETE FROM medsup.finding;\nCALL medsup.run_audit(resume => false);\nSELECT say($history, 0);\n";
		# what nights left behind when their period moved on is not found there
		$sql{night} .= "SELECT say($history, 0) WHERE medsup.nightly_period() IS NULL;\n";
	}
	my %run;
	foreach my $db (sort keys %sql)
	{
		my $file = PostgreSQL::Test::Utils::tempdir() . "/$method.$db.sql";
		append_to_file($file, $sql{$db});
		my ($out, $err) = ('', '');
		$run{$db} = [ IPC::Run::start([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-f', $file,
			'-d', $node->connstr("${method}_$db") ], '>', \$out, '2>', \$err), \$err ];
		$run{$db}[1] = \$err;
	}
	foreach my $db (sort keys %run)
	{
		IPC::Run::finish($run{$db}[0]);
		is(${ $run{$db}[1] }, '', "$method, $db: went through");
	}
	$nights{$_}++ foreach split /\n/, $node->safe_psql("${method}_night",
		q{SELECT regexp_replace(c.reason, '^(everybody: (rulebook|triggers)?).*?( [a-z]+ ?[a-z]*)?$', '\1\3') FROM medsup.run_change c WHERE c.persons IS DISTINCT FROM 0 AND c.reason <> 'persons'});
	my %said;
	foreach my $db (keys %sql)
	{
		my $rows = $node->safe_psql("${method}_$db", 'SELECT history, night, findings, standing, n, changed_only FROM said ORDER BY place');
		foreach my $row (split /\n/, $rows)
		{
			my ($history, $night, $findings, $standing, $n, $changed_only) = split /\|/, $row;
			$said{$db}{$history}{$night} = [ $findings, $standing, $n ];
			$nights{ $changed_only eq 't' ? 'of persons' : 'of everybody' }++ if $db eq 'night' && $night > 0;
			$nights{findings} += $n if $db eq 'night' && $night > 0;
		}
	}
	foreach my $history ($first .. $last)
	{
		my $same = 1;
		foreach my $night (grep { $_ > 0 } sort keys %{ $said{full}{$history} })
		{
			my ($a, $b) = map { $said{$_}{$history}{$night} } qw(night full);
			$same &&= defined $a && $a->[0] eq $b->[0];
			push @failed, "$method, history $history, night $night" unless $same;
			last unless $same;
		}
		ok($same && %{ $said{full}{$history} // {} }, "$method, history $history");
		my ($night, $fresh) = map { $said{$_}{$history}{0} } qw(night fresh);
		is($night->[1], $fresh->[1], "$method, history $history: as an audit from the start") if defined $night;
		$nights{'from the start'}++ if defined $night;
	}
	$first = $last + 1;
	if (@failed)
	{
		diag("differs first: $failed[0]");
		tell_difference("${method}_night", "${method}_full");
	}
	tell_difference("${method}_night", "${method}_fresh", 1) if $ENV{TELL};
	$node->safe_psql('postgres', "DROP DATABASE ${method}_$_") foreach @failed ? () : keys %of_night;
}

# a test that cannot fail proves nothing
note(join(', ', map { "$_ $made{$_}" } sort keys %made));
diag(join(', ', map { "$_ $nights{$_}" } sort keys %nights));
SKIP:
{
	skip 'fewer than 200 histories', 4 if $n_histories < 200;
	is(join(', ', grep { !$made{$_} } map { keys %$_ } \%rows, \%hidden, \%rules, \%whole), '', 'every kind of change was made');
	cmp_ok($nights{'of persons'}, '>', 2 * $nights{'of everybody'}, 'most nights were about some persons only');
	cmp_ok($nights{'from the start'} // 0, '>', 3, 'and some were compared with an audit from the start');
	cmp_ok($nights{findings}, '>', 10 * ($nights{'of persons'} + $nights{'of everybody'}), 'there was something to find');
}

$node->stop;
done_testing();
