#!/usr/bin/env bash
# Calls of a partner against an empty method on the same server, and against what tutorials teach: run.sh [--short] [--json FILE] ... See README.md beside it.
set -euo pipefail
here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
if pkg-config --exists grpc++ 2>/dev/null && mkdir -p "$here/peers/bin"; then
    [[ "$here/peers/bin/floor" -nt "$here/peers/floor.cc" ]] ||
        g++ -std=c++17 -O2 "$here/peers/floor.cc" -o "$here/peers/bin/floor" $(pkg-config --cflags --libs grpc++) >&2
else
    echo "floor-cpp is left out: it needs g++, pkg-config and libgrpc++-dev." >&2
fi
SESAME_GATEWAY_DLL=$("$here/../eng/publish.sh")
export SESAME_GATEWAY_DLL
exec "$here/start.sh" calls "$@"
