/*-------------------------------------------------------------------------
 *
 * gathering_floor.c
 *	  The floor of bench-gathering: (ST-)DBSCAN by a bare grid, and the judge.
 *
 *	gathering_floor unpack <COPY >POINTS
 *	gathering_floor POINTS EPS EPS_TIME MIN_POINTS LABELS
 *	gathering_floor POINTS EPS EPS_TIME MIN_POINTS - LABELS...
 *
 * unpack turns a binary COPY of three float8 into POINTS: all x, all y, all t,
 * as the machine writes them.  EPS_TIME below 0 is no limit.
 *
 * The second writes labels, one a line, -1 for noise, and prints wall and CPU
 * seconds and megabytes, points included.  Cells are as wide as eps and
 * eps_time; every point looks at all points of the cells around, once to count
 * and once to join.  Nothing else, and nothing for crowded places.
 *
 * The third judges labels of others: each must have the same noise and the same
 * partition of core points, and every border point in a cluster of one of its
 * core neighbours.  It prints the number of clusters and of noise; who differs
 * is named, and the exit code is 1.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

typedef struct Point
{
	double		x;
	double		y;
	int64_t		t;
	uint64_t	cell;
	uint32_t	row;
	bool		core;
} Point;

static Point *points;
static uint32_t n;
static double eps;
static int64_t eps_time;
static uint32_t *parent;

static void *
need(size_t count, size_t size)
{
	void	   *p = malloc(count * size + 1);

	if (p == NULL)
	{
		fputs("gathering_floor: out of memory\n", stderr);
		exit(2);
	}
	return p;
}

static double
seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec + now.tv_nsec * 1e-9;
}

static double
peak_mb(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss / 1024.0;
}

/* ---- points ---- */

static double
big_endian(const unsigned char *bytes)
{
	uint64_t	bits = 0;
	double		value;

	for (int i = 0; i < 8; i++)
		bits = bits << 8 | bytes[i];
	memcpy(&value, &bits, 8);
	return value;
}

static int
unpack(void)
{
	enum
	{
		HEAD = 19, FIELD = 12, ROW = 2 + 3 * FIELD
	};
	unsigned char row[ROW];
	double	   *column[3] = {NULL, NULL, NULL};
	size_t		capacity = 0;
	size_t		rows = 0;

	if (fread(row, 1, HEAD, stdin) != HEAD)
		return 2;
	while (fread(row, 1, ROW, stdin) == ROW)
	{
		bool		grow = rows == capacity;

		if (grow)
			capacity = capacity * 2 + 1024;
		for (int k = 0; k < 3; k++)
		{
			if (grow && (column[k] = realloc(column[k], capacity * sizeof(double))) == NULL)
				return 2;
			column[k][rows] = big_endian(row + 6 + k * FIELD);
		}
		rows++;
	}
	for (int k = 0; k < 3; k++)
		if (fwrite(column[k], sizeof(double), rows, stdout) != rows)
			return 2;
	return 0;
}

static void
read_points(const char *path)
{
	FILE	   *file = fopen(path, "rb");
	double		value;

	if (file == NULL || fseek(file, 0, SEEK_END) != 0)
	{
		perror(path);
		exit(2);
	}
	n = (uint32_t) (ftell(file) / (3 * sizeof(double)));
	rewind(file);
	points = need(n, sizeof(Point));
	for (int k = 0; k < 3; k++)
		for (uint32_t i = 0; i < n; i++)
		{
			if (fread(&value, sizeof(value), 1, file) != 1)
				exit(2);
			if (k == 0)
				points[i].x = value;
			else if (k == 1)
				points[i].y = value;
			else
				points[i].t = (int64_t) value;
			points[i].row = i;
			points[i].core = false;
		}
	fclose(file);
}

static bool
near(const Point *a, const Point *b)
{
	double		dx = a->x - b->x;
	double		dy = a->y - b->y;

	if (eps_time >= 0 && llabs(a->t - b->t) > eps_time)
		return false;
	return sqrt(dx * dx + dy * dy) <= eps;
}

/* ---- grid: sorted by cell, so that cells beside each other in x follow ---- */

