"""The image: built by buildah from a clean checkout, run by an OCI runtime as Kubernetes would run it, scraped.

The base is made by debootstrap and cleaned as the public one is, for a registry may be out of reach. Ports, networks and memory
limits are the engine's business and not tried here.
"""

import json
import subprocess
import time

import pytest
from harness import STATIONS, Page, request, wait_until
from machines import base_archive, run

PORT = 10388
SIZE_MAX_MB = 60
NOBODY = 65534


class Images:
    """A store of images of its own."""

    def __init__(self, folder):
        self._options = ["--root", folder / "store", "--runroot", folder / "run", "--storage-driver", "vfs"]

    def buildah(self, *arguments):
        return run("buildah", *self._options, *arguments).strip()

    def import_base(self):
        container = self.buildah("from", "scratch")
        self.buildah("add", "--quiet", container, base_archive(), "/")
        self.buildah("commit", "--quiet", container, "base")
        self.buildah("rm", container)

    def megabytes(self, name):
        """As `docker images` counts them."""
        images = json.loads(self.buildah("images", "--json", name))
        return float(images[0]["size"].split()[0])

    def config(self, name):
        return json.loads(self.buildah("inspect", "--type", "image", name))["Docker"]["config"]

    def unpack(self, name):
        return self.buildah("mount", self.buildah("from", f"localhost/{name}"))


@pytest.fixture(scope="module")
def images(tmp_path_factory, checkout, figure):
    store = Images(tmp_path_factory.mktemp("images"))
    store.import_base()
    began = time.monotonic()
    store.buildah("build", "--isolation", "chroot", "--format", "docker", "--build-arg", "BASE=localhost/base",
                  "--build-arg", "REVISION=0123456789ab", "--tag", "victron_exporter", checkout)
    figure("image, seconds to build", round(time.monotonic() - began))
    yield store
    store.buildah("rm", "--all")
    store.buildah("rmi", "--all", "--force")


def test_it_is_small(images, figure):
    base, ours = images.megabytes("base"), images.megabytes("victron_exporter")
    figure("image, MB (base, ours, difference)", (base, ours, round(ours - base, 1)))
    assert ours - base <= SIZE_MAX_MB


def test_it_says_what_it_is(images):
    config = images.config("victron_exporter")
    assert config["User"] == "65534:65534" and config["Entrypoint"] == ["/usr/bin/victron_exporter"]
    assert not config.get("Cmd") and config["ExposedPorts"] == {"10088/tcp": {}}
    assert config["Healthcheck"]["Test"] == ["CMD", "/usr/bin/victron_exporter", "--health-check"]
    assert config["Labels"]["org.opencontainers.image.revision"] == "0123456789ab"


