"""Whatever call fails at the start: a sentence and exit 2 or 1, or a program that serves as ever."""

import re
import sys

import pytest
from counting_station import CountingStation, lies
from faults import EVERY_FAULT, PROGRAM
from harness import ROOT, Process, request, wait_until
from test_scrape_faults import try_page, whole_page

sys.path.append(str(ROOT / "tests"))
from simulator.free_ports import free_port  # noqa: E402

# What a start makes, at least once; the first of each fails, and one in the middle.
CALLS = ["calloc", "realloc", "pthread_attr_init", "pthread_create", "epoll_create1", "epoll_ctl", "eventfd", "socket",
         "bind", "listen", "setsockopt", "getsockname", "getaddrinfo", "fopen", "ferror", "fcntl",
         "curl_global_init", "curl_easy_init", "curl_easy_setopt", "curl_multi_init", "json_loadb", "MHD_start_daemon",
         "write", "sd_notify", "curl_multi_wakeup"]


class Started(Process):
    """The program, which may not come up."""

    def __init__(self, faults, station, flags):
        port = free_port()
        self.url = f"http://localhost:{port}"
        super().__init__([str(PROGRAM), f"--station.url={station.url}", "--site=x", "--scrape.min-interval=0s",
                          f"--web.listen-address=localhost:{port}", *flags], env={**faults.env, "NOTIFY_SOCKET": "@nobody"})

    def has_come_up(self):
        """False: it has ended."""
        wait_until(lambda: self._serves() or not self.is_running(), what="a beginning or an end")
        return self.is_running()

    def _serves(self):
        try:
            return self.get("/-/healthy", timeout=1)[0] == 200
        except OSError:
            return False

    def get(self, path="/metrics", **options):
        return request(self.url + path, **options)

    def page(self):
        return try_page(self)

    def is_running(self):
        return self.child.poll() is None


@pytest.fixture
def flags(tmp_path):
    site = tmp_path / "site.json"
    site.write_text('{"name": "Alm", "timezone": "Europe/Vienna"}')
    rows = tmp_path / "rows.json"
    rows.write_text("")
    return [f"--site.file={site}", f"--map.file={rows}"]


def assert_told(program, what):
    """It ended by itself: with a code of ours and a sentence for a person."""
    program._reader.join(5)
    assert program.child.returncode in (1, 2), (what, program.child.returncode, program.lines)
    assert program.lines and all(len(line) > 10 for line in program.lines), what
    assert not re.search("Sanitizer|runtime error", "\n".join(program.lines)), program.lines


def made_by_a_good_start(faults, station, flags):
    faults.disarm()
    program = Started(faults, station, flags)
    assert program.has_come_up()
    whole = whole_page(program, station)
    assert program.stop() == 0
    return faults.made(), whole


def test_a_start_with_a_call_that_fails(faults, flags):
    """Each kind of call; the log line that cannot be written is the only one that is not told."""
    with CountingStation() as station:
        made, whole = made_by_a_good_start(faults, station, flags)
        for call in CALLS:
            assert made[call], f"a start does not call {call}"
            some = {1, made[call] // 2 or 1}
            for n in range(1, made[call] + 1) if EVERY_FAULT else sorted(some):
                check_start(faults, station, flags, call, n, whole)


def check_start(faults, station, flags, call, n, whole):
    faults.arm_before_start(call, n)
    program = Started(faults, station, flags)
    what = f"{call} {n}"
    if not program.has_come_up():
        assert_told(program, what)
        program.stop()
        return
    try:
        wait_until(lambda: (page := try_page(program)) and page.value("victron_up") == 1, 10, f"a page with {what}")
        page = program.page()
        if page:
            wrong = lies(page, whole, station.fetches)
            assert not wrong, (what, wrong[:5])
    finally:
        code = program.stop()
    assert code == 0, (what, program.lines)
