#!/usr/bin/python3
"""Joins JSON lines of `suti bench --device cuda` and of PyTorch to a few lines: the median of the better run, how far two runs of the same work
differ, the best peer, and the share of the roof. Usage: gpu_summary.py [--most LINES | --markdown] FILE.jsonl ..."""
import argparse
import json
import os

arguments = argparse.ArgumentParser()
arguments.add_argument("--most", type=int, default=1000)
arguments.add_argument("--markdown", action="store_true", help="all lines as one table, hot and cold side by side")
arguments.add_argument("files", nargs="*")
options = arguments.parse_args()

ours, peers = {}, {}
for path in options.files:
    if not os.path.exists(path):
        continue
    for text in open(path):
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if "median_ms" not in line:
            continue
        key = line["workload"], line["mode"]
        if line["peer"] == "suti":
            ours.setdefault(key, []).append(line)
        else:
            peers.setdefault(key, {}).setdefault(line["peer"], []).append(line["median_ms"])

rows = []
for key, lines in ours.items():
    best = min(lines, key=lambda line: line["median_ms"])
    spread = max(line["median_ms"] for line in lines) / best["median_ms"]
    peer = min(((min(times), name) for name, times in peers.get(key, {}).items()), default=None)
    rows.append((peer[0] / best["median_ms"] if peer else float("inf"), key, best, spread, peer))
rows.sort(key=lambda row: (row[1][1] != "hot", row[0]))
if options.markdown:
    print("| workload | hot us | roof | best PyTorch us | ratio | cold us | ratio | registers | spilled | occupancy |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    cold = {name: row for row in rows for name, mode in [row[1]] if mode == "cold"}
    for ratio, (name, mode), line, spread, peer in sorted(rows, key=lambda row: row[1]):
        if mode != "hot":
            continue
        beside = f"{peer[1]} {peer[0] * 1e3:.1f} | {ratio:.2f}" if peer else "- | -"
        other = cold.get(name)
        other = f"{other[2]['median_ms'] * 1e3:.1f} | " + (f"{other[0]:.2f}" if other[4] else "-") if other else "- | -"
        kernel = f"{line['registers']} | {line['spill_bytes']} | {100 * line['occupancy']:.0f} %" if line["registers"] else "library | | "
        mark = "" if spread < 1.05 else f" (runs differ by {spread:.2f} x)"
        print(f"| {name}{mark} | {line['median_ms'] * 1e3:.1f} | {100 * line['of_roof']:.0f} % of {line['roof']} | {beside} | {other} | {kernel} |")
    raise SystemExit
if len(rows) > options.most:
    print(f"  the {options.most} of {len(rows)} lines that fall behind most:")
for ratio, (name, mode), line, spread, peer in rows[:options.most]:
    beside = f"{peer[1]} {peer[0] * 1e3:.1f} us, {ratio:.2f} x" if peer else "no peer"
    roof = f"{100 * line['of_roof']:.0f} % of {line['roof']}" if "of_roof" in line else ""
    mark = "" if spread < 1.05 else f", runs differ by {spread:.2f} x: void"
    print(f"  {name} {mode}: {line['median_ms'] * 1e3:.1f} us, {roof}; {beside}; {line.get('registers', '-')} registers, "
          f"{line.get('spill_bytes', '-')} spilled{mark}")
