#!/usr/bin/env bash
# Rows per second of an import of scores against what the stores' own shells load: import.sh [--short] [--rows N] [--json FILE]. See README.md beside it.
set -euo pipefail
file=""
[[ "${*: -2:1}" == --json ]] && file=$(realpath -m "${*: -1}")
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet build benchmarks/SesameGrpc.Benchmarks -c Release -v quiet -p:RunAnalyzers=false >&2
exec dotnet benchmarks/SesameGrpc.Benchmarks/bin/Release/net10.0/SesameGrpc.Benchmarks.dll import "$@"
