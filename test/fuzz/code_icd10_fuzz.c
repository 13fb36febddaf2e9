/*
 * libFuzzer target of the parser of icd10.
 */
#define CODE(name) ms_code_icd10_##name

#include "code_icd_fuzz.h"
