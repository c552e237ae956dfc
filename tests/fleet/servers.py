"""Real servers for the tests of this folder, on loopback, with the configurations that are shipped."""

import json
import os
import re
import urllib.parse

from fleet_tool import ROOT
from harness import PROGRAM, Process, request, wait_until
from simulator.free_ports import free_port

FLEET = ROOT / "deploy" / "fleet"


def answers(url):
    """Whether it says 200 or 204."""
    try:
        return request(url, timeout=5)[0] in (200, 204)
    except OSError:
        return False


class Server(Process):
    """A program with an address; ready_path answers when it is ready."""

    def __init__(self, command, address, ready_path, env=None):
        self.address, self.url = address, f"http://{address}"
        super().__init__(command, env)
        wait_until(lambda: self._is_ready(ready_path), what=f"readiness of {command[0]}")

    def _is_ready(self, path):
        assert self.child.poll() is None, "\n".join(self.lines[-30:])
        return answers(self.url + path)

    def ask(self, kind, **parameters):
        status, _, body = request(f"{self.url}/api/v1/{kind}?{urllib.parse.urlencode(parameters, doseq=True)}")
        document = json.loads(body)
        assert status == 200 and document["status"] == "success", document
        return document["data"]

    def query(self, expression, **parameters):
        """[(labels, value)]"""
        return [(row["metric"], float(row["value"][1])) for row in self.ask("query", query=expression, **parameters)["result"]]

    def value(self, expression, **parameters):
        """The one value, None without one."""
        rows = self.query(expression, **parameters)
        assert len(rows) <= 1, rows
        return rows[0][1] if rows else None

    def samples(self, selector, span="1h"):
        """{labels as text: [(time, value)]} of the raw samples."""
        rows = self.ask("query", query=f"{selector}[{span}]")["result"]
        return {json.dumps(row["metric"], sort_keys=True): [(float(at), float(value)) for at, value in row["values"]] for row in rows}


class Prometheus(Server):
    """Of a shipped configuration: `changes` is [(text of the file, text for the test)], each of which must be there."""

    def __init__(self, folder, config, *flags, changes=(), port=None):
        text = (FLEET / config).read_text(encoding="utf-8")
        for before, after in changes:
            assert before in text, before
            text = text.replace(before, after)
        folder.mkdir(exist_ok=True)
        (folder / "prometheus.yml").write_text(text, encoding="utf-8")
        address = f"127.0.0.1:{port or free_port()}"
        storage = "--storage.agent.path" if "--enable-feature=agent" in flags else "--storage.tsdb.path"
        super().__init__(["prometheus", f"--config.file={folder}/prometheus.yml", f"{storage}={folder}/data",
                          f"--web.listen-address={address}", *flags], address, "/-/ready")


def environment(etc, run):
    """For victron-fleet --systemctl with stand_in_systemctl.py: first in PATH under the true name."""
    programs = run / "bin"
    programs.mkdir(parents=True, exist_ok=True)
    (programs / "systemctl").symlink_to(ROOT / "tests" / "fleet" / "stand_in_systemctl.py")
    return {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "VICTRON_TEST_ETC": str(etc), "VICTRON_TEST_RUN": str(run),
            "VICTRON_TEST_PROGRAM": str(PROGRAM)}


def shipped_command(unit, changes, instance=""):
    """The command of a shipped unit (or the ARGS of a shipped file of defaults) as a list; changes as for Prometheus."""
    text = (FLEET / unit).read_text(encoding="utf-8").replace("\\\n", " ").replace("%i", instance)
    line = re.search(r'^(?:ExecStart=|ARGS=")(.*?)"?$', text, re.M)[1]
    for before, after in changes:
        assert before in line, f"{before} is not in {line}"
        line = line.replace(before, after)
    return line.split()


class Unit(Server):
    """A program as its shipped unit starts it."""

    def __init__(self, unit, address, changes, ready_path="/health", instance="", program=None, env=None):
        command = shipped_command(unit, changes, instance)
        super().__init__([program, *command] if program else command, address, ready_path, env)


