#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# bench_ab.sh OLD NEW ARGUMENTS...: runs two programs with the same arguments in turns and compares their wall time.
# Each round swaps the order, so that a machine that slows down does not favour one. ROUNDS (7 at least) sets how often.
set -euo pipefail
(($# >= 3)) || { echo "usage: bench_ab.sh OLD NEW ARGUMENTS..." >&2; exit 2; }
programs=("$1" "$2")
shift 2
rounds=${ROUNDS:-7}
((rounds >= 7)) || { echo "bench_ab.sh: ROUNDS must be 7 at least" >&2; exit 2; }
times=$(mktemp -d)
trap 'rm -r "$times"' EXIT

measure() { # measure INDEX ARGUMENTS...
    local start=${EPOCHREALTIME/./}
    "${programs[$1]}" "${@:2}" >/dev/null 2>"$times/stderr" || { cat "$times/stderr" >&2; exit 1; }
    echo $((${EPOCHREALTIME/./} - start)) >>"$times/$1"
}

for ((round = 0; round < rounds; ++round)); do
    measure $((round % 2)) "$@"
    measure $((1 - round % 2)) "$@"
done
for index in 0 1; do
    sort -n "$times/$index" | awk -v name="${programs[$index]}" '{ t[NR] = $1 / 1e6 } END {
        median = NR % 2 ? t[(NR + 1) / 2] : (t[NR / 2] + t[NR / 2 + 1]) / 2
        printf "%-50s min %.3f s, median %.3f s, %d rounds\n", name, t[1], median, NR
        print t[1], median >"/dev/stderr" }' 2>"$times/summary$index"
done
paste "$times/summary0" "$times/summary1" | awk '{ printf "new / old: min %.3f, median %.3f\n", $3 / $1, $4 / $2 }'
