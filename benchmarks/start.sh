#!/usr/bin/env bash
# Builds the benchmarks and runs one: start.sh VERB [option ...]. The scripts beside it do so; the file of --json is looked for from where they are called.
set -euo pipefail
arguments=("$@")
for ((index = 1; index < $#; index++)); do
    [[ "${arguments[index - 1]}" != --json ]] || arguments[index]=$(realpath -m "${arguments[index]}")
done
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet build benchmarks/SesameGrpc.Benchmarks -c Release -v quiet -p:RunAnalyzers=false >&2
exec dotnet benchmarks/SesameGrpc.Benchmarks/bin/Release/net10.0/SesameGrpc.Benchmarks.dll "${arguments[@]}"
