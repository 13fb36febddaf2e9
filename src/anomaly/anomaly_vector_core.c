/*-------------------------------------------------------------------------
 *
 * anomaly_vector_core.c
 *	  Totals of rows, products of columns.
 *
 *-------------------------------------------------------------------------
 */
#include "anomaly/anomaly_vector_core.h"

#include <math.h>

#if defined(__GNUC__) && defined(__x86_64__)
#define WIDE	__attribute__((target("avx2")))
#define is_wide()	__builtin_cpu_supports("avx2")
#else
#define WIDE
#define is_wide()	false
#endif

#if defined(__GNUC__)
#define ALWAYS_INLINE	inline __attribute__((always_inline))
#else
#define ALWAYS_INLINE	inline
#endif

static ALWAYS_INLINE double
total(const MsJudge *judge, MsParts *parts)
{
	double		total[MS_JUDGE_LANES] = {0};

	for (uint32_t from = 0; from < judge->width; from += MS_JUDGE_LANES)
	{
		const double *restrict inverse = judge->inverse + from;
		const double *restrict scale = judge->scale + from;
		const double *restrict upward = judge->upward + from;
		const double *restrict either = judge->either + from;
		const double *restrict weight = judge->weight + from;
		const double *restrict own = parts->own + from;
		const double *restrict known = parts->known + from;
		double	   *restrict residual = parts->residual + from;
		double	   *restrict beyond = parts->beyond + from;
		double	   *restrict part = parts->part + from;
		double		sum[MS_JUDGE_LANES] = {0};

		for (uint32_t j = 0; j < judge->features; j++)
		{
			const double *line = inverse + (size_t) j * judge->width;

			for (int k = 0; k < MS_JUDGE_LANES; k++)
				sum[k] += parts->z[j] * line[k];
		}
		for (int k = 0; k < MS_JUDGE_LANES; k++)
		{
			double		r = sum[k] * scale[k];
			double		evidence = ms_evidence_of_z(upward[k] * r + either[k] * fabs(r));

			residual[k] = r;
			beyond[k] = evidence;
			evidence = evidence > own[k] ? evidence : own[k];
			part[k] = weight[k] * known[k] * (evidence * evidence);
		}
		for (int k = 0; k < MS_JUDGE_LANES; k++)
			total[k] += part[k];
	}
	for (int half = MS_JUDGE_LANES / 2; half > 0; half /= 2)
		for (int k = 0; k < half; k++)
			total[k] += total[k + half];
	return sqrt(total[0]);
}

/* A block of the products, which stays in registers. */
#define LINES	4
#define LANES	8

static ALWAYS_INLINE void
products(double *product, uint32_t width, const double *z, const double *times, uint32_t rows)
{
	for (uint32_t j = 0; j < width; j += LINES)
		for (uint32_t k = 0; k < j + LINES; k += LANES)
		{
			double		sum[LINES][LANES] = {0};

			for (uint32_t row = 0; row < rows; row++)
			{
				const double *here = z + (size_t) row * width;

				for (int a = 0; a < LINES; a++)
				{
					double		x = here[j + a] * times[row];

					for (int b = 0; b < LANES; b++)
						sum[a][b] += x * here[k + b];
				}
			}
			for (int a = 0; a < LINES; a++)
				for (int b = 0; b < LANES; b++)
					product[(size_t) (j + a) * width + k + b] = sum[a][b];
		}
}

static ALWAYS_INLINE void
squares(const MsNear *near, const double *spot, const double *known, double *square)
{
	for (uint32_t from = 0; from < near->width; from += MS_NEAR_LANES)
	{
		double		sum[MS_NEAR_LANES] = {0};

		for (uint32_t j = 0; j < near->features; j++)
		{
			const double *line = near->spot + (size_t) j * near->width + from;

			for (int k = 0; k < MS_NEAR_LANES; k++)
				sum[k] += known[j] * ((spot[j] - line[k]) * (spot[j] - line[k]));
		}
		for (int k = 0; k < MS_NEAR_LANES; k++)
			square[from + k] = sum[k];
	}
}

static WIDE double
total_wide(const MsJudge *judge, MsParts *parts)
{
	return total(judge, parts);
}

static WIDE void
products_wide(double *product, uint32_t width, const double *z, const double *times, uint32_t rows)
{
	products(product, width, z, times, rows);
}

static WIDE void
squares_wide(const MsNear *near, const double *spot, const double *known, double *square)
{
	squares(near, spot, known, square);
}

double
ms_judge_total(const MsJudge *judge, MsParts *parts)
{
	return is_wide() ? total_wide(judge, parts) : total(judge, parts);
}

void
ms_judge_products(double *product, uint32_t width, const double *z, const double *times,
				  uint32_t rows)
{
	if (is_wide())
		products_wide(product, width, z, times, rows);
	else
		products(product, width, z, times, rows);
}

void
ms_near_squares(const MsNear *near, const double *spot, const double *known, double *square)
{
	if (is_wide())
		squares_wide(near, spot, known, square);
	else
		squares(near, spot, known, square);
}
