"""What is made of an inventory: read by those who will read it, the same by each run, gone with its line, without any secret."""

import json
import os
import re
import shutil
import subprocess

import kustomized
import pytest
import yaml
from fleet_tool import CSV, ROOT, FleetFolder
from harness import run
from victron_fleet import checks, outputs, services, settings

HEAD = "site,url,"
SECRET = "correct horse battery staple"


@pytest.fixture
def fleet(tmp_path):
    return FleetFolder(tmp_path)


def many(count):
    return "site,url\n" + "".join(f"station-{number:04},http://10.0.{number // 250}.{number % 250}:8088\n" for number in range(count))


# ---- idempotent, atomic, no more than its own


def test_a_second_run_touches_nothing(fleet):
    said = fleet.made()
    assert "+ " in said and "3 stations: made" in said
    before = fleet.tree()
    assert fleet.made() == "3 stations: nothing to do\n"
    assert fleet.tree() == before
    assert fleet.run("--check") == (0, "3 stations: nothing to do\n", fleet.run("--check")[2])


def test_lines_that_move_change_nothing(fleet):
    fleet.made()
    before = fleet.tree()
    head, *lines = CSV.splitlines()
    fleet.stations("\n".join([head, "# first the last", *reversed(lines)]))
    assert fleet.made() == "3 stations: nothing to do\n"
    assert {name: row for name, row in fleet.tree().items() if name != "stations.csv"} == {
        name: row for name, row in before.items() if name != "stations.csv"}


def test_only_what_changed_is_written(fleet):
    fleet.made()
    before = fleet.tree()
    fleet.stations(CSV.replace("soc_low_ratio=0.3", "soc_low_ratio=0.4"))
    fleet.made()
    after = fleet.tree()
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {"stations.csv", "etc/house.json", "compose/house.json", "kubernetes/house/house.json",
                       *(f"{folder}/.victron-fleet.json" for folder in ("etc", "compose", "kubernetes"))}


def test_what_left_the_inventory_is_removed_and_nothing_else(fleet):
    fleet.made()
    (fleet.folder / "etc" / "web.yml").write_text("basic_auth_users: {}\n")
    (fleet.folder / "targets" / "by-hand.json").write_text("[]\n")
    fleet.stations("\n".join(line for line in CSV.splitlines() if not line.startswith(("boat", "mill"))))
    said = fleet.made()
    assert "- " in said and "boat.mqtt-password" in said
    names = set(fleet.tree())
    assert not [name for name in names if "boat" in name or "mill" in name]
    assert {"etc/web.yml", "targets/by-hand.json", "etc/house.env", "files/gx.pem"} <= names and "etc/gx.pem" not in names
    assert not (fleet.folder / "kubernetes" / "boat").exists()
    assert [row["labels"]["site"] for row in fleet.targets()] == ["house"]


def test_an_empty_inventory_leaves_nothing_behind(fleet):
    fleet.made()
    fleet.stations("site,url\n")
    fleet.made()
    assert fleet.targets() == [] and yaml.safe_load(fleet.read("compose/compose.yaml"))["services"] == {}
    assert not [name for name in fleet.tree() if name.startswith("etc/") and name != "etc/.victron-fleet.json"]


def test_files_of_others_are_not_replaced(fleet):
    (fleet.folder / "etc").mkdir()
    (fleet.folder / "etc" / "house.env").write_text("VICTRON_EXPORTER_SITE=mine\n")
    (told,) = fleet.mistakes()
    assert told.startswith("etc/house.env: is there and was not made of an inventory") and "--take-over" in told
    assert fleet.read("etc/house.env") == "VICTRON_EXPORTER_SITE=mine\n" and not (fleet.folder / "targets").exists()
    fleet.made("--take-over")
    assert fleet.environment("house")["SITE"] == "house"


