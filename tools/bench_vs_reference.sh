#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# bench_vs_reference.sh PACK [CLIP...] [--pairs N] [--precisions f32,bf16,int8] [--ours-options "..."] [--json FILE]:
# runs the reference flow (tools/bench_reference) and `facemirror run` in turns and prints how many times faster ours is,
# then FFmpeg's codec floor. --help names all options. FACEMIRROR_PROGRAM names another program than build/release's.
# The reference's Python packages go into .venv-bench, which nothing else uses.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
program=${FACEMIRROR_PROGRAM:-$root/build/release/apps/facemirror/facemirror}
pins=$root/tools/bench_reference/requirements.txt
venv=$root/.venv-bench
export FACEMIRROR_PACKS=${FACEMIRROR_PACKS:-$root/packs}

stop() { # exit code 5: set-up
    printf 'bench_vs_reference.sh: %s\n' "$*" >&2
    exit 5
}

command -v python3 >/dev/null || stop "python3 is missing. Install python3 and python3-venv."
command -v ffmpeg >/dev/null || stop "ffmpeg is missing. Install the package ffmpeg."
[[ -x $program ]] || stop "$program is missing. Run ./facemirror once, or set FACEMIRROR_PROGRAM."
[[ -f $FACEMIRROR_PACKS/mediapipe/pack.json ]] || stop "the pack mediapipe is missing in $FACEMIRROR_PACKS. Run ./facemirror once."

if ! cmp -s "$pins" "$venv/requirements.txt"; then
    printf 'bench_vs_reference.sh: installing into .venv-bench: %s\n' "$(paste -sd' ' "$pins")" >&2
    python3 -m venv "$venv" || stop "making .venv-bench failed. Install python3-venv, delete .venv-bench, start again."
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --only-binary=:all: -r "$pins" ||
        stop "installing failed. By hand: .venv-bench/bin/python -m pip install -r tools/bench_reference/requirements.txt"
    cp "$pins" "$venv/requirements.txt"
fi
exec "$venv/bin/python" "$root/tools/bench_reference/compare.py" --program "$program" "$@"
