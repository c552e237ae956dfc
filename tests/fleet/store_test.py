"""VictoriaMetrics as the store of a fleet, with the shipped configurations: scraped by shards and by two replicas, read and written
through vmauth, its rules by the vmalert of a customer, its boards' queries.
"""

import base64
import contextlib
import http.server
import json
import re
import shutil
import subprocess
import sys
import threading
import urllib.parse
import urllib.request

import pytest
import yaml
from fleet_tool import ROOT, FleetFolder
from harness import Exporter, Simulator, request, wait_until
from servers import FLEET, Server, Unit, shipped_command, victoria_metrics, vmagent
from simulator.free_ports import free_port

sys.path += [str(ROOT / "tests" / folder) for folder in ("dashboards", "e2e_rules")]
import accelerated  # noqa: E402
from boards import BOARDS, fill, panels  # noqa: E402

PATIENCE = 60.0
PASSWORDS = {"OPERATOR_PASSWORD": "all-of-it", "ACME_PASSWORD": "north", "WHEEL_PASSWORD": "south"}
SITES = {"house": "acme", "mill": "wheel", "hut": "wheel"}


class World:
    """Three stations of two customers; two shards, the first of them scraped twice; the store and its door."""

    def __init__(self, folder, stack):
        self.folder, self._stack = folder, stack
        self.station = self._keep(Simulator("cerbo-gx-v3.70-ess", "--live"))
        exporters = {site: self._keep(Exporter(self.station.url, site=site)) for site in SITES}
        rows = [{"site": site, "url": self.station.url, "customer": customer, "port": int(exporters[site].url.rpartition(":")[2])}
                for site, customer in SITES.items()]
        fleet = FleetFolder(folder, stations=rows, systemd=None, compose=None, kubernetes=None,
                            prometheus={"folder": "targets", "shards": 2})
        fleet.made()
        self.shards = [[row["labels"]["site"] for row in fleet.targets(f"shard-{number}.json")] for number in range(2)]
        self.store = self._keep(victoria_metrics(folder, ("minScrapeInterval=15s", "minScrapeInterval=1s")))
        self.agents = [self._keep(vmagent(folder, folder / "targets", self.store.url, number, f"agent-{number}", shard))
                       for number, shard in enumerate((0, 0, 1))]
        self.door = self._keep(self._vmauth())
        self.alertmanager = self._keep(self._alertmanager())
        self.vmalert = self._keep(self._vmalert())

    def _keep(self, process):
        self._stack.callback(process.stop)
        return process

    def _vmauth(self):
        config = self.folder / "vmauth.yml"
        config.write_text((FLEET / "victoriametrics/vmauth.yml").read_text().replace("http://127.0.0.1:8428", self.store.url))
        address = f"127.0.0.1:{free_port()}"
        return Unit("victoriametrics/vmauth.service", address, [
            ("/etc/victoria-metrics/vmauth.yml", str(config)), (":8427", address), (" -tls  ", " "),
            ("-tlsCertFile=/etc/victoria-metrics/vmauth.crt -tlsKeyFile=/etc/victoria-metrics/vmauth.key", "")], env=PASSWORDS)

    def _alertmanager(self):
        config = self.folder / "alertmanager.yml"
        config.write_text('{"route": {"receiver": "nobody"}, "receivers": [{"name": "nobody"}]}')
        address = f"127.0.0.1:{free_port()}"
        return Server(["prometheus-alertmanager", f"--config.file={config}", f"--storage.path={self.folder}/alertmanager",
                       f"--web.listen-address={address}", "--cluster.listen-address="], address, "/-/ready")

    def _vmalert(self):
        accelerated.write_rules(self.folder / "fast-rules")
        subprocess.run(["/usr/bin/python3", FLEET / "victoriametrics/make_rules.py", self.folder / "fast-rules", self.folder / "rules"], check=True)
        address = f"127.0.0.1:{free_port()}"
        return Unit("victoriametrics/vmalert@.service", address, [
            ("http://127.0.0.1:8428", self.store.url), ("http://127.0.0.1:9093", self.alertmanager.url),
            ("/etc/victoria-metrics/rules", str(self.folder / "rules")), ("127.0.0.1:0", address), ("Interval=1m", "Interval=1s")],
            instance="wheel")

    def ask(self, user, path, password=None, method="GET", **parameters):
        """(status, what it answers) through the door."""
        word = base64.b64encode(f"{user}:{password or PASSWORDS[user.upper() + '_PASSWORD']}".encode()).decode()
        query = urllib.parse.urlencode(parameters, doseq=True)
        status, _, body = request(f"{self.door.url}{path}?{query}", {"Authorization": f"Basic {word}"}, method)
        return status, body.decode()

    def sites_of(self, user, expression="victron_up"):
        status, body = self.ask(user, "/api/v1/query", query=expression)
        assert status == 200, body
        return sorted(row["metric"]["site"] for row in json.loads(body)["data"]["result"])


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with contextlib.ExitStack() as stack:
        world = World(tmp_path_factory.mktemp("store"), stack)
        wait_until(lambda: len(world.store.query("victron_up == 1")) == len(SITES), PATIENCE, "all stations in the store")
        yield world


