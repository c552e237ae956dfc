"""No value, name or instance that a station sends makes the page invalid, untrue, or empty of the others."""

import pytest
from harness import OPENMETRICS, Page, promtool_check, wait_until
from hostile import ENV, RawStation, count_lines, head, raw_values, service_list, table, values
from hostile_values import NAMES, TOKENS

STATE = "victron_vebus_state"

def test_one_path_through_all_types(exporter):
    """Every kind of token in turn: its own series comes and goes, its neighbour stays."""
    with RawStation() as station:
        server = exporter(station.url, "--scrape.min-interval=0s", env=ENV)
        for token, expected in TOKENS:
            station.answers["vebus.c"] = raw_values(f'"DeviceInstance": 3, "State": {token}, "Mode": 2')
            page = server.page()
            assert page.value(STATE) == expected, token
            assert page.value("victron_vebus_mode") == 2, token
            assert page.value("victron_scrape_service_success", device="vebus") == 1, token
            station.answers["vebus.c"] = raw_values('"DeviceInstance": 3, "State": 3, "Mode": 2')
            assert server.page().value(STATE) == 3


def test_names_are_repaired_escaped_and_cut(exporter):
    """Both formats parse, promtool is content, 256 bytes at most, the numbers are there."""
    with RawStation() as station:
        server = exporter(station.url, "--scrape.min-interval=0s", env=ENV)
        for what, name in NAMES.items():
            station.answers["vebus.c"] = raw_values(
                b'"CustomName": "' + name + b'", "Serial": "' + name + b'", "State": 3, "DeviceInstance": 3')
            page = server.page()
            assert page.value(STATE) == 3, what
            openmetrics = server.page(openmetrics=True)
            assert openmetrics.value(STATE) == 3, what
            labels = page.series("victron_device_info", device="vebus")[0][0]
            assert labels == openmetrics.series("victron_device_info", device="vebus")[0][0], what
            assert all(len(value.encode()) <= 256 for value in labels.values()), what
            assert promtool_check(page.text) == "", what
            landing = server.get("/")
            assert landing[0] == 200 and b"<script" not in landing[2]
            landing[2].decode("utf-8")
            server.get("/debug/scrape")[2].decode("utf-8")


# A table in text -> the instance of its series.
INSTANCES = {
    '"DeviceInstance": 7': "7",
    '"DeviceInstance": "7"': "7",
    '"DeviceInstance": "kitchen"': "kitchen",
    '"DeviceInstance": -1': "-1",
    '"DeviceInstance": 7.0': "7",
    '"DeviceInstance": []': "0",
    '"DeviceInstance": ""': "0",
    '"DeviceInstance": NaN': "0",
    '"DeviceInstance": [], "Identifier": "garage"': "garage",
    '"DeviceInstance": null, "Identifier": 12': "12",
    '"Mode": 3': "0",
    '"DeviceInstance": 4294967296': "4294967296",
    '"DeviceInstance": "a\\"b\\n\\\\"': 'a"b\n\\',
    '"DeviceInstance": 7, "DeviceInstance": 8': "8",
    '"State": 1, "DeviceInstance": 8, "State": 3': "8",
}


def test_an_instance_that_changes_takes_its_series_along(exporter):
    """The same bus name with another instance each time: one device, all of it under the new one."""
    with RawStation() as station:
        server = exporter(station.url, "--scrape.min-interval=0s", env=ENV)
        for text, instance in INSTANCES.items():
            station.answers["vebus.c"] = raw_values(text + ', "State": 3' if '"State"' not in text else text)
            page = server.page()
            assert page.value(STATE) == 3, text
            seen = {s.labels["instance"] for s in page.samples if s.labels.get("device") == "vebus"}
            assert seen == {instance}, text
            assert len(page.keys()) == len(set(page.keys()))


def test_an_instance_of_10_kb(exporter):
    """Cut like every label; another one that is the same after the cut makes no second series."""
    with RawStation() as station:
        server = exporter(station.url, "--scrape.min-interval=0s", env=ENV)
        station.answers["/services"] = service_list("battery.a", "vebus.c", "vebus.d")
        station.answers["vebus.c"] = values(DeviceInstance="i" * 10_000, State=3)
        station.answers["vebus.d"] = values(DeviceInstance="i" * 10_000 + "x", State=4)
        for _ in range(2):
            page = server.page(openmetrics=True)
            assert len(page.keys()) == len(set(page.keys()))
            assert [value for _, value in page.series(STATE)] == [3]
            assert all(len(value.encode()) <= 256 for s in page.samples for value in s.labels.values())
            assert promtool_check(server.page().text) == ""


