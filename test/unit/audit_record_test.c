/*
 * audit_record_test.c
 *	  Which diagnoses, operations and registrations belong to an encounter or
 *	  a day, in an order that the input's does not change.
 */
#include "unit.h"

#include "audit_fixture.h"
#include "audit/audit_record_core.h"

static MsDiagnosis diagnoses[8];
static MsOperation operations[4];
static MsRegistration registrations[6];
static Audit audit;

/* Encounters M1 and M2 with settlements S1 and S2; S3 of M1 is cancelled. */
static void
start(void)
{
	MsSettlement *reversal;

	fx_reset();
	memset(diagnoses, 0, sizeof(diagnoses));
	memset(operations, 0, sizeof(operations));
	memset(registrations, 0, sizeof(registrations));
	fx_encounter("M1");
	fx_encounter("M2");
	fx_settlement("S1", "M1", 100);
	fx_settlement("S2", "M2", 100);
	fx_settlement("S3", "M1", 100);
	reversal = fx_settlement("S4", "M1", -100);
	reversal->init_setl_id = ms_str("S3");
	reversal->refd_setl_flag = ms_str("1");
	fx_claims.diagnoses = diagnoses;
	fx_claims.operations = operations;
	fx_claims.registrations = registrations;
}

static MsDiagnosis *
diagnosis(const char *mdtrt_id, const char *setl_id, const char *code,
		  const char *type, const char *main)
{
	MsDiagnosis *d = &diagnoses[fx_claims.n_diagnoses++];

	d->mdtrt_id = ms_str(mdtrt_id);
	d->setl_id = ms_str(setl_id);
	d->diag_code = ms_str(code);
	d->diag_type = ms_str(type);
	d->maindiag_flag = ms_str(main);
	return d;
}

static void
registration(const char *dise_no, int64_t from, MsValue to)
{
	MsRegistration *r = &registrations[fx_claims.n_registrations++];

	r->dise_no = ms_str(dise_no);
	r->begndate = fx_v(from);
	r->enddate = to;
}

static void
read_claims(void)
{
	static MsEnv env;

	env = fx_env();
	memset(&audit, 0, sizeof(audit));
	ms_arena_init(&audit.arena, &env);
	ms_arena_init(&audit.scratch, &env);
	audit.claims = &fx_claims;
	ms_fate_lines(&audit);
}

static void
test_diagnoses(void)
{
	const WorkDiagnosis *d;
	uint32_t	n;

	start();
	diagnosis("M1", NULL, "A01.01.02", "2", "1");
	diagnosis("M1", "S1", "J18.900", "1", "0");
	diagnosis(NULL, "S1", "e11.200x011+n08.3*", "1", "1");	/* by settlement */
	diagnosis("M1", NULL, "what?", NULL, "0");
	diagnosis("M1", "S3", "C61.x00", "1", "0"); /* of a cancelled bill */
	diagnosis("M1", NULL, "C61.x00", "1", "0")->vali_flag = ms_str("0");
	diagnosis("M3", NULL, "C61.x00", "1", "0"); /* no such visit */
	diagnosis("M2", NULL, "I10.x00", "1", "0");
	read_claims();
	d = ms_record_diagnoses(&audit, 0, &n);
	CHECK_INT(n, 4);
	CHECK_INT(d[0].src, 2);		/* the main one first */
	CHECK(d[0].main && d[0].western && d[0].readable && d[0].has_asterisk);
	CHECK_INT(ms_code_icd10_length(d[0].dagger), 11);
	CHECK_INT(ms_code_icd10_length(d[0].asterisk), 5);
	CHECK_INT(d[1].src, 1);
	CHECK(d[1].readable && !d[1].has_asterisk && d[1].dagger == d[1].code);
	CHECK_INT(d[2].src, 3);
	CHECK(d[2].western && !d[2].readable);
	CHECK_INT(d[3].src, 0);		/* traditional ones last, never as ICD-10 */
	CHECK(!d[3].western && !d[3].readable);
	d = ms_record_diagnoses(&audit, 1, &n);
	CHECK_INT(n, 1);
	CHECK_INT(d[0].src, 7);
	fx_free();
}

static void
test_operations(void)
{
	const WorkOperation *o;
	uint32_t	n;

	start();
	operations[0].mdtrt_id = ms_str("M1");
	operations[0].oprn_oprt_code = ms_str("36.0600");
	operations[1].setl_id = ms_str("S1");
	operations[1].oprn_oprt_code = ms_str("47.0100");
	operations[1].main_oprn_flag = ms_str("1");
	operations[2].mdtrt_id = ms_str("M1");
	operations[2].oprn_oprt_code = ms_str("?");
	fx_claims.n_operations = 3;
	read_claims();
	o = ms_record_operations(&audit, 0, &n);
	CHECK_INT(n, 3);
	CHECK_INT(o[0].src, 1);
	CHECK(o[0].main && o[0].readable);
	CHECK_INT(o[1].src, 0);
	CHECK_INT(o[2].src, 2);
	CHECK(!o[2].readable);
	o = ms_record_operations(&audit, 1, &n);
	CHECK_INT(n, 0);
	fx_free();
}

static void
test_registrations(void)
{
	const int64_t jan = fx_time(1, 1, 0, 0, 0);
	const int64_t feb = fx_time(2, 1, 0, 0, 0);
	const int64_t mar = fx_time(3, 1, 0, 0, 0);
	const int64_t day = MS_USECS_PER_DAY;

	start();
	registration("M00500", feb, fx_v(feb + 9 * day));	/* within the first */
	registration("M00500", jan, fx_v(mar));
	registration("M01600", mar, fx_none(MS_MISSING));
	registration("M01700", mar, fx_none(MS_UNREADABLE));
	registration("M01800", mar, fx_none(MS_MISSING));
	registrations[4].vali_flag = ms_str("0");
	read_claims();
	CHECK_INT(ms_record_registration(&audit, ms_str("M00500"),
									 ms_day_of(jan) - 1), -1);
	CHECK_INT(ms_record_registration(&audit, ms_str("M00500"),
									 ms_day_of(jan)), 1);
	CHECK_INT(ms_record_registration(&audit, ms_str(" M00500"),
									 ms_day_of(feb) + 20), 1);
	CHECK_INT(ms_record_registration(&audit, ms_str("M00500"),
									 ms_day_of(mar)), 1);
	CHECK_INT(ms_record_registration(&audit, ms_str("M00500"),
									 ms_day_of(mar) + 1), -1);
	CHECK_INT(ms_record_registration(&audit, ms_str("M01600"),
									 ms_day_of(mar) + 999), 2);
	CHECK_INT(ms_record_registration(&audit, ms_str("M01700"),
									 ms_day_of(mar)), -1);
	CHECK_INT(ms_record_registration(&audit, ms_str("M01800"),
									 ms_day_of(mar)), -1);
	CHECK_INT(ms_record_registration(&audit, ms_str("M0"),
									 ms_day_of(mar)), -1);
	fx_free();
}

int
main(void)
{
	test_diagnoses();
	test_operations();
	test_registrations();
	return unit_done();
}
