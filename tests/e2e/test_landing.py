"""The landing page tells a person whether the station is well and the exporter works."""

import urllib.parse

import pytest
from harness import STATIONS, request, wait_until
from landing import HOSTILE, landing_of

ESS = "cerbo-gx-v3.70-ess"
BATTERY = "com.victronenergy.battery.socketcan_can0"
VEBUS = "com.victronenergy.vebus.ttyS4"
DOCS = "https://github.com/victron-exporter/victron_exporter/blob/main/docs/"
ALL_STATIONS = sorted(p.name for p in STATIONS.iterdir() if (p / "http").is_dir())


@pytest.mark.parametrize("station", ALL_STATIONS)
def test_each_station_gives_a_well_formed_page_that_loads_nothing(simulator, exporter, station):
    """Elements nest, only our style may apply, nothing is fetched, no attribute is code."""
    page, headers = landing_of(exporter(simulator(station).url))
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and f"style-src '{page.style_hash()}';" in policy
    assert "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert {tag for tag, _ in page.elements} <= {
        "html", "head", "meta", "link", "title", "style", "body", "h1", "h2", "p", "div", "b", "i", "small", "bdi", "ul", "li", "table", "thead", "tbody",
        "tr", "th", "td", "span", "a", "details", "summary", "footer", "nav"}
    assert {name for _, attributes in page.elements for name in attributes} <= {
        "lang", "charset", "name", "content", "rel", "href", "class", "scope"}
    assert [link["href"][:19] for link in page.all("link")] == ["data:image/svg+xml,"]


def test_a_station_that_is_well(simulator, exporter):
    """Site, GX model, firmware, address; two good verdicts; tiles and main values in units that people use."""
    station = simulator(ESS, "--live")
    station.faults(values={"com.victronenergy.system": {"/Dvcc/Alarms/MultipleBatteries": 0}})
    page, _ = landing_of(exporter(station.url, site="house"))
    words = page.words()
    assert words.startswith("house – Victron station ")
    assert f"Victron station · Cerbo GX · v3.70~33 · {station.url}" in words
    assert "Station: OK No alarms." in words
    assert "Exporter: OK 18 of 18 devices answered in" in words and "UTC" in words
    assert "Alarms" not in words and "Why there are no values" not in words and "The clock" not in words
    for value in ("81 %", "Health 99 %", "battery 512 Pylontech", "vebus 276 MULTI_II", "platform 0 Cerbo GX"):
        assert value in words, value
    assert "Paths that the map does not know: 0. Values refused: 0." in words
    assert {a["href"] for a in page.all("a")} >= {"./metrics", "./debug/scrape", "./-/healthy", "./-/ready", DOCS + "README.md"}


def test_the_recorded_values_in_their_units(simulator, exporter):
    page, _ = landing_of(exporter(simulator(ESS).url))
    words = page.words()
    for value in ("State of charge 81 %", "Voltage 49.81 V", "Temperature 30.7 °C", "Power -45 W", "State Bulk", "Battery power -44 W discharging",
                  "Grid 159 W bought", "Frequency 50.00 Hz", "Wi-Fi signal 94 %"):
        assert value in words, value


def test_links_lead_somewhere(simulator, exporter):
    """Relative ones under any prefix of a proxy; the map's own path for metrics."""
    server = exporter(simulator(ESS).url, "--web.telemetry-path=/my/metrics")
    page, _ = landing_of(server)
    links = [a["href"] for a in page.all("a") if not a["href"].startswith(DOCS)]
    assert "./my/metrics" in links
    for link in links:
        assert request(urllib.parse.urljoin(server.url + "/", link))[0] == 200, link
        assert urllib.parse.urljoin("http://proxy/site7/", link).startswith("http://proxy/site7/")


def test_alarms_errors_and_warnings_the_worst_first(simulator, exporter):
    station = simulator(ESS)
    station.faults(values={BATTERY: {"/Alarms/LowVoltage": 2, "/Alarms/HighTemperature": 1}, VEBUS: {"/VebusError": 3, "/Alarms/L1/Overload": 2}})
    words = landing_of(exporter(station.url))[0].words()
    assert words.startswith("ALARM: x – Victron station")
    assert "Station: ALARM 2 alarms, 1 error, 2 warnings." in words
    assert ("Alarms Alarm Low voltage – battery 512 Pylontech Alarm Overload L1 – vebus 276 MULTI_II "
            "Error Expected devices error – vebus 276 MULTI_II Warning High temperature – battery 512 Pylontech "
            "Warning Dvcc multiple batteries – system 0") in words


def test_a_device_that_failed_and_one_that_is_not_connected(simulator, exporter):
    """What failed has its reason, its meaning and a link; the others are there."""
    station = simulator(ESS)
    station.faults(answers={"com.victronenergy.switch.virtual_ai": {"status": 500}}, values={BATTERY: {"/Connected": 0}})
    page, _ = landing_of(exporter(station.url))
    words = page.words()
    assert "Exporter: INCOMPLETE 17 of 18 devices answered" in words
    assert "switch virtual_ai http: what answers is not the API of a GX" in words
    assert DOCS + "troubleshooting.md#http" in [a["href"] for a in page.all("a")]
    assert "battery 512 Pylontech not connected State of charge 81 %" in words and "1 device not connected." in words
    assert "Failures since the start: http 1." in words


