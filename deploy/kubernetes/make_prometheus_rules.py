#!/usr/bin/python3
"""Makes the PrometheusRules of monitoring/ from alert-rules/: one object a file, its text unchanged.

    deploy/kubernetes/make_prometheus_rules.py

One object for all would be too large for kubectl apply.
"""

from pathlib import Path

HERE = Path(__file__).resolve().parent
RULES = HERE.parents[1] / "alert-rules"

HEAD = "# Made from alert-rules/ by make_prometheus_rules.py.\n"
OBJECT = """\
---
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: victron-{name}
  labels:
    app.kubernetes.io/name: victron-exporter
spec:
"""


def object_of(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    return OBJECT.format(name=path.stem) + "".join(f"  {line}".rstrip() + "\n" for line in lines)


def files():
    """{file to write: its text}"""
    optional = {path for path in RULES.glob("*.yml") if "optional" in path.stem}
    usual = set(RULES.glob("*.yml")) - optional
    return {HERE / folder / "prometheus-rules.yaml": HEAD + "".join(object_of(path) for path in sorted(paths))
            for folder, paths in (("monitoring", usual), ("monitoring/optional", optional))}


if __name__ == "__main__":
    for target, text in files().items():
        target.write_text(text, encoding="utf-8")
