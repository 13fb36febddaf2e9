/*-------------------------------------------------------------------------
 *
 * audit_record_core.c
 *	  Diagnoses, operations and registrations, found by what they belong to.
 *
 * Everything is sorted once, at the first question of a call.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "audit/audit_record_core.h"
#include "code/code_tree_core.h"

typedef struct WorkRecords
{
	WorkDiagnosis *diagnoses;	/* by encounter */
	uint32_t   *first_diagnosis;	/* of each encounter, and the end */
	WorkOperation *operations;
	uint32_t   *first_operation;
	uint32_t   *registrations;	/* by programme and begin, of MsClaims */
	uint32_t   *lasting;		/* up to each, the one that ends last */
	uint32_t	n_registrations;
} WorkRecords;

/* The encounter of a record, -1 when it stands for nothing. */
static int32_t
encounter_of_record(const Audit *a, MsStr mdtrt_id, MsStr setl_id,
					MsStr vali_flag)
{
	int32_t		settlement = ms_fate_settlement(a, setl_id);

	if (ms_flag_is(vali_flag, '0'))
		return -1;
	if (settlement >= 0 && (a->settlements[settlement].is_void ||
							a->settlements[settlement].cancelled))
		return -1;
	if (ms_str_missing(mdtrt_id) && settlement >= 0)
		mdtrt_id = a->claims->settlements[settlement].mdtrt_id;
	return ms_fate_encounter(a, mdtrt_id);
}

static int
cmp_strs(const MsStr *const a[], const MsStr *const b[], size_t n)
{
	int			diff = 0;

	for (size_t i = 0; i < n && diff == 0; i++)
		diff = ms_str_cmp(*a[i], *b[i]);
	return diff;
}

static int
cmp_value(MsValue a, MsValue b)
{
	if (a.state != b.state)
		return a.state < b.state ? -1 : 1;
	if (a.state != MS_READABLE)
		return 0;
	return (a.v > b.v) - (a.v < b.v);
}

/* ---- diagnoses ---- */

typedef struct RecordOrder
{
	const Audit *a;
	const void *records;
} RecordOrder;

static int
cmp_diagnoses(uint32_t i, uint32_t j, const void *ctx)
{
	const RecordOrder *order = ctx;
	const WorkDiagnosis *x = &((const WorkDiagnosis *) order->records)[i];
	const WorkDiagnosis *y = &((const WorkDiagnosis *) order->records)[j];
	const MsDiagnosis *a = &order->a->claims->diagnoses[x->src];
	const MsDiagnosis *b = &order->a->claims->diagnoses[y->src];
	const MsStr *const as[] = {&a->diag_code, &a->diag_type,
	&a->maindiag_flag, &a->inout_diag_type, &a->setl_id, &a->vali_flag};
	const MsStr *const bs[] = {&b->diag_code, &b->diag_type,
	&b->maindiag_flag, &b->inout_diag_type, &b->setl_id, &b->vali_flag};

	if (x->encounter != y->encounter)
		return x->encounter < y->encounter ? -1 : 1;
	if (x->western != y->western)
		return x->western ? -1 : 1;
	if (x->main != y->main)
		return x->main ? -1 : 1;
	return cmp_strs(as, bs, sizeof(as) / sizeof(as[0]));
}

static void
read_diagnosis(const MsDiagnosis *in, WorkDiagnosis *d)
{
	MsStr text = ms_str_trim(in->diag_code);

	d->western = !ms_flag_is(in->diag_type, '2') &&
		!ms_flag_is(in->diag_type, '3');
	d->main = ms_flag_is(in->maindiag_flag, '1');
	d->readable = d->western && !ms_str_missing(text) &&
		ms_code_icd10_parse(text.s, text.len, &d->code, NULL);
	if (!d->readable)
		return;
	if (!ms_code_icd10_dagger(d->code, &d->dagger))
		d->dagger = d->code;
	d->has_asterisk = ms_code_icd10_asterisk(d->code, &d->asterisk);
}

