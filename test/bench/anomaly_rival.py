#!/usr/bin/python3
"""anomaly_rival.py METHOD PART: fit and score rows of a binary COPY on stdin.

Rows are (group float8, features float8[]), in order of their groups; each
group is fitted and scored by itself.  Of the groups every PARTth is done, and
time counts PART times.  Prints wall and CPU seconds and the growth of memory
in megabytes, then one score a row.
"""
import sys
import time
import warnings

import numpy as np
from sklearn.covariance import EllipticEnvelope
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import LocalOutlierFactor

warnings.filterwarnings('ignore')
method, part = sys.argv[1], int(sys.argv[2])
FEATURES = 30


def read():
    raw = sys.stdin.buffer.read()
    row = np.dtype([('fields', '>i2'), ('group_len', '>i4'), ('group', '>f8'), ('len', '>i4'), ('head', '>i4', 5),
                    ('f', [('len', '>i4'), ('x', '>f8')], FEATURES)])
    table = np.frombuffer(raw[19:-2], row)
    assert (table['f']['len'] == 8).all() and (table['fields'] == 2).all()
    return table['group'].astype(float), np.ascontiguousarray(table['f']['x'].astype(float))


def forest(x):
    return -IsolationForest(n_estimators=100, random_state=1, n_jobs=1).fit(x).score_samples(x)


def scaled(x):
    spread = x.std(0)
    return (x - x.mean(0)) / np.where(spread > 0, spread, 1)


def lof(x):
    return -LocalOutlierFactor(n_neighbors=min(20, len(x) - 1), n_jobs=1).fit(scaled(x)).negative_outlier_factor_


def mcd(x):
    # columns of which more than half are equal have no determinant: a hair of noise
    hair = np.random.RandomState(0).normal(size=x.shape) * 1e-6
    return EllipticEnvelope(random_state=1).fit(scaled(x) + hair).mahalanobis(scaled(x))


def memory(what):
    with open('/proc/self/status') as status:
        return next(int(line.split()[1]) for line in status if line.startswith(what)) / 1024


group, x = read()
cuts = np.r_[0, np.flatnonzero(np.diff(group)) + 1, len(x)]
spans = list(zip(cuts[:-1], cuts[1:]))[::part]
score = np.zeros(len(x))
run = {'forest': forest, 'lof': lof, 'mcd': mcd}[method]
# reading took more than what is kept of it: from here on the peak is of the run
with open('/proc/self/clear_refs', 'w') as refs:
    refs.write('5')
had, laps = memory('VmRSS:'), []
# the better of two, unless it takes long
while len(laps) < 2 and sum(lap[0] for lap in laps) < 30:
    wall, cpu = time.perf_counter(), time.process_time()
    for a, b in spans:
        score[a:b] = run(x[a:b])
    laps.append((time.perf_counter() - wall, time.process_time() - cpu))
share = len(cuts[:-1]) / len(spans)
print(min(lap[0] for lap in laps) * share, min(lap[1] for lap in laps) * share, memory('VmHWM:') - had)
print('\n'.join(repr(float(s)) for s in score))
