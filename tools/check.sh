#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# All checks, in the order of their cost; .ci/run and developers run this same script. Every step runs even if an
# earlier one failed; the last lines say which failed. Needs clang-format-19 and shellcheck besides what
# ./facemirror installs.
set -uo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." || exit 5
jobs=${FACEMIRROR_JOBS:-$(nproc)}
summary=()
failed=0

check() { # check NAME COMMAND...
    local name=$1 result=passed start=$SECONDS
    shift
    printf '\n== %s\n' "$name"
    "$@" || { result=FAILED; failed=1; }
    summary+=("$(printf '%-9s %-22s %5d s' "$result" "$name" $((SECONDS - start)))")
}

# The unit tests fake the networks: what the engine does with memory and threads is not ours to judge.
# shellcheck disable=SC2317 # It is called through check.
sanitized_tests() { # sanitized_tests PRESET
    cmake --preset "$1" >/dev/null && cmake --build "build/$1" -j "$jobs" -- --quiet && tools/run_tests.sh "$1" -L 'unit|fuzz'
}

check "format" tools/format.sh --check
check "shell scripts" shellcheck facemirror .ci/run tools/*.sh
check "optimised program" ./facemirror --version
check "quantiser" ./facemirror lab quantize --help # The tests use its environment.
check "build and tests" ./facemirror test --lab
check "tests with asan, ubsan" sanitized_tests asan
check "tests with tsan" sanitized_tests tsan

printf '\n'
printf '%s\n' "${summary[@]}"
exit "$failed"