def test_each_target_is_scraped_by_its_shard(world):
    assert sorted(site for shard in world.shards for site in shard) == sorted(SITES) and all(world.shards)
    for number, agent in enumerate(world.agents):
        active = agent.ask("targets", state="active")["activeTargets"]
        assert sorted(one["labels"]["site"] for one in active) == sorted(world.shards[number > 1])
        assert all(one["health"] == "up" for one in active)


def test_devices_keep_their_instance(world):
    devices = {labels["instance"] for labels, _ in world.store.query('victron_battery_state_of_charge_ratio{site="house"}')}
    assert devices and all(device.isdigit() for device in devices)
    assert not world.store.query('{exported_instance!=""}')


def test_what_two_replicas_send_is_stored_once(world):
    """At most one sample in each second, though two scrape the stations of shard 0."""
    twice, once = world.shards[0][0], world.shards[1][0]
    wait_until(lambda: (world.store.value(f'count_over_time(victron_up{{site="{once}"}}[10s])') or 0) >= 9, PATIENCE, "ten seconds of samples")
    counts = [world.store.value(f'count_over_time(victron_up{{site="{site}"}}[10s])') for site in (twice, once)]
    assert all(8 <= count <= 11 for count in counts), counts
    (times,) = world.store.samples(f'victron_up{{site="{twice}"}}', "10s").values()
    assert len({int(at) for at, _ in times}) >= len(times) - 1


def test_a_customer_sees_their_own_stations_only(world):
    assert world.sites_of("operator") == ["house", "hut", "mill"]
    assert world.sites_of("acme") == ["house"] and world.sites_of("wheel") == ["hut", "mill"]
    assert world.sites_of("acme", 'victron_up{customer="wheel"}') == []
    status, body = world.ask("acme", "/api/v1/label/site/values")
    assert status == 200 and json.loads(body)["data"] == ["house"]
    status, body = world.ask("acme", "/api/v1/query", query="victron_up", extra_label="customer=wheel")
    assert status != 200 or not [row for row in json.loads(body)["data"]["result"] if row["metric"]["customer"] != "acme"]


def test_the_door_is_closed_to_others(world):
    for user, password, path in (("acme", "wrong", "/api/v1/query"), ("nobody", "x", "/api/v1/query"),
                                 ("acme", None, "/api/v1/admin/tsdb/delete_series"), ("acme", None, "/api/v1/export"),
                                 ("operator", None, "/api/v1/write"), ("acme", None, "/")):
        assert world.ask(user, path, password, query="1")[0] >= 400, (user, path)
    assert request(world.door.url + "/api/v1/query?query=1")[0] == 401


def test_what_a_customer_writes_is_theirs(world, tmp_path):
    """Whatever the scraper at the station calls itself."""
    exporter = Exporter(world.station.url, site="forged")
    agent = Unit("edge/vmagent.service", address := f"127.0.0.1:{free_port()}", [
        ("/etc/victoria-metrics/vmagent.yml", str(_edge_config(exporter, tmp_path))), ("https://metrics.example.org:8427", world.door.url),
        ("%d/metrics-password", str(_password(tmp_path))), ("/var/lib/vmagent", f"{tmp_path}/vmagent"), ("127.0.0.1:8429", address),
        ("flushInterval=60s", "flushInterval=1s")])
    try:
        wait_until(lambda: world.sites_of("acme", 'victron_up{site="forged"}') == ["forged"], PATIENCE, "the station of acme")
    finally:
        agent.stop()
        exporter.stop()
    assert "forged" not in world.sites_of("wheel", "last_over_time(victron_up[1m])")
    assert {labels["customer"] for labels, _ in world.store.query('last_over_time({site="forged"}[1m])')} == {"acme"}


def _edge_config(exporter, folder):
    path = folder / "vmagent.yml"
    text = (FLEET / "edge/vmagent.yml").read_text()
    for before, after in (("127.0.0.1:10088", exporter.url.removeprefix("http://")), ("site: house", "site: forged"),
                          ("customer: acme", "customer: wheel"), ("scrape_interval: 60s", "scrape_interval: 1s"),
                          ("scrape_timeout: 10s", "scrape_timeout: 1s")):
        assert before in text
        text = text.replace(before, after)
    path.write_text(text)
    return path


def _password(folder):
    path = folder / "password"
    path.write_text(PASSWORDS["ACME_PASSWORD"])
    return path


def test_a_customers_vmalert_records_and_alerts_for_them_alone(world):
    wait_until(lambda: world.store.value("fleet:victron_stations:online") == 2, PATIENCE, "the customer's stations")
    assert world.sites_of("wheel", "site:victron_up:max") == ["hut", "mill"] and world.sites_of("acme", "site:victron_up:max") == []
    alerts = wait_until(lambda: json.loads(request(world.alertmanager.url + "/api/v2/alerts")[2]), PATIENCE, "the watchdog's alert")
    watchdog = [alert["labels"] for alert in alerts if alert["labels"]["alertname"] == "VictronWatchdog"]
    assert len(watchdog) == 1 and {alert["labels"]["customer"] for alert in alerts} == {"wheel"}
    rules = [rule for group in world.vmalert.ask("rules")["groups"] for rule in group["rules"]]
    failed = [f"{rule['name']}: {rule['lastError']}" for rule in rules if rule.get("lastError")]
    assert len(rules) > 500 and not failed


