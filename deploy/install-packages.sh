#!/usr/bin/env bash
# Installs what is missing of Debian's packages: for building, packaging, running, testing.
#   deploy/install-packages.sh build run test
# Says first what it installs.  Works as root or with sudo; a second run installs nothing.
set -euo pipefail

build=(gcc cmake ninja-build pkg-config git ca-certificates libmicrohttpd-dev
    libcurl4-openssl-dev libjansson-dev libmosquitto-dev libsystemd-dev zlib1g-dev libyaml-dev
    libgnutls28-dev libcrypt-dev)
package=(build-essential debhelper)
run=(python3 curl)
test=(libcmocka-dev python3-pytest python3-prometheus-client python3-jsonschema
    python3-paho-mqtt python3-yaml mosquitto mosquitto-clients openssl prometheus
    prometheus-alertmanager victoria-metrics influxdb python3-aiosmtpd clang clang-format
    clang-tidy libclang-rt-dev locales faketime valgrind systemd man-db binutils python3-kubernetes chromium
    fonts-dejavu-core apache2-utils)

bench=(wrk prometheus-node-exporter prometheus-mqtt-exporter mosquitto libcmocka-dev python3-pytest
    python3-prometheus-client python3-paho-mqtt)

# For tests/long, which are run by hand.
long=(binutils buildah crun debootstrap git qemu-user-static systemd-container util-linux)

# A compiler for another processor, and that one's libraries.
cross() { # Debian's name of the architecture
    cross=("crossbuild-essential-$1")
    local name
    for name in pkgconf "${build[@]}"; do
        case $name in pkgconf | *-dev) cross+=("$name:$1") ;; esac
    done
}

native=$(dpkg --print-architecture)
missing=()
for group in "$@"; do
    case $group in
    bench | build | long | package | run | test) declare -n packages=$group ;;
    cross-arm64 | cross-armhf)
        cross "${group#cross-}"
        declare -n packages=cross
        ;;
    *)
        echo "install-packages.sh: unknown group \"$group\": allowed bench, build, cross-arm64, cross-armhf, long," \
            "package, run, test" >&2
        exit 2
        ;;
    esac
    for name in "${packages[@]}"; do
        wanted=$native
        case $name in *:*) wanted=${name#*:} ;; esac
        state=$(dpkg-query -W -f ' ${Architecture}=${db:Status-Status} ' "$name" 2>/dev/null || true)
        case $state in *" $wanted=installed "* | *" all=installed "*) ;; *) missing+=("$name") ;; esac
    done
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
        echo "These packages are missing and sudo is not there to install them: ${missing[*]}" >&2
        exit 1
    }
    as_root=(sudo)
fi
echo "Installing: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${as_root[@]}" apt-get update -q &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    echo "Installing failed, the lines above say why." >&2
    exit 1
fi
