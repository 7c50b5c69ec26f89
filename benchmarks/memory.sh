#!/usr/bin/env bash
# What persons take in Redis, in the stores and in memory: memory.sh [--short] [--scores N] [--json FILE]. See docs/capacity.md.
set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/start.sh" memory "$@"
