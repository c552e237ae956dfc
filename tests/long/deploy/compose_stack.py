"""deploy/compose.yaml as a person meets it after some minutes: rules have recorded, the dead man's switch has reached Alertmanager.

Without a container engine, see tests/deploy/composed.py; with the scrape interval of the file.
"""

import json
import time

import pytest
from composed import Stack
from harness import request, wait_until

PATIENCE = 240


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    running = Stack(tmp_path_factory.mktemp("stack"))
    running.start()
    yield running
    running.stop()


def ask(stack, service, path):
    status, _, body = request(stack.url(service) + path)
    assert status == 200, body
    return json.loads(body)


def recorded(stack, name):
    series = ask(stack, "prometheus", f"/api/v1/query?query={name}")["data"]["result"]
    return {s["metric"].get("site"): float(s["value"][1]) for s in series}


def test_rules_record_what_the_boards_show(stack, figure):
    began = time.monotonic()
    wait_until(lambda: recorded(stack, "site:victron_up:max") == {"house": 1, "mill": 1}, PATIENCE, "site:victron_up:max")
    wait_until(lambda: recorded(stack, "fleet:victron_stations:online") == {None: 2}, PATIENCE, "the fleet's figures")
    figure("compose, seconds until the fleet's figures are there", round(time.monotonic() - began))
    assert set(recorded(stack, "site:victron_load_power_watts:sum")) == {"house", "mill"}


def test_every_rule_is_evaluated_without_an_error(stack):
    def groups():
        return ask(stack, "prometheus", "/api/v1/rules")["data"]["groups"]

    minutely = wait_until(lambda: [g for g in groups() if g["interval"] <= 60]
                          if all(r["health"] != "unknown" for g in groups() if g["interval"] <= 60 for r in g["rules"])
                          else None, PATIENCE, "an evaluation of every group")
    wrong = [(r["name"], r.get("lastError")) for g in minutely for r in g["rules"] if r["health"] != "ok"]
    assert not wrong and len(minutely) > 20


def test_the_dead_mans_switch_reaches_alertmanager(stack, figure):
    def alerts():
        return {a["labels"]["alertname"] for a in ask(stack, "alertmanager", "/api/v2/alerts")}

    wait_until(lambda: "VictronWatchdog" in alerts(), PATIENCE, "the alert")
    figure("compose, alerts at Alertmanager", sorted(alerts()))
