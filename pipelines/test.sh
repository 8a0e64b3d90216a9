#!/usr/bin/env bash
# Sets up, builds, and runs every test. Arguments are passed on to `swift test`, for example: --filter LinearPrograms
set -euo pipefail

root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

pipelines/setup.sh --with-slurm
# Tests and executables come from one release build: the end-to-end tests run the executables, and demo.sh uses them again.
swift build -c release --no-color-diagnostics --build-tests
# One test after the other: the runner of pipelines waits for processes on the few threads that parallel tests would share.
exec swift test -c release --skip-build --disable-xctest --no-parallel "$@"
