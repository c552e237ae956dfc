"""What a GX receives in an hour of scraping by two servers: half as much if they share their fetches."""

from collections import Counter

import pytest
from moved_clock import MovedClock

ESS = "cerbo-gx-v3.70-ess"
HOUR, INTERVAL, APART = 3600, 15, 7  # seconds
FETCHES = HOUR // INTERVAL  # of one server
REFRESH = 300  # seconds; settings are asked so often
SETTINGS = "com.victronenergy.settings"
SENT = "victron_http_requests_total"


@pytest.mark.parametrize("flags,fetches", [((), 2 * FETCHES), (("--scrape.min-interval=14s",), FETCHES)],
                         ids=["as-shipped", "sharing"])
def test_an_hour_of_two_servers(simulator, exporter, tmp_path, flags, fetches):
    """As many fetches as there should be, one request at a time, and the metric says what the GX saw."""
    station, clock = simulator(ESS), MovedClock(tmp_path)
    server = exporter(station.url, *flags, env=clock.env)
    before = server.page().value(SENT)
    station.forget()
    for start in range(INTERVAL, HOUR + INTERVAL, INTERVAL):
        for moment in (start, start + APART):
            clock.put(moment)
            sent = server.page(f"/metrics?name[]={SENT}").value(SENT) - before
    state = station.state()
    asked = Counter(r.get("service") or r["endpoint"] for r in state["requests"])
    assert asked.pop(SETTINGS) == HOUR // REFRESH
    assert set(asked.values()) == {fetches}, asked
    assert len(asked) == 1 + 17  # the list, and each service
    assert state["connections"]["max"] == 1
    assert sent == len(state["requests"])
