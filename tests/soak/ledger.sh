#!/usr/bin/env bash
# Many workers on a few hot persons while limits fall, every answer explained: ledger.sh [--ops N] [--store sqlite|postgresql] [--instances K] [--seed S]. Tells of its
# progress on stderr and ends with one line of JSON; fails when a promise was broken, or too few refusals, conflicts and replays came about.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet build tests/SesameGrpc.Soak -c Release -v quiet -p:RunAnalyzers=false >&2
exec dotnet tests/SesameGrpc.Soak/bin/Release/net10.0/SesameGrpc.Soak.dll ledger "$@"
