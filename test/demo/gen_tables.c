/*
 * gen_tables.c
 *	  Rows of the demo warehouse as the national platform exports them, with
 *	  the dirt that real exports have.
 */
#include <string.h>

#include "gen_columns.h"
#include "gen_stories.h"
#include "gen_tables.h"

#define REGION "999999"
#define REGION_AWAY "999998"

#define AS_ENUM(table, column, type) table##_##column,
#define AS_COLUMN(table, column, type) {#column, SQL_##type},

#define SQL_TEXT "varchar"
#define SQL_TS "timestamp"
#define SQL_D "date"
#define SQL_I "integer"
#define SQL_B "bigint"
#define SQL_N2 "numeric(16,2)"
#define SQL_N4 "numeric(16,4)"
#define SQL_N6 "numeric(16,6)"
#define SQL_P4 "numeric(5,4)"
#define SQL_C6 "numeric(9,6)"

typedef struct Column
{
	const char *name;
	const char *type;
} Column;

enum
{
	FEE_COLUMNS(AS_ENUM) FEE_N
};
enum
{
	MDTRT_COLUMNS(AS_ENUM) MDTRT_N
};
enum
{
	SETL_COLUMNS(AS_ENUM) SETL_N
};
enum
{
	DIAG_COLUMNS(AS_ENUM) DIAG_N
};
enum
{
	OPRN_COLUMNS(AS_ENUM) OPRN_N
};
enum
{
	FIX_COLUMNS(AS_ENUM) FIX_N
};
enum
{
	PLACE_COLUMNS(AS_ENUM) PLACE_N
};
enum
{
	TRUTH_COLUMNS(AS_ENUM) TRUTH_N
};
enum
{
	GATHER_COLUMNS(AS_ENUM) GATHER_N
};
enum
{
	SKIP_COLUMNS(AS_ENUM) SKIP_N
};
enum
{
	TOTAL_COLUMNS(AS_ENUM) TOTAL_N
};

static const Column fee_columns[] = {FEE_COLUMNS(AS_COLUMN)};
static const Column mdtrt_columns[] = {MDTRT_COLUMNS(AS_COLUMN)};
static const Column setl_columns[] = {SETL_COLUMNS(AS_COLUMN)};
static const Column diag_columns[] = {DIAG_COLUMNS(AS_COLUMN)};
static const Column oprn_columns[] = {OPRN_COLUMNS(AS_COLUMN)};
static const Column fix_columns[] = {FIX_COLUMNS(AS_COLUMN)};
static const Column place_columns[] = {PLACE_COLUMNS(AS_COLUMN)};
static const Column truth_columns[] = {TRUTH_COLUMNS(AS_COLUMN)};
static const Column gather_columns[] = {GATHER_COLUMNS(AS_COLUMN)};
static const Column skip_columns[] = {SKIP_COLUMNS(AS_COLUMN)};
static const Column total_columns[] = {TOTAL_COLUMNS(AS_COLUMN)};

static const struct
{
	const char *name;
	const Column *column;
	int			n;
	bool		warehouse;		/* varchar unless --typed */
}			tables[TAB_COUNT] = {
	{"fee_list_d", fee_columns, FEE_N, true},
	{"mdtrt_d", mdtrt_columns, MDTRT_N, true},
	{"setl_d", setl_columns, SETL_N, true},
	{"outmed_setl_d", setl_columns, SETL_N, true},
	{"setl_list_diag_d", diag_columns, DIAG_N, true},
	{"setl_list_oprn_d", oprn_columns, OPRN_N, true},
	{"fixmedins_b", fix_columns, FIX_N, true},
	{"place_d", place_columns, PLACE_N, true},
	{"truth", truth_columns, TRUTH_N, false},
	{"truth_gathering", gather_columns, GATHER_N, false},
	{"truth_skip", skip_columns, SKIP_N, false},
	{"truth_total", total_columns, TOTAL_N, false}
};

static const char *const departments[] = {
	"内科", "外科", "急诊医学科", "儿科", "妇产科", "神经内科", "康复医学科", "眼科"
};

static const struct
{
	const char *code;
	const char *name;
}			diagnoses[] = {
	{"I10.x00x002", "高血压"}, {"E11.900", "2型糖尿病"},
	{"J06.900", "急性上呼吸道感染"}, {"K29.500", "慢性胃炎"},
	{"I63.900", "脑梗死"}, {"J18.900", "肺炎"}, {"I20.000", "不稳定型心绞痛"},
	{"M51.202", "腰椎间盘突出"}, {"J44.900", "慢性阻塞性肺病"},
	{"N18.900", "慢性肾脏病，未特指"}, {"K80.000", "胆囊结石伴有急性胆囊炎"},
	{"I50.900", "心力衰竭"}
};

#define N_DIAGNOSES ((int) (sizeof(diagnoses) / sizeof(diagnoses[0])))

