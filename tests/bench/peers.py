"""What the exporter is measured beside: the floor, and two exporters that Debian packages."""

import tempfile
from pathlib import Path

from harness import Process, request, wait_until
from measuring import TOOLS
from simulator.free_ports import free_port

NODE_EXPORTER = "/usr/bin/prometheus-node-exporter"
MQTT_EXPORTER = "/usr/bin/prometheus-mqtt-exporter"


class Floor(Process):
    """libmicrohttpd with a page that is ready."""

    def __init__(self, page):
        with tempfile.NamedTemporaryFile() as file:
            file.write(page)
            file.flush()
            super().__init__([str(TOOLS / "ready_page"), file.name])
            self.url = "http://127.0.0.1:" + self.wait_for(r"port (\d+)")[1]


class ReadyStation(Process):
    """A station that costs next to nothing over HTTP."""

    def __init__(self, folder):
        super().__init__([str(TOOLS / "ready_station"), str(Path(folder) / "http")])
        self.port = self.wait_for(r"port (\d+)")[1]
        self.url = "http://127.0.0.1:" + self.port


class Served(Process):
    """A peer that serves /metrics."""

    def __init__(self, port, *command):
        super().__init__(list(command))
        self.url = f"http://127.0.0.1:{port}"

    def wait(self):
        wait_until(self._answers, what=f"a page of {self.url}")
        return self

    def _answers(self):
        try:
            return request(self.url + "/metrics")[0] == 200
        except OSError:
            return False


def node_exporter():
    port = free_port()
    return Served(port, NODE_EXPORTER, f"--web.listen-address=127.0.0.1:{port}", "--log.level=error")


# Its per-topic mode reads bare numbers only; a GX sends objects, so this is the way that works:
# one metric, the topic as its label.
MQTT_EXPORTER_CONFIG = """
mqtt:
  server: tcp://127.0.0.1:{broker}
  topic_path: N/{portal}/#
  device_id_regex: "N/[^/]*/(?P<deviceid>.*)"
  qos: 0
cache:
  timeout: 24h
json_parsing:
  separator: "->"
metrics:
  - prom_name: victron
    mqtt_name: value
    help: What a GX says.
    type: gauge
"""


def mqtt_exporter(directory, broker_port, portal):
    port = free_port()
    config = Path(directory) / "mqtt-exporter.yaml"
    config.write_text(MQTT_EXPORTER_CONFIG.format(broker=broker_port, portal=portal))
    return Served(port, MQTT_EXPORTER, f"-config={config}", "-listen-address=127.0.0.1", f"-listen-port={port}",
                  "-log-level=error")
