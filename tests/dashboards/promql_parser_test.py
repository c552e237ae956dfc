"""The reader of PromQL that the lints stand on."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parent))
from promql_parser import Binary, Call, Number, Selector, Subquery, parse, selectors, walk  # noqa: E402

RULES = [rule["expr"] for path in sorted((Path(__file__).parents[2] / "alert-rules").glob("*.yml"))
         for group in yaml.safe_load(path.read_text())["groups"] for rule in group["rules"]]


def test_the_order_of_operators():
    tree = parse("a or b and c == d + e * -f ^ 2")
    assert (tree.sign, tree.right.sign, tree.right.right.sign, tree.right.right.right.sign) == ("or", "and", "==", "+")
    assert tree.right.right.right.right == Binary("*", Selector("e"), Binary("*", Number(-1.0), Binary("^", Selector("f"), Number(2.0))))


def test_selectors_with_all_that_they_may_have():
    text = 'max by (site) (a_b{job=~"$job", x="}"}[5m] offset -1d) / on (site) group_left (n) c:d:e @ end() * 3.6e6 + topk(1, {__name__=~"q.*"})'
    assert selectors(text) == [Selector("a_b", {"job": ("=~", "$job"), "x": ("=", "}")}, "5m"), Selector("c:d:e"), Selector("", {"__name__": ("=~", "q.*")})]


def test_what_is_above_a_selector():
    above = next(above for node, above in walk(parse("sum(rate(x_total[$__rate_interval]) > bool 0) or vector(0)")) if isinstance(node, Selector))
    assert [getattr(one, "function", "binary") for one in above] == ["binary", "sum", "binary", "rate"]


def test_subqueries_and_grouping_behind():
    assert parse("max_over_time((a > 0)[7d:1m])").arguments == [Subquery(Binary(">", Selector("a"), Number(0.0)), "7d:1m")]
    assert parse("sum(a) by (site, phase)") == Call("sum", [Selector("a")], ["site", "phase"])


@pytest.mark.parametrize("text", ["", "a +", "sum(a", "a b", "{a=}", "a[5m"])
def test_what_is_no_promql_is_refused(text):
    with pytest.raises(ValueError):
        parse(text)


def test_it_reads_every_shipped_rule():
    assert len(RULES) > 500
    for expression in RULES:
        parse(expression)


def test_promtool_reads_what_it_reads(tmp_path):
    """Both take the same text: what is refused above is refused there."""
    file = tmp_path / "rules.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "g", "rules": [{"record": "x", "expr": "a b"}]}]}))
    assert subprocess.run(["promtool", "check", "rules", str(file)], capture_output=True, check=False).returncode != 0