const char *
table_name(GenTable table)
{
	return tables[table].name;
}

/*
 * print_schema
 *		CREATE TABLE statements for every table.
 */
void
print_schema(FILE *file, bool typed)
{
	for (int t = 0; t < TAB_COUNT; t++)
	{
		fprintf(file, "CREATE TABLE %s (\n", tables[t].name);
		for (int i = 0; i < tables[t].n; i++)
		{
			const Column *c = &tables[t].column[i];

			fprintf(file, "    %s %s%s\n", c->name,
					typed || !tables[t].warehouse ? c->type : "varchar",
					i + 1 < tables[t].n ? "," : "");
		}
		fputs(");\n", file);
	}
}

static const char *
psn_no(GenText *t, const GenPatient *p)
{
	return text_of(t, "9999990000%014lld", (long long) p->no);
}

static const char *
mdtrt_id(GenText *t, const GenPatient *p, int enc)
{
	return text_of(t, REGION "G%010lld%03d", (long long) p->no, enc);
}

static const char *
setl_id(GenText *t, const GenPatient *p, int setl)
{
	return text_of(t, REGION "S%010lld%03d", (long long) p->no, setl);
}

static const char *
line_sn(GenText *t, const GenPatient *p, int line)
{
	return line == NONE ? NULL :
		text_of(t, REGION "L%010lld%05d", (long long) p->no, line);
}

static const char *
inst_code(GenText *t, int inst)
{
	return inst >= n_hospital ?
		text_of(t, "P" REGION "%05d", inst - n_hospital + 1) :
		text_of(t, "H" REGION "%05d", inst + 1);
}

static const char *
inst_name(GenText *t, int no)
{
	GenInstitution inst = institution(no);

	if (inst.pharmacy)
		return text_of(t, "示例大药房第%d店", no - n_hospital + 1);
	if (inst.type != NULL && strcmp(inst.type, "eye") == 0)
		return text_of(t, "示例第%d眼科医院", no + 1);
	switch (inst.level_class)
	{
		case 3:
			return text_of(t, "示例市第%d人民医院", no + 1);
		case 2:
			return text_of(t, "示例县第%d医院", no + 1);
		case 1:
			return text_of(t, "示例街道第%d卫生服务中心", no + 1);
		default:
			return text_of(t, "示例第%d门诊部", no + 1);
	}
}

static const char *
month_of(GenText *t, int64_t time)
{
	int			y;
	int			m;
	int			d;

	civil_of(day_part(time), &y, &m, &d);
	return text_of(t, "%04d%02d", y, m);
}

static const char *
year_of(GenText *t, int64_t time)
{
	int			y;
	int			m;
	int			d;

	civil_of(day_part(time), &y, &m, &d);
	return text_of(t, "%04d", y);
}

static const char *
doctor_code(GenText *t, const GenEnc *e)
{
	return text_of(t, "D" REGION "%06d",
				   (e->inst * 97 + e->dept * 12 + e->doctor) % 1000000);
}

static const char *
doctor_name(GenText *t, const GenEnc *e)
{
	return text_of(t, "示例医生%02d%02d", e->dept + 1, e->doctor + 1);
}

/*
 * cert_type
 *		How a person showed who it was: mostly by the electronic voucher.  A
 *		gathering brings the cards.
 */
static const char *
cert_type(const GenPatient *p, int enc)
{
	int			dice = (int) (gen_mix((uint64_t) p->no * 1000 +
									  (uint64_t) enc, 94) % 100);

	return p->enc[enc].joint || dice >= 80 ? "03" : dice >= 70 ? "02" : "01";
}

static const char *
clerk_code(GenText *t, const GenPatient *p, int enc)
{
	const GenEnc *e = &p->enc[enc];
	uint64_t	h = gen_mix((uint64_t) p->no * 1000 + (uint64_t) enc, 93);
	int			clerk = e->joint ? p->gathering->clerk : (int) (h % 6);

	return text_of(t, "C" REGION "%05d%d", e->inst + 1, clerk + 1);
}

/*
 * shown_code
 *		The national code as the export shows it.
 */
static const char *
shown_code(GenText *t, const GenLine *l)
{
	char	   *copy;

	switch (l->dirt)
	{
		case DIRT_CODE_TAB:
			return text_of(t, "%s\t", l->item->code);
		case DIRT_CODE_BLANK:
			return text_of(t, "%s ", l->item->code);
		case DIRT_CODE_LOWER:
			copy = (char *) text_of(t, "%s", l->item->code);
			for (char *p = copy; *p != '\0'; p++)
				if (*p >= 'A' && *p <= 'Z')
					*p += 'a' - 'A';
			return copy;
		case DIRT_CODE_NULL:
			return "null";
		case DIRT_CODE_DASH:
			return "-";
		case DIRT_CODE_SCIENTIFIC:
			return text_of(t, "%c.%.5sE+%d", l->item->code[2],
						   l->item->code + 3, 12);
		case DIRT_CODE_BROKEN:
			/* as a shifted column of a PDF extraction leaves it */
			return text_of(t, "%.9s,%s", l->item->code + 1, l->item->name);
		case DIRT_CODE_EMPTY:
			return NULL;
		default:
			return l->item->code;
	}
}

