"""Alerts and risk: what is firing, what will fail next?"""

from . import enums, palette
from .board import ROW_SITE, Board, annotations, link, region, site
from .panels import GAUGE_CELL, PILL, SPARKLINE, TEXT_CELL, barchart, bars, cell, daily, field, fixed, lines, stat, table, timeline, tinted
from .queries import STATION, by_name, coloured, hourly, now, one, q, rows

FIRING = 'ALERTS{%, alertname=~"Victron.+", alertstate="firing"}'
SINCE = 'ALERTS_FOR_STATE{%, alertname=~"Victron.+"}'
KEY = "site, alertname, severity, component, device, instance"
SCORE = hourly("site:victron_risk_score:max")
# Headings have lower-case anchors, which Grafana cannot make: browsers find the text.
RUNBOOK = "https://github.com/victron-exporter/victron_exporter/blob/main/docs/runbook.md#${__data.fields.Alert}:~:text=${__data.fields.Alert}"
SEVERITY = {"critical": (3, palette.CRITICAL), "warning": (2, palette.WARNING), "info": (1, palette.INFO)}
COMPONENTS = ["battery", "inverter", "link", "solar"]
ALERTING = ["chain", "battery", "inverter", "grid", "solar", "ess", "genset", "tank", "sensor", "gx", "fleet", "risk"]  # components of the alerts
FACTORS = ["health", "spread", "modules", "temperature", "cycles", "errors", "overload", "age", "dc_voltage", "vrm", "can", "grid_outages", "wifi", "tracker_dead", "siblings", "region"]
TINTS = [*palette.NEUTRAL_TINTS, *palette.PV_TINTS]
SPAN = "7d:10m"  # what is asked of alerts over a week; a finer look costs more and shows no more
ROWS = 40  # of the timeline


def severities(*names):
    return FIRING.replace("}", f', severity=~"{"|".join(names)}"}}')


def build():
    board = Board("victron-risk", "Alerts and risk", "What is firing, what will fail next?", "now-24h", "30s", [region(), site(several=True)], annotations())
    board.row("Firing", *firing())
    board.row("History", *past())
    board.row("Risk", *risk())
    board.row("Outlook", *outlook())
    return board


def firing():
    def count(severity, title, steps):
        return stat(title, f"Firing {severity} alerts of the shipped rules.", [now(f"count({severities(severity)}) or vector(0)", "")], height=4, unit="short", steps=steps)

    age = f"(time() - max by ({KEY}) ({SINCE})) and on ({KEY}) max by ({KEY}) ({severities('critical', 'warning')})"
    minutes = f"sum(count_over_time({FIRING}[{SPAN}])) * 600"
    times = f"sum(1 + changes({SINCE}[{SPAN}]))"
    words = enums.mapping({number: (name, colour) for name, (number, colour) in SEVERITY.items()})
    level = " or ".join(f"max by ({KEY}) ({severities(name)}) * {number}" for name, (number, _) in SEVERITY.items())
    return [
        count("critical", "Critical", "zero is good"), count("warning", "Warning", "zero is good, else warning"), count("info", "Info", "zero is good, else told"),
        stat("Sites affected", "Stations with a critical or warning alert.", [now(f"count(count by (site) ({severities('critical', 'warning')})) or vector(0)", "")],
             height=4, unit="short", steps="zero is good, else warning"),
        stat("Longest firing", "The warning or critical alert that fires longest: forgotten, or a limit that is wrong here.",
             [now(f'label_replace(topk(1, {age}), "alert", "$1", "alertname", "Victron(.*)")', "{{alert}}, {{site}}")], height=4, unit="dtdurations", text="value_and_name",
             colour=palette.WARNING, empty="without alerts"),
        stat("Mean time to clear 7 d", "Time that alerts fired in 7 days over their number.", [now(f"{minutes} / {times}", "")], height=4, unit="dtdurations",
             colour=palette.LOAD, empty="without alerts"),
        table("Active alerts", "The worklist, critical first. The alert opens its runbook, which begins with the first thing to do; the station opens its board.",
              [rows(level), rows(f"(max by ({KEY}) ({SINCE}) and on ({KEY}) max by ({KEY}) ({FIRING})) * 1000"), rows(STATION + f" and on (site) {FIRING}")],
              {"Value #A": "Severity", "name": "Station", "alertname": "Alert", "component": "Component", "device": "Device", "instance": "Instance", "Value #B": "Since", "site": None},
              24, 10,
              [field("Severity", mappings=words, **PILL), field("Station", links=[link("victron-station", "Open the station", ROW_SITE)], custom__width=200),
               field("Alert", links=[{"title": "Runbook", "url": RUNBOOK, "targetBlank": True}], custom__width=330), field("Since", unit="dateTimeFromNow")],
              sort=[("Severity", True), ("Since", True)], empty="without alerts"),
    ]