static void
index_diagnoses(Audit *a, WorkRecords *r)
{
	uint32_t	n = a->claims->n_diagnoses;
	WorkDiagnosis *all = MS_NEW(&a->arena, WorkDiagnosis, n);
	uint32_t   *idx = MS_NEW(&a->arena, uint32_t, n);
	RecordOrder order = {a, all};
	uint32_t	kept = 0;

	r->diagnoses = MS_NEW(&a->arena, WorkDiagnosis, n);
	r->first_diagnosis = MS_NEW(&a->arena, uint32_t,
								(size_t) a->claims->n_encounters + 1);
	for (uint32_t i = 0; i < n; i++)
	{
		const MsDiagnosis *in = &a->claims->diagnoses[i];
		WorkDiagnosis *d = &all[kept];

		ms_tick(&a->arena);
		d->encounter = encounter_of_record(a, in->mdtrt_id, in->setl_id,
										   in->vali_flag);
		if (d->encounter < 0)
			continue;
		d->src = i;
		read_diagnosis(in, d);
		r->first_diagnosis[d->encounter + 1]++;
		idx[kept] = kept;
		kept++;
	}
	ms_sort(&a->arena, idx, kept, cmp_diagnoses, &order);
	for (uint32_t i = 0; i < kept; i++)
		r->diagnoses[i] = all[idx[i]];
	for (uint32_t i = 0; i < a->claims->n_encounters; i++)
		r->first_diagnosis[i + 1] += r->first_diagnosis[i];
}

/* ---- operations ---- */

static int
cmp_operations(uint32_t i, uint32_t j, const void *ctx)
{
	const RecordOrder *order = ctx;
	const WorkOperation *x = &((const WorkOperation *) order->records)[i];
	const WorkOperation *y = &((const WorkOperation *) order->records)[j];
	const MsOperation *a = &order->a->claims->operations[x->src];
	const MsOperation *b = &order->a->claims->operations[y->src];
	const MsStr *const as[] = {&a->oprn_oprt_code, &a->main_oprn_flag,
		&a->setl_id, &a->oper_dr_code, &a->anst_way, &a->anst_dr_code,
	&a->incs_type, &a->vali_flag};
	const MsStr *const bs[] = {&b->oprn_oprt_code, &b->main_oprn_flag,
		&b->setl_id, &b->oper_dr_code, &b->anst_way, &b->anst_dr_code,
	&b->incs_type, &b->vali_flag};
	const MsValue av[] = {a->oprn_oprt_date, a->begntime, a->endtime,
	a->anst_begntime, a->anst_endtime};
	const MsValue bv[] = {b->oprn_oprt_date, b->begntime, b->endtime,
	b->anst_begntime, b->anst_endtime};
	int			diff;

	if (x->encounter != y->encounter)
		return x->encounter < y->encounter ? -1 : 1;
	if (x->main != y->main)
		return x->main ? -1 : 1;
	diff = cmp_strs(as, bs, sizeof(as) / sizeof(as[0]));
	for (size_t v = 0; v < sizeof(av) / sizeof(av[0]) && diff == 0; v++)
		diff = cmp_value(av[v], bv[v]);
	return diff;
}

static void
index_operations(Audit *a, WorkRecords *r)
{
	uint32_t	n = a->claims->n_operations;
	WorkOperation *all = MS_NEW(&a->arena, WorkOperation, n);
	uint32_t   *idx = MS_NEW(&a->arena, uint32_t, n);
	RecordOrder order = {a, all};
	uint32_t	kept = 0;

	r->operations = MS_NEW(&a->arena, WorkOperation, n);
	r->first_operation = MS_NEW(&a->arena, uint32_t,
								(size_t) a->claims->n_encounters + 1);
	for (uint32_t i = 0; i < n; i++)
	{
		const MsOperation *in = &a->claims->operations[i];
		WorkOperation *o = &all[kept];
		MsStr text = ms_str_trim(in->oprn_oprt_code);

		ms_tick(&a->arena);
		o->encounter = encounter_of_record(a, in->mdtrt_id, in->setl_id,
										   in->vali_flag);
		if (o->encounter < 0)
			continue;
		o->src = i;
		o->main = ms_flag_is(in->main_oprn_flag, '1');
		o->readable = !ms_str_missing(text) &&
			ms_code_icd9cm3_parse(text.s, text.len, &o->code, NULL);
		r->first_operation[o->encounter + 1]++;
		idx[kept] = kept;
		kept++;
	}
	ms_sort(&a->arena, idx, kept, cmp_operations, &order);
	for (uint32_t i = 0; i < kept; i++)
		r->operations[i] = all[idx[i]];
	for (uint32_t i = 0; i < a->claims->n_encounters; i++)
		r->first_operation[i + 1] += r->first_operation[i];
}

/* ---- registrations ---- */

