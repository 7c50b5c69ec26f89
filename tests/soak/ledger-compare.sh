#!/usr/bin/env bash
# The same script of random steps on SQLite and on PostgreSQL: ledger-compare.sh [--steps N] [--seed S]. Ends with one line of JSON; fails when an answer differs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet build tests/SesameGrpc.Soak -c Release -v quiet -p:RunAnalyzers=false >&2
exec dotnet tests/SesameGrpc.Soak/bin/Release/net10.0/SesameGrpc.Soak.dll ledger-compare "$@"