def past():
    level = " or ".join(f"max by (site, alertname) ({severities(name)}) * {value}" for name, value in (("critical", 2), ("warning", 1)))
    recent = f"topk({ROWS}, max by (site, alertname) (max_over_time({SINCE}[$__range] @ end())))"
    shown = f'label_replace({level.join("()")} and on (site, alertname) {recent}, "alert", "$1", "alertname", "Victron(.*)")'
    day = f"count by (component) (count by ({KEY}) (count_over_time({severities('critical', 'warning')}[1d] offset -1d)))"
    noise = f"sum by (alertname) (1 + changes({SINCE}[30d:1h]))"
    words = enums.mapping({1: ("warning", palette.WARNING), 2: ("critical", palette.CRITICAL)})
    return [
        timeline("Alert timeline", f"What fired when, the {ROWS} that began last: a storm has one cause, look at its left end.",
                 [q(by_name(shown, "$__range"), "{{name}}: {{alert}}")], 24, 12, words=words, points=300, empty="without alerts"),
        daily("Alerts per day by component", "Critical and warning alerts that fired on a day: the noise budget.", [q(day, "{{component}}")], 14, height=8, stacked=True, unit="short",
              overrides=tinted(ALERTING, TINTS), empty="without alerts"),
        bars("Noisiest alerts 30 d", "Activations by alert: tune the limit or mend the cause.",
             [now(f'label_replace(sort_desc(topk(10, {noise})), "alert", "$1", "alertname", "Victron(.*)")', "{{alert}}")], 12, 8, "short", min=0, colour=palette.LOAD, empty="without alerts"),
    ]


def score(component):
    return f"max by (site) ({hourly('site:victron_risk_score:max', f'%, component={chr(34)}{component}{chr(34)}')})"


def coverage(component):
    """Share of the inputs that exist, of the device that tells most; of the station as its score weighs the components."""
    told = f"max by (site, component) ({hourly('device:victron_risk_coverage_ratio:sum', '%, component=~' + chr(34) + component + chr(34))})"
    return f"max by (site) ({told})" if component in COMPONENTS else f"sum by (site) ({told} * on (component) group_left () component:victron_risk_weight_ratio:station)"


def known_score(component):
    """-1 where less than half of the inputs exist."""
    low = f"{coverage(component if component in COMPONENTS else '.+')} < 0.5"
    return f"{score(component)} unless on (site) ({low}) or on (site) ({low}) * 0 - 1"


