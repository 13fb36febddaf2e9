# CodeModel: the code types once more, slowly.
#
# What docs/types.md and docs/formats.md say in words and tables, as plain Perl
# over strings; nothing is taken from the C code.  A language is a list of
# templates, one class of characters a place.  Texts are bytes.
#
#   code_read($type, $text)        the canonical text, undef if it is no code
#   code_is($type, $text)          whether it is one as it stands
#   code_within($code, $node)      whether the node's text is a prefix
#   code_first, code_last($type, $node)  the first and last code within a node;
#                                  it may be shorter than a code
#   code_next($type, $code)        the next code in the order
#   code_behind($type, $node)      the first code behind it, undef if none is
#   code_kind($code)               kind of a fee item
#   code_bytes($type, $code)       the stored value, in network byte order
#   code_of_bytes($type, $bytes)   the text of such a value, undef if it is none
#   code_hash($bytes, $seed)       the 64-bit hash of such a value
package CodeModel;

use strict;
use warnings;
no warnings 'portable';    # 64-bit constants

use Exporter 'import';

our @EXPORT = qw(code_read code_is code_within code_first code_last code_next
  code_behind code_kind code_bytes code_of_bytes code_hash);

# What may stand in a place; any other character of a template is itself.
my @digits = ('0' .. '9');
my @capitals = ('A' .. 'Z');
my %class = (
	D => [@digits],
	L => [@capitals],
	A => [ @digits, @capitals ],
	Q => [ @digits, 'x' ],
	P => [ '-', '.', '/', @digits, @capitals, '_', 'a' .. 'z' ]);

# [ template, characters of the shortest prefix that is a value ]
my %language = (
	icd10 => [
		[ 'LDD.QDDxDDD', 3 ],         # national
		[ 'LDA.AAAA', 3 ],            # WHO, ICD-10-CM
		[ 'LDD.QDD+LDD*', 12 ],       # pairs, only whole
		[ 'LDD.QDD+LDD.D*', 14 ],
		[ 'LDD.QDDxDDD+LDD*', 16 ],
		[ 'LDD.QDDxDDD+LDD.D*', 18 ] ],
	icd9cm3 => [
		[ 'DD.DQDDxDDD', 2 ],
		[ '17.9DDAD', 2 ],            # TCM
		[ 'DD.DDDxDDDD', 2 ] ],       # 86.700x0013, as the list spells it
	service => [ [ 'D' x 15, 1 ] ],
	consumable => [ [ 'C' . 'D' x 26, 1 ] ],
	drug_j => [ [ 'J' . 'A' x 15, 1 ] ],
	drug_t => [ [ 'T' . 'D' x 19, 1 ] ],
	drug_x => [ [ 'XLDDLLLDDDL' . 'D' x 12, 1 ] ],
	drug_z => [ [ 'ZLDDLLL' . 'D' x 13, 1 ] ],
	local => [ [ '~' . 'P' x 16, 2 ] ]);
my @drugs = qw(drug_j drug_t drug_x drug_z);
my @kinds = (qw(service consumable), @drugs, 'local');

