#!/usr/bin/env bash
# Training step of implicit-32 on 2,500 linear programs (3 iterations, forward and backward) against the same step in plain
# PyTorch, side by side on the same cores. Prints the seconds and peak memory of both and their ratio.
#
#   pipelines/benchmarks/linear_programs.sh [rounds]        default 3 rounds of 3 steps each, in turn
#
# Needs python3 with pip; PyTorch and h5py go to .deps/benchmark.
set -euo pipefail

root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
rounds=${1:-3}
threads=$(nproc)
folder=$root/runs/benchmark
python=$root/.deps/benchmark/bin/python

"$root/pipelines/setup.sh" >&2
swift build -c release --package-path "$root" --product implicit-benchmark >&2
swift build -c release --package-path "$root" --product implicit-generate >&2
if ! "$python" -c 'import torch, h5py' 2>/dev/null; then
  python3 -m venv "$root/.deps/benchmark" >&2
  "$python" -m pip install --quiet 'torch==2.13.0+cpu' numpy h5py >&2
fi
mkdir -p "$folder"
config=(--config "$root/pipelines/linear-programs.yaml" --preset paper)
if [ ! -e "$folder/dataset.h5" ]; then
  "$root/.build/release/implicit-generate" linear-programs "${config[@]}" --out "$folder/dataset.h5" >&2
fi

: >"$folder/ours.jsonl"
: >"$folder/pytorch.jsonl"
for _ in $(seq "$rounds"); do
  "$root/.build/release/implicit-benchmark" "${config[@]}" --model implicit-32 --dataset "$folder/dataset.h5" --steps 3 \
    --threads "$threads" >>"$folder/ours.jsonl"
  "$python" "$root/pipelines/benchmarks/linear_programs.py" --dataset "$folder/dataset.h5" --steps 3 \
    --threads "$threads" >>"$folder/pytorch.jsonl"
done
"$python" - "$folder/ours.jsonl" "$folder/pytorch.jsonl" <<'PYTHON'
import json, statistics, sys

# The matrix-product rate of this machine, measured now: the floor that both are held against.
import time
import torch
a = torch.randn(1024, 1024)
for _ in range(3):
    a @ a
start = time.perf_counter()
for _ in range(20):
    a @ a
rate = 20 * 2 * 1024**3 / (time.perf_counter() - start)
# Multiply-adds of a step: forward, and twice that backward. Per iteration and node: three perceptrons in each of four layers.
e, n, m, programs, iterations = 32, 50, 10, 2500, 3
left, right = 2 * e * e, 2 * (e + 1) ** 2
to_constraints, to_variables = e * (2 * e + 1) + e * e, (e + 1) * (2 * e + 1) + (e + 1) ** 2
macs = programs * iterations * (2 * m * (2 * left + to_constraints) + 2 * n * (2 * right + to_variables))
work = 3 * 2 * macs

def load(path):
    lines = [json.loads(line) for line in open(path)]
    seconds = [second for line in lines for second in line["seconds"]]
    return min(seconds), statistics.median(seconds), max(line["peak_memory_bytes"] for line in lines), lines

ours, pytorch = load(sys.argv[1]), load(sys.argv[2])
ratios = [statistics.median(b["seconds"]) / statistics.median(a["seconds"]) for a, b in zip(ours[3], pytorch[3])]
print("training step, implicit-32, 2500 programs, 3 iterations   fastest   median    peak memory   of the matrix-product rate")
for name, row in (("implicit-benchmark", ours), ("plain PyTorch", pytorch)):
    print(f"{name:57s} {row[0]:6.3f} s  {row[1]:6.3f} s  {row[2] / 2**20:7.0f} MiB   {work / row[0] / rate:6.1%}")
print(f"ratio of the medians, round by round: {', '.join(f'{r:.2f}' for r in ratios)}; median {statistics.median(ratios):.2f}")
PYTHON
