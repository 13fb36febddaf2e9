# The hierarchy of the codes against the model of its documentation
# (lib/CodeTreeModel.pm), over all texts of the real lists, all their prefixes,
# and mutations; chapters and blocks against the WHO's own file.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;
use CodeModel;
use CodeTreeModel;
use CodeDifferential;

my $codes = real_codes();
my $node = start_node('tree_differential');

my %values;
foreach my $type (sort keys %$codes)
{
	my $real = $codes->{$type};
	my %seen;
	foreach my $t (@$real, map { mutate($_, $real) // () } @$real)
	{
		my $code = code_read($type, $t) // next;
		$seen{$code} = 1;
		$seen{$_} = 1
		  foreach grep { code_is($type, $_) } map { substr($code, 0, $_) } 1 .. length $code;
	}
	my @all = sort keys %seen;

	# of a hundred thousand, every n-th
	my $step = int(@all / 30_000) + 1;
	$values{$type} = [ map { [$_] } @all[ grep { $_ % $step == 0 } 0 .. $#all ] ];
}

# an array as the database prints it; none of ours needs quotes
sub array { return '{' . join(',', @_) . '}'; }

foreach my $type (sort keys %values)
{
	my $rows = $values{$type};
	my @levels = tree_levels($type);
	send_rows("tree_$type", "code $type", $rows);
	same_rows(
		'SELECT level(code), parent(code), '
		  . join(', ', map { "ancestor(code, $_)" } @levels)
		  . " FROM tree_$type ORDER BY n",
		$rows,
		sub {
			my ($code) = @_;
			return (
				tree_level($type, $code),
				tree_parent($type, $code),
				map { tree_ancestor($type, $code, $_) } @levels);
		},
		"$type: level, parent, ancestors");
	foreach my $level ($levels[0] - 1, $levels[-1] + 1, -1, 2147483647)
	{
		my ($rc, $out, $err) = $node->psql('postgres',
			"\\set VERBOSITY sqlstate
			 SELECT medsup.ancestor(code, $level) FROM tree_$type LIMIT 1");
		like($err, qr/ERROR:\s+22023/, "$type: there is no level $level");
	}
}

same_rows(
	'SELECT dagger(code), asterisk(code), is_pair(code), code_forms(code)
	 FROM tree_icd10 ORDER BY n',
	$values{icd10},
	sub {
		my ($code) = @_;
		return (
			tree_dagger($code),
			tree_asterisk($code),
			bool(defined tree_asterisk($code)),
			array(tree_forms('icd10', $code)));
	},
	'icd10: halves of pairs, grammars');
same_rows(
	'SELECT chapter(code), code_forms(code) FROM tree_icd9cm3 ORDER BY n',
	$values{icd9cm3},
	sub {
		my ($code) = @_;
		return (tree_chapter_icd9cm3($code), array(tree_forms('icd9cm3', $code)));
	},
	'icd9cm3: chapter, grammars');
same_rows(
	'SELECT ' . join(', ', map { "$_(code)" } tree_segments()) . ' FROM tree_fee_item ORDER BY n',
	$values{fee_item},
	sub {
		my ($code) = @_;
		return map { tree_segment($_, $code) } tree_segments();
	},
	'fee_item: parts');

# ------------------------------------------------------ chapters, blocks ---
SKIP:
{
	my $data = medsup_data();
	skip 'real code lists not found; set MEDSUP_DATA to their folder', 1
	  unless defined $data;

	# The file goes through the tree from the top: what a category lies in is
	# what was named before it.
	my (@chapters, @blocks, %chapter_of, %blocks_of);
	open(my $fh, '<:raw', "$data/codes/icd10_who_2019.csv") or die $!;
	<$fh>;
	while (my $line = <$fh>)
	{
		my ($kind, $code) = $line =~ /^([a-z]+),([^,]+),/ or die $line;
		push @chapters, $code if $kind eq 'chapter';
		push @blocks, [ scalar @chapters, split /-/, $code ] if $kind eq 'block';
		next unless $kind eq 'category';
		$chapter_of{$code} = scalar @chapters;

		# nested blocks begin where the outer one begins, or within it
		$blocks_of{$code} = array(map { "$_->[1]-$_->[2]" }
			  sort { $a->[1] cmp $b->[1] || $b->[2] cmp $a->[2] }
			  grep { $_->[1] le $code && $code le $_->[2] } @blocks);
	}
	close($fh);
	is(scalar @chapters, 22, 'chapters of the WHO');
	is(scalar @blocks, 274, 'blocks of the WHO');

	my @placed = grep { exists $chapter_of{ substr($_->[0], 0, 3) } } @{ $values{icd10} };
	cmp_ok(scalar @placed, '>', 10_000, 'codes in them');
	send_rows('placed', 'code icd10', \@placed);
	same_rows(
		'SELECT chapter(code), block(code), blocks(code) FROM placed ORDER BY n',
		\@placed,
		sub {
			my $category = substr($_[0], 0, 3);
			my ($innermost) = $blocks_of{$category} =~ /([^,{]+)}$/;
			return ($chapter_of{$category}, $innermost, $blocks_of{$category});
		},
		'icd10: chapter and blocks');
	same_rows(
		"SELECT chapter, block, first, last FROM icd10_blocks()
		 ORDER BY first, last DESC",
		[ sort { $a->[1] cmp $b->[1] || $b->[2] cmp $a->[2] } @blocks ],
		sub { return ($_[0], "$_[1]-$_[2]", $_[1], $_[2]) },
		'icd10_blocks()');
	is( sql("SELECT string_agg(roman, ' ' ORDER BY number) FROM icd10_chapters()"),
		"@chapters", 'icd10_chapters()');
}

$node->stop;
done_testing();
