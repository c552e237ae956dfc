"""Fleet overview: which station needs me now?"""

from . import enums, palette
from .board import Board, annotations, link, region, site, ROW_SITE
from .panels import GAUGE_CELL, PILL, SPARKLINE, TEXT_CELL, barchart, bars, daily, field, fixed, history, lines, panel, pie, stat, table, unstacked
from .queries import STATION, by_name, coloured, hourly, kwh, levels, now, q, reason, rows, site_day, status

FIRING = 'ALERTS{{%, alertname=~"Victron.+", alertstate="firing", severity="{0}"}}'
SOC = 'device:victron_battery_state_of_charge_ratio:now{%, device="system"}'
STORED = 'device:victron_battery_stored_joules:now{%, device="system"}'
CAPACITY = 'device:victron_battery_capacity_joules:parameter{%, device="system"}'
TO_EMPTY = ('(device:victron_battery_time_to_empty_seconds:now{%, device="system"} '
            "unless on (site) site:victron_grid_connected:bool{%} == 1)")
RISK = hourly("site:victron_risk_score:max", '%, component="station"')
TO_STATION = link("victron-station", "Open the station")
POOREST = 25  # stations in the row of the reachability
REACHED = enums.mapping({0: ("gone", palette.CRITICAL), 1: ("old data", palette.WARNING), 2: ("ok", palette.OK)})
REACH = "(site:victron_up:max{%} + on (site) (site:victron_data_fresh:bool{%} or site:victron_up:max{%} * 0))"


def build():
    board = Board("victron-fleet", "Fleet overview", "Which station needs me now?", "now-24h", "30s", [region(), site(several=True)], annotations())
    board.row("Now", *first_look())
    board.row("Map and list", station_map(), stations())
    board.row("Energy", *energy())
    board.row("Reliability", *reliability(), collapsed=True)
    return board


def first_look():
    up, all_of = "sum(site:victron_up:max{%})", "count(site:victron_up:max{%})"
    ratio = "sum(site:victron_up:max{%} @ end()) / count(site:victron_up:max{%} @ end())"  # of now, at every point: it decides the colour
    return [
        stat("Stations online", "Stations that answer, of all that are scraped (site:victron_up:max). One missing is a site, many are our "
             "network or the exporters: see GX device and exporter.",
             [levels(f"{up} and on () ({ratio} >= 1)", f"{up} and on () ({ratio} < 1 >= 0.9)", f"{up} and on () ({ratio} < 0.9)", "online", kind=q),
              coloured(now(all_of, "of"), palette.UNKNOWN)], height=4, unit="short", text="value_and_name", orientation="vertical", sparkline=True,
             link=link("victron-gx", "Can I believe the data?")),
        stat("Critical / warning alerts", "Firing alerts of the shipped rules by severity. Critical means somebody acts now; the list is on Alerts and risk.",
             [now(f"count({FIRING.format('critical')}) or vector(0)", "Critical"), now(f"count({FIRING.format('warning')}) or vector(0)", "Warning")],
             height=4, unit="short", orientation="vertical", link=link("victron-risk", "All alerts", ""),
             overrides=[field("Critical", steps="zero is good"), field("Warning", steps="zero is good, else warning")]),
        stat("Stations off grid", "Stations with a grid connection whose grid is lost (site:victron_grid_lost:bool). Several at once are an outage of the region.",
             [q("sum(site:victron_grid_lost:bool{%})", "")], height=4, unit="short", sparkline=True, steps="off grid"),
        stat("PV now", "Solar power of all stations (site:victron_pv_power_watts:sum), grey the same time yesterday.",
             [q("sum(site:victron_pv_power_watts:sum{%})", "PV"), now("sum(site:victron_pv_power_watts:sum{%} offset 1d)", "yesterday")],
             height=4, unit="watt", sparkline=True, orientation="vertical"),
        stat("Stored energy", "Energy in all batteries and its share of their capacity (sum of state of charge × capacity): the reserve of the fleet.",
             [now(f"sum({STORED}) / 3.6e6", "Stored"), now(f"sum({STORED}) / sum({CAPACITY} and on (site) {STORED})", "charge")],
             height=4, unit="kwatth", orientation="vertical", overrides=[field("charge", "percentunit")], empty="without a known battery capacity"),
        stat("Shortest time to empty", "Of the stations without grid the one whose battery ends first, at its load of the last 30 minutes. Call there first.",
             [now(by_name(f"bottomk(1, {TO_EMPTY})"), "{{name}}")], height=4, unit="dtdurations", text="value_and_name", steps="time to empty", link=TO_STATION,
             empty="while every discharging station has a grid"),
    ]


