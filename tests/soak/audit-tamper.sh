#!/usr/bin/env bash
# Tampers with copies of a real gateway's audit log in every way and verifies each: audit-tamper.sh [--tampers N] [--seed S]. Ends with one line of JSON;
# fails when a tampering was not detected.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet build tests/SesameGrpc.Soak -c Release -v quiet -p:RunAnalyzers=false >&2
exec dotnet tests/SesameGrpc.Soak/bin/Release/net10.0/SesameGrpc.Soak.dll audit-tamper "$@"
