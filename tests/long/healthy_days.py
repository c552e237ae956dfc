"""Healthy days in finer steps, of other weathers, and a healthy week: says what fires. Nothing above info should.

promtool runs the hourly rules at each step too: what counts hours (a generator that has not run for 35 days) is early.

    /usr/bin/python3 tests/long/healthy_days.py            a day of each station in steps of a minute, then a week of all in steps of 15 minutes
    /usr/bin/python3 tests/long/healthy_days.py SEED ...   the day of each station for each of these seeds

A seed is a weather and a household. The day takes about a minute a station, the week about ten.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "rules"))

import healthy  # noqa: E402
from promtool_life import SUMMER, evaluate, life_of  # noqa: E402

DAY = 86400
WINTER = SUMMER + 183 * DAY


def firing(sites, days, step, start, seed):
    """The alerts that fired, with the number of steps."""
    question = f'count_over_time(ALERTS{{alertstate="firing", alertname!="VictronWatchdog"}}[{days}d])', days * DAY
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        life = life_of(sites, folder, days * DAY // step + 1, step, start, seed)
        return evaluate(life, folder, step, [question])[question]


def main():
    seeds = [int(text) for text in sys.argv[1:]]
    runs = [([site], 1, 60, start, seed) for seed in seeds or [1] for start in (SUMMER, WINTER) for site in healthy.STATIONS]
    if not seeds:
        runs += [([site], 7, 900, SUMMER, 1) for site in healthy.STATIONS]
    wrong = 0
    for run in runs:
        found = firing(*run)
        wrong += sum('severity="info"' not in sample for sample in found)
        sites, days, step, start, seed = run
        print(f"{','.join(sites)}: {days} d in steps of {step} s from {start}, seed {seed}: {len(found)} alerts", flush=True)
        for sample in found:
            print("   ", sample, flush=True)
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