class Container:
    """Run by crun: root read-only, nobody, no capability, no new privileges; this machine's network."""

    def __init__(self, images, bundle, *arguments, **settings):
        bundle.mkdir()
        run("crun", "spec", cwd=bundle)
        config = json.loads((bundle / "config.json").read_text())
        config["root"] = {"path": images.unpack("victron_exporter"), "readonly": True}
        config["process"] |= {
            "terminal": False, "noNewPrivileges": True, "user": {"uid": NOBODY, "gid": NOBODY},
            "args": [*images.config("victron_exporter")["Entrypoint"], *arguments],
            "env": [f"VICTRON_EXPORTER_{key}={value}" for key, value in settings.items()],
            "capabilities": {kind: [] for kind in config["process"]["capabilities"]}}
        config["linux"].pop("resources", None)
        config["linux"]["namespaces"] = [n for n in config["linux"]["namespaces"]
                                         if n["type"] not in ("network", "cgroup")]
        (bundle / "config.json").write_text(json.dumps(config))
        self.name = f"victron-{bundle.name}"
        self.child = subprocess.Popen(self._crun("run", "--bundle", str(bundle), self.name), stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, text=True)

    @staticmethod
    def _crun(*arguments):
        """crun wants cgroups of version 2 where it looks, also where a host mixes them."""
        return ["unshare", "--mount", "sh", "-c",
                'mount -t cgroup2 none /sys/fs/cgroup && exec crun --cgroup-manager=disabled "$@"', "crun", *arguments]

    def execute(self, *command):
        """(exit code, output) of a command inside, as the same nobody."""
        done = subprocess.run(self._crun("exec", "--user", f"{NOBODY}:{NOBODY}", self.name, *command),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return done.returncode, done.stdout

    def stop(self):
        if self.child.poll() is None:
            run(*self._crun("kill", self.name, "TERM"))
        output, _ = self.child.communicate(timeout=30)
        return self.child.returncode, output


@pytest.fixture
def container(images, tmp_path, station):
    started = Container(images, tmp_path / "run", STATION_URL=station.url, SITE="house",
                        WEB_LISTEN_ADDRESS=f"127.0.0.1:{PORT}")
    wait_until(lambda: started.execute("/usr/bin/victron_exporter", "--health-check")[0] == 0, what="health")
    yield started
    if started.child.poll() is None:
        started.stop()


def test_it_serves_a_station_and_ends_in_good_order(container):
    wait_until(lambda: request(f"http://127.0.0.1:{PORT}/-/ready")[0] == 200)
    status, _, body = request(f"http://127.0.0.1:{PORT}/metrics")
    page = Page(body.decode())
    assert status == 200 and page.value("victron_up", site="house") == 1 and len(page.samples) > 400
    code, output = container.stop()
    assert code == 0 and "msg=stopping" in output


def test_it_can_do_nothing_else(container):
    code, said = container.execute("/bin/touch", "/usr/bin/x")
    assert code != 0 and "Read-only file system" in said
    _, status = container.execute("/bin/cat", "/proc/1/status")
    assert f"Uid:\t{NOBODY}\t" in status and "CapEff:\t0000000000000000" in status and "NoNewPrivs:\t1" in status


def test_the_health_check_tells_when_it_does_not_serve(container):
    run(*container._crun("kill", container.name, "STOP"))
    try:
        assert container.execute("/usr/bin/victron_exporter", "--health-check")[0] == 1
    finally:
        run(*container._crun("kill", container.name, "CONT"))


def test_time_zones_and_certificates_are_there(images, tmp_path, station):
    """What a site file and a public https:// station need."""
    root = tmp_path / "run"
    started = Container(images, root, "--once", STATION_URL=station.url, SITE="house")
    output, _ = started.child.communicate(timeout=60)
    assert started.child.returncode == 0 and 'victron_up{site="house"} 1' in output
    place = json.loads((root / "config.json").read_text())["root"]["path"]
    run("test", "-s", f"{place}/etc/ssl/certs/ca-certificates.crt", "-a", "-s", f"{place}/usr/share/zoneinfo/Europe/Paris")


def test_a_mistake_is_one_line_and_exit_2(images, tmp_path):
    started = Container(images, tmp_path / "run", STATION_URL="ftp://x", SITE="house")
    output, _ = started.child.communicate(timeout=60)
    assert started.child.returncode == 2
    assert [line for line in output.splitlines() if "VICTRON_EXPORTER_STATION_URL=ftp://x" in line] == output.splitlines()


def test_the_simulated_station_needs_nothing_but_the_files_of_the_repository():
    """deploy/compose.yaml mounts tests/ into a plain Python image: the standard library must do."""
    done = subprocess.run(["/usr/bin/python3", "-S", "-I", "-c", (
        f"import sys, runpy; sys.argv=['simulator','{STATIONS / 'twins'}','--listen=nonsense'];"
        f"runpy.run_path('{STATIONS.parent / 'simulator'}', run_name='__main__')")],
        capture_output=True, text=True, check=False)
    assert "give HOST:PORT" in done.stderr
