#!/usr/bin/env bash
# A partner's certificate and the gateway's signing key change every few seconds under 200 calls a second: rotation.sh [--seconds N] [--every SECONDS] [--rate CALLS] [--store sqlite|postgresql].
# Tells of its progress on stderr and ends with one line of JSON; fails when a call failed, or when too little happened to say so.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet build tests/SesameGrpc.Soak -c Release -v quiet -p:RunAnalyzers=false >&2
exec dotnet tests/SesameGrpc.Soak/bin/Release/net10.0/SesameGrpc.Soak.dll rotation "$@"
