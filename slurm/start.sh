#!/usr/bin/env bash
# Starts a Slurm of one node on this machine, for tests and to try `implicit-pipeline submit` on a laptop.
# No root, systemd or cgroups needed; everything is in one folder and listens on the loopback interface only.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: slurm/start.sh [--folder DIR] [--cpus N] [--memory MB] [--gpus N] [--port P] [--option KEY=VALUE] [--until-exit-of PID]

Starts munged, slurmctld and slurmd, and prints the line that makes sbatch and squeue use them:

  eval "$(slurm/start.sh)"
  squeue
  slurm/stop.sh --purge

A second start does nothing but print the line. The node may claim more CPUs than there are: jobs then share them.

  --folder         configuration, logs and state; default /tmp/slurm-USER-N, with N for each checkout of its own (a long path does
                   not fit into a socket's name)
  --cpus           CPUs the node claims, default those of this machine
  --memory         megabytes the node claims, default those of this machine; requested by jobs but not enforced
  --gpus           GPUs the node claims, default 0; they are stand-ins that compute nothing
  --port           first of two ports; default one derived from the folder
  --option         another line of slurm.conf, may be repeated
  --until-exit-of  stop and delete everything when this process ends
TEXT
}

here=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC1091 # it is checked by itself
. "$here/common.sh"
arguments=("$@")
cpus=$(nproc) gpus=0 port='' owner='' options=()
memory=$(awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo)
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help)
      usage
      exit 0
      ;;
    --folder | --cpus | --memory | --gpus | --port | --option | --until-exit-of)
      needs_value "$1" "${2-}"
      case $1 in
        --folder) folder=$(whole "$2") ;;
        --cpus) cpus=$2 ;;
        --memory) memory=$2 ;;
        --gpus) gpus=$2 ;;
        --port) port=$2 ;;
        --option) options+=("$2") ;;
        --until-exit-of) owner=$2 ;;
      esac
      shift 2
      ;;
    *) wrong ;;
  esac
