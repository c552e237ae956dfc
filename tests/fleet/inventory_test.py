"""What an inventory may say: every mistake is told at once, with its place and what is allowed, and then nothing is written."""

import json
import re
import subprocess

import pytest
from fleet_tool import CSV, ROOT, TOOL, FleetFolder
from victron_fleet import checks, columns, settings

HEAD = "site,url,"


@pytest.fixture
def fleet(tmp_path):
    return FleetFolder(tmp_path)


@pytest.mark.parametrize("header, line, mistake", [
    ("site,url", "a b,http://gx", r'column site: "a b": allowed 1 to 46 letters'),
    ("site,url", "-house,http://gx", r'column site: "-house": allowed'),
    ("site,url", f"{'a' * 47},http://gx", r'column site: "a{47}": allowed'),
    ("site,url", "house,", "column url: is empty: every station has one"),
    ("site,url", "house,gx:8088", r'column url: "gx:8088": allowed http://, https://, mqtt://, mqtts://, vrm://'),
    ("site,url", "house,http://gx:0", r'column url: .*: allowed scheme://host'),
    ("site,url", "house,http://gx:99999", r'column url: .*: allowed .* port from 1 to 65535'),
    ("site,url", "house,mqtt://gx/x", r'column url: .*: has a path: allowed only with http and https'),
    ("site,url", "house,vrm://C0619AB12345", r'column url: .*: allowed vrm:// and the 12 digits 0-9 a-f'),
    ("site,url", "house,http://gx,alps", r"has 3 cells: allowed 2"),
    ("site,url,port", "house,http://gx,0", r'column port: "0": allowed a whole number from 1 to 65535'),
    ("site,url,port", "house,http://gx,1.5", r'column port: "1.5": allowed a whole number'),
    ("site,url,host", "house,http://gx,a b", r'column host: "a b": allowed a host name or an address'),
    ("site,url,level", "house,http://gx,all", r'column level: "all": allowed core, standard, full'),
    ("site,url,labels", "house,http://gx,phase=L1", r'label "phase" is one that series have'),
    ("site,url,labels", "house,http://gx,Team=x", r'label "Team": allowed lower-case'),
    ("site,url,labels", "house,http://gx,team", r'"team": allowed name=value;name=value'),
    ("site,url,labels", "house,http://gx,a=1;a=2", r'"a" stands twice'),
    ("site,url,options", "house,http://gx,scrape.tmeout=1s", r'option "scrape.tmeout": allowed .*scrape.timeout'),
    ("site,url,options", "house,http://gx,site=x", r'option "site": allowed'),
    ("site,url,options", "house,http://gx,once=true", r'option "once": allowed'),
    ("site,url,options", "house,http://gx,device.include=a;device.exclude=b", "allowed one of both"),
    ("site,url,timezone", "house,http://gx,Berlin", r'column timezone: "Berlin": allowed an IANA name'),
    ("site,url,chemistry", "house,http://gx,nicd", r'column chemistry: "nicd": allowed lfp, nmc, lead'),
    ("site,url,latitude", "house,http://gx,47", "column latitude: needs longitude as well"),
    ("site,url,latitude,longitude", "house,http://gx,91,11", r'column latitude: "91": allowed a number from -90 to 90'),
    ("site,url,expected", "house,http://gx,batery=1", r'device type "batery": allowed acload'),
    ("site,url,expected", "house,http://gx,battery=-1", r"battery: allowed a whole number from 0 to 256"),
    ("site,url,parameters", "house,http://gx,soc_low_ratio=20", r"soc_low_ratio: allowed 0 to 1"),
    ("site,url,parameters", "house,http://gx,maintenance=0.5", r"maintenance: allowed a whole number from 0 to 1"),
    ("site,url,parameters", "house,http://gx,soc_low=0.2", r'parameter "soc_low" is none of a site'),
    ("site,url,parameters", "house,http://gx,temperature_high_celsius=20", r'parameter "temperature_high_celsius" is none of a site'),
    ("site,url,ca_file", "house,mqtts://gx,nowhere.pem", r'column ca_file: "nowhere.pem": cannot be read'),
    ("site,url,ca_file", "house,mqtts://gx,../gx.pem", r"column ca_file: .*: allowed the name of a file"),
    ("site,url,ca_file", "house,mqtt://gx,gx.pem", r"column ca_file: .*: allowed with https, mqtts and vrm, not mqtt"),
    ("site,url,skip_hostname_check", "house,mqtts://gx,yes", "allowed with mqtts:// and a ca_file"),
    ("site,url,skip_hostname_check", "house,mqtts://gx,maybe", r'"maybe": allowed yes, no'),
    ("site,url,username", "house,mqtt://gx,me", "column username: needs password_file as well"),
    ("site,url", "house,vrm://c0619ab12345", "column password_file: is empty: vrm:// needs one"),
])
def test_a_mistake_is_told_with_its_place_and_what_is_allowed(fleet, header, line, mistake):
    fleet.stations(f"# the fleet\n{header}\nother,http://other{',' * (header.count(',') - 1)}\n{line}\n")
    (told,) = fleet.mistakes()
    assert re.match(rf"stations\.csv:4: .*{mistake}", told), told