static const char *
dosage_form(const GenItem *item)
{
	if (item->kind != 'X')
		return item->kind == 'Z' ? "中成药" : NULL;
	switch (item->code[11])
	{
		case 'A':
			return "片剂";
		case 'B':
			return "注射剂";
		case 'E':
			return "胶囊剂";
		default:
			return "其他";
	}
}

static void
write_line(const GenPatient *p, int no, GenOut *out)
{
	const GenLine *l = &p->line[no];
	const GenEnc *e = &p->enc[l->enc];
	const char *v[FEE_N] = {NULL};
	GenText text;
	GenText    *t = &text;
	bool		drug = l->item->kind != 'S';
	const char *code;

	t->used = 0;
	code = shown_code(t, l);
	v[FEE_bkkp_sn] = line_sn(t, p, no);
	v[FEE_mdtrt_id] = mdtrt_id(t, p, l->enc);
	if (l->dirt == DIRT_TIME_CLOCK_ONLY)
		v[FEE_fee_ocur_time] = out->typed ? NULL : "08:30:00";
	else if (l->dirt != DIRT_TIME_EMPTY)
		v[FEE_fee_ocur_time] = text_time(t, l->time);
	if (l->setl != NONE)
		v[FEE_setl_id] = setl_id(t, p, l->setl);
	if (drug)
		v[FEE_rx_drord_no] = text_of(t, "%s%02d", mdtrt_id(t, p, l->enc),
									 (int) (day_part(l->time) -
											day_part(e->begin)) % 100);
	v[FEE_fixmedins_code] = inst_code(t, e->inst);
	if (l->dirt == DIRT_INST_TAB)
		v[FEE_fixmedins_code] = text_of(t, "%s\t", v[FEE_fixmedins_code]);
	v[FEE_fixmedins_name] = inst_name(t, e->inst);
	if (l->dirt != DIRT_NO_PERSON)
		v[FEE_psn_no] = psn_no(t, p);
	v[FEE_insu_admdvs] = p->away ? REGION_AWAY : REGION;
	v[FEE_pay_loc] = "2";
	v[FEE_med_type] = e->med_type_shown != NULL ? e->med_type_shown :
		e->med_type;
	if (l->dirt == DIRT_QTY_ZERO)
		v[FEE_cnt] = "0";
	else if (l->dirt == DIRT_QTY_DASH)
		v[FEE_cnt] = out->typed ? NULL : "1.0E+0盒";
	else if (l->dirt != DIRT_QTY_EMPTY)
		v[FEE_cnt] = text_qty(t, l->cnt);
	v[FEE_pric] = text_price(t, l->pric);
	if (l->dirt == DIRT_AMT_DASH)
		v[FEE_det_item_fee_sumamt] = out->typed ? NULL : "1.25E+2";
	else if (l->dirt != DIRT_AMT_EMPTY)
		v[FEE_det_item_fee_sumamt] = text_fen(t, l->amt);
	v[FEE_selfpay_prop] = l->amt == 0 ? NULL :
		text_qty(t, l->own != 0 ? 10000 : (int64_t) l->item->first_share * 10);
	v[FEE_fulamt_ownpay_amt] = text_fen(t, l->own);
	v[FEE_overlmt_selfpay] = "0.00";
	v[FEE_preselfpay_amt] = text_fen(t, l->first);
	if (!l->inscp_missing)
		v[FEE_inscp_amt] = text_fen(t, l->inscp);
	v[FEE_chrgitm_lv] = text_of(t, "%02d", l->item->level);
	v[FEE_hilist_code] = code;
	v[FEE_hilist_name] = l->item->name;
	v[FEE_list_type] = drug ? "101" : "201";
	v[FEE_med_list_codg] = code;
	v[FEE_medins_list_codg] = text_of(t, "%05d-%.6s", e->inst + 1,
									  l->item->code + 3);
	v[FEE_medins_list_name] = l->item->name;
	v[FEE_med_chrgitm_type] = text_of(t, "%02d", l->item->charge);
	if (drug)
	{
		v[FEE_prodname] = l->item->name;
		v[FEE_dosform_name] = dosage_form(l->item);
	}
	if (e->inst < n_hospital)
	{
		v[FEE_bilg_dept_codg] = text_of(t, "A%02d", e->dept + 1);
		v[FEE_bilg_dept_name] = departments[e->dept];
		v[FEE_bilg_dr_code] = doctor_code(t, e);
		v[FEE_bilg_dr_name] = doctor_name(t, e);
	}
	v[FEE_hosp_appr_flag] = text_of(t, "%c", l->appr);
	v[FEE_dscg_tkdrug_flag] = "0";
	v[FEE_etip_flag] = "0";
	if (l->reim_prop > 0)
		v[FEE_reim_prop] = text_qty(t, l->reim_prop);
	v[FEE_vali_flag] = l->is_void ? "0" : "1";
	v[FEE_updt_time] = text_time(t, l->time + 3600);
	v[FEE_opter_id] = clerk_code(t, p, l->enc);
	v[FEE_poolarea_no] = REGION;
	v[FEE_rx_circ_flag] = l->rx_circ ? "1" : "0";
	v[FEE_chrg_bchno] = text_of(t, "%lld%03d", (long long) p->no, l->enc);
	v[FEE_init_feedetl_sn] = line_sn(t, p, l->init);
	v[FEE_pt] = month_of(t, l->time);
	out_row(out, v, FEE_N);
}

