#!/usr/bin/env bash
# Kills a gateway under load at every failpoint and at random times, and holds what it left against what its clients know:
# kill.sh [--kills N] [--store sqlite|postgresql] [--store-kills N] [--seed S]. Ends with one line of JSON; fails when anything acknowledged is lost or anything is half done.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet build tests/SesameGrpc.Soak -c Release -v quiet -p:RunAnalyzers=false >&2
exec dotnet tests/SesameGrpc.Soak/bin/Release/net10.0/SesameGrpc.Soak.dll kill "$@"
