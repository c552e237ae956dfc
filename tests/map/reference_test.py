"""docs/metrics.md says what the map and the program say."""

import importlib.util
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_spec = importlib.util.spec_from_file_location("make_metrics_reference", ROOT / "docs" / "make_metrics_reference.py")
maker = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(maker)


def test_the_reference_is_current():
    """docs/make_metrics_reference.py makes it."""
    current = maker.REFERENCE.read_text(encoding="utf-8").splitlines()
    expected = maker.reference().splitlines()
    different = [f"{ours}\n  should be\n{line}" for ours, line in zip(current, expected) if ours != line]
    assert not different and len(current) == len(expected), "run docs/make_metrics_reference.py\n" + "\n".join(
        different[:3])


def test_it_names_every_metric_of_our_own():
    """The generator's list is what exporter/self/ exports."""
    sources = "".join(file.read_text(encoding="utf-8") for file in sorted((ROOT / "exporter" / "self").glob("*.c")))
    ours = set(re.findall(r'"((?:victron|process)_[a-z_]+)"', sources))
    listed = [name for name, _, _, _ in maker.OWN_METRICS]
    assert len(listed) == len(set(listed))
    assert ours == set(listed)


def test_every_enum_of_the_reference_has_its_table():
    """Links into the page lead somewhere."""
    text = maker.reference()
    assert set(re.findall(r"\(#(enum-\w+)\)", text)) <= set(re.findall(r'<a id="(enum-\w+)">', text))
