#!/bin/sh
# Makes .venv and keeps it equal to a lock file: setup-venv.sh base|dev
#
# "base" is what the server needs, "dev" what the tests need too. A .venv that holds "dev" serves
# for both. Nothing is done when the lock has not changed since the last time.
set -eu
cd "$(dirname "$0")/.."

wanted=${1:?say base or dev}
stamp=.venv/.installed

say() { printf '%s\n' "$*" >&2; }

stop() {
    say "$@"
    exit 1
}

hash_of() { cksum <"requirements/$1.lock"; }

installed() { [ -x .venv/bin/tailorbird ] && [ "$(cat "$stamp" 2>/dev/null)" = "$1 $(hash_of "$1")" ]; }

if installed dev || { [ "$wanted" = base ] && installed base; }; then
    exit 0
fi

new_enough='import sys; sys.exit(sys.version_info < (3, 11))'
python=
for candidate in python3.11 python3 python3.12 python3.13 python3.14; do
    if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c "$new_enough" 2>/dev/null; then
        python=$candidate
        break
    fi
done
[ -n "$python" ] || stop "Python 3.11 or newer is missing." \
    "  On Debian or Ubuntu:  apt-get install python3 python3-venv" \
    "  Elsewhere: install Python 3.11 or newer so that \`python3\` runs it. Then run make again."
"$python" -c 'import ensurepip, venv' 2>/dev/null || stop "$python has no venv module." \
    "  On Debian or Ubuntu:  apt-get install python3-venv" \
    "  Then run make again."

if ! .venv/bin/python -c "$new_enough" 2>/dev/null || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    say "[1/3] Making .venv with $("$python" --version) ..."
    "$python" -m venv --clear .venv
fi

say "[2/3] Installing requirements/$wanted.lock; the first time takes a minute or two ..."
rm -f "$stamp"
pip="$PWD/.venv/bin/python -m pip --disable-pip-version-check"
# pip may have been told of an index that uv does not know of: hand it on.
index=$($pip config get global.index-url 2>/dev/null || $pip config get :env:.index-url 2>/dev/null || true)
[ -z "$index" ] || export UV_DEFAULT_INDEX="$index"
export UV_SYSTEM_CERTS=1 # as pip does: an index of one's own may have a certificate of one's own
if [ -x .venv/bin/uv ] || $pip install --quiet uv; then
    by_uv=".venv/bin/uv pip sync --python .venv/bin/python --require-hashes --strict"
else
    by_uv=false
fi
$by_uv "requirements/$wanted.lock" || {
    say "      uv could not; pip tries ..."
    $pip install --require-hashes -r "requirements/$wanted.lock" || stop \
        "The packages could not be installed; the lines above say why." \
        "  Without a way to a package index, set PIP_INDEX_URL to one that can be reached."
}

say "[3/3] Installing tailorbird itself ..."
.venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps -e . 2>/dev/null ||
    $pip install --quiet --no-deps -e .
printf '%s' "$wanted $(hash_of "$wanted")" >"$stamp"
