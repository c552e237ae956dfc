"""Whether the unit tests of the rules notice a wrong rule: changes rules in small ways and runs the tests that ask for them.

    /usr/bin/python3 tests/long/rules_mutants.py [part of a rule's name ...]

A change is one of: the wait ("for") gone or doubled, keep_firing_for gone, a comparison turned round, a number halved or
doubled, a clause that begins with and, or, unless left out. Prints each change that no test noticed, and at the end how many
there were. All alerts (the word Victron) take some hours on two processors; one takes seconds.
"""

import copy
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests" / "rules"
sys.path.insert(0, str(TESTS))

import promql_reading  # noqa: E402
import rule_subset  # noqa: E402

WORKERS = 2
PATIENCE = 300
TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "!=", "!=": "=="}


def pieces(text):
    """[(kind, text, begin)] of an expression."""
    place, found = 0, []
    while place < len(text):
        match = promql_reading.TOKEN.match(text, place)
        if match.lastgroup:
            found.append((match.lastgroup, match.group(), match.start()))
        place = match.end()
    return found


def outside_of_braces(tokens):
    depth = 0
    for kind, text, begin in tokens:
        depth += (text in ("{", "[")) - (text in ("}", "]"))
        if not depth:
            yield kind, text, begin


def changed_text(expression):
    """(what was changed, new expression)"""
    for kind, text, begin in outside_of_braces(pieces(expression)):
        end = begin + len(text)
        here = expression[max(0, begin - 25) : end + 25].replace("\n", " ")
        if kind == "sign" and text in TURNED:
            yield f"turned {text} in ...{here}...", expression[:begin] + TURNED[text] + expression[end:]
        elif kind == "number" and float(text):
            for factor in (0.5, 2):
                value = f"{float(text) * factor:.12g}"
                yield f"{text} became {value} in ...{here}...", expression[:begin] + value + expression[end:]


def without_clause(expression):
    """Leaves out what begins with a word at the beginning of a line, to the end of its brackets."""
    lines = expression.split("\n")
    for first, line in enumerate(lines):
        if not re.match(r"\s*(and|or|unless)\b", line):
            continue
        depth, last = 0, first
        for last in range(first, len(lines)):
            depth += sum(lines[last].count(sign) for sign in "([{") - sum(lines[last].count(sign) for sign in ")]}")
            if depth <= 0:
                break
        if depth == 0:
            yield f"left out: {' '.join(lines[first].split())[:90]}", "\n".join(lines[:first] + lines[last + 1 :])


def mutants(rule):
    """(what was changed, changed rule)"""
    for what, expression in [*changed_text(rule["expr"]), *without_clause(rule["expr"])]:
        yield what, rule | {"expr": expression}
    for key in ("for", "keep_firing_for"):
        if key in rule:
            yield f"no {key}", {name: value for name, value in rule.items() if name != key}
    if "for" in rule:
        number, unit = re.fullmatch(r"(\d+)(\w+)", rule["for"]).groups()
        yield "for doubled", rule | {"for": f"{int(number) * 2}{unit}"}


def identity(rule):
    return rule_subset.name_of(rule), str(sorted(rule.get("labels", {}).items())), rule["expr"]


def is_valid(rule, folder):
    path = folder / "valid.yml"
    path.write_text(yaml.dump({"groups": [{"name": "x", "rules": [rule]}]}), encoding="utf-8")
    return subprocess.run(["promtool", "check", "rules", str(path)], capture_output=True, timeout=60).returncode == 0


def is_noticed(wanted, changed, tests, folder):
    """Whether one of the tests fails with the changed rule."""
    for number, test in enumerate(tests):
        document = rule_subset.read(test)
        rules = rule_subset.read(test.parent / document["rule_files"][0])
        rules = copy.deepcopy(rules)
        for group in rules["groups"]:
            group["rules"] = [changed if identity(rule) == wanted else rule for rule in group["rules"]]
        own_rules, own_test = folder / f"{number}-rules.yml", folder / f"{number}.yml"
        own_rules.write_text(yaml.dump(rules), encoding="utf-8")
        own_test.write_text(yaml.dump(document | {"rule_files": [own_rules.name]}), encoding="utf-8")
        if not passes(own_test):
            return True
    return False


def passes(test):
    try:
        return subprocess.run(["promtool", "test", "rules", str(test)], capture_output=True, timeout=PATIENCE).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def asks_for(document, rule):
    """Whether a check of the test names the rule itself, not only something that comes of it."""
    test, name = document["tests"][0], rule_subset.name_of(rule)
    texts = [check["expr"] for check in test.get("promql_expr_test", [])]
    return name in {check["alertname"] for check in test.get("alert_rule_test", [])} or any(name in text for text in texts)


def examine(rule, tests):
    """(number of changes, those that nobody noticed)"""
    count, missed = 0, []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for what, changed in mutants(rule):
            if is_valid(changed, folder):
                count += 1
                if not is_noticed(identity(rule), changed, tests, folder):
                    missed.append(what)
    return rule, count, missed


def main():
    wanted = sys.argv[1:]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seen_by = {}
        for path in sorted(TESTS.glob("*_test.yml")):
            for test in rule_subset.split(path, folder):
                document = rule_subset.read(test)
                for group in rule_subset.read(folder / document["rule_files"][0])["groups"]:
                    for rule in filter(lambda rule: asks_for(document, rule), group["rules"]):
                        seen_by.setdefault(identity(rule), (rule, []))[1].append(test)
        chosen = [pair for key, pair in seen_by.items() if not wanted or any(word in key[0] for word in wanted)]
        total = missed_total = 0
        with ThreadPoolExecutor(WORKERS) as pool:
            for rule, count, missed in pool.map(lambda pair: examine(*pair), chosen):
                total, missed_total = total + count, missed_total + len(missed)
                for what in missed:
                    print(f"{rule_subset.name_of(rule)} {rule.get('labels', {}).get('severity', '')}: {what}", flush=True)
    print(f"{total} changes of {len(chosen)} rules, {missed_total} not noticed")


if __name__ == "__main__":
    main()
