#!/usr/bin/env bash
# Installs what the tests talk to: PostgreSQL, Dovecot, Chromium (Debian packages) and axe (npm).
set -euo pipefail
cd "$(dirname "$0")/.."
