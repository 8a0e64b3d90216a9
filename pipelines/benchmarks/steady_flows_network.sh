#!/usr/bin/env bash
# The implicit Fourier network at its published size (width 32, 12 modes, 128 x 128, batches of 16) against the same network in plain
# PyTorch with FFTs, one after the other on the same cores: a training step as published (24 evaluations by Anderson's method, 3
# phantom steps) and a sweep over 50 iterations. Prints the processor seconds of both and their ratios.
#
#   pipelines/benchmarks/steady_flows_network.sh [rounds]      default 1 round, some minutes
#
# PyTorch's sweep starts anew for every number of iterations, as the published script does; its time is computed from those of 2 and of
# 12 iterations. Environment: PYTHON, a python3 with torch and h5py (otherwise they go to .deps/benchmark); THREADS; BIN, a folder of
# built executables.
set -euo pipefail

root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
rounds=${1:-1}
threads=${THREADS:-$(nproc)}
folder=$root/runs/benchmark
python=${PYTHON:-$root/.deps/benchmark/bin/python}
bin=${BIN:-$root/.build/release}

if [ -z "${BIN:-}" ]; then
  "$root/pipelines/setup.sh" >&2
  for tool in implicit-generate implicit-train implicit-sweep implicit-benchmark; do
    swift build -c release --package-path "$root" --product "$tool" >&2
  done
fi
if ! "$python" -c 'import torch, h5py' 2>/dev/null; then
  python3 -m venv "$root/.deps/benchmark" >&2
  "$python" -m pip install --quiet 'torch==2.13.0+cpu' numpy h5py >&2
fi
mkdir -p "$folder"
config=(--config "$root/pipelines/steady-flows.yaml" --preset benchmark-network --log-level error --threads "$threads")
[ -e "$folder/network-data.h5" ] || "$bin/implicit-generate" steady-flows "${config[@]}" --out "$folder/network-data.h5" >&2
"$bin/implicit-train" "${config[@]}" --model implicit --dataset "$folder/network-data.h5" --set training.phases.0.steps=1 \
  --set training.phases.0.iterations=1 --out "$folder/network.h5" >&2

: >"$folder/network-ours.jsonl"
: >"$folder/network-pytorch.jsonl"
for _ in $(seq "$rounds"); do
  TIMEFORMAT='%U %S'
  { time "$bin/implicit-benchmark" "${config[@]}" --model implicit --dataset "$folder/network-data.h5" --steps 1 \
    >"$folder/network-step.json"; } 2>"$folder/network-step.time"
  { time "$bin/implicit-sweep" "${config[@]}" --model "$folder/network.h5" --dataset "$folder/network-data.h5" \
    --split train --out "$folder/network-sweep.h5" >/dev/null 2>&1; } 2>"$folder/network-sweep.time"
  # The step is timed after one to warm up, so the process makes two.
  step=$(tail -1 "$folder/network-step.time" | sed 's/\(.*\) \(.*\)/scale=3; (\1+\2)\/2/' | bc)
  sweep=$(tail -1 "$folder/network-sweep.time" | sed 's/ /+/' | bc)
  memory=$(sed 's/.*"peak_memory_bytes":\([0-9]*\).*/\1/' "$folder/network-step.json")
  echo "{\"step\": [$step], \"sweep\": $sweep, \"peak_memory_bytes\": $memory}" >>"$folder/network-ours.jsonl"
  "$python" "$root/pipelines/benchmarks/steady_flows_network.py" --dataset "$folder/network-data.h5" --threads "$threads" \
    >>"$folder/network-pytorch.jsonl"
done
"$python" - "$folder/network-ours.jsonl" "$folder/network-pytorch.jsonl" <<'PYTHON'
import json, statistics, sys

ours, pytorch = ([json.loads(line) for line in open(path)] for path in sys.argv[1:3])
rows = {
    "training step": ([min(r["step"]) for r in ours], [min(r["step"]) for r in pytorch]),
    "sweep over 50 iterations": ([r["sweep"] for r in ours], [r["sweep"] for r in pytorch]),
}
for name, (a, b) in rows.items():
    ratios = ", ".join(f"{y / x:.1f}" for x, y in zip(a, b))
    print(f"{name:26s} ours {statistics.median(a):8.2f} s   plain PyTorch {statistics.median(b):8.2f} s   ratio {ratios}")
memory = [max(r["peak_memory_bytes"] for r in rounds) / 2**20 for rounds in (ours, pytorch)]
print(f"peak memory of the step    ours {memory[0]:8.0f} MiB plain PyTorch {memory[1]:8.0f} MiB")
PYTHON
