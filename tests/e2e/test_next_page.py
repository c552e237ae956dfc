"""What the station says is on the very next page, in every form, however many ask at once."""

import threading
import zlib

import paho.mqtt.client as mqtt
import pytest
from harness import OPENMETRICS, Page, wait_until

ESS = "cerbo-gx-v3.70-ess"
BATTERY = "com.victronenergy.battery.socketcan_can0"
VOLTAGE = "victron_battery_voltage_volts"
FORMS = {
    "text": {},
    "packed text": {"Accept-Encoding": "gzip"},
    "OpenMetrics": {"Accept": OPENMETRICS},
    "packed OpenMetrics": {"Accept": OPENMETRICS, "Accept-Encoding": "gzip"},
}


def page_in(program, form, path="/metrics"):
    status, headers, body = program.get(path, headers=FORMS[form])
    assert status == 200
    if "Accept-Encoding" in FORMS[form]:
        assert headers["Content-Encoding"] == "gzip"
        unpacker = zlib.decompressobj(wbits=31)
        body = unpacker.decompress(body)
        assert unpacker.eof and not unpacker.unused_data  # one member: all that curl and browsers read
    return Page(body.decode(), "Accept" in FORMS[form])


def voltage_in(program, form):
    return page_in(program, form).value(VOLTAGE, instance="512")


def test_a_change_over_http_is_on_the_next_page(simulator, exporter):
    """Each page has a fetch of its own: no form shows an older one."""
    station = simulator(ESS)
    program = exporter(station.url, "--scrape.min-interval=0s")
    for number in range(40, 46):
        for form in FORMS:
            voltage_in(program, form)  # also one that is kept
        station.faults(values={BATTERY: {"/Dc/0/Voltage": number}})
        assert [voltage_in(program, form) for form in FORMS] == [number] * len(FORMS)
    station.faults(services={"remove": [BATTERY]})
    assert [voltage_in(program, form) for form in FORMS] == [None] * len(FORMS)


def test_the_same_page_in_every_form(simulator, exporter):
    """Scrapes that share a fetch share its page; only our own numbers are new on each."""
    program = exporter(simulator(ESS).url, "--scrape.min-interval=1h")

    def lines_of_station(form):
        page = page_in(program, form)
        return {(s.name, tuple(s.labels.items()), s.value) for s in page.samples
                if "device" in s.labels}

    first = lines_of_station("text")
    assert len(first) > 200
    for form in 2 * list(FORMS):
        assert lines_of_station(form) == first, form
    sent = [page_in(program, form).value("victron_exporter_http_requests_total", handler="metrics")
            for form in FORMS]
    assert sent == sorted(set(sent))  # each counts the ones before it


@pytest.fixture
def over_mqtt(broker, mqtt_station, exporter):
    """(an exporter with values, how to say a new voltage)"""
    server = broker()
    mqtt_station(server, ESS)
    program = exporter(server.url)
    page = wait_until(lambda: (p := program.page()).value("victron_up") == 1 and p, what="values")
    portal = page.series("victron_station_info")[0][0]["portal_id"]
    client = mqtt.Client()
    client.connect("127.0.0.1", server.plugin_port)
    client.loop_start()
    yield program, lambda volts: client.publish(f"N/{portal}/battery/512/Dc/0/Voltage", b'{"value":%d}' % volts)
    client.loop_stop()
    client.disconnect()


def test_a_change_over_mqtt_is_on_every_page_after_it(over_mqtt):
    """What one page has shown, none in any form may forget."""
    program, say = over_mqtt
    for number in range(1000, 1020):
        say(number)
        wait_until(lambda: voltage_in(program, "text") == number, 5, "the new voltage")  # noqa: B023
        assert [voltage_in(program, form) for form in FORMS] == [number] * len(FORMS)


def test_many_scrapers_never_see_a_value_go_back(over_mqtt):
    """While values move, each client sees each form's values in the order in which they were said."""
    program, say = over_mqtt
    last, seen, failures = 1300, {}, []

    def watch(form):
        seen[form] = [0]
        while seen[form][-1] < last and not failures:
            seen[form].append(voltage_in(program, form))

    def run(form):
        try:
            watch(form)
        except Exception as failure:  # noqa: BLE001 - told below
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(form,), daemon=True) for form in FORMS]
    say(1000)
    wait_until(lambda: voltage_in(program, "text") == 1000, 5, "the first voltage")
    for thread in threads:
        thread.start()
    for number in range(1001, last + 1):
        say(number)
    for thread in threads:
        thread.join(20)
    assert not failures, failures
    for form, values in seen.items():
        assert values == sorted(values), form
        assert values[-1] == last, form
