/*
 * gen_items.h
 *	  What is billed and where: item catalogue and institutions of the demo
 *	  warehouse.
 */
#ifndef GEN_ITEMS_H
#define GEN_ITEMS_H

#include "gen_base.h"

typedef struct GenItem
{
	const char *code;
	const char *name;
	char		kind;			/* X western drug, Z patent medicine, S
								 * service */
	int			charge;			/* med_chrgitm_type: 3 examination, 9 drug ... */
	int			level;			/* chrgitm_lv: 1 甲, 2 乙, 3 丙 */
	int			first_share;	/* per mille the patient pays first */
	int			price;			/* about, in fen */
} GenItem;

/* Items bound by a national knowledge point; the case builders name them. */
typedef enum GenBound
{
	IT_MALE_DRUG,
	IT_FEMALE_DRUG,
	IT_MALE_ITEM,
	IT_FEMALE_ITEM,
	IT_CHILD_LIMIT_DRUG,
	IT_CHILD_DRUG,
	IT_CHILD_ITEM,
	IT_INFANT_ITEM,
	IT_NEWBORN_ITEM,
	IT_WORKING_AGE_ITEM,
	IT_INJURY_DRUG,
	IT_MATERNITY_DRUG,
	IT_INPATIENT_DRUG,
	IT_EMERGENCY_DRUG,
	IT_LEVEL2_DRUG,
	IT_LEVEL2_CANCER_DRUG,
	IT_EYE_DRUG,
	IT_FIRST_RX_DRUG,
	IT_COURSE14_DRUG,
	IT_COURSE14_DRUG_B,
	IT_STAY3_DRUG,
	IT_YEAR_DRUG,
	IT_DAYS30_ITEM,
	IT_DAYS90_ITEM,
	IT_SPAN90_ITEM,
	IT_PAIR_DAY_MAIN,
	IT_PAIR_DAY_SUB,
	IT_PAIR_6H_MAIN,
	IT_PAIR_6H_SUB,
	IT_PAIR_HOUR_MAIN,
	IT_PAIR_HOUR_SUB,			/* also 24 hours a day */
	IT_PAIR_VISIT_MAIN,
	IT_PAIR_VISIT_SUB,
	IT_DAILY_VISIT_FEE,
	IT_DAILY_BED,
	IT_DAILY_NURSING,
	IT_DAILY_OBSERVATION,
	IT_CYCLE15_ITEM,
	IT_CYCLE7_ITEM,
	IT_CYCLE14_ITEM,
	IT_BOUND_COUNT
} GenBound;

#define HOSPITAL_FIXED 18		/* institutions the case builders name */

/* Fixed institutions: index in the list, whatever the scale. */
enum
{
	INST_TERTIARY = 0,
	INST_SECONDARY = 1,
	INST_PRIMARY = 2,
	INST_EYE_SECONDARY = 14,
	INST_EYE_PRIMARY = 15,
	INST_NO_LEVEL = 16,
	INST_NO_TYPE = 17
};

typedef struct GenInstitution
{
	int			no;
	bool		pharmacy;
	const char *level;			/* hosp_lv, NULL: nobody knows */
	const char *type;			/* medins_type, NULL: nobody knows */
	int			level_class;	/* 3, 2, 1, 0 */
	bool		line_prop;		/* fills reim_prop on its lines */
	const char *clr_way;		/* how its stays are settled */
} GenInstitution;

extern int	n_hospital;
extern int	n_pharmacy;

extern void items_set_scale(int per_mille_of_sf1);
extern const GenItem *bound_item(GenBound which);
extern const GenItem *neutral_service(int rank);
extern int	n_neutral_service;
extern const GenItem *neutral_drug(int rank);
extern int	n_neutral_drug;
extern GenInstitution institution(int no);
extern int	pharmacy_no(int rank);
extern int64_t item_price(const GenItem *item, int inst);
extern bool item_neutral(const GenItem *item);
extern int	hospital_of_level(const char *hosp_lv);

/* Pools of codes with one limit each; --knowledge widens them. */
typedef enum GenPool
{
	POOL_MALE,
	POOL_FEMALE,
	POOL_CHILD,
	POOL_LEVEL2,
	POOL_INPATIENT,
	POOL_COUNT
} GenPool;

extern void knowledge_load(const char *dir);
extern const GenItem *pool_pick(GenPool pool, GenRng *rng);
extern int	pool_size(GenPool pool);

#endif							/* GEN_ITEMS_H */
