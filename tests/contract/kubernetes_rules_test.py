"""The PrometheusRules of Kubernetes are the rules of alert-rules/, all of them."""

import importlib.util
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "deploy" / "kubernetes" / "make_prometheus_rules.py"
APPLY_MAX = 262144  # bytes that kubectl apply can note of an object


def maker():
    spec = importlib.util.spec_from_file_location("make_prometheus_rules", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_they_are_made_of_the_present_rules():
    stale = [str(path.relative_to(ROOT)) for path, text in maker().files().items()
             if not path.exists() or path.read_text(encoding="utf-8") != text]
    assert not stale, f"run {SCRIPT.relative_to(ROOT)}: {stale}"


def test_each_file_is_one_object_that_says_the_same():
    found = {}
    for path in maker().files():
        for document in yaml.load_all(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader):
            assert document["kind"] == "PrometheusRule"
            found[document["metadata"]["name"]] = document["spec"]
    rules = {f"victron-{path.stem}": yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
             for path in (ROOT / "alert-rules").glob("*.yml")}
    assert found == rules and len(found) > 20


def test_each_object_is_small_enough_to_be_applied():
    for path in maker().files():
        assert max(len(part.encode()) for part in path.read_text(encoding="utf-8").split("\n---\n")) < APPLY_MAX
