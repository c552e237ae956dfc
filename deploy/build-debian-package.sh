#!/usr/bin/env bash
# Builds the Debian package prometheus-victron-exporter of this tree:
#   deploy/build-debian-package.sh [FOLDER [ARCHITECTURE]]
# The package is left in FOLDER (build/debian). ARCHITECTURE is this machine's unless given; another one needs Debian's cross
# compiler and its libraries, see docs/installation.md.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
folder=${1:-$root/build/debian}
architecture=${2:-$(dpkg --print-architecture)}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/prometheus-victron-exporter
mkdir -p "$tree" "$folder"
for part in CMakeLists.txt README.md CHANGELOG.md LICENSE exporter metrics-map grafana-dashboards alert-rules deploy docs; do
    cp -R "$root/$part" "$tree/"
done
cp -R "$root/deploy/debian" "$tree/debian"

version=$(sed -n 's/^project(victron_exporter VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
commit=$(git -C "$root" rev-parse --short=12 HEAD 2>/dev/null || true)
: "${SOURCE_DATE_EPOCH:=$(git -C "$root" log -1 --format=%ct 2>/dev/null || date +%s)}"
export SOURCE_DATE_EPOCH VICTRON_REVISION=${VICTRON_REVISION:-${commit:-unknown}}
{
    printf 'prometheus-victron-exporter (%s) unstable; urgency=medium\n\n' "$version"
    printf '  * Revision %s; CHANGELOG.md tells what changed.\n\n' "$VICTRON_REVISION"
    printf ' -- %s  %s\n' "$(sed -n 's/^Maintainer: //p' "$tree/debian/control")" "$(date -R -u -d "@$SOURCE_DATE_EPOCH")"
} >"$tree/debian/changelog"

(cd "$tree" && dpkg-buildpackage -us -uc -b --host-arch "$architecture") >"$work/build.log" 2>&1 || {
    tail -n 25 "$work/build.log" | cut -c 1-400 >&2
    echo "Building the package failed, the lines above say why." >&2
    exit 1
}
mv "$work"/*.deb "$work"/*.buildinfo "$work"/*.changes "$folder/"
echo "$folder/prometheus-victron-exporter_${version}_$architecture.deb"
