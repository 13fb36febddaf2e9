# The published code lists, all of them: what is in the files is counted a
# second time here by Perl and must agree with the books; loading again changes
# nothing; the books survive pg_dump and a hostile search_path; an author loads
# them and nobody rewrites them.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;

my $data = medsup_data();
plan skip_all => 'real code lists not found; set MEDSUP_DATA to their folder' unless defined $data;

my $node = medsup_node('books');
my $dir = PostgreSQL::Test::Utils::tempdir();
my $raw = q{with (format csv, delimiter E'\x01', quote E'\x02')};

sub sql { return $node->safe_psql('postgres', $_[0]); }

# column: the values of one column of a list, by Perl
sub column
{
	my ($list, $at) = @_;
	open(my $fh, '<:raw', "$data/codes/$list.csv") or die "$list: $!";
	my @rows = map { s/\r?\n\z//r } <$fh>;
	close($fh);
	shift @rows;
	return map { (split /,/, $_, -1)[$at] } grep { $_ ne '' } @rows;
}

# An author loads what lies on her own disk; nobody else may.
sql(q{CREATE ROLE clerk LOGIN; CREATE ROLE visitor LOGIN;
	SELECT medsup.grant_access('clerk', 'author'); SELECT medsup.grant_access('visitor', 'reader');});
my @lists = split /\n/, sql(q{SELECT list FROM medsup.code_lists() GROUP BY list ORDER BY count(to_column), list COLLATE "C"});

sub load_lists
{
	foreach my $list (@_)
	{
		next unless -f "$data/codes/$list.csv";
		$node->command_ok(
			[
				'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres') . ' user=clerk',
				'-c', "\\copy medsup.import_line (line) from '$data/codes/$list.csv' $raw",
				'-c', "SELECT * FROM medsup.load_code_list('$list')"
			],
			"an author loads $list");
	}
	return;
}
load_lists(@lists);

my %count = (
	icd10 => 33304, icd9cm3 => 13686, icd10_who => 12246, icd10_block => 296,
	drug => 13738, service => 3109, consumable => 23, admdvs => 3348, tcm => 20);
is( sql("SELECT count(*) FROM medsup.code_book_entry WHERE system = '$_' AND retracted_at IS NULL"),
	$count{$_}, "$_ has its codes")
  foreach sort keys %count;
is(sql('SELECT count(*) FROM medsup.code_book_load WHERE row_count <> added + corrected + unchanged + repeated + rejected'),
	'0', 'every row of every list is accounted for');

foreach my $l ([ 'icd10_yibao_v2', 'icd10', 0 ], [ 'icd9cm3_yibao_v2', 'icd9cm3', 0 ],
	[ 'drug_codes_liangku', 'drug', 0 ], [ 'service_item_codes_liangku', 'service', 0 ])
{
	my ($list, $system, $at) = @$l;
	my @codes = column($list, $at);
	my %distinct = map { $_ => 1 } @codes;
	is( sql("SELECT string_agg(code, ',' ORDER BY code) = '" . join(',', sort keys %distinct)
			  . "' FROM medsup.code_book_entry WHERE system = '$system'"),
		't', "$system: the very codes of the file");
	is( sql("SELECT row_count, repeated FROM medsup.code_book_load WHERE system = '$system' AND list = '$list'"),
		@codes . '|' . (@codes - keys %distinct), "$system: its repeated rows are noted");
}

