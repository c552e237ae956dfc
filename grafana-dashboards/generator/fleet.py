"""Fleet overview: which station needs me now?"""

from . import enums, palette, panels
from .board import Board, annotations, link, region, site, ROW_SITE
from .panels import GAUGE_CELL, PILL, STEPS, barchart, bars, daily, field, history, lines, panel, pie, stat, table, unstacked
from .queries import day, hourly, kwh, now, q, rows, status

FIRING = 'ALERTS{{%, alertname=~"Victron.+", alertstate="firing", severity="{0}"}}'
SOC = 'device:victron_battery_state_of_charge_ratio:now{%, device="system"}'
STORED = 'device:victron_battery_stored_joules:now{%, device="system"}'
TO_EMPTY = ('(device:victron_battery_time_to_empty_seconds:now{%, device="system"} '
            "unless on (site) site:victron_grid_connected:bool{%} == 1)")
RISK = hourly("site:victron_risk_score:max", '%, component="station"')
TO_STATION = link("victron-station", "Open the station")


def build():
    board = Board("victron-fleet", "Fleet overview", "Which station needs me now?", "now-24h", "30s",
                  [region(), site(several=True)], annotations())
    board.row("Now", *first_look())
    board.row("Map and list", station_map(), stations())
    board.row("Energy", *energy())
    board.row("Reliability", *reliability(), collapsed=True)
    return board


def first_look():
    online, ratio = "sum(site:victron_up:max{%})", "sum(site:victron_up:max{%}) / count(site:victron_up:max{%})"
    return [
        stat("Stations online", "Stations that answer, of all that are scraped (site:victron_up:max). One missing is a site, many are our "
             "network or the exporters: see GX device and exporter.",
             [q(f"{online} and on () ({ratio} >= 1)", "ok online"), q(f"{online} and on () ({ratio} < 1 >= 0.9)", "warning online"),
              q(f"{online} and on () ({ratio} < 0.9)", "critical online"), now("count(site:victron_up:max{%})", "stations")],
             height=4, unit="short", text="value", sparkline=True, link=link("victron-gx", "Can I believe the data?")),
        stat("Critical / warning alerts", "Firing alerts of the shipped rules by severity. Critical means somebody acts now; the list is on "
             "Alerts and risk.",
             [now(f"count({FIRING.format('critical')}) or vector(0)", "Critical"), now(f"count({FIRING.format('warning')}) or vector(0)", "Warning")],
             height=4, unit="short", text="value_and_name", orientation="vertical", link=link("victron-risk", "All alerts", ""),
             overrides=[field("Critical", thresholds=panels.thresholds(STEPS["zero is good"]), color={"mode": "thresholds"}),
                        field("Warning", thresholds=panels.thresholds(STEPS["zero is good, else warning"]), color={"mode": "thresholds"})]),
        stat("Stations off grid", "Stations with a grid connection whose grid is lost (site:victron_grid_lost:bool). Several at once are an "
             "outage of the region.",
             [q("sum(site:victron_grid_lost:bool{%})", "")], height=4, unit="short", sparkline=True, steps=STEPS["off grid"]),
        stat("PV now", "Solar power of all stations (site:victron_pv_power_watts:sum), grey the same time yesterday.",
             [q("sum(site:victron_pv_power_watts:sum{%})", "PV"), q("sum(site:victron_pv_power_watts:sum{%} offset 1d)", "yesterday")],
             height=4, unit="watt", sparkline=True, text="value"),
        stat("Stored energy", "Energy in all batteries and its share of their capacity (sum of state of charge × capacity). The reserve "
             "of the fleet. Empty without a known battery capacity.",
             [now(f"sum({STORED}) / 3.6e6", "Stored"),
              now(f'sum({STORED}) / sum(device:victron_battery_capacity_joules:parameter{{%, device="system"}} and on (site) {STORED})',
                  "Share of capacity")],
             height=4, unit="kwatth", text="value", orientation="vertical",
             overrides=[field("Share of capacity", unit="percentunit", color=panels.fixed(palette.CHARGE))]),
        stat("Shortest time to empty", "Of the stations without grid the one whose battery ends first, at its load of the last 30 minutes. "
             "Call there first. Empty while every discharging station has a grid.",
             [now(f"bottomk(1, {TO_EMPTY})", "{{site}}")], height=4, unit="dtdurations", text="value_and_name",
             steps=STEPS["time to empty grey"], link=TO_STATION, decimals=0),
    ]


