/*
 * gen_items.c
 *	  Item catalogue and institutions of the demo warehouse.
 *
 * The bound items are real entries of the published national batches, so that
 * the demo needs no data folder.  The neutral ones are on no published list:
 * ordinary laboratory and imaging items, and drugs whose name part (Z9nn) and
 * maker (99999) do not exist.
 */
#include <string.h>

#include "gen_items.h"

#define LENGTH(a) ((int) (sizeof(a) / sizeof((a)[0])))

static const GenItem bound[IT_BOUND_COUNT] = {
	[IT_MALE_DRUG] = {"XL02BBA326A001010102180", "阿帕他胺片", 'X', 9, 2, 100, 78900},
	[IT_FEMALE_DRUG] = {"ZD03AAA0043010100166", "艾附暖宫丸", 'Z', 11, 1, 0, 3260},
	[IT_MALE_ITEM] = {"002101030280000", "阴茎海绵体造影", 'S', 3, 2, 50, 16000},
	[IT_FEMALE_ITEM] = {"002101030300000", "子宫造影", 'S', 3, 2, 50, 15000},
	[IT_CHILD_LIMIT_DRUG] = {"XN05CDM084X001010102000", "咪达唑仑口服溶液", 'X', 9, 2, 100, 4680},
	[IT_CHILD_DRUG] = {"ZA04CAE0023010100166", "儿童清肺口服液", 'Z', 11, 2, 50, 3150},
	[IT_CHILD_ITEM] = {"001302000010000", "儿童龋齿预防保健", 'S', 5, 1, 0, 3000},
	[IT_INFANT_ITEM] = {"001301000010000", "婴幼儿健康体检", 'S', 3, 1, 0, 2000},
	[IT_NEWBORN_ITEM] = {"003112020020000", "新生儿测颅压", 'S', 3, 1, 0, 4000},
	[IT_WORKING_AGE_ITEM] = {"003402000320000", "职业功能训练", 'S', 5, 1, 0, 4000},
	[IT_INJURY_DRUG] = {"ZH01AAB0066010100716", "疤痕止痒软化膏", 'Z', 11, 2, 100, 5890},
	[IT_MATERNITY_DRUG] = {"XG02ADD082D003010179504", "地诺前列酮栓", 'X', 9, 2, 100, 59800},
	[IT_INPATIENT_DRUG] = {"XB05BAU005B002010101415", "ω-3鱼油脂肪乳注射液", 'X', 9, 2, 100, 21350},
	[IT_EMERGENCY_DRUG] = {"ZA07AAA0061010100166", "安宫牛黄丸", 'Z', 11, 2, 100, 35000},
	[IT_LEVEL2_DRUG] = {"ZA09HAC0101010102129", "参麦注射液", 'Z', 11, 1, 0, 2480},
	[IT_LEVEL2_CANCER_DRUG] = {"ZC01AAA0042010105549", "艾迪注射液", 'Z', 11, 2, 100, 4160},
	[IT_EYE_DRUG] = {"XS01LAK119B023010109681", "康柏西普眼用注射液", 'X', 9, 2, 100, 413000},
	[IT_FIRST_RX_DRUG] = {"XA10BJD332B002010178403", "度拉糖肽注射液", 'X', 9, 2, 100, 14900},
	[IT_COURSE14_DRUG] = {"XB01AXA223B002010100156", "奥扎格雷钠注射液", 'X', 9, 2, 50, 2960},
	[IT_COURSE14_DRUG_B] = {"XN07XXD221B002010102774", "丁苯酞氯化钠注射液", 'X', 9, 2, 100, 13900},
	[IT_STAY3_DRUG] = {"XC01EBC109B001010102049", "注射用重组人脑利钠肽", 'X', 9, 2, 100, 44500},
	[IT_YEAR_DRUG] = {"XL01FDP138B002010181735", "帕妥珠单抗注射液", 'X', 9, 2, 100, 495500},
	[IT_DAYS30_ITEM] = {"003402000210000", "减重支持系统训练", 'S', 5, 1, 0, 5000},
	[IT_DAYS90_ITEM] = {"003402000240000", "平衡功能训练", 'S', 5, 1, 0, 2600},
	[IT_SPAN90_ITEM] = {"003402000050000", "手功能评定", 'S', 5, 1, 0, 3500},
	[IT_PAIR_DAY_MAIN] = {"001103000010000", "急诊监护费", 'S', 5, 1, 0, 12000},
	[IT_PAIR_DAY_SUB] = {"001102000030000", "急诊诊查费", 'S', 2, 1, 0, 1500},
	[IT_PAIR_6H_MAIN] = {"003314000020000", "单胎顺产接生", 'S', 6, 1, 0, 68000},
	[IT_PAIR_6H_SUB] = {"003112010260000", "胎心监测", 'S', 3, 1, 0, 2000},
	[IT_PAIR_HOUR_MAIN] = {"003107020020000", "持续有创性血压监测", 'S', 3, 1, 0, 900},
	[IT_PAIR_HOUR_SUB] = {"003107010220000", "心电监测", 'S', 3, 1, 0, 500},
	[IT_PAIR_VISIT_MAIN] = {"003302010140000", "颅内多发血肿清除术", 'S', 6, 1, 0, 398000},
	[IT_PAIR_VISIT_SUB] = {"003302010150000", "颅内血肿清除术", 'S', 6, 1, 0, 298000},
	[IT_DAILY_VISIT_FEE] = {"001102000050000", "住院诊查费", 'S', 2, 1, 0, 1800},
	[IT_DAILY_BED] = {"001109000010000", "普通病房床位费", 'S', 1, 1, 0, 3600},
	[IT_DAILY_NURSING] = {"001201000040000", "Ⅱ级护理", 'S', 7, 1, 0, 1400},
	[IT_DAILY_OBSERVATION] = {"001102000040000", "门急诊留观诊查费", 'S', 2, 1, 0, 1600},
	[IT_CYCLE15_ITEM] = {"002503020030000", "糖化血红蛋白测定", 'S', 4, 1, 0, 5600},
	[IT_CYCLE7_ITEM] = {"002503020020000", "血清果糖胺测定", 'S', 4, 1, 0, 2400},
	[IT_CYCLE14_ITEM] = {"003104010220000", "平衡试验", 'S', 3, 1, 0, 3000},
};

