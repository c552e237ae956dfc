"""Station: what is it doing and is it all right?"""

from . import enums, flow, palette
from .board import Board, annotations, link, region, site, text
from .panels import TEXT_CELL, bars, daily, field, gauge, lines, on_the_right, stat, table, timeline, unstacked
from .queries import DEVICE, age, coloured, hourly, joined, kwh, named, now, one, q, reason, rows, site_day

SOC = 'device:victron_battery_state_of_charge_ratio:now{%, device="system"}'
LOW, CRITICAL = "device:victron_soc_low_ratio:parameter{%}", "device:victron_soc_critical_ratio:parameter{%}"
EMPTY_IN = 'device:victron_battery_time_to_empty_seconds:now{%, device="system"}'
CONNECTED = "site:victron_grid_connected:bool{%} == 1"
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


def battery():
    """Three queries of which one answers: the name below a lone gauge is taken, so it cannot tell the level."""
    watts = "site:victron_battery_power_watts:sum{%}"
    ways = " or ".join(f'label_replace({watts} {span}, "way", "{word}", "", "")' for word, span in (
        ("charging", "> 20"), ("discharging", "< -20"), ("at rest", ">= -20 <= 20")))
    poor, bad = f"{SOC} < {DEVICE} {LOW}", f"{SOC} < {DEVICE} {CRITICAL}"
    bands = [(f"{SOC} unless {DEVICE} ({poor}) unless {DEVICE} ({bad})", palette.OK), (f"({poor}) unless {DEVICE} ({bad})", palette.WARNING), (bad, palette.CRITICAL)]
    return [coloured(joined(now(band, "SOC"), f"(max by (site, way) ({ways}) * 0 + 1)", "on (site) group_left (way)"), colour) for band, colour in bands]


def verdict():
    return [
        stat("Status", "The worst of no data, critical, warning and ok, with the name of one alert. Grey is not good: nothing is known. Products, firmware "
             "and the age of the data are in the device list below.",
             [now(reason("all well"), "{{why}}")], text="value_and_name", background=True, words=enums.STATUS, link=link("victron-risk", "Alerts of this station", HERE)),
        stat("State", "What the GX says the system does (system:/SystemState/State), and where the AC power comes from.",
             [now(one("victron_system_state", "site"), "State"), now("site:victron_source:state{%}", "Source")], text="value", link=link("victron-grid-ess", "Grid, inverter, ESS", HERE),
             words={"State": enums.of("victron_system_state"), "Source": enums.SOURCE}),
        gauge("Battery", "State of charge as the station controls by it (system:/Dc/Battery/Soc). Orange and red begin at the limits of this station, which are "
              "those of the alerts.", battery(), height=5, name="{{way}}", link=link("victron-battery", "Battery health", HERE), empty="without a battery monitor"),
        stat("Time to empty / full", "At the power of the last 30 minutes; empty means the floor to which the station discharges. Without grid orange is less than 4 h and red less than 1 h.",
             [now(f"{EMPTY_IN} unless on (site) {CONNECTED}", "Empty in, no grid"), now(f"{EMPTY_IN} and on (site) {CONNECTED}", "Empty in"),
              now('device:victron_battery_time_to_full_seconds:now{%, device="system"}', "Full in")], unit="dtdurations",
             overrides=[field("Empty in, no grid", steps="time to empty")], empty="while the battery rests, or its capacity is unknown"),
        stat("Today", "Energy since the station's own midnight. What the station does not have is left out.",
             [now(kwh("pv"), "PV"), now(kwh("load"), "Load"), now(kwh("grid_import"), "Import"), now(kwh("grid_export"), "Export"),
              now(kwh("genset"), "Generator")], 8, 5, "kwatth", orientation="vertical"),
    ]


def power():
    return lines("Power today", "Above the line where power came from, below where it went besides the loads; grey the load of yesterday at this time; "
                 "the state of charge on the right axis.",
                 [q("site:victron_pv_power_watts:sum{%}", "PV"), q("site:victron_battery_power_watts:discharge{%}", "Discharge"),
                  q("site:victron_grid_power_watts:import{%}", "Import"), q("site:victron_genset_power_watts:sum{%}", "Generator"),
                  q("-site:victron_grid_power_watts:export{%}", "Export −"), q("-site:victron_battery_power_watts:charge{%}", "Charge −"),
                  q("site:victron_load_power_watts:sum{%}", "Load"), q("site:victron_load_power_watts:sum{%} offset 1d", "Load yesterday"),
                  q(SOC, "State of charge")], 12, 12, "watt", stacked=True,
                 overrides=[unstacked("Load"), unstacked("Load yesterday"), field("Load yesterday", custom__lineWidth=1), unstacked("State of charge"),
                            on_the_right("State of charge", "percentunit", min=0, max=1, custom__lineWidth=1)])


