#!/usr/bin/env bash
# Builds the gateway as it is deployed: publish.sh [FOLDER]. It is compiled for this machine's system beforehand, so that it starts in half the time; the folder (artifacts/gateway) runs wherever
# the ASP.NET Core runtime is. Prints the program to start.
set -euo pipefail
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")
folder=$(realpath -m "${1:-$root/artifacts/gateway}")
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
# Beside the usual builds, which have no runtime identifier and would be restored again.
dotnet publish "$root/src/SesameGrpc.Gateway" -c Release --use-current-runtime --no-self-contained -p:PublishReadyToRun=true -v quiet -p:RunAnalyzers=false \
    --artifacts-path "$root/artifacts/publish" -o "$folder" >&2
echo "$folder/SesameGrpc.Gateway.dll"
