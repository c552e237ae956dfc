"""arm64 and armhf, a Raspberry Pi's or the GX's own: cross-built in a Debian system, run under qemu's user emulation, scraped.

The emulated program is held against the native one on the same station: the same series with the same values.
"""

import re
import shutil
import subprocess
import time

import pytest
from harness import PROGRAM, Page, Process, request, wait_until
from machines import documented, run

PACKAGE = "prometheus-victron-exporter"
# Debian's name: (triplet, qemu, what `file` says)
ARCHITECTURES = {"arm64": ("aarch64-linux-gnu", "qemu-aarch64-static", "AArch64"),
                 "armhf": ("arm-linux-gnueabihf", "qemu-arm-static", "ARM")}
STEADY = re.compile(r"^victron_(?!scrape_|last_update|device_last|clock|http_|exporter_|gps_)")


@pytest.fixture(scope="module")
def builder(system, checkout):
    """A system with what docs/installation.md says, for both, and what the tests want."""
    builder = system("cross")
    shutil.copytree(checkout, builder.path("/source"))
    for architecture in ARCHITECTURES:
        commands = documented("Another processor").splitlines()
        assert commands.pop().startswith("deploy/build-debian-package.sh")
        builder.script("\n".join(commands).replace("arm64", architecture), "/source")
        builder.install(f"libcmocka-dev:{architecture}")
    builder.install("qemu-user-static")
    return builder


@pytest.fixture(scope="module", params=ARCHITECTURES)
def built(request, builder, figure):
    """(architecture, path of the program out here)"""
    architecture = request.param
    _, qemu, _ = ARCHITECTURES[architecture]
    began = time.monotonic()
    builder.run("cmake", "-S", "/source", "-B", f"/build/{architecture}", "-G", "Ninja", "-DVICTRON_WERROR=ON",
                f"-DCMAKE_TOOLCHAIN_FILE=/source/deploy/cross/{architecture}.cmake",
                f"-DCMAKE_CROSSCOMPILING_EMULATOR=/usr/bin/{qemu}")
    builder.run("cmake", "--build", f"/build/{architecture}")
    figure(f"{architecture}, seconds to build with unit tests", round(time.monotonic() - began))
    return architecture, builder.path(f"/build/{architecture}/victron_exporter")


def test_it_is_for_that_processor_and_hardened(built):
    architecture, program = built
    said = run("readelf", "-hldW", program)
    assert re.search(rf"Machine:\s+{ARCHITECTURES[architecture][2]}\b", said)
    assert re.search(r"Type:\s+DYN", said) and "GNU_RELRO" in said and "Flags: NOW PIE" in said
    assert "__stack_chk_fail" in run("readelf", "--dyn-syms", "-W", program)


def emulated(builder, built, *flags):
    architecture, program = built
    return [ARCHITECTURES[architecture][1], "-L", str(builder.folder), str(program), *flags]


def test_its_unit_tests_pass(builder, built, figure):
    """But for those about sockets and time, which are the emulator's there, and three whose many turns it is too slow for."""
    left_out = "server|listener|source|mqtt|tcp|station|reading_cache|map_page|map_print"
    said = builder.run("ctest", "--test-dir", f"/build/{built[0]}", "-R", "^unit", "-E", left_out)
    figure(f"{built[0]}, unit tests under emulation", re.search(r"\d+% tests passed.*", said)[0])


def page_of(command, station):
    process = Process([*command, f"--station.url={station.url}", "--site=house", "--web.listen-address=127.0.0.1:0"])
    try:
        url = "http://" + process.wait_for(r"msg=listening address=(\S+)")[1]
        wait_until(lambda: request(url + "/-/ready")[0] == 200)
        status, _, body = request(url + "/metrics")
        assert status == 200
        health = subprocess.run([*command, "--health-check", f"--web.listen-address={url.removeprefix('http://')}"],
                                check=False)
        assert health.returncode == 0
    finally:
        code = process.stop()
    assert code == 0, process.lines
    return Page(body.decode())


def test_it_says_what_the_native_program_says(builder, built, station, figure):
    ours, theirs = page_of([str(PROGRAM)], station), page_of(emulated(builder, built), station)
    assert theirs.value("victron_up", site="house") == 1

    def names(page):
        """All but the compiler's, and how often we asked a program that was not ready yet."""
        own = ("victron_exporter_build_info", "victron_exporter_http_requests_total")
        return sorted(key for key in page.keys() if key[0] not in own)

    assert names(theirs) == names(ours)

    def steady(page):
        return {key: s.value for key, s in zip(page.keys(), page.samples) if STEADY.match(s.name)}

    assert steady(theirs) == steady(ours) and len(steady(ours)) > 300
    figure(f"{built[0]}, samples equal to the native program's", len(steady(ours)))


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_debian_package_is_built_for_it(builder, architecture, figure):
    command = documented("Another processor").splitlines()[-1]
    assert command == "deploy/build-debian-package.sh build/debian-arm64 arm64"
    builder.script(command.replace("arm64", architecture), "/source")
    package = next(builder.path(f"/source/build/debian-{architecture}").glob(f"{PACKAGE}_*_{architecture}.deb"))
    assert f"Architecture: {architecture}" in run("dpkg-deb", "--info", package)
    figure(f"{architecture}, KB of the Debian package", package.stat().st_size // 1000)
