#!/usr/bin/env bash
# Grants per second of the ledger against pgbench on the same PostgreSQL: ledger.sh [--short] [--json FILE]. See README.md beside it.
set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/start.sh" ledger "$@"
