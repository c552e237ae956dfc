"""A recorded station gives a correct page: names, values, labels, both formats."""

import gzip
import math
import os

import pytest
from harness import OPENMETRICS, Page, STATIONS, promtool_check, run, wait_until

ALL_STATIONS = sorted(p.name for p in STATIONS.iterdir() if (p / "http").is_dir())
ESS = "cerbo-gx-v3.70-ess"


def test_once_prints_the_fixed_names_with_the_recorded_values(simulator):
    """--once on the ESS recording: every fixed name with the value that was recorded."""
    code, out, _ = run(f"--station.url={simulator(ESS).url}", "--site=x", "--once")
    assert code == 0
    page = Page(out)
    battery = {"device": "battery", "instance": "512", "site": "x"}
    expected = [
        ("victron_up", {"site": "x"}, 1),
        ("victron_system_battery_state_of_charge_ratio", {"instance": "0"}, 0.81),
        ("victron_battery_voltage_volts", battery, 49.81),
        ("victron_battery_current_amperes", battery, -0.9),
        ("victron_battery_power_watts", battery, -44.8),
        ("victron_battery_temperature_celsius", battery, 30.7),
        ("victron_battery_state_of_charge_ratio", battery, 0.81),
        ("victron_alarm_state", {**battery, "alarm": "LowVoltage"}, 0),
        ("victron_alarm_state", {"device": "system", "alarm": "DvccMultipleBatteries"}, 1),
        ("victron_device_up", battery, 1),
        ("victron_platform_can_state", {"interface": "can0"}, 0),
        ("victron_platform_can_tx_errors_total", {"interface": "can0"}, 649),
    ]
    for name, labels, value in expected:
        assert page.value(name, **labels) == value, (name, labels)
    info = page.series("victron_device_info", **battery)
    assert [labels["custom_name"] for labels, _ in info] == ["Pylontech"]
    assert info[0][0]["service"] == "com.victronenergy.battery.socketcan_can0"
    station = page.series("victron_station_info")
    assert station[0][0] == {"site": "x", "portal_id": "c0619ab0e550", "model": "Cerbo GX",
                             "firmware_version": "v3.70~33",
                             "firmware_build": "20250909064940"}
    assert {s[0]["phase"] for s in page.series("victron_system_grid_phase_power_watts")} <= {
        "L1", "L2", "L3"}


def test_a_driver_without_its_device_is_not_up(simulator, exporter):
    """/Connected 0 says so, and only of that device."""
    station = simulator(ESS)
    station.faults(values={"com.victronenergy.battery.socketcan_can0": {"/Connected": 0}})
    down = [labels["device"] for labels, value in exporter(station.url).page().series("victron_device_up") if value == 0]
    assert down == ["battery"]


def test_open_descriptors_are_counted(simulator, exporter):
    """As many as /proc shows, whichever way they were counted."""
    server = exporter(simulator(ESS).url)

    def agree():
        said = server.page().value("process_open_fds")
        return abs(len(os.listdir(f"/proc/{server.child.pid}/fd")) - said) <= 1  # the scrape's own connection

    wait_until(agree, what="the same number")


@pytest.mark.parametrize("level", ["core", "standard", "full"])
@pytest.mark.parametrize("station", ALL_STATIONS)
def test_both_formats_are_valid(simulator, exporter, station, level):
    """Both parsers take every station's page at every level; promtool has nothing to say."""
    server = exporter(simulator(station).url, f"--map.level={level}", "--scrape.min-interval=1h")
    text = server.page()
    open_metrics = server.page(openmetrics=True)
    assert promtool_check(text.text) == ""
    assert len(text.keys()) == len(set(text.keys()))
    lines = {line for line in text.text.splitlines()
             if line.startswith("victron_") and "_exporter_" not in line}
    assert lines <= set(open_metrics.text.splitlines()) | {
        line for line in lines if line.startswith("victron_scrape_deadline")}
    assert not [s for s in text.samples if math.isnan(s.value) or math.isinf(s.value)]
    assert text.value("victron_up") == 1


def test_the_format_and_the_encoding_are_negotiated(simulator, exporter):
    """Accept picks the format, Accept-Encoding gzip; both are named in Vary."""
    server = exporter(simulator(ESS).url)
    _, headers, body = server.get(headers={"Accept": OPENMETRICS, "Accept-Encoding": "gzip"})
    assert headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    assert headers["Content-Encoding"] == "gzip"
    assert "Accept" in headers["Vary"]
    assert gzip.decompress(body).endswith(b"# EOF\n")
    _, headers, body = server.get(headers={"Accept-Encoding": "gzip;q=0"})
    assert headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert headers["Content-Encoding"] is None
    assert body.startswith(b"# ")


def test_filters_narrow_the_page_and_not_the_fetch(simulator, exporter):
    """?name[]= and ?device[]= leave only what was asked for; an unknown type is 400."""
    station = simulator(ESS)
    server = exporter(station.url)
    page = server.page("/metrics?name[]=victron_up&name[]=victron_battery_voltage_volts")
    assert {s.name for s in page.samples} == {"victron_up", "victron_battery_voltage_volts"}
    page = server.page("/metrics?device[]=vebus")
    assert {s.labels.get("device") for s in page.samples} == {"vebus"}
    status, _, body = server.get("/metrics?device[]=toaster")
    assert status == 400 and b"device[]" in body


def test_two_batteries_two_chargers_and_a_service_without_instance(simulator, exporter):
    """Each device has its own series and one victron_device_info; nothing twice."""
    page = exporter(simulator("three-phase-site").url).page()
    batteries = page.series("victron_battery_voltage_volts")
    assert len(batteries) == 2 == len({labels["instance"] for labels, _ in batteries})
    assert len(page.series("victron_solarcharger_yield_power_watts")) >= 2
    infos = [(labels["device"], labels["instance"]) for labels, _ in
             page.series("victron_device_info")]
    assert len(infos) == len(set(infos))
    assert {labels["phase"] for labels, _ in
            page.series("victron_vebus_ac_output_phase_power_watts")} == {"L1", "L2", "L3"}


def test_of_two_services_with_one_instance_the_first_is_exported(simulator, exporter):
    """The twin is left out whole, counted and logged once."""
    server = exporter(simulator("twins").url)
    page = server.page()
    assert page.value("victron_rejected_values", reason="clash") >= 1
    keys = page.keys()
    assert len(keys) == len(set(keys))
    server.page()
    wait_until(lambda: server.find("left out"), what="the line")
    assert sum("left out" in line for line in server.lines) == 1
