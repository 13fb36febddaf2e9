/*
 * audit_fuzz.c
 *	  Random claims against two rulebooks: no harm, the sums hold (each line of
 *	  the period is checked or skipped, the lines' money adds up to the
 *	  finding's), the order in which rows come says nothing, and the short ways
 *	  say what the long ones do.
 */
#include "audit_draw.h"

/* ---- what must hold ---- */

static void
check_sums(void)
{
	int64_t		lines = fx_checked;

	for (int i = 0; i < MS_N_SKIPS; i++)
		lines += fx_skips[i];
	if (fx_claims.period_from.state != MS_READABLE &&
		lines != fx_claims.n_lines)
		abort();
	for (int i = 0; i < fx_n_found; i++)
	{
		const FxFinding *x = &fx_found[i];
		int64_t		vola = 0;

		for (uint32_t m = 0; m < x->f.n_members; m++)
			vola += x->members[m].vola;
		if (vola != x->f.vola_amt || vola < 0 || x->f.excess < 0 ||
			x->f.vola_amt > x->f.vola_amt_max ||
			(x->f.n_members > 0 && x->members[0].role != 1) ||
			(x->f.n_members == 0 && x->f.anchor != UINT32_MAX))
			abort();
	}
}

/* All that was found and counted, whatever the order. */
static uint64_t
sum_up(void)
{
	uint64_t	sum = 0;

	for (int i = 0; i < fx_n_found; i++)
	{
		const MsFinding *f = &fx_found[i].f;
		const int64_t say[] = {
			f->rule, f->entry, f->window_start.state == MS_READABLE ? f->window_start.v : 1,
			f->excess, f->vola_amt, f->vola_amt_max, f->method, f->n_members, f->n_records
		};
		uint64_t	h = UINT64_C(14695981039346656037);

		for (size_t n = 0; n < sizeof(say) / sizeof(say[0]); n++)
			h = (h ^ (uint64_t) say[n]) * UINT64_C(0x9e3779b97f4a7c15) ^ h >> 29;
		sum += h;
	}
	for (int r = 0; r < 64; r++)
	{
		for (int o = 0; o < 16; o++)
		{
			for (int n = 0; n < MS_N_REASONS; n++)
				sum += (uint64_t) fx_tallies[r][o][n] *
					(UINT64_C(0x9e3779b97f4a7c15) * (uint64_t) (r * 4096 + o * 256 + n + 1));
		}
	}
	return sum;
}

#define REVERSE(rows, n, type) \
	do \
	{ \
		for (uint32_t i_ = 0; i_ < (n) / 2; i_++) \
		{ \
			type		swap_ = (rows)[i_]; \
			(rows)[i_] = (rows)[(n) - 1 - i_]; \
			(rows)[(n) - 1 - i_] = swap_; \
		} \
	} while (0)

static void
reverse_rows(void)
{
	REVERSE(fx_encounters, fx_claims.n_encounters, MsEncounter);
	REVERSE(fx_settlements, fx_claims.n_settlements, MsSettlement);
	REVERSE(fx_lines, fx_claims.n_lines, MsLine);
	REVERSE(diagnoses, fx_claims.n_diagnoses, MsDiagnosis);
	REVERSE(operations, fx_claims.n_operations, MsOperation);
	REVERSE(registrations, fx_claims.n_registrations, MsRegistration);
}

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const MsBook *book = draw_claims(data, size);

	if (fx_run(book))
	{
		uint64_t	sum = sum_up();
		int			found = fx_n_found;

		uint64_t	said = draw_digest(book);

		check_sums();
		fx_claims.in_full = true;
		if (draw_digest(book) != said)
			abort();
		fx_claims.in_full = false;
		reverse_rows();
		if (!fx_run(book) || (found < FX_MAX_FOUND && sum_up() != sum))
			abort();
	}
	fx_free();
	return 0;
}