static int
cmp_registrations(uint32_t i, uint32_t j, const void *ctx)
{
	const MsClaims *claims = ctx;
	const MsRegistration *x = &claims->registrations[i];
	const MsRegistration *y = &claims->registrations[j];
	int			diff = ms_str_cmp(ms_str_trim(x->dise_no),
								  ms_str_trim(y->dise_no));

	if (diff == 0)
		diff = cmp_value(x->begndate, y->begndate);
	if (diff == 0)
		diff = cmp_value(x->enddate, y->enddate);
	if (diff == 0)
	{
		const MsStr *const as[] = {&x->fixmedins_code, &x->insu_admdvs,
		&x->vali_flag};
		const MsStr *const bs[] = {&y->fixmedins_code, &y->insu_admdvs,
		&y->vali_flag};

		diff = cmp_strs(as, bs, sizeof(as) / sizeof(as[0]));
	}
	return diff;
}

static bool
ends_before(const MsRegistration *x, const MsRegistration *y)
{
	return x->enddate.state == MS_READABLE &&
		(y->enddate.state == MS_MISSING || x->enddate.v < y->enddate.v);
}

/* What has no readable begin is of no day. */
static void
index_registrations(Audit *a, WorkRecords *r)
{
	const MsClaims *claims = a->claims;

	r->registrations = MS_NEW(&a->arena, uint32_t, claims->n_registrations);
	for (uint32_t i = 0; i < claims->n_registrations; i++)
	{
		const MsRegistration *in = &claims->registrations[i];

		ms_tick(&a->arena);
		if (!ms_flag_is(in->vali_flag, '0') &&
			in->begndate.state == MS_READABLE &&
			in->enddate.state != MS_UNREADABLE &&
			!ms_str_missing(ms_str_trim(in->dise_no)))
			r->registrations[r->n_registrations++] = i;
	}
	ms_sort(&a->arena, r->registrations, r->n_registrations,
			cmp_registrations, claims);
	r->lasting = MS_NEW(&a->arena, uint32_t, r->n_registrations);
	for (uint32_t i = 0; i < r->n_registrations; i++)
	{
		const MsRegistration *in = &claims->registrations[r->registrations[i]];
		const MsRegistration *before = i == 0 ? NULL :
		&claims->registrations[r->lasting[i - 1]];

		r->lasting[i] = before != NULL && !ends_before(before, in) &&
			ms_str_eq(ms_str_trim(before->dise_no), ms_str_trim(in->dise_no)) ?
			r->lasting[i - 1] : r->registrations[i];
	}
}

/* ---- questions ---- */

static const WorkRecords *
records_of(Audit *a)
{
	WorkRecords *r = a->records;

	if (r == NULL)
	{
		r = MS_NEW(&a->arena, WorkRecords, 1);
		index_diagnoses(a, r);
		index_operations(a, r);
		index_registrations(a, r);
		a->records = r;
	}
	return r;
}

const WorkDiagnosis *
ms_record_diagnoses(Audit *a, int32_t encounter, uint32_t *n)
{
	const WorkRecords *r = records_of(a);
	uint32_t	first = r->first_diagnosis[encounter];

	*n = r->first_diagnosis[encounter + 1] - first;
	return r->diagnoses + first;
}

const WorkOperation *
ms_record_operations(Audit *a, int32_t encounter, uint32_t *n)
{
	const WorkRecords *r = records_of(a);
	uint32_t	first = r->first_operation[encounter];

	*n = r->first_operation[encounter + 1] - first;
	return r->operations + first;
}

int32_t
ms_record_registration(Audit *a, MsStr dise_no, int64_t day)
{
	const WorkRecords *r = records_of(a);
	uint32_t	lo = 0;
	uint32_t	hi = r->n_registrations;

	/* behind the last one of the programme that has begun by the day */
	dise_no = ms_str_trim(dise_no);
	while (lo < hi)
	{
		uint32_t	mid = lo + (hi - lo) / 2;
		const MsRegistration *in =
		&a->claims->registrations[r->registrations[mid]];
		int			diff = ms_str_cmp(ms_str_trim(in->dise_no), dise_no);

		if (diff < 0 || (diff == 0 && ms_day_of(in->begndate.v) <= day))
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo > 0)
	{
		uint32_t	at = r->lasting[lo - 1];
		const MsRegistration *in = &a->claims->registrations[at];

		if (ms_str_eq(ms_str_trim(in->dise_no), dise_no) &&
			(in->enddate.state == MS_MISSING ||
			 ms_day_of(in->enddate.v) >= day))
			return (int32_t) at;
	}
	return -1;
}
