#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# format.sh: formats all C++ sources. format.sh --check: only says which are not formatted, and fails if any is not.
# The version is fixed: another clang-format would move lines.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
mode=(-i)
[[ ${1-} == --check ]] && mode=(--dry-run -Werror)
git ls-files -z --cached --others --exclude-standard '*.cpp' '*.hpp' | xargs -0 clang-format-19 "${mode[@]}"
