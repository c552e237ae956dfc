"""docs/troubleshooting.md quotes what the exporter really says, and has a place for every reason."""

import re
import socket

import pytest
from harness import PROGRAM, ROOT, Process, run
from simulator.broker import Broker
from simulator.free_ports import free_port

DOCUMENT = ROOT / "docs" / "troubleshooting.md"
ESS = "cerbo-gx-v3.70-ess"
VEBUS = "com.victronenergy.vebus.ttyS4"
REASONS = "dns connect tls auth timeout not_found http empty malformed too_large skipped".split()


def plain(line):
    """A line without what differs from run to run, or in Markdown."""
    line = re.sub(r"^time=\S+ ", "", line.replace("\\|", "|"))
    line = re.sub(r"(broker|service)=[\w.:-]+", r"\1=", line)
    return re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:", line)


def quoted(start):
    """Code spans of the document that begin so, with the line where they stand."""
    found = []
    for number, text in enumerate(DOCUMENT.read_text(encoding="utf-8").splitlines(), 1):
        found += [(number, span) for span in re.findall(r"`((?:\\`|[^`])+)`", text) if span.startswith(start)]
    return found


def password_file(folder, text):
    path = folder / "the-password"
    path.write_text(text + "\n")
    path.chmod(0o600)
    return f"--mqtt.password-file={path}"


HTTP = {  # fault of the station -> what follows its address
    "401": ({"answers": {"/services": {"status": 401}}}, ""),
    "a wrong prefix": ({}, "/site7"),
    "no TLS": ({}, None),
    "no D-Bus": ({"answers": {"/services": {"bus_failure": True}}}, ""),
    "a login page": ({"answers": {"/services": {"html": True}}}, ""),
    "a service gone": ({"answers": {VEBUS: {"status": 404}}}, ""),
    "a service failing": ({"answers": {VEBUS: {"status": 500}}}, ""),
    "a service cut": ({"answers": {VEBUS: {"truncate": 100}}}, ""),
    "a service too large": ({"answers": {VEBUS: {"size": 9_000_000}}}, ""),
    "a service hanging": ({"answers": {VEBUS: {"hang": 1.2}}}, ""),
}


@pytest.fixture
def watch(exporter):
    """watch(url, *flags): an exporter that has said what is wrong there; watch.lines() is what all of them said."""
    servers = []

    def start(url, *flags, until="level=warn"):
        servers.append(exporter(url, "--scrape.timeout=500ms", *flags))
        servers[-1].wait_for(until)

    start.lines = lambda: {plain(line) for server in servers for line in server.lines}
    return start


def over_http(simulator, watch):
    for fault, path in HTTP.values():
        station = simulator(ESS)
        station.faults(fault)
        watch(station.url + path if path is not None else station.url.replace("http:", "https:"))
    watch("http://no-such-gx.invalid")
    watch(f"http://127.0.0.1:{free_port()}")


def in_the_queue_of_a_zombie(watch):
    """A zombie's queue swallows connects once it is full: the same line as after a minute with its listener."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        watch("http://127.0.0.1:%d" % full.getsockname()[1])
        for filler in fillers:
            filler.close()


def over_mqtt(mqtt_station, watch, folder):
    def broker(name, **options):
        (folder / name).mkdir()
        return Broker(folder / name, **options)

    watch("mqtt://no-such-gx.invalid")
    watch(f"mqtt://127.0.0.1:{free_port()}")
    with broker("open") as server:
        mqtt_station(server, ESS)
        watch(server.url, "--mqtt.portal-id=c0ffee000000", "--mqtt.stale-after=1s")
        watch(server.url.replace("mqtt:", "mqtts:"))
    with broker("tls", tls=True) as server:
        watch(server.url)
        watch(server.url, f"--mqtt.ca-file={server.ca_file}")
        watch(server.url.replace("mqtts:", "mqtt:"))
    with broker("password", username="gx", password="right") as server:
        watch(server.url, "--mqtt.username=gx", password_file(folder, "wrong"), until="reason=auth")


def without_a_site():
    nameless = Process([str(PROGRAM), f"--station.url=http://127.0.0.1:{free_port()}", "--web.listen-address=127.0.0.1:0"])
    try:
        nameless.wait_for("give --site")
    finally:
        nameless.stop()
    return {plain(line) for line in nameless.lines}


def test_every_quoted_line_of_the_log_is_real(simulator, exporter, mqtt_station, watch, tmp_path):
    over_http(simulator, watch)
    in_the_queue_of_a_zombie(watch)
    over_mqtt(mqtt_station, watch, tmp_path)
    twins = exporter(simulator("twins").url)
    twins.page()
    said = watch.lines() | without_a_site() | {plain(twins.wait_for(".*left out.*")[0])}
    lines = quoted("level=")
    assert len(lines) > 20
    wrong = [f"line {number}: {span}" for number, span in lines if plain(span) not in said]
    assert not wrong, "\n".join(wrong + sorted(said))


def test_every_quoted_refusal_is_real(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = "--station.url=http://127.0.0.1:1"
        outputs = [run(), run("--station.url=http://admin:secret@gx"), run("--station.url=mqtt://gx", password_file(tmp_path, "x")),
                   run(url, "--web.listen-address=127.0.0.1:%d" % taken.getsockname()[1])]
    assert [code for code, _, _ in outputs] == [2, 2, 2, 2]
    real = {plain(line) for _, _, err in outputs for line in err.splitlines()}
    section = DOCUMENT.read_text(encoding="utf-8").partition("## It does not start")[2]
    spans = re.findall(r"^\| `([^`]+)` \|", section, re.M)
    assert len(spans) == 4
    assert [span for span in spans if plain(span) not in real] == []


def test_every_reason_has_its_place():
    text = DOCUMENT.read_text(encoding="utf-8")
    assert re.findall(r"^### (\w+)$", text, re.M) == REASONS
