#!/usr/bin/env bash
# Rows per second of an import of scores against what the stores' own shells load: import.sh [--short] [--rows N] [--json FILE]. See README.md beside it.
set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/start.sh" import "$@"