static const char *
shown_sex(const GenPatient *p)
{
	return p->gend != NULL ? p->gend : p->female ? "2" : "1";
}

/*
 * shown_birth
 *		Birth dates come as text in several shapes; a typed column has one.
 */
static const char *
shown_birth(GenText *t, const GenPatient *p, bool typed)
{
	int			y;
	int			m;
	int			d;

	if (p->brdy_missing)
		return NULL;
	if (p->brdy != NULL)
		return typed && (p->brdy[0] < '0' || p->brdy[0] > '9') ? NULL :
			p->brdy;
	if (typed || p->no % 4 < 2)
		return text_date(t, p->birth);
	civil_of(p->birth, &y, &m, &d);
	return p->no % 4 == 2 ? text_of(t, "%04d%02d%02d", y, m, d) :
		text_of(t, "%04d-%02d-%02d 00:00:00", y, m, d);
}

static const char *
shown_age(GenText *t, const GenPatient *p, int64_t time)
{
	int64_t		days = day_part(time) - p->birth;

	return p->brdy != NULL && strncmp(p->brdy, "11", 2) == 0 ? "850" :
		text_of(t, "%d", (int) (days * 400 / 146097));
}

static void
write_visit(const GenPatient *p, int no, GenOut *out)
{
	const GenEnc *e = &p->enc[no];
	GenInstitution inst = institution(e->inst);
	const char *v[MDTRT_N] = {NULL};
	GenText text;
	GenText    *t = &text;

	t->used = 0;
	v[MDTRT_mdtrt_id] = mdtrt_id(t, p, no);
	v[MDTRT_psn_no] = psn_no(t, p);
	v[MDTRT_psn_cert_type] = "99";
	v[MDTRT_certno] = text_of(t, "SAMPLE-%010lld", (long long) p->no);
	v[MDTRT_psn_name] = text_of(t, "示例患者%lld", (long long) p->no);
	v[MDTRT_gend] = shown_sex(p);
	v[MDTRT_naty] = "01";
	v[MDTRT_brdy] = shown_birth(t, p, out->typed);
	v[MDTRT_age] = shown_age(t, p, e->begin);
	v[MDTRT_insutype] = p->insutype[0] == '\0' ? NULL :
		p->no % 17 == 3 ? text_of(t, "%s\t", p->insutype) : p->insutype;
	v[MDTRT_psn_type] = strcmp(p->insutype, "310") == 0 ? "1101" : "1501";
	v[MDTRT_cvlserv_flag] = p->servant ? "1" : "0";
	v[MDTRT_insu_admdvs] = p->away ? REGION_AWAY : REGION;
	v[MDTRT_pay_loc] = "2";
	v[MDTRT_fixmedins_code] = inst_code(t, e->inst);
	v[MDTRT_fixmedins_name] = inst_name(t, e->inst);
	v[MDTRT_hosp_lv] = inst.level == NULL ? NULL :
		e->lv_short && inst.level[0] == '0' ? inst.level + 1 : inst.level;
	v[MDTRT_fix_blng_admdvs] = REGION;
	v[MDTRT_begntime] = e->begin_date_only && !out->typed ?
		text_date(t, day_part(e->begin)) : text_time(t, e->begin);
	if (!e->open)
		v[MDTRT_endtime] = text_time(t, e->end);
	v[MDTRT_mdtrt_cert_type] = cert_type(p, no);
	v[MDTRT_med_type] = e->med_type_shown != NULL ? e->med_type_shown :
		e->med_type[0] == '\0' ? NULL : e->med_type;
	v[MDTRT_year] = year_of(t, e->begin);
	if (e->inpatient)
	{
		v[MDTRT_ipt_otp_no] = text_of(t, "ZY%010lld%02d", (long long) p->no,
									  no);
		v[MDTRT_adm_dept_codg] = text_of(t, "A%02d", e->dept + 1);
		v[MDTRT_adm_dept_name] = departments[e->dept];
		if (!e->open)
		{
			v[MDTRT_dscg_maindiag_code] = diagnoses[e->diag].code;
			v[MDTRT_dscg_maindiag_name] = diagnoses[e->diag].name;
			v[MDTRT_dscg_dept_codg] = v[MDTRT_adm_dept_codg];
			v[MDTRT_dscg_dept_name] = v[MDTRT_adm_dept_name];
			v[MDTRT_dscg_way] = "1";
		}
		/* the column is nearly always empty in real exports */
		if (p->no % 20 == 0 && !e->open)
			v[MDTRT_ipt_days] = text_of(t, "%d", (int)
										(day_part(e->end) -
										 day_part(e->begin)));
	}
	else
		v[MDTRT_otp_diag_info] = diagnoses[e->diag].name;
	if (strncmp(e->med_type, "14", 2) == 0)
	{
		v[MDTRT_dise_no] = "M03900";
		v[MDTRT_dise_name] = "高血压";
	}
	v[MDTRT_inhosp_stas] = e->inpatient ? (e->open ? "1" : "0") : NULL;
	v[MDTRT_vali_flag] = "1";
	v[MDTRT_updt_time] = text_time(t, e->end + 7200);
	v[MDTRT_poolarea_no] = REGION;
	if (e->inst < n_hospital)
	{
		v[MDTRT_chfpdr_code] = doctor_code(t, e);
		v[MDTRT_chfpdr_name] = doctor_name(t, e);
	}
	v[MDTRT_pt] = month_of(t, e->begin);
	out_row(out, v, MDTRT_N);
}

