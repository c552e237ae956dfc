"""GX device and exporter: can I believe the data?"""

from . import enums, palette, panels
from .board import Board, annotations, link, region, site
from .panels import STEPS, field, history, lines, nodes, stat, timeline
from .queries import now, one, q, rows

MQTT = "Empty over HTTP: told only over MQTT."
COUNTED = "sum by (site, reason)"


def build():
    board = Board("victron-gx", "GX device and exporter", "Can I believe the data?", "now-6h", "1m", [region(), site()], annotations())
    board.row("Trust", *trust())
    board.row("Link", *way())
    board.row("Hardware", *hardware())
    board.row("Exporter", *exporter())
    return board


def trust():
    reboots = ('sum by (site) (resets((sum by (site) (victron_system_time_on_grid_seconds_total{@} + ignoring (device) victron_system_time_on_inverter_seconds_total{@}))[7d:5m]))')
    samples = one("victron_scrape_samples", "site")
    return [
        stat("Data age", "Since the newest value of the station, and the oldest device. Above two minutes do not believe the numbers.",
             [now("site:victron_data_age_seconds:now{%}", "Station"),
              now("max by (site) (time() - victron_device_last_update_timestamp_seconds{@})", "Oldest device")], unit="dtdurations", decimals=0, steps=STEPS["data age"],
             text="value_and_name", orientation="vertical"),
        stat("Reachability", "Whether the station answers, since when it did not, and what went wrong in the last hour, by reason: dns and connect are the network, auth the password, timeout the GX.",
             [now("site:victron_up:max{%}", "Station"), now("time() - max by (site) (site:victron_reachable_timestamp_seconds:last{%})", "since it answered"),
              now(f"topk(1, {COUNTED} (increase(victron_scrape_failures_total{{@}}[1h])) > 0)", "{{reason}}")], text="value_and_name", orientation="vertical", mappings=enums.UP,
             overrides=[field("since it answered", unit="dtdurations", decimals=0, mappings=[])]),
        stat("Exported series", "Samples of the last fetch and the change against yesterday. A third less is half a station: a service is gone.",
             [q(samples, "Series"), now(f"{samples} / max by (site) (victron_scrape_samples{{@}} offset 24h) - 1", "against yesterday")], unit="short", sparkline=True, text="value_and_name", orientation="vertical",
             overrides=[field("against yesterday", "percentunit", thresholds=panels.thresholds(STEPS["series"]), color={"mode": "thresholds"})]),
        stat("GX firmware", "Installed and offered version and whether the file system was modified, which the next update undoes. Plan the update.",
             [now("max by (site, firmware_version) (victron_station_info{@})", "{{firmware_version}}"),
              now("max by (site, version) (victron_platform_firmware_available_info{@})", "offered {{version}}"),
              now(one("victron_platform_file_system_modified_state", "site"), "file system")], text="value_and_name", orientation="vertical",
             mappings=enums.mapping({1: ("✓", palette.OK)}), overrides=[field("file system", mappings=enums.of("victron_platform_file_system_modified_state"))]),
        stat("Clock offset", "Clock of the GX less ours. Beyond a minute its schedules and days are wrong: network time.",
             [now("max by (site) (abs(victron_clock_offset_seconds{@}))", "")], unit="s", decimals=1, steps=STEPS["clock"]),
        stat("Reboots 7 d", "Times that the GX's timers began anew. Three and more: power supply, watchdog, overload.", [now(reboots, "")], unit="short", steps=STEPS["reboots"]),
    ]


