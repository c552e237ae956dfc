"""Texts that a person who never saw a Victron can act on, at night, on a phone.

What a message says after "First:" is an instruction, after "How soon:" one of a few sentences that fit its severity; no
abbreviation is in a summary, and none in a description that the message does not explain (victron.words in the templates
of Alertmanager); nothing is longer than a phone shows at once. Lengths are those of the texts that the unit tests expect.
"""

import functools
import re
from pathlib import Path

import pytest
import rule_subset

HERE = Path(__file__).resolve().parent
RULES = HERE.parents[1] / "alert-rules"
TEMPLATE = (RULES / "alertmanager/templates/victron.tmpl").read_text(encoding="utf-8")
ALERTS = [rule for path in sorted(RULES.glob("alerts-*.yml")) for group in rule_subset.read(path)["groups"]
          for rule in group["rules"] if rule["alert"] != "VictronWatchdog"]  # which asks for nothing
KEYS = [(rule["alert"], rule["labels"]["severity"]) for rule in ALERTS]
IDS = ["-".join(key) for key in KEYS]

NOW, HOUR = "at once, also at night.", "within the hour, also at night."
WHEN_READ = {"at once.", "within the hour."}  # a warning is sent in office hours
DAY, WEEK = "today; it can wait until the morning.", "this week; it can wait for office hours."
CALM = "no hurry; the next visit will do."
# Who is woken must have a reason to act, or be told that it can wait until the morning; nobody reads a note at once.
HOW_SOON = {"critical": {NOW, HOUR, DAY}, "unpaged": {WEEK}, "warning": {*WHEN_READ, DAY, WEEK}, "info": {WEEK, CALM}}

# What a person is asked to do: the first word, or the first one after the case that it is for ("on a generator: stop it").
VERBS = set("""
    act ask bring call carry charge choose clean close compare cool do drive expect find get go improve keep let list look
    lower make move note nothing open order plan push put raise read refill refuel remove replace restart see set shade sort
    spread start stop switch take tell think touch turn unplug update use warm widen write check have
""".split())

LONGEST = {"summary": 70, "news": 250, "first": 230}  # characters; five or six lines of a phone

# Everybody knows these, or looks for them as they stand: units, what a shop sells, names in a menu.
KNOWN = {"Wi-Fi", "USB", "SD", "SIM", "PIN", "PUK", "CO2", "CR2477", "MB", "mA", "kW", "kWh", "README"}


def parts(description):
    """What is new, what to do first, and how soon."""
    match = re.fullmatch(r"(.+) First: (.+) How soon: (.+)", description)
    assert match, f"not news, First: and How soon: {description}"
    return match.groups()


def fixed(text):
    """What of a text is the same in each message; a branch of a template is a text by itself."""
    return re.sub(r"{{.*?}}", " ", text)


def abbreviations(text):
    """Words with a second capital: BMS, kWp, VE.Bus, BatteryLife, BMS-Can."""
    words = re.findall(r"[\w.-]*[A-Za-z][\w.-]*", text)
    return {word for word in (word.strip(".-") for word in words) if re.search(r"\w.*[A-Z]", word)}


@functools.lru_cache(None)
def names_of_alarms():
    """Alarms as the device calls them, which a rule asks for: they are quoted so that they can be looked up."""
    asked = re.findall(r'alarm=~?"([^"]+)"', " ".join(rule["expr"] for rule in ALERTS))
    return {name for pattern in asked for name in pattern.split("|")}


@functools.lru_cache(None)
def explained():
    """The patterns that victron.words explains."""
    body = re.search(r'{{ define "victron.words" }}(.*?)\n{{- end }}', TEMPLATE, re.S)[1]
    return [re.compile(pattern) for pattern in re.findall(r"{{- if match `([^`]+)` \$text }}[^{}]+\. {{ end }}", body)]


@functools.lru_cache(None)
def expected():
    """{(alert, severity): [its annotations, as a unit test expects them]}"""
    found = {}
    for path in sorted(HERE.glob("*_test.yml")):
        for test in rule_subset.read(path)["tests"]:
            for check in test.get("alert_rule_test", []):
                for alert in check.get("exp_alerts") or []:
                    if "exp_annotations" in alert:
                        key = check["alertname"], alert["exp_labels"]["severity"]
                        found.setdefault(key, []).append(alert["exp_annotations"])
    return found


@pytest.mark.parametrize("rule", ALERTS, ids=IDS)
def test_it_says_how_soon_and_no_sooner_than_it_is_told(rule):
    # A part that depends on the case stands in {{ if }}: the branch that is not taken is no part of the text.
    soon = re.findall(r" How soon: ([^{}]+)$", rule["annotations"]["description"])
    unpaged = rule["labels"].get("page") == "false"
    assert len(soon) == 1 and soon[0] in HOW_SOON["unpaged" if unpaged else rule["labels"]["severity"]]


@pytest.mark.parametrize("key", KEYS, ids=IDS)
def test_it_begins_with_what_to_do(key):
    for annotations in expected()[key]:
        first = parts(annotations["description"])[1]
        clauses = re.split(r"[:,] ", first)[:3]
        assert any(re.match(r"\w+", clause)[0].lower() in VERBS for clause in clauses), f"no instruction: {first}"
        assert first.endswith((".", "?"))


@pytest.mark.parametrize("key", KEYS, ids=IDS)
def test_it_fits_a_phone(key):
    for annotations in expected()[key]:
        news, first, _ = parts(annotations["description"])
        for part, text in (("summary", annotations["summary"]), ("news", news), ("first", first)):
            assert len(text) <= LONGEST[part], f"{part} has {len(text)} characters: {text}"


@pytest.mark.parametrize("rule", ALERTS, ids=IDS)
def test_a_summary_is_plain_words(rule):
    found = abbreviations(fixed(rule["annotations"]["summary"])) - KNOWN
    assert not found, "an SMS has no room to explain it"


@pytest.mark.parametrize("rule", ALERTS, ids=IDS)
def test_no_abbreviation_stays_unexplained(rule):
    text = fixed(rule["annotations"]["description"])
    told = " ".join(found[0] for pattern in explained() for found in pattern.finditer(text))
    unexplained = abbreviations(text) - KNOWN - names_of_alarms() - abbreviations(told)
    assert not unexplained, "victron.words does not explain it"


def test_every_word_that_is_explained_is_used():
    texts = " ".join(text for rule in ALERTS for text in (rule["annotations"]["summary"], rule["annotations"]["description"]))
    assert len(explained()) > 30
    assert not [pattern.pattern for pattern in explained() if not pattern.search(texts)]


def test_an_abbreviation_is_seen():
    assert abbreviations("The BMS and VE.Bus at 5 V, 3 kWp: BMS-Can. Ask L1 at once.") == {"BMS", "VE.Bus", "kWp", "BMS-Can"}
