#!/bin/bash
# Puts JupyterLab into $WORKSPACE/jupyter/venv, from the lock beside this file.
# By hand: WORKSPACE=/workspace UV=uv PYTHON=python3 bash install_jupyter.sh
#
# The lock is made with:
#   uv pip compile --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header \
#     --only-binary :all: requirements.in -o requirements.txt
set -euo pipefail
umask 022

here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
folder=${WORKSPACE:?Name the workspace folder in WORKSPACE}/jupyter
uv=${UV:-uv}
python=${PYTHON:-python3}

mkdir -p -- "$folder"
cd -- "$folder"
# A move that was cut short left the old one aside: put it back before anything else.
if [ ! -e venv ] && [ -e venv.old ]; then mv -T venv.old venv; fi
rm -rf venv.new venv.old

echo "Making an environment with $python"
"$uv" venv --quiet --relocatable --python "$python" venv.new
echo "Installing JupyterLab"
# Wheels with known hashes only: nothing that was downloaded is executed while it is installed.
"$uv" pip install --quiet --require-hashes --only-binary :all: --compile-bytecode \
  --python venv.new/bin/python -r "$here/requirements.txt"
echo "Checking it"
version=$(venv.new/bin/python -m jupyterlab --version)
venv.new/bin/python -c 'import ipykernel'

# Nothing asks a public server for news, and nobody is asked whether it may.
mkdir -p venv.new/share/jupyter/lab/settings
cat > venv.new/share/jupyter/lab/settings/overrides.json <<'JSON'
{
  "@jupyterlab/apputils-extension:notification": { "checkForUpdates": false, "fetchNews": "false" }
}
JSON

# From here the new one counts; the old one goes only when the new one is in its place.
if [ -e venv ]; then mv -T venv venv.old; fi
mv -T venv.new venv
rm -rf venv.old
echo "JupyterLab $version is ready"
