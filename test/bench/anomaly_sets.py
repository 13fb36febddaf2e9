#!/usr/bin/python3
"""anomaly_sets.py draw|race: labelled sets for make bench-anomaly RACES=sets.

Real ones are those that come with scikit-learn, a class made rare; the others
have the shapes that are usual in papers.  None was made with medsup in mind.
draw prints (set, draw, n, odd, features) as text for COPY; race prints
(set, draw, n, method, score) of every method that knows no labels.
"""
import sys
import warnings

import numpy as np
from sklearn import datasets
from sklearn.covariance import EllipticEnvelope
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import LocalOutlierFactor, NearestNeighbors

warnings.filterwarnings('ignore')
DRAWS = 2


def rare(x, usual, odd, count, r):
    """All rows that are usual, and count of the odd."""
    chosen = r.choice(np.flatnonzero(odd), count, replace=False)
    return np.r_[x[usual], x[chosen]], np.r_[np.zeros(usual.sum(), bool), np.ones(count, bool)]


def odd_ones(usual, odd):
    return np.r_[usual, odd], np.r_[np.zeros(len(usual), bool), np.ones(len(odd), bool)]


def real(r, draw):
    cancer, wine, iris, digits = (load() for load in (datasets.load_breast_cancer, datasets.load_wine, datasets.load_iris, datasets.load_digits))
    yield ('cancer, 20 malignant', *rare(cancer.data, cancer.target == 1, cancer.target == 0, 20, r))
    yield ('cancer, 20 benign', *rare(cancer.data, cancer.target == 0, cancer.target == 1, 20, r))
    for name, kind in (('wine', wine), ('iris', iris)):
        for c in range(3):
            yield (f'{name}, 8 of class {c}', *rare(kind.data, kind.target != c, kind.target == c, 8, r))
    for c in range(draw, 10, DRAWS):
        yield ('digits, one of ten', *rare(digits.data, digits.target != c, digits.target == c, 20, r))
        yield ('digits, strangers', *rare(digits.data, digits.target == c, digits.target != c, 10, r))


def mixed(r, m, strength=0.7):
    """A correlated normal: rows to multiply draws with."""
    return np.linalg.cholesky((1 - strength) * np.eye(m) + strength * np.cov(r.normal(size=(m, 3 * m))))


