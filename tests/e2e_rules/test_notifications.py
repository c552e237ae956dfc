"""Who is told what, when stations suffer: nine simulated stations, the real exporter, Prometheus and Alertmanager.

One story is told to all tests (story.py), with the shipped rules and the shipped Alertmanager configuration, whose times are
shorter (accelerated.py says which). What arrives is looked at in the mail and at the web server that got it.
"""

import re

import pytest
from story import BEATS, Story, sites
from world import World, write_history

CALM = ("home",)  # nothing happens to them
PAGED = {
    "mill": ("grid", [("VictronGridLost", "critical")]),
    "barn": ("battery", [("VictronBatteryBmsLost", "critical")]),
    "attic": ("battery", [("VictronBatteryTemperatureHigh", "critical")] * 2),
    "island": ("chain", [("VictronStationUnreachable", "critical")]),
    "tower": ("chain", [("VictronExporterDown", "critical")]),
    "cottage": ("battery", [("VictronBatterySocCritical", "critical")]),
}


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fleet")
    stations = sites(folder)
    assert write_history("depot", "ess", folder) > 300
    world = World(folder, stations)
    try:
        yield Story(world).tell()
    finally:
        world.stop()


def told(calls):
    """[(status, [(alert, severity)])] of webhook calls."""
    return [(call.status, call.names(call.status)) for call in calls]


def test_every_rule_ran(story):
    assert not story.failures


def test_nothing_is_said_while_all_is_well(story):
    said = [call for receiver in ("pager", "ticket", "digest") for call in story.calls(receiver, until="quiet")]
    assert {call.site for call in said if call.path != "/digest"} == {"depot"}, "only the cells of depot have drifted"
    assert all(severity == "info" for call in said if call.path == "/digest" for _, severity in call.names("firing"))
    for site in CALM:
        assert not story.calls("pager", site) and not story.calls("ticket", site)


@pytest.mark.parametrize("site", PAGED)
def test_a_page_comes_once_and_its_end_once(story, site):
    component, alerts = PAGED[site]
    calls = story.calls("pager", site)
    assert told(calls) == [("firing", alerts), ("resolved", alerts)]
    assert {alert["labels"]["component"] for call in calls for alert in call.alerts} == {component}
    assert calls[0].at > story.ends["quiet"]


@pytest.mark.parametrize("site", PAGED)
def test_a_page_is_a_mail_too(story, site):
    first, last = story.mails("pager", site)
    assert first.subject.startswith(f"CRITICAL {site}: ") and last.subject.startswith(f"OK over: {site}: ")
    assert first.priority == "1"
    assert "\n\nFirst: " in first.text and "<b>First:</b> " in first.html
    helper = "whoever runs the monitoring" if site == "tower" else "the installer of the station"
    assert re.search(rf"\nHow soon: (at once|within the hour), also at night\.\nIf you cannot do it, or are not sure: call {helper}\.\n", first.text)
    for body in (first.text, first.html):
        assert re.search(rf"runbook\.md#{PAGED[site][1][0][0].lower()}\b", body)
        assert re.search(r"https://grafana\.example\.org/d/victron-\w+", body)
    assert re.search(r"Since \d+ \w+ \d\d:\d\d UTC", first.text)


def test_alerts_of_one_part_come_in_one_message(story):
    """Two monitors of one hot battery: one page about two."""
    call = story.calls("pager", "attic")[0]
    assert {alert["labels"]["instance"] for alert in call.alerts} == {"100", "512"}
    assert story.mails("pager", "attic")[0].subject.endswith("(and 1 more)")


def test_a_battery_that_empties_is_a_ticket_first_and_a_page_then(story):
    tickets = story.calls("ticket", "cottage", until="misfortune")
    assert told(tickets)[-1] == ("firing", [("VictronBatterySocLow", "warning"), ("VictronBatteryTimeToEmptyShort", "warning")])
    assert len(tickets) <= 2, "one message, or a second one when the other alert joins"
    assert not story.calls("pager", "cottage", until="misfortune")
    text = story.mails("ticket", "cottage")[-1].text
    assert re.search(r"battery (low, 12%|empty in \d h)", text)


def test_what_follows_is_muted(story):
    """The levels below, and what comes of a lost BMS."""
    assert story.muted == {
        ("VictronBatteryTemperatureHigh", "barn"): True,
        ("VictronBatteryChargeBlocked", "barn"): None,
        ("VictronGridLost", "mill"): False,
        ("VictronBatterySocLow", "cottage"): True,
        ("VictronBatteryTimeToEmptyShort", "cottage"): True,
    }
    for site in ("barn", "attic"):
        assert not story.calls("ticket", site, until="emptier")


def test_a_dead_string_is_a_ticket(story):
    calls = story.calls("ticket", "roof")
    alert = [("VictronSolarTrackerDead", "warning")]
    assert told(calls) == [("firing", alert), ("resolved", alert)]
    assert calls[0].alerts[0]["labels"]["tracker"] == "1"
    assert "0 V" in calls[0].alerts[0]["annotations"]["description"]


def test_cells_that_drift_for_days_are_a_ticket(story):
    calls = story.calls("ticket", "depot")
    alerts = [("VictronBatteryCellImbalance", "warning"), ("VictronBatteryCellImbalanceGrowing", "warning")]
    assert told(calls)[-1] == ("firing", alerts) and len(calls) <= 2
    assert not story.calls("ticket", "depot", after="quiet"), "said once"
    growing = next(a for a in calls[-1].alerts if a["labels"]["alertname"].endswith("Growing"))
    assert float(re.search(r"by (0\.\d+) V a week", growing["annotations"]["description"])[1]) == pytest.approx(0.037, abs=0.004)


def test_many_at_once_are_told_as_the_fleet(story):
    calls = [call for call in story.calls("pager") if call.group == {"alertname": "VictronFleetCriticalShare"}]
    assert told(calls)[0] == ("firing", [("VictronFleetCriticalShare", "critical")])
    assert len([call for call in calls if call.status == "firing"]) == 1


def test_nothing_else_is_said(story):
    """Tickets until all is well again: means over days, which are a minute here, may lag behind."""
    assert {call.site for call in story.calls("pager")} == {*PAGED, None}
    assert {call.site for call in story.calls("ticket", until="emptier")} == {"cottage", "roof", "depot"}


def test_the_watchdog_never_stops(story):
    """Its receiver hears of it regularly to the end: every 5 minutes, here seconds.

    The first time may be a minute after the start: what Prometheus says before it has found Alertmanager is lost, and said again.
    """
    moments = [call.at for call in story.calls("dead-man")]
    assert len(moments) >= BEATS
    gaps = [later - earlier for earlier, later in zip(moments, [*moments[1:], story.ends["recovery"]])]
    assert max(gaps) < 15
    assert {name for call in story.calls("dead-man") for name, _ in call.names("firing")} == {"VictronWatchdog"}