def station_map():
    """Colour is the status, size the battery."""
    marker = {"color": {"field": "Status", "fixed": palette.UNKNOWN}, "opacity": 0.8, "size": {"field": "Battery", "fixed": 8, "min": 6, "max": 16},
              "symbol": {"mode": "fixed", "fixed": "img/icons/marker/circle.svg"}, "text": {"mode": "field", "field": "Station", "fixed": ""},
              "textConfig": {"fontSize": 11, "offsetX": 0, "offsetY": 14, "textAlign": "center", "textBaseline": "middle"}}
    options = {
        "view": {"id": "fit", "lat": 0, "lon": 0, "zoom": 4, "allLayers": True, "padding": 10}, "tooltip": {"mode": "details"}, "basemap": {"type": "default", "name": "Base map"},
        "controls": {"showZoom": True, "mouseWheelZoom": False, "showAttribution": True, "showScale": False, "showDebug": False, "showMeasure": False},
        "layers": [{"type": "markers", "name": "Stations", "tooltip": True, "config": {"showLegend": False, "style": marker},
                    "location": {"mode": "coords", "latitude": "Latitude", "longitude": "Longitude"}}]}
    place = "and on (site) max by (site) (victron_site_latitude_degrees{@})"
    columns = {"name": "Station", "Value #A": "Status", "Value #B": "Latitude", "Value #C": "Longitude", "Value #D": "State of charge", "Value #E": "PV", "Value #F": "Load",
               "Value #G": "Grid, import +", "Value #H": "Alerts", "Value #I": "Battery"}
    queries = [
        rows(f"({status()}) {place}"), rows("max by (site) (victron_site_latitude_degrees{@})"), rows("max by (site) (victron_site_longitude_degrees{@})"),
        rows(f"max by (site) ({SOC}) {place}"), rows(f"site:victron_pv_power_watts:sum{{%}} {place}"), rows(f"site:victron_load_power_watts:sum{{%}} {place}"),
        rows(f"site:victron_grid_power_watts:sum{{%}} {place}"), rows(f'count by (site) (ALERTS{{%, alertname=~"Victron.+", alertstate="firing", severity=~"critical|warning"}}) {place}'),
        rows(f"max by (site) ({CAPACITY}) / 3.6e6 {place}"), rows(f"{STATION} {place}")]
    excluded = {"Time": True, "Value #J": True}
    return panel(
        "geomap", "Map", "Stations whose site file gives latitude and longitude; colour is the worst of no data, critical, warning and ok, size the battery. "
        "Click opens the station.", queries, 7, 14, options=options, empty="without positions in the site files",
        transformations=[{"id": "merge", "options": {}}, {"id": "organize", "options": {"excludeByName": excluded, "renameByName": columns}}],
        overrides=[field("Status", mappings=enums.STATUS), field("State of charge", "percentunit"), field("/^(PV|Load|Grid, import \\+)$/", "watt"), field("Battery", "kwatth"),
                   field("Station", links=[link("victron-station", "Open the station", ROW_SITE)])])


