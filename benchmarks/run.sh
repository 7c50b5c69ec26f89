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
if pkg-config --exists grpc++ 2>/dev/null && mkdir -p benchmarks/peers/bin; then
    [[ benchmarks/peers/bin/floor -nt benchmarks/peers/floor.cc ]] ||
        g++ -std=c++17 -O2 benchmarks/peers/floor.cc -o benchmarks/peers/bin/floor $(pkg-config --cflags --libs grpc++) >&2
else
    echo "floor-cpp is left out: it needs g++, pkg-config and libgrpc++-dev." >&2
fi
exec dotnet benchmarks/SesameGrpc.Benchmarks/bin/Release/net10.0/SesameGrpc.Benchmarks.dll calls "${arguments[@]}"
