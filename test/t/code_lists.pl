# The real code lists: all 33,304 diagnoses, 13,686 operations, 13,738 drugs
# and 3,109 service items parse, print back, sort as C collation does, and keep
# the laws of their types; so does every prefix of each.  The lists are loaded
# by client-side \copy from MEDSUP_DATA.  The binary form is tried at the end,
# forged bytes included; that needs no lists.
use strict;
use warnings;

use Cwd qw(abs_path);
use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;

my $node = medsup_node('codes');
my $data = medsup_data();

sub sql
{
	my ($query) = @_;
	return $node->safe_psql('postgres',
		"SET search_path = public, medsup;\n$query");
}

# lists of one column: the query must give no row
sub none
{
	my ($query, $name) = @_;
	my $got = sql("SELECT * FROM ($query) AS offenders LIMIT 5");
	is($got, '', $name);
}

# Loads column $column of a CSV with $columns columns into a table of its own.
sub load
{
	my ($table, $file, $column, $columns) = @_;
	my $list = join(', ', map { "c$_ text" } 1 .. $columns);
	sql("CREATE TABLE ${table}_csv ($list);");
	$node->command_ok(
		[
			'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1',
			'-d', $node->connstr('postgres'),
			'-c', "\\copy ${table}_csv FROM '$data/codes/$file' CSV HEADER"
		],
		"\\copy of $file");
	sql("CREATE TABLE $table AS SELECT DISTINCT c$column AS spelt FROM ${table}_csv;"
	);
	return;
}

# Lists of service items and drugs are of one type; from = shortest node.
my %list = (
	icd10 => {
		type => 'icd10', count => 33304, from => 3,
		file => 'icd10_yibao_v2.csv', columns => 2 },
	icd9cm3 => {
		type => 'icd9cm3', count => 13686, from => 2,
		file => 'icd9cm3_yibao_v2.csv', columns => 2 },
	drug => {
		type => 'fee_item', count => 13738, from => 1,
		file => 'drug_codes_liangku.csv', columns => 5 },
	service => {
		type => 'fee_item', count => 3109, from => 1,
		file => 'service_item_codes_liangku.csv', columns => 5 },
	consumable => {
		type => 'fee_item', count => 23, from => 1,
		file => 'consumable_codes_sample.csv', columns => 10 },);

# The grammars once more, as domain knowledge has them: regular expressions.
my $icd10_re =
    q{^[A-Z][0-9]{2}\.[0-9x][0-9]{2}(x[0-9]{3})?}
  . q{(\+[A-Z][0-9]{2}(\.[0-9])?\*)?$};