def test_a_run_that_was_cut_off_is_finished_by_the_next(fleet):
    """The manifest names a file before it is there, so it is known whose it is."""
    fleet.made()
    manifest = json.loads(fleet.read("etc/.victron-fleet.json"))
    (fleet.folder / "etc" / "house.env").unlink()
    (fleet.folder / "etc" / "attic.env").write_text("")
    (fleet.folder / "etc" / ".victron-fleet.json").write_text(json.dumps({**manifest, "files": [*manifest["files"], "attic.env"]}))
    fleet.made()
    assert "etc/house.env" in fleet.tree() and "etc/attic.env" not in fleet.tree()


def test_check_and_dry_run_write_nothing(fleet):
    fleet.made()
    fleet.stations(CSV.replace("192.168.1.20", "192.168.1.21") + "new,http://new,,,,,,,,,,,\n")
    before = fleet.tree()
    code, said, _ = fleet.run("--check")
    assert code == 1 and "~ " in said and "house.env" in said and "3 stations" not in said
    code, said, _ = fleet.run("--dry-run")
    assert code == 0
    assert "-VICTRON_EXPORTER_STATION_URL=http://192.168.1.20:8088\n+VICTRON_EXPORTER_STATION_URL=http://192.168.1.21:8088\n" in said
    assert "--- /dev/null\n" in said and "systemctl restart victron_exporter@house.service" in said
    assert fleet.tree() == before
    fleet.made()
    assert fleet.run("--check")[0] == 0


def test_ports_stay_whatever_comes_and_goes(fleet):
    fleet.settings(ports={"first": 11000})
    fleet.made()
    assert [row["targets"][0] for row in fleet.targets()] == ["127.0.0.1:11001", "127.0.0.1:11000", "127.0.0.1:11002"]
    fleet.stations(HEAD + "port,host,password_file\nzoo,http://z,,,\nmill,vrm://c0619ab12345,,,t\nfar,http://f,,10.0.0.9,\nfixed,http://x,11003,,\n")
    fleet.made()
    assert {row["labels"]["site"]: row["targets"][0] for row in fleet.targets()} == {
        "zoo": "127.0.0.1:11000", "mill": "127.0.0.1:11002", "far": "10.0.0.9:11000", "fixed": "127.0.0.1:11003"}
    assert json.loads(fleet.read("fleet.ports.json")) == {"127.0.0.1": {"fixed": 11003, "mill": 11002, "zoo": 11000}, "10.0.0.9": {"far": 11000}}


def test_only_some_outputs_or_one_host(fleet):
    fleet.stations(HEAD + "host\na,http://a,one\nb,http://b,two\n")
    fleet.made("--only=systemd", "--host=two")
    assert {name for name in fleet.tree() if name.startswith(("etc/", "targets/"))} == {"etc/b.env", "etc/.victron-fleet.json"}
    assert fleet.environment("b")["WEB_LISTEN_ADDRESS"] == ":10088"
    fleet.made("--only=prometheus")
    assert [row["targets"] for row in fleet.targets()] == [["one:10088"], ["two:10088"]]


def test_commands_that_are_only_shown_are_said_to_be_left_to_the_reader(fleet):
    fleet.stations("site,url\na,http://a\n")
    told = fleet.made("--only=systemd").splitlines()
    assert told[-3:-1] == ["systemctl enable --now --no-block victron_exporter@a.service",
                           "# Give these commands now: the next run takes them for given. With --systemctl they are given."]
    assert "# Give" not in fleet.made("--only=systemd")


def test_a_thousand_stations_in_a_moment(fleet):
    fleet.stations(many(1000))
    fleet.made()
    assert len(fleet.targets()) == 1000 and fleet.made() == "1000 stations: nothing to do\n"


# ---- no secrets


