/*
 * libFuzzer target of the parser of icd9cm3.
 */
#define CODE(name) ms_code_icd9cm3_##name

#include "code_icd_fuzz.h"
