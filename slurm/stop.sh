#!/usr/bin/env bash
# Ends the Slurm that slurm/start.sh started: cancels its jobs, ends its daemons, and deletes its folder if asked to.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: slurm/stop.sh [--folder DIR] [--purge]

  --folder   as given to slurm/start.sh; by default that of this checkout
  --purge    delete the folder, with the memory of all jobs
TEXT
}

# shellcheck disable=SC1091 # it is checked by itself
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
purge=
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help)
      usage
      exit 0
      ;;
    --purge)
      purge=1
      shift
      ;;
    --folder)
      needs_value "$1" "${2-}"
      folder=$(whole "$2")
      shift 2
      ;;
    *) wrong ;;
  esac
done
export SLURM_CONF=$folder/etc/slurm.conf
if [ ! -e "$SLURM_CONF" ]; then
  say "there is no Slurm in $folder"
  exit 0
fi
grep -q '^ClusterName=onenode$' "$SLURM_CONF" || stop 73 "$folder holds a Slurm that slurm/start.sh did not make; nothing was done"

# Jobs outlive the node's daemon, so they are ended first.
jobs_run() { [ -n "$(timeout 5 squeue -h -t running,completing 2>/dev/null)" ]; }
if timeout 5 scontrol ping 2>/dev/null | grep -q 'is UP'; then
  timeout 5 scancel --user="$(id -un)" 2>/dev/null || true
  for ((tries = 60; tries > 0; tries--)); do
    jobs_run || break
    sleep 0.1
  done
fi

for name in slurmd slurmctld munged; do
  pid=$(cat "$folder/run/$name.pid" 2>/dev/null) || continue
  is_daemon "$pid" "$name" || continue
  kill "$pid"
  for ((tries = 50; tries > 0; tries--)); do
    is_daemon "$pid" "$name" || break
    sleep 0.1
  done
  ! is_daemon "$pid" "$name" || kill -KILL "$pid"
done
if [ -n "$purge" ]; then
  # What start.sh made, and nothing else that somebody put there.
  rm -rf "${folder:?}"/{etc,run,log,state,spool,dev}
  rmdir "$folder" 2>/dev/null || say "$folder holds other files, which stay"
fi
