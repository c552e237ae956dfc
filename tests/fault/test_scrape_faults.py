"""Whatever call fails during a scrape: no crash, no leak, no page that lies, all well right after."""

import http.client
import os
import urllib.error

import pytest
from counting_station import CountingStation, lies
from faults import points, start
from harness import OPENMETRICS, Page, request, wait_until

# What a scrape over HTTP calls, at least once; each of its calls fails in turn.
CALLS = ["calloc", "realloc", "epoll_ctl", "epoll_wait", "accept", "setsockopt", "fcntl", "open", "read",
         "getrlimit", "curl_easy_getinfo", "curl_easy_setopt", "curl_multi_add_handle", "curl_multi_perform",
         "curl_multi_poll", "curl_multi_info_read",
         "MHD_add_connection", "MHD_create_response_from_iovec", "MHD_add_response_header",
         "MHD_queue_response", "deflateInit2_", "deflate"]
if not os.stat("/proc/self/fd").st_size:  # before Linux 6.2 descriptors are counted one by one
    CALLS.append("opendir")


@pytest.fixture
def station():
    with CountingStation() as raw:
        yield raw


def whole_page(server, station):
    """A page of a fetch that went well, with the number of that fetch."""
    page = server.page()
    page.fetch = station.fetches
    assert page.value("victron_up") == 1
    assert len(page.series("victron_scrape_service_success")) == 4
    assert all(value == 1 for _, value in page.series("victron_scrape_service_success"))
    assert page.value("victron_battery_voltage_volts", instance="512") == page.fetch
    return page


def try_page(server, path="/metrics", **headers):
    """A page, or None where the exporter says that it has none, or nothing at all."""
    try:
        status, answered, body = server.get(path, headers=headers)
    except (urllib.error.URLError, http.client.HTTPException, ConnectionError):
        return None
    assert status in (200, 500, 503), (status, body)
    if status != 200 or path != "/metrics":
        return None
    if answered["Content-Encoding"] == "gzip":
        import gzip
        body = gzip.decompress(body)
    return Page(body.decode(), answered["Content-Type"].startswith("application/openmetrics"))


@pytest.mark.parametrize("call", CALLS)
def test_a_scrape_with_a_call_that_fails(faults, station, call):
    server = start(faults, station.url, "--scrape.min-interval=0s", "--scrape.timeout=3s")
    headers = {"Accept": OPENMETRICS, "Accept-Encoding": "gzip"}
    hits = 0

    def is_well(whole):
        page = try_page(server)
        return page and not lies(page, whole, station.fetches) and len(page.samples) >= len(whole.samples) - 5

    try:
        whole = whole_page(server, station)
        for n in points(faults, call, lambda: try_page(server, **headers)):
            faults.arm(call, n)
            page = try_page(server, **headers)
            hits += faults.hits()
            faults.disarm()
            assert server.is_running()
            wrong = lies(page, whole, station.fetches) if page else []
            assert not wrong, f"{call} {n}: {wrong[:5]}"
            wait_until(lambda: is_well(whole), 5, f"recovery after {call} {n}")
        assert hits
    finally:
        code = server.stop()
    assert code == 0
