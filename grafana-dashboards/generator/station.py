"""Station: what is it doing and is it all right?"""

from . import enums, flow, palette, panels
from .board import Board, annotations, link, region, site, text
from .panels import STEPS, bars, daily, field, gauge, lines, stat, table, timeline, unstacked
from .queries import banded, day, hourly, kwh, named, now, one, q, rows

SOC = 'device:victron_battery_state_of_charge_ratio:now{%, device="system"}'
LOW, CRITICAL = "device:victron_soc_low_ratio:parameter{%}", "device:victron_soc_critical_ratio:parameter{%}"
FIRING = 'max by (site, alertname) (ALERTS{{%, alertname=~"Victron.+", alertstate="firing", severity="{0}"}})'
OFF_GRID = "unless on (site) site:victron_grid_connected:bool{%} == 1"
HERE = "${site}"


def build():
    board = Board("victron-station", "Station", "What is this station doing and is it all right?", "now/d", "30s",
                  [region(), site(), text("import_price", "Import price per kWh", "0"), text("export_price", "Export price per kWh", "0")],
                  annotations(grid=True, generator=True))
    board.row("Verdict", *verdict())
    board.row("Energy flow", flow.canvas(), power())
    board.row("Energy balance", *balance())
    board.row("Devices", *devices())
    board.row("Cost", *cost(), collapsed=True)
    board.row("Energy flow without the canvas panel", flow.graph(), collapsed=True)
    return board


def verdict():
    top = ('topk by (site) (1, label_replace((site:victron_data_fresh:bool{%} == 0) * 0 + 3, "alertname", "Data too old", "", "") '
           f'or {FIRING.format("critical")} * 2 or {FIRING.format("warning")} '
           'or label_replace(site:victron_up:max{%} * 0, "alertname", "Station", "", ""))')
    return [
        stat("Status", "The worst of no data, critical, warning and ok, with the name of one alert. Grey is not good: nothing is known. Products, firmware "
             "and the age of the data are in the device list below.",
             [now(top, "{{alertname}}")], text="value_and_name", background=True, mappings=enums.STATUS,
             link=link("victron-risk", "Alerts of this station", HERE)),
        stat("State", "What the GX says the system does (system:/SystemState/State), and where the AC power comes from.",
             [now(one("victron_system_state", "site"), "State"), now("site:victron_source:state{%}", "Source")], text="value",
             orientation="vertical", mappings=enums.of("victron_system_state"), link=link("victron-grid-ess", "Grid, inverter, ESS", HERE),
             overrides=[field("Source", mappings=enums.SOURCE)]),
        gauge("Battery", "State of charge as the station controls by it (system:/Dc/Battery/Soc). Orange and red begin at the limits of this station, which are "
              "those of the alerts. Empty without a battery monitor.",
              banded(SOC, LOW, CRITICAL), height=5, link=link("victron-battery", "Battery health", HERE)),
        stat("Time to empty / full", "At the power of the last 30 minutes; empty means the floor to which the station discharges. Without grid orange is less than 4 h and red less than "
             "1 h. Empty while the battery rests, or its capacity is unknown.",
             [now(f'device:victron_battery_time_to_empty_seconds:now{{%, device="system"}} {OFF_GRID}', "Empty in, no grid"),
              now('device:victron_battery_time_to_empty_seconds:now{%, device="system"} and on (site) site:victron_grid_connected:bool{%} == 1', "Empty in"),
              now('device:victron_battery_time_to_full_seconds:now{%, device="system"}', "Full in")], unit="dtdurations", decimals=0,
             text="value_and_name", orientation="vertical",
             overrides=[field("Empty in, no grid", thresholds=panels.thresholds(STEPS["time to empty"]), color={"mode": "thresholds"})]),
        stat("Today", "Energy since the station's own midnight. Empty is what the station does not have.",
             [now(kwh("pv"), "PV"), now(kwh("load"), "Load"), now(kwh("grid_import"), "Import"), now(kwh("grid_export"), "Export"),
              now(kwh("genset"), "Generator")], 8, 5, "kwatth", text="value_and_name", orientation="vertical"),
    ]


def power():
    return lines("Power today", "Above the line where power came from, below where it went besides the loads; grey the load of yesterday at this time; "
                 "the state of charge on the right axis.",
                 [q("site:victron_pv_power_watts:sum{%}", "PV"), q("site:victron_battery_power_watts:discharge{%}", "Discharge"),
                  q("site:victron_grid_power_watts:import{%}", "Import"), q("site:victron_genset_power_watts:sum{%}", "Generator"),
                  q("-site:victron_grid_power_watts:export{%}", "Export −"), q("-site:victron_battery_power_watts:charge{%}", "Charge −"),
                  q("site:victron_load_power_watts:sum{%}", "Load"), q("site:victron_load_power_watts:sum{%} offset 1d", "Load yesterday"),
                  q(SOC, "State of charge")], 12, 12, "watt", stacked=True,
                 overrides=[unstacked("Load"), unstacked("Load yesterday"), unstacked("State of charge"), field(
                     "State of charge", "percentunit", min=0, max=1, custom__axisPlacement="right")])


