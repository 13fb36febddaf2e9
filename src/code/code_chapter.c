/*-------------------------------------------------------------------------
 *
 * code_chapter.c
 *	  Chapters and blocks in SQL.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "code/code_chapter_core.h"
#include "common/ms_compat.h"
#include "medsup.h"

PG_FUNCTION_INFO_V1(medsup_icd10_chapter);
PG_FUNCTION_INFO_V1(medsup_icd10_block);
PG_FUNCTION_INFO_V1(medsup_icd10_block_path);
PG_FUNCTION_INFO_V1(medsup_icd10_chapters);
PG_FUNCTION_INFO_V1(medsup_icd10_blocks);
PG_FUNCTION_INFO_V1(medsup_icd9cm3_chapter);
PG_FUNCTION_INFO_V1(medsup_icd9cm3_chapters);

Datum
medsup_icd10_chapter(PG_FUNCTION_ARGS)
{
	int			chapter = ms_code_icd10_chapter(PG_GETARG_MS_ICD10(0));

	if (chapter == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT32(chapter);
}

Datum
medsup_icd10_block(PG_FUNCTION_ARGS)
{
	int			block = ms_code_icd10_block(PG_GETARG_MS_ICD10(0));

	if (block < 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(ms_icd10_blocks[block].name));
}

/* All blocks that hold a diagnosis, outermost first. */
Datum
medsup_icd10_block_path(PG_FUNCTION_ARGS)
{
	int			block = ms_code_icd10_block(PG_GETARG_MS_ICD10(0));
	Datum		elems[MS_ICD10_BLOCK_DEPTH];
	int			first = MS_ICD10_BLOCK_DEPTH;

	for (; block >= 0; block = ms_icd10_outer_block(block))
		elems[--first] = CStringGetTextDatum(ms_icd10_blocks[block].name);
	PG_RETURN_ARRAYTYPE_P(construct_array(elems + first,
										  MS_ICD10_BLOCK_DEPTH - first,
										  TEXTOID, -1, false, TYPALIGN_INT));
}

static Datum
category_datum(const char *text)
{
	MsIcd10		code;

	if (!ms_code_icd10_parse(text, 3, &code, NULL))
		elog(ERROR, "medsup: chapter table has no category at \"%s\"", text);
	return UInt64GetDatum(code);
}

static Datum
operation_datum(const char *text)
{
	MsIcd9cm3	code;

	if (!ms_code_icd9cm3_parse(text, 2, &code, NULL))
		elog(ERROR, "medsup: chapter table has no category at \"%s\"", text);
	return UInt64GetDatum(code);
}

static Datum
utf8_datum(const char *text)
{
	return CStringGetTextDatum(pg_any_to_server(text, (int) strlen(text),
												PG_UTF8));
}

Datum
medsup_icd10_chapters(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	bool		nulls[6] = {false};

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < ms_icd10_nchapters; i++)
	{
		const MsChapter *chapter = &ms_icd10_chapters[i];
		Datum		values[6];

		values[0] = Int32GetDatum(i + 1);
		values[1] = CStringGetTextDatum(chapter->number);
		values[2] = category_datum(chapter->first);
		values[3] = category_datum(chapter->last);
		values[4] = utf8_datum(chapter->name_zh);
		values[5] = CStringGetTextDatum(chapter->name_en);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values,
							 nulls);
	}
	return (Datum) 0;
}

Datum
medsup_icd10_blocks(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < ms_icd10_nblocks; i++)
	{
		const MsBlock *block = &ms_icd10_blocks[i];
		int			outer = ms_icd10_outer_block(i);
		Datum		values[6];
		bool		nulls[6] = {false};

		values[0] = CStringGetTextDatum(block->name);
		values[1] = category_datum(block->name);
		values[2] = category_datum(block->name + 4);
		values[3] = Int32GetDatum(ms_code_icd10_chapter(DatumGetUInt64(values[1])));
		nulls[4] = outer < 0;
		values[4] = outer < 0 ? (Datum) 0 :
			CStringGetTextDatum(ms_icd10_blocks[outer].name);
		values[5] = Int32GetDatum(block->depth);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values,
							 nulls);
	}
	return (Datum) 0;
}

Datum
medsup_icd9cm3_chapter(PG_FUNCTION_ARGS)
{
	int			chapter = ms_code_icd9cm3_chapter(PG_GETARG_MS_ICD9CM3(0));

	PG_RETURN_TEXT_P(cstring_to_text(ms_icd9cm3_chapters[chapter].number));
}

Datum
medsup_icd9cm3_chapters(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	bool		nulls[5] = {false};

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < ms_icd9cm3_nchapters; i++)
	{
		const MsChapter *chapter = &ms_icd9cm3_chapters[i];
		Datum		values[5];

		values[0] = CStringGetTextDatum(chapter->number);
		values[1] = operation_datum(chapter->first);
		values[2] = operation_datum(chapter->last);
		values[3] = utf8_datum(chapter->name_zh);
		values[4] = CStringGetTextDatum(chapter->name_en);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values,
							 nulls);
	}
	return (Datum) 0;
}
