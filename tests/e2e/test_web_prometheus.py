"""A real Prometheus scrapes over TLS, with a password and with a client certificate, as the documentation says."""

import re
import shutil

import pytest
import yaml
from harness import ROOT, wait_until
from test_prometheus import Prometheus
from web_clients import Certificate, WebExporter, bcrypt, write_config

HOUSE = "venus-v3.14-offgrid-house"
DOCUMENT = (ROOT / "docs" / "web-configuration.md").read_text()
pytestmark = pytest.mark.skipif(not shutil.which("prometheus"), reason="prometheus is not installed")


def example(heading):
    """The YAML blocks below that heading: what the exporter reads, and what Prometheus reads."""
    section = DOCUMENT.split(f"### {heading}\n")[1].split("\n### ")[0].split("\n## ")[0]
    return [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", section, re.S)]


class SecurePrometheus(Prometheus):
    """With the keys of a documented scrape configuration, their files taken from a folder."""

    def __init__(self, target, keys, folder):
        self.keys, self.files = keys, folder
        super().__init__("prometheus.yml", target, "x", folder)

    def change(self, job):
        for name, value in self.keys.items():
            job[name] = {k: str(self.files / v.rpartition("/")[2]) if k.endswith("_file") else v
                         for k, v in value.items()} if isinstance(value, dict) else value


@pytest.fixture
def folder(tmp_path):
    """The files of the documented examples."""
    server = Certificate(tmp_path, "server", sans=("IP:127.0.0.1",))
    ca = Certificate(tmp_path, "ca", is_ca=True, sans=())
    ca.sign("client", sans=("DNS:prometheus.example.org",), usage="clientAuth")
    ca.sign("other", sans=("DNS:grafana.example.org",), usage="clientAuth")
    (tmp_path / "victron.crt").write_bytes(server.crt.read_bytes())
    (tmp_path / "victron-password").write_text("secret")
    return tmp_path


@pytest.fixture
def scrape(folder, simulator):
    """scrape(web configuration, scrape keys): a Prometheus and the exporter that it scrapes."""
    started = []

    def start(web, keys):
        config = write_config(folder / "web.yml", yaml.safe_dump(web))
        server = WebExporter(simulator(HOUSE).url, config, "--log.level=debug")
        started.append(server)
        started.append(SecurePrometheus(server.address, keys, folder))
        return started[-1], server

    yield start
    for process in reversed(started):
        process.stop()


def assert_scraped(prometheus):
    up = wait_until(lambda: prometheus.query("victron_up == 1"), what="the first scrape")
    assert up[0][0]["site"] == "x"
    assert prometheus.query("up")[0][1] == 1


def test_with_a_password_over_tls(scrape):
    web, job = example("A password")
    tls, tls_keys = example("TLS")
    web["basic_auth_users"]["prometheus"] = bcrypt("secret", cost=10)
    keys = {"basic_auth": job["scrape_configs"][0]["basic_auth"], **tls_keys}
    prometheus, server = scrape({**tls, **web}, keys)
    assert_scraped(prometheus)
    # The password was checked once: bcrypt would take longer than a scrape does.
    wait_until(lambda: sum("path=/metrics status=200" in line for line in server.lines) >= 3, what="three scrapes")


def test_with_a_client_certificate(scrape):
    web, keys = example("Client certificates")
    prometheus, _ = scrape(web, keys)
    assert_scraped(prometheus)


def test_with_the_certificate_of_another_it_is_down(scrape, folder):
    web, keys = example("Client certificates")
    for kind in ("crt", "key"):
        (folder / f"client.{kind}").write_bytes((folder / f"other.{kind}").read_bytes())
    prometheus, server = scrape(web, keys)
    wait_until(lambda: prometheus.query("up == 0"), what="a scrape that fails")
    assert not prometheus.query("victron_up")
    server.wait_for("client_allowed_sans")
