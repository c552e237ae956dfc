#!/usr/bin/env bash
# Builds and runs every test; the last line is `N passed, N failed, N skipped`.
set -uo pipefail
cd "$(dirname "$0")"

deploy/install-packages.sh build run test || exit 1
results=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$results"' EXIT
python=/usr/bin/python3

build() { # folder, then cmake's arguments
    local folder=$1
    shift
    echo "Building $folder"
    cmake -S . -B "$folder" -G Ninja -DVICTRON_WERROR=ON "$@" >"$results/build.log" 2>&1 &&
        cmake --build "$folder" >>"$results/build.log" 2>&1 || {
        cat "$results/build.log"
        echo "0 passed, 1 failed"
        exit 1
    }
}

build build
build build/asan -DCMAKE_BUILD_TYPE=Debug -DVICTRON_SANITIZE=address,undefined
build build/tsan -DCMAKE_BUILD_TYPE=Debug -DVICTRON_SANITIZE=thread
build build/fuzz --preset fuzz

# Sanitizers need a quieter address space than some kernels give: setarch -R.
for variant in build build/asan build/tsan; do
    echo "Unit tests of $variant"
    setarch -R ctest --test-dir "$variant" --output-on-failure -j "$(nproc)" \
        --output-junit "$results/unit-$(basename "$variant").xml" | tail -n 15
done

# Those on sockets mostly wait; the others mostly compute, in the time that is left, and do not time.
waiting=(tests/e2e tests/e2e_rules tests/fault tests/fleet)
run_pytest() { # name, then pytest's arguments
    local name=$1
    shift
    $python -m pytest -q -p no:cacheprovider --durations=10 --junitxml="$results/python-$name.xml" "$@"
}

echo "Tests in Python"
(
    renice -n 10 "$BASHPID" >/dev/null
    run_pytest computing tests "${waiting[@]/#/--ignore=}"
) >"$results/computing.log" 2>&1 &
run_pytest waiting "${waiting[@]}"
wait $!
cat "$results/computing.log"

$python tests/count_results.py "$results"/*.xml