def way():
    seen = enums.mapping({0: ("gone", palette.CRITICAL), 1: ("old data", palette.WARNING), 2: ("ok", palette.OK)})
    age = "max by (site) (time() - victron_logger_vrm_last_contact_timestamp_seconds{@})"
    return [
        history("Station availability", "Green: answers with fresh values, orange: old values, red: gone.",
                [q("site:victron_up:max{%} + on (site) (site:victron_data_fresh:bool{%} or site:victron_up:max{%} * 0)", "{{site}}")], 24, 5, seen, points=100),
        lines("VRM contact age", "Time since VRM heard of the station, and the error of the last contact. Above ten minutes nobody can help from afar. Empty where VRM is switched off.",
              [q(age, "VRM"), q(f"{one('victron_logger_vrm_connection_error', 'site')} > 0", "Error, critical")], 8, 8, "s", decimals=0,
              overrides=[field("Error, critical", mappings=enums.of("victron_logger_vrm_connection_error"), custom__axisPlacement="right")]),
        lines("Wi-Fi / modem signal", "Signal at the site; below 40 % the link comes and goes. Empty on a cable.",
              [q(f"{one('victron_platform_wifi_signal_strength_ratio', 'site')} > 0", "Wi-Fi"), q("max by (site) (victron_modem_signal_strength{@}) / 100", "Modem")], 8, 8, "percentunit",
              min=0, max=1),
        lines("VRM buffer", "Records that wait for VRM. A rising line is a lost link.", [q(one("victron_logger_buffer_records", "site"), "Records")], 8, 8, "short", min=0),
    ]


def hardware():
    free = [("victron_logger_buffer_free_bytes", "Buffer"), ("victron_platform_data_partition_free_bytes", "Data partition")]
    quality = "victron_vebus_unit_network_quality_events_total"
    serial = 'sum by (site, device, instance) (increase({__name__=~"victron_.+_vedirect_text_checksum_errors_total", job=~"$job", site=~"$site"}[$__rate_interval]))'
    return [
        lines("Free space", "Free space of the buffer and the data partition, dotted where it is in four days at this pace. Act before it is full.",
              [q(one(name, "site"), title) for name, title in free]
              + [q(f"max by (site) (predict_linear({name}{{@}}[24h], 345600))", f"{title}, forecast") for name, title in free], 8, 8, "bytes", min=0),
        lines("CAN errors", "Receive and transmit errors of 5 minutes per interface: termination, cables. Empty without a CAN bus.",
              [q("interface:victron_can_errors:increase5m{%}", "{{interface}}")], 8, 8, "short", min=0),
        timeline("CAN state and load", "State of each CAN controller, and packets per second. Bus-off means nothing is heard any more. Empty without a CAN bus.",
                 [q("max by (interface) (victron_platform_can_state{@})", "{{interface}}"),
                  q("sum by (interface) (rate(victron_platform_can_rx_packets_total{@}[$__rate_interval]))", "{{interface}} packets/s")], 8, 8, enums.CAN,
                 overrides=[field("/packets/", mappings=[], decimals=0, color={"mode": "continuous-blues"})]),
        lines("VE.Bus / VE.Direct link quality", "Disturbances counted by the VE.Bus units and checksum errors of VE.Direct: cables and plugs. Empty without such devices.",
              [q(f"sum by (device, instance, unit) (increase({quality}{{@}}[$__rate_interval]))", "VE.Bus {{instance}} unit {{unit}}"), q(serial, "VE.Direct {{device}} {{instance}}")],
              12, 7, "short", min=0),
        topology(),
    ]


def topology():
    """Station, then the bus by the kind of connection, then the devices; colour is up or gone."""
    bus = 'label_replace(victron_device_info{@, connection!=""}, "bus", "$1", "connection", "([A-Za-z.-]+( TCP| bus)?).*")'
    devices = ('label_join(label_join(label_replace(label_replace(max by (site, device, instance, product_name) (victron_device_info{@, connection!=""}),'
               ' "title", "$1", "device", "(.+)"), "title", "$1", "product_name", "(.+)"),'
               ' "subtitle", " ", "device", "instance"), "id", "/", "device", "instance")')
    known = ("label_replace(label_replace(site:victron_up:max{%}, \"id\", \"station\", \"\", \"\"), \"title\", \"$1\", \"site\", \"(.+)\")")
    buses = f'label_replace(label_replace(count by (site, bus) ({bus}), "id", "bus $1", "bus", "(.+)"), "title", "$1", "bus", "(.+)")'
    to_bus = f'label_replace(label_replace(label_replace(count by (site, bus) ({bus}), "id", "to $1", "bus", "(.+)"), "source", "station", "", ""), "target", "bus $1", "bus", "(.+)")'
    to_device = (f'label_join(label_join(label_replace(max by (site, device, instance, bus) ({bus}) * 0 + on (site, device, instance) group_left () '
                 '(time() - max by (site, device, instance) (victron_device_last_update_timestamp_seconds{@})), "source", "bus $1", "bus", "(.+)"),'
                 ' "target", "/", "device", "instance"), "id", " ", "source", "target")')
    return nodes("Topology", "Station, its buses and what hangs on them; the number on an edge is the age of the device's data in seconds. A device opens the station's board.",
                 [rows(f"{known} or {buses} or {devices}"), rows(f"{to_bus} or {to_device}")], {"Value #A": "mainstat", "Value #B": "mainstat"}, unit="none",
                 link=link("victron-station", "Open the station", "${site}"))


