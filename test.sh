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
    cmake -S . -B "$folder" -G Ninja -DVICTRON_TESTS=ON -DVICTRON_WERROR=ON "$@" >"$results/build.log" 2>&1 &&
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
# After each the matrix of faults has its turn with a sanitizer, whose bounds of time are wide.
waiting=(tests/e2e tests/e2e_rules tests/fault tests/fleet)
pytest=($python -m pytest -q -p no:cacheprovider --durations=10)
run_matrix() { # the folder with the program
    VICTRON_TEST_PROGRAM="$PWD/$1/victron_exporter" setarch -R "${pytest[@]}" -m matrix tests/e2e \
        --junitxml="$results/matrix-$(basename "$1").xml"
}

echo "Tests in Python"
(
    renice -n 10 "$BASHPID" >/dev/null
    "${pytest[@]}" --junitxml="$results/computing.xml" tests "${waiting[@]/#/--ignore=}"
    run_matrix build/asan
) >"$results/background.log" 2>&1 &
"${pytest[@]}" --junitxml="$results/waiting.xml" "${waiting[@]}"
run_matrix build/tsan
wait $!
cat "$results/background.log"

$python tests/count_results.py "$results"/*.xml
