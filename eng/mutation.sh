#!/usr/bin/env bash
# Mutation testing of the pure rules: changes them in every small way, one at a time, and fails when the unit tests notice fewer than 85 of 100 changes.
# Takes about ten minutes on one core; not part of check.sh. The report is artifacts/mutation/reports/mutation-report.html. Options of dotnet-stryker may follow.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 RunAnalyzers=false
root="$PWD"
dotnet tool restore -v quiet
cd tests/SesameGrpc.Gateway.Tests
exec dotnet stryker --config-file "$root/eng/stryker-config.json" --output "$root/artifacts/mutation" "$@"