def test_a_hanging_service_leaves_the_others_unasked(simulator, exporter):
    """It is named; those that were not reached are one sentence, not a row each; it tells how long it took so far."""
    station = simulator(ESS)
    station.faults(answers={VEBUS: {"hang": "dead"}})
    server = exporter(station.url, "--scrape.timeout=1s")
    page, _ = landing_of(server)
    words = page.words()
    assert "Exporter: INCOMPLETE 3 of 18 devices answered within" in words
    assert "vebus ttyS4 timeout: no answer in time" in words
    assert "Not asked this time, as they hung before or no time was left: acload cg_BX18600000001, " in words
    assert len(page.all("tr")) == 1 + 4 + 1 + 18  # heads, devices, requests
    labels = {"device": "vebus", "service": VEBUS}
    metrics = server.page()
    assert metrics.value("victron_scrape_service_success", **labels) == 0
    assert 0.9 < metrics.value("victron_scrape_service_duration_seconds", **labels) < 2


@pytest.mark.parametrize("fault, reason, sentence", [
    ({"server": "refuse"}, "connect", "/services: Couldn't connect to server"),
    ({"server": "zombie"}, "timeout", "/services: no answer yet"),
    ({"answers": {"/services": {"bus_failure": True}}}, "empty", "/services: "),
    ({"answers": {"/services": {"html": True}}}, "malformed", "/services: "),
    ({"answers": {"/services": {"status": 401}}}, "auth", "/services: the server answers with status 401"),
])
def test_a_station_without_values_says_why_and_what_to_do(simulator, exporter, fault, reason, sentence):
    station = simulator(ESS)
    station.faults(fault)
    page, _ = landing_of(exporter(station.url, "--scrape.timeout=500ms"))
    words = page.words()
    assert words.startswith("NO VALUES: x")
    assert "Station: UNKNOWN It gives no values. Exporter: NO VALUES" in words
    assert f"Why there are no values {reason}: " in words and sentence in words
    assert DOCS + "troubleshooting.md#" + reason in [a["href"] for a in page.all("a")]
    assert "Devices" not in words and "°C" not in words


def test_over_mqtt(broker, mqtt_station, exporter):
    """The heartbeat in place of requests; silence is told with the portal id and a cure."""
    server = broker()
    station = mqtt_station(server, ESS, "--live", "--mqtt-time-scale=0.1")
    watcher = exporter(server.url, "--mqtt.stale-after=4s")
    wait_until(lambda: watcher.page().value("victron_up") == 1, what="values")
    words = landing_of(watcher)[0].words()
    assert "Exporter: OK Connected to the MQTT broker, heartbeat of the GX" in words and "18 devices. Newest value" in words
    assert "Requests of the last scrape" not in words
    station.faults(mqtt={"silent": True})
    wait_until(lambda: watcher.page().value("victron_up") == 0, what="silence")
    words = landing_of(watcher)[0].words()
    assert "Why there are no values timeout: " in words and "Is it the right portal id?" in words
    assert "no sign of life of the station c0619ab0e550" in words


def test_the_clock_and_a_refused_reload_are_told(simulator, exporter, tmp_path):
    rows = tmp_path / "rows.json"
    rows.write_text("")
    server = exporter(simulator(ESS).url, f"--map.file={rows}", "--web.enable-lifecycle")  # recorded a long time ago
    assert "The clock of the GX is" in landing_of(server)[0].words()
    rows.write_text("}{")
    assert server.get("/-/reload", method="POST")[0] == 500
    assert "The last reload was refused" in landing_of(server)[0].words()


def test_hostile_names_are_text(simulator, exporter):
    """Of the site, the GX, a device: no element of theirs, and their writing direction ends with them."""
    station = simulator(ESS)
    station.faults(values={BATTERY: {"/CustomName": HOSTILE}, VEBUS: {"/CustomName": "W" * 300}, "com.victronenergy.platform": {"/Device/Model": HOSTILE}})
    page, _ = landing_of(exporter(station.url, site=HOSTILE))
    assert not page.all("script") and not page.all("img")
    shown = HOSTILE.strip()
    assert page.words().count(shown) >= 3
    assert f"<bdi>{'W' * 80}</bdi>…" in page.source
    assert page.source.count("\u202e") == page.source.count("\u202e</bdi>") + page.source.count("\u202e – Victron station</title>")


def test_what_is_unmapped_is_counted_and_linked(simulator, exporter):
    station = simulator(ESS)
    station.faults(values={BATTERY: {f"/Strange/{i}": i for i in range(40)}})
    words = landing_of(exporter(station.url))[0].words()
    assert "Paths that the map does not know: 40. Values refused: 0. Which ones" in words
