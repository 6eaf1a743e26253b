#!/bin/sh
# Gets what the tests run beside Python: Node.js with npm, Chromium, and the Node packages under tests/.
#
# As root with apt-get, what is missing is installed. Otherwise it is said what is missing, and
# which tests are skipped because of that. In CI (CI=true) anything missing is a failure.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

has() { command -v "$1" >/dev/null 2>&1; }

has_chromium() { has chromium || has chromium-browser || has google-chrome; }

packages=
has node || packages="$packages nodejs"
has npm || packages="$packages npm"
has_chromium || packages="$packages chromium"
python3 -c 'import ensurepip, venv' 2>/dev/null || packages="$packages python3-venv"

if [ -n "$packages" ] && has apt-get && [ "$(id -u)" = 0 ]; then
    say "Installing$packages ..."
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >/dev/null || true
    # shellcheck disable=SC2086 # a list of words
    apt-get install -y -qq --no-install-recommends $packages >/dev/null || say "apt-get could not install$packages."
fi

missing=
lacks() {
    missing=1
    say "Missing: $1. Skipped because of that: $2."
}

if has node && has npm; then
    for lock in tests/*/package-lock.json tests/*/*/package-lock.json; do
        [ -e "$lock" ] || continue
        folder=$(dirname "$lock")
        if [ "$lock" -nt "$folder/node_modules/.package-lock.json" ]; then
            say "Installing the Node packages of $folder ..."
            (cd "$folder" && npm ci --ignore-scripts --loglevel=error >/dev/null) ||
                lacks "the Node packages of $folder" "its tests"
        fi
    done
else
    lacks "Node.js and npm (Debian: nodejs npm)" "tests/clients with Node clients, all browser tests"
fi
has_chromium || lacks "Chromium (Debian: chromium)" "all browser tests"

if [ -n "$missing" ] && [ "${CI:-}" = true ]; then
    say "In CI nothing may be missing."
    exit 1
fi