def test_no_secret_is_in_any_file_that_is_made(fleet):
    (fleet.folder / "credentials").mkdir()
    for name in ("boat-password", "vrm-token"):
        path = fleet.folder / "credentials" / name
        path.write_text(SECRET + "\n")
        path.chmod(0o600)
    code, said, error = fleet.run()
    assert code == 0 and error == "" and SECRET not in said
    for path in fleet.folder.rglob("*"):
        if path.is_file() and not path.is_symlink() and path.parent.name != "credentials":
            assert SECRET not in path.read_text(), path
    link = fleet.folder / "etc" / "mill.mqtt-password"
    assert link.is_symlink() and link.read_text() == SECRET + "\n"


def test_a_credential_that_is_missing_or_open_is_a_warning(fleet):
    (fleet.folder / "credentials").mkdir()
    (fleet.folder / "credentials" / "vrm-token").write_text(SECRET)
    code, _, error = fleet.run()
    assert code == 0
    assert "credentials/boat-password: No such file or directory: boat has no password until it is there" in error
    assert "credentials/vrm-token: others than its owner may use it: chmod 600" in error and SECRET not in error


# ---- the exporter, Prometheus, compose and Kubernetes read it


def exporter_reads(fleet, site, folder):
    """What the exporter itself says of the settings, its files being where they were made."""
    env = {}
    for key, value in fleet.environment(site, folder, None if folder != f"kubernetes/{site}" else "settings.env").items():
        value = value.replace("/etc/victron_exporter/", f"{fleet.folder}/{folder}/")
        env["VICTRON_EXPORTER_" + key] = value.replace("/run/secrets/mqtt-password", f"{fleet.folder}/credentials")
    env.pop("VICTRON_EXPORTER_MQTT_PASSWORD_FILE", None)
    env.pop("VICTRON_EXPORTER_MQTT_USERNAME", None)
    return run("--map.check", env=env)


@pytest.mark.parametrize("folder", ["etc", "compose", "kubernetes/{site}"])
def test_the_exporter_takes_its_settings(fleet, folder):
    fleet.made()
    for site in ("house", "boat", "mill"):
        code, _, error = exporter_reads(fleet, site, folder.format(site=site))
        assert code == 0, error


def test_every_column_is_a_setting(fleet):
    fleet.made()
    assert fleet.environment("boat") == {
        "STATION_URL": "mqtts://192.168.1.30", "SITE": "boat", "WEB_LISTEN_ADDRESS": "127.0.0.1:10089", "MAP_LEVEL": "full",
        "SITE_FILE": "/etc/victron_exporter/boat.json", "MQTT_USERNAME": "exporter", "MQTT_PASSWORD_FILE": "/run/secrets/mqtt-password",
        "MQTT_CA_FILE": "/etc/victron_exporter/gx.pem", "MQTT_SKIP_HOSTNAME_CHECK": "true"}
    assert json.loads(fleet.read("etc/house.json")) == {
        "region": "alps", "timezone": "Europe/Berlin", "expected": {"battery": 1, "vebus": 1}, "parameters": {"soc_low_ratio": 0.3}}
    assert [row["labels"] for row in fleet.targets()] == [
        {"site": "boat", "region": "harbour", "customer": "acme", "team": "north"}, {"site": "house", "region": "alps"},
        {"site": "mill", "region": "alps", "customer": "acme"}]


@pytest.mark.parametrize("end", [0, 1])
def test_the_exporter_takes_every_parameter_at_its_limits(fleet, end):
    site, device, tracker = ({name: row["range"][end] for name, row in checks.FACTS["parameters"].items() if place in row["places"]}
                             for place in ("site", "device", "tracker"))
    station = {"site": "house", "url": "http://gx", "parameters": site, "expected": dict.fromkeys(checks.FACTS["device_types"], 256 * end),
               "devices": {"solarcharger/279": {**device, "trackers": {"0": tracker}}}}
    fleet.settings(stations=[station], compose=None, kubernetes=None, prometheus=None)
    fleet.made()
    code, _, error = exporter_reads(fleet, "house", "etc")
    assert code == 0, error


def test_every_option_is_a_flag():
    _, said, _ = run("--help")
    assert set(checks.FACTS["flags"]) <= set(re.findall(r"--([\w.-]+)", said)) and checks.OWNED_FLAGS <= set(checks.FACTS["flags"])


