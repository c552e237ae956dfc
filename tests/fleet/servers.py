"""Real servers for the tests of this folder, on loopback, with the configurations that are shipped."""

import json
import os
import socket
import urllib.parse

from fleet_tool import ROOT
from harness import PROGRAM, Process, request, wait_until

FLEET = ROOT / "deploy" / "fleet"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def answers(url):
    """Whether it says 200 or 204."""
    try:
        return request(url, timeout=5)[0] in (200, 204)
    except OSError:
        return False


class Server(Process):
    """A program with an address; ready_path answers when it is ready."""

    def __init__(self, command, address, ready_path):
        self.address, self.url = address, f"http://{address}"
        super().__init__(command)
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


class VictoriaMetrics(Server):
    def __init__(self, folder, *flags):
        address = f"127.0.0.1:{free_port()}"
        super().__init__(["victoria-metrics", f"-storageDataPath={folder}/victoria", f"-httpListenAddr={address}", *flags], address, "/health")


def environment(etc, run):
    """For victron-fleet --systemctl with stand_in_systemctl.py: first in PATH under the true name."""
    programs = run / "bin"
    programs.mkdir(parents=True, exist_ok=True)
    (programs / "systemctl").symlink_to(ROOT / "tests" / "fleet" / "stand_in_systemctl.py")
    return {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "VICTRON_TEST_ETC": str(etc), "VICTRON_TEST_RUN": str(run),
            "VICTRON_TEST_PROGRAM": str(PROGRAM)}