SKIP:
{
	skip 'real code lists not found; set MEDSUP_DATA to their folder', 1
	  unless defined $data;

	foreach my $name (sort keys %list)
	{
		my $l = $list{$name};
		my $type = $l->{type};
		my $t = "list_$name";
		load($t, $l->{file}, 1, $l->{columns});
		is(sql("SELECT count(*) FROM $t"), $l->{count}, "$name: the list is whole");
		sql("ALTER TABLE $t ADD code $type; UPDATE $t SET code = spelt::$type; ANALYZE $t;"
		);
		none("SELECT spelt FROM $t WHERE code::text IS DISTINCT FROM spelt",
			"$name: every code prints back");
		none(
			"SELECT spelt FROM (SELECT spelt, row_number() OVER (ORDER BY code) AS n,
			   row_number() OVER (ORDER BY spelt COLLATE \"C\") AS m FROM $t) AS s
			 WHERE n <> m", "$name: the order is C collation");
		none(
			"SELECT spelt FROM (SELECT spelt, code, lag(code) OVER w AS before,
			   lead(code, 7) OVER w AS later FROM $t WINDOW w AS (ORDER BY code)) AS s
			 WHERE NOT (before < code AND before <= code AND before <> code
			            AND code > before AND code >= before AND NOT code = before)
			    OR ${type}_cmp(before, code) <> -1 OR ${type}_cmp(code, before) <> 1
			    OR ${type}_cmp(code, code) <> 0
			    OR NOT (later > before)",
			"$name: the operators agree");
		none(
			"SELECT spelt FROM $t
			 WHERE code <> lower(spelt)::$type OR code <> (E' ' || spelt || E'\\t')::$type
			    OR ${type}_hash(code) <> ${type}_hash(lower(spelt)::$type)
			    OR ${type}_hash_extended(code, 7) <> ${type}_hash_extended(lower(spelt)::$type, 7)",
			"$name: small letters and blanks give the same value and hash");
		cmp_ok(
			sql("SELECT count(*) - count(DISTINCT ${type}_hash(code)) FROM $t"),
			'<=', 2, "$name: the hash spreads");
		is( sql("SELECT count(*) - count(DISTINCT ${type}_hash_extended(code, 0)) FROM $t"),
			'0', "$name: the 64-bit hash has no collision");

		# Every prefix.  A pair is a code only when complete.
		sql(qq{CREATE TABLE ${t}_node AS
			SELECT DISTINCT left(spelt, n) AS spelt FROM $t,
			  generate_series($l->{from}, length(spelt)) AS n
			WHERE position('+' IN left(spelt, n)) = 0 OR n = length(spelt);
			ALTER TABLE ${t}_node ADD code $type;
			UPDATE ${t}_node SET code = spelt::$type;
			ANALYZE ${t}_node;});
		none("SELECT spelt FROM ${t}_node WHERE code::text <> spelt",
			"$name: every prefix is a value and prints back");
		none(
			"WITH pair AS MATERIALIZED (
			   SELECT spelt, code, left(spelt, k) AS head
			   FROM $t CROSS JOIN generate_series($l->{from}, length(spelt)) AS k),
			 found AS MATERIALIZED (
			   SELECT p.spelt, p.code, n.spelt AS node_spelt, n.code AS node
			   FROM pair p JOIN ${t}_node n ON n.spelt = p.head)
			 SELECT spelt, node_spelt FROM found
			 WHERE NOT (code <@ node AND node @> code AND node <= code)",
			"$name: every code lies within each of its prefixes");
		none(
			"SELECT n.spelt FROM (SELECT * FROM ${t}_node ORDER BY ${type}_hash(code) LIMIT 300) n
			 WHERE (SELECT count(*) FROM $t c WHERE c.code <@ n.code)
			    <> (SELECT count(*) FROM $t c WHERE starts_with(c.spelt, n.spelt))",
			"$name: a node holds what begins with it and nothing else");
		none(
			"SELECT n.spelt FROM ${t}_node n WHERE try_$type(n.spelt) IS DISTINCT FROM n.code",
			"$name: try_$type agrees");

		# index order and content
		sql("CREATE INDEX ON $t (code); ANALYZE $t;");
		is( sql(
				"SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off;
				 SELECT md5(string_agg(code::text, ',')) FROM (SELECT code FROM $t ORDER BY code) AS s"
			),
			sql("SELECT md5(string_agg(spelt, ',' ORDER BY spelt COLLATE \"C\")) FROM $t"),
			"$name: the index gives the same order");
		is( sql("SELECT count(*) FROM $t a JOIN $t b USING (code)"),
			$l->{count}, "$name: joins with itself");
	}

	# ranges as rules write them
	foreach my $r (
		[ 'E10', 'E15', 506 ], [ 'I20', 'I26', 216 ],
		[ 'C00', 'C98', 1687 ], [ 'V01', 'Y99', 1136 ],
		[ 'A15', 'A20', 513 ])
	{
		is( sql("SELECT count(*) FROM list_icd10 WHERE code >= '$r->[0]' AND code < '$r->[1]'"),
			$r->[2], "icd10: $r->[0] up to $r->[1]");
	}

	# the WHO's own list
	load('who', 'icd10_who_2019.csv', 2, 6);
	sql("DELETE FROM who w USING who_csv c WHERE c.c2 = w.spelt AND c.c1 IN ('chapter', 'block');"
	);
	is(sql('SELECT count(*) FROM who'), 12246, 'the list of the WHO is whole');
	none("SELECT spelt FROM who WHERE try_icd10(spelt)::text IS DISTINCT FROM spelt",
		'every code of the WHO is a diagnosis');

	# the old codes: exactly the malformed ones are refused
	load('old', 'icd10_yibao_map.csv', 1, 2);
	is(sql('SELECT count(*) FROM old'), 35591, 'the conversion list is whole');
	none(
		"SELECT spelt FROM old WHERE (try_icd10(spelt) IS NOT NULL) <> (btrim(spelt) ~ '$icd10_re')",
		'of the old codes exactly the malformed ones are refused');
	is( sql(q{SELECT string_agg(spelt, ' ' ORDER BY spelt COLLATE "C") FROM old
			 WHERE try_icd10(spelt) IS NULL}),
		'B37.600I39.8 C22.101M81600/3 C81.001M96590/3 C83.812M96730/3'
		  . ' C84.000M97000/3 C85.707M97190/3 C85.710M97160/3 C88.100M97620/3'
		  . ' C88.200M97630/3 C90.101M98310/1 C91.306M98341/3 C96.701M97271/3'
		  . ' D24.x01M85060/0 D47.200M97650/1 E88.902+M90.803*'
		  . ' K74.300x011+I98.2 K74.300x012+I98.3 Q85.001M95400/1 T66.x02H47.5',
		'they are the known ones');
	load('old_op', 'icd9cm3_yibao_map.csv', 1, 2);
	is( sql(q{SELECT string_agg(spelt, ' ' ORDER BY spelt COLLATE "C") FROM old_op
			 WHERE try_icd9cm3(spelt) IS NULL}),
		'66.69x001 66.69x002',
		'two old operation codes lack their 00');

	# what rule authors name drugs by
	load('rule', 'drug_rule_prefix.csv', 1, 2);
	none("SELECT spelt FROM rule WHERE try_drug_code(spelt)::text IS DISTINCT FROM spelt",
		'every prefix in a drug rule is a node');
}