@pytest.mark.parametrize("header, mistake", [
    ("site,url,sitename", r"stations.csv:1: column sitename: is unknown: allowed site, url, region"),
    ("site,url,url", r"stations.csv:1: column url: stands twice"),
    ("site,region", r"stations.csv:1: the column url is missing"),
    ("site,url,password", r"stations.csv:1: column password: is refused: put it into a file"),
    ("site,url,devices", r"stations.csv:1: column devices: has no place in a table"),
])
def test_the_first_line_names_columns_that_there_are(fleet, header, mistake):
    fleet.stations(f"{header}\n")
    assert any(re.match(mistake, told) for told in fleet.mistakes())


def test_all_mistakes_are_told_at_once_and_nothing_is_written(fleet):
    fleet.stations(HEAD + "port\na,ftp://x,1\nb,http://gx,x\nhouse,http://gx,\nHouse,http://gx2,\nc,http://c,7\nd,http://d,7\n")
    before = fleet.tree()
    told = fleet.mistakes()
    assert [re.match(r"stations.csv:(\d+): column (\w+)", line).groups() for line in told] == [
        ("2", "url"), ("3", "port"), ("5", "site"), ("7", "port")]
    assert "is also" in told[2] and "stations.csv:4" in told[2] and "stations.csv:6's on 127.0.0.1" in told[3]
    assert fleet.tree() == before


def test_a_password_is_neither_taken_nor_shown(fleet):
    fleet.stations(HEAD + "password_file\nhouse,mqtt://me:hunter2@gx,\nmill,mqtt://gx,my secret!\n")
    told = fleet.mistakes()
    assert "a user or password in the URL is refused" in told[0] and "hunter2" not in told[0]
    assert "no path, and no password itself" in told[1]
    fleet.stations(HEAD + "ca_file\nhouse,mqtts://gx,key.pem\n")
    (fleet.folder / "files" / "key.pem").write_text("-----BEGIN EC PRIVATE KEY-----\n")
    (told,) = fleet.mistakes()
    assert "holds a private key" in told


@pytest.mark.parametrize("text, mistake", [
    ("{}", "stations.json:1: allowed a list of stations"),
    ('[\n{"site": "a",\n "url": "http://gx"},\n{"site": "b" "url"}]', "stations.json:4: is no JSON: .* at column 14"),
    ('[{"site": "a", "url": "http://gx"}\n{}]', "stations.json:2: is no JSON: allowed , or ]"),
    ("[1]", "stations.json:1: allowed an object"),
    ('[\n\n{"site": "a", "url": 7}]', "stations.json:3: key url: \"7\": allowed a text"),
    ('[{"site": "a", "url": "http://gx", "uri": ""}]', "stations.json:1: key uri: is unknown"),
    ('[{"site": "a", "url": "http://gx", "devices": {"solarcharger": {}}}]', '.*"solarcharger": allowed a device type, / and its instance'),
    ('[{"site": "a", "url": "http://gx", "devices": {"tank/1": {"fuel_low_ratio": 2}}}]', ".*fuel_low_ratio: allowed 0 to 1"),
    ('[{"site": "a", "url": "http://gx", "devices": {"tank/1": {"net_metering": 1}}}]', '.*"net_metering" is none of a device'),
    ('[{"site": "a", "url": "http://gx", "devices": {"solarcharger/1": {"trackers": {"x": {}}}}}]', ".*trackers: allowed"),
    ('[{"site": "a", "url": "http://gx", "parameters": {"soc_low_ratio": true}}]', ".*soc_low_ratio: allowed 0 to 1"),
])
def test_a_json_inventory_is_held_to_the_same(fleet, text, mistake):
    fleet.settings(stations="stations.json")
    fleet.stations(text, "stations.json")
    told = fleet.mistakes()
    assert re.match(mistake, told[0]), told


