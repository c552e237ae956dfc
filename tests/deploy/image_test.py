"""The Dockerfile by its words; built and run it is in tests/long/deploy."""

import fnmatch
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def instructions():
    """(word, rest) of each instruction, continued lines joined."""
    text = re.sub(r"^\s*#.*\n", "", DOCKERFILE, flags=re.M)
    text = re.sub(r"\\\n\s*", "", text)
    return [tuple(line.split(None, 1)) for line in text.splitlines() if line.strip()]


def stages():
    """The instructions of each stage."""
    found = []
    for word, rest in instructions():
        if word == "FROM":
            found.append([])
        if found:
            found[-1].append((word, rest))
    return found


def of(stage, word):
    return [rest for name, rest in stage if name == word]


def test_the_base_is_one_argument_with_a_version():
    assert [rest for word, rest in instructions() if word == "FROM"] == ["${BASE} AS build", "${BASE}"]
    base = dict(rest.split("=", 1) for word, rest in instructions() if word == "ARG")["BASE"]
    assert re.fullmatch(r"docker\.io/library/debian:\d+-slim", base)
    assert ":latest" not in DOCKERFILE


def test_it_runs_as_a_numeric_nobody_without_a_shell():
    final = stages()[-1]
    assert of(final, "USER") == ["65534:65534"]
    entry = json.loads(of(final, "ENTRYPOINT")[0])
    assert entry == ["/usr/bin/victron_exporter"] and not of(final, "CMD")
    health = of(final, "HEALTHCHECK")[0]
    assert json.loads(health[health.index("CMD") + 3:]) == [*entry, "--health-check"]
    # Nothing is done after the program's user is set, so nothing is done as that user either.
    words = [word for word, _ in final]
    assert "RUN" not in words[words.index("USER"):]


def test_its_port_and_version_are_ours():
    final = stages()[-1]
    assert of(final, "EXPOSE") == ["10088"]
    version = re.search(r"^project\(victron_exporter VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text(), re.M)[1]
    assert f"VERSION={version}" in of(final, "ARG")


def test_the_labels_are_those_of_the_standard():
    labels = re.findall(r'(\S+)="[^"]+"', of(stages()[-1], "LABEL")[0])
    assert {name.removeprefix("org.opencontainers.image.") for name in labels} == {
        "title", "description", "licenses", "version", "revision", "created"}


def test_lists_of_packages_do_not_stay():
    for run in of(stages()[-1], "RUN"):
        assert "apt-get install" not in run or ("--no-install-recommends" in run and "/var/lib/apt/lists/*" in run)


def installed_packages():
    run = next(run for run in of(stages()[-1], "RUN") if "apt-get install" in run)
    words = run[run.index("apt-get install"):].split("&&")[0].split()[2:]
    return {word for word in words if not word.startswith("-")}


@pytest.mark.skipif(not shutil.which("dpkg-query"), reason="dpkg is not here")
def test_every_library_of_the_program_is_installed_and_no_other():
    libraries = subprocess.run(["readelf", "-d", ROOT / "build" / "victron_exporter"], check=True, capture_output=True,
                               text=True).stdout
    places = subprocess.run(["ldd", ROOT / "build" / "victron_exporter"], check=True, capture_output=True, text=True).stdout
    # The last folder too: another architecture's package has the same name of file.
    ends = ["*/" + "/".join(re.search(rf"{re.escape(library)} => (\S+)", places)[1].split("/")[-2:])
            for library in re.findall(r"\(NEEDED\).*\[(.*)\]", libraries)]
    owners = subprocess.run(["dpkg-query", "--search", *ends], check=True, capture_output=True, text=True).stdout
    packages = {line.split(":")[0].removesuffix("t64") for line in owners.splitlines()}
    assert len(ends) > 8
    assert packages - {"libc6"} == installed_packages() - {"ca-certificates", "tzdata"}


def sent_to_the_builder(name):
    """Whether .dockerignore lets the file through: the last pattern that fits decides."""
    is_sent = True
    for pattern in (ROOT / ".dockerignore").read_text().splitlines():
        if not pattern or pattern.startswith("#"):
            continue
        wanted = pattern.removeprefix("!")
        names = [name, *(str(p) for p in Path(name).parents if str(p) != ".")]
        if any(fnmatch.fnmatch(n, wanted) or (wanted.startswith("**/") and n.endswith(wanted[2:])) for n in names):
            is_sent = pattern.startswith("!")
    return is_sent


def test_what_is_copied_is_sent_and_little_else():
    for sources in of(stages()[0], "COPY"):
        for source in sources.split()[:-1]:
            assert (ROOT / source).exists() and sent_to_the_builder(source), source
    for name in ("build/victron_exporter", ".git/config", "tests/e2e/harness.py", "docs/flags.md", "secret.env"):
        assert not sent_to_the_builder(name), name


def test_the_builder_has_the_libraries_that_the_debian_package_asks_for():
    """deploy/install-packages.sh (build) and Build-Depends name the same -dev packages."""
    script = re.search(r"^build=\((.*?)\)", (ROOT / "deploy/install-packages.sh").read_text(), re.M | re.S)[1]
    control = re.search(r"^Build-Depends: (.*(?:\n .*)*)", (ROOT / "deploy/debian/control").read_text(), re.M)[1]
    ours = {word for word in script.split() if word.endswith("-dev")}
    theirs = {word for word in re.split(r"[,\s]+", control) if word.endswith("-dev")}
    assert ours == theirs and len(ours) >= 6
