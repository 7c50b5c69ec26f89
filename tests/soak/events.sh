#!/usr/bin/env bash
# Kills a gateway and a consumer of its events by turns, while events are made, and compares what was received with what was committed:
# events.sh [--events N] [--store sqlite|postgresql] [--kill-every-ms N] [--seed S]. Ends with one line of JSON; fails when an event is missing or out of order.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet build tests/SesameGrpc.Soak -c Release -v quiet -p:RunAnalyzers=false >&2
exec dotnet tests/SesameGrpc.Soak/bin/Release/net10.0/SesameGrpc.Soak.dll events "$@"
