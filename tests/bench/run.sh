#!/usr/bin/env bash
# Prints what the exporter costs, beside others and beside the floor: installs what is
# missing, builds, measures.  Half an hour; --quick takes a third of that.
#   tests/bench/run.sh [--quick] [SECTION...]
set -euo pipefail
cd "$(dirname "$0")/../.."

deploy/install-packages.sh build bench
cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release >/dev/null
cmake --build build >/dev/null
exec /usr/bin/python3 tests/bench/bench.py "$@"
