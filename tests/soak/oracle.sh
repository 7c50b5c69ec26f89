#!/usr/bin/env bash
# Asks about persons of whom a partner may know nothing, for different reasons, and compares the refusals' bytes and times: oracle.sh [--calls N] [--store sqlite|postgresql].
# Ends with one line of JSON; fails when the bytes differ or Welch's t shows a difference. Run it on an otherwise idle machine.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet build tests/SesameGrpc.Soak -c Release -v quiet -p:RunAnalyzers=false >&2
exec dotnet tests/SesameGrpc.Soak/bin/Release/net10.0/SesameGrpc.Soak.dll oracle "$@"
