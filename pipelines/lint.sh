#!/usr/bin/env bash
# Checks what no test looks at: the format of the Swift code, the shell scripts, and the links in the pages. Quick; changes nothing.
set -uo pipefail

root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 70
failed=0

say() { printf 'lint: %s\n' "$*" >&2; }

# The files of the repository: those git knows, or will know.
files() { git ls-files --cached --others --exclude-standard -- "$@"; }

mapfile -t swift_files < <(files '*.swift')
if ! swift format lint --strict --parallel "${swift_files[@]}"; then
  say "run: swift format -i FILE"
  failed=1
fi

if command -v shellcheck >/dev/null; then
  mapfile -t scripts < <(files '*.sh' .ci/run)
  shellcheck "${scripts[@]}" || failed=1
else
  say "shellcheck is not installed: the scripts are not checked (pipelines/setup.sh --with-slurm)"
fi

# Links to files, from the folder of the page; what stands behind a # is not looked at.
while IFS= read -r page; do
  while IFS= read -r link; do
    target=${link%%#*}
    case $target in
      '' | http://* | https://* | mailto:*) continue ;;
    esac
    if [ ! -e "$(dirname -- "$page")/$target" ]; then
      say "$page: there is no $target"
      failed=1
    fi
  done < <(grep -oE '\]\([^) ]+\)' "$page" | sed -E 's/^\]\(//; s/\)$//')
done < <(files '*.md')

exit "$failed"
