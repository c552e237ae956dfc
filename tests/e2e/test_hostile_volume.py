"""However much a station says at once, others are served meanwhile, and what is too much is counted."""

import pytest
from harness import SLOWNESS, Page, wait_until
from health_watch import HealthWatch
from hostile import RawStation, service_list, table

SERVICES = 50
PATHS = 999  # of each service: with its instance 50,000 values
ROW = ('{"device": "battery", "path": "/Many/{item}", "metric": "victron_battery_many", "type": "gauge", '
       '"help": "One of many."}')


class Volume(RawStation):
    """Fifty services; `kind` says what they say, each time they are asked anew."""

    def __init__(self, kind):
        self.kind, self.round = kind, 0
        names = [f"battery.s{i:02}" for i in range(SERVICES)]
        super().__init__(**{"/services": self._list(names), **{n: self._say(i) for i, n in enumerate(names)}})

    def _list(self, names):
        def answer(connection):
            self.round += 1
            connection.sendall(service_list(*names))

        return answer

    def _say(self, instance):
        return lambda connection: connection.sendall(table({"DeviceInstance": instance, **self.kind(self.round)}))


def new_paths(turn):
    return {f"Many/{turn}x{i}": i for i in range(PATHS)}


def new_texts(turn):
    return {f"Error/{i}/Id": f"x:e-{turn}.{i}" for i in range(PATHS)}


def large_json(turn):
    return {f"Cells/{i}": "[" + ",".join([str(turn)] * 15_000) + "]" for i in range(10)}


def long_texts(turn):
    return {f"Error/{i}/Id": "x" * 60_000 + str(turn) for i in range(10)}


@pytest.fixture
def start(tmp_path, exporter):
    """start(station): an exporter that maps what these stations say, its first fetch ended."""
    def start_one(station):
        rows = tmp_path / "rows.json"
        rows.write_text(ROW + ROW.replace("/Many/{item}", "/Cells/{item}").replace("_many", "_cell")
                        .replace('"type"', '"json": "/{cell}", "type"'))
        return exporter(station.url, f"--map.file={rows}", "--map.level=full", "--scrape.min-interval=0s",
                        "--scrape.timeout=20s")

    return start_one


def timed_page(server, path="/metrics"):
    with HealthWatch(server) as watch:
        start = watch.asked()
        status, _, body = server.get(path)
        asked = watch.asked() - start
    assert status == 200
    return body.decode(), watch, asked


@pytest.mark.parametrize("kind", [new_paths, new_texts, large_json, long_texts])
def test_much_that_is_new_holds_up_nobody(start, kind):
    """/-/healthy is answered all through a page; nobody waits for a large part of it."""
    with Volume(kind) as station:
        server = start(station)
        longest = []
        for path in ("/metrics", "/metrics", "/", "/debug/scrape"):
            _, watch, asked = timed_page(server, path)
            longest.append(max(watch.took))
            watch.assert_quick(at_least=1)
        # One page of 50,000 new paths took half a second of the server's time, of large JSON three.
        assert sorted(longest)[1] < 0.25 * SLOWNESS, longest


def test_what_a_page_has_no_room_for_is_counted(start):
    """All paths are there in the end; too much JSON and too many texts are refused as over the limit."""
    for kind, refused in ((new_paths, 0), (large_json, SERVICES * 10 - 16), (new_texts, SERVICES * PATHS - 50)):
        with Volume(kind) as station:
            server = start(station)
            page = Page(server.get()[2].decode())
            assert page.value("victron_up") == 1
            limit = page.value("victron_rejected_values", reason="limit")
            assert (limit or 0) >= refused * 0.9, (kind, limit)
            if kind is new_paths:
                assert len(page.series("victron_battery_many")) == SERVICES * PATHS
            if kind is new_texts:
                assert len(page.series("victron_device_error_info")) <= 50


def test_a_short_deadline_is_kept_by_a_station_full_of_new_paths(start):
    """What was not met in time is counted, and there on a later page."""
    with Volume(new_paths) as station:
        server = start(station)
        station.kind = lambda turn: new_paths(7)
        status, _, body = server.get(headers={"X-Prometheus-Scrape-Timeout-Seconds": "0.7"})
        assert status == 200 and Page(body.decode()).series("victron_up")
        page = wait_until(lambda: (p := server.page(timeout=20)) and len(p.series("victron_battery_many"))
                          == SERVICES * PATHS and p, what="all paths")
        assert not page.value("victron_rejected_values", reason="limit")
