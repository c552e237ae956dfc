"""Alerts and risk: what is firing, what will fail next?"""

from . import enums, palette, panels
from .board import ROW_SITE, Board, annotations, link, region, site
from .panels import GAUGE_CELL, PILL, STEPS, barchart, bars, daily, field, lines, stat, table, timeline
from .queries import hourly, now, one, q, rows

FIRING = 'ALERTS{%, alertname=~"Victron.+", alertstate="firing"}'
SINCE = 'ALERTS_FOR_STATE{%, alertname=~"Victron.+"}'
KEY = "site, alertname, severity, component, device, instance"
SCORE = hourly("site:victron_risk_score:max")
RUNBOOK = "https://github.com/victron-exporter/victron_exporter/blob/main/docs/runbook.md#${__data.fields.Alert}"
SEVERITY = [{"type": "value", "options": {name: {"index": index, "text": name, "color": colour} for index, (name, colour) in enumerate(
    [("critical", palette.CRITICAL), ("warning", palette.WARNING), ("info", palette.INFO)])}}]
COMPONENTS = ["battery", "inverter", "link", "solar"]


def build():
    board = Board("victron-risk", "Alerts and risk", "What is firing, what will fail next?", "now-24h", "30s", [region(), site(several=True)], annotations())
    board.row("Firing", *firing())
    board.row("History", *past())
    board.row("Risk", *risk())
    board.row("Outlook", *outlook())
    return board


def firing():
    def count(severity, title, steps):
        select = FIRING.replace("}", f', severity="{severity}"}}')
        return stat(title, f"Firing {severity} alerts of the shipped rules.", [now(f"count({select}) or vector(0)", "")], height=4, unit="short", steps=steps)

    age = f"(time() - max by ({KEY}) ({SINCE})) and on ({KEY}) max by ({KEY}) ({FIRING})"
    clear = (f"sum(count_over_time((max by ({KEY}) ({FIRING}))[7d:5m])) * 300 / sum(1 + changes((max by ({KEY}) ({SINCE}))[7d:5m]))")
    return [
        count("critical", "Critical", STEPS["zero is good"]), count("warning", "Warning", STEPS["zero is good, else warning"]),
        count("info", "Info", [(None, palette.OK), (1, palette.INFO)]),
        stat("Sites affected", "Stations with a critical or warning alert.", [now(f'count(count by (site) ({FIRING.replace("}", ", severity=~" + chr(34) + "critical|warning" + chr(34) + "}")})) or vector(0)', "")],
             height=4, unit="short", steps=STEPS["zero is good, else warning"]),
        stat("Longest firing", "The alert that fires longest: forgotten, or a limit that is wrong here. Empty without alerts.", [now(f"topk(1, {age})", "{{alertname}} {{site}}")], height=4,
             unit="dtdurations", decimals=0, text="value_and_name", colour=palette.WARNING),
        stat("Mean time to clear 7 d", "Time that alerts fired in 7 days over their number. Empty without alerts.", [now(clear, "")], height=4, unit="dtdurations", decimals=0,
             colour=palette.LOAD),
        table("Active alerts", "The worklist, critical first. The alert opens its runbook, which begins with the first thing to do; the station opens its board. Empty without alerts.",
              [rows(f"max by ({KEY}) ({FIRING})"), rows(f"(max by ({KEY}) ({SINCE}) and on ({KEY}) max by ({KEY}) ({FIRING})) * 1000")],
              {"severity": "Severity", "site": "Station", "alertname": "Alert", "component": "Component", "device": "Device", "instance": "Instance", "Value #B": "Since"}, 24, 10,
              [field("Severity", mappings=SEVERITY, **PILL), field("Station", links=[link("victron-station", "Open the station", ROW_SITE)]),
               field("Alert", links=[{"title": "Runbook", "url": RUNBOOK, "targetBlank": True}]), field("Since", unit="dateTimeFromNow")],
              sort=[("Severity", False), ("Since", False)]),
    ]


def past():
    level = " or ".join(f'max by (site, alertname) ({FIRING.replace("}", f", severity={chr(34)}{name}{chr(34)}}}")}) * {value}' for name, value in (("critical", 2), ("warning", 1)))
    starts = "sum by ({0}) (1 + changes((max by ({1}) ({2}))[{3}]))"
    return [
        timeline("Alert timeline", "What fired when: a storm has one cause, look at its left end. Empty without alerts.", [q(level, "{{site}} {{alertname}}")], 24, 12, enums.ALARM),
        daily("Alerts per day by component", "Alerts that fired on a day: the noise budget. Empty without alerts.",
              [q(f"count by (component) (max by ({KEY}) (max_over_time({FIRING}[1d])))", "{{component}}")], 14, height=8, stacked=True, unit="short"),
        bars("Noisiest alerts 30 d", "Activations by alert: tune the limit or mend the cause. Empty without alerts.",
             [now(f"topk(15, {starts.format('alertname', KEY, SINCE, '30d:1h')})", "{{alertname}}")], 12, 8, "short", colour=palette.LOAD),
    ]


