"""docs/missing-value.md works: each of its examples, run as a reader would run it."""

import json
import re
from pathlib import Path

import pytest
from harness import ROOT, Page, run

DOCUMENT = ROOT / "docs" / "missing-value.md"
STATION = "cerbo-gx-v3.70-ess"


class Example:
    """A section of the document: blocks by their word behind the fence."""

    def __init__(self, title, text):
        self.title = title
        self.blocks = dict(re.findall(r"^```(\w+)\n(.*?)^```$", text, re.M | re.S))

    def published(self):
        """{service: {path: value}} that the station has besides its recording."""
        services = {}
        for line in self.blocks.get("station", "").splitlines():
            service, path, value = line.split(" ", 2)
            services.setdefault(service, {})[path] = json.loads(value)
        return services

    def page_lines(self):
        """(lines that are on the page, beginnings that are not)"""
        lines = self.blocks["page"].splitlines()
        return ([line for line in lines if not line.startswith("no ")],
                [line.removeprefix("no ") for line in lines if line.startswith("no ")])

    def write(self, folder):
        path = Path(folder) / "my-values.json"
        path.write_text(self.blocks["json"], encoding="utf-8")
        return path


def read_examples():
    text = DOCUMENT.read_text(encoding="utf-8").split("## Examples\n", 1)[1]
    parts = re.split(r"^### (.*)\n", text, flags=re.M)[1:]
    return [Example(title, body) for title, body in zip(parts[::2], parts[1::2])]


EXAMPLES = read_examples()
SHOWN = [example for example in EXAMPLES if "page" in example.blocks]


def publish(station, services):
    """Values of services that exist, and whole services that do not."""
    recorded = {path.stem for path in (ROOT / "tests" / "stations" / STATION / "http").glob("com.*.json")}
    for service, values in services.items():
        if service in recorded:
            station.faults(values={service: values})
        else:
            station.faults(services={"add": {service: values}})


def once(station, *flags):
    code, out, err = run(f"--station.url={station.url}", "--site=home", "--once", *flags)
    assert code == 0, err
    return out


def has_series(page_text, name):
    """`name` with or without labels."""
    return any(re.match(re.escape(name) + r"[ {]", line) for line in page_text.splitlines())


def test_there_are_enough_examples():
    """At least ten additions, each of one or two lines."""
    assert len(SHOWN) >= 10
    assert all(len(example.blocks["json"].splitlines()) <= 2 for example in EXAMPLES)


@pytest.mark.parametrize("example", SHOWN, ids=lambda example: example.title)
def test_an_example_gives_what_it_says(simulator, tmp_path, example):
    """The map file is good; with it the page has the shown lines, without it it has not."""
    map_file = f"--map.file={example.write(tmp_path)}"
    code, out, err = run("--map.check", map_file)
    assert code == 0, err
    assert "never matches" not in out
    station = simulator(STATION)
    publish(station, example.published())
    present, absent = example.page_lines()
    before, after = once(station), once(station, map_file)
    assert [line for line in present if line not in after.splitlines()] == []
    assert [name for name in absent if has_series(after, name)] == []
    assert set(present) - set(before.splitlines()) or all(has_series(before, name) for name in absent)
    page = Page(after)
    assert len(page.keys()) == len(set(page.keys()))


@pytest.mark.parametrize("example", [e for e in EXAMPLES if "refused" in e.blocks], ids=lambda example: example.title)
def test_a_refused_example_is_refused(tmp_path, example):
    """--map.check exits 2 with that reason."""
    code, _, err = run("--map.check", f"--map.file={example.write(tmp_path)}")
    assert code == 2
    assert example.blocks["refused"].strip() in err


def test_the_exporter_writes_the_line(simulator, tmp_path):
    """--station.unmapped prints the line that the document shows; it works as it is and
    leaves nothing unmapped."""
    station = simulator(STATION)
    publish(station, {"com.victronenergy.battery.socketcan_can0": {"/Fan/Speed": 2150}})
    url = f"--station.url={station.url}"
    code, line, err = run(url, "--site=home", "--station.unmapped")
    assert code == 0, err
    assert line.strip() in DOCUMENT.read_text(encoding="utf-8").splitlines()
    assert Page(once(station)).value("victron_unmapped_paths") == 1
    path = tmp_path / "my-values.json"
    path.write_text(line, encoding="utf-8")
    page = Page(once(station, f"--map.file={path}"))
    assert page.value("victron_unmapped_paths") == 0
    assert page.value(json.loads(line)["metric"], instance="512") == 2150


def test_the_debug_page_tells_the_missing_value(simulator, exporter):
    """As the document says: the path, its device, its value."""
    station = simulator(STATION)
    publish(station, {"com.victronenergy.battery.socketcan_can0": {"/Fan/Speed": 2150, "/Soc": "full"}})
    server = exporter(station.url)
    text = server.get("/debug/scrape")[2].decode()
    shown = DOCUMENT.read_text(encoding="utf-8")
    rows = text.partition("values made no sample:\n")[2].partition("\n\n")[0].splitlines()
    assert "unmapped     battery/512          /Fan/Speed = 2150" in rows
    for row in rows:
        assert row in shown, row


def test_printed_lines_can_be_used_again(tmp_path):
    """--map.print at full, given back as a --map.file, is the same map; and it is the files
    of metrics-map/."""
    code, printed, err = run("--map.print", "--map.level=full")
    assert code == 0, err
    path = tmp_path / "printed.json"
    path.write_text(printed, encoding="utf-8")
    code, again, err = run("--map.print", "--map.level=full", f"--map.file={path}")
    assert (code, err) == (0, "")
    assert again == printed
    rows = [row for row in map(json.loads, printed.splitlines()) if not row.get("any")]
    files = [json.loads(file.read_text(encoding="utf-8"))
             for file in (ROOT / "metrics-map").glob("*.json") if file.name != "schema.json"]
    expected = sorted((file["device"], row["path"], row.get("json", ""), row.get("label", ""))
                      for file in files for row in file["metrics"] + file["ignore"])
    assert sorted((row["device"], row["path"], row.get("json", ""), row.get("label", ""))
                  for row in rows) == expected