def test_two_services_with_one_instance(exporter):
    """The first by bus name is shown, the other is left out whole, counted and told once."""
    with RawStation() as station:
        station.answers["/services"] = service_list("battery.a", "vebus.c", "vebus.b")
        station.answers["vebus.b"] = values(DeviceInstance=3, State=8)
        server = exporter(station.url, "--scrape.min-interval=0s", env=ENV)
        for _ in range(3):
            page = server.page()
        assert page.value(STATE) == 8 and not page.series("victron_vebus_mode")
        assert page.value("victron_rejected_values", reason="clash") >= 1
        assert len(page.series("victron_device_info", device="vebus")) == 1
        assert count_lines(server, "left out") == 1
        station.answers["vebus.b"] = values(DeviceInstance=4, State=8)
        wait_until(lambda: len(server.page().series(STATE)) == 2, 2, "both")
        assert server.page().value("victron_rejected_values", reason="clash") == 0


def test_scrapes_that_share_a_fetch_do_not_end_the_story_of_a_clash(exporter):
    """What was left out stays left out while the page is kept: no end is told, and no second beginning."""
    with RawStation() as station:
        station.answers["/services"] = service_list("vebus.b", "vebus.c")
        station.answers["vebus.b"] = values(DeviceInstance=3, State=8)
        server = exporter(station.url, "--scrape.min-interval=1h", env=ENV)
        for _ in range(3):
            page = server.page()
            assert page.value("victron_rejected_values", reason="clash") >= 1
        server.page("/metrics?device[]=vebus")
        assert count_lines(server, "left out") == 1
        assert count_lines(server, "no series clash any more") == 0


def test_a_device_that_changes_its_type(exporter):
    """It leaves as one and comes as another; nothing of the first is left."""
    with RawStation() as station:
        server = exporter(station.url, "--scrape.min-interval=0s", env=ENV)
        for old, new in [("grid", "genset"), ("genset", "pvinverter"), ("pvinverter", "grid")] * 2:
            station.answers["/services"] = service_list("battery.a", f"{new}.b")
            station.answers[f"{new}.b"] = values(DeviceInstance=2, Ac__Power=400)
            page = server.page()
            assert page.value(f"victron_{new}_power_watts") == 400
            assert not [s for s in page.samples if s.labels.get("device") == old]


def test_a_counter_below_zero(exporter):
    """No series and counted; a reset to 0 is one."""
    name = "victron_grid_energy_forward_joules_total"
    with RawStation() as station:
        server = exporter(station.url, "--scrape.min-interval=0s", env=ENV)
        for token, expected in [("10", 36e6), ("-0.001", None), ("0", 0), ("-1e300", None), ("1e308", None),
                                ("5e-324", 0), ("10", 36e6)]:
            station.answers["grid.b"] = raw_values(
                f'"DeviceInstance": 2, "Ac/Power": 1, "Ac/Energy/Forward": {token}')
            page = server.page()
            assert page.value(name) == pytest.approx(expected), token
            assert page.value("victron_grid_power_watts") == 1
            assert (page.value("victron_rejected_values", reason="range") >= 1) == (expected is None)


# Keys that are no D-Bus paths.
KEYS = {
    "NUL": '"a\\u0000b": 1', "empty": '"": 1', "slashes": '"////": 1, "/": 2', "10 kB": '"' + "k" * 10_000 + '": 1',
    "10 kB of slashes": '"' + "/" * 10_000 + '": 1', "broken": '"\\ud800": 1', "quotes": '"\\"\\\\\\n": 1',
    "braces": '"{phase}": 1, "Ac/{phase}/Power": 2', "with slash": '"/State": 4',
    "dots": '"../../etc/passwd": 1', "deep": '"x": ' + '{"a":' * 50 + "1" + "}" * 50,
    "NUL in a deep key": '"x": {"a\\u0000b": 1}',
    "twins": ", ".join(f'"Mode": {i}' for i in range(1000)),
    "ten thousand": ", ".join(f'"K{i}": {i}' for i in range(10_000)),
}


@pytest.mark.parametrize("what", KEYS)
def test_strange_paths_cost_nobody_anything(exporter, what):
    """The page is valid and the service's good values are there."""
    with RawStation() as station:
        server = exporter(station.url, "--scrape.min-interval=0s", env=ENV)
        station.answers["vebus.c"] = raw_values('"DeviceInstance": 3, "State": 3, ' + KEYS[what])
        page = server.page()
        assert page.value("victron_vebus_state") in (3, 4)
        assert page.value("victron_battery_voltage_volts") == 51.5
        assert len(page.keys()) == len(set(page.keys()))
        Page(server.get(headers={"Accept": OPENMETRICS})[2].decode(), True)
        server.get("/debug/scrape")[2].decode("utf-8")


def test_a_length_that_is_no_number_is_no_reason_to_lose_an_answer(exporter):
    """The answer ends when the server closes, and the JSON says whether it is whole."""
    with RawStation() as station:
        body = table({"DeviceInstance": 3, "State": 3}).split(b"\r\n\r\n", 1)[1]
        server = exporter(station.url, "--scrape.min-interval=0s", env=ENV)
        station.answers["vebus.c"] = head("200 OK", f"Content-Length: {2 ** 70}") + body
        assert server.page().value(STATE) in (3, None)
        assert server.page().value("victron_battery_voltage_volts") == 51.5