static const GenItem services[] = {
	{"001102000010000", "普通门诊诊查费", 'S', 2, 1, 0, 1000},
	{"002501010150000", "血细胞分析", 'S', 4, 1, 0, 1800},
	{"001204000060000", "静脉输液", 'S', 5, 1, 0, 800},
	{"002503070020000", "肌酐测定", 'S', 4, 1, 0, 500},
	{"002503070010000", "尿素测定", 'S', 4, 1, 0, 500},
	{"003107010010000", "常规心电图检查", 'S', 3, 1, 0, 2000},
	{"002503050070000", "血清丙氨酸氨基转移酶测定", 'S', 4, 1, 0, 600},
	{"002503030010000", "血清总胆固醇测定", 'S', 4, 1, 0, 500},
	{"002503030020000", "血清甘油三酯测定", 'S', 4, 1, 0, 600},
	{"002101020150000", "数字化摄影(DR)", 'S', 3, 1, 0, 6500},
	{"002203010010000", "彩色多普勒超声常规检查", 'S', 3, 1, 0, 11000},
	{"002502030200000", "血浆凝血酶原时间测定(PT)", 'S', 4, 1, 0, 1500},
	{"002504030040000", "乙型肝炎表面抗原测定(HBsAg)", 'S', 4, 1, 0, 1000},
	{"002103000010000", "X线计算机体层(CT)平扫", 'S', 3, 2, 50, 22000},
};

static const GenItem drugs[] = {
	{"XC08CAZ901A001010199999", "示例降压片甲", 'X', 9, 1, 0, 1680},
	{"XA10BAZ902A001010199999", "示例降糖片", 'X', 9, 1, 0, 2240},
	{"XA02BCZ903E001010199999", "示例抑酸胶囊", 'X', 9, 2, 50, 3180},
	{"XJ01CAZ904E001010199999", "示例抗菌胶囊", 'X', 9, 1, 0, 1320},
	{"XC10AAZ905A001010199999", "示例调脂片", 'X', 9, 2, 50, 4460},
	{"XB05XAZ906B002010199999", "示例氯化钠注射液", 'X', 9, 1, 0, 460},
	{"XN02BEZ907A001010199999", "示例退热片", 'X', 9, 1, 0, 780},
	{"ZA01BAZ9080010199999", "示例感冒颗粒", 'Z', 11, 1, 0, 1590},
	{"ZA12HAZ9090010199999", "示例通络胶囊", 'Z', 11, 2, 100, 3870},
	{"XR05CBZ910N001010199999", "示例化痰颗粒", 'X', 9, 1, 0, 1190},
	{"XC09CAZ911A001010199999", "示例降压片乙", 'X', 9, 2, 50, 2890},
	{"XM01AEZ912A001010199999", "示例止痛片", 'X', 9, 1, 0, 990},
	{"XA11GAZ913A001010199999", "示例维生素片", 'X', 9, 3, 0, 1280},
	{"ZG01AAZ9140010199999", "示例舒筋膏", 'Z', 11, 2, 100, 2750},
	{"XJ01DDZ915B001010199999", "示例抗菌粉针", 'X', 9, 2, 50, 3640},
	{"XH02ABZ916A001010199999", "示例激素片", 'X', 9, 1, 0, 860},
};

