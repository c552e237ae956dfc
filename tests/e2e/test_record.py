"""--station.record: files that replay the station, and nothing in them that says whose it is."""

import json
import re
from collections import Counter

import pytest
from harness import STATIONS, Page, Simulator, run

ESS = "cerbo-gx-v3.70-ess"
ALL_STATIONS = sorted(p.name for p in STATIONS.iterdir() if (p / "http").is_dir())
HUNG = "com.victronenergy.vebus.ttyS4"

# Our own numbers and times of two fetches differ; so do the labels that name somebody.
OWN = re.compile(r"(victron_(exporter|scrape|mqtt|http|heartbeat|last_update|device_last_update|clock)|process)_")
REPLACED_LABELS = re.compile(r"(.*_)?(service|name|serial|portal_id|connection|sensor)$")
MADE_UP = {"victron_gps_altitude_meters"}

# Paths whose texts are personal, whatever the recorder thinks of them.
NAMES = re.compile(r"/?(.*/)?(CustomName|DeviceName|Label|Name|Group)$")
SERIALS = re.compile(r"/?(.*/)?(Serial|SerialNumber|HQSerialNumber|UniqueId)$")
SECRETS = re.compile(r"/?(.*/)?(Key|.*Password.*|.*Pincode.*|Network/Services)$")
ADDRESSES = re.compile(r"\b(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}\b|\b(?:\d{1,3}\.){3}\d{1,3}\b")
NOBODYS = re.compile(r"(0|127|255)\.|192\.0\.2\.|02:00:00:")

# Too short, or a word of Venus OS itself: says nothing of anybody.
PLAIN = {"000000"}


@pytest.fixture
def replay():
    """replay(folder): a simulator that serves a recording."""
    started = []

    def start(folder, *options):
        started.append(Simulator(folder, *options))
        return started[-1]

    yield start
    for process in started:
        process.stop()


def record(url, folder, *flags):
    return run(f"--station.url={url}", f"--station.record={folder}", *flags)


def said(err):
    """What the action itself says on stderr, without the log."""
    return [line for line in err.splitlines() if not line.startswith("time=")]


def recorded_values(station):
    """(device type, path, value) of everything that a station of the repository says."""
    for file in sorted((STATIONS / station / "http").glob("com.victronenergy.*.json")):
        for path, value in json.loads(file.read_text())["value"].items():
            yield file.name.split(".")[2], path, value


def personal_texts(station):
    """What nobody should find in a recording of it; not what its products are called."""
    values = [(device, path, value) for device, path, value in recorded_values(station) if isinstance(value, str)]
    products = [value for _, path, value in values if path.endswith("ProductName")]
    said_openly = "\n".join([path for _, path, _ in recorded_values(station)]
                            + [value for device, _, value in values if device != "settings"])
    for device, path, value in values:
        if NAMES.match(path) and not any(value in product for product in products):
            yield value.strip()
        elif SERIALS.match(path) or SECRETS.match(path):
            yield value
        elif device == "settings" and value not in said_openly:
            yield value
        if "Version" not in path:
            yield from (a for a in ADDRESSES.findall(value) if not NOBODYS.match(a))


def contents(folder):
    return {file.name: file.read_text(encoding="ascii") for file in folder.iterdir()}


def samples(url, *flags):
    """How often each sample stands on the page, without what was replaced."""
    code, out, _ = run(f"--station.url={url}", "--site=x", "--map.level=full", "--once", *flags)
    assert code == 0
    return Counter((s.name, frozenset((k, v) for k, v in s.labels.items() if not REPLACED_LABELS.match(k)), s.value)
                   for s in Page(out).samples if not OWN.match(s.name) and s.name not in MADE_UP)


@pytest.mark.parametrize("station", ALL_STATIONS)
def test_the_replay_gives_the_same_page(simulator, replay, tmp_path, station):
    """Sample for sample, apart from labels that were replaced; and the same files again."""
    original = simulator(station)
    code, out, err = record(original.url, tmp_path / "a")
    assert (code, said(err)) == (0, [])
    values = sum(1 for _ in recorded_values(station))
    services = len(json.loads((STATIONS / station / "http" / "services.json").read_text())["services"])
    assert f"services: {services}, values: {values}\n" in out
    assert record(original.url, tmp_path / "b")[0] == 0
    assert contents(tmp_path / "a") == contents(tmp_path / "b")

    expected, found = samples(original.url), samples(replay(tmp_path / "a").url)
    assert len(expected) > 100
    assert expected - found == found - expected == Counter()


@pytest.mark.parametrize("station", ALL_STATIONS)
def test_nothing_says_whose_station_it_is(simulator, tmp_path, station):
    """No name, serial, portal id, secret, address or text of settings is in any file or on stdout."""
    code, out, _ = record(simulator(station).url, tmp_path)
    assert code == 0
    personal = {text for text in personal_texts(station) if len(text) > 3 and text not in PLAIN}
    assert len(personal) > 4
    files = contents(tmp_path)
    texts = [text for content in files.values() for text in strings(json.loads(content))]
    everything = "\n".join([*texts, *files, out])
    assert {text for text in personal if text in everything} == set()
    assert not [a for a in ADDRESSES.findall(everything) if not NOBODYS.match(a)]