#define BITS	21				/* of the cell's number along an axis */

static uint64_t
along(double value, double least, double side)
{
	double		cell = (value - least) / side + 1;

	if (!(cell < (1 << BITS) - 1))
	{
		fputs("gathering_floor: too many cells\n", stderr);
		exit(2);
	}
	return (uint64_t) cell;
}

static int
by_cell(const void *a, const void *b)
{
	const Point *p = a;
	const Point *q = b;

	return p->cell < q->cell ? -1 : p->cell > q->cell;
}

static void
sort_into_cells(void)
{
	Point		least = points[0];

	for (uint32_t i = 1; i < n; i++)
	{
		least.x = fmin(least.x, points[i].x);
		least.y = fmin(least.y, points[i].y);
		least.t = points[i].t < least.t ? points[i].t : least.t;
	}
	for (uint32_t i = 0; i < n; i++)
	{
		uint64_t	x = along(points[i].x, least.x, eps);
		uint64_t	y = along(points[i].y, least.y, eps);
		uint64_t	t = eps_time < 0 ? 1 : along((double) (points[i].t - least.t), 0, (double) eps_time + 1);

		points[i].cell = t << 2 * BITS | y << BITS | x;
	}
	qsort(points, n, sizeof(Point), by_cell);
}

/* For each row of three cells around a point, where it starts. */
typedef struct Rows
{
	int			n;
	int64_t		offset[9];		/* of the row's first cell */
	uint32_t	cursor[9];		/* only moves forward */
} Rows;

static void
rows_init(Rows *rows)
{
	int			t = eps_time < 0 ? 0 : 1;

	memset(rows, 0, sizeof(*rows));
	for (int64_t dt = -t; dt <= t; dt++)
		for (int64_t dy = -1; dy <= 1; dy++)
			rows->offset[rows->n++] = dt * ((int64_t) 1 << 2 * BITS) + dy * (1 << BITS) - 1;
}

static uint32_t
row_start(Rows *rows, int r, uint64_t cell)
{
	uint64_t	first = cell + (uint64_t) rows->offset[r];
	uint32_t	at = rows->cursor[r];

	while (at < n && points[at].cell < first)
		at++;
	return rows->cursor[r] = at;
}

/* ---- DBSCAN ---- */

static uint32_t
root_of(uint32_t i)
{
	while (parent[i] != i)
		i = parent[i] = parent[parent[i]];
	return i;
}

static void
cluster(uint32_t min_points)
{
	Rows		rows;

	sort_into_cells();
	rows_init(&rows);
	for (uint32_t i = 0; i < n; i++)
	{
		uint32_t	count = 0;

		for (int r = 0; r < rows.n; r++)
		{
			uint32_t	j = row_start(&rows, r, points[i].cell);

			for (; j < n && points[j].cell <= points[i].cell + (uint64_t) rows.offset[r] + 2 && count < min_points; j++)
				count += near(&points[i], &points[j]);
		}
		points[i].core = count >= min_points;
	}
	parent = need(n, sizeof(uint32_t));
	for (uint32_t i = 0; i < n; i++)
		parent[i] = i;
	rows_init(&rows);
	for (uint32_t i = 0; i < n; i++)
		for (int r = 0; r < rows.n; r++)
		{
			uint32_t	j = row_start(&rows, r, points[i].cell);

			for (; j < n && points[j].cell <= points[i].cell + (uint64_t) rows.offset[r] + 2; j++)
			{
				uint32_t	a;
				uint32_t	b;

				if (!points[j].core || (points[i].core ? j >= i : parent[i] != i) || !near(&points[i], &points[j]))
					continue;
				if (!points[i].core)
				{
					parent[i] = j;
					continue;
				}
				a = root_of(i);
				b = root_of(j);
				if (a != b)
					parent[a > b ? a : b] = a > b ? b : a;
			}
		}
}

/* ---- the judge ---- */

