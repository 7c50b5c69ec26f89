#!/usr/bin/env bash
# What persons take in Redis, in the stores and in memory: memory.sh [--short] [--scores N] [--json FILE]. See docs/capacity.md.
set -euo pipefail
[[ "${*: -2:1}" == --json ]] && set -- "${@:1:$#-1}" "$(realpath -m "${*: -1}")"
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet build benchmarks/SesameGrpc.Benchmarks -c Release -v quiet -p:RunAnalyzers=false >&2
exec dotnet benchmarks/SesameGrpc.Benchmarks/bin/Release/net10.0/SesameGrpc.Benchmarks.dll memory "$@"
