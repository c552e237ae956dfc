"""Whatever call fails during a reload: the new files are in force and told so, or the old ones."""

import pytest
from counting_station import CountingStation, lies
from faults import points, start
from harness import wait_until
from test_scrape_faults import try_page, whole_page

ROW = ('{"device": "vebus", "path": "/Mode", "metric": "victron_vebus_wish", "type": "gauge", '
       '"help": "What was asked for.", "labels": {"version": "%d"}}')
SITE = ('{"name": "Alm", "timezone": "Europe/Vienna", "expected": {"battery": %d}, '
        '"devices": {"battery/512": {"battery_capacity_joules": 36000000}}}')

# What a reload and the first page after it call, at least once.
CALLS = ["calloc", "realloc", "fopen", "ferror", "json_loadb", "write"]


class Files:
    """A map file and a site file whose versions can be seen on the page."""

    def __init__(self, folder):
        self.rows, self.site = folder / "rows.json", folder / "site.json"
        self.version = 0
        self.next()

    def next(self):
        self.version += 1
        self.rows.write_text(ROW % self.version)
        self.site.write_text(SITE % self.version)

    def flags(self):
        return [f"--map.file={self.rows}", f"--site.file={self.site}", "--web.enable-lifecycle",
                "--scrape.min-interval=0s", "--scrape.timeout=3s"]


def version_on(page):
    """Of both files, which must be of one version."""
    of_map = [int(labels["version"]) for labels, _ in page.series("victron_vebus_wish")]
    of_site = page.value("victron_site_expected_devices", device="battery")
    assert of_map in ([], [of_site]), (of_map, of_site)
    return of_site


def without_versions(page):
    page.samples = [s for s in page.samples if s.name not in ("victron_vebus_wish", "victron_site_expected_devices")]
    return page


@pytest.fixture
def station():
    with CountingStation() as raw:
        yield raw


@pytest.mark.parametrize("call", CALLS)
def test_a_reload_with_a_call_that_fails(faults, station, tmp_path, call):
    files = Files(tmp_path)
    server = start(faults, station.url, *files.flags())

    def reload_and_look():
        """(status, page) of a new version of the files."""
        files.next()
        status = server.get("/-/reload", method="POST")[0]
        return status, try_page(server)

    try:
        whole = without_versions(whole_page(server, station))
        all_points = points(faults, call, reload_and_look, most=10)
        before, hits = files.version, 0
        for n in all_points:
            faults.arm(call, n)
            status, page = reload_and_look()
            hits += faults.hits()
            faults.disarm()
            assert status in (200, 500)
            before = files.version if status == 200 else before
            assert page is None or version_on(page) == before, f"{call} {n}: {status}"
            page = wait_until(lambda: try_page(server), 3, f"a page after {call} {n}")
            assert version_on(page) == before
            assert page.value("victron_exporter_config_last_reload_successful") == (status == 200)
            wrong = lies(without_versions(page), whole, station.fetches)
            assert not wrong, f"{call} {n}: {wrong[:5]}"
        assert hits
        assert reload_and_look()[0] == 200
        assert version_on(server.page()) == files.version
    finally:
        code = server.stop()
    assert code == 0
