"""InfluxDB 1.x as the store of a station: what the page says is there, under the same name, with its labels as tags.

Debian's influxdb, and Prometheus with the shipped configuration. Telegraf is not in Debian: of its configuration only the shape is looked at.
"""

import contextlib
import json
import subprocess
import tomllib
import urllib.parse

import pytest
import servers
import yaml
from fleet_tool import ROOT, FleetFolder
from harness import Exporter, Simulator, request, wait_until
from simulator.free_ports import free_port

PATIENCE = 60.0
DATABASE = "victron"


class InfluxDb(servers.Server):
    def __init__(self, folder):
        address, rpc = (f"127.0.0.1:{free_port()}" for _ in range(2))
        config = folder / "influxdb.conf"
        config.write_text(f'reporting-disabled = true\nbind-address = "{rpc}"\n[meta]\ndir = "{folder}/meta"\n'
                          f'[data]\ndir = "{folder}/data"\nwal-dir = "{folder}/wal"\n[monitor]\nstore-enabled = false\n'
                          f'[http]\nbind-address = "{address}"\nlog-enabled = false\n[continuous_queries]\nenabled = false\n')
        super().__init__(["influxd", "-config", str(config)], address, "/ping")
        self.ask_influx(f"CREATE DATABASE {DATABASE}", method="POST")

    def ask_influx(self, query, method="GET"):
        """[(tags, values)] of each series that is found; values are columns by their names."""
        status, _, body = request(f"{self.url}/query?{urllib.parse.urlencode({'db': DATABASE, 'q': query})}", method=method)
        (result,) = json.loads(body)["results"]
        assert status == 200 and "error" not in result, body
        return [(series.get("tags", {}), [dict(zip(series["columns"], row)) for row in series["values"]]) for series in result.get("series", [])]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """The database and a page of the exporter that is written to it."""
    folder = tmp_path_factory.mktemp("influxdb")
    with contextlib.ExitStack() as stack:
        station = Simulator("cerbo-gx-v3.70-ess")
        stack.callback(station.stop)
        exporter = Exporter(station.url, site="house")
        stack.callback(exporter.stop)
        database = InfluxDb(folder)
        stack.callback(database.stop)
        row = {"site": "house", "url": station.url, "port": int(exporter.url.rpartition(":")[2]), "region": "alps"}
        FleetFolder(folder, stations=[row], systemd=None, compose=None, kubernetes=None).made()
        rules = folder / "infinite.yml"
        rules.write_text(yaml.dump({"groups": [{"name": "a", "interval": "1s", "rules": [{"record": "site:victron_up:inverse", "expr": "1 / (victron_up - 1)"}]}]}))
        prometheus = servers.Prometheus(folder / "prometheus", "influxdb/prometheus.yml", changes=[
            ("/etc/prometheus/victron-targets", str(folder / "targets")), ("http://127.0.0.1:8086", database.url),
            ("scrape_interval: 15s", "scrape_interval: 1s"), ("scrape_timeout: 10s", f"scrape_timeout: 1s\nrule_files: [{rules}]"),
            ("    metadata_config:", "    queue_config: {batch_send_deadline: 1s}\n    metadata_config:")])
        stack.callback(prometheus.stop)
        wait_until(lambda: prometheus.value("site:victron_up:inverse") == float("inf"), PATIENCE, "a number that is infinite")
        wait_until(lambda: database.ask_influx('SELECT count(value) FROM "victron_up" WHERE value = 1')[:1], PATIENCE, "the first samples")
        yield database, exporter.page()


def test_every_series_is_a_measurement_with_its_labels(world):
    database, page = world
    wanted = {(sample.name, *sorted(pair for pair in {"site": "house", **sample.labels}.items() if pair[1])) for sample in page.samples
              if sample.name.startswith("victron_")}

    def missing():
        """A series of the station itself has the address of the exporter as its instance, of Prometheus."""
        found = [tags for tags, _ in database.ask_influx("SELECT last(value) FROM /^victron_/ GROUP BY *")]
        return wanted - {(tags["__name__"], *sorted((key, value) for key, value in tags.items() if value and key not in ("__name__", "region")
                                                    and not value.startswith("127.0.0.1:"))) for tags in found}

    wait_until(lambda: not missing(), PATIENCE, "all series")
    names = {row["name"] for _, rows in database.ask_influx("SHOW MEASUREMENTS") for row in rows}
    assert len(wanted) > 500 and {name for name, *_ in wanted} <= names


def test_values_and_tags_are_those_of_the_page(world):
    database, page = world
    for name, labels in (("victron_battery_voltage_volts", {"instance": "512"}), ("victron_system_battery_state_of_charge_ratio", {}),
                         ("victron_vebus_ac_output_phase_voltage_volts", {"phase": "L1"})):
        where = "".join(f" AND \"{key}\" = '{value}'" for key, value in labels.items())
        ((tags, rows),) = database.ask_influx(f"SELECT last(value) AS value FROM \"{name}\" WHERE site = 'house' AND region = 'alps'{where} GROUP BY site")
        assert (tags, rows[0]["value"]) == ({"site": "house"}, page.value(name, **labels))


def test_what_rules_make_is_not_sent_and_spoils_nothing(world):
    database, _ = world
    names = {row["name"] for _, rows in database.ask_influx("SHOW MEASUREMENTS") for row in rows}
    assert "up" in names and not [name for name in names if ":" in name]
    ((_, before),) = database.ask_influx('SELECT count(value) FROM "victron_up"')
    wait_until(lambda: database.ask_influx('SELECT count(value) FROM "victron_up"')[0][1][0]["count"] > before[0]["count"], PATIENCE, "more samples")


def test_telegraf_reads_the_exporter_and_writes_to_the_same_database():
    document = tomllib.loads((servers.FLEET / "influxdb/telegraf.conf").read_text(encoding="utf-8"))
    (read,), (written,) = document["inputs"]["prometheus"], document["outputs"]["influxdb"]
    assert read["urls"] == ["http://127.0.0.1:10088/metrics"] and written["database"] == DATABASE
    assert read["namepass"] == written["namepass"] == ["victron_*"]


def test_it_is_a_configuration_of_prometheus():
    done = subprocess.run(["promtool", "check", "config", "--syntax-only", servers.FLEET / "influxdb/prometheus.yml"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_table_of_old_names_is_current():
    """docs/make_influxdb_names.py makes it of the map."""
    done = subprocess.run([ROOT / "docs" / "make_influxdb_names.py", "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    table = (ROOT / "docs" / "influxdb.md").read_text(encoding="utf-8").splitlines()
    assert "| `battery/Soc` | `victron_battery_soc_value` | `victron_battery_state_of_charge_ratio` | × 100 |" in table
