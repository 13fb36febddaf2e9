#include "audit/audit_work_core.h"
void
ms_cap_judge(Audit *a, const WorkTouch *touches, uint32_t n)
{
	(void) a;
	(void) touches;
	(void) n;
}
