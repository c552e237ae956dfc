"""Who hears what: the Alertmanager configuration, by amtool and by its own words.

Routes are asked of amtool for every alert of the specification. amtool knows no inhibitions, so these are
applied here, as Alertmanager 0.25 does: all matchers of source and target, equal labels (absent is empty),
and an alert that is source and target of a rule is not muted by another such.
"""

import html
import json
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parents[1] / "alert-rules" / "alertmanager"
CONFIG = FOLDER / "alertmanager.yml"
SEVERITIES = {"critical", "warning", "info"}


def amtool(*arguments):
    return subprocess.run(["amtool", *arguments], capture_output=True, text=True, timeout=60, cwd=FOLDER)


def lines(name):
    text = (HERE / name).read_text(encoding="utf-8")
    return [line.split() for line in text.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("name", ["alertmanager.yml", "receivers-examples.yml"])
def test_amtool_finds_nothing_wrong(name):
    done = amtool("check-config", name)
    assert done.returncode == 0, done.stdout + done.stderr


# ---- routes


def receiver_of(labels):
    done = amtool("config", "routes", "test", "--config.file", str(CONFIG), *[f"{k}={v}" for k, v in labels.items()])
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def expected_receiver(severity, words):
    if severity == "critical":
        return "ticket" if "unpaged" in words else "pager"
    return "ticket" if severity == "warning" else "digest"


def cases():
    for name, *words in lines("specified_alerts.txt"):
        for severity in sorted(SEVERITIES & set(words)):
            labels = {"alertname": name, "severity": severity, "site": "mill", "component": "any"}
            if severity == "critical" and "unpaged" in words:
                labels["page"] = "false"
            wanted = "dead-man" if name == "VictronWatchdog" else expected_receiver(severity, words)
            yield labels, wanted


def test_every_alert_reaches_who_must_act():
    wrong = []
    with ThreadPoolExecutor(2) as pool:
        for (labels, wanted), got in zip(cases(), pool.map(lambda case: receiver_of(case[0]), cases())):
            if got != wanted:
                wrong.append(f"{labels['alertname']} {labels['severity']}: {got}, not {wanted}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "severity, wanted", [("critical", "ticket"), ("warning", "digest"), ("info", "digest")]
)
def test_a_weak_grid_counts_one_level_less(severity, wanted):
    labels = {"alertname": "VictronGridLost", "severity": severity, "grid_class": "weak", "site": "marina"}
    assert receiver_of(labels) == wanted
    assert receiver_of(labels | {"grid_class": "normal"}) == expected_receiver(severity, [])


@pytest.mark.parametrize("severity, wanted", [("critical", "pager"), ("warning", "ticket"), ("info", "digest")])
def test_the_fleet_is_heard_once_an_alert(severity, wanted):
    assert receiver_of({"alertname": "VictronFleetX", "severity": severity, "scope": "F"}) == wanted
    fleet = next(r for r in config()["route"]["routes"] if r["matchers"] == ['scope="F"'])
    assert fleet["group_by"] == ["alertname"]


def test_an_alert_that_nobody_foresaw_is_heard():
    assert receiver_of({"alertname": "Unknown"}) == "ticket"


def test_times_and_repeats():
    route = config()["route"]
    assert (route["group_by"], route["group_wait"], route["group_interval"]) == (["site", "component"], "30s", "5m")
    repeats = {r["receiver"]: r["repeat_interval"] for r in route["routes"] if r["matchers"][0].startswith("severity=")
               and "repeat_interval" in r}
    assert repeats == {"pager": "2h", "digest": "7d"} and route["repeat_interval"] == "24h"
    for r in walk(route):
        wanted = {"pager": None, "dead-man": None, "ticket": ["office-hours"], "digest": ["digest-time"]}[r["receiver"]]
        if "matchers" in r and not r.get("routes"):
            assert r.get("active_time_intervals") == wanted, r


def walk(route):
    yield route
    for child in route.get("routes", []):
        yield from walk(child)


# ---- inhibitions


def config():
    return yaml.safe_load(CONFIG.read_text(encoding="utf-8"))


def matches(matchers, labels):
    for matcher in matchers:
        label, operator, value = re.fullmatch(r'(\w+)(=~|!~|!=|=)"(.*)"', matcher).groups()
        have = labels.get(label, "")
        hit = re.fullmatch(value, have) is not None if "~" in operator else have == value
        if hit != (operator in ("=", "=~")):
            return False
    return True


def is_muted(target, firing):
    for rule in config()["inhibit_rules"]:
        both = matches(rule["source_matchers"], target)
        if not matches(rule["target_matchers"], target):
            continue
        for source in firing:
            if source is target or not matches(rule["source_matchers"], source):
                continue
            if both and matches(rule["target_matchers"], source):
                continue
            if all(source.get(label, "") == target.get(label, "") for label in rule.get("equal", [])):
                return True
    return False


COMPONENTS = {"VictronBattery": "battery", "VictronGrid": "grid", "VictronStarter": "battery", "VictronEss": "ess"}


def alert(name, **labels):
    component = next((c for start, c in COMPONENTS.items() if name.startswith(start)), "other")
    whole = {"alertname": name, "severity": "warning", "site": "mill", "region": "north", "component": component}
    if name.startswith("VictronFleet") and name != "VictronFleetFirmwareDrift":
        whole.pop("site")
    return whole | labels


@pytest.mark.parametrize("pair", lines("specified_inhibitions.txt"), ids=lambda pair: "-".join(pair[:2]))
def test_what_follows_is_not_said(pair):
    source_name, target_name, *more = pair
    device = {"device": "grid" if target_name == "VictronGridMeterLost" else "battery", "instance": "1"}
    one_sided = target_name == "VictronGridMeterLost"
    source = alert(source_name, **device, **dict(word.split("=") for word in more))
    target = alert(target_name, **({} if one_sided else device))
    assert is_muted(target, [source, target])
    if "site" in source:
        elsewhere = target | {"site": "cabin"}
        assert not is_muted(elsewhere, [source, elsewhere]), "another station must be heard"
    for word in more:
        weaker = source | {"severity": "warning"}
        assert not is_muted(target, [weaker, target]), f"only with {word}"


@pytest.mark.parametrize("kpi, name", [
    ("specific_yield", "VictronSolarYieldBelowFleet"), ("round_trip", "VictronBatteryEfficiencyLow"),
    ("health_loss", "VictronBatterySohDegradingFast"), ("cell_spread", "VictronBatteryCellImbalance"),
    ("cell_spread", "VictronBatteryCellImbalanceGrowing"), ("battery_temperature", "VictronBatteryHotAverage"),
    ("battery_temperature", "VictronBatteryTemperatureHigh"), ("availability", "VictronFleetAvailabilityLow"),
])
def test_an_outlier_whose_figure_breaks_its_own_limit_is_not_said(kpi, name):
    source = alert(name) | {"site": "mill"}
    outlier = alert("VictronFleetOutlier", kpi=kpi) | {"site": "mill"}
    assert is_muted(outlier, [source, outlier])
    for other in (outlier | {"kpi": "another"}, outlier | {"site": "cabin"}):
        assert not is_muted(other, [source, other])


# What mutes another alert goes on for at least as long as that one, or else the other is said when all is over.
# Exempt is what is a matter of history (half an hour and more), and:
SAID_BEFORE_OR_STILL_TRUE = {
    "VictronBatteryBmsPreAlarm": "comes before what mutes it",
    "VictronDeviceDisconnected": "has no series while its device is gone, which mutes after 15 minutes",
    "VictronDeviceWarning": "its 10 minutes begin when the warning becomes an alarm",
    "VictronPartialScrape": "asks for the same devices as before",
    "VictronDeviceErrorCode": "leaves the code out that means the lost BMS",
    "VictronBatteryChargeBlocked": "its condition leaves out a lost BMS",
    "VictronBatteryDischargeBlocked": "its condition leaves out a lost BMS, and an empty battery",
}
HISTORY = 1800


def kept():
    """{alert: the longest keep_firing_for of its rules, in seconds}"""
    found = {}
    for path in sorted(FOLDER.parent.glob("alerts-*.yml")):
        for group in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["groups"]:
            for rule in group["rules"]:
                number, unit = re.fullmatch(r"(\d+)(\w)", rule.get("keep_firing_for", "0s")).groups()
                seconds = int(number) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[unit]
                found[rule["alert"]] = max(seconds, found.get(rule["alert"], 0))
    return found


def test_what_was_muted_is_not_said_when_its_cause_ends():
    keep = kept()
    late = [
        f"{source} ({keep[source]} s) ends before {target} ({keep[target]} s)"
        for source, target, *_ in lines("specified_inhibitions.txt")
        if keep[source] < keep[target] < HISTORY and target not in SAID_BEFORE_OR_STILL_TRUE
    ]
    assert not late, "\n".join(late)


def test_both_ends_of_every_inhibition_are_alerts_of_the_specification():
    known = {name for name, *_ in lines("specified_alerts.txt")}
    for rule in config()["inhibit_rules"]:
        for matcher in rule["source_matchers"] + rule["target_matchers"]:
            match = re.fullmatch(r'alertname(=~|!~|!=|=)"(.*)"', matcher)
            for name in re.findall(r"Victron\w+", match.group(2)) if match else []:
                assert name in known or any(n.startswith(name) for n in known), name


def test_the_worse_level_of_the_same_thing_is_said():
    warning = alert("VictronBatteryVoltageLow", device="battery", instance="1")
    critical = warning | {"severity": "critical"}
    other = warning | {"instance": "2"}
    firing = [warning, critical, other]
    assert [is_muted(a, firing) for a in firing] == [True, False, False]


def test_one_of_two_about_the_same_silence_is_said():
    stale, gone = alert("VictronStationDataStale"), alert("VictronStationUnreachable")
    assert (is_muted(stale, [stale, gone]), is_muted(gone, [stale, gone])) == (False, True)


def test_what_must_not_be_hidden():
    lost = alert("VictronGridLost")
    for name in ("VictronGridLostLong", "VictronGridRejected", "VictronBatterySocCritical"):
        assert not is_muted(alert(name), [lost])
    bms = alert("VictronBatteryBmsLost")
    assert not is_muted(alert("VictronBatteryDisconnected"), [bms])
    down = alert("VictronExporterDown", severity="critical")
    for name in ("VictronWatchdog", "VictronFleetStationsOffline"):
        hidden = alert(name)
        hidden.pop("site", None)
        assert not is_muted(hidden, [down])
        nameless = {k: v for k, v in down.items() if k != "site"}
        assert not is_muted(hidden, [nameless])
    assert not is_muted(alert("VictronStationAuthFailure"), [alert("VictronStationUnreachable")])


# ---- messages

MESSAGE = {
    "receiver": "pager",
    "status": "firing",
    "alerts": [
        {
            "status": "firing",
            "labels": {"alertname": "VictronGridFrequencyAbnormal", "severity": "warning", "site": "mill", "phase": "L1"},
            "annotations": {
                "summary": "mill: grid frequency 50.6 Hz",
                "description": "More than 0.5 Hz off <nominal>.",
                "runbook_url": "https://docs.example.org/runbook.md#victrongridfrequencyabnormal",
                "dashboard_url": "/d/victron-grid-ess?var-site=mill",
            },
            "startsAt": "2026-01-02T03:04:05Z",
            "endsAt": "0001-01-01T00:00:00Z",
        },
        {
            "status": "firing",
            "labels": {
                "alertname": "VictronBatteryVoltageLow", "severity": "critical", "site": "mill", "device": "battery",
                "instance": "512",
            },
            "annotations": {
                "summary": "mill: battery voltage 44.1 V",
                "description": "Below 45 V.",
                "runbook_url": "https://docs.example.org/runbook.md#victronbatteryvoltagelow",
                "dashboard_url": "https://elsewhere.example.org/d/victron-battery",
            },
            "startsAt": "2026-01-02T03:05:05Z",
            "endsAt": "0001-01-01T00:00:00Z",
        },
        {
            "status": "resolved",
            "labels": {"alertname": "VictronGridLost", "severity": "critical", "site": "mill"},
            "annotations": {"summary": "mill: grid lost", "description": "", "runbook_url": "", "dashboard_url": ""},
            "startsAt": "2026-01-02T01:00:00Z",
            "endsAt": "2026-01-02T02:00:00Z",
        },
    ],
    "groupLabels": {"site": "mill"},
    "commonLabels": {"site": "mill"},
    "commonAnnotations": {},
    "externalURL": "http://127.0.0.1:9093",
}


@pytest.fixture
def render(tmp_path):
    def run(template, kind="text", message=MESSAGE):
        data = tmp_path / "message.json"
        data.write_text(json.dumps(message), encoding="utf-8")
        done = amtool("template", "render", "--template.glob=templates/*.tmpl", f"--template.type={kind}",
                      f'--template.text={{{{ template "{template}" . }}}}', f"--template.data={data}")
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def over():
    ended = [alert | {"status": "resolved", "endsAt": "2026-01-02T04:00:00Z"} for alert in MESSAGE["alerts"]]
    return MESSAGE | {"status": "resolved", "alerts": ended}


def test_a_subject_says_how_bad_where_and_what(render):
    assert render("victron.subject") == "CRITICAL mill: grid frequency 50.6 Hz (and 1 more)"
    assert render("victron.subject", message=over()) == "OK over: mill: grid frequency 50.6 Hz (and 2 more)"
    alone = MESSAGE | {"alerts": MESSAGE["alerts"][:1]}
    assert render("victron.subject", message=alone) == "warning mill: grid frequency 50.6 Hz"


def one(summary, description="", **labels):
    """A message about one alert."""
    alarm = MESSAGE["alerts"][1]
    told = {"annotations": alarm["annotations"] | {"summary": summary, "description": description}, "labels": alarm["labels"] | labels}
    return MESSAGE | {"alerts": [alarm | told]}


def test_an_sms_is_one_sms(render):
    assert len(render("victron.sms")) <= 160 and "\n" not in render("victron.sms")
    assert render("victron.sms") == "CRITICAL mill: grid frequency 50.6 Hz (and 1 more)"
    assert render("victron.sms", message=over()) == "OK over: mill: grid frequency 50.6 Hz (and 2 more)"


def test_an_sms_says_what_to_do(render):
    short = one("mill: battery hot, 56 °C", "It is hot. First: open the door. How soon: at once, also at night.")
    assert render("victron.sms", message=short) == "CRITICAL mill: battery hot, 56 C. First: open the door."
    said = render("victron.sms", message=one("mill: battery hot", "It is hot. First: " + "open the door, " * 20 + "How soon: at once."))
    assert said.startswith("CRITICAL mill: battery hot. First: open the door, open") and re.search(r" (open|the|door,) \.\.\.$", said)
    assert 130 < len(said) <= 160


def test_the_text_says_what_since_when_and_what_to_do(render):
    text = render("victron.text")
    for words in (
        "More than 0.5 Hz off <nominal>.",
        "Since 2 Jan 03:04 UTC",
        "device battery/512",
        "What to do: https://docs.example.org/runbook.md#victronbatteryvoltagelow",
        "See: https://grafana.example.org/d/victron-grid-ess?var-site=mill",
        "See: https://elsewhere.example.org/d/victron-battery",
        "- mill: grid lost (2 Jan 01:00 to 2 Jan 02:00 UTC)",
    ):
        assert words in text


def test_the_mail_fits_a_phone_and_escapes(render):
    page = render("victron.html", "html")
    assert "width=device-width" in page and "max-width:600px" in page and "<img" not in page
    assert "off &lt;nominal&gt;." in page
    assert 'href="https://grafana.example.org/d/victron-grid-ess?var-site=mill"' in page


def test_what_to_do_first_stands_by_itself(render):
    message = one("mill: battery voltage 44.1 V", "Below 45 V. First: charge it.")
    assert "Below 45 V.\n\nFirst: charge it.\n" in render("victron.text", message=message)
    assert "<b>First:</b> charge it.</p>" in render("victron.html", "html", message=message)
    assert "First:" not in render("victron.text") and "First:" not in render("victron.html", "html")


@pytest.mark.parametrize(("description", "labels", "whom"), [
    ("Below 45 V. First: charge it. How soon: today.", {}, "the installer of the station"),
    ("No values. First: tell whoever runs the monitoring: restart it. How soon: today.", {}, "whoever runs the monitoring"),
    ("Many. First: call. How soon: today.", {"component": "fleet"}, "whoever runs the monitoring"),
])
def test_it_says_whether_it_can_wait_and_whom_to_call(render, description, labels, whom):
    message = one("mill: battery low", description, **labels)
    first = description.partition("First: ")[2].partition(" How soon")[0]
    assert f"\n\nFirst: {first}\nHow soon: today.\nIf you cannot do it, or are not sure: call {whom}.\n\nSince" in render("victron.text", message=message)
    page = render("victron.html", "html", message)
    assert f"<b>First:</b> {first}</p>" in page
    assert f"<b>How soon:</b> today.<br>If you cannot do it, or are not sure: call {whom}.</p>" in page
    assert f"\nFirst: {first}\nHow soon: today.\nhttps:" in render("victron.chat", message=message)
    assert "How soon" not in render("victron.text") + render("victron.html", "html") + render("victron.chat")


AS_PEOPLE_SAY_IT = [
    ("empty in 50m 0s", "empty in 50 min"),
    ("run for 9h 0m 0s", "run for 9 h"),
    ("in 2h 46m 40s", "in 2 h 46 min"),
    ("in 149d 3h 12m 5s", "in 149 d 3 h"),
    ("off by -5m 0s", "off by -5 min"),
    ("off by -45s", "off by -45s"),
    ("at most 100 m in all", "at most 100 m in all"),
    ("feeds in 5kW (-500W, 100kPa, 0W)", "feeds in 5 kW (-500 W, 100 kPa, 0 W)"),
    ("MultiPlus 48/5000W and A5W", "MultiPlus 48/5000W and A5W"),
    ("seen 2026-01-02 03:04:05.6 +0000 UTC.", "seen 2026-01-02 03:04 UTC."),
    ("Inverter vebus 276 is off", "Inverter 276 is off"),
    ("parallel inverters (vebus 276)", "parallel inverters (inverter/charger 276)"),
    ("no acsystem where one must be", "no inverter/charger where one must be"),
    ("Solar charger solarcharger 279", "Solar charger 279"),
    ("solarcharger 279 and pvinverter 20", "solar charger 279 and solar inverter 20"),
    ("genset 5, dcgenset 6, evcharger 7", "generator 5, generator 6, car charger 7"),
    ('set `"expected": {"vebus": 0}`', 'set `"expected": {"vebus": 0}`'),
]


def test_it_is_written_as_people_say_it(render):
    alerts = [one(f"mill: {written}", f"It is {written} First: see {written} How soon: today.")["alerts"][0] for written, _ in AS_PEOPLE_SAY_IT]
    message = MESSAGE | {"alerts": alerts}
    text, page, chat = render("victron.text", message=message), render("victron.html", "html", message), render("victron.chat", message=message)
    for _, said in AS_PEOPLE_SAY_IT:
        assert f"mill: {said}\nIt is {said}\n\nFirst: see {said}\n" in text
        assert f">mill: {said}</div>" in html.unescape(page) and f">It is {said}</p>" in html.unescape(page)
        assert f"CRITICAL mill: {said} (since 03:05 UTC)\nFirst: see {said}\n" in chat
    assert render("victron.subject", message=message) == f"CRITICAL mill: {AS_PEOPLE_SAY_IT[0][1]} (and {len(alerts) - 1} more)"


def test_a_sentence_begins_with_a_capital(render):
    for written, said in (("solarcharger 279 has", "Solar charger 279 has"), ("multi 0 has", "Inverter/charger 0 has"), ("genset 5 has", "Generator 5 has")):
        assert f"\n{said} an error.\n" in render("victron.text", message=one("mill: error", f"{written} an error. First: see. How soon: today."))


def test_a_device_without_a_number_has_no_slash(render):
    message = one("mill: uneven", "Uneven.", device="multi", instance="")
    assert "· device multi ·" in render("victron.text", message=message) and "· multi</div>" in render("victron.html", "html", message)


SOLAR, BATTERY = "Solar inverter: makes power for the sockets straight from the panels.", "Inverter: makes power for the sockets out of the battery"


@pytest.mark.parametrize(("description", "explained"), [
    ("Look at the solar inverter.", {SOLAR}), ("Look at pvinverter 20.", {SOLAR}), ("Your inverter is off.", {BATTERY}), ("Inverter vebus 276 is off.", {BATTERY}),
    ("The inverter slows the solar inverters down.", {SOLAR, BATTERY}), ("multi 0 is off.", {BATTERY}), ("See the solar charger or inverter.", {BATTERY}),
    ("What it feeds runs dry.", set()), ("It feeds in too much.", {"Feed-in: power"}),
])
def test_a_solar_inverter_is_no_inverter(render, description, explained):
    text = " " + render("victron.text", message=one("mill: look", description)).replace("\n", " ")
    assert {words for words in (SOLAR, BATTERY, "Feed-in: power") if f" {words}" in text} == explained


def test_words_are_explained_where_they_occur(render):
    message = one("mill: battery low", "The BMS says so. First: look at the GX.")
    for text in (render("victron.text", message=message), html.unescape(render("victron.html", "html", message))):
        assert text.count("GX: the small computer of the station") == 1 and text.count("BMS, battery management: the battery's own") == 1
        assert "VRM:" not in text and "Inverter:" not in text
    assert "GX:" not in render("victron.text") + render("victron.html", "html") + render("victron.chat", message=message)


def test_a_chat_line_is_a_line(render):
    said = render("victron.chat").strip().splitlines()
    assert said[0] == "mill: grid frequency 50.6 Hz (since 03:04 UTC)" and said[2].startswith("CRITICAL mill: battery")
    assert said[-1] == "Over: mill: grid lost"


def test_every_template_that_a_receiver_names_exists():
    templates = "\n".join(p.read_text(encoding="utf-8") for p in FOLDER.glob("templates/*.tmpl"))
    defined = set(re.findall(r'{{ define "([^"]+)" }}', templates))
    for path in FOLDER.glob("*.yml"):
        assert set(re.findall(r'template "([^"]+)"', path.read_text(encoding="utf-8"))) <= defined