def station_map():
    """Colour is the status, size the battery."""
    options = {
        "view": {"id": "fit", "lat": 0, "lon": 0, "zoom": 4, "allLayers": True, "padding": 10}, "controls": {"showZoom": True, "mouseWheelZoom": False,
        "showAttribution": True, "showScale": False, "showDebug": False, "showMeasure": False}, "tooltip": {"mode": "details"},
        "basemap": {"type": "default", "name": "Base map"},
        "layers": [{"type": "markers", "name": "Stations", "tooltip": True,
                    "location": {"mode": "coords", "latitude": "Latitude", "longitude": "Longitude"},
                    "config": {"showLegend": False, "style": {
                        "color": {"field": "Status", "fixed": palette.UNKNOWN}, "opacity": 0.8,
                        "size": {"field": "Battery", "fixed": 8, "min": 6, "max": 16},
                        "symbol": {"mode": "fixed", "fixed": "img/icons/marker/circle.svg"},
                        "text": {"mode": "field", "field": "Station", "fixed": ""},
                        "textConfig": {"fontSize": 11, "offsetX": 0, "offsetY": 14, "textAlign": "center", "textBaseline": "middle"}}}}]}
    names = {"site": "Station", "Value #A": "Status", "Value #B": "Latitude", "Value #C": "Longitude", "Value #D": "State of charge",
             "Value #E": "PV", "Value #F": "Load", "Value #G": "Battery"}
    steps = [{"id": "merge", "options": {}}, {"id": "organize", "options": {"excludeByName": {"Time": True}, "renameByName": names}}]
    place = "and on (site) max by (site) (victron_site_latitude_degrees{@})"
    return panel(
        "geomap", "Map", "Stations whose site file gives latitude and longitude; colour is the worst of no data, critical, warning and ok, size "
        "the battery. Click opens the station. Empty without positions in the site files.",
        [rows(f"({status()}) {place}"), rows("max by (site) (victron_site_latitude_degrees{@})"),
         rows("max by (site) (victron_site_longitude_degrees{@})"), rows(f"max by (site) ({SOC}) {place}"),
         rows(f"site:victron_pv_power_watts:sum{{%}} {place}"), rows(f"site:victron_load_power_watts:sum{{%}} {place}"),
         rows(f'max by (site) (device:victron_battery_capacity_joules:parameter{{%, device="system"}}) / 3.6e6 {place}')],
        10, 14, options=options, transformations=steps,
        overrides=[field("Status", mappings=enums.STATUS), field("State of charge", unit="percentunit"), field("PV", unit="watt"),
                   field("Load", unit="watt"), field("Battery", unit="kwatth"),
                   field("Station", links=[link("victron-station", "Open the station", ROW_SITE)])])


def stations():
    columns = {
        "site": "Station", "Value #A": "Status", "Value #B": "SOC", "Trend #P": "SOC 24 h", "Value #C": "Battery, charge +",
        "Value #D": "PV", "Value #E": "Load", "Value #F": "Grid, import +", "Value #G": "Source", "Value #H": "Empty in",
        "Value #I": "Yield today", "Value #J": "Risk", "Value #K": "Critical", "Value #L": "Warnings", "firmware_version": "Firmware",
        "Value #N": "Last contact"}
    soc = f"max by (site) ({SOC})"
    queries = [
        rows(status()), rows(soc), rows("site:victron_battery_power_watts:sum{%}"), rows("site:victron_pv_power_watts:sum{%}"),
        rows("site:victron_load_power_watts:sum{%}"), rows("site:victron_grid_power_watts:sum{%}"), rows("site:victron_source:state{%}"),
        rows(f"max by (site) ({TO_EMPTY})"), rows(kwh("pv")), rows(f"max by (site) ({RISK})"),
        rows(f"count by (site) ({FIRING.format('critical')})"), rows(f"count by (site) ({FIRING.format('warning')})"),
        rows("max by (site, firmware_version) (victron_station_info{@})"),
        rows("max by (site) (site:victron_reachable_timestamp_seconds:last{%}) * 1000"), rows("site:victron_up:max{%}"), q(soc, "{{site}}")]

    def opens(uid):
        return [link(uid, "Open", ROW_SITE)]

    fields = [
        field("Station", links=opens("victron-station"), custom__width=150),
        field("Status", mappings=enums.STATUS, **PILL),
        field("SOC", unit="percentunit", min=0, max=1, thresholds=panels.thresholds(STEPS["state of charge"]), links=opens("victron-battery"), **GAUGE_CELL),
        field("SOC 24 h", unit="percentunit", custom__cellOptions=panels.cell("sparkline", hideValue=True), color=panels.fixed(palette.CHARGE)),
        field("Battery, charge +", unit="watt", links=opens("victron-battery")), field("PV", unit="watt", links=opens("victron-solar")),
        field("Load", unit="watt"), field("Grid, import +", unit="watt", links=opens("victron-grid-ess")),
        field("Source", mappings=enums.SOURCE), field("Empty in", unit="dtdurations", decimals=0), field("Yield today", unit="kwatth"),
        field("Risk", unit="none", min=0, max=100, thresholds=panels.thresholds(STEPS["risk"]), links=opens("victron-risk"), **GAUGE_CELL),
        field("Critical", thresholds=panels.thresholds(STEPS["zero is good"]), links=opens("victron-risk"), custom__cellOptions=panels.cell("color-text")),
        field("Warnings", thresholds=panels.thresholds(STEPS["zero is good, else warning"]), links=opens("victron-risk"),
              custom__cellOptions=panels.cell("color-text")),
        field("Last contact", unit="dateTimeFromNow"),
    ]
    trend = [{"id": "timeSeriesTable", "options": {"P": {"stat": "lastNotNull", "timeField": "Time"}}}]
    return table("Stations", "The worklist: worst status first, then highest risk. Grey is no data: such a station keeps no green. A station opens "
                 "its own board, a cell the board of its subject. Days end at the station's own midnight.",
                 queries, columns, 14, 14, fields, sort=[("Status", True), ("Risk", True)], before=trend, points=100)