done
[ ${#folder} -le 80 ] || stop 64 "the path of --folder has ${#folder} characters; a socket in it may have 108 at most, so use 80 or fewer"

# Daemons must not keep open what the caller has open: some callers wait until it is closed. (bash reads this script from 255.)
for descriptor in /proc/self/fd/*; do
  descriptor=${descriptor##*/}
  [ "$descriptor" -le 2 ] || [ "$descriptor" -eq 255 ] || eval "exec $descriptor>&-"
done

for program in munged slurmctld slurmd sbatch; do
  command -v "$program" >/dev/null \
    || stop 69 "$program is not installed; as root: apt-get install -y --no-install-recommends slurm-wlm"
done

# The daemons listen where the name of this machine leads. If that is not the loopback interface, they get a name of their own.
address=$(getent ahostsv4 "$(uname -n)" | awk 'NR == 1 { print $1 }') || address=''
if [ "$address" != 127.0.0.1 ]; then
  [ -z "${SLURM_OWN_NAME-}" ] || stop 69 "localhost does not lead to 127.0.0.1 here; add the line \"127.0.0.1 localhost\" to /etc/hosts"
  unshare --uts true 2>/dev/null \
    || stop 69 "this machine's name does not lead to 127.0.0.1; add the line \"127.0.0.1 $(uname -n)\" to /etc/hosts, or run this as root"
  # shellcheck disable=SC2016 # the inner shell expands them
  SLURM_OWN_NAME=1 exec unshare --uts bash -c 'hostname localhost && exec bash "$0" "$@"' "$here/start.sh" ${arguments[@]+"${arguments[@]}"}
fi

conf=$folder/etc/slurm.conf
export SLURM_CONF=$conf

is_up() { [ -e "$conf" ] && timeout 5 scontrol ping 2>/dev/null | grep -q 'is UP'; }
alive() { # alive NAME: whether the daemon of this folder runs
  local pid
  pid=$(cat "$folder/run/$1.pid" 2>/dev/null) && is_daemon "$pid" "$1"
}
await() { # await SECONDS COMMAND...: until it succeeds
  local tries=$((10 * $1))
  shift
  until "$@"; do
    [ $((tries -= 1)) -gt 0 ] || return 1
    sleep 0.1
  done
}
in_use() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

configure() {
  local user gres='' line
  user=$(id -un)
  if [ -z "$port" ]; then
    port=$((10000 + $(printf '%s' "$folder" | cksum | cut -d ' ' -f 1) % 10000 * 2))
    while in_use "$port" || in_use $((port + 1)); do port=$((port + 2)); done
  fi
  mkdir -p "$folder"/{etc,run,log,state,spool,dev}
  [ -O "$folder" ] || stop 73 "$folder belongs to another user; choose another --folder"
  chmod 700 "$folder"/{state,spool}
  [ "$gpus" -eq 0 ] || gres="Gres=gpu:$gpus"
  cat >"$conf" <<TEXT
ClusterName=onenode
SlurmctldHost=localhost(127.0.0.1)
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$folder/run/munge.socket
# Nothing listens on another interface than that of the machine's name.
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmctldPidFile=$folder/run/slurmctld.pid
SlurmdPidFile=$folder/run/slurmd.pid
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/slurmd.log
PlugStackConfig=$folder/etc/plugstack.conf
MailProg=/bin/true
MpiDefault=none
# No cgroups: processes are found by their parents, and limits of memory are not enforced.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
MinJobAge=86400
# What waits for another job starts within a second of its end.
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
PriorityType=priority/basic
EnforcePartLimits=ALL
ReturnToService=2
# The node may claim more than the machine has.
SlurmdParameters=config_overrides
KillWait=3
GresTypes=gpu
NodeName=node0 NodeHostname=localhost NodeAddr=127.0.0.1 CPUs=$cpus RealMemory=$memory $gres State=UNKNOWN
PartitionName=main Nodes=node0 Default=YES DefMemPerCPU=100 DefaultTime=10 MaxTime=1-00:00:00 State=UP
TEXT
  for line in ${options[@]+"${options[@]}"}; do
    # A key that is there already may not be there twice.
    sed -i "/^${line%%=*}=/d" "$conf"
    printf '%s\n' "$line" >>"$conf"
  done
  : >"$folder/etc/plugstack.conf"
  # Nothing initialises it, but without it newer control groups are looked for.
  echo 'CgroupPlugin=cgroup/v1' >"$folder/etc/cgroup.conf"
  rm -f "$folder"/dev/*
  echo 'AutoDetect=off' >"$folder/etc/gres.conf"
  if [ "$gpus" -gt 0 ]; then
    for ((number = 0; number < gpus; number++)); do ln -s /dev/null "$folder/dev/gpu$number"; done
    echo "Name=gpu File=$folder/dev/gpu[0-$((gpus - 1))]" >>"$folder/etc/gres.conf"
  fi
  if [ ! -s "$folder/etc/munge.key" ]; then
    (umask 077 && head -c 128 /dev/urandom >"$folder/etc/munge.key")
  fi
}

start_daemons() {
  alive munged || munged --num-threads=2 --key-file="$folder/etc/munge.key" --socket="$folder/run/munge.socket" \
    --pid-file="$folder/run/munged.pid" --log-file="$folder/log/munged.log" --seed-file="$folder/run/munged.seed" || return 1
  alive slurmctld || slurmctld -f "$conf" || return 1
  alive slurmd || slurmd -f "$conf" -N node0 || return 1
  await 20 is_up && await 20 node_is_ready
}
node_is_ready() { sinfo -h -N -n node0 -o %t 2>/dev/null | grep -qxE 'idle|mix|alloc'; }

if ! { is_up && alive slurmd && alive munged; }; then
  if [ -e "$conf" ]; then say "starting again what ended"; else configure; fi
  if ! start_daemons >>"$folder/log/start.log" 2>&1 </dev/null; then
    tail -n 5 "$folder"/log/*.log >&2
    stop 70 "Slurm did not start; its last words are above, the whole logs in $folder/log"
  fi
  say "one node with $cpus CPUs, $memory MB, $gpus GPUs; end it with: slurm/stop.sh --folder $folder"
  if [ -n "$owner" ]; then
    # shellcheck disable=SC2016 # the inner shell expands them
    setsid bash -c 'while [ -d "/proc/$1" ]; do sleep 1; done; exec bash "$2" --purge --folder "$3"' \
      watch "$owner" "$here/stop.sh" "$folder" >/dev/null 2>&1 </dev/null &
  fi
fi
echo "export SLURM_CONF=$conf"
