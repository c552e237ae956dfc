"""The part of the rules that a test can see: the rules that it names, and those whose results they read.

promtool evaluates every rule of a file for every test of a test file; what no check of a test can see is left out here,
so that the tests take seconds. Nothing that is left is changed.
"""

import re
from pathlib import Path

import promql_reading
import yaml

ANY_TEXT = "_any_text_"  # stands for the %s of a query in an annotation
ALERT_SERIES = ("ALERTS", "ALERTS_FOR_STATE")
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def queries_in(annotations):
    """The PromQL of an alert's annotations."""
    for text in annotations.values():
        for query in re.findall(r'query (?:\(printf )?("(?:\\.|[^"\\])*"|`[^`]*`)', text):
            yield re.sub(r"%[qv]", '"x"', promql_reading.unquote(query).replace("%s", ANY_TEXT).replace("%f", "1"))


def expressions_of(rule):
    return [rule["expr"], *queries_in(rule.get("annotations", {}))]


def name_of(rule):
    return rule.get("record") or rule["alert"]


class Wanted:
    """What has to be there: names of recorded values and of alerts, as patterns."""

    def __init__(self):
        self._records, self._alerts = [], []

    def add_alert(self, name):
        self._alerts.append(re.compile(re.escape(name)))

    def add_expression(self, text):
        for selector in promql_reading.read(text).selectors:
            if selector.name in ALERT_SERIES:
                self._add_alert_series(selector)
            elif selector.name:
                pattern = re.escape(selector.name).replace(re.escape(ANY_TEXT), r"\w+")
                self._records.append(re.compile(pattern))
            else:
                self._records.append(re.compile(selector.name_pattern() or ".*"))

    def _add_alert_series(self, selector):
        for label, operator, value in selector.matchers:
            if label == "alertname" and operator in ("=", "=~"):
                return self._alerts.append(re.compile(value if operator == "=~" else re.escape(value)))
        return self._alerts.append(re.compile(".*"))

    def takes(self, rule):
        patterns = self._records if "record" in rule else self._alerts
        return any(pattern.fullmatch(name_of(rule)) for pattern in patterns)


def seen_by(test):
    """What the checks of one test of a test file ask for."""
    wanted = Wanted()
    for check in test.get("alert_rule_test", []):
        wanted.add_alert(check["alertname"])
    for check in test.get("promql_expr_test", []):
        wanted.add_expression(check["expr"])
    return wanted


def subset(groups, wanted):
    """The groups, in their order, with the rules that are wanted and all that these read in turn."""
    rules = [rule for group in groups for rule in group["rules"]]
    kept, found = set(), True
    while found:
        found = [rule for rule in rules if id(rule) not in kept and wanted.takes(rule)]
        for rule in found:
            kept.add(id(rule))
            for expression in expressions_of(rule):
                wanted.add_expression(expression)
    left = [{**group, "rules": [rule for rule in group["rules"] if id(rule) in kept]} for group in groups]
    return [group for group in left if group["rules"]]


def read(path):
    return yaml.load(Path(path).read_text(encoding="utf-8"), Loader=Loader)


def split(test_file, folder):
    """Writes each test of a promtool test file as a file of its own beside the rules that it sees; gives the files."""
    whole = read(test_file)
    groups = [group for name in whole["rule_files"] for group in read(test_file.parent / name)["groups"]]
    written = []
    for number, test in enumerate(whole["tests"]):
        kept = subset(groups, seen_by(test))
        names = [group["name"] for group in kept]
        order = [name for name in whole.get("group_eval_order", []) if name in names]
        if len(names) > 1 and set(names) - set(order):
            raise ValueError(f"{test_file.name}: {test['name']}: group_eval_order lacks {sorted(set(names) - set(order))}, "
                             "and promtool takes groups in any order")
        rules = folder / f"{test_file.stem}-{number}-rules.yml"
        alone = folder / f"{test_file.stem}-{number}.yml"
        rules.write_text(yaml.dump({"groups": kept}, Dumper=Dumper, allow_unicode=True), encoding="utf-8")
        document = {**whole, "rule_files": [rules.name], "group_eval_order": order, "tests": [test]}
        alone.write_text(yaml.dump(document, Dumper=Dumper, allow_unicode=True), encoding="utf-8")
        written.append(alone)
    return written