def energy():
    days = [("PV", "pv"), ("Import", "grid_import"), ("Export", "grid_export"), ("Load", "load")]
    per_site = "site:victron_specific_yield_joules_per_watt:today{%} / 3600"
    return [
        lines("Fleet power", "All stations together: PV, import and discharge above the line feed load, export and charge below it.",
              [q("sum(site:victron_pv_power_watts:sum{%})", "PV"), q("sum(site:victron_grid_power_watts:import{%})", "Import"),
               q("sum(site:victron_battery_power_watts:discharge{%})", "Discharge"), q("-sum(site:victron_grid_power_watts:export{%})", "Export −"),
               q("-sum(site:victron_battery_power_watts:charge{%})", "Charge −"), q("sum(site:victron_load_power_watts:sum{%})", "Load")],
              unit="watt", stacked=True, overrides=[unstacked("Load")]),
        daily("Energy per day", "Sums of all stations per day, each by its own midnight; the last bar is today so far.",
              [q(day(source), name) for name, source in days]),
        bars("Specific yield ranking", "Yield of today per installed kWp: the 15 best and the 15 poorest stations and the median. Far below its neighbours: "
             "soiling, shade or a fault. Empty without peak powers.",
             [now(f"topk(15, {per_site}) or bottomk(15, {per_site})", "{{site}}"), now(f"quantile(0.5, {per_site})", "median, expected")],
             unit="kWh/kWp", decimals=1, colour=palette.PV, link=link("victron-solar", "Open solar")),
        bars("Self-sufficiency 7 d ranking", "Share of the load of 7 days that came neither from grid nor generator.",
             [now(f"sort_desc({hourly('site:victron_self_sufficiency_ratio:7d')})", "{{site}}")], unit="percentunit", colour=palette.LOAD,
             min=0, max=1, link=TO_STATION),
        lines("State of charge band", "Ten, fifty and ninety per cent of the stations are below these lines; the thin one is the emptiest station.",
              [q(f"quantile(0.1, {SOC})", "10 %"), q(f"quantile(0.5, {SOC})", "median"), q(f"quantile(0.9, {SOC})", "90 %"),
               q(f"min({SOC})", "emptiest")], 8, 10, "percentunit", min=0, max=1, tints=[palette.DISCHARGE, palette.CHARGE, palette.DISCHARGE, palette.UNKNOWN],
              overrides=[field("90 %", custom__fillBelowTo="10 %", custom__fillOpacity=15)]),
    ]


def reliability():
    seen = enums.mapping({0: ("gone", palette.CRITICAL), 1: ("old data", palette.WARNING), 2: ("ok", palette.OK)})
    return [
        history("Station reachability", "Per station and half hour: red gone, orange it answers with old values, green fine. Stripes are a poor link.",
                [q("site:victron_up:max{%} + on (site) (site:victron_data_fresh:bool{%} or site:victron_up:max{%} * 0)", "{{site}}")],
                mappings=seen, interval="30m", points=60, link=link("victron-gx", "Open GX device")),
        bars("Availability 30 d", "Share of the last 30 days in which the station answered, the 15 lowest. Orange and red break what was promised.",
             [now(f"bottomk(15, {hourly('site:victron_up:avg30d')})", "{{site}}")], 8, 9, "percentunit", decimals=1, min=0.9, max=1,
             steps=STEPS["availability"], link=link("victron-gx", "Open GX device")),
        barchart("Grid outages 30 d", "Outages that began and hours without grid, the worst grids.",
                 [rows(f"topk(15, {hourly('site:victron_grid_outages:count30d')})"), rows(f"{hourly('site:victron_off_grid_seconds:sum30d')} / 3600")],
                 8, 9, "none", transformations=[{"id": "merge", "options": {}}, {"id": "organize", "options": {
                     "excludeByName": {"Time": True}, "renameByName": {"site": "Station", "Value #A": "Outages", "Value #B": "Hours off grid"}}}],
                 bar_options={"xField": "Station", "orientation": "horizontal"},
                 overrides=[field("Outages", color=panels.fixed(palette.IMPORT)), field("Hours off grid", color=panels.fixed(palette.EXPORT))]),
        pie("Firmware versions", "GX firmware over the fleet. Many versions make one fault look like several.",
            [now("count by (firmware_version) (max by (site, firmware_version) (victron_station_info{@}))", "{{firmware_version}}")]),
        bars("Risk distribution", "Stations per risk level, of the whole fleet: the work that is coming.",
             [now("fleet:victron_sites_by_risk_level:count", "{{level}}")], 4, 9, "short", link=link("victron-risk", "Open risk", ""),
             overrides=[field(level, color=panels.fixed(colour)) for level, colour in palette.LEVELS.items()]),
    ]
