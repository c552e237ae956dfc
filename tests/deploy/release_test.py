"""The released program: hardened, the same wherever it is built, installed with all that goes with it."""

import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build" / "victron_exporter"
DATA = "share/victron_exporter"


def output(*command, **options):
    return subprocess.run([str(c) for c in command], check=True, capture_output=True, text=True, **options).stdout


# ---- hardening


@pytest.mark.parametrize("what, words", [
    ("a position-independent program", r"Type:\s+DYN \(Position-Independent Executable"),
    ("no executable stack", r"GNU_STACK(\s+0x\w+){5} RW "),
    ("tables that are read-only after the start", r"GNU_RELRO"),
    ("all of them resolved at the start", r"Flags: NOW PIE"),
])
def test_the_program_has(what, words):
    assert re.search(words, output("readelf", "-hldW", PROGRAM)), what


def test_no_segment_is_writable_and_executable():
    assert not re.search(r"LOAD.* RWE ", output("readelf", "-lW", PROGRAM))


def test_checked_functions_and_stack_guards_are_linked():
    symbols = output("nm", "-D", PROGRAM)
    assert "__stack_chk_fail" in symbols and len(re.findall(r"__\w+_chk\b", symbols)) >= 3


@pytest.mark.skipif(platform.machine() != "x86_64", reason="endbr64 is of x86-64")
def test_indirect_jumps_have_their_landing_places():
    functions = len(re.findall(r" [tT] ", output("nm", PROGRAM)))
    landings = output("objdump", "-d", "--no-show-raw-insn", PROGRAM).count("endbr64")
    assert landings > functions / 3


def test_it_says_nothing_of_where_it_was_built():
    assert str(ROOT).encode() not in PROGRAM.read_bytes()


# ---- the same everywhere


def test_two_builds_in_different_folders_are_equal(tmp_path):
    source = tmp_path / "quite" / "another" / "folder"
    source.mkdir(parents=True)
    for name in ("exporter", "metrics-map", "deploy"):
        shutil.copytree(ROOT / name, source / name)
    shutil.copy(ROOT / "CMakeLists.txt", source)
    revision = re.search(r"revision: (\S+)\)", output(PROGRAM, "--version"))[1]
    build = tmp_path / "elsewhere"
    output("cmake", "-S", source, "-B", build, "-G", "Ninja", "-DVICTRON_TESTS=OFF", "-DVICTRON_WERROR=ON",
           f"-DVICTRON_REVISION={revision}")
    output("cmake", "--build", build, "--target", "victron_exporter",
           env={**os.environ, "TZ": "Asia/Tokyo", "SOURCE_DATE_EPOCH": "1"})
    assert (build / "victron_exporter").read_bytes() == PROGRAM.read_bytes()


# ---- installed


def install(tmp_path, prefix):
    output("cmake", "--install", ROOT / "build", "--prefix", prefix, env={**os.environ, "DESTDIR": str(tmp_path)})
    return tmp_path / prefix.strip("/")


@pytest.fixture(scope="module")
def bytecode():
    """Folders that Python leaves beside what it has run, unless its environment forbids it."""
    made = [folder / "__pycache__" for folder in {script.parent for script in (ROOT / "deploy").rglob("*.py")}]
    made = [folder for folder in made if not folder.exists()]
    for folder in made:
        folder.mkdir()
    yield
    for folder in made:
        shutil.rmtree(folder, ignore_errors=True)  # Python may be writing there again


@pytest.fixture(scope="module")
def installed(tmp_path_factory, bytecode):
    return install(tmp_path_factory.mktemp("installed"), "/opt/victron")


def test_everything_is_installed(installed):
    files = {str(p.relative_to(installed)) for p in installed.rglob("*") if p.is_file()}
    expected = {"bin/victron_exporter", "share/man/man1/victron_exporter.1",
                "lib/systemd/system/victron_exporter@.service", "lib/systemd/system/victron_exporter@.socket",
                f"{DATA}/example.env", f"{DATA}/alert-rules/README.md", f"{DATA}/grafana-dashboards/README.md"}
    for folder, pattern in [("metrics-map", "*.json"), ("metrics-map/enums", "*.json"), ("alert-rules", "*.yml"),
                            ("alert-rules/alertmanager", "*.yml"), ("alert-rules/alertmanager/templates", "*.tmpl"),
                            ("grafana-dashboards", "victron-*.json"), ("grafana-dashboards/provisioning", "*.yml")]:
        names = {f"{DATA}/{folder}/{p.name}" for p in (ROOT / folder).glob(pattern)}
        assert names
        expected |= names
    expected |= {f"{DATA}/{folder}/{p.name}" for folder in ("prometheus", "migration")
                 for p in (ROOT / "deploy" / folder).glob("*.yml")}
    fleet = ROOT / "deploy" / "fleet"
    expected |= {f"{DATA}/fleet/{p.relative_to(fleet)}" for p in fleet.rglob("*")
                 if p.is_file() and "__pycache__" not in p.parts and p.name != "make_facts.py"}
    expected |= {f"{DATA}/kubernetes/station/{p.name}" for p in (ROOT / "deploy/kubernetes/station").glob("*.yaml")}
    assert files == expected
    # Who removes by this list stumbles over a file that is there twice.
    manifest = (ROOT / "build" / "install_manifest.txt").read_text().splitlines()
    assert len(manifest) == len(set(manifest)) == len(files)


def test_the_installed_program_runs(installed):
    assert "victron_exporter, version" in output(installed / "bin/victron_exporter", "--version")


def test_the_installed_fleet_tool_runs_and_leaves_nothing(installed, tmp_path):
    (tmp_path / "fleet.json").write_text('{"stations": [{"site": "house", "url": "http://gx"}], "kubernetes": {}}')
    assert "1 stations: made" in output(installed / DATA / "fleet/victron-fleet", tmp_path / "fleet.json")
    base = re.search(r"resources:\n  - (.*)", (tmp_path / "kubernetes/house/kustomization.yaml").read_text())[1]
    assert (tmp_path / "kubernetes/house" / base / "kustomization.yaml").exists()


def test_no_folder_of_bytecode_is_installed(installed):
    """Not those of the repository; and the tool, which root runs, leaves none."""
    output(installed / DATA / "fleet/victron-fleet", "--help")
    assert not list(installed.rglob("__pycache__"))


@pytest.mark.parametrize("prefix", ["/usr", "/usr/local", "/opt/victron"])
def test_the_installed_service_starts_the_installed_program(tmp_path, prefix):
    unit = install(tmp_path, prefix) / "lib/systemd/system/victron_exporter@.service"
    ours = (ROOT / "deploy/systemd/victron_exporter@.service").read_text()
    assert unit.read_text() == ours.replace("ExecStart=/usr/bin/", f"ExecStart={prefix}/bin/")
