#!/bin/sh
# Puts uv into .build/uv with what every Python brings along; nothing outside the checkout is touched.
set -eu
python=$1
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2]); sys.exit(sys.version_info < (3, 11))') || {
    echo "ComfyStudio needs Python 3.11 or newer; $python is ${version:-missing}. Name another: make PYTHON=python3.12 run" >&2
    exit 2
}
echo "Installing uv into .build/uv (with $python $version)"
mkdir -p .build
rm -rf .build/uv
if "$python" -c 'import ensurepip' 2>/dev/null && "$python" -m venv .build/uv 2>/dev/null; then
    .build/uv/bin/python -m pip install -q --disable-pip-version-check -r tools/uv.txt --require-hashes
elif "$python" -m pip --version >/dev/null 2>&1; then
    "$python" -m pip install -q --disable-pip-version-check --target .build/uv/lib -r tools/uv.txt --require-hashes
    mkdir -p .build/uv/bin && ln -s ../lib/bin/uv .build/uv/bin/uv
elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing python3-venv from Debian's packages"
    (apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv) >/dev/null
    exec "$0" "$python"
else
    echo "$python has neither venv nor pip. Install them (Debian: apt-get install python3-venv) and run make again." >&2
    exit 2
fi
