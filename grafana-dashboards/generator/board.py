"""A dashboard: rows, places in the grid, variables, annotations and links."""

from . import palette
from .panels import SOURCE


class Board:
    def __init__(self, uid, title, description, since, refresh="1m", variables=(), annotations=(), until="now"):
        self.uid, self.title, self.description = uid, title, description
        self.time, self.refresh = {"from": since, "to": until}, refresh
        self.variables = [datasource(), job(), *variables]
        self.annotations = list(annotations)
        self.rows = []

    def row(self, title, *panels, collapsed=False, repeat=None):
        self.rows.append((title, panels, collapsed, repeat))

    def model(self):
        return {
            "id": None, "uid": self.uid, "title": self.title, "description": self.description, "tags": ["victron"],
            "schemaVersion": 39, "version": 1, "editable": False, "graphTooltip": 1, "timezone": "browser",
            "fiscalYearStartMonth": 0, "liveNow": False, "weekStart": "", "refresh": self.refresh, "time": self.time,
            "timepicker": {"refresh_intervals": ["30s", "1m", "5m", "15m", "1h"]},
            "links": [{"type": "dashboards", "title": "Victron", "tags": ["victron"], "asDropdown": True, "icon": "external link",
                       "includeVars": True, "keepTime": True, "targetBlank": False, "tooltip": "", "url": ""}],
            "templating": {"list": self.variables}, "annotations": {"list": self.annotations}, "panels": self._panels(),
        }

    def _panels(self):
        made, top, number = [], 0, 1
        for title, panels, collapsed, repeat in self.rows:
            row = {"type": "row", "id": number, "title": title, "collapsed": collapsed, "panels": [],
                   "gridPos": {"x": 0, "y": top, "w": 24, "h": 1}}
            if repeat:
                row["repeat"] = repeat
            placed = place(panels, top + 1)
            for offset, panel in enumerate(placed, 1):
                panel["id"] = number + offset
            number += len(placed) + 1
            bottom = max((p["gridPos"]["y"] + p["gridPos"]["h"] for p in placed), default=top + 1)
            if collapsed:
                row["panels"] = placed
                made.append(row)
                top += 1
            else:
                made += [row, *placed]
                top = bottom
        return made


def place(panels, top):
    """Each panel as high as it fits, left first."""
    skyline = [top] * 24
    for panel in panels:
        grid = panel["gridPos"]
        spots = [(max(skyline[x:x + grid["w"]]), x) for x in range(25 - grid["w"])]
        grid["y"], grid["x"] = min(spots)
        skyline[grid["x"]:grid["x"] + grid["w"]] = [grid["y"] + grid["h"]] * grid["w"]
    return list(panels)


# Variables --------------------------------------------------------------------------------------------------------------------

def datasource():
    return {"type": "datasource", "name": "datasource", "label": "Data source", "query": "prometheus", "regex": "", "hide": 0,
            "multi": False, "includeAll": False, "refresh": 1, "current": {"selected": False, "text": "default", "value": "default"}}


def query(name, label, expression, several=True, all_value=None, hide=0, regex="", sort=1):
    variable = {"type": "query", "name": name, "label": label, "datasource": SOURCE, "definition": expression,
                "query": {"query": expression, "refId": f"variable-{name}", "qryType": 3 if expression.startswith("query_") else 1},
                "refresh": 2, "sort": sort, "regex": regex, "hide": hide, "multi": several, "includeAll": several,
                "options": []}
    if several:
        variable["current"] = {"selected": True, "text": ["All"], "value": ["$__all"]}
    if all_value:
        variable["allValue"] = all_value
    return variable


def job():
    """The exporter's jobs; nobody chooses one unless there are two exporters' worlds in one Prometheus."""
    return query("job", "Job", "label_values(victron_up, job)", all_value=".+", hide=2)


def region():
    return query("region", "Region", 'label_values(victron_site_info{job=~"$job"}, region)', all_value=".*")