def victoria_metrics(folder, *changes):
    address = f"127.0.0.1:{free_port()}"
    return Unit("victoriametrics/victoria-metrics.default", address, [
        ("/var/lib/victoria-metrics", f"{folder}/victoria-metrics"), ("127.0.0.1:8428", address), *changes], program="victoria-metrics")


def vmagent(folder, targets, store_url, number, name="vmagent", shard=0, interval="1s"):
    """One of the scrapers; `number` is that of its loopback address."""
    address = f"127.0.1.{number}:{free_port()}"
    config = folder / f"{name}.yml"
    config.write_text((FLEET / "victoriametrics/vmagent.yml").read_text().replace("/etc/prometheus/victron-targets", str(targets))
                      .replace("scrape_interval: 15s", f"scrape_interval: {interval}").replace("scrape_timeout: 10s", f"scrape_timeout: {interval}"))
    return Unit("victoriametrics/vmagent@.service", address, [
        ("/etc/victoria-metrics/vmagent.yml", str(config)), ("http://127.0.0.1:8428", store_url), ("/var/lib/vmagent", f"{folder}/{name}"),
        (f"127.0.1.{shard}:8429", address), ("fileSDCheckInterval=15s", "fileSDCheckInterval=1s")], instance=str(shard), env={"SHARD": str(shard)})


def _edge_changes(exporter, site, interval):
    return [("127.0.0.1:10088", exporter.url.removeprefix("http://")), ("site: house", f"site: {site}"),
            ("scrape_interval: 60s", f"scrape_interval: {interval}"), ("scrape_timeout: 10s", f"scrape_timeout: {interval}")]


def edge_agent(folder, exporter, site, stores, interval="1s", flags=(), deadline="1s"):
    """Prometheus in agent mode at a station, writing to each of the stores."""
    text = (FLEET / "edge/prometheus.yml").read_text(encoding="utf-8")
    head, _, writes = text.partition("remote_write:\n")
    writes = writes.replace("    basic_auth:\n      username: acme\n      password_file: /etc/prometheus/metrics-password\n", "")
    for before, after in [("batch_send_deadline: 60s", f"batch_send_deadline: {deadline}"), ("max_backoff: 60s", "max_backoff: 1s")]:
        assert before in writes, before
        writes = writes.replace(before, after)
    for before, after in _edge_changes(exporter, site, interval):
        assert before in head, before
        head = head.replace(before, after)
    writes = "".join(writes.replace("https://metrics.example.org:8427", f"http://{store}") for store in stores)
    folder.mkdir(exist_ok=True)
    (folder / "prometheus.yml").write_text(f"{head}remote_write:\n{writes}", encoding="utf-8")
    address = f"127.0.0.1:{free_port()}"
    return Unit("edge/prometheus.default", address, [
        ("/etc/prometheus/prometheus.yml", f"{folder}/prometheus.yml"), ("/var/lib/prometheus/agent", f"{folder}/data"),
        ("127.0.0.1:9090", address), *flags], "/-/ready", program="prometheus")


def edge_vmagent(folder, exporter, site, stores, interval="1s", flush="1s"):
    """vmagent at a station, writing to each of the stores."""
    folder.mkdir(exist_ok=True)
    text = (FLEET / "edge/vmagent.yml").read_text(encoding="utf-8")
    for before, after in _edge_changes(exporter, site, interval):
        assert before in text, before
        text = text.replace(before, after)
    (folder / "vmagent.yml").write_text(text, encoding="utf-8")
    address = f"127.0.0.1:{free_port()}"
    urls = " -remoteWrite.url=".join(f"http://{store}/api/v1/write" for store in stores)
    return Unit("edge/vmagent.service", address, [
        ("/etc/victoria-metrics/vmagent.yml", f"{folder}/vmagent.yml"), ("https://metrics.example.org:8427/api/v1/write", urls),
        (" -remoteWrite.basicAuth.username=acme", ""), ("-remoteWrite.basicAuth.passwordFile=%d/metrics-password ", ""),
        ("/var/lib/vmagent", f"{folder}/data"), ("127.0.0.1:8429", address), ("flushInterval=60s", f"flushInterval={flush}")])