def shapes(r):
    n, m, few = 1500, 12, 30
    a = mixed(r, m)
    x = r.normal(size=(n, m)) @ a.T
    yield ('normal, far ones', *odd_ones(x, 2.5 * r.normal(size=(few, m)) @ a.T))
    yield ('normal, a far cluster', *odd_ones(x, 2 * a.diagonal() * r.choice([-1, 1], m) + 0.1 * r.normal(size=(few, m))))
    yield ('normal, wrong together', *odd_ones(x, r.normal(size=(few, m)) * x.std(0)))
    odd = r.normal(size=(few, m)) @ a.T
    odd[np.arange(few), r.integers(0, m, few)] += 4 * r.choice([-1, 1], few)
    yield ('normal, one indicator', *odd_ones(x, odd))
    t = r.standard_t(3, size=(n, m)) @ a.T
    odd = r.standard_t(3, size=(few, m)) @ a.T
    odd[:, :3] += 5 * r.choice([-1, 1], (few, 3))
    yield ('heavy tails', *odd_ones(t, odd))
    yield ('log-normal, low ones', *odd_ones(np.exp(x), np.exp(r.normal(size=(few, m)) @ a.T - 1.5 * (r.random((few, m)) < 0.3))))
    centre = 6 * r.normal(size=(5, m))
    spread = r.uniform(0.3, 2, 5)
    which = r.integers(0, 5, n)
    modes = centre[which] + spread[which, None] * r.normal(size=(n, m))
    box = modes.min(0) + r.random((few, m)) * (modes.max(0) - modes.min(0))
    yield ('five clusters, anywhere', *odd_ones(modes, box))
    which = r.integers(0, 5, few)
    yield ('five clusters, near one', *odd_ones(modes, centre[which] + 2.5 * spread[which, None] * r.normal(size=(few, m))))
    angle = r.uniform(0, 2 * np.pi, n)
    ring = np.c_[10 * np.cos(angle), 10 * np.sin(angle)] + 0.5 * r.normal(size=(n, 2))
    yield ('a ring, inside', *odd_ones(ring, 2 * r.normal(size=(few, 2))))
    count = r.poisson(np.exp(r.normal(size=(n, m)) * 0.3 + 1))
    yield ('counts', *odd_ones(count, r.poisson(np.exp(r.normal(size=(few, m)) * 0.3 + 1) * r.choice([0.4, 1, 2], (few, m)))))
    p = r.uniform(0.02, 0.98, 20)
    yield ('yes and no', *odd_ones(r.random((n, 20)) < p, r.random((few, 20)) < (p + 0.5) / 2))
    zero = np.where(r.random((n, m)) < 0.8, 0, r.exponential(size=(n, m)))
    odd = np.where(r.random((few, m)) < 0.5, 0, r.exponential(size=(few, m)))
    yield ('mostly zero', *odd_ones(zero, odd))
    grid = np.round(x)
    yield ('rounded', *odd_ones(grid, np.round(2 * r.normal(size=(few, m)) @ a.T)))
    for rows, width in ((100, 6), (200, 30), (300, 150), (1500, 120)):
        a = mixed(r, width)
        odd = r.normal(size=(rows // 25, width)) @ a.T
        here = r.random(odd.shape) < 0.2
        yield (f'{rows} x {width}, a fifth moved', *odd_ones(r.normal(size=(rows, width)) @ a.T, odd + 3 * here * r.choice([-1, 1], odd.shape)))
    load = r.normal(size=(5, 100))
    flat = r.normal(size=(500, 5)) @ load + 0.3 * r.normal(size=(500, 100))
    yield ('500 x 100 in five dimensions', *odd_ones(flat, r.normal(size=(20, 5)) @ load + 0.6 * r.normal(size=(20, 100))))
    noise = r.normal(size=(1000, 100))
    odd = r.normal(size=(20, 100))
    odd[:, :4] += 3
    yield ('four of a hundred', *odd_ones(noise, odd))


def all_sets():
    for draw in range(DRAWS):
        r = np.random.default_rng(draw)
        for name, x, odd in (*real(r, draw), *shapes(r)):
            order = r.permutation(len(x))
            yield name, np.asarray(x, float)[order], odd[order]


def scaled(x):
    spread = x.std(0)
    return (x - x.mean(0)) / np.where(spread > 0, spread, 1)


def forest(x):
    return -IsolationForest(n_estimators=100, random_state=1, n_jobs=1).fit(x).score_samples(x)


def lof(x):
    return -LocalOutlierFactor(n_neighbors=20, n_jobs=1).fit(scaled(x)).negative_outlier_factor_


def mcd(x):
    # of many columns it takes minutes
    if x.shape[1] > 30:
        return np.full(len(x), np.nan)
    hair = np.random.RandomState(0).normal(size=x.shape) * 1e-6
    return EllipticEnvelope(random_state=1).fit(scaled(x) + hair).mahalanobis(scaled(x))


def knn(x):
    return NearestNeighbors(n_neighbors=6).fit(scaled(x)).kneighbors(scaled(x))[0][:, 5]


def ecod(x):
    """Sum of the tails: left, right, or that to which the column leans; the largest of the three."""
    n = len(x)
    rank = np.stack([np.searchsorted(np.sort(c), c, 'right') for c in x.T], 1) / n
    above = np.stack([np.searchsorted(np.sort(-c), -c, 'right') for c in x.T], 1) / n
    low, high = -np.log(rank), -np.log(above)
    spread = x.std(0)
    skew = ((scaled(x)) ** 3).mean(0) * (spread > 0)
    lean = np.where(skew < 0, low, high)
    return np.maximum(np.maximum(low.sum(1), high.sum(1)), lean.sum(1))


METHODS = {'IsolationForest': forest, 'LocalOutlierFactor': lof, 'EllipticEnvelope': mcd, 'nearest neighbours': knn, 'empirical tails (ECOD)': ecod}


def main():
    for at, (name, x, odd) in enumerate(all_sets()):
        if sys.argv[1] == 'draw':
            for n, row in enumerate(x):
                print(name, at, n, 't' if odd[n] else 'f', '{' + ','.join(map(repr, map(float, row))) + '}', sep='\t')
            continue
        for method, score in METHODS.items():
            for n, s in enumerate(score(x)):
                print(name, at, n, method, repr(float(s)), sep='\t')


if __name__ == '__main__':
    main()
