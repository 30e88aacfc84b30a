#!/bin/sh
# Everything that must hold, quickest first.
set -eu
bin=.venv/bin
step() { echo; echo "== $1"; }
step "Chromium"; tools/chromium.sh
step "Lint"; $bin/ruff check . && $bin/ruff format --check .
step "Types"; $bin/mypy
step "Import contracts"; $bin/lint-imports
step "Pages"; $bin/python tools/npm.py run --silent check
step "Tests"
# Most of a test's time is spent waiting for processes: a file each on two cores at once, more where there are more.
at_once="-n auto --maxprocesses 4 --dist loadfile"
if [ "$(id -u)" = 0 ]; then
    exec $bin/pytest $at_once -m "not real_comfyui" ${TESTS:-}
fi
echo "Not root: tests of unprivileged accounts are left out (run make test as root to include them)."
exec $bin/pytest $at_once -m "not real_comfyui and not root" ${TESTS:-}