foreach my $forms (values %language)
{
	foreach my $form (@$forms)
	{
		my ($template, $from) = @$form;
		$form = {
			from => $from,
			places => [ map { $class{$_} || [$_] } split //, $template ] };
	}
}
$language{drug_code} = [ map { @{ $language{$_} } } @drugs ];
$language{fee_item} = [ map { @{ $language{$_} } } @kinds ];

# ----------------------------------------------------------------- texts ---
# One regular expression for each length that a text can have.
my %re;

sub code_is
{
	my ($name, $text) = @_;
	my $length = length $text;
	$re{$name}{$length} //= do
	{
		my @forms = grep { $_->{from} <= $length && $length <= @{ $_->{places} } }
		  @{ $language{$name} };
		my @alternatives = map {
			join '', map { '[' . join('', map { quotemeta } @$_) . ']' }
			  @{ $_->{places} }[ 0 .. $length - 1 ]
		} @forms;
		my $any = join '|', @alternatives;
		@forms ? qr/\A(?:$any)\z/ : qr/(?!)/;
	};
	return $text =~ $re{$name}{$length};
}

sub code_read
{
	my ($type, $text) = @_;
	$text =~ s/\A[ \t\r\n]+//;
	$text =~ s/[ \t\r\n]+\z//;
	(my $capital = $text) =~ tr/a-z/A-Z/;
	if ($type !~ /^icd/)
	{
		$text = $capital unless $text =~ /\A~/;
		return code_is($type, $text) ? $text : undef;
	}

	# Try every way to write the x's; no code has more than six.
	my @x = grep { substr($capital, $_, 1) eq 'X' } 0 .. length($text) - 1;
	return if @x > 6;
	my @readings;
	foreach my $choice (0 .. 2**@x - 1)
	{
		my $t = $capital;
		foreach my $i (grep { $choice >> $_ & 1 } 0 .. $#x)
		{
			substr($t, $x[$i], 1) = 'x';
		}
		push @readings, $t if code_is($type, $t);
	}
	return $readings[0] if @readings <= 1;

	# Several: the one that is as written wherever they differ.
	my @differ = grep {
		my $at = $_;
		my %written = map { substr($_, $at, 1) => 1 } @readings;
		keys %written > 1
	} @x;
	my @as_written = grep {
		my $reading = $_;
		!grep { substr($reading, $_, 1) ne substr($text, $_, 1) } @differ
	} @readings;
	return @as_written == 1 ? $as_written[0] : undef;
}

sub code_within
{
	my ($code, $node) = @_;
	return substr($code, 0, length $node) eq $node;
}

sub code_kind
{
	my ($code) = @_;
	my ($kind) = grep { code_is($_, $code) } @kinds;
	return $kind;
}

# ----------------------------------------------------------------- ranks ---
# The rank of a text is the number of texts before it.  All templates advance
# together, so what may follow depends on the place and on which templates fit
# so far: a state.  $texts{state} counts the texts that go on from there (the
# state's own included), $before{state}{char} those that sort before that
# character; $after{state}{char} is the next state.
my %room = (icd10 => 16, icd9cm3 => 24);
my (%texts, %before, %after);

sub ends_here
{
	my ($type, $at, $fit) = @_;
	return 0 + !!grep { $language{$type}[$_]{from} <= $at } @$fit;
}

# Fills the tables for a state and gives its name.
sub state
{
	my ($type, $at, @fit) = @_;
	my $state = "$type $at @fit";
	return $state if defined $texts{$state};

	my $n = ends_here($type, $at, \@fit);
	my %next;
	foreach my $form (@fit)
	{
		push @{ $next{$_} }, $form
		  foreach @{ $language{$type}[$form]{places}[$at] || [] };
	}
	foreach my $char (sort keys %next)
	{
		$before{$state}{$char} = $n;
		$after{$state}{$char} = state($type, $at + 1, @{ $next{$char} });
		$n += $texts{ $after{$state}{$char} };
	}
	$texts{$state} = $n;
	return $state;
}

sub rank
{
	my ($type, $text) = @_;
	my $state = state($type, 0, 0 .. $#{ $language{$type} });
	my $rank = 0;
	foreach my $char (split //, $text)
	{
		$rank += $before{$state}{$char};
		$state = $after{$state}{$char};
	}
	return $rank;
}

sub unrank
{
	my ($type, $rank) = @_;
	my $state = state($type, 0, 0 .. $#{ $language{$type} });
	my $text = '';
	return if $rank >= $texts{$state};
	while (1)
	{
		my ($last) = grep { $before{$state}{$_} <= $rank }
		  sort { $b cmp $a } keys %{ $before{$state} || {} };
		return $text unless defined $last;    # the text that ends here
		$rank -= $before{$state}{$last};
		$state = $after{$state}{$last};
		$text .= $last;
	}
}

# The state behind a text that begins a code, undef if none does.
sub state_behind
{
	my ($type, $text) = @_;
	my $state = state($type, 0, 0 .. $#{ $language{$type} });
	foreach my $char (split //, $text)
	{
		$state = $after{$state}{$char};
		return unless defined $state;
	}
	return $state;
}

# The last text within a node: the greatest character as long as there is one.
sub code_last
{
	my ($type, $node) = @_;
	while (my @chars = sort keys %{ $after{ state_behind($type, $node) } || {} })
	{
		$node .= $chars[-1];
	}
	return $node;
}

# Adds the least characters that make a text a code, at least MORE of them.
sub least_code
{
	my ($type, $text, $more) = @_;
	until ($more <= 0 && code_is($type, $text))
	{
		my ($least) = sort keys %{ $after{ state_behind($type, $text) } || {} };
		return unless defined $least;
		$text .= $least;
		$more--;
	}
	return $text;
}

# The first text within a node or the beginning of one; the next text behind it
# in the order; the first text behind a node's subtree, for which the last place
# that can be is counted up.
sub code_first { my ($type, $beginning) = @_; return least_code($type, $beginning, 0); }

sub code_next
{
	my ($type, $code) = @_;
	return least_code($type, $code, 1) // code_behind($type, $code);
}

sub code_behind
{
	my ($type, $node) = @_;
	foreach my $at (reverse 0 .. length($node) - 1)
	{
		my $head = substr($node, 0, $at);
		my ($char) = grep { $_ gt substr($node, $at, 1) }
		  sort keys %{ $after{ state_behind($type, $head) } };
		next unless defined $char;
		return least_code($type, $head . $char, 0);
	}
	return;
}

# ------------------------------------------------------------ fee items ---
# A tag, then one field a character, left aligned; 0 is the end.
my %tag = (
	service => 0x10, consumable => 0x30, drug_j => 0x50, drug_t => 0x70,
	drug_x => 0x90, drug_z => 0xB0, local => 0xE0);
my %width = (10 => 4, 26 => 5, 36 => 6, 66 => 7);    # by size of the class

# the places behind the leading character that the tag stands for
sub fields
{
	my ($kind) = @_;
	my @places = @{ $language{$kind}[0]{places} };
	shift @places unless $kind eq 'service';
	return @places;
}

sub fee_bits
{
	my ($code) = @_;
	my $kind = code_kind($code);
	my $bits = sprintf('%08b', $tag{$kind});
	my @fields = fields($kind);
	$code = substr($code, 1) unless $kind eq 'service';
	foreach my $char (split //, $code)
	{
		my $chars = shift @fields;
		my ($n) = grep { $chars->[$_] eq $char } 0 .. $#$chars;
		$bits .= sprintf('%0*b', $width{@$chars}, $n + 1);
	}
	return $bits;
}

sub fee_of_bits
{
	my ($bits) = @_;
	my ($kind) = grep { $tag{$_} == oct('0b' . substr($bits, 0, 8)) } @kinds;
	return unless defined $kind;
	my $text = $kind eq 'service' ? '' : $language{$kind}[0]{places}[0][0];
	my $at = 8;
	foreach my $chars (fields($kind))
	{
		my $n = oct('0b' . substr($bits, $at, $width{@$chars}));
		last if $n == 0;
		return if $n > @$chars;
		$text .= $chars->[ $n - 1 ];
		$at += $width{@$chars};
	}
	return if substr($bits, $at) =~ /1/ || !code_is($kind, $text);
	return $text;
}

# ---------------------------------------------------------------- values ---
sub code_bytes
{
	my ($type, $code) = @_;
	return pack('Q>', rank($type, $code) << $room{$type}) if $room{$type};
	return pack('B128', fee_bits($code));
}

sub code_of_bytes
{
	my ($type, $bytes) = @_;
	if (my $room = $room{$type})
	{
		return if length $bytes != 8;
		my $value = unpack('Q>', $bytes);
		return if $value & (1 << $room) - 1;
		return unrank($type, $value >> $room);
	}
	return if length $bytes != 16;
	my $text = fee_of_bits(unpack('B128', $bytes));
	return defined $text && code_is($type, $text) ? $text : undef;
}

# arithmetic modulo 2^64
sub wrapped
{
	my ($a, $op, $b) = @_;
	use integer;
	my $result = $op eq '+' ? $a + $b : $a * $b;
	no integer;
	return $result & ~0;
}

# the finalizer of splitmix64
sub mix
{
	my ($z) = @_;
	$z = wrapped($z ^ $z >> 30, '*', 0xbf58476d1ce4e5b9);
	$z = wrapped($z ^ $z >> 27, '*', 0x94d049bb133111eb);
	return $z ^ $z >> 31;
}

sub code_hash
{
	my ($bytes, $seed) = @_;
	my $hash = mix(wrapped($seed, '+', 0x9e3779b97f4a7c15));
	$hash = mix(wrapped($_, '+', $hash)) foreach unpack('Q>*', $bytes);
	return $hash;
}

1;