def exporter():
    events = [("victron_mqtt_keepalives_total", "Keepalives"), ("victron_mqtt_connects_total", "Connections"), ("victron_mqtt_keepalive_failures_total", "Keepalives without heartbeat")]
    group = '{rule_group=~".*victron-.*"}'
    return [
        lines("Scrape duration", "How long the fetch of a station takes (95 % of them) and how long it may take.",
              [q("max by (site) (quantile_over_time(0.95, victron_scrape_duration_seconds{@}[$__rate_interval]))", "Fetch"), q(one("victron_scrape_deadline_seconds", "site"), "Deadline")],
              8, 8, "s", decimals=2, min=0),
        history("Collect success", "Per service whether the last request gave its values; orange is skipped for a while after failures.",
                [q("min by (device, instance) (victron_scrape_service_success{@})", "{{device}} {{instance}}")], 16, 8,
                enums.mapping({0: ("failed", palette.WARNING), 1: ("ok", palette.OK)}), points=100),
        lines("Messages per second / rejects by reason", "Requests or MQTT messages per second, values refused in the last fetch by reason, and paths that the map does not know: gaps of the map.",
              [q("sum by (site) (rate(victron_mqtt_messages_total{@}[$__rate_interval]))", "Messages/s"), q("sum by (site) (rate(victron_http_requests_total{@}[$__rate_interval]))", "Requests/s"),
               q("sum by (reason) (victron_rejected_values{@})", "rejected: {{reason}}"), q(one("victron_unmapped_paths", "site"), "unknown paths")], 12, 8, "none", decimals=1, min=0),
        lines("Keepalives, full publishes, reconnects", f"Many connections are a broker that throws us out. {MQTT}",
              [q(f"sum by (site) (increase({name}{{@}}[$__rate_interval]))", title) for name, title in events]
              + [q("max by (site) (changes(victron_mqtt_full_publish_timestamp_seconds{@}[$__rate_interval]))", "Full publishes")], 12, 8, "short", min=0),
        lines("Process", "Memory, processor and open files of the exporter, which has no station: leaks rise.",
              [q('max by (job) (process_resident_memory_bytes{job=~"$job"})', "Memory {{job}}"), q('max by (job) (rate(process_cpu_seconds_total{job=~"$job"}[$__rate_interval]))', "Processor"),
               q('max by (job) (process_open_fds{job=~"$job"})', "Open files"), q('max by (job) (process_threads{job=~"$job"})', "Threads")], 12, 7, "bytes", min=0,
              overrides=[field("Processor", "percentunit", decimals=1, custom__axisPlacement="right"), field("/^(Open files|Threads)$/", "short", custom__axisPlacement="hidden")]),
        lines("Rule evaluation", "How long our rules take in Prometheus, the slowest group's share of its interval, and failures. Empty unless Prometheus scrapes itself.",
              [q(f"max by (rule_group) (prometheus_rule_group_last_duration_seconds{group}) > 0.05", "{{rule_group}}"),
               q(f"max(prometheus_rule_group_last_duration_seconds{group} / prometheus_rule_group_interval_seconds{group})", "slowest, share of its interval"),
               q(f"sum(increase(prometheus_rule_evaluation_failures_total{group}[$__rate_interval]))", "failures, critical")], 12, 7, "s", decimals=2, min=0),
    ]
