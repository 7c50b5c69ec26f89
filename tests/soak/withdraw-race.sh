#!/usr/bin/env bash
# Look-ups at three instances race the withdrawal of a consent, with Redis there and with Redis killed: withdraw-race.sh [--lookups N] [--store sqlite|postgresql].
# Ends with one line of JSON; fails when anything is disclosed after a withdrawal is acknowledged.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet build tests/SesameGrpc.Soak -c Release -v quiet -p:RunAnalyzers=false >&2
exec dotnet tests/SesameGrpc.Soak/bin/Release/net10.0/SesameGrpc.Soak.dll withdraw-race "$@"