static void
write_setl(const GenPatient *p, int no, GenOut *out)
{
	const GenSetl *s = &p->setl[no];
	const GenEnc *e = &p->enc[s->enc];
	GenInstitution inst = institution(e->inst);
	const char *v[SETL_N] = {NULL};
	GenText text;
	GenText    *t = &text;
	int64_t		fund = 0;

	t->used = 0;
	for (int i = 0; i < PAY_POOLED; i++)
		fund += s->pay[i];
	v[SETL_setl_id] = setl_id(t, p, no);
	v[SETL_clr_optins] = REGION;
	v[SETL_mdtrt_id] = mdtrt_id(t, p, s->enc);
	if (s->init != NONE)
		v[SETL_init_setl_id] = setl_id(t, p, s->init);
	v[SETL_psn_no] = psn_no(t, p);
	v[SETL_psn_name] = text_of(t, "示例患者%lld", (long long) p->no);
	v[SETL_psn_cert_type] = "99";
	v[SETL_certno] = text_of(t, "SAMPLE-%010lld", (long long) p->no);
	v[SETL_gend] = shown_sex(p);
	v[SETL_brdy] = shown_birth(t, p, out->typed);
	v[SETL_age] = shown_age(t, p, e->begin);
	v[SETL_insutype] = p->insutype[0] == '\0' ? NULL : p->insutype;
	v[SETL_psn_type] = strcmp(p->insutype, "310") == 0 ? "1101" : "1501";
	v[SETL_cvlserv_flag] = p->servant ? "1" : "0";
	v[SETL_insu_admdvs] = p->away ? REGION_AWAY : REGION;
	v[SETL_pay_loc] = "2";
	v[SETL_fixmedins_code] = inst_code(t, e->inst);
	v[SETL_fixmedins_name] = inst_name(t, e->inst);
	/* integers here, text in the two other tables */
	v[SETL_hosp_lv] = inst.level == NULL ? NULL :
		inst.level[0] == '0' ? inst.level + 1 : inst.level;
	v[SETL_fix_blng_admdvs] = REGION;
	v[SETL_begndate] = text_date(t, day_part(e->begin));
	v[SETL_enddate] = text_date(t, day_part(s->mid ? s->time : e->end));
	if (!s->clock_only)
		v[SETL_setl_time] = text_time(t, s->time);
	else if (!out->typed)
		v[SETL_setl_time] = "16:05:00";
	v[SETL_mdtrt_cert_type] = cert_type(p, s->enc);
	v[SETL_med_type] = e->med_type[0] == '\0' ? NULL : e->med_type;
	v[SETL_setl_type] = "2";
	v[SETL_clr_type] = e->inst >= n_hospital ? "41" :
		e->inpatient ? "21" : "11";
	v[SETL_clr_way] = s->clr_way;
	v[SETL_medfee_sumamt] = text_fen(t, s->total);
	v[SETL_fulamt_ownpay_amt] = text_fen(t, s->own);
	v[SETL_overlmt_selfpay] = "0.00";
	v[SETL_preselfpay_amt] = text_fen(t, s->first);
	v[SETL_inscp_amt] = text_fen(t, s->inscp);
	v[SETL_act_pay_dedc] = text_fen(t, s->dedc);
	v[SETL_hifp_pay] = text_fen(t, s->pay[PAY_HIFP]);
	v[SETL_cvlserv_pay] = text_fen(t, s->pay[PAY_CVLSERV]);
	v[SETL_hifes_pay] = text_fen(t, s->pay[PAY_HIFES]);
	v[SETL_hifmi_pay] = text_fen(t, s->pay[PAY_HIFMI]);
	v[SETL_hifob_pay] = text_fen(t, s->pay[PAY_HIFOB]);
	v[SETL_hifdm_pay] = "0.00";
	v[SETL_maf_pay] = text_fen(t, s->pay[PAY_MAF]);
	v[SETL_othfund_pay] = text_fen(t, s->pay[PAY_OTHER]);
	v[SETL_fund_pay_sumamt] = text_fen(t, fund);
	v[SETL_psn_pay] = text_fen(t, s->total - fund);
	v[SETL_acct_pay] = text_fen(t, s->pay[PAY_ACCT]);
	v[SETL_cash_payamt] = text_fen(t, s->cash);
	v[SETL_acct_mulaid_pay] = text_fen(t, s->pay[PAY_MULAID]);
	v[SETL_refd_setl_flag] = s->refd ? "1" : "0";
	v[SETL_year] = year_of(t, s->time);
	v[SETL_vali_flag] = s->is_void ? "0" : "1";
	v[SETL_updt_time] = text_time(t, s->time + 60);
	v[SETL_poolarea_no] = REGION;
	v[SETL_mid_setl_flag] = s->mid ? "1" : "0";
	v[SETL_pt] = month_of(t, s->time);
	out_row(out, v, SETL_N);
}