NAMES = ('query_result(max by (site, name) (victron_site_info{job=~"$job", region=~"$region", name!=""})'
         ' or on (site) max by (site, name) (label_replace(victron_up{job=~"$job"}, "name", "$1", "site", "(.*)"))'
         ' and on () absent(victron_site_info{job=~"$job", region!~"$region"}))')


def site(several=False):
    """The value is the site, the text its name in the site file, else the site. Stations without one are in no region."""
    return query("site", "Station", NAMES, several=several, regex='/name="(?<text>.*)",site="(?<value>[^"]*)"/')


def instance(device, label="Device"):
    return query("instance", label, f'label_values(victron_device_info{{job=~"$job", site=~"$site", device=~"{device}"}}, instance)',
                 all_value=".*", sort=3)


def custom(name, label, values):
    return {"type": "custom", "name": name, "label": label, "query": ",".join(values), "hide": 0, "multi": True, "includeAll": True,
            "allValue": ".*", "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
            "options": [{"selected": False, "text": value, "value": value} for value in values]}


def text(name, label, value):
    return {"type": "textbox", "name": name, "label": label, "query": value, "hide": 0,
            "current": {"selected": True, "text": value, "value": value},
            "options": [{"selected": True, "text": value, "value": value}]}


# Annotations ------------------------------------------------------------------------------------------------------------------

def events(name, expression, colour, on, title, detail=""):
    return {"name": name, "datasource": SOURCE, "enable": on, "hide": False, "iconColor": colour, "expr": expression,
            "step": "60s", "titleFormat": title, "textFormat": detail, "useValueForTime": False,
            "target": {"refId": name, "expr": expression}}


def annotations(grid=False, generator=False):
    """The same on every board; `grid` and `generator` say which are on."""
    alerts = 'ALERTS{{site=~"$site", alertname=~"Victron.+", severity="{0}", alertstate="firing"}}'
    return [
        events("Critical alerts", alerts.format("critical"), palette.CRITICAL, True, "{{alertname}}", "{{site}} {{device}} {{instance}}"),
        events("Warnings", alerts.format("warning"), palette.WARNING, False, "{{alertname}}", "{{site}} {{device}} {{instance}}"),
        events("Grid lost", 'site:victron_grid_lost:bool{site=~"$site"} == 1', palette.IMPORT, grid, "Grid lost", "{{site}}"),
        events("Generator running", 'victron_generator_state{job=~"$job", site=~"$site"} > 0 < 5', palette.GENERATOR, generator,
               "Generator running", "{{site}}"),
        events("GX reboot", 'max by (site) (resets(victron_system_time_on_grid_seconds_total{job=~"$job", site=~"$site"}[5m])) > 0',
               palette.UNKNOWN, False, "GX reboot", "{{site}}"),
        events("Firmware/config change", 'count by (site) (count by (site, firmware_version) (last_over_time(victron_station_info{job=~"$job", site=~"$site"}[10m]))) > 1'
               ' or on (site) max by (site) (changes(victron_settings_ess_mode{job=~"$job", site=~"$site"}[10m])) > 0'
               ' or on (site) max by (site) (changes(victron_settings_ess_minimum_state_of_charge_limit_ratio{job=~"$job", site=~"$site"}[10m])) > 0',
               palette.INFO, False, "Firmware or configuration changed", "{{site}}"),
        {"name": "Maintenance", "datasource": {"type": "grafana", "uid": "-- Grafana --"}, "enable": True, "hide": False,
         "iconColor": palette.INFO, "target": {"type": "tags", "tags": ["maintenance"], "limit": 100, "matchAny": True}},
    ]


# Links ------------------------------------------------------------------------------------------------------------------------

def link(uid, title, site="${__field.labels.site}", instance=None):
    """From a value to the board that tells more, with its station, its device and the time on show."""
    device = f"&var-instance={instance}" if instance else ""
    return {"title": title, "targetBlank": False,
            "url": f"/d/{uid}?${{datasource:queryparam}}&var-site={site}{device}&${{__url_time_range}}"}


ROW_SITE = "${__data.fields.site}"  # the column that tables hide
