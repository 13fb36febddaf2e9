#!/usr/bin/python3
"""gathering_rival.py POINTS EPS EPS_TIME MIN_POINTS LABELS: scikit-learn's DBSCAN.

POINTS is all x, all y, all t as float64; where EPS_TIME, in microseconds, is not
negative, the graph of neighbours without those too far in time is clustered.
Writes labels, -1 for noise; prints wall and CPU seconds and the growth of
memory in megabytes.
"""
import sys
import time

import numpy as np
from sklearn.cluster import DBSCAN
from sklearn.neighbors import NearestNeighbors

path, eps, eps_time, min_points = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
x, y, t = np.fromfile(path).reshape(3, -1)
place = np.column_stack([x, y])


def memory(what):
    with open('/proc/self/status') as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith(what))


def cluster():
    if eps_time < 0:
        return DBSCAN(eps=eps, min_samples=min_points, n_jobs=1).fit(place).labels_
    graph = NearestNeighbors(radius=eps, n_jobs=1).fit(place).radius_neighbors_graph(mode='distance')
    row = np.repeat(np.arange(len(t)), np.diff(graph.indptr))
    # distances of zero are stored, so that what is left out has to be cut, not set to zero
    kept = np.abs(t[row] - t[graph.indices]) <= eps_time
    graph.indptr = np.r_[0, np.cumsum(np.bincount(row[kept], minlength=len(t)))].astype(graph.indices.dtype)
    graph.indices, graph.data = graph.indices[kept], graph.data[kept]
    return DBSCAN(eps=eps, min_samples=min_points, metric='precomputed', n_jobs=1).fit(graph).labels_


# the peak from here on
with open('/proc/self/clear_refs', 'w') as refs:
    refs.write('5')
had, wall, cpu = memory('VmRSS'), time.perf_counter(), time.process_time()
label = cluster()
print(time.perf_counter() - wall, time.process_time() - cpu, memory('VmHWM') - had)
np.savetxt(sys.argv[5], label, fmt='%d')
