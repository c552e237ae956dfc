"""The files that were written last are those in force, and reading them holds up nobody."""

import os
import signal
import threading

import pytest
from harness import PROGRAM, SLOWNESS, Process, request, wait_until
from health_watch import HealthWatch
from hostile import numbers_of

ESS = "cerbo-gx-v3.70-ess"
ROW = ('{"device": "vebus", "path": "/Mode", "metric": "victron_vebus_wish_%d", "type": "gauge", '
       '"help": "What was asked for."}')


@pytest.fixture
def rows(tmp_path):
    path = tmp_path / "rows.json"
    path.write_text(ROW % 0)
    return path


def replace(path, text):
    """As editors do: a reader sees the old file or the new one."""
    new = path.with_suffix(".new")
    new.write_text(text)
    new.rename(path)


def wishes(page):
    return [name for name, _ in page.keys() if name.startswith("victron_vebus_wish_")]


def post_reload(server, statuses=None):
    status = request(server.url + "/-/reload", method="POST")[0]
    if statuses is not None:
        statuses.append(status)
    return status


def test_a_reload_by_signal_and_one_by_page_end_with_the_newest_files(simulator, exporter, rows):
    """Whichever of the two read the older file, it is not in force at the end."""
    server = exporter(simulator(ESS).url, f"--map.file={rows}", "--web.enable-lifecycle")
    for i in range(1, 41):
        replace(rows, ROW % (2 * i))
        statuses = []
        page = threading.Thread(target=post_reload, args=(server, statuses))
        page.start()
        replace(rows, ROW % (2 * i + 1))
        server.child.send_signal(signal.SIGHUP)
        page.join()
        assert statuses == [200]
        newest = [f"victron_vebus_wish_{2 * i + 1}"]
        wait_until(lambda: wishes(server.page()) == newest, what=f"the files of round {i}")
    assert wishes(server.page()) == newest


def test_a_page_that_reloads_is_answered_by_files_as_they_were_then(simulator, exporter, rows):
    """200 means that what was written before the request is in force, for many who ask at once."""
    server = exporter(simulator(ESS).url, f"--map.file={rows}", "--web.enable-lifecycle")
    statuses = []
    for i in range(1, 6):
        replace(rows, ROW % i)
        threads = [threading.Thread(target=post_reload, args=(server, statuses)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wishes(server.page()) == [f"victron_vebus_wish_{i}"]
    assert statuses == [200] * 40


def test_a_refused_reload_says_so_in_a_line(simulator, exporter, rows):
    """As every other answer of a route that is text for a person."""
    server = exporter(simulator(ESS).url, f"--map.file={rows}", "--web.enable-lifecycle")
    replace(rows, "{")
    status, _, body = request(server.url + "/-/reload", method="POST")
    assert (status, body) == (500, b"Refused, the old files stay in force; the log says why.\n")
    assert wishes(server.page()) == ["victron_vebus_wish_0"]


def test_a_reload_asked_while_it_starts_comes_after_the_start(simulator, rows):
    """Whoever writes files and signals at once need not know whether the exporter is up already."""
    rows.unlink()
    os.mkfifo(rows)
    starting = Process([str(PROGRAM), f"--station.url={simulator(ESS).url}", f"--map.file={rows}",
                        "--web.listen-address=127.0.0.1:0"])
    try:
        with open(rows, "w", encoding="ascii") as slow:  # opens when the other side reads
            replace(rows, ROW % 1)
            starting.child.send_signal(signal.SIGHUP)
            slow.write(ROW % 0)
        starting.wait_for("msg=reloaded")
    finally:
        assert starting.stop() == 0


def test_reading_slow_files_holds_up_nobody(simulator, exporter, rows):
    """A file from a disk that sleeps: pages and health are answered with the old ones meanwhile."""
    server = exporter(simulator(ESS).url, f"--map.file={rows}", "--web.enable-lifecycle")
    rows.unlink()
    os.mkfifo(rows)
    statuses = []
    page = threading.Thread(target=post_reload, args=(server, statuses))
    page.start()
    with open(rows, "w", encoding="ascii") as slow:  # opens when the other side reads
        with HealthWatch(server) as watch:
            assert wishes(server.page()) == ["victron_vebus_wish_0"]
            wait_until(lambda: watch.asked() >= 20, what="twenty answers")
            assert page.is_alive()
        slow.write(ROW % 1)
    page.join()
    assert statuses == [200] and wishes(server.page()) == ["victron_vebus_wish_1"]
    watch.assert_quick()


@pytest.mark.skipif(SLOWNESS > 1, reason="a sanitizer keeps what was freed")
def test_a_reload_costs_no_memory(simulator, exporter, rows):
    """What the old files made goes with them: ten reloads later it is as large as after the first."""
    server = exporter(simulator(ESS).url, f"--map.file={rows}", "--web.enable-lifecycle")

    def anonymous_kib():
        for _ in range(3):
            server.page()
        return numbers_of(server)["anonymous"]

    before = anonymous_kib()
    for i in range(10):
        replace(rows, ROW % i)
        assert post_reload(server) == 200
        assert wishes(server.page()) == [f"victron_vebus_wish_{i}"]
    wait_until(lambda: anonymous_kib() < before + 1024, 5, f"at most 1 MiB more than {before} KiB")


def test_sighup_under_load(simulator, exporter, rows):
    """A hundred reloads, good and bad, while four scrape: each page is one of the good maps, whole."""
    server = exporter(simulator(ESS).url, f"--map.file={rows}")
    expected = len(server.page().keys())
    is_over = threading.Event()
    wrong = []

    def scrape():
        while not is_over.is_set():
            page = server.page()
            good = len(wishes(page)) == 1 and page.value("victron_up") == 1
            if not good or abs(len(page.keys()) - expected) > 20:  # victron_exporter_* come and go
                wrong.append(page.text)

    scrapers = [threading.Thread(target=scrape) for _ in range(4)]
    for scraper in scrapers:
        scraper.start()
    for i in range(100):
        replace(rows, ROW % i if i % 10 else "{")
        server.child.send_signal(signal.SIGHUP)
    replace(rows, ROW % 1000)
    server.child.send_signal(signal.SIGHUP)
    wait_until(lambda: wishes(server.page()) == ["victron_vebus_wish_1000"], what="the last files")
    is_over.set()
    for scraper in scrapers:
        scraper.join()
    assert not wrong, wrong[0]
    assert server.stop() == 0
