#!/usr/bin/env bash
# Plants ids, names, scores' models, subjects and tokens in a whole run of a gateway in production mode, and looks for them in logs, metrics, Redis, events, errors, the audit log
# and, once the persons are erased, in the database's files. Ends with one line of JSON; fails when any is found.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet build src/SesameGrpc.Gateway -c Release -v quiet -p:RunAnalyzers=false >&2
dotnet build tests/SesameGrpc.Soak -c Release -v quiet -p:RunAnalyzers=false >&2
exec dotnet tests/SesameGrpc.Soak/bin/Release/net10.0/SesameGrpc.Soak.dll canary
