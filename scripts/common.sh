# common.sh: what the scripts share. Sourced, not run; the caller has set -euo pipefail.
# shellcheck shell=bash

source_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '== %s\n' "$*"; }

# die CODE MESSAGE...: the reason, then the end. Codes are those of csccmgr (5: program missing).
die() {
  local code=$1
  shift
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit "$code"
}

# configure PRESET: into build/PRESET.
configure() {
  (cd "$source_root" && cmake --preset "$1" -Wno-dev >"/dev/null") ||
    die 1 "cmake --preset $1 failed; run it in $source_root to see the whole output"
}

# build PRESET [TARGET...]: configures and builds, everything unless targets are named.
build() {
  local preset=$1
  shift
  local targets=()
  [ $# -eq 0 ] || targets=(--target "$@")
  configure "$preset"
  (cd "$source_root" && cmake --build --preset "$preset" --parallel "$(nproc)" "${targets[@]}")
}