def strings(document):
    """Every key and text, also of JSON inside a text."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield key
            yield from strings(value)
    elif isinstance(document, list):
        for value in document:
            yield from strings(value)
    elif isinstance(document, str):
        yield document
        if document[:1] in ("{", "["):
            yield from strings(json.loads(document))


def test_the_boat_is_somewhere_else(simulator, tmp_path):
    """Positions are made-up numbers, keys of sensors are gone, and their MAC addresses too."""
    code, out, _ = record(simulator("ekrano-gx-v3.70-boat").url, tmp_path)
    assert code == 0
    assert "replaced: positions (places: 3)\n" in out
    gps = json.loads((tmp_path / "com.victronenergy.gps.ve_ttyUSB2.json").read_text())["value"]
    assert (gps["Position/Latitude"], gps["Position/Longitude"], gps["Altitude"]) == (30.5, -40.25, 2)
    ble = json.loads((tmp_path / "com.victronenergy.ble.json").read_text())["value"]
    assert not [path for path, value in ble.items() if path.endswith("/Key") and value != []]
    sensor = next(name for name in contents(tmp_path) if "ruuvi_0" in name)
    address = sensor.split("ruuvi_")[1].removesuffix(".json")
    assert re.fullmatch(r"02000000\d{4}", address)
    assert f"Devices/{address}/Name" in ble


def test_mqtt_is_recorded_too(broker, mqtt_station, replay, tmp_path):
    """The same values; bus names, which no broker tells, are made of type and instance."""
    server = broker()
    gx = mqtt_station(server, ESS)
    folder = tmp_path / "recording"
    code, out, err = record(server.url, folder)
    assert (code, said(err)) == (0, []), out
    names = json.loads((folder / "services.json").read_text())["services"]
    assert "com.victronenergy.battery.i512" in names
    assert "com.victronenergy.system" in names
    expected, found = samples(gx.url), samples(replay(folder).url)
    assert expected - found == found - expected == Counter()


def test_an_earlier_recording_is_replaced_whole(simulator, tmp_path):
    """A service that is gone leaves no file; what somebody put beside is left alone."""
    station = simulator(ESS)
    assert record(station.url, tmp_path)[0] == 0
    assert f"{HUNG}.json" in contents(tmp_path)
    (tmp_path / "README.md").write_text("mine")
    station.faults(services={"remove": [HUNG]})
    assert record(station.url, tmp_path)[0] == 0
    files = contents(tmp_path)
    assert f"{HUNG}.json" not in files
    assert files["README.md"] == "mine"
    assert not [name for name in files if name.endswith(".part")]


def test_a_service_that_fails_is_named(simulator, tmp_path):
    """What is not in the recording is said; the others are in it."""
    station = simulator(ESS)
    station.faults(answers={HUNG: {"status": 503}})
    code, out, _ = record(station.url, tmp_path)
    assert code == 0
    assert f"not recorded: {HUNG}, no values (http)\n" in out
    assert f"{HUNG}.json" not in contents(tmp_path)
    assert HUNG not in json.loads((tmp_path / "services.json").read_text())["services"]


def test_other_folders_are_refused(simulator, tmp_path):
    """Exit 2 and one line that names flag and folder; nothing is touched, nobody is asked."""
    station = simulator(ESS)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("dear")
    (tmp_path / "file").write_text("")
    cases = [(tmp_path / "full", "holds something else"),
             (tmp_path / "file", "Not a directory"),
             (tmp_path / "a" / "b", "No such file or directory"),
             ("/proc/self/record", "No such file or directory")]
    for folder, reason in cases:
        code, out, err = record(station.url, folder)
        assert (code, out) == (2, ""), folder
        assert re.fullmatch(rf"--station\.record={re.escape(str(folder))}: .*{reason}.*\n", err), err
    assert contents(tmp_path / "full") == {"letter.txt": "dear"}
    assert not (tmp_path / "a").exists()
    assert station.state()["requests_total"] == 0


def test_a_file_that_cannot_be_written_is_named(simulator, tmp_path):
    """Exit 2, one line with the file and the reason, and no half file."""
    station = simulator(ESS)
    assert record(station.url, tmp_path)[0] == 0
    (tmp_path / f"{HUNG}.json").unlink()
    (tmp_path / f"{HUNG}.json").mkdir()
    code, out, err = record(station.url, tmp_path)
    assert (code, out) == (2, "")
    assert said(err) == [f"--station.record={tmp_path}/{HUNG}.json: Is a directory"]
    assert not [file for file in tmp_path.iterdir() if file.name.endswith(".part")]


def test_without_a_station_there_is_no_folder(tmp_path):
    """Exit 1, and a folder that was made for it is gone again."""
    code, out, err = record("http://127.0.0.1:9", tmp_path / "new")
    assert (code, out) == (1, "")
    assert said(err) == ["--station.url=http://127.0.0.1:9: the station gave no values"]
    assert not (tmp_path / "new").exists()