def balance():
    shares = [("PV", "pv_direct"), ("Battery", "battery_out"), ("Import", "grid_import"), ("Generator", "genset")]
    return [
        bars("Sources of consumption today", "What fed the load since midnight, as shares of it; what charged the battery before counts twice, so they may pass 100 % together.",
             [now(f'site:victron_load_share_ratio:today{{%, source="{source}"}}', name) for name, source in shares], 6, 8, "percentunit",
             min=0, max=1),
        stat("Self-consumption / self-sufficiency", "Self-consumption: share of the solar energy that stayed here; a battery that exports makes it a lower bound. Self-sufficiency: "
             "share of the load from neither grid nor generator. Today and over 7 days.",
             [now("site:victron_self_consumption_ratio:today{%}", "Own use today"), now("site:victron_self_sufficiency_ratio:today{%}", "Self-sufficient today"),
              now(hourly("site:victron_self_consumption_ratio:7d"), "Own use 7 d"), now(hourly("site:victron_self_sufficiency_ratio:7d"), "Self-sufficient 7 d")],
             6, 8, "percentunit", colour=palette.LOAD, empty="without solar power"),
        daily("Daily energy", "Per day by the station's midnight; the last group is today, to the last full hour.",
              [q(site_day(source), name) for name, source in [("PV", "pv"), ("Load", "load"), ("Import", "grid_import"), ("Export", "grid_export")]],
              30, height=8),
    ]


STATES = "vebus|multi|inverter|solarcharger|charger|alternator|dcdc"
POWERS = ("victron_(battery|grid|acload|pvinverter|genset|evcharger|heatpump|vebus_dc|multi_dc|solarcharger_yield|alternator_dc|dcload_dc|"
          "dcsource_dc|fuelcell_dc)_power_watts")
TEMPERATURES = "victron_(battery_temperature|temperature|tank_temperature|solarcharger_dc_temperature)_celsius"


def any_device(names, by="max by (site, device, instance)"):
    return f'{by} ({{__name__=~"{names}", job=~"$job", site=~"$site"}})'


def devices():
    by = "max by (site, device, instance)"
    columns = {"device": "Device", "custom_name": "Name", "product_name": "Product", "instance": "Instance", "Value #B": "State",
               "Value #C": "Power", "Value #D": "Temperature", "Value #E": "Alarms", "Value #F": "Data age", "firmware_version": "Firmware"}
    queries = [
        rows("max by (site, device, instance, product_name, custom_name, firmware_version) (victron_device_info{@})"),
        rows(any_device(f"victron_({STATES})_state")), rows(any_device(POWERS)), rows(any_device(TEMPERATURES) + " < 200"),
        rows("count by (site, device, instance) (victron_alarm_state{@} > 0)"), rows(age("victron_device_last_update_timestamp_seconds", "site, device, instance"))]
    boards = [link(f"victron-{uid}", name, HERE, "${__data.fields.Instance}") for uid, name in
              (("battery", "Battery health"), ("solar", "Solar"), ("grid-ess", "Grid, inverter, ESS"), ("aux", "Generator, tanks, temperatures"))]
    fields = [
        field("Device", links=boards, custom__width=105), field("Name", custom__width=130), field("Product", custom__minWidth=150), field("Instance", custom__width=75),
        field("State", mappings=enums.of("victron_vebus_state"), custom__width=120), field("Power", "watt", custom__width=80), field("Temperature", "celsius", custom__width=100),
        field("Alarms", steps="zero is good, else warning", custom__width=65, **TEXT_CELL), field("Data age", "dtdurations", steps="device age", custom__width=100, **TEXT_CELL),
        field("Firmware", custom__width=80)]
    states = "solarcharger|multi|inverter|vebus|charger|alternator"
    return [
        table("Device list", "All devices of the station with what they do; alarms first, then the oldest data. A device opens the board of its kind.",
              queries, columns, 14, 10, fields, sort=[("Alarms", True), ("Data age", True)]),
        timeline("Alarms and warnings", "Every alarm of every device that was not ok in this time.",
                 [q("max by (device, instance, alarm) (victron_alarm_state{@}) > 0", "{{device}} {{instance}} {{alarm}}")], 10, 10, words=enums.ALARM, empty="without alarms"),
        timeline("Operating states", "Inverter and chargers, ESS, generator and source in one time: the order of events.",
                 [q(named(any_device(f"victron_({states})_state")), "{{device_name}}"), q(one("victron_system_control_ess_state", "site"), "ESS"),
                  q(one("victron_generator_state", "site, instance"), "Generator {{instance}}"), q("site:victron_source:state{%}", "Source")], 24, 7,
                 words={"/^(?!ESS$|Generator |Source$)/": enums.of("victron_vebus_state"), "ESS": enums.of("victron_system_control_ess_state"),
                        "/^Generator /": enums.of("victron_generator_state", running=palette.GENERATOR), "Source": enums.SOURCE}),
    ]


def month(source):
    return f'sum by (site) (last_over_time(site:victron_energy_joules:increase30d{{%, source="{source}"}}[3h])) / 3.6e6'


def cost():
    """With prices of 0 there is nothing to tell; the energy stands above."""
    def paid(energy):
        return f"(({energy('grid_import')}) * $import_price - (({energy('grid_export')}) or ({energy('grid_import')}) * 0) * $export_price)"

    return [
        stat("Cost today / 30 d", "Import × price − export × price, in the currency of the prices above.",
             [now(paid(kwh), "Import today"), now(paid(month), "Import 30 days")], 8, 8, decimals=2, empty="without a grid"),
        stat("Savings vs all-grid", "What the load would have cost from the grid, less what was paid.",
             [now(f"{kwh('load')} * $import_price - {paid(kwh)}", "Today"), now(f"{month('load')} * $import_price - {paid(month)}", "30 days")],
             8, 8, decimals=2, colour=palette.CHARGE, empty="without a grid"),
        daily("Daily cost", "Import × price − export × price per day, by the station's midnight.", [q(paid(site_day), "Import less export")], 30, width=8, height=8,
              unit="none", decimals=2, empty="without a grid"),
    ]