def risk():
    station = hourly("site:victron_risk_score:max", '%, component="station"')
    low = f'{hourly("site:victron_risk_coverage_ratio:min", "%, component=" + chr(34) + "station" + chr(34))} < 0.5'
    columns = {"site": "Station", **{f"Value #{letter}": name.capitalize() for letter, name in zip("ABCD", COMPONENTS)}, "Value #E": "All", "Value #F": "Coverage", "Trend #G": "30 d"}
    queries = [rows(f"max by (site) ({hourly('site:victron_risk_score:max', f'%, component={chr(34)}{name}{chr(34)}')})") for name in [*COMPONENTS, "station"]]
    queries += [rows("max by (site) (" + hourly("site:victron_risk_coverage_ratio:min", '%, component="station"') + ")"), q(f"max by (site) ({station})", "{{site}}")]
    shaded = {"thresholds": panels.thresholds(STEPS["risk"]), "custom__cellOptions": panels.cell("color-background", mode="basic"), "decimals": 0}
    fields = [field("Station", links=[link("victron-station", "Open the station", ROW_SITE)]), *[field(name.capitalize(), **shaded) for name in COMPONENTS],
              field("All", unit="none", min=0, max=100, thresholds=panels.thresholds(STEPS["risk"]), **GAUGE_CELL), field("Coverage", "percentunit"),
              field("30 d", custom__cellOptions=panels.cell("sparkline", hideValue=True), color=panels.fixed(palette.UNKNOWN))]
    return [
        bars("Station risk", "Points by station, highest first; 20 medium, 40 high, 60 critical. Grey: less than half of the inputs exist. The next visit.",
             [now(f"sort_desc({station} unless on (site) ({low}))", "{{site}}"), now(f"{station} and on (site) ({low})", "{{site}}, inputs unknown")], 8, 12, "none", min=0, max=100,
             steps=STEPS["risk"], link=link("victron-station", "Open the station")),
        table("Risk by component", "Battery, inverter, link and solar of each station; coverage is the share of the inputs that exist: below half the numbers say little.", queries, columns, 16, 12,
              fields, sort=[("All", True)], before=[{"id": "timeSeriesTable", "options": {"G": {"stat": "lastNotNull", "timeField": "Time"}}}], points=100),
        barchart("Factor breakdown", "Points by factor and component of the chosen stations, the worst device: explains the number.",
                 [rows(f"max by (component, factor) ({hourly('device:victron_risk_points:factor')})")], 12, 9, "none", stacked=True,
                 transformations=[{"id": "groupingToMatrix", "options": {"columnField": "factor", "rowField": "component", "valueField": "Value"}}],
                 bar_options={"xField": "component\\factor"}),
        lines("Risk over time", "Points of the station and its components, the worst of the chosen stations: did the repair help?",
              [q(f"max by (component) ({SCORE})", "{{component}}")], 12, 9, "none", decimals=0, min=0, max=100, custom={"spanNulls": 10800000}),
    ]


def outlook():
    predicted = hourly("device:victron_battery_replacement_timestamp_seconds:predicted")
    quarter = 91 * 86400
    quarters = [now(f"count(({predicted}) - time() >= {start * quarter} < {(start + 1) * quarter}) or vector(0)", f"{start * 3}–{start * 3 + 3} months") for start in range(8)]
    due = [("Battery replacement", f"({predicted}) - time()"), ("Generator service", f"{one('victron_generator_time_to_service_seconds')}"),
           ("Full charge", 'device:victron_full_charge_interval_seconds:parameter{%, device="battery"} - on (site, device, instance) '
            + one("victron_battery_time_since_full_charge_seconds"))]
    union = " or ".join(f'label_replace(max by (site, device, instance) ({expression}), "what", "{name}", "", "")' for name, expression in due)
    zscore, value = hourly("site:victron_kpi_zscore:fleet"), hourly("site:victron_kpi:value")
    median = hourly("fleet:victron_kpi:median", "").replace("{}", "")
    outlying = f"and on (site, kpi, region) (abs({zscore}) > 3.5)"
    return [
        barchart("Replacements by quarter", "Batteries that reach their end of life, by quarter from now: the budget. Empty without BMSes that know their health.", quarters, height=8, unit="short",
                 transformations=[{"id": "reduce", "options": {"reducers": ["lastNotNull"]}}], bar_options={"xField": "Field"}),
        table("Maintenance due", "What is due within 180 days: battery replacement, generator service, full charge; negative is overdue. Firmware and sensor batteries are on GX device and on "
              "Temperatures. Empty when nothing is due.",
              [rows(f"({union}) < 15552000")], {"what": "What", "site": "Station", "device": "Device", "instance": "Instance", "Value": "Due in"}, 12, 8,
              [field("Station", links=[link("victron-station", "Open the station", ROW_SITE)]),
               field("Due in", unit="dtdurations", decimals=0, thresholds=panels.thresholds(STEPS["maintenance"]), custom__cellOptions=panels.cell("color-text"))], sort=[("Due in", False)]),
        table("Fleet outliers", "Stations far from the others in one figure, in robust standard deviations (beyond 3.5). Empty with fewer than five stations or without outliers.",
              [rows(f"{value} {outlying}"), rows(f"({zscore} * 0 + on (kpi, region) group_left () {median}) {outlying}"), rows(f"{zscore} {outlying}")],
              {"site": "Station", "kpi": "Figure", "region": "Region", "Value #A": "Value", "Value #B": "Median", "Value #C": "z"}, 24, 8,
              [field("Station", links=[link("victron-station", "Open the station", ROW_SITE)]), field("/^(Value|Median|z)$/", decimals=2),
               field("z", thresholds=panels.thresholds(STEPS["z"]), custom__cellOptions=panels.cell("color-text"))], sort=[("z", False)]),
    ]