# maps
foreach my $m ([ 'icd10_yibao_map', 'icd10', 35591, 19 ], [ 'icd9cm3_yibao_map', 'icd9cm3', 13654, 2 ])
{
	my ($list, $system, $rows, $rejected) = @$m;
	my @from = column($list, 0);
	my @to = map { s/^ +//r } column($list, 1);
	is(scalar @from, $rows, "$list is whole");
	is(sql("SELECT row_count, added, rejected FROM medsup.code_book_load WHERE list = '$list'"),
		join('|', $rows, $rows - $rejected, $rejected), "$list: rows, pairs, rejects");
	is( sql("SELECT count(*) FROM medsup.code_book_note n JOIN medsup.code_book_load l USING (load_no)
			 WHERE l.list = '$list' AND n.problem = 'rejected' AND n.reason = medsup.why_$system(n.code, 'en') AND n.line ~ ','"),
		$rejected, "$list: each reject has its reason and its row");
	# all pairs again, through translate(), against the file
	my %wrong = map { $_ => 1 } split /\n/, sql("SELECT n.code FROM medsup.code_book_note n JOIN medsup.code_book_load l USING (load_no)
		WHERE l.list = '$list' AND n.problem = 'rejected'");
	my $pairs = join(',', map { $wrong{ $from[$_] } ? () : "$from[$_]>$to[$_]" } 0 .. $#from);
	is( sql("SELECT count(*), count(*) FILTER (WHERE medsup.translate(p.from_code, '2.0') OPERATOR(medsup.=) p.to_code)
			 FROM (SELECT split_part(x, '>', 1)::medsup.$system AS from_code, split_part(x, '>', 2)::medsup.$system AS to_code
			       FROM string_to_array('$pairs', ',') a, unnest(a) x) p"),
		join('|', ($rows - $rejected) x 2), "$list: every old code is translated as the file says");
	# back: the number of old codes that became one new code
	my %back;
	push @{ $back{ $to[$_] } }, $from[$_] foreach grep { !$wrong{ $from[$_] } } 0 .. $#from;
	my ($most) = sort { @{ $back{$b} } <=> @{ $back{$a} } || $a cmp $b } keys %back;
	is( sql("SELECT string_agg(code::text, ',' ORDER BY code) FROM medsup.translations('$most'::medsup.$system, 'before-2.0')"),
		join(',', sort @{ $back{$most} }), "$most: all the old codes that became it");
	is(sql("SELECT medsup.translate('$most'::medsup.$system, 'before-2.0') IS NULL"), 't', '... of which none is the one');
}
is( sql(q{SELECT code, reason FROM medsup.code_book_note WHERE problem = 'respelt'}),
	'B06.801+J17.1*|written " B06.801+J17.1*", read as B06.801+J17.1*', 'the leading blank is said');
is(sql(q{SELECT count(*) FROM medsup.code_book_note WHERE problem = 'not in book'}), '0', 'all new codes of the maps are in the books');
is( sql(q{SELECT string_agg(code, ' ' ORDER BY code) FROM medsup.code_book_note n JOIN medsup.code_book_load l USING (load_no)
		WHERE l.system = 'consumable_class' AND n.problem = 'rejected'}),
	'C0311120080 C0311121080', 'two classes of consumables are typing errors');

# known: by call, by join, and by Perl
is( sql(q{SELECT count(*), count(*) FILTER (WHERE medsup.is_known(e.fee_item, '2026-01-01'))
		FROM medsup.code_book_entry e WHERE e.fee_item IS NOT NULL}),
	sql(q{SELECT count(*), count(*) FILTER (WHERE code IN (SELECT code FROM medsup.code_book_entry WHERE system IN ('drug', 'service', 'consumable')))
		FROM medsup.code_book_entry e WHERE e.fee_item IS NOT NULL}),
	'known are the codes of claims, not the classes');
sql(q{CREATE TABLE fee_line AS SELECT e.fee_item AS code, '2026-01-01'::date AS day FROM medsup.code_book_entry e WHERE e.fee_item IS NOT NULL;
	ANALYZE;});
is( sql(q{SELECT count(e.code) FROM fee_line f LEFT JOIN LATERAL medsup.code_entry(f.code, f.day) e ON true}),
	sql(q{SELECT count(*) FILTER (WHERE medsup.is_known(code, day)) FROM fee_line}),
	'joined and called agree');
like(sql(q{EXPLAIN SELECT count(e.code) FROM fee_line f LEFT JOIN LATERAL medsup.code_entry(f.code, f.day) e ON true}),
	qr/Hash.*Join/, 'many lines are hashed');
like(sql(q{VACUUM medsup.code_book_entry}) . sql(q{EXPLAIN SELECT valid FROM medsup.code_entry('I10.x00'::medsup.icd10, '2026-01-01')}),
	qr/Index Only Scan using code_book_entry_icd10/, 'one code is looked up in the index alone');

# every code of the lists and maps: what is remembered line by line is what SQL says;
# of ~9 no book can tell
foreach my $type (qw(icd10 icd9cm3 fee_item))
{
	sql(qq{CREATE TABLE asked_$type AS
		SELECT c.code::medsup.$type AS code, d.day, e.edition
		FROM (SELECT code FROM medsup.code_book_entry WHERE $type IS NOT NULL
		      UNION SELECT from_code FROM medsup.code_map WHERE from_system = '$type' UNION SELECT '~9' WHERE '$type' = 'fee_item') c
		CROSS JOIN (VALUES ('2026-01-01'::date), (NULL)) d (day)
		CROSS JOIN (VALUES ('before-2.0'), (CASE '$type' WHEN 'fee_item' THEN 'points' ELSE '2.0' END)) e (edition)
		ORDER BY hashtext(c.code)});
	is( sql(qq{SELECT count(*) > 1000, count(*) FILTER (WHERE medsup.is_known(a.code, a.day) IS DISTINCT FROM
			CASE WHEN a.day IS NOT NULL AND a.code::text <> '~9' THEN EXISTS (SELECT FROM medsup.code_entry(a.code, a.day)) END) FROM asked_$type a}),
		't|0', "$type: known by call and by EXISTS");
	is( sql(qq{SET search_path = public, medsup;
			SELECT count(*) FILTER (WHERE translate(a.code, a.edition) IS DISTINCT FROM t.code)
			FROM asked_$type a CROSS JOIN LATERAL
			(SELECT CASE WHEN count(*) = 1 THEN (array_agg(x.code))[1] END AS code FROM translations(a.code, a.edition) x) t
			WHERE a.day IS NOT NULL}),
		'0', "$type: translate and translations");
}

# again
my $last = sql('SELECT max(load_no) FROM medsup.code_book_load');
load_lists(qw(icd10_yibao_v2 service_item_codes_liangku disease_class_prefix icd9cm3_yibao_map));
is( sql("SELECT sum(added + corrected + closed + retracted), sum(unchanged) FROM medsup.code_book_load WHERE load_no > $last"),
	'0|' . (33304 + 3109 + 1965 + 190 + 157 + 13652), 'the same lists again change nothing');

# who may
foreach my $try (
	[ 'visitor', q{INSERT INTO medsup.import_line (line) VALUES ('code')}, qr/permission denied/ ],
	[ 'visitor', q{UPDATE medsup.code_book_entry SET retracted_at = now(), retracted_by = 'me'}, qr/permission denied/ ],
	[ 'clerk', q{DELETE FROM medsup.code_book_entry}, qr/permission denied/ ],
	[ 'clerk', q{UPDATE medsup.code_book_entry SET name_zh = ''}, qr/is not rewritten/ ],
	[ 'clerk', q{UPDATE medsup.code_book_load SET added = 0}, qr/is not rewritten/ ],
	[ 'clerk', q{INSERT INTO medsup.code_book_entry (system, edition, code, valid, recorded_at) VALUES ('icd10', '2.0', 'A00.990', '(,)', '2001-01-01')}, qr/is recorded now/ ],
	[ 'clerk', q{INSERT INTO medsup.code_book_entry (system, edition, code, valid, recorded_by) VALUES ('icd10', '2.0', 'A00.990', '(,)', 'visitor')}, qr/is recorded now/ ],
	[ 'clerk', q{INSERT INTO medsup.code_book (system, edition, valid, added_by) VALUES ('own_x', '1', '(,)', 'visitor')}, qr/is recorded now/ ],
	[ 'clerk', q{INSERT INTO medsup.code_map (from_system, from_edition, from_code, to_system, to_edition, retracted_at, retracted_by) VALUES ('icd10', 'x', 'A00.000', 'icd10', '2.0', now(), 'visitor')}, qr/is recorded now/ ],
	[ 'clerk', q{SELECT FROM medsup.load_code_lists('/')}, qr/to COPY from a file/ ],
	[ 'visitor', q{SELECT medsup.load_code_lists('/')}, qr/permission denied/ ],
	[ 'postgres', q{DELETE FROM medsup.code_book_entry}, qr/are not deleted/ ])
{
	my ($user, $query, $expected) = @$try;
	my ($rc, $out, $err) = $node->psql('postgres', $query, extra_params => [ '-U', $user ]);
	like($err, $expected, "$user: $query");
}
my ($rc, $out) = $node->psql('postgres', q{SELECT medsup.is_known('I10.x00'::medsup.icd10), medsup.translate('A19.000x001'::medsup.icd10, '2.0')},
	extra_params => [ '-U', 'visitor' ]);
is($out, 't|A19.001', 'a reader looks up and translates');

# hostile search_path: traps before everything
my $found = sql(q{SELECT medsup.is_known('I10.x00'::medsup.icd10), medsup.translate('A19.000x001'::medsup.icd10, '2.0'),
	(SELECT count(*) FROM medsup.translations('N18.902'::medsup.icd10, 'before-2.0'))});
is( sql(q{CREATE SCHEMA trap;
	CREATE FUNCTION trap.never(text, text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''trapped''; END';
	CREATE OPERATOR trap.= (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.never);
	CREATE OPERATOR trap.~ (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.never);
	CREATE FUNCTION trap.btrim(text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''trapped''; END';
	CREATE FUNCTION trap.count(text) RETURNS bigint LANGUAGE sql AS 'SELECT 0::bigint';
	SET search_path = trap, pg_catalog;
	INSERT INTO medsup.import_line (line) VALUES ('code,name'), (' i10.x00 ,x'), ('nonsense,y');
	SELECT FROM medsup.load_code_book('icd10', '3.0', '2027-01-01');
	SELECT medsup.is_known('I10.x00'::medsup.icd10), medsup.translate('A19.000x001'::medsup.icd10, '2.0'),
		(SELECT pg_catalog.count(*) FROM medsup.translations('N18.902'::medsup.icd10, 'before-2.0'))}),
	"\n$found" =~ s/^\n//r, 'nothing trusts search_path');
is(sql(q{SELECT edition, valid FROM medsup.code_book WHERE system = 'icd10' ORDER BY valid}),
	"2.0|(,2027-01-01)\n3.0|[2027-01-01,)", 'the next edition closed the one before');

# dump and restore
my %state = (
	books => q{SELECT string_agg(b::text, E'\n' ORDER BY system, edition) FROM medsup.code_book b},
	loads => q{SELECT string_agg(l::text, E'\n' ORDER BY load_no) FROM medsup.code_book_load l},
	entries => q{SELECT count(*), md5(string_agg(e::text, E'\n' ORDER BY entry_no)) FROM medsup.code_book_entry e},
	maps => q{SELECT count(*), md5(string_agg(m::text, E'\n' ORDER BY map_no)) FROM medsup.code_map m},
	notes => q{SELECT count(*), md5(string_agg(n::text, E'\n' ORDER BY load_no, row_no, problem)) FROM medsup.code_book_note n},
	answers => q{SELECT count(*) FILTER (WHERE medsup.is_known(icd10, '2026-01-01')) FROM medsup.code_book_entry});
my %before = map { $_ => sql($state{$_}) } keys %state;
$node->command_ok([ 'pg_dump', '--format=custom', '--file', "$dir/books", 'postgres' ], 'pg_dump');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', 'restored', "$dir/books" ], 'pg_restore');
is($node->safe_psql('restored', $state{$_}), $before{$_}, "$_ after restore") foreach sort keys %state;
is( $node->safe_psql('restored', q{INSERT INTO medsup.import_line (line) VALUES ('code,name'), ('I10.x00,x');
		SELECT unchanged FROM medsup.load_code_book('icd10', '3.0')}),
	'1', 'and loading goes on');

$node->stop;
done_testing();
