#!/usr/bin/env bash
# Sets up, builds, and runs every case study or one; the last line of stdout is the path of the report.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: pipelines/demo.sh [--preset demo|smoke] [--only CASE_STUDY] [--out DIR]

Runs pipelines/all.yaml from generated data to the report, after setting up and building what is missing.
Finished work is kept: a second run computes nothing anew.

  --preset   size of the run: demo (default, minutes for each case study) or smoke (seconds)
  --only     run just this one, for example linear-programs; its results go where a run of all puts them
  --out      folder of the run, default runs/PRESET in the repository
TEXT
}

wrong() {
  printf 'demo: %s\n' "$1" >&2
  usage >&2
  exit 64
}

root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
preset=demo
only=
out=
while [ $# -gt 0 ]; do
  case $1 in
    --preset | --only | --out)
      [ -n "${2-}" ] || wrong "$1 needs a value"
      case $1 in
        --preset) preset=$2 ;;
        --only) only=$2 ;;
        --out) out=$2 ;;
      esac
      shift 2
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    *) wrong "unknown argument \"$1\"" ;;
  esac
done
case $preset in
  demo | smoke) ;;
  *) wrong "unknown preset \"$preset\": expected demo or smoke" ;;
esac
out=${out:-"$root/runs/$preset"}
pipeline=all
if [ -n "$only" ]; then
  known=''
  for file in "$root"/pipelines/*.yaml; do
    name=$(basename "$file" .yaml)
    [ "$name" = all ] || known+=" $name"
  done
  [[ "$known " = *" $only "* ]] || wrong "unknown case study \"$only\": expected one of$known"
  pipeline=$only
  out=$out/$only
fi

"$root/pipelines/setup.sh" >&2
# On a terminal SwiftPM would pass other flags than in a pipe, and compile everything anew when that changes.
swift build -c release --no-color-diagnostics --package-path "$root" >&2
exec "$root/.build/release/implicit-pipeline" run "$root/pipelines/$pipeline.yaml" --preset "$preset" --out "$out" --keep-going
