"""deploy/compose.yaml shows the whole product: every path is there, every address fits, and its services run together."""

import json
import re
import shutil
import subprocess
import urllib.parse
from pathlib import Path

import pytest
import yaml
from composed import (COMPOSE, DEPLOY, EXPORTER_PORT, PROGRAMS, SERVICES, Stack, environment_of, image_of, mounts_of,
                      port_of)
from harness import request, wait_until

ROOT = DEPLOY.parent
EXPORTERS = [name for name in SERVICES if image_of(name) == "victron_exporter"]

KEYS = {"image", "build", "command", "user", "restart", "read_only", "cap_drop", "security_opt", "mem_limit", "pids_limit",
        "environment", "env_file", "volumes", "ports", "depends_on"}


def test_every_word_is_one_of_compose():
    assert {key for key in COMPOSE if not key.startswith("x-")} == {"name", "services", "volumes"}
    for name, service in SERVICES.items():
        assert set(service) <= KEYS, name


def test_every_image_has_a_version():
    for name in SERVICES:
        image, _, tag = SERVICES[name]["image"].rpartition(":")
        assert image == "victron_exporter" or (image.startswith("docker.io/") and re.search(r"\d+\.\d+", tag)), name
    assert (ROOT / "deploy" / SERVICES[EXPORTERS[0]]["build"]["context"] / "Dockerfile").exists()


def test_every_mounted_path_is_there():
    for name in SERVICES:
        for source, _ in mounts_of(name):
            assert source in COMPOSE["volumes"] if isinstance(source, str) else source.exists(), (name, source)
        for file in SERVICES[name].get("env_file", []):
            assert (DEPLOY / file).exists()
        assert set(SERVICES[name].get("depends_on", [])) <= set(SERVICES)
    assert {source for name in SERVICES for source, _ in mounts_of(name) if isinstance(source, str)} == set(COMPOSE["volumes"])


def test_nothing_is_shown_to_the_network():
    for name, service in SERVICES.items():
        for port in service.get("ports", []):
            address, _, inside = port.split(":")
            assert address == "127.0.0.1" and int(inside) == (port_of(name) or 3000), name


@pytest.mark.parametrize("name", [n for n in SERVICES if n.startswith(("exporter", "station"))])
def test_what_reads_and_plays_stations_is_locked_in(name):
    service = SERVICES[name]
    assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"] and "privileged" not in service


def test_exporters_are_limited_as_by_systemd():
    unit = dict(re.findall(r"^(\w+)=(.*)$", (DEPLOY / "systemd/victron_exporter@.service").read_text(), re.M))
    for name in EXPORTERS:
        assert SERVICES[name]["mem_limit"] == unit["MemoryMax"].lower()
        assert SERVICES[name]["pids_limit"] == int(unit["TasksMax"])


def test_each_exporter_has_its_station_and_is_scraped_under_its_site():
    config = yaml.safe_load((DEPLOY / "compose/prometheus.yml").read_text())
    job = config["scrape_configs"][0]
    assert "victron" in job["job_name"] and job["honor_labels"] is True
    scraped = {entry["targets"][0]: entry["labels"] for entry in job["static_configs"]}
    told = {f"{name}:{EXPORTER_PORT}": {"site": environment_of(name)["VICTRON_EXPORTER_SITE"]} for name in EXPORTERS}
    assert scraped == told and len(scraped) == 2
    for name in EXPORTERS:
        station = urllib.parse.urlsplit(environment_of(name)["VICTRON_EXPORTER_STATION_URL"])
        assert station.port == port_of(station.hostname)
        assert SERVICES[name]["depends_on"] == [station.hostname]
        assert environment_of(name)["VICTRON_EXPORTER_SITE_FILE"] in [target for _, target in mounts_of(name)]


def test_prometheus_loads_all_rules_but_the_optional_ones():
    config = yaml.safe_load((DEPLOY / "compose/prometheus.yml").read_text())
    prefix = next(target for source, target in mounts_of("prometheus") if source == ROOT / "alert-rules")
    loaded = {path.name for pattern in config["rule_files"]
              for path in (ROOT / "alert-rules").glob(pattern.removeprefix(prefix + "/"))}
    assert loaded == {path.name for path in (ROOT / "alert-rules").glob("*.yml") if "optional" not in path.name}
    manager = config["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"]
    assert manager == [f"alertmanager:{port_of('alertmanager')}"]


def test_grafana_is_provisioned_with_every_board():
    mounts = {target: source for source, target in mounts_of("grafana")}
    boards = yaml.safe_load(Path(mounts["/etc/grafana/provisioning/dashboards/victron.yml"]).read_text())
    folder = boards["providers"][0]["options"]["path"]
    assert mounts[folder] == ROOT / "grafana-dashboards"
    home = Path(environment_of("grafana")["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
    assert str(home.parent) == folder and (mounts[folder] / home.name).exists()
    sources = yaml.safe_load(Path(mounts["/etc/grafana/provisioning/datasources/victron.yml"]).read_text())
    assert sources["datasources"][0]["url"] == f"http://prometheus:{port_of('prometheus')}"


needs_programs = pytest.mark.skipif(not all(shutil.which(words[0]) for words, _ in PROGRAMS.values() if words),
                                    reason="Prometheus or Alertmanager is not here")


def ask(stack, service, path):
    status, _, body = request(stack.url(service) + path)
    assert status == 200, body
    return json.loads(body)


def values(stack, name, label=None):
    """Of each site: the value of the metric, or one of its labels."""
    series = ask(stack, "prometheus", f"/api/v1/query?query={name}")["data"]["result"]
    return {s["metric"]["site"]: s["metric"][label] if label else s["value"][1] for s in series}


@needs_programs
def test_its_services_run_together(tmp_path):
    stack = Stack(tmp_path, scrape_interval="2s")
    stack.start()
    try:
        wait_until(lambda: values(stack, "up") == {"house": "1", "mill": "1"}, 60, "a scrape of every station")
        wait_until(lambda: values(stack, "victron_up") == {"house": "1", "mill": "1"}, 60, "an answer of every station")
        assert values(stack, "victron_site_info", "name") == {"house": "Simulated house", "mill": "Simulated mill"}
        groups = ask(stack, "prometheus", "/api/v1/rules")["data"]["groups"]
        assert {Path(g["file"]).name for g in groups} == {
            p.name for p in (ROOT / "alert-rules").glob("*.yml") if "optional" not in p.name}
        managers = wait_until(lambda: ask(stack, "prometheus", "/api/v1/alertmanagers")["data"]["activeAlertmanagers"])
        assert [m["url"] for m in managers] == [stack.url("alertmanager") + "/api/v2/alerts"]
        receivers = {r["name"] for r in ask(stack, "alertmanager", "/api/v2/receivers")}
        assert {"pager", "ticket", "digest", "dead-man"} <= receivers
    finally:
        codes = stack.stop()
    assert codes == {name: 0 for name in codes} and len(codes) == 6


@needs_programs
def test_promtool_accepts_the_configuration_with_its_rules(tmp_path):
    stack = Stack(tmp_path)
    config = stack.place("prometheus", DEPLOY / "compose/prometheus.yml", "/etc/prometheus/prometheus.yml")
    done = subprocess.run(["promtool", "check", "config", config], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "SUCCESS" in done.stdout, done.stdout + done.stderr
