/*-------------------------------------------------------------------------
 *
 * code_tree_core.c
 *	  The hierarchy of the codes: halves of a pair.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "code/code_tree_core.h"

/* Longest icd10 text without a +: E11.200x011. */
#define ICD10_MAX_SINGLE 11

/*
 * Prints a code and finds the + of a pair: 0 if it is none.  Every pair is
 * longer than any other code, which spares most codes the search.
 */
static int
find_plus(MsIcd10 code, char buf[MS_CODE_BUFSIZE], int *len)
{
	*len = ms_code_icd10_format(code, buf);
	if (*len <= ICD10_MAX_SINGLE)
		return 0;
	return (int) ((char *) memchr(buf, '+', (size_t) *len) - buf);
}

bool
ms_code_icd10_is_pair(MsIcd10 code)
{
	char		buf[MS_CODE_BUFSIZE];
	int			len;

	return find_plus(code, buf, &len) > 0;
}

bool
ms_code_icd10_dagger(MsIcd10 code, MsIcd10 *out)
{
	char		buf[MS_CODE_BUFSIZE];
	int			len;
	int			plus = find_plus(code, buf, &len);

	if (plus > 0)
		return ms_code_icd10_parse(buf, (size_t) plus, out, NULL);
	*out = code;
	return len > 0;
}

bool
ms_code_icd10_asterisk(MsIcd10 code, MsIcd10 *out)
{
	char		buf[MS_CODE_BUFSIZE];
	int			len;
	int			plus = find_plus(code, buf, &len);

	/* what stands between + and * */
	return plus > 0 &&
		ms_code_icd10_parse(buf + plus + 1, (size_t) (len - plus - 2), out,
							NULL);
}
