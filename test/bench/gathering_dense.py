"""The densest block by plain peeling, as gathering_dense.sh asks for it.

Reads lines "provider patient", all different, sorted by the bytes of the
provider.  Prints seconds, a millionfold of the score rounded, and the MD5 of
the members' keys.  Weights are whole numbers, so that equal sums are equal.
"""
import hashlib
import heapq
import math
import sys
import time

with open(sys.argv[1], encoding="ascii") as lines:
    edges = [line.split() for line in lines]
began = time.perf_counter()
unit = 1 << 32
providers = sorted({provider for provider, _ in edges})
patients = sorted({patient for _, patient in edges})
number = {provider: i for i, provider in enumerate(providers)}
place = {patient: len(providers) + i for i, patient in enumerate(patients)}
near = [[] for _ in range(len(providers) + len(patients))]
for provider, patient in edges:
    near[number[provider]].append(place[patient])
    near[place[patient]].append(number[provider])
weight = [math.floor(unit / math.log(len(near[i]) + 5) + 0.5) for i in range(len(providers))]
key = [sum(weight[min(node, other)] for other in near[node]) for node in range(len(near))]
total = sum(key) // 2
heap = [(k, node) for node, k in enumerate(key)]
heapq.heapify(heap)
left = len(near)
best, best_left, best_round = total, left, 0
went = [0] * len(near)
turn = 0
while heap and left > 1:
    k, node = heapq.heappop(heap)
    if went[node] or k != key[node]:
        continue
    turn += 1
    went[node] = turn
    total -= k
    left -= 1
    for other in near[node]:
        if not went[other]:
            key[other] -= weight[min(node, other)]
            heapq.heappush(heap, (key[other], other))
    if total * best_left > best * left:
        best, best_left, best_round = total, left, turn
names = providers + patients
members = sorted(names[node] for node in range(len(near)) if not went[node] or went[node] > best_round)
seconds = time.perf_counter() - began
digest = hashlib.md5(" ".join(members).encode("ascii")).hexdigest()
print(f"{seconds:.2f} {round(best / unit / best_left * 1e6)} {digest}")
