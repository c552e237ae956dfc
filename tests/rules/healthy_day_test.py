"""A day in the life of healthy stations raises nothing: all rules, the real exporter, promtool's engine.

Five kinds of stations at once, from midnight UTC in steps of five minutes. Finer steps, other days and weeks are in
tests/long/healthy_days.py.
"""

import healthy
from promtool_life import evaluate, life_of

DAY = 86400
STEP = 300


def test_a_healthy_day_raises_nothing(tmp_path):
    firing = 'max_over_time(ALERTS{alertstate="firing"}[1d])'
    watchdog = 'count_over_time(ALERTS{alertname="VictronWatchdog"}[1d])'
    used = 'site:victron_energy_joules:today{source="load"} > 0'
    life = life_of(healthy.STATIONS, tmp_path, DAY // STEP + 1, STEP)
    said = {text: got for (text, _), got in evaluate(life, tmp_path, STEP, [(text, DAY) for text in (firing, watchdog, used)]).items()}
    wrong = [sample for sample in said[firing] if 'alertname="VictronWatchdog"' not in sample]
    assert not wrong, "\n".join(wrong)
    assert [float(sample.split()[-1]) for sample in said[watchdog]] == [DAY // STEP + 1], "the watchdog was silent"
    assert len(said[used]) >= len(healthy.STATIONS) - 1, f"too few stations lived: {said[used]}"
