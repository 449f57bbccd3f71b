#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run_tests.sh PRESET [ctest options]: runs the tests of a built preset, then says what was skipped and how many
# cases the Python files hold (ctest counts each file as one test). The exit code is ctest's.
set -uo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." || exit 5
preset=$1

ctest --preset "$preset" -j "${FACEMIRROR_JOBS:-$(nproc)}" "${@:2}"
code=$?

log=build/$preset/Testing/Temporary/LastTest.log
if [[ -f $log ]]; then
    grep -h '^SKIPPED \[' "$log"
    grep -E '^[0-9]+ (passed|failed|skipped|errors?).* in [0-9.]+s' "$log" | grep -oE '[0-9]+ (passed|failed|skipped|error)' |
        awk '{ count[$2] += $1 } END { if (NR) printf "pytest cases: %d passed, %d failed, %d skipped\n",
            count["passed"], count["failed"] + count["error"], count["skipped"] }'
fi
exit "$code"
