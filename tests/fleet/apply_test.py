"""A line in the inventory and one command: the station is scraped and on the fleet board. Without its line it is gone.

The tool writes environment files, real exporters are started from them, a real Prometheus with all shipped rules finds them by the
targets that were written, and the fleet board's own queries are asked. Rules run a minute in a second (tests/e2e_rules).
"""

import contextlib
import sys

import pytest
from fleet_tool import ROOT, FleetFolder
from harness import Simulator, wait_until
from servers import Prometheus, environment
from simulator.free_ports import free_port

sys.path += [str(ROOT / "tests" / folder) for folder in ("dashboards", "e2e_rules")]
import accelerated  # noqa: E402
from boards import BOARDS, fill, panel_of, variable  # noqa: E402

BOARD = "victron-fleet"
STATIONS = {"house": "venus-v3.14-offgrid-house", "mill": "cerbo-gx-v3.70-ess"}
PATIENCE = 60.0


class World:
    """The fleet, its simulated stations, Prometheus."""

    def __init__(self, folder, stack):
        self.stations = {site: Simulator(recording, "--live") for site, recording in STATIONS.items()}
        for station in self.stations.values():
            stack.callback(station.stop)
        self.fleet = FleetFolder(folder, compose=None, kubernetes=None)
        self._ports = {site: free_port() for site in STATIONS}
        self.environment = environment(folder / "etc", folder / "run")
        stack.callback(self.apply)  # without a station: ends the exporters
        self.apply()
        self.prometheus = Prometheus(folder / "prometheus", "central/prometheus.yml", changes=[
            ("/etc/prometheus/victron-targets", str(folder / "targets")), ("scrape_interval: 15s", "scrape_interval: 1s"),
            ("scrape_timeout: 10s", "scrape_timeout: 1s"), ("evaluation_interval: 1m", "evaluation_interval: 1s"),
            ("  - /etc/prometheus/victron/parameters.yml\n", f"  - {accelerated.write_rules(folder / 'rules')}\n"),
            *((f"  - /etc/prometheus/victron/{name}.yml", "") for name in ("recording-*", "alerts-[a-n]*", "alerts-[p-z]*"))])
        stack.callback(self.prometheus.stop)

    def apply(self, *sites):
        """The inventory, and the one command."""
        lines = [f"{site},{self.stations[site].url},{self._ports[site]},alps,acme,{site.title()},47.5,11.1" for site in sites]
        self.fleet.stations("\n".join(["site,url,port,region,customer,name,latitude,longitude", *lines]))
        return self.fleet.made("--systemctl", env=self.environment)

    def on_the_board(self):
        """The stations that the board offers, that its table lists, and that its map shows."""
        board = BOARDS[BOARD]
        offered = variable(board, "site")["query"]["query"].removeprefix("query_result(")[:-1]
        sites = {labels["site"] for labels, _ in self.prometheus.query(fill(offered))}
        chosen = "|".join(sorted(sites)) or "none"

        def shown(title, *targets):
            queries = [target["expr"] for target in panel_of(BOARD, title)["targets"] if target["refId"] in targets]
            return [{labels["site"] for labels, _ in self.prometheus.query(fill(query, site=chosen))} for query in queries]

        return [sites, *shown("Stations", "B", "E", "L"), *shown("Map", "B")]

    def shows(self, *sites):
        return all(seen == set(sites) for seen in self.on_the_board())


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with contextlib.ExitStack() as stack:
        yield World(tmp_path_factory.mktemp("fleet"), stack)


def test_a_line_and_a_command_bring_a_station_and_take_it_away(world):
    assert "+ " in world.apply("house")
    wait_until(lambda: world.shows("house"), PATIENCE, "house on the board")
    assert world.prometheus.value('up{site="house", region="alps", customer="acme"}') == 1

    assert "mill" in world.apply("house", "mill")
    wait_until(lambda: world.shows("house", "mill"), PATIENCE, "mill on the board")
    wait_until(lambda: world.prometheus.value("fleet:victron_stations:online") == 2, PATIENCE, "two stations online")
    assert {labels["region"] for labels, _ in world.prometheus.query("victron_site_info")} == {"alps"}

    assert world.apply("house", "mill") == "2 stations: nothing to do\n"

    world.apply("mill")
    wait_until(lambda: world.shows("mill"), PATIENCE, "house off the board")
    assert world.prometheus.query('{site="house"}') == [] or wait_until(lambda: not world.prometheus.query('up{site="house"}'))
    assert sorted(path.stem for path in (world.fleet.folder / "run").glob("*.pid")) == ["mill"]


def test_every_rule_bore_the_labels_of_the_targets(world):
    """`region` and `customer` are on every series: no rule may stumble over them."""
    groups = world.prometheus.ask("rules")["groups"]
    assert len(groups) > 30
    failed = [f"{rule['name']}: {rule['lastError']}" for group in groups for rule in group["rules"] if rule.get("lastError")]
    assert not failed


def test_a_site_file_that_changed_is_read_again_without_a_restart(world):
    world.apply("mill")
    before = (world.fleet.folder / "run" / "mill.pid").read_text()
    world.fleet.stations(world.fleet.read("stations.csv").replace("Mill", "Old mill"))
    assert "systemctl reload" in world.fleet.made("--systemctl", env=world.environment)
    wait_until(lambda: world.prometheus.value('victron_site_info{name="Old mill"}') == 1, PATIENCE, "the new name")
    assert (world.fleet.folder / "run" / "mill.pid").read_text() == before


def test_a_changed_setting_restarts_the_exporter(world):
    world.apply("mill")
    before = (world.fleet.folder / "run" / "mill.pid").read_text()
    world.fleet.settings(compose=None, kubernetes=None, defaults={"level": "core"})
    assert "systemctl restart victron_exporter@mill.service" in world.fleet.made("--systemctl", env=world.environment)
    assert (world.fleet.folder / "run" / "mill.pid").read_text() != before
