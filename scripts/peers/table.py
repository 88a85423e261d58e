#!/usr/bin/python3
"""Joins JSON lines of `suti bench --json` and of peers to one markdown table: ms of each engine, and how the best peer stands to suti
(above 1 suti is faster). Usage: table.py THREADS FILE.jsonl ...

A file may hold a workload several times: round after round of race.sh. The ms are medians over the rounds of the engine's best variant (layout,
library, packing). The ratio is the median of the ratios of each round, its two runs being seconds apart; in brackets the lowest and highest.
Rounds during which other processes took more than a fifth of a core are left out where quieter ones remain."""
import json
import math
import statistics
import sys

threads = int(sys.argv[1])
rounds = {}
for path in sys.argv[2:]:
    for text in open(path):
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if line.get("threads") != threads or "workload" not in line:
            continue
        name = line["workload"].replace("gemmw_", "gemm_").replace("_mha", "")
        peer = line["peer"]
        engine = "suti" if peer == "suti" else "onnxruntime" if peer.startswith("onnx") else "torch, onednn, openblas"
        variants = rounds.setdefault(name, {}).setdefault(engine, {})
        variants.setdefault((line["workload"], peer), []).append((line["median_ms"], line["others"] < 0.2))


def typical(rounds):
    """The median ms of the quiet rounds, or of all where none was quiet."""
    return statistics.median([ms for ms, quiet in rounds if quiet] or [ms for ms, _ in rounds])


def best(variants):
    """The rounds of the variant with the least median."""
    return min(variants.values(), key=typical)


engines = ["suti", "torch, onednn, openblas", "onnxruntime"]
print("| workload | " + " | ".join(e + " ms" for e in engines) + " | best peer / suti |")
print("|---|" + "---|" * (len(engines) + 1))
groups = {}
for name, row in rounds.items():
    if "suti" not in row or len(row) < 2:
        continue
    times = {engine: best(variants) for engine, variants in row.items()}
    fastest = min((e for e in times if e != "suti"), key=lambda e: typical(times[e]))
    pairs = [(peer[0] / own[0], peer[1] and own[1]) for peer, own in zip(times[fastest], times["suti"])]
    ratios = sorted([ratio for ratio, quiet in pairs if quiet] or [ratio for ratio, _ in pairs])
    ratio = statistics.median(ratios)
    kind = name.split("_")[0].rstrip("0123456789x") + ("_fwdbwd" if name.endswith("_fwdbwd") else "")
    groups.setdefault(kind, []).append(ratio)
    cells = ["%.3f" % typical(times[e]) if e in times else "-" for e in engines]
    spread = " (%.2f–%.2f)" % (ratios[0], ratios[-1]) if len(ratios) > 1 else ""
    print("| %s | %s | %.2f%s |" % (name, " | ".join(cells), ratio, spread))
print()
for group, ratios in groups.items():
    print("- %s: geometric mean %.2f, least %.2f" % (group, math.exp(sum(map(math.log, ratios)) / len(ratios)), min(ratios)))
