#!/usr/bin/env bash
# Generation of steady flows (64 x 64, viscosity 0.01) by implicit-generate against the same Newton-Krylov method in NumPy and
# SciPy, one after the other on the same cores. Prints seconds per sample of both, their residuals, and the ratio.
#
#   pipelines/benchmarks/steady_flows.sh [rounds]           default 3 rounds, in turn
#
# Both draw forces of the same distribution, 1024 and 256, and pay for those that have no steady flow. Needs python3 with
# numpy, scipy and h5py.
set -euo pipefail

root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
rounds=${1:-3}
threads=$(nproc)
folder=$root/runs/benchmark
python=${PYTHON:-python3}

swift build -c release --package-path "$root" --product implicit-generate >&2
mkdir -p "$folder"
"$python" -c 'import numpy, scipy, h5py'
: >"$folder/flows.jsonl"
for _ in $(seq "$rounds"); do
  start=$(date +%s.%N)
  TIMEFORMAT='%U %S'
  { time "$root/.build/release/implicit-generate" steady-flows --config "$root/pipelines/steady-flows.yaml" --preset benchmark \
    --threads "$threads" --log-level error --out "$folder/flows.h5" 2>/dev/null >&2; } 2>"$folder/flows.time"
  end=$(date +%s.%N)
  theirs=$("$python" "$root/pipelines/benchmarks/steady_flows.py" --dataset "$folder/flows.h5" --processes "$threads")
  echo "{\"ours\": $(echo "$end - $start" | bc), \"processor\": $(tail -1 "$folder/flows.time" | sed 's/ /+/' | bc), \"numpy\": $theirs}" >>"$folder/flows.jsonl"
done
"$python" - "$folder/flows.jsonl" "$folder/flows.h5" <<'PYTHON'
import json, statistics, sys
import h5py

with h5py.File(sys.argv[2]) as file:
    train = file["train"]
    count, attempts = len(train["residual"]), int(train.attrs["attempts"])
    residual, products = float(train["residual"][:].max()), float(train["jacobian_products"][:].mean())
rounds = [json.loads(line) for line in open(sys.argv[1])]
ours = [r["ours"] / count for r in rounds]
numpy = [r["numpy"]["seconds_per_sample"] for r in rounds]
print(f"implicit-generate  {statistics.median(ours):7.4f} s per sample   largest residual {residual:.1e}   "
      f"{products:.0f} Jacobian products ({count} samples of {attempts} draws)")
print(f"NumPy and SciPy    {statistics.median(numpy):7.4f} s per sample   "
      f"largest residual {max(r['numpy']['largest_residual'] for r in rounds):.1e}   "
      f"{rounds[0]['numpy']['products_per_sample']:.0f} Jacobian products")
print(f"distance between the solutions, median: {rounds[0]['numpy']['median_distance']:.1e} (stored in float32)")
for name, ratios in (
    ("wall time", [b / a for a, b in zip(ours, numpy)]),
    ("processor time", [r["numpy"]["processor_seconds_per_sample"] / r["processor"] * count for r in rounds]),
):
    print(f"ratio of {name}, round by round: {', '.join(f'{r:.1f}' for r in ratios)}; median {statistics.median(ratios):.1f}")
PYTHON
