#!/usr/bin/env bash
# Installs what the build needs and this machine lacks, and says what it does. Quick when nothing is missing.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: pipelines/setup.sh [--with-slurm] [--help]

Installs what is missing:
  - Debian packages: HDF5, OpenSSL, COIN-OR Clp, libpng, libjpeg-turbo, gnuplot, pkg-config. This needs root; without root it prints the packages
    and the command that installs them, and stops with exit code 69.
  - LibTorch: the CPU wheel of PyTorch, fetched by pip as it is configured here, checked against a pinned SHA-256, and
    unpacked to .deps/libtorch.

  --with-slurm   also what some tests need: Slurm and shellcheck, from Debian packages, and h5py, xarray, h5netcdf and netCDF4,
                 which open our files as others do: those of python3 where it has them, else in an environment of their own,
                 .deps/python. Where they cannot be installed the set-up goes on without them, and those tests are skipped.

environment:
  LIBTORCH   full path of another LibTorch (for example one with CUDA). It is checked, and none is installed.
TEXT
}

root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)

# One exact wheel, whatever Python is here: only its C++ libraries and headers are used.
torch_version="2.13.0+cpu"
torch_wheel_sha256="6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b"
torch_wheel_tags=(--python-version 3.11 --implementation cp --abi cp311 --platform manylinux_2_28_x86_64)
torch_index="https://download.pytorch.org/whl/cpu"
# What the executables link to, directly or through another; the wheel holds more.
torch_libraries=(libtorch.so libtorch_cpu.so libc10.so libgomp.so.1)

# Exit codes as in sysexits.h.
usage_error=64 bad_data=65 unavailable=69

say() { printf 'setup: %s\n' "$*" >&2; }
stop() {
  local code=$1
  shift
  say "$@"
  exit "$code"
}

# --- system packages ---------------------------------------------------------------------------------------------------

missing_packages=()
need() { # need PACKAGE COMMAND...: the command succeeds where what the package brings is there
  local package=$1
  shift
  "$@" >/dev/null 2>&1 || missing_packages+=("$package")
}

find_missing_packages() {
  need pkg-config command -v pkg-config
  need libhdf5-dev pkg-config --exists hdf5
  need hdf5-tools command -v h5dump
  need libssl-dev pkg-config --exists libcrypto
  need coinor-libclp-dev pkg-config --exists clp
  need libpng-dev pkg-config --exists libpng
  need libturbojpeg0-dev pkg-config --exists libturbojpeg
  need gnuplot-nox command -v gnuplot # its fonts come with it, as a dependency of Pango
}

