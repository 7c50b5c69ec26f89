#!/usr/bin/env bash
# The one command for contributors and CI: installs what is missing (as root; else says what to install), builds with warnings as errors, checks
# format and contracts, runs every test against real servers. Ends with "N passed, N failed".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

step() { printf '\n== %s (%d s)\n' "$1" "$SECONDS"; }

# Debian packages: the real servers of the tests, the browser with a Chinese font, and the tools of the clients in other languages.
install_programs() {
    local missing=()
    [[ -x /usr/bin/redis-server ]] || missing+=(redis-server)
    [[ -x /usr/lib/postgresql/15/bin/initdb ]] || missing+=(postgresql-15)
    [[ -x /usr/bin/sqlite3 ]] || missing+=(sqlite3)
    [[ -x /usr/bin/protoc ]] || missing+=(protobuf-compiler)
    [[ -f /usr/include/google/protobuf/timestamp.proto ]] || missing+=(libprotobuf-dev)
    /usr/bin/python3 -c 'import grpc' 2>/dev/null || missing+=(python3-grpcio)
    /usr/bin/python3 -c 'import google.protobuf' 2>/dev/null || missing+=(python3-protobuf)
    command -v npm >/dev/null || missing+=(npm)
    command -v javac >/dev/null || missing+=(openjdk-17-jdk-headless)
    command -v curl >/dev/null || missing+=(curl)
    command -v jq >/dev/null || missing+=(jq)
    command -v chromium >/dev/null || missing+=(chromium)
    [[ -d /usr/share/fonts/opentype/noto ]] || missing+=(fonts-noto-cjk)
    [[ ${#missing[@]} -eq 0 ]] && return
    if [[ $EUID -ne 0 ]]; then
        echo "Not installed: ${missing[*]}. Install them with: sudo apt-get install ${missing[*]}" >&2
        exit 1
    fi
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Debian 12's own Node.js is too old for the clients; npm has a newer one as a package.
ensure_node() {
    if node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null; then return; fi
    local platform
    platform="node-linux-$([[ "$(uname -m)" == aarch64 ]] && echo arm64 || echo x64)"
    npm install --prefix artifacts/node --no-save --no-audit --no-fund --loglevel error "$platform@$1"
    export PATH="$PWD/artifacts/node/node_modules/$platform/bin:$PATH"
}

# Runs one test project; adds a line to the counts: passed, failed.
run_tests() {
    local project="$1" log
    log="artifacts/check/$(basename "$project").log"
    dotnet "$project/bin/Debug/net10.0/$(basename "$project").dll" --no-progress --no-ansi >"$log" 2>&1 || true
    local succeeded failures skipped
    succeeded=$(sed -n 's/^ *succeeded: *//p' "$log" | tail -1)
    failures=$(sed -n 's/^ *failed: *\([0-9]*\)$/\1/p' "$log" | tail -1)
    skipped=$(sed -n 's/^ *skipped: *//p' "$log" | tail -1)
    if [[ -z "$succeeded" || -z "$failures" ]]; then
        echo "$(basename "$project"): did not run to its end"
        tail -40 "$log"
        failures=1 succeeded=0
    elif [[ "$failures" -gt 0 ]]; then
        grep -vE '^ +at (System|Xunit|Microsoft)\.' "$log"
    fi
    echo "$(basename "$project"): $succeeded passed, $failures failed, ${skipped:-0} skipped ($SECONDS s)"
    echo "$succeeded $failures" >>artifacts/check/counts
}

step "Programs"
command -v dotnet >/dev/null || { echo "The .NET 10 SDK is not installed." >&2; exit 1; }
install_programs
mkdir -p artifacts/check

step "Packages"
dotnet restore SesameGrpc.sln -v quiet
dotnet tool restore -v quiet
ensure_node 24.21.0
(cd tests/ForeignClients && npm ci --no-audit --no-fund --loglevel error)

step "Build"
dotnet build SesameGrpc.sln --no-restore -v quiet

step "Format"
dotnet csharpier check src tests benchmarks samples

step "Contracts"
(cd artifacts/protos && ../../tests/ForeignClients/node_modules/.bin/buf lint --config ../../protos/buf.yaml)

step "Documentation"
dotnet src/SesameGrpc.DocSite/bin/Debug/net10.0/SesameGrpc.DocSite.dll

step "Tests"
rm -f artifacts/check/counts

# So short a life does not repay the profiling that makes code faster later.
export DOTNET_TieredPGO=0

# The functional tests take as long as all others together, and wait more than they work.
run_tests tests/SesameGrpc.Functional.Tests &
for project in tests/*.Tests; do
    [[ "$project" == tests/SesameGrpc.Functional.Tests ]] || run_tests "$project"
done
wait
read -r passed failed < <(awk '{ passed += $1; failed += $2 } END { print passed + 0, failed + 0 }' artifacts/check/counts)

echo
echo "$passed passed, $failed failed"
[[ "$failed" -eq 0 && "$passed" -gt 0 ]]
