/*-------------------------------------------------------------------------
 *
 * code_defect_words_core.c
 *	  Keys and sentences of the defects that code_defect_core.c finds.
 *
 * In a sentence $1 and $2 are the parts that the reading names, $p is the
 * place, $c the character found there, $a what may stand there.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <string.h>

#include "code/code_defect_core.h"

typedef struct DefectWords
{
	const char *key;
	const char *zh;
	const char *en;
} DefectWords;

/* Indexed by MsDefect. */
static const DefectWords defect_words[] = {
	{"none", "", ""},
	{"empty",
		"单元格为空；没有编码时应为 NULL。",
	"The cell is empty; it should be NULL where there is no code."},
	{"null_word",
		"“$1”表示没有编码，应为 NULL。",
	"\"$1\" says that there is no code; it should be NULL."},
	{"quoted",
		"编码 $1 带有引号或等号，应去掉。",
	"The code $1 stands in quotation marks; take them away."},
	{"scientific_notation",
		"“$1”是科学计数法，末尾数字已丢失；请以文本格式重新导出该列。",
	"\"$1\" is a number in scientific notation and has lost its last digits; export the column as text."},
	{"decimal_number",
		"$1 带小数点，编码曾被当作数值，开头的 0 可能已丢失；请以文本格式重新导出该列。",
	"$1 has a decimal point: the code went through a number and may have lost leading zeros; export the column as text."},
	{"glued_morphology",
		"部位编码 $1 与形态学编码 $2 连在一起，应分两列存放。",
	"The topography $1 and the morphology $2 are glued together; keep them in columns of their own."},
	{"morphology_alone",
		"$1 是形态学编码，不是诊断编码。",
	"$1 is a morphology code, not a diagnosis."},
	{"pair_without_star",
		"剑号、星号双重编码缺少末尾的 *，应写作 $1。",
	"The pair lacks its final *; it is written $1."},
	{"pair_without_plus",
		"剑号、星号双重编码缺少 +，应写作 $1。",
	"The pair lacks its +; it is written $1."},
	{"pair_without_marks",
		"两个编码连在一起；若为剑号、星号双重编码，应写作 $1。",
	"Two codes stand side by side; if they are a pair, it is written $1."},
	{"asterisk_too_long",
		"星号部分 $2 位数过多，只能是三位或四位编码，如 $1。",
	"The asterisk half $2 is too long; it is a code of three or four characters, as in $1."},
	{"dagger_too_short",
		"剑号部分 $1 不完整，双重编码的前半部分应为完整的医保编码。",
	"The dagger half $1 is too short; a pair begins with a whole national code."},
	{"asterisk_alone",
		"$1 是星号编码，不能单独使用，应与剑号编码成对出现。",
	"$1 is an asterisk code and cannot stand alone; it needs a dagger code before it."},
	{"dagger_alone",
		"$1 后有剑号，但缺少星号编码。",
	"A dagger follows $1, but no asterisk code."},
	{"tcm_code",
		"$1 是中医病证编码，不是 ICD-10 编码。",
	"$1 is a code of traditional Chinese medicine, not of ICD-10."},
	{"code_range",
		"$1 至 $2 是编码范围，不是一个编码。",
	"$1 to $2 is a range of codes, not a code."},
	{"wildcard",
		"应去掉末尾的通配符：$1 本身即包含其下所有编码。",
	"Take the wildcard away: $1 alone stands for every code below it."},
	{"several_codes",
		"单元格中有多个编码（$1、$2 等），应每行一个。",
	"The cell holds several codes ($1, $2); keep one per row."},
	{"glued_codes",
		"编码 $1 与 $2 连在一起，应每行一个。",
	"The codes $1 and $2 are glued together; keep one per row."},
	{"trailing_dot",
		"末尾的点多余，应写作 $1。",
	"The dot at the end is too much; it is written $1."},
	{"missing_dot",
		"缺少小数点，应写作 $1。",
	"The dot is missing; it is written $1."},
	{"short_extension",
		"扩展码之前缺少 00，应写作 $1。",
	"The 00 before the extension is missing; it is written $1."},
	{"blank_inside",
		"编码中间有空格，应写作 $1。",
	"There is a blank inside; it is written $1."},
	{"letter_for_digit",
		"第 $p 位是字母 $c，此处应为数字；请核对原始单据，若确为 $1 再改。",
	"The letter $c at position $p stands where a digit is required; write $1 if that is what the document says."},
	{"digit_for_letter",
		"第 $p 位是数字 $c，此处应为字母；请核对原始单据，若确为 $1 再改。",
	"The digit $c at position $p stands where a letter is required; write $1 if that is what the document says."},
	{"unmarked_local",
		"像是地方价格项目编码；地方编码前应加 ~，写作 $1。",
	"It looks like a code of a local price list; such a code is marked with ~ and written $1."},
	{"name_attached",
		"编码 $1 与文字“$2”写在一起，应分两列存放。",
	"The code $1 and the words \"$2\" share a cell; keep them in columns of their own."},
	{"name_only",
		"“$1”是名称，不是编码。",
	"\"$1\" is a name, not a code."},
	{"other_type",
		"这是 $1 类型的编码，可能放错了列。",
	"It is a code of the type $1; perhaps it is in the wrong column."},
	{"private_use",
		"第 $p 位是私用区字符 $c，原文已无法辨认。",
	"Position $p holds the private-use character $c; what was meant cannot be told."},
	{"invisible_character",
		"第 $p 位有不可见字符 $c，应删除。",
	"Position $p holds the invisible character $c; remove it."},
	{"not_ascii",
		"第 $p 位是字符 $c，编码只用半角字母、数字和符号。",
	"Position $p holds the character $c; codes are written in plain ASCII."},
	{"mixed_x",
		"大写 X 与小写 x 混用，两种读法都成立：医保编码用小写 x，ICD-10-CM 用大写 X。",
	"x and X are mixed and both readings are codes: x is national, X is of ICD-10-CM."},
	{"too_long",
		"编码过长：在第 $p 位之前就应结束。",
	"It is too long: the code should end before position $p."},
	{"incomplete",
		"编码不完整，第 $p 位应为 $a。",
	"It is incomplete; $a should follow at position $p."},
	{"bad_character",
		"第 $p 位是 $c，此处应为 $a。",
	"Position $p holds $c, where $a should stand."},
};

