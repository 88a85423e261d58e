#!/usr/bin/python3
"""Joins JSON lines of `suti bench --json` and of peers to one markdown table: median ms of each, the best of several runs of each engine,
and how the best peer stands to suti (above 1 suti is faster). Usage: table.py THREADS FILE.jsonl ..."""
import json
import math
import sys

threads = int(sys.argv[1])
best = {}
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
        row = best.setdefault(name, {})
        row[engine] = min(row.get(engine, math.inf), line["median_ms"])

engines = ["suti", "torch, onednn, openblas", "onnxruntime"]
print("| workload | " + " | ".join(e + " ms" for e in engines) + " | best peer / suti |")
print("|---|" + "---|" * (len(engines) + 1))
groups = {}
for name, row in best.items():
    if "suti" not in row or len(row) < 2:
        continue
    ratio = min(v for e, v in row.items() if e != "suti") / row["suti"]
    groups.setdefault(name.split("_")[0].rstrip("0123456789x"), []).append(ratio)
    cells = ["%.3f" % row[e] if e in row else "-" for e in engines]
    print("| %s | %s | %.2f |" % (name, " | ".join(cells), ratio))
print()
for group, ratios in groups.items():
    print("- %s: geometric mean %.2f, least %.2f" % (group, math.exp(sum(map(math.log, ratios)) / len(ratios)), min(ratios)))
