"""A real Prometheus scrapes the exporter with the shipped configuration."""

import json
import shutil
import urllib.parse

import pytest
import yaml
from harness import ROOT, Process, request, wait_until
from simulator.free_ports import free_port

ESS = "cerbo-gx-v3.70-ess"
pytestmark = pytest.mark.skipif(not shutil.which("prometheus"), reason="prometheus is not installed")


class Prometheus(Process):
    """A server with one of our configurations, pointed at an exporter."""

    def __init__(self, shipped, target, site, folder):
        config = yaml.safe_load((ROOT / "deploy" / "prometheus" / shipped).read_text())
        config["global"]["scrape_interval"] = "1s"
        job = config["scrape_configs"][0]
        job["scrape_timeout"] = "1s"
        job["static_configs"] = [{"targets": [target], "labels": {"site": site}}]
        self.change(job)
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        super().__init__(["prometheus", f"--config.file={folder}/prometheus.yml",
                          f"--storage.tsdb.path={folder}/data",
                          f"--web.listen-address=127.0.0.1:{port}"])
        wait_until(self._is_ready, what="Prometheus")

    def change(self, job):
        """For those that scrape in another way."""

    def _is_ready(self):
        try:
            return request(self.url + "/-/ready")[0] == 200
        except OSError:
            return False

    def query(self, expression):
        """[(labels, value)]"""
        _, _, body = request(f"{self.url}/api/v1/query?" + urllib.parse.urlencode({"query": expression}))
        return [(r["metric"], float(r["value"][1])) for r in json.loads(body)["data"]["result"]]


@pytest.fixture(params=["prometheus.yml", "without-honor-labels.yml"])
def prometheus(request, simulator, exporter, tmp_path):
    server = exporter(simulator(ESS).url, site="house")
    process = Prometheus(request.param, server.url.removeprefix("http://"), "house", tmp_path)
    yield process
    process.stop()


def test_queries_give_the_recorded_values_with_the_labels_of_the_contract(prometheus):
    """SOC, grid power and alarms, by site, device and instance of the device."""
    up = wait_until(lambda: prometheus.query("victron_up == 1"), what="the first scrape")
    assert up[0][0]["site"] == "house"
    soc = prometheus.query('victron_battery_state_of_charge_ratio{device="battery",instance="512"}')
    assert [value for _, value in soc] == [0.81]
    assert soc[0][0]["site"] == "house"
    assert prometheus.query("sum by (site) (victron_system_grid_phase_power_watts)")
    alarms = prometheus.query('victron_alarm_state{alarm="DvccMultipleBatteries"} > 0')
    assert alarms[0][0]["device"] == "system" and alarms[0][1] == 1
    assert not prometheus.query('count({__name__=~"victron_.*",exported_instance!=""})')
    assert prometheus.query("up")[0][1] == 1


def test_a_counter_and_an_info_metric_join(prometheus):
    """The energy of a device can be shown under the name that its owner gave it."""
    wait_until(lambda: prometheus.query("victron_up == 1"), what="the first scrape")
    joined = prometheus.query(
        "victron_battery_voltage_volts * on (site, device, instance) "
        "group_left (custom_name) victron_device_info")
    assert {labels["custom_name"] for labels, _ in joined} >= {"Pylontech"}