def test_prometheus_takes_the_targets(fleet):
    fleet.stations("site,url,region,labels\nhouse,http://gx,Ötztal \"north\",team=a'b\n")
    fleet.made()
    file = fleet.folder / "prometheus.yml"
    text = (ROOT / "deploy/fleet/central/prometheus.yml").read_text()
    file.write_text(re.sub(r"/etc/prometheus/victron-targets", f"{fleet.folder}/targets", text))
    done = subprocess.run(["promtool", "check", "config", "--syntax-only", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert fleet.targets() == [{"targets": ["127.0.0.1:10088"], "labels": {"site": "house", "region": "Ötztal \"north\"", "team": "a'b"}}]


def test_shards_share_the_targets_evenly_and_keep_them(fleet):
    fleet.stations(many(1000))
    homes = {}
    for shards in (4, 5):
        fleet.settings(prometheus={"folder": "targets", "shards": shards}, systemd=None, compose=None, kubernetes=None)
        fleet.made()
        rows = {number: [row["labels"]["site"] for row in fleet.targets(f"shard-{number}.json")] for number in range(shards)}
        assert all(1000 / shards * 0.8 < len(row) < 1000 / shards * 1.2 for row in rows.values())
        homes[shards] = {site: number for number, row in rows.items() for site in row}
        assert len(homes[shards]) == 1000 == sum(map(len, rows.values()))
    moved = [site for site, home in homes[5].items() if home != homes[4][site]]
    assert all(homes[5][site] == 4 for site in moved) and 150 < len(moved) < 250


def test_compose_is_that_of_the_product(fleet):
    fleet.made()
    composed = yaml.safe_load(fleet.read("compose/compose.yaml"))
    shipped = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())["x-exporter"]
    assert composed["x-exporter"] == {key: value for key, value in shipped.items() if key != "build"}
    boat = composed["services"]["exporter-boat"]
    assert {key: boat[key] for key in ("env_file", "secrets", "volumes")} == {
        "env_file": ["boat.env"], "secrets": [{"source": "boat-password", "target": "mqtt-password"}],
        "volumes": ["./boat.json:/etc/victron_exporter/boat.json:ro", "./gx.pem:/etc/victron_exporter/gx.pem:ro"]}
    assert composed["secrets"]["boat-password"] == {"file": "../credentials/boat-password"}
    published = [service["ports"][0] for service in composed["services"].values()]
    assert len(set(published)) == 3 and all(re.fullmatch(r"127\.0\.0\.1:\d+:10088", port) for port in published)
    for service in composed["services"].values():
        for name in [*service["env_file"], *(volume.split(":")[0] for volume in service.get("volumes", []))]:
            assert (fleet.folder / "compose" / name).exists()


def kubernetes_objects(fleet):
    return kustomized.build(fleet.folder / "kubernetes")


def test_kubernetes_has_all_of_each_station(fleet):
    fleet.stations(CSV + "Old.Mill_2,https://proxy:9443/site7,,,,,,,,,,,\n")
    fleet.made()
    objects = {(one["kind"], one["metadata"]["name"]): one for one in kubernetes_objects(fleet)}
    for name in ("boat", "house", "mill", "old-mill-2"):
        assert {kind for kind, full in objects if full.endswith(f"-{name}")} == {"ConfigMap", "Deployment", "NetworkPolicy", "Secret", "Service"}
    assert len(objects) == 4 * 6  # two ConfigMaps
    volumes = {volume["name"]: volume for volume in objects["Deployment", "victron-exporter-boat"]["spec"]["template"]["spec"]["volumes"]}
    assert volumes["secrets"]["secret"] == {"secretName": "victron-boat-password", "defaultMode": 0o440}
    assert set(objects["ConfigMap", "victron-exporter-config-boat"]["data"]) == {"boat.json", "gx.pem"}
    own = objects["Service", "victron-exporter-old-mill-2"]
    assert own["metadata"]["labels"]["site"] == "Old.Mill_2" and own["metadata"]["namespace"] == "victron"
    egress = objects["NetworkPolicy", "victron-exporter-old-mill-2"]["spec"]["egress"]
    assert egress[-1] == {"ports": [{"port": 9443, "protocol": "TCP"}]}
    assert len(objects["NetworkPolicy", "victron-exporter-house"]["spec"]["egress"]) == len(egress) - 1
    assert all(not one.get("data") for (kind, _), one in objects.items() if kind == "Secret")


@pytest.mark.skipif(not shutil.which("kubectl"), reason="kubectl is not here")
def test_kubectl_makes_the_same_of_it(fleet):
    fleet.stations(CSV + "far,mqtt://gx:1884,,,,,,,,,,,\n")
    fleet.made()
    done = subprocess.run(["kubectl", "kustomize", fleet.folder / "kubernetes"], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    text = re.sub(r"(victron-exporter-(?:env|config|secrets)-\w+)-[a-z0-9]{10}\b", r"\1", done.stdout)
    theirs = {(one["kind"], one["metadata"]["name"]): one for one in yaml.load_all(text, Loader=yaml.CSafeLoader)}
    assert theirs == {(one["kind"], one["metadata"]["name"]): one for one in kubernetes_objects(fleet)}


# ---- services


@pytest.fixture
def systemctl(tmp_path):
    """A stand-in that notes what it is told; it fails while the file `broken` is there."""
    program = tmp_path / "bin" / "systemctl"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\n[ -e {tmp_path}/broken ] && exit 1\necho "$*" >>{tmp_path}/told\n')
    program.chmod(0o755)

    def told():
        path = tmp_path / "told"
        lines = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return [re.sub(r"victron_exporter@([\w-]+)\.service", r"\1", line) for line in lines]

    told.env = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}"}
    return told


def test_services_follow_the_inventory(fleet, systemctl):
    fleet.made("--systemctl", env=systemctl.env)
    assert systemctl() == ["enable --now --no-block boat house mill"]
    fleet.made("--systemctl", env=systemctl.env)
    assert systemctl() == []
    changed = CSV.replace("192.168.1.30", "192.168.1.31").replace("=0.3", "=0.4").replace("mill,", "shed,")
    fleet.stations(changed)
    fleet.made("--systemctl", env=systemctl.env)
    assert systemctl() == ["disable --now mill", "enable --now --no-block shed", "reload --no-block house", "restart boat"]
    (fleet.folder / "files" / "gx.pem").write_text("-----BEGIN CERTIFICATE-----\nrenewed\n")
    fleet.made("--systemctl", env=systemctl.env)
    assert systemctl() == ["restart boat"]


def test_a_command_that_failed_is_given_again(fleet, systemctl):
    (fleet.folder / "broken").touch()
    code, _, error = fleet.run("--systemctl", env=systemctl.env)
    assert code == 1 and "this failed and is given again by the next run: systemctl enable --now" in error
    assert "etc/house.env" in fleet.tree() and len(fleet.targets()) == 3
    (fleet.folder / "broken").unlink()
    fleet.made("--systemctl", env=systemctl.env)
    assert systemctl() == ["enable --now --no-block boat house mill"]


def test_without_systemctl_the_commands_are_shown_once(fleet, systemctl):
    assert "systemctl enable --now --no-block victron_exporter@boat.service" in fleet.made(env=systemctl.env)
    assert "systemctl" not in fleet.made(env=systemctl.env)
    assert systemctl() == []


def test_many_services_are_told_in_portions():
    rows = services.commands({}, {f"s{number}": ["a", "b"] for number in range(450)})
    assert [len(sites) for _, sites in rows] == [200, 200, 50]


def test_every_output_has_its_settings():
    assert tuple(outputs.OUTPUTS) == settings.OUTPUTS and set(settings.OUTPUTS) < set(settings.SECTIONS)