static bool
agrees(const char *path)
{
	int64_t    *label = need(n, sizeof(int64_t));
	int64_t    *theirs = need(n, sizeof(int64_t));	/* by our root */
	uint32_t   *ours = need(n, sizeof(uint32_t));	/* by their label */
	uint64_t	wrong_noise = 0;
	uint64_t	wrong_core = 0;
	uint64_t	wrong_border = 0;
	FILE	   *file = fopen(path, "r");
	Rows		rows;
	char		line[32];

	for (uint32_t i = 0; i < n; i++)
	{
		if (file == NULL || fgets(line, sizeof(line), file) == NULL)
		{
			fprintf(stderr, "%s: %u labels of %u\n", path, i, n);
			return false;
		}
		label[i] = strtoll(line, NULL, 10);
		if (label[i] < -1 || label[i] >= n)
		{
			fprintf(stderr, "%s: label %lld\n", path, (long long) label[i]);
			return false;
		}
		theirs[i] = -1;
		ours[i] = UINT32_MAX;
	}
	fclose(file);
	rows_init(&rows);
	for (uint32_t i = 0; i < n; i++)
	{
		uint32_t	root = root_of(i);
		int64_t		its = label[points[i].row];
		bool		eligible = false;

		wrong_noise += (its < 0) != (!points[i].core && root == i);
		if (its < 0)
			continue;
		if (points[i].core)
		{
			if (theirs[root] < 0)
				theirs[root] = its;
			if (ours[its] == UINT32_MAX)
				ours[its] = root;
			wrong_core += theirs[root] != its || ours[its] != root;
			continue;
		}
		for (int r = 0; r < rows.n; r++)
		{
			uint32_t	j = row_start(&rows, r, points[i].cell);

			for (; j < n && points[j].cell <= points[i].cell + (uint64_t) rows.offset[r] + 2 && !eligible; j++)
				eligible = points[j].core && label[points[j].row] == its && near(&points[i], &points[j]);
		}
		wrong_border += !eligible;
	}
	free(label);
	free(theirs);
	free(ours);
	if (wrong_noise + wrong_core + wrong_border == 0)
		return true;
	fprintf(stderr, "%s: of %u points %llu differ in being noise, %llu core points in their cluster, %llu border points are in none of theirs\n",
			path, n, (unsigned long long) wrong_noise, (unsigned long long) wrong_core, (unsigned long long) wrong_border);
	return false;
}

static int
judge(int files, char **paths)
{
	uint32_t	clusters = 0;
	uint32_t	noise = 0;
	bool		all = true;

	for (uint32_t i = 0; i < n; i++)
		if (root_of(i) == i)
		{
			clusters += points[i].core;
			noise += !points[i].core;
		}
	printf("%u %u\n", clusters, noise);
	for (int i = 0; i < files; i++)
		all &= agrees(paths[i]);
	return all ? 0 : 1;
}

static void
write_labels(const char *path)
{
	int64_t    *label = need(n, sizeof(int64_t));
	FILE	   *file = fopen(path, "w");

	for (uint32_t i = 0; i < n; i++)
		label[points[i].row] = points[i].core || root_of(i) != i ? (int64_t) root_of(i) : -1;
	for (uint32_t i = 0; file != NULL && i < n; i++)
		fprintf(file, "%lld\n", (long long) label[i]);
	if (file == NULL || fclose(file) != 0)
	{
		perror(path);
		exit(2);
	}
	free(label);
}

int
main(int argc, char **argv)
{
	double		wall;
	double		cpu;
	double		had;

	if (argc == 2 && strcmp(argv[1], "unpack") == 0)
		return unpack();
	if (argc < 6)
		return 2;
	read_points(argv[1]);
	if (n == 0)
		return 2;
	eps = strtod(argv[2], NULL);
	eps_time = strtoll(argv[3], NULL, 10);
	had = peak_mb();
	wall = seconds(CLOCK_MONOTONIC);
	cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	cluster((uint32_t) strtoul(argv[4], NULL, 10));
	if (strcmp(argv[5], "-") == 0)
		return judge(argc - 6, argv + 6);
	printf("%.3f %.2f %.0f\n", seconds(CLOCK_MONOTONIC) - wall, seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu,
		   peak_mb() - had + n * sizeof(Point) / 1048576.0);
	write_labels(argv[5]);
	return 0;
}