# For the tests of job submission: without these they are skipped, so nothing here stops the set-up.
install_slurm() {
  missing_packages=()
  need slurm-wlm command -v sbatch
  need shellcheck command -v shellcheck
  [ ${#missing_packages[@]} -gt 0 ] || return 0
  (install_packages "${missing_packages[@]}") || say "going on without: ${missing_packages[*]}; tests that need them are skipped"
}

# --- Python, for tests that open our files with other libraries -----------------------------------------------------------

python_libraries=(h5py xarray h5netcdf netCDF4)

has_python_libraries() { # has_python_libraries PYTHON
  "$1" -c "import h5py, xarray, h5netcdf, netCDF4" >/dev/null 2>&1
}

# The system's Python belongs to the system's package manager, so what it lacks goes into an environment of our own.
install_python_libraries() {
  local target="$root/.deps/python"
  if has_python_libraries python3 || has_python_libraries "$target/bin/python3"; then
    return
  fi
  say "fetching ${python_libraries[*]} for tests, to .deps/python"
  mkdir -p "$root/.deps"
  (
    flock 8
    rm -rf "$target"
    python3 -m venv "$target" && "$target/bin/python3" -m pip install --quiet --disable-pip-version-check "${python_libraries[@]}"
  ) 8>"$root/.deps/lock" >&2 && has_python_libraries "$target/bin/python3" && return
  rm -rf "$target"
  say "going on without: ${python_libraries[*]} (a Python environment needs python3-venv, and pip an index of packages); tests that" \
    "need them are skipped"
}

install_packages() { # install_packages PACKAGE...
  local install=(apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=300)
  if ! command -v apt-get >/dev/null; then
    stop "$unavailable" "these are missing (names of the Debian packages): $*; this system has no apt-get, install them by its own means"
  fi
  if [ "$(id -u)" -ne 0 ]; then
    say "these packages are missing, and installing them needs root: $*"
    stop "$unavailable" "run: sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends $*'"
  fi
  say "installing packages: $*"
  export DEBIAN_FRONTEND=noninteractive
  # The package lists are fetched only when they are absent or too old to serve.
  if ! "${install[@]}" "$@" >&2; then
    say "apt-get could not install from the package lists it has; fetching new ones"
    { apt-get update && "${install[@]}" "$@"; } >&2 \
      || stop "$unavailable" "apt-get could not install: $*; its own message is above"
  fi
}

# --- LibTorch ----------------------------------------------------------------------------------------------------------

check_own_libtorch() {
  local file
  case $LIBTORCH in
    /*) ;;
    *) stop "$usage_error" "LIBTORCH must be a full path, found \"$LIBTORCH\"" ;;
  esac
  for file in lib/libtorch.so lib/libtorch_cpu.so lib/libc10.so include/torch/csrc/api/include/torch/torch.h; do
    [ -e "$LIBTORCH/$file" ] \
      || stop "$unavailable" "LIBTORCH=$LIBTORCH is not a LibTorch: $file is not there; unset it to have one installed"
  done
  say "using the LibTorch in $LIBTORCH"
}

pip_command() {
  local candidate
  for candidate in "python3 -m pip" pip3 pip; do
    if $candidate --version >/dev/null 2>&1; then
      printf '%s\n' "$candidate"
      return
    fi
  done
}

download_wheel() { # download_wheel FOLDER
  local pip options
  pip=$(pip_command)
  options=(download --disable-pip-version-check --no-deps --only-binary=:all: "${torch_wheel_tags[@]}" --dest "$1")
  # First where pip looks here anyway (a mirror, a folder of wheels), then PyTorch's own index.
  $pip "${options[@]}" "torch==$torch_version" >&2 \
    || $pip "${options[@]}" --index-url "$torch_index" "torch==$torch_version" >&2 \
    || stop "$unavailable" "pip found torch==$torch_version neither where it is configured to look nor at $torch_index"
}

install_libtorch() {
  local target="$root/.deps/libtorch" stamp wheel found
  stamp="$torch_version $torch_wheel_sha256"
  if [ "$(cat "$target/WHEEL" 2>/dev/null)" = "$stamp" ]; then
    return
  fi
  [ "$(uname -s) $(uname -m)" = "Linux x86_64" ] \
    || stop "$unavailable" "no LibTorch is pinned for $(uname -s) $(uname -m): unpack one and set LIBTORCH to its full path"

  local packages=()
  [ -n "$(pip_command)" ] || packages+=(python3-pip)
  command -v unzip >/dev/null || packages+=(unzip)
  [ ${#packages[@]} -eq 0 ] || install_packages "${packages[@]}"

  # Everything happens in a folder of its own; the last step is one rename, so a killed set-up leaves nothing half-done.
  mkdir -p "$root/.deps"
  exec 9>"$root/.deps/lock"
  flock 9
  if [ "$(cat "$target/WHEEL" 2>/dev/null)" = "$stamp" ]; then
    return # another set-up finished while this one waited
  fi
  rm -rf "$root"/.deps/tmp-*
  work=$(mktemp -d "$root/.deps/tmp-XXXXXX")
  trap 'rm -rf "$work"' EXIT

  say "fetching LibTorch $torch_version (192 MB)"
  download_wheel "$work"
  wheel=$(find "$work" -name '*.whl')
  found=$(sha256sum "$wheel" | cut -d ' ' -f 1)
  [ "$found" = "$torch_wheel_sha256" ] \
    || stop "$bad_data" "$(basename "$wheel") has SHA-256 $found, expected $torch_wheel_sha256; it was not installed"

  say "unpacking it to .deps/libtorch (500 MB)"
  unzip -q "$wheel" "${torch_libraries[@]/#/torch/lib/}" 'torch/include/*' -d "$work"
  printf '%s\n' "$stamp" >"$work/torch/WHEEL"
  [ ! -e "$target" ] || mv -T "$target" "$work/replaced"
  mv -T "$work/torch" "$target"
}

# --- main --------------------------------------------------------------------------------------------------------------

with_slurm=
case ${1-} in
  "") ;;
  --with-slurm) with_slurm=1 ;;
  -h | --help)
    usage
    exit 0
    ;;
  *)
    usage >&2
    exit "$usage_error"
    ;;
esac

command -v swift >/dev/null || stop "$unavailable" "swift 6.2 or newer is not on the PATH; see https://www.swift.org/install"
find_missing_packages
[ ${#missing_packages[@]} -eq 0 ] || install_packages "${missing_packages[@]}"
if [ -n "$with_slurm" ]; then
  install_slurm
  install_python_libraries
fi
if [ -n "${LIBTORCH-}" ]; then
  check_own_libtorch
else
  install_libtorch
fi
say "everything is in place"