def test_csv_and_json_say_the_same(tmp_path):
    rows = [dict(zip(CSV.splitlines()[0].split(","), line.split(","))) for line in CSV.splitlines()[1:]]
    for row in rows:
        for key in ("labels", "expected", "parameters"):
            row[key] = {name: value if key == "labels" else float(value) for name, value in
                        (part.split("=") for part in row[key].split(";") if part)}
        row["skip_hostname_check"] = row["skip_hostname_check"] == "yes"
    objects = [{key: value for key, value in row.items() if value} for row in rows]
    trees = []
    for number, settings_of in enumerate(({}, {"stations": "stations.json"}, {"stations": objects})):
        folder = tmp_path / str(number)
        folder.mkdir()
        fleet = FleetFolder(folder, **settings_of)
        fleet.stations(json.dumps(objects, indent=1), "stations.json")
        fleet.made()
        trees.append({name: content for name, (content, _) in fleet.tree().items() if name.startswith(("etc/", "compose/", "targets/"))})
    assert trees[0] == trees[1] == trees[2] and len(trees[0]) > 15


@pytest.mark.parametrize("change, mistake", [
    ({"station": "x"}, "fleet.json: station: is unknown: allowed compose, credentials"),
    ({"stations": "nowhere.csv"}, "nowhere.csv: cannot be read: No such file or directory"),
    ({"stations": 7}, "fleet.json: stations: allowed the name"),
    ({"prometheus": {"shards": 0}}, 'fleet.json: prometheus: shards: "0": allowed a whole number from 1 to 100'),
    ({"prometheus": {"shard": 2}}, "fleet.json: prometheus: shard: is unknown: allowed folder, address, shards"),
    ({"prometheus": {"address": "{ip}:{port}"}}, 'fleet.json: prometheus: address: "{ip}:{port}": allowed'),
    ({"compose": {"folder": "etc"}}, "fleet.json: two outputs have one folder"),
    ({"defaults": {"site": "x"}}, "fleet.json: defaults: site: is unknown: allowed region"),
    ({"defaults": {"level": "all"}}, 'fleet.json: defaults: level: "all": allowed core'),
    ({"ports": {"first": 2, "last": 1}}, "fleet.json: ports: allowed a first port"),
    ({"ports": {"first": 7, "last": 8}}, "stations.csv:4: column port: no port from 7 to 8 is free on 127.0.0.1"),
    ({"systemd": None, "compose": None, "kubernetes": None, "prometheus": None}, "fleet.json: makes nothing"),
])
def test_settings_are_checked_too(fleet, change, mistake):
    fleet.settings(**change)
    assert any(re.match(re.escape(mistake), told.removeprefix(str(fleet.folder) + "/")) for told in fleet.mistakes()), fleet.mistakes()


def test_broken_settings_are_told_with_their_line_and_nothing_else_is(fleet):
    (fleet.folder / "fleet.json").write_text('{"stations":\n "stations.csv",}')
    (fleet.folder / "stations.csv").unlink()
    told = fleet.mistakes()
    assert len(told) == 1 and told[0].startswith("fleet.json:2: is no JSON")


def test_who_has_no_settings_is_told_how_to_begin(fleet):
    (fleet.folder / "fleet.json").unlink()
    assert fleet.mistakes() == ["fleet.json: cannot be read: No such file or directory; begin with a copy of deploy/fleet/example"]


def test_an_unknown_output_is_told(fleet):
    code, _, error = fleet.run("--only=systemd,prometeus")
    assert code == 2 and "--only=prometeus: allowed systemd, compose, kubernetes, prometheus" in error


# ---- what it knows is what the exporter knows


def test_the_facts_are_those_of_the_exporter():
    import importlib.util
    spec = importlib.util.spec_from_file_location("make_facts", ROOT / "deploy/fleet/make_facts.py")
    make_facts = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_facts)
    assert make_facts.FACTS.read_text() == make_facts.text_of(make_facts.facts()), "run deploy/fleet/make_facts.py"
    assert all(row["range"] for row in checks.FACTS["parameters"].values())


@pytest.mark.parametrize("name, module", [("columns", columns), ("settings", settings)])
def test_the_tables_of_the_page_are_the_tools_own(name, module):
    printed = subprocess.run([TOOL, f"--markdown={name}"], check=True, capture_output=True, text=True).stdout
    assert printed == module.markdown()
    assert printed in (ROOT / "docs" / "fleet.md").read_text(encoding="utf-8"), f"put victron-fleet --markdown={name} into docs/fleet.md"