static void
write_diagnoses(const GenPatient *p, int setl, GenOut *out)
{
	const GenSetl *s = &p->setl[setl];
	const GenEnc *e = &p->enc[s->enc];

	if (e->no_diag || s->init != NONE || e->inst >= n_hospital)
		return;
	for (int i = 0; i < e->n_diag; i++)
	{
		const char *v[DIAG_N] = {NULL};
		int			d = (e->diag + i * 5) % N_DIAGNOSES;
		GenText text;
		GenText    *t = &text;

		t->used = 0;
		v[DIAG_setl_list_diag_id] = text_of(t, "%s%02d",
											setl_id(t, p, setl), i + 1);
		v[DIAG_setl_id] = setl_id(t, p, setl);
		v[DIAG_mdtrt_id] = mdtrt_id(t, p, s->enc);
		v[DIAG_psn_no] = psn_no(t, p);
		v[DIAG_diag_type] = "1";
		v[DIAG_maindiag_flag] = i == 0 ? "1" : "0";
		v[DIAG_diag_code] = diagnoses[d].code;
		v[DIAG_diag_name] = diagnoses[d].name;
		v[DIAG_adm_cond_type] = e->inpatient ? "1" : NULL;
		v[DIAG_vali_flag] = "1";
		v[DIAG_updt_time] = text_time(t, s->time + 60);
		v[DIAG_pt] = month_of(t, s->time);
		out_row(out, v, DIAG_N);
	}
}

static void
write_operation(const GenPatient *p, int setl, GenOut *out)
{
	const GenSetl *s = &p->setl[setl];
	const GenEnc *e = &p->enc[s->enc];
	const char *v[OPRN_N] = {NULL};
	GenText text;
	GenText    *t = &text;
	int64_t		begin = e->begin + SECS_PER_DAY;

	if (e->oprn == NULL || s->mid || s->init != NONE)
		return;
	t->used = 0;
	v[OPRN_setl_list_oprn_id] = text_of(t, "%s01", setl_id(t, p, setl));
	v[OPRN_setl_id] = setl_id(t, p, setl);
	v[OPRN_psn_no] = psn_no(t, p);
	v[OPRN_mdtrt_id] = mdtrt_id(t, p, s->enc);
	v[OPRN_main_oprn_flag] = "1";
	v[OPRN_oprn_oprt_name] = e->oprn_name;
	v[OPRN_oprn_oprt_code] = e->oprn;
	v[OPRN_oprn_oprt_date] = text_date(t, day_part(begin));
	v[OPRN_anst_way] = "01";
	v[OPRN_oper_dr_name] = doctor_name(t, e);
	v[OPRN_oper_dr_code] = doctor_code(t, e);
	v[OPRN_vali_flag] = "1";
	v[OPRN_updt_time] = text_time(t, s->time + 60);
	v[OPRN_oprn_oprt_begntime] = text_time(t, begin);
	v[OPRN_oprn_oprt_endtime] = text_time(t, begin + 5400);
	v[OPRN_pt] = month_of(t, s->time);
	out_row(out, v, OPRN_N);
}

