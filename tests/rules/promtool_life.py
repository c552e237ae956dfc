"""All rules over the simulated life of healthy stations, by promtool's engine."""

import re
import subprocess

import healthy
import rule_subset
import simulated_time
import yaml

RULES = simulated_time.ROOT / "alert-rules"
STATIONS = simulated_time.ROOT / "tests" / "stations"
FILES = ("parameters", "recording-fast", "recording-normal", "recording-energy", "recording-slow", "recording-fleet",
         "recording-trend", "recording-risk", "alerts-*")
SUMMER = 1781481600  # 15 June 2026, midnight UTC
PATIENCE = 7200  # seconds


def rule_paths():
    """All rule files, those first that others read."""
    return [path for name in FILES for path in sorted(RULES.glob(f"{name}.yml"))]


def life_of(sites, folder, steps, step, start=SUMMER, seed=1):
    """The input series of a promtool test."""
    asks_for = simulated_time.asked_of("\n".join(path.read_text(encoding="utf-8") for path in rule_paths()))
    for site in sites:
        station = simulated_time.StationInTime(site, STATIONS / healthy.STATIONS[site], folder, start, seed,
                                               healthy.faults_of(site), healthy.site_file_of(site))
        for series, values in station.run(steps, step, asks_for).items():
            yield {"series": series, "values": simulated_time.notation(values)}


def evaluate(series, folder, step, questions, wanted=None):
    """{(expression, seconds): [its samples then]} for each of the questions, which are such pairs.

    With wanted, a rule_subset.Wanted, only those rules run that it takes. promtool only says yes or no; to a sample that
    cannot be there it says no, and what is there.
    """
    paths = rule_paths()
    groups = [group for path in paths for group in rule_subset.read(path)["groups"]]
    rules = folder / "life_rules.yml"
    kept = rule_subset.subset(groups, wanted) if wanted else groups
    rules.write_text(yaml.dump({"groups": kept}, Dumper=rule_subset.Dumper, allow_unicode=True), encoding="utf-8")
    wrong = [{"labels": "not_there", "value": 1}]
    checks = [{"eval_time": f"{at}s", "expr": text, "exp_samples": wrong} for text, at in questions]
    document = {
        "rule_files": [rules.name], "evaluation_interval": f"{step}s", "group_eval_order": [group["name"] for group in kept],
        "tests": [{"name": "life", "interval": f"{step}s", "input_series": list(series), "promql_expr_test": checks}],
    }
    file = folder / "life_test.yml"
    file.write_text(yaml.dump(document, Dumper=rule_subset.Dumper, width=1 << 30, allow_unicode=True), encoding="utf-8")
    done = subprocess.run(["promtool", "test", "rules", str(file)], capture_output=True, text=True, timeout=PATIENCE)
    said = done.stdout + done.stderr
    answers = re.findall(r'expr: ".*", time: .*\n\s*exp: .*\n\s*got: ?(.*)', said)
    assert len(answers) == len(questions), said
    return {question: re.findall(r"\S*\{.*?\} [^\s,]+", got) for question, got in zip(questions, answers)}
