#!/usr/bin/env bash
# Calls of a partner against an empty method on the same server, and against what tutorials teach: run.sh [--short] [--json FILE] ... See README.md beside it.
set -euo pipefail
arguments=("$@")
for ((index = 1; index < $#; index++)); do
    [[ "${arguments[index - 1]}" != --json ]] || arguments[index]=$(realpath -m "${arguments[index]}")
done
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet build benchmarks/SesameGrpc.Benchmarks -c Release -v quiet -p:RunAnalyzers=false >&2
exec dotnet benchmarks/SesameGrpc.Benchmarks/bin/Release/net10.0/SesameGrpc.Benchmarks.dll calls "${arguments[@]}"