static GenSpot
institution_spot(int no)
{
	uint64_t	h = gen_mix(99, (uint64_t) no);
	GenSpot		spot;

	spot.lnt = 125000000 + (int64_t) (h % 300000);
	spot.lat = 30000000 + (int64_t) (h / 300000 % 300000);
	return spot;
}

/*
 * write_institutions
 *		fixmedins_b: every institution, with coordinates around a point in the
 *		open sea, since the region does not exist.
 */
void
write_institutions(GenOut *out)
{
	for (int no = 0; no < n_hospital + n_pharmacy; no++)
	{
		GenInstitution inst = institution(no);
		const char *v[FIX_N] = {NULL};
		GenSpot		spot = institution_spot(no);
		GenText text;
		GenText    *t = &text;

		t->used = 0;
		v[FIX_fixmedins_code] = inst_code(t, no);
		v[FIX_fixmedins_name] = inst_name(t, no);
		v[FIX_fixmedins_type] = inst.pharmacy ? "2" : "1";
		v[FIX_medins_type] = inst.type;
		v[FIX_medinslv] = inst.level == NULL ? NULL :
			text_of(t, "%d", inst.level_class == 0 ? 9 : inst.level_class);
		v[FIX_hosp_lv] = inst.level;
		v[FIX_fix_blng_admdvs] = REGION;
		v[FIX_addr] = text_of(t, "示例路%d号", no + 1);
		v[FIX_lnt] = text_price(t, spot.lnt);
		v[FIX_lat] = text_price(t, spot.lat);
		v[FIX_begntime] = "2019-01-01 00:00:00";
		v[FIX_vali_flag] = "1";
		v[FIX_pt] = "202611";
		out_row(out, v, FIX_N);
	}
}

void
write_institution_places(GenOut *out)
{
	for (int no = 0; no < n_hospital + n_pharmacy; no++)
	{
		const char *v[PLACE_N] = {NULL};
		GenSpot		spot = institution_spot(no);
		GenText text;
		GenText    *t = &text;

		t->used = 0;
		v[PLACE_place_id] = v[PLACE_fixmedins_code] = inst_code(t, no);
		v[PLACE_lnt] = text_price(t, spot.lnt);
		v[PLACE_lat] = text_price(t, spot.lat);
		v[PLACE_admdvs] = REGION;
		v[PLACE_datum] = "CGCS2000";
		v[PLACE_precision] = "point";
		out_row(out, v, PLACE_N);
	}
}

static void
write_home(const GenPatient *p, GenOut *out)
{
	GenHome		home = patient_home(p);
	const char *v[PLACE_N] = {NULL};
	GenText text;
	GenText    *t = &text;

	t->used = 0;
	v[PLACE_psn_no] = psn_no(t, p);
	v[PLACE_lnt] = text_price(t, home.spot.lnt);
	v[PLACE_lat] = text_price(t, home.spot.lat);
	v[PLACE_admdvs] = home.precision[0] == 't' ?
		text_of(t, REGION "%03d", home.township % 1000) :
		text_of(t, REGION "%03d%03d", home.township % 1000,
				home.village % 1000);
	v[PLACE_place_id] = home.precision[0] == 'p' ?
		text_of(t, REGION "A%010lld", (long long) p->no) : v[PLACE_admdvs];
	v[PLACE_datum] = "CGCS2000";
	v[PLACE_precision] = home.precision;
	out_row(out, v, PLACE_N);
}

static void
write_joint(const GenPatient *p, int enc, GenOut *out)
{
	const char *v[GATHER_N] = {NULL};
	GenText text;
	GenText    *t = &text;

	t->used = 0;
	v[GATHER_gathering] = text_of(t, "%s#%04d", gathering_kind(p->gathering),
								  p->gathering->no);
	v[GATHER_kind] = gathering_kind(p->gathering);
	v[GATHER_psn_no] = psn_no(t, p);
	v[GATHER_mdtrt_id] = mdtrt_id(t, p, enc);
	v[GATHER_fixmedins_code] = inst_code(t, p->enc[enc].inst);
	out_row(out, v, GATHER_N);
}

