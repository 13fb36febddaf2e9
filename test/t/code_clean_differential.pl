# Reading dirty text against the model of its documentation
# (lib/CodeCleanModel.pm): real codes soiled as exports, spreadsheets and PDFs
# do, and worse.  What is no code has a reason in both languages, and a key that
# docs/dirty-text.md lists; read_code and try_ agree.
use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::RealBin/lib";
use Encode qw(decode_utf8 encode_utf8);
use Unicode::Normalize qw(NFKC);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use MedsupTest;
use CodeModel;
use CodeCleanModel;
use CodeDifferential;

my $codes = real_codes();
my $node = start_node('clean_differential');

# the keys in the first column of the tables
open(my $fh, '<:utf8', "$FindBin::RealBin/../../docs/dirty-text.md") or die $!;
my ($section, %documented) = ('');
while (my $line = <$fh>)
{
	$section = $1 if $line =~ /^## (\w+)/;
	next unless $line =~ /^\| (`[^|]*)\|/;
	my $keys = $1;
	$documented{$section}{$_} = 1 foreach $keys =~ /`(\w+)`/g;
}
close($fh);
cmp_ok(scalar keys %{ $documented{Defects} }, '>', 30, 'keys of defects are documented');
cmp_ok(scalar keys %{ $documented{Notes} }, '>=', 10, 'keys of notes are documented');

my %alike = (
	A => 'АΑ', B => 'ВΒ', E => 'ЕΕ', Z => 'Ζ', H => 'НΗ', I => 'Ι', K => 'КΚ', M => 'МΜ',
	N => 'Ν', O => 'ОΟ', P => 'РΡ', C => 'С', T => 'ТΤ', Y => 'УΥ', X => 'ХΧⅩ', x => '×ⅹ',
	'+' => '†＋⁺', '*' => '∗⁎＊', '-' => '‐‑–—−－', '/' => '∕⁄／', '.' => '。｡・･·．',
	1 => '①¹₁１', 2 => '②²₂２', 0 => '⓪⁰₀０', 3 => '③³₃３');
my @blanks = (' ', "\t", "\r\n", "\x{b}", "\x{c}", "\x{85}", "\x{a0}", "\x{3000}", "\x{2003}",
	"\x{202f}", "\x{200b}", "\x{feff}", "\x{200e}", "\x{ad}", "\x{2060}", "\x{2028}", "\x{180e}");
my @anything = ('高', '血压', 'κ', 'к', "\x{e005}", "\x{301}", "\x{1f600}", 'é', 'ß', 'ı', 'ſ', 'K', '℃', '㎎',
	'Ⅻ', '½', '𝐄', 'Ⓔ', '〇', "\x{fdfa}", '〜', '￥', "\x{ff0e}", '、', '；', '\\N', "'", '"', 'null', '-');

# one character somewhere by one that looks like it
sub soil_one
{
	my ($t) = @_;
	my $at = int rand length $t;
	my $c = substr($t, $at, 1);
	my @as = split //, $alike{$c} // '';
	push @as, chr(ord($c) + 0xFEE0) if $c =~ /[!-~]/;
	substr($t, $at, 1) = pick(@as) if @as;
	return $t;
}
my @soil = (
	\&soil_one, \&soil_one, \&soil_one,
	sub { my $t = shift; $t =~ s/([!-~])/chr(ord($1) + 0xFEE0)/ge; $t },
	sub { my $t = shift; $t =~ s/[.]/pick(split m{}, $alike{'.'})/ge; $t },
	sub { return pick(@blanks) . shift },
	sub { return shift() . pick(@blanks) },
	sub { my $t = shift; substr($t, rand(1 + length $t), 0) = pick(@blanks); $t },
	sub { my $t = shift; substr($t, rand(1 + length $t), 0) = pick(@anything); $t },
	sub { return join pick('。', '・', '·', '、', ' ', '｜'), @_ },
	sub { return lc shift });

sub soiled
{
	my ($text, $other) = map { decode_utf8($_) } @_;
	foreach (1 .. pick(1, 1, 2, 3))
	{
		$text = pick_of(\@soil)->($text, $other) if $text ne '';
	}
	return encode_utf8($text);
}

foreach my $type (qw(icd10 icd9cm3 fee_item drug_code))
{
	my $real = $codes->{ $type eq 'drug_code' ? 'fee_item' : $type };
	my %seen;
	my @rows = map { [$_] } grep { defined && !$seen{$_}++ } '', map { encode_utf8($_) } @anything, @blanks;
	foreach (1 .. 12_000)
	{
		my $t = pick(soiled(pick_of($real), pick_of($real)), mutate(pick_of($real), $real));
		push @rows, [$t] if defined $t && !$seen{$t}++;
	}
	send_rows("dirty_$type", 't text', \@rows);
	sql("CREATE TABLE cleaned_$type AS SELECT n, t, try_$type(t) AS code, why_$type(t) AS zh, why_$type(t, 'en') AS en, r.*
		 FROM dirty_$type, LATERAL (SELECT code AS read_as, notes, defect, reason FROM read_code(t, '$type', 'en')) AS r;");
	my $read = 0;
	same_rows(
		"SELECT code FROM cleaned_$type ORDER BY n",
		\@rows,
		sub {
			my $code = clean_read($type, $_[0]);
			$read++ if defined $code;
			return $code;
		},
		"$type: dirty text");
	cmp_ok($read, '>', 500, "$type: much of it was read");
	is( sql("SELECT string_agg(t, E'\\n') FROM (SELECT t FROM cleaned_$type
			 WHERE (code IS NULL) <> (zh IS NOT NULL) OR (code IS NULL) <> (en IS NOT NULL)
			    OR read_as IS DISTINCT FROM code::text OR reason IS DISTINCT FROM en
			    OR (defect IS NULL) <> (code IS NOT NULL) OR en !~ '[a-z]+ [a-z]+' OR zh !~ '[\x{4e00}-\x{9fff}]'
			 LIMIT 5) AS x"),
		'', "$type: what is no code has a reason, and nothing else has");
	foreach my $key (split /\n/, sql("SELECT DISTINCT defect FROM cleaned_$type WHERE defect IS NOT NULL"))
	{
		fail("$type: $key is not documented") unless $documented{Defects}{$key};
	}
	foreach my $key (split /\n/, sql("SELECT DISTINCT unnest(notes) FROM cleaned_$type"))
	{
		fail("$type: note $key is not documented") unless $documented{Notes}{$key};
	}
}

# Every character of its own: those that Unicode unfolds, blanks and marks, and
# some of the rest, as the letter, a digit, the dot and outside.
my @each = grep { $_ !~ /\p{Cs}/ && /\p{Present_In=13.0}/ && (NFKC($_) ne $_ || /[\p{White_Space}\p{Cf}\p{Pd}\p{Latin}\p{Greek}\p{Cyrillic}]/ || rand() < .03) }
  map { chr } 0x80 .. 0xD7FF, 0xE000 .. 0xFFFD, 0x10000 .. 0x1FFFD;
my @rows = map { [ encode_utf8($_) ] }
  map { ("${_}11.900", "E1$_.900", "E11${_}900", "${_}E11.900$_", "E11.900$_") } @each;
cmp_ok(scalar @each, '>', 8000, 'characters to try');
send_rows('each', 't text', \@rows);
same_rows('SELECT try_icd10(t) FROM each ORDER BY n', \@rows,
	sub { return clean_read('icd10', @_) }, 'each character');

$node->stop;
done_testing();