def risk():
    low = f"{coverage('.+')} < 0.5"
    columns = {"name": "Station", **{f"Value #{letter}": name.capitalize() for letter, name in zip("ABCD", COMPONENTS)}, "Value #E": "All", "Value #F": "Coverage", "Trend #H": "30 d",
               "site": None}
    queries = [*[rows(known_score(name)) for name in COMPONENTS], rows(known_score("station")), rows(coverage(".+")), rows(STATION),
               q(score("station"), "{{site}}")]
    unknown = enums.mapping({-1: ("?", palette.UNKNOWN)})
    shaded = {"mappings": unknown, "steps": "risk", "custom__cellOptions": cell("color-background", mode="basic"), "custom__align": "center", "decimals": 0}
    fields = [field("Station", links=[link("victron-station", "Open the station", ROW_SITE)]), *[field(name.capitalize(), **shaded) for name in COMPONENTS],
              field("All", "none", mappings=unknown, min=0, max=100, steps="risk", **GAUGE_CELL), field("Coverage", "percentunit"),
              field("30 d", color=fixed(palette.UNKNOWN), **SPARKLINE)]
    factor = f"max by (component, factor) ({hourly('device:victron_risk_points:factor')}) > 0"
    return [
        bars("Station risk", "Points by station, highest first, the 15 highest; 20 medium, 40 high, 60 critical. Grey: less than half of the inputs exist. The next visit.",
             [now(by_name(f"sort_desc(topk(15, {score('station')} unless on (site) ({low})))"), "{{name}}"),
              coloured(now(by_name(f"topk(5, {score('station')} and on (site) ({low}))"), "{{name}}, inputs unknown"), palette.UNKNOWN)], 8, 12, "none", min=0, max=100,
             steps="risk", link=link("victron-station", "Open the station")),
        table("Risk by component", "Battery, inverter, link and solar of each station; coverage is the share of the inputs that exist: below half there is a question mark.", queries, columns,
              16, 12, fields, sort=[("All", True)], before=[{"id": "timeSeriesTable", "options": {"H": {"stat": "lastNotNull", "timeField": "Time"}}}], points=100, time_from="30d"),
        barchart("Factor breakdown", "Points by factor and component of the chosen stations, the worst device: explains the number.", [rows(factor)], 12, 9, "none", stacked=True,
                 transformations=[{"id": "groupingToMatrix", "options": {"columnField": "factor", "rowField": "component", "valueField": "Value"}}],
                 bar_options={"xField": "component\\factor"}, overrides=tinted(FACTORS, TINTS), empty="without points"),
        lines("Risk over time", "Points of the station and its components, the worst of the chosen stations: did the repair help?",
              [q(f"max by (component) ({SCORE})", "{{component}}")], 12, 9, "none", decimals=0, min=0, max=100, fill=0, interval="15m", custom={"spanNulls": 10800000},
              overrides=tinted([*COMPONENTS, "station"], [palette.CHARGE, palette.LOAD, palette.IMPORT, palette.PV, palette.UNKNOWN]) + [field("station", custom__lineWidth=3)]),
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
    to_station = field("Station", links=[link("victron-station", "Open the station", ROW_SITE)])
    return [
        barchart("Replacements by quarter", "Batteries that reach their end of life, by quarter from now: the budget.", quarters, height=8, unit="short", no_legend=True,
                 colour=palette.CHARGE, transformations=[{"id": "reduce", "options": {"reducers": ["lastNotNull"]}}], bar_options={"xField": "Field"},
                 empty="without BMSes that know their health"),
        table("Maintenance due", "What is due within 180 days: battery replacement, generator service, full charge; negative is overdue. Firmware and sensor batteries are on GX device and on "
              "Temperatures.", [rows(by_name(f"({union}) < 15552000"))],
              {"what": "What", "name": "Station", "device": "Device", "instance": "Instance", "Value": "Due in", "site": None}, 12, 8,
              [to_station, field("Due in", "dtdurations", steps="maintenance", **TEXT_CELL)], sort=[("Due in", False)], empty="when nothing is due"),
        table("Fleet outliers", "Stations far from the others in one figure, in robust standard deviations (beyond 3.5).",
              [rows(by_name(f"{value} {outlying}")), rows(by_name(f"({zscore} * 0 + on (kpi, region) group_left () {median}) {outlying}")), rows(by_name(f"{zscore} {outlying}"))],
              {"name": "Station", "kpi": "Figure", "region": "Region", "Value #A": "Value", "Value #B": "Median", "Value #C": "z", "site": None}, 24, 6,
              [to_station, field("/^(Value|Median)$/", decimals=2), field("z", decimals=1)], sort=[("z", False)],
              empty="with fewer than five stations or without outliers"),
    ]