int			n_neutral_service = LENGTH(services);
int			n_neutral_drug = LENGTH(drugs);
int			n_hospital = 60;
int			n_pharmacy = 40;

/* Levels of the fixed institutions: every rung once, and the two eye ones. */
static const char *const fixed_level[HOSPITAL_FIXED] = {
	"02", "05", "08", "01", "03", "04", "12", "06", "07", "13", "09", "10",
	"14", "11", "06", "09", NULL, "05"
};

/* How the others spread: few tertiary, many small ones. */
static const char *const other_level[] = {
	"08", "05", "11", "09", "02", "14", "06", "08", "10", "13", "08", "03",
	"11", "09", "05", "14"
};

/*
 * items_set_scale
 *		The number of institutions grows with the root of the scale.
 */
void
items_set_scale(int per_mille_of_sf1)
{
	int			root = 1;

	while ((int64_t) (root + 1) * (root + 1) <= per_mille_of_sf1)
		root++;
	n_hospital = HOSPITAL_FIXED + 6 + root * 36 / 31;
	n_pharmacy = 8 + root * 32 / 31;
	if (n_hospital > 20000)
		n_hospital = 20000;
	if (n_pharmacy > 20000)
		n_pharmacy = 20000;
}

const GenItem *
bound_item(GenBound which)
{
	return &bound[which];
}

const GenItem *
neutral_service(int rank)
{
	return &services[rank];
}

const GenItem *
neutral_drug(int rank)
{
	return &drugs[rank];
}

static int
class_of_level(const char *level)
{
	static const char *const class3 = "01 02 03 04 12";
	static const char *const class2 = "05 06 07 13";
	static const char *const class1 = "08 09 10 14";

	if (level == NULL)
		return 0;
	if (strstr(class3, level) != NULL)
		return 3;
	if (strstr(class2, level) != NULL)
		return 2;
	return strstr(class1, level) != NULL ? 1 : 0;
}

/*
 * institution
 *		What there is to know about institution no: hospitals first, then
 *		pharmacies.
 */
GenInstitution
institution(int no)
{
	GenInstitution inst;

	memset(&inst, 0, sizeof(inst));
	inst.no = no;
	inst.pharmacy = no >= n_hospital;
	inst.clr_way = "1";
	if (inst.pharmacy)
	{
		inst.level = "11";
		inst.type = "pharmacy";
		return inst;
	}
	inst.level = no < HOSPITAL_FIXED ? fixed_level[no] :
		other_level[(no - HOSPITAL_FIXED) % LENGTH(other_level)];
	inst.type = no == INST_EYE_SECONDARY || no == INST_EYE_PRIMARY ? "eye" :
		no == INST_NO_TYPE ? NULL : "general";
	inst.level_class = class_of_level(inst.level);
	inst.line_prop = no % 5 == 4;
	if (inst.level_class >= 2 && no % 4 == 3)
		inst.clr_way = no % 8 == 3 ? "4" : "3";
	return inst;
}

int
pharmacy_no(int rank)
{
	return n_hospital + rank;
}

/*
 * hospital_of_level
 *		The fixed general hospital on that rung.
 */
int
hospital_of_level(const char *hosp_lv)
{
	for (int i = 0; i < INST_EYE_SECONDARY; i++)
		if (strcmp(fixed_level[i], hosp_lv) == 0)
			return i;
	gen_fail("no hospital of level %s", hosp_lv);
}

/*
 * item_price
 *		Unit price in 1/1000000 yuan: services have a list price, drugs differ
 *		a little from institution to institution, to the fourth place.
 */
int64_t
item_price(const GenItem *item, int inst)
{
	uint64_t	h;

	if (item->kind == 'S')
		return (int64_t) item->price * 10000;
	h = gen_mix((uint64_t) inst, (uint64_t) item->price * 31 +
				(uint64_t) item->code[8]);
	return (int64_t) item->price * (900 + (int) (h % 200)) / 10 * 100;
}

/*
 * item_neutral
 *		Whether no published entry binds the item.
 */
bool
item_neutral(const GenItem *item)
{
	for (int i = 0; i < LENGTH(services); i++)
		if (item == &services[i])
			return true;
	for (int i = 0; i < LENGTH(drugs); i++)
		if (item == &drugs[i])
			return true;
	return false;
}