def balance():
    shares = [("PV", "pv_direct"), ("Battery", "battery_out"), ("Import", "grid_import"), ("Generator", "genset")]
    return [
        bars("Sources of consumption today", "What fed the load since midnight, as shares of it.",
             [now(f'site:victron_load_share_ratio:today{{%, source="{source}"}}', name) for name, source in shares], 6, 8, "percentunit",
             min=0, max=1),
        stat("Self-consumption / self-sufficiency", "Self-consumption: share of the solar energy that stayed here. Self-sufficiency: share of the load from neither "
             "grid nor generator. Today and over 7 days.",
             [now("site:victron_self_consumption_ratio:today{%}", "Own use today"), now("site:victron_self_sufficiency_ratio:today{%}", "Self-sufficient today"),
              now(hourly("site:victron_self_consumption_ratio:7d"), "Own use 7 d"), now(hourly("site:victron_self_sufficiency_ratio:7d"), "Self-sufficient 7 d")],
             6, 8, "percentunit", text="value_and_name", orientation="horizontal", colour=palette.LOAD),
        daily("Daily energy", "Per day by the station's midnight; the last group is today so far.",
              [q(day(source), name) for name, source in [("PV", "pv"), ("Load", "load"), ("Import", "grid_import"), ("Export", "grid_export")]],
              30, height=8),
    ]


STATES = "vebus|multi|inverter|solarcharger|charger|alternator|dcdc"
POWERS = ("victron_(battery|grid|acload|pvinverter|genset|evcharger|heatpump|vebus_dc|multi_dc|solarcharger_yield|alternator_dc|dcload_dc|"
          "dcsource_dc|fuelcell_dc)_power_watts")


def devices():
    by = "max by (site, device, instance)"
    columns = {"device": "Device", "product_name": "Product", "custom_name": "Name", "instance": "Instance", "Value #B": "State",
               "Value #C": "Power", "Value #D": "Temperature", "Value #E": "Alarms", "Value #F": "Data age", "firmware_version": "Firmware"}
    queries = [
        rows("max by (site, device, instance, product_name, custom_name, firmware_version) (victron_device_info{@})"),
        rows(f'{by} ({{__name__=~"victron_({STATES})_state", job=~"$job", site=~"$site"}})'),
        rows(f'{by} ({{__name__=~"{POWERS}", job=~"$job", site=~"$site"}})'),
        rows(f'{by} ({{__name__=~"victron_(battery_temperature|temperature|tank_temperature|solarcharger_dc_temperature)_celsius", job=~"$job", site=~"$site"}} < 200)'),
        rows("count by (site, device, instance) (victron_alarm_state{@} > 0)"),
        rows(f"time() - {by} (victron_device_last_update_timestamp_seconds{{@}})")]
    boards = [link(f"victron-{uid}", name, HERE, "${__data.fields.Instance}") for uid, name in
              (("battery", "Battery health"), ("solar", "Solar"), ("grid-ess", "Grid, inverter, ESS"), ("aux", "Generator, tanks, temperatures"))]
    fields = [
        field("Device", links=boards), field("State", mappings=enums.of("victron_vebus_state")), field("Power", unit="watt"),
        field("Temperature", unit="celsius"), field("Alarms", thresholds=panels.thresholds(STEPS["zero is good, else warning"]),
                                                    custom__cellOptions=panels.cell("color-text")),
        field("Data age", unit="dtdurations", decimals=0, thresholds=panels.thresholds(STEPS["device age"]), custom__cellOptions=panels.cell("color-text")),
    ]
    sources = ("solarcharger|multi|inverter|vebus|charger|alternator", "victron_vebus_state")
    return [
        table("Device list", "All devices of the station with what they do; alarms first, then the oldest data. A device opens the board of its kind.",
              queries, columns, 14, 10, fields, sort=[("Alarms", True), ("Data age", True)]),
        timeline("Alarms and warnings", "Every alarm of every device that was not ok in this time. Empty without alarms.",
                 [q("max by (device, instance, alarm) (victron_alarm_state{@}) > 0", "{{device}} {{instance}} {{alarm}}")], 10, 10, enums.ALARM),
        timeline("Operating states", "Inverter and chargers, ESS, generator and source in one time: the order of events.",
                 [q(named(f'{by} ({{__name__=~"victron_({sources[0]})_state", job=~"$job", site=~"$site"}})'), "{{device_name}}"),
                  q(one("victron_system_control_ess_state", "site"), "ESS"), q(one("victron_generator_state", "site, instance"), "Generator {{instance}}"),
                  q("site:victron_source:state{%}", "Source")], 24, 7, enums.of(sources[1]),
                 overrides=[field("ESS", mappings=enums.of("victron_system_control_ess_state")),
                            field("/^Generator/", mappings=enums.of("victron_generator_state")), field("Source", mappings=enums.SOURCE)]),
    ]


def month(source):
    return f'sum by (site) (last_over_time(site:victron_energy_joules:increase30d{{%, source="{source}"}}[3h])) / 3.6e6'


def cost():
    """With prices of 0 there is nothing to tell; the energy stands above."""
    paid = f"({kwh('grid_import')} * $import_price - ({kwh('grid_export')} or {kwh('grid_import')} * 0) * $export_price)"
    paid_month = f"({month('grid_import')} * $import_price - ({month('grid_export')} or {month('grid_import')} * 0) * $export_price)"
    return [
        stat("Cost today / 30 d", "Import × price − export × price, in the currency of the prices above. Empty without a grid.",
             [now(paid, "Today"), now(paid_month, "30 days")], 8, 8, decimals=2, text="value_and_name", colour=palette.IMPORT),
        stat("Savings vs all-grid", "What the load would have cost from the grid, less what was paid. Empty without a grid.",
             [now(f"{kwh('load')} * $import_price - {paid}", "Today"), now(f"{month('load')} * $import_price - {paid_month}", "30 days")],
             8, 8, decimals=2, text="value_and_name", colour=palette.CHARGE),
        daily("Daily cost", "Import × price − export × price per day, by the station's midnight. Empty without a grid.",
              [q(f"({day('grid_import')}) * $import_price - ({day('grid_export')} or {day('grid_import')} * 0) * $export_price", "Import less export")],
              30, width=8, height=8, unit="none", decimals=2),
    ]