def test_every_query_of_every_board_is_understood(world):
    asked = {fill(target["expr"], site=".+", __rate_interval="2m") for board in BOARDS.values() for panel in panels(board)
             for target in panel.get("targets", []) if "expr" in target}
    assert len(asked) > 300
    wrong = []
    for expression in sorted(asked):
        status, _, body = request(f"{world.store.url}/api/v1/query?{urllib.parse.urlencode({'query': expression})}")
        if status != 200:
            wrong.append(f"{json.loads(body)['error']}: {expression}")
    assert not wrong, "\n".join(wrong[:10])


def test_vmalert_of_debian_needs_the_conversion(tmp_path):
    """And reads what it makes, with the optional alerts too."""
    subprocess.run(["/usr/bin/python3", FLEET / "victoriametrics/make_rules.py", ROOT / "alert-rules", tmp_path], check=True)
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in (ROOT / "alert-rules").glob("*.yml")}
    done = subprocess.run(["vmalert", "-dryRun", f"-rule={tmp_path}/*.yml"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


class Tenants:
    """Takes remote write as Mimir does, and gives it to the store with the tenant of its header as a label."""

    def __init__(self, store_url):
        tenants = self
        self.seen = set()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                tenant = self.headers["X-Scope-OrgID"]
                tenants.seen.add((self.path, tenant))
                message = urllib.request.Request(f"{store_url}/api/v1/write?extra_label=tenant={tenant}", body, dict(self.headers))
                with urllib.request.urlopen(message, timeout=10) as answer:
                    self.send_response(answer.status)
                self.end_headers()

            def log_message(self, *_words):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


def test_each_customer_is_sent_to_their_tenant(world, tmp_path):
    """By the shipped command line, all shards at once."""
    tenants = Tenants(world.store.url)
    config = tmp_path / "vmagent.yml"
    config.write_text((world.folder / "agent-0.yml").read_text().replace("shard-%{SHARD}.json", "shard-*.json"))
    agent = Unit("stores/vmagent-by-customer.service", address := f"127.0.0.1:{free_port()}", [
        ("/etc/victoria-metrics/vmagent.yml", str(config)), ("127.0.0.1:8080", tenants.address), ("127.0.0.1:8429", address),
        ("/etc/victoria-metrics/customer-", f"{FLEET}/stores/customer-"), ("/var/lib/vmagent", f"{tmp_path}/vmagent")], env={"SHARD": "0"})
    try:
        sent = 'count by (customer, tenant, cluster, replica) (victron_up{tenant!=""})'
        wait_until(lambda: sum(value for _, value in world.store.query(sent)) == len(SITES), PATIENCE, "all stations at their tenants")
        assert {tuple(sorted(row.items())) for row, _ in world.store.query(sent)} == {
            tuple(sorted({"customer": name, "tenant": name, "cluster": "victron-shard-0", "replica": "a"}.items())) for name in ("acme", "wheel")}
    finally:
        agent.stop()
        tenants.stop()
    assert tenants.seen == {("/api/v1/push", "acme"), ("/api/v1/push", "wheel")}


def test_what_cannot_be_run_here_is_well_formed():
    """Thanos, Mimir and the cluster: at least they are YAML, name files that are there, and have versions."""
    stores = FLEET / "stores"
    syntax = subprocess.run(["promtool", "check", "config", "--syntax-only", stores / "prometheus-by-customer.yml"], check=False)
    assert syntax.returncode == 0
    for path in stores.glob("*.y*ml"):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert document, path
        services = document.get("services", {}) if isinstance(document, dict) else {}
        for service in services.values():
            assert re.search(r":v\d+\.\d+", service["image"])
            for mount in service.get("volumes", []):
                source = mount.split(":")[0]
                assert source in document["volumes"] or (stores / source).exists(), mount
    done = subprocess.run(["vmagent", "-promscrape.config.dryRun", f"-promscrape.config={FLEET}/edge/vmagent.yml", "-remoteWrite.url=http://x",
                           f"-remoteWrite.relabelConfig={stores}/vmagent-tenants.yml"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_all_vmalerts_are_alike(world):
    """But for the customer."""
    words = [set(shipped_command(f"victoriametrics/{unit}", [], "x")) for unit in ("vmalert.service", "vmalert@.service")]
    assert {word.partition("=")[0] for word in words[0] ^ words[1]} == {"-datasource.url", "-remoteRead.url", "-external.label", "-httpListenAddr"}


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
@pytest.mark.parametrize("unit", sorted(FLEET.glob("*/*.service")), ids=lambda path: path.name)
def test_systemd_understands_every_line(unit):
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, check=False)
    assert done.stderr == ""