# Binary: what is sent is received, by COPY both ways.
my $dir = abs_path(PostgreSQL::Test::Utils::tempdir());
sql(q{
CREATE TABLE sent (d icd10, o icd9cm3, f fee_item, g drug_code);
INSERT INTO sent VALUES
  ('E11.200x011+N08.3*', '17.912A0', 'XB01ACA056A012030101554', 'ZA04CAE0023010100166'),
  ('A00', '00', '0', 'X'), ('Z9Z.ZZZZ', '99.9x99x999', '~zzzzzzzzzzzzzzzz', 'JZZZZZZZZZZZZZZZ'),
  (NULL, NULL, NULL, NULL);
CREATE TABLE received (LIKE sent);
});
sql("COPY sent TO '$dir/binary' (FORMAT binary); COPY received FROM '$dir/binary' (FORMAT binary);"
);
is( sql('SELECT count(*) FROM (TABLE sent EXCEPT TABLE received) AS s'),
	'0', 'binary COPY out and in');

# A file in binary COPY format with one row and one field.
sub forge
{
	my ($bytes) = @_;
	open(my $fh, '>:raw', "$dir/forged") or die $!;
	print $fh "PGCOPY\n\377\r\n\0", pack('NN', 0, 0), pack('n', 1),
	  pack('N', length $bytes), $bytes, pack('n', 0xFFFF);
	close($fh);
	return;
}

sub refused
{
	my ($type, $bytes, $name, $state) = @_;
	forge($bytes);
	my ($rc, $out, $err) = $node->psql('postgres',
		"\\set VERBOSITY sqlstate
		 CREATE TEMPORARY TABLE t (c medsup.$type); COPY t FROM '$dir/forged' (FORMAT binary);",
		on_error_stop => 1);
	like($err, qr/ERROR:\s+$state/, "$type: $name is refused");
	return;
}

sub accepted
{
	my ($type, $bytes, $text) = @_;
	forge($bytes);
	is( sql("CREATE TEMPORARY TABLE t (c $type); COPY t FROM '$dir/forged' (FORMAT binary); TABLE t"
		),
		$text, "$type: the bytes of $text are accepted");
	return;
}

my $last_icd10 = pack('NN', 0x4a7c2a2f, 0x43d70000);
accepted('icd10', $last_icd10, 'Z9Z.ZZZZ');
refused('icd10', pack('NN', 0x4a7c2a2f, 0x43d80000), 'a value after the last', '22P03');
refused('icd10', pack('NN', 0, 1), 'a value in a gap', '22P03');
refused('icd10', pack('NN', 0xFFFFFFFF, 0xFFFFFFFF), 'all ones', '22P03');
refused('icd10', "\0" x 7, 'a short value', '08P01');
refused('icd10', "\0" x 9, 'a long value', '22P03');
refused('icd9cm3', pack('NN', 0x008b250b, 0x80000000), 'a value after the last', '22P03');
refused('icd9cm3', pack('NN', 0, 0x00010000), 'a value in a gap', '22P03');
accepted('fee_item', pack('NNNN', 0x30000000, 0, 0, 0), 'C');
refused('fee_item', "\0" x 16, 'no kind', '22P03');
refused('fee_item', pack('NNNN', 0x20000000, 0, 0, 0), 'an unknown kind', '22P03');
refused('fee_item', pack('NNNN', 0x10000000, 0, 0, 0), 'an empty service item', '22P03');
refused('fee_item', pack('NNNN', 0xE0000000, 0, 0, 0), 'an empty local code', '22P03');
refused('fee_item', pack('NNNN', 0x10B00000, 0, 0, 0), 'the eleventh digit', '22P03');
refused('fee_item', pack('NNNN', 0x10010000, 0, 0, 0), 'a hole in the text', '22P03');
refused('fee_item', pack('NNNN', 0x30100000, 0, 0, 1), 'a bit behind the end', '22P03');
refused('fee_item', "\x30" . "\0" x 14, 'a short value', '08P01');
refused('fee_item', "\x30" . "\0" x 16, 'a long value', '22P03');
accepted('drug_code', pack('NNNN', 0x90000000, 0, 0, 0), 'X');
refused('drug_code', pack('NNNN', 0x30000000, 0, 0, 0), 'a consumable', '22P03');

$node->stop;
done_testing();
