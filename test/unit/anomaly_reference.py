#!/usr/bin/python3
"""The arithmetic of docs/anomaly.md, section 9, once more by NumPy and SciPy.

Prints test/unit/anomaly_reference.h: rows and what their scores must be.
Written from the page, not from the C code, with the libraries' own ranks,
Pareto tails, correlations and inverses wherever they have one.
"""
import numpy as np
from scipy import stats

rng = np.random.default_rng(20261122)
LIN, SQ = 0.717, 0.416


def rows(n, odd):
    size = rng.normal(size=n)
    x = np.column_stack([
        np.exp(3 + 0.8 * size + 0.3 * rng.normal(size=n)),
        np.exp(2 + 0.8 * size + 0.2 * rng.normal(size=n)),
        np.where(rng.random(n) < 0.6, 0, rng.exponential(20, n)),
        np.where(rng.random(n) < 0.15, np.nan, rng.normal(50, 5, n)),
        rng.integers(0, 4, n).astype(float),
        np.full(n, 7.0)])
    x[:odd, 0] *= 4
    # what 20 bits of a fraction hold exactly
    return np.round(x * 64) / 64


def tail(v, sign):
    """Of the values of a column without NaN: start, share beyond, scale, shape."""
    o = np.sort(sign * v)
    n = len(o)
    middle = o[(n - 1) // 2]
    outer = np.sum(o > middle)
    if outer < 2:
        return None
    beyond = max(outer // 4, 1)
    quarter = o[n - 1 - max(outer // 2, beyond + 1)]
    start = o[n - 1 - beyond]
    over = o[o > start]
    if len(over) == 0:
        return None
    shape = 0.2
    step = start - quarter
    if step > 0 and quarter > middle:
        shape = np.log2(step / (quarter - middle))
    elif step <= 0:
        step = over[(len(over) - 1) // 2] - start
    shape = np.clip((n * shape + 50 * 0.2) / (n + 50), 0, 1)
    scale = step * shape / (2 ** shape - 1) if shape > 1e-6 else step / np.log(2)
    return start, len(over) / n, scale, shape


def counted(known, x, sign):
    more = np.sum(sign * known > sign * x)
    same = np.sum(known == x)
    return -np.log((more + same / 2 + 0.5) / (len(known) + 1))


def rarity(v, x, sign):
    known = v[~np.isnan(v)]
    t = tail(known, sign)
    if t is not None and sign * x > t[0]:
        start, share, scale, shape = t
        return min(300, -np.log(share) - stats.genpareto.logsf((sign * x - start) / scale, shape))
    return counted(known, x, sign)


def link(e):
    return (np.sqrt(LIN * LIN + 4 * SQ * e) - LIN) / (2 * SQ)


def blend(a, na, b, nb):
    return a if nb == 0 else -np.log((na * np.exp(-a) + nb * np.exp(-b)) / (na + nb))


class Judge:
    def __init__(self, data, directions, parent=None):
        self.data, self.d, self.parent = data, directions, parent
        n, m = data.shape
        z = np.array([[self.value(j, data[i, j])[1] for j in range(m)] for i in range(n)])
        z = np.clip(z, -3, 3)
        unknown = np.isnan(data)
        z -= np.where(unknown, 0, z).sum(0) / np.maximum(1, (~unknown).sum(0))
        z[unknown] = 0
        norm = np.sqrt((z * z).sum(0))
        norm[norm == 0] = np.inf
        self.r = (z.T @ z) / np.outer(norm, norm)
        behind = n
        if parent is not None:
            self.r = (n * self.r + 20 * parent.r) / (n + 20)
            behind += len(parent.data)
        np.fill_diagonal(self.r, 1)
        excess = np.maximum(0, (self.r ** 2 - 1 / behind) / (1 - 1 / behind))
        np.fill_diagonal(excess, 1)
        self.w = 1 / excess.sum(0)
        few = 3 * m
        shrink = SHRINK + (1 - SHRINK) * few / (behind + few)
        self.p = np.linalg.inv((1 - shrink) * self.r + shrink * np.eye(m))
        self.totals = np.array([self.total(row)[0] for row in data])
        if (self.d == 0).all():
            self.meet_neighbours()

    def value(self, j, x):
        if np.isnan(x):
            return 0.0, 0.0
        side = []
        for sign in (1, -1):
            own = rarity(self.data[:, j], x, sign)
            if self.parent is not None:
                own = blend(own, np.sum(~np.isnan(self.data[:, j])), rarity(self.parent.data[:, j], x, sign), 20)
            side.append(max(0, own - np.log(2)))
        high, low = side
        z = link(high) if high >= low else -link(low)
        return (max(high, low) if self.d[j] == 0 else high if self.d[j] == 1 else low), z

    def total(self, row):
        pairs = np.array([self.value(j, x) for j, x in enumerate(row)])
        e, z = pairs[:, 0], pairs[:, 1]
        out = np.isnan(row)
        z[out] = -np.linalg.solve(self.p[np.ix_(out, out)], self.p[np.ix_(out, ~out)] @ z[~out])
        r = (self.p @ z) / np.sqrt(np.diag(self.p))
        toward = np.where(self.d == 0, abs(r), self.d * r)
        other = np.where(toward > 0, (LIN + SQ * toward) * toward, 0)
        e = np.where(np.isnan(row), 0, np.maximum(e, other))
        return np.sqrt((self.w * e * e).sum()), self.w * e * e

    def meet_neighbours(self):
        self.middle, self.spread = [], []
        for v in self.data.T:
            o = np.sort(v[~np.isnan(v)])
            n = len(o)
            width = [o[int((1 - q) * (n - 1))] - o[int(q * (n - 1))] for q in (0.25, 0.125, 0)]
            self.middle.append(o[(n - 1) // 2])
            self.spread.append(next((w / 2 for w in width if w > 0), 1))
        self.distances = np.array([np.sqrt(self.apart(row).sum()) for row in self.data])
        self.rarest = np.array([max(self.usual(self.totals, t), self.usual(self.distances, d)) for t, d in zip(self.totals, self.distances)])

    def spots(self, rows):
        return np.nan_to_num(np.arcsinh((rows - self.middle) / self.spread) * np.sqrt(self.w))

    def apart(self, row):
        square = np.where(np.isnan(row), 0, (self.spots(row) - self.spots(self.data)) ** 2)
        order = np.argsort(square.sum(1), kind='stable')
        return square[order[3 if square[order[0]].sum() == 0 else 2]]

    def usual(self, totals, t):
        return max(rarity(totals, t, 1), counted(totals, t, 1))

    def score_among_neighbours(self, row):
        t, squares = self.total(row)
        apart = self.apart(row)
        d = np.sqrt(apart.sum())
        s = self.usual(self.rarest, max(self.usual(self.totals, t), self.usual(self.distances, d))) / np.log(10)
        if self.usual(self.distances, d) > self.usual(self.totals, t):
            t, squares = d, apart
        return s, s * squares / t ** 2

    def score(self, row):
        t, squares = self.total(row)
        if t == 0:
            return 0, squares
        s = max(rarity(self.totals, t, 1), counted(self.totals, t, 1))
        if self.parent is not None:
            its = max(rarity(self.parent.totals, t, 1), counted(self.parent.totals, t, 1))
            s = blend(s, len(self.data), its, 20)
        return s / np.log(10), s / np.log(10) * squares / t ** 2


SHRINK = 0.01
directions = np.array([1, 1, 1, -1, 0, 1])
big = rows(80, 3)
small = rows(6, 1)
parent = Judge(big, directions)
child = Judge(small, directions, parent)
stranger = np.array([1.5, 400, 0.25, np.nan, 9, 8])
# large, and the indicators that go with size are unknown but for one; or all but one
partial = np.array([[200, np.nan, 10, np.nan, 1, 7], [np.nan, 60, np.nan, np.nan, np.nan, np.nan]])


def c(x):
    return 'NAN' if np.isnan(x) else repr(float(x))


def table(name, rows):
    print('static const double %s[][FEATURES] = {' % name)
    for row in rows:
        print('\t{' + ', '.join(c(x) for x in row) + '},')
    print('};\n')


def column(name, values):
    print('static const double %s[] = {' % name)
    for x in values:
        print('\t%s,' % c(x))
    print('};\n')


print('''/*
 * anomaly_reference.h
 *	  Rows and their scores by NumPy %s and SciPy.  Written by anomaly_reference.py.
 */
#ifndef ANOMALY_REFERENCE_H
#define ANOMALY_REFERENCE_H

#include <math.h>

#define FEATURES	6
''' % np.__version__)
table('reference_big', big)
table('reference_small', small)
table('reference_stranger', [stranger])
column('reference_big_score', [parent.score(r)[0] for r in big])
table('reference_big_parts', [parent.score(r)[1] for r in big[:4]])
column('reference_small_score', [child.score(r)[0] for r in small])
column('reference_stranger_score', [parent.score(stranger)[0], child.score(stranger)[0]])
table('reference_partial', partial)
column('reference_partial_score', [j.score(r)[0] for r in partial for j in (parent, child)])
table('reference_correlation', parent.r)
column('reference_weight', parent.w)
table('reference_inverse', parent.p)
either = Judge(big, np.zeros(6))
print('/* where no direction is known */')
column('reference_either_score', [either.score_among_neighbours(r)[0] for r in big] + [either.score_among_neighbours(stranger)[0]])
table('reference_either_parts', [either.score_among_neighbours(r)[1] for r in big])
print('/* -ln of twice the upper tail of the normal distribution at 0.5, 1, 2, 3, 5 */')
column('reference_normal', -stats.norm.logsf([0.5, 1, 2, 3, 5]) - np.log(2))
print('#endif\t\t\t\t\t\t\t/* ANOMALY_REFERENCE_H */')