def stations():
    columns = {
        "name": "Station", "site": None, "Value #A": "Status", "why": "Why", "Value #K": "Alerts", "Value #J": "Risk", "Value #B": "SOC",
        "Trend #O": "SOC 24 h", "Value #H": "Empty in", "Value #G": "Source", "Value #C": "Charge +", "Value #D": "PV", "Value #E": "Load",
        "Value #F": "Import +", "Value #I": "Yield", "Value #M": "Last contact", "firmware_version": "Firmware"}
    soc = f"max by (site) ({SOC})"
    queries = [
        rows(f"max by (site, why) ({reason()})"), rows(soc), rows("site:victron_battery_power_watts:sum{%}"), rows("site:victron_pv_power_watts:sum{%}"),
        rows("site:victron_load_power_watts:sum{%}"), rows("site:victron_grid_power_watts:sum{%}"), rows("site:victron_source:state{%}"),
        rows(f"max by (site) ({TO_EMPTY})"), rows(kwh("pv")), rows(f"max by (site) ({RISK})"),
        rows(f"count by (site) ({FIRING.format('critical')} or {FIRING.format('warning')})"),
        rows("max by (site, firmware_version) (victron_station_info{@})"), rows("clamp_min(round(time() - max by (site) (site:victron_reachable_timestamp_seconds:last{%})), 0)"), rows(STATION),
        q(soc, "{{site}}")]

    def opens(uid):
        return [link(uid, "Open", ROW_SITE)]

    fields = [
        field("Station", links=opens("victron-station"), custom__width=105), field("Status", mappings=enums.STATUS, **{**PILL, "custom__width": 75}), field("Why", custom__minWidth=180),
        field("Alerts", steps="zero is good, else warning", links=opens("victron-risk"), custom__width=60, **TEXT_CELL),
        field("Risk", min=0, max=100, steps="risk", links=opens("victron-risk"), custom__width=75, **GAUGE_CELL),
        field("SOC", "percentunit", min=0, max=1, steps="state of charge", links=opens("victron-battery"), custom__width=85, **GAUGE_CELL),
        field("SOC 24 h", "percentunit", color=fixed(palette.CHARGE), custom__width=75, **SPARKLINE),
        field("Empty in", "dtdurations", custom__width=80), field("Source", mappings=enums.SOURCE, custom__width=70),
        field("Charge +", "watt", links=opens("victron-battery"), custom__width=75), field("PV", "watt", links=opens("victron-solar"), custom__width=70),
        field("Load", "watt", custom__width=70), field("Import +", "watt", links=opens("victron-grid-ess"), custom__width=75),
        field("Yield", "kwatth", custom__width=80), field("Last contact", "dtdurations", custom__width=95), field("Firmware", custom__width=85),
    ]
    trend = [{"id": "timeSeriesTable", "options": {"O": {"stat": "lastNotNull", "timeField": "Time"}}}]
    return table("Stations", "The worklist: worst status first, then highest risk; why is one of the worst alerts, yield is of today. Grey is no data: such a station keeps no green. "
                 "A station opens its own board, a cell the board of its subject. Days end at the station's own midnight.",
                 queries, columns, 17, 14, fields, sort=[("Status", True), ("Risk", True)], before=trend, points=100)


def ranking(per_site):
    """Poorest first."""
    return f"sort(bottomk(10, {per_site}) or topk(5, {per_site}))"


