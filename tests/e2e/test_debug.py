"""/debug/scrape tells one scrape in columns and plain words, and what to do; errors say what is allowed."""

import re

import pytest
from harness import request, wait_until

ESS = "cerbo-gx-v3.70-ess"
BATTERY = "com.victronenergy.battery.socketcan_can0"
VEBUS = "com.victronenergy.vebus.ttyS4"
COLUMNS = 130


def story(server):
    status, headers, body = server.get("/debug/scrape")
    assert status == 200 and headers["Content-Type"] == "text/plain; charset=utf-8"
    text = body.decode("utf-8")
    assert all(len(line) <= COLUMNS and line == line.rstrip() for line in text.splitlines()), text
    return text


def head(text):
    """{"site": "x", "scrape": …} of the lines above the first empty one."""
    return dict(re.split(r"\s+", line, maxsplit=1) for line in text.partition("\n\n")[0].splitlines() if line[0] != " ")


def test_a_scrape_that_went_well(simulator, exporter):
    """Whom, when, how long, how much; a row a service in columns; no word about trouble."""
    station = simulator(ESS)
    text = story(exporter(station.url, site="house"))
    facts = head(text)
    assert (facts["site"], facts["station"]) == ("house", station.url)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", facts["now"])
    assert re.fullmatch(r"took \d+\.\d{3} s, 18 of 18 devices answered, \d{5} bytes of values", facts["scrape"])
    assert re.fullmatch(r"samples \d+, unmapped paths 0, refused values 0, page of \d{5,6} bytes", facts["metrics"])
    table = text.split("\n\n")[1].splitlines()
    assert table[0].split() == ["outcome", "seconds", "bytes", "values", "age,", "s", "device", "service"]
    assert len(table) == 1 + 18
    at = table[0].index("service")
    assert {row[at - 1] for row in table} == {" "} and {row[at:].partition(".")[0] for row in table[1:]} == {"com"}
    assert "Every value that the station gave made its sample" in text and "Failures" not in text


def test_values_that_made_no_sample(simulator, exporter):
    """Each with its reason, each reason once with what to do; secrets are not shown."""
    station = simulator(ESS)
    station.faults(values={BATTERY: {"/Fan/Speed": 2150, "/Soc": "full", "/Odd": "a\nb" + "c" * 200},
                           "com.victronenergy.settings": {"/Settings/Odd": "hush"}})
    text = story(exporter(station.url))
    rows = text.partition("values made no sample:\n")[2].partition("\n\n")[0].splitlines()
    assert "unmapped     battery/512          /Fan/Speed = 2150" in rows
    assert "type         battery/512          /Soc = full" in rows
    assert any(row.endswith("/Odd = a.b" + "c" * 77 + "…") for row in rows)
    assert "hush" not in text and "/Settings/Odd = (not shown)" in text
    assert text.count("--station.unmapped") == 1 and text.count("The map's line wants a number") == 1


def test_a_device_left_out_for_its_twin(simulator, exporter):
    text = story(exporter(simulator("twins").url))
    assert "clash        temperature/28       com.victronenergy.temperature.ruuvi_f00f00d00001\n" in text
    assert "VRM device instances" in text


def test_a_hanging_service(simulator, exporter):
    """The request under way with the time that it took so far; those behind it have none; what it means."""
    station = simulator(ESS)
    station.faults(answers={VEBUS: {"hang": "dead"}})
    text = story(exporter(station.url, "--scrape.timeout=1s"))
    assert re.search(r"^scrape   has been under way for \d\.\d{3} s, 3 of 18 devices answered", text, re.M)
    assert re.search(r"^timeout +[1-9]\.\d{3} +0 +0 +-  vebus/ +" + re.escape(VEBUS), text, re.M)
    assert re.search(r"^skipped +- +- +- +-  acload/ ", text, re.M)
    assert "timeout      no answer in time\n             A driver that hangs" in text
    assert "Failures since the start: timeout 1, skipped 14." in text


@pytest.mark.parametrize("fault, words", [
    ({"server": "refuse"}, "No values: nothing answers at its address (/services: Couldn't connect to server).\nIs the GX on"),
    ({"server": "zombie"}, "No values: no answer in time (/services: no answer yet).\nA driver that hangs"),
])
def test_a_dead_station(simulator, exporter, fault, words):
    station = simulator(ESS)
    station.faults(fault)
    text = story(exporter(station.url, "--scrape.timeout=500ms"))
    assert words in text and "made no sample" not in text and "outcome" not in text


def test_over_mqtt(broker, mqtt_station, exporter):
    """The connection in place of requests, and a row a device without columns that would say nothing."""
    server = broker()
    mqtt_station(server, ESS, "--mqtt-time-scale=0.1")
    watcher = exporter(server.url)
    wait_until(lambda: watcher.page().value("victron_up") == 1, what="values")
    text = story(watcher)
    assert re.search(r"^mqtt     connected, 1 connects, \d+ messages, 18 devices\n +1 keepalives sent, 0 of them without", text, re.M)
    assert "last heartbeat of the GX" in text and "last publish of all values" in text
    assert re.search(r"^ values   age, s  device\n +52 +\d+\.\d  acload/40\n", text, re.M)


def test_hostile_names_stay_on_their_line(simulator, exporter):
    station = simulator(ESS)
    station.faults(services={"rename": {VEBUS: VEBUS + "é" * 60}}, values={BATTERY: {"/Identifier": "a\nb\x1b[31m", "/DeviceInstance": []}})
    text = story(exporter(station.url, site="a\nb\x1b[31m"))
    assert "site     a.b.[31m\n" in text and "battery/a.b.[31m    " in text and "\x1b" not in text


def test_errors_say_what_is_there(simulator, exporter):
    """404 lists the pages, 405 the methods, 400 the device types, 503 why it is not ready."""
    station = simulator(ESS)
    station.faults(answers={"/services": {"hang": 3}})
    server = exporter(station.url, "--scrape.timeout=1s", wait=False)
    assert server.get("/-/ready")[::2] == (503, b"Not ready: the first attempt at the station is under way.\n")
    assert server.get("/metric")[::2] == (404, b"not found; the pages are /metrics, /, /-/healthy, /-/ready, /debug/scrape\n")
    assert request(server.url + "/metrics", method="PUT")[::2] == (405, b"this method is not allowed here, only GET, HEAD\n")
    status, _, body = server.get("/metrics?device[]=toaster%0a")
    assert status == 400 and body.startswith(b"device[]=toaster. is no device type; there are ")
    assert {b"battery", b"vebus", b"system", b"settings"} <= set(body.split()) and b"*" not in body
