# shellcheck shell=bash
# What start.sh and stop.sh have in common; they source it.

# The folder of the Slurm of this checkout, unless --folder says otherwise: other checkouts have their own. start.sh and stop.sh
# read it.
checkout=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck disable=SC2034
folder=/tmp/slurm-$(id -un)-$(printf '%s' "$checkout" | cksum | cut -d ' ' -f 1)

# Debian keeps the daemons where the PATH of ordinary users does not lead.
PATH=$PATH:/usr/sbin:/sbin

say() { printf 'slurm: %s\n' "$*" >&2; }
stop() { # stop STATUS MESSAGE...
  local code=$1
  shift
  say "$@"
  exit "$code"
}
wrong() { # wrong: the command line is
  usage >&2
  exit 64
}
needs_value() { # needs_value OPTION VALUE
  [ -n "${2-}" ] || stop 64 "$1 needs a value"
}
whole() { # whole PATH: from the root of the file system
  case $1 in
    /*) printf '%s\n' "$1" ;;
    *) printf '%s\n' "$PWD/$1" ;;
  esac
}
is_daemon() { # is_daemon PID NAME: whether this process is; a number that another one has by now is not
  [ "$(cat "/proc/$1/comm" 2>/dev/null)" = "$2" ] && ! grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null
}