def energy():
    days = [("PV", "pv"), ("Import", "grid_import"), ("Export", "grid_export"), ("Load", "load")]
    per_site = "site:victron_specific_yield_joules_per_watt:today{%} / 3600"
    autarky = hourly("site:victron_self_sufficiency_ratio:7d")
    return [
        lines("Fleet power", "All stations together: PV, import and discharge above the line feed load, export and charge below it.",
              [q("sum(site:victron_pv_power_watts:sum{%})", "PV"), q("sum(site:victron_grid_power_watts:import{%})", "Import"),
               q("sum(site:victron_battery_power_watts:discharge{%})", "Discharge"), q("-sum(site:victron_grid_power_watts:export{%})", "Export −"),
               q("-sum(site:victron_battery_power_watts:charge{%})", "Charge −"), q("sum(site:victron_load_power_watts:sum{%})", "Load")],
              unit="watt", stacked=True, overrides=[unstacked("Load")]),
        daily("Energy per day", "Sums of all stations per day, each by its own midnight; the last group is today, to the last full hour.",
              [q(site_day(source), name) for name, source in days]),
        bars("Specific yield ranking", "Yield of today per installed kWp: the median, then the 10 poorest and the 5 best stations. Far below its neighbours: soiling, shade or a fault.",
             [now(f"quantile(0.5, {per_site})", "median of the fleet"), now(by_name(ranking(per_site)), "{{name}}")],
             unit="kWh/kWp", decimals=1, min=0, colour=palette.PV, link=link("victron-solar", "Open solar"), empty="without peak powers",
             overrides=[field("median of the fleet", color=fixed(palette.UNKNOWN))]),
        bars("Self-sufficiency 7 d ranking", "Share of the load of 7 days that came neither from grid nor generator: the 10 poorest and the 5 best.",
             [now(by_name(ranking(autarky)), "{{name}}")], unit="percentunit", colour=palette.LOAD, min=0, max=1, link=TO_STATION),
        lines("State of charge band", "Ten, fifty and ninety per cent of the stations are below these lines; the grey one is the emptiest station.",
              [q(f"quantile(0.9, {SOC})", "90 %"), q(f"quantile(0.1, {SOC})", "10 %"), q(f"quantile(0.5, {SOC})", "half"), q(f"min({SOC})", "emptiest")],
              8, 10, "percentunit", min=0, max=1, fill=0, tints=[palette.DISCHARGE, palette.DISCHARGE, palette.CHARGE, palette.UNKNOWN],
              overrides=[field("90 %", custom__fillBelowTo="10 %", custom__fillOpacity=20), field("half", custom__lineWidth=2)]),
    ]


def reliability():
    outages = hourly("site:victron_grid_outages:count30d")
    worst = f"topk(15, {outages} > 0)"
    reach = f"{REACH} and on (site) bottomk({POOREST}, avg_over_time(site:victron_up:max{{%}}[$__range] @ end()))"
    risk_levels = [coloured(now(f'fleet:victron_sites_by_risk_level:count{{level="{level}"}}', level), colour) for level, colour in palette.LEVELS.items()]
    return [
        history("Station reachability", f"Per half hour: red gone, orange it answers with old values, green fine; the {POOREST} that answered least. Stripes are a poor link.",
                [q(by_name(reach, "$__range"), "{{name}}")], words=REACHED, interval="30m", points=60, link=link("victron-gx", "Open GX device")),
        bars("Availability 30 d", "Share of the last 30 days in which the station answered, the 15 lowest. Orange and red break what was promised.",
             [now(by_name(f"sort(bottomk(15, {hourly('site:victron_up:avg30d')}))"), "{{name}}")], 8, 9, "percentunit", decimals=1, min=0.9, max=1,
             steps="availability", link=link("victron-gx", "Open GX device")),
        barchart("Grid outages 30 d", "Outages that began and hours without grid: the worst grids.",
                 [rows(by_name(worst)), rows(f"{hourly('site:victron_off_grid_seconds:sum30d')} / 3600 and on (site) {worst}")],
                 8, 9, "none", transformations=[{"id": "merge", "options": {}}, {"id": "organize", "options": {
                     "excludeByName": {"Time": True, "site": True}, "renameByName": {"name": "Station", "Value #A": "Outages", "Value #B": "Hours off grid"}}}],
                 bar_options={"xField": "Station", "orientation": "horizontal"}, empty="without outages",
                 overrides=[field("Outages", color=fixed(palette.IMPORT)), field("Hours off grid", color=fixed(palette.EXPORT))]),
        pie("Firmware versions", "GX firmware over the fleet. Many versions make one fault look like several.",
            [now("count by (firmware_version) (max by (site, firmware_version) (victron_station_info{@}))", "{{firmware_version}}")]),
        bars("Risk distribution", "Stations per risk level, of the whole fleet: the work that is coming.", risk_levels, 4, 9, "short", min=0, names="top", link=link("victron-risk", "Open risk", "")),
    ]
