#!/usr/bin/env bash
# Builds the exporter and shows it at work: on the bundled simulated station, or, with any
# of the exporter's flags, on a real one:
#   ./run.sh --station.url=http://venus.local:8088
set -euo pipefail
cd "$(dirname "$0")"

deploy/install-packages.sh build run
echo "Building build/victron_exporter"
cmake -S . -B build -G Ninja -DVICTRON_TESTS=OFF >build.log.tmp 2>&1 &&
    cmake --build build --target victron_exporter >>build.log.tmp 2>&1 || {
    cat build.log.tmp >&2
    rm -f build.log.tmp
    exit 1
}
rm -f build.log.tmp

if [ $# -gt 0 ]; then
    exec build/victron_exporter "$@"
fi

work=$(mktemp -d)
simulator='' exporter=''
stop() {
    trap - EXIT
    trap '' INT TERM # a second Ctrl-C does not cut the tidying short
    for pid in $exporter $simulator; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    rm -rf "$work"
    echo
    echo "Stopped; nothing is left running."
    exit "${1:-0}"
}
trap 'stop 0' INT TERM
trap 'stop $?' EXIT

/usr/bin/python3 tests/simulator --station=tests/stations/venus-v3.14-offgrid-house \
    --listen=127.0.0.1:0 --live --speed=60 \
    --start-time="$(date -d "today 09:00" +%s)" --port-file="$work/ports.json" >"$work/simulator.log" 2>&1 &
simulator=$!
for _ in $(seq 100); do
    [ -s "$work/ports.json" ] && break
    kill -0 "$simulator" 2>/dev/null || break
    sleep 0.1
done
[ -s "$work/ports.json" ] || {
    cat "$work/simulator.log" >&2
    echo "The simulated station did not start." >&2
    exit 1
}
station=$(/usr/bin/python3 -c \
    'import json, sys; print(json.load(open(sys.argv[1]))["http"])' "$work/ports.json")

listen=${VICTRON_EXPORTER_WEB_LISTEN_ADDRESS:-127.0.0.1:10088}
build/victron_exporter --station.url="$station" --site=simulated-house \
    --web.listen-address="$listen" --log.level=warn &
exporter=$!
page=http://$listen/metrics
for _ in $(seq 100); do
    curl -fsS -o /dev/null "http://$listen/-/ready" 2>/dev/null && break
    kill -0 "$exporter" 2>/dev/null || {
        echo "The exporter did not start (is the address $listen taken? VICTRON_EXPORTER_WEB_LISTEN_ADDRESS sets another)." >&2
        exit 1
    }
    sleep 0.1
done

cat <<END
A simulated off-grid house with sun, battery and generator runs at $station, an hour a minute.
  The metrics page:  $page
  For people:        http://$listen/
Live values, every two seconds; Ctrl-C ends everything:
END
while kill -0 "$exporter" 2>/dev/null; do
    curl -fsS "$page" | /usr/bin/python3 tests/simulator/show_values.py
    sleep 2 &
    wait $!
done