/* In the order of the bits. */
static const char *const note_keys[MS_N_NOTES] = {
	"outer_blank", "full_width", "compatibility_character", "roman_numeral",
	"look_alike", "letter_case", "trailing_dot", "lost_zeros", "local_shape",
	"letter_o_or_i", "capital_x", "glued_shape"
};

/* Indexed by MsReadAs; the names of the SQL types. */
static const char *const read_as_names[MS_N_READ_AS] = {
	"icd10", "icd9cm3", "fee_item", "drug_code"
};

_Static_assert(sizeof(defect_words) / sizeof(defect_words[0]) == MS_N_DEFECTS,
			   "each defect has its words");

const char *
ms_defect_key(MsDefect defect)
{
	return defect_words[defect].key;
}

const char *
ms_note_key(int bit)
{
	return note_keys[bit];
}

const char *
ms_read_as_name(MsReadAs as)
{
	return read_as_names[as];
}

/* A text under construction; what does not fit is left out whole. */
typedef struct Sentence
{
	char	   *buf;
	size_t		len;
} Sentence;

static void
add(Sentence *s, const char *text, size_t len)
{
	if (s->len + len >= MS_SENTENCE_MAX)
		return;
	memcpy(s->buf + s->len, text, len);
	s->len += len;
}

/* The character itself where it can be seen, and its code point. */
static void
add_char(Sentence *s, const MsReading *r)
{
	char		seen[24];
	uint32_t	c = r->found;
	int			n = 0;

	if (c > 0x20 && c < 0x7F)
		n = snprintf(seen, sizeof(seen), "%c", (int) c);
	else if (c >= 0x20 && r->defect == MS_DEFECT_NOT_ASCII && c != 0xFFFD)
	{
		if (c < 0x800)
			n = snprintf(seen, sizeof(seen), "%c%c ",
						 (int) (0xC0 | c >> 6), (int) (0x80 | (c & 0x3F)));
		else if (c < 0x10000)
			n = snprintf(seen, sizeof(seen), "%c%c%c ",
						 (int) (0xE0 | c >> 12),
						 (int) (0x80 | (c >> 6 & 0x3F)),
						 (int) (0x80 | (c & 0x3F)));
	}
	if (c <= 0x20 || c >= 0x7F)
		n += snprintf(seen + n, sizeof(seen) - (size_t) n, "U+%04X",
					  (unsigned) c);
	add(s, seen, (size_t) n);
}

/* The parser lists what is allowed in English: 0-9, A-Z or the end of the code */
static void
add_allowed(Sentence *s, const char *allowed, bool zh)
{
	static const char *const words[][2] = {
		{" or the end of the code", " 或编码结束"},
		{"the end of the code", "编码结束"},
		{" or ", " 或 "},
		{", ", "、"},
	};

	while (*allowed != '\0')
	{
		size_t		n = 1;
		const char *out = allowed;
		size_t		out_len = 1;

		for (size_t i = 0; zh && i < sizeof(words) / sizeof(words[0]); i++)
		{
			size_t		len = strlen(words[i][0]);

			if (strncmp(allowed, words[i][0], len) == 0)
			{
				n = len;
				out = words[i][1];
				out_len = strlen(out);
				break;
			}
		}
		add(s, out, out_len);
		allowed += n;
	}
}

int
ms_defect_sentence(const MsReading *r, bool zh, char buf[MS_SENTENCE_MAX])
{
	const DefectWords *words = &defect_words[r->defect];
	const char *p = zh ? words->zh : words->en;
	Sentence	s = {buf, 0};

	for (; *p != '\0'; p++)
	{
		char		number[16];

		if (*p != '$')
		{
			add(&s, p, 1);
			continue;
		}
		switch (*++p)
		{
			case '1':
				add(&s, r->part[0], strlen(r->part[0]));
				break;
			case '2':
				add(&s, r->part[1], strlen(r->part[1]));
				break;
			case 'p':
				add(&s, number, (size_t) snprintf(number, sizeof(number), "%d",
												  r->position));
				break;
			case 'c':
				add_char(&s, r);
				break;
			case 'a':
				add_allowed(&s, r->allowed, zh);
				break;
		}
	}
	buf[s.len] = '\0';
	return (int) s.len;
}
