"""Each fuzz target for a short time, from the corpus in the repository; long runs: tests/long/fuzz.py."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

import fuzzing  # noqa: E402

SECONDS = 20
AT_ONCE = 2


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    assert fuzzing.BUILD.is_dir(), fuzzing.HOW_TO_BUILD
    found = tmp_path_factory.mktemp("found")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        all_results = pool.map(lambda target: fuzzing.run(target, SECONDS, found / target), fuzzing.TARGETS)
    return {result.target: result for result in all_results}


@pytest.mark.parametrize("target", fuzzing.TARGETS)
def test_no_input_breaks_a_claim(results, target):
    """No crash, no leak, no claim of the target that does not hold, and it really ran."""
    result = results[target]
    assert result.exit_code == 0, result.story()
    assert result.executions > 100


@pytest.mark.parametrize("target", fuzzing.TARGETS)
def test_a_target_has_what_it_starts_from(target):
    """A corpus and a dictionary, which the normal test run and libFuzzer read."""
    assert any((fuzzing.HERE / "corpus" / target).iterdir())
    assert (fuzzing.HERE / f"{target}.dict").read_text()