static void
write_expect(const GenPatient *p, const GenExpect *x, GenOut *out,
			 GenTotals *totals)
{
	static const char *const verdicts[] = {
		"violation", "late_posting", "near_miss", "undecided"
	};
	const char *v[TRUTH_N] = {NULL};
	GenText text;
	GenText    *t = &text;

	t->used = 0;
	totals->expected[x->verdict]++;
	v[TRUTH_case_id] = text_of(t, "%s#%06d", p->case_name, p->case_copy);
	v[TRUTH_expect] = verdicts[x->verdict];
	v[TRUTH_rule_code] = text_of(t, "N25-%03d", x->rule);
	v[TRUTH_near_miss_kind] = x->kind;
	v[TRUTH_psn_no] = psn_no(t, p);
	v[TRUTH_mdtrt_id] = mdtrt_id(t, p, p->line[x->anchor].enc);
	v[TRUTH_feedetl_sn] = line_sn(t, p, x->anchor);
	v[TRUTH_scope] = x->scope;
	v[TRUTH_reason] = x->reason;
	v[TRUTH_note] = x->verdict == EXPECT_LATE_POSTING ? "late_posting" : NULL;
	if (x->verdict == EXPECT_VIOLATION || x->verdict == EXPECT_LATE_POSTING)
	{
		GenMoney	m = oracle_money(p, x);
		int64_t		excess = x->excess < 0 ? 0 : x->excess;

		for (int i = 0; i < x->n && x->excess < 0; i++)
			excess += p->line[x->line[i]].net_cnt;
		v[TRUTH_excess] = text_qty(t, excess);
		v[TRUTH_vola_amt] = text_fen(t, m.vola);
		v[TRUTH_inscp_amt] = text_fen(t, m.inscp);
		if (m.has_fund)
			v[TRUTH_fund_amt] = text_fen(t, m.fund);
		v[TRUTH_fund_method] = m.method;
		totals->vola += m.vola;
		totals->fund += m.has_fund ? m.fund : 0;
	}
	out_row(out, v, TRUTH_N);
}

/*
 * write_patient
 *		All rows of one judged patient.
 */
void
write_patient(const GenPatient *p, GenOut *outs, GenTotals *totals)
{
	GenTable	setl = p->away ? TAB_OUTMED : TAB_SETL;

	for (int i = 0; i < p->n_enc; i++)
		if (!p->enc[i].no_row && outs[TAB_MDTRT].file != NULL)
			write_visit(p, i, &outs[TAB_MDTRT]);
	for (int i = 0; i < p->n_line && outs[TAB_FEE].file != NULL; i++)
		write_line(p, i, &outs[TAB_FEE]);
	for (int i = 0; i < p->n_setl; i++)
	{
		if (outs[setl].file != NULL)
			write_setl(p, i, &outs[setl]);
		if (outs[TAB_DIAG].file != NULL)
			write_diagnoses(p, i, &outs[TAB_DIAG]);
		if (outs[TAB_OPRN].file != NULL)
			write_operation(p, i, &outs[TAB_OPRN]);
	}
	if (outs[TAB_PLACE].file != NULL)
		write_home(p, &outs[TAB_PLACE]);
	for (int i = 0; i < p->n_enc && outs[TAB_GATHER].file != NULL; i++)
		if (p->enc[i].joint)
			write_joint(p, i, &outs[TAB_GATHER]);
	for (int i = 0; i < p->n_expect; i++)
		write_expect(p, &p->expect[i], &outs[TAB_TRUTH], totals);
}

static void
write_total(GenOut *out, const char *name, const char *value)
{
	const char *v[TOTAL_N] = {NULL};

	v[TOTAL_name] = name;
	v[TOTAL_value] = value;
	out_row(out, v, TOTAL_N);
}

/*
 * write_totals
 *		truth_skip and truth_total, after the last patient.
 */
void
write_totals(GenOut *outs, const GenTotals *totals)
{
	GenText text;
	GenText    *t = &text;
	const struct
	{
		const char *name;
		int64_t		value;
	}			count[] = {
		{"patients", totals->patients},
		{"encounters", totals->encounters},
		{"settlements", totals->settlements},
		{"institutions", n_hospital + n_pharmacy},
		{"lines", totals->lines},
		{"lines_unsettled", totals->unsettled},
		{"lines_with_entry", totals->with_entry},
		{"lines_checked", totals->fate[FATE_OK]},
		{"lines_skipped", totals->lines - totals->fate[FATE_OK]},
		{"findings", totals->expected[EXPECT_VIOLATION] +
		totals->expected[EXPECT_LATE_POSTING]},
		{"late_postings", totals->expected[EXPECT_LATE_POSTING]},
		{"near_misses", totals->expected[EXPECT_NEAR_MISS]},
		{"undecided", totals->expected[EXPECT_UNDECIDED]}
	};

	t->used = 0;
	for (size_t i = 0; i < sizeof(count) / sizeof(count[0]); i++)
		write_total(&outs[TAB_TOTAL], count[i].name,
					text_of(t, "%lld", (long long) count[i].value));
	write_total(&outs[TAB_TOTAL], "vola_amt", text_fen(t, totals->vola));
	write_total(&outs[TAB_TOTAL], "fund_amt", text_fen(t, totals->fund));
	for (int i = FATE_OK + 1; i < FATE_COUNT; i++)
	{
		const char *v[SKIP_N] = {NULL};

		if (totals->fate[i] == 0)
			continue;
		v[SKIP_reason] = fate_name((GenFate) i);
		v[SKIP_lines] = text_of(t, "%lld", (long long) totals->fate[i]);
		out_row(&outs[TAB_SKIP], v, SKIP_N);
	}
}
