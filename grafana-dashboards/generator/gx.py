"""GX device and exporter: can I believe the data?"""

from . import enums, palette
from .board import Board, annotations, link, region, site
from .fleet import REACH, REACHED
from .panels import field, fixed, history, lines, nodes, on_the_right, stat, timeline
from .queries import age, coloured, now, one, q, rows

MQTT = "over HTTP: told only over MQTT"
COUNTED = "sum by (site, reason)"


def build():
    board = Board("victron-gx", "GX device and exporter", "Can I believe the data?", "now-6h", "1m", [region(), site()], annotations())
    board.row("Trust", *trust())
    board.row("Link", *way())
    board.row("Hardware", *hardware())
    board.row("Exporter", *exporter())
    return board


def trust():
    timers = "victron_system_time_on_grid_seconds_total{@} + ignoring (device) victron_system_time_on_inverter_seconds_total{@}"
    samples = one("victron_scrape_samples", "site")
    return [
        stat("Data age", "Since the newest value of the station, and the oldest device. Above two minutes do not believe the numbers.",
             [now("clamp_min(round(site:victron_data_age_seconds:now{%}), 0)", "station"), now(age("victron_device_last_update_timestamp_seconds"), "oldest device")],
             unit="dtdurations", steps="data age"),
        stat("Reachability", "Whether the station answers, since when it did not, and what went wrong in the last hour, by reason: dns and connect are the network, auth the password, timeout the GX.",
             [now("site:victron_up:max{%}", "station"),
              now("(time() - max by (site) (site:victron_reachable_timestamp_seconds:last{%})) and on (site) site:victron_up:max{%} == 0", "silent for"),
              now(f"topk(1, {COUNTED} (increase(victron_scrape_failures_total{{@}}[1h])) > 0)", "{{reason}}")], unit="short",
             words={"station": enums.UP}, overrides=[field("silent for", "dtdurations", steps="data age")]),
        stat("Exported series", "Samples of the last fetch, and how many that is of those a day ago. A third less is half a station: a service is gone.",
             [q(samples, "series"), now(f"{samples} / max by (site) (victron_scrape_samples{{@}} offset 24h)", "of yesterday")], unit="short", sparkline=True,
             overrides=[field("of yesterday", "percentunit", steps="series")]),
        stat("GX firmware", "Installed version, the version on offer and whether the file system was modified, which the next update undoes. Orange: plan the update.", firmware(),
             text="name", orientation="horizontal", overrides=[field("/^file system:/", color=fixed(palette.WARNING)), field("file system: clean", color=fixed(palette.OK))]),
        stat("Clock offset", "Clock of the GX less ours. Beyond a minute its schedules and days are wrong: network time.",
             [now("max by (site) (abs(victron_clock_offset_seconds{@}))", "")], unit="s", decimals=1, steps="clock"),
        stat("Reboots 7 d", "Times that the GX's timers began anew. Three and more: power supply, watchdog, overload.",
             [now(f"sum by (site) (resets((sum by (site) ({timers}))[7d:5m]))", "")], unit="short", steps="reboots"),
    ]


def firmware():
    """Only names are shown: a version is no number."""
    offered = ('max by (site, version) (victron_platform_firmware_available_info{@} unless on (site, version) '
               'label_replace(max by (site, firmware_version) (victron_station_info{@}), "version", "$1", "firmware_version", "(.*)"))')
    modified = one("victron_platform_file_system_modified_state", "site")
    states = " or ".join(f'label_replace({modified} == {number}, "state", "{word.lower()}", "", "")' for number, word in enums.words("victron_platform_file_system_modified_state").items())
    return [coloured(now("max by (site, firmware_version) (victron_station_info{@})", "{{firmware_version}}"), palette.OK), coloured(now(offered, "{{version}} is offered"), palette.WARNING),
            now(states, "file system: {{state}}")]


def way():
    return [
        history("Station availability", "Green: answers with fresh values, orange: old values, red: gone.", [q(REACH, "{{site}}")], 24, 5, words=REACHED, points=100),
        lines("VRM contact age", "Time since VRM heard of the station. Above ten minutes nobody can help from afar; what went wrong is beside.",
              [q(age("victron_logger_vrm_last_contact_timestamp_seconds"), "VRM")], 8, 8, "dtdurations", min=0, steps="vrm", empty="where VRM is switched off"),
        lines("Wi-Fi / modem signal", "Signal at the site; below 40 % the link comes and goes. A modem counts in its own steps, on the right.",
              [q(f"{one('victron_platform_wifi_signal_strength_ratio', 'site')} > 0", "Wi-Fi"), q("max by (site) (victron_modem_signal_strength{@})", "Modem")], 8, 8, "percentunit",
              min=0, max=1, steps="wifi", overrides=[on_the_right("Modem", "none", min=0, max=100)], empty="on a cable"),
        lines("VRM buffer", "Records that wait for VRM. A rising line is a lost link.", [q(one("victron_logger_buffer_records", "site"), "Records")], 8, 8, "short", min=0,
              steps="buffer"),
        timeline("VRM contact", "What the GX says of its last contact with VRM.", [q(one("victron_logger_vrm_connection_error", "site"), "VRM")], 24, 4,
                 words=enums.of("victron_logger_vrm_connection_error"), empty="where VRM is switched off"),
    ]


def hardware():
    free = [("victron_logger_buffer_free_bytes", "Buffer"), ("victron_platform_data_partition_free_bytes", "Data partition")]
    quality = "victron_vebus_unit_network_quality_events_total"
    serial = 'sum by (site, device, instance) (increase({__name__=~"victron_.+_vedirect_text_checksum_errors_total", job=~"$job", site=~"$site"}[$__rate_interval]))'
    return [
        lines("Free space", "Free space of the buffer and the data partition, dotted where it is in four days at this pace; dashed the levels of the alerts. Act before it is full.",
              [q(one(name, "site"), title) for name, title in free]
              + [q(f"max by (site) (predict_linear({name}{{@}}[24h], 345600))", f"{title}, forecast") for name, title in free], 8, 8, "bytes", min=0, fill=0, steps="space"),
        lines("CAN errors", "Receive and transmit errors of 5 minutes per interface: termination, cables.",
              [q("interface:victron_can_errors:increase5m{%}", "{{interface}}")], 8, 8, "short", min=0, custom={"axisSoftMax": 10}, empty="without a CAN bus"),
        timeline("CAN state and load", "State of each CAN controller, and packets per second. Bus-off means nothing is heard any more.",
                 [q("max by (interface) (victron_platform_can_state{@})", "{{interface}} state"),
                  q("round(sum by (interface) (rate(victron_platform_can_rx_packets_total{@}[$__rate_interval])), 10)", "{{interface}} packets/s")], 8, 8,
                 words={"/ state$/": enums.CAN}, overrides=[field("/packets/", unit="pps", color={"mode": "continuous-blues"})], empty="without a CAN bus"),
        lines("VE.Bus / VE.Direct link quality", "Disturbances counted by the VE.Bus units and checksum errors of VE.Direct: cables and plugs.",
              [q(f"sum by (device, instance, unit) (increase({quality}{{@}}[$__rate_interval]))", "VE.Bus {{instance}} unit {{unit}}"), q(serial, "VE.Direct {{device}} {{instance}}")],
              12, 10, "short", min=0, custom={"axisSoftMax": 10}, empty="without such devices"),
        topology(),
    ]


def topology():
    """Station, then the bus by the kind of connection, then the devices; the rim is green for there, red for gone."""
    bus = 'label_replace(victron_device_info{@, connection!=""}, "bus", "$1", "connection", "([A-Za-z.-]+( TCP| bus)?).*")'
    info = 'max by (site, device, instance, product_name, custom_name) (victron_device_info{@, connection!=""})'
    device = (f'label_join(label_join(label_replace(label_replace({info}, "title", "$1", "product_name", "(.+)"), "title", "$1", "custom_name", "(.+)"),'
              ' "subtitle", " ", "device", "instance"), "id", "/", "device", "instance")')
    station = named_node("site:victron_up:max{%}", "station", "$1", "site")
    up = "on (site, device, instance) max by (site, device, instance) (victron_device_up{@}) == 1"
    rims = [(f"{device} and {up}", palette.OK), (f"{device} unless {up}", palette.CRITICAL), (f"{station} == 1", palette.OK), (f"{station} == 0", palette.CRITICAL),
            (named_node(f"count by (site, bus) ({bus})", "bus $1", "$1", "bus"), palette.UNKNOWN)]
    to_bus = (f'label_replace(label_replace(label_replace(count by (site, bus) ({bus}) * 0, "id", "to $1", "bus", "(.+)"), "source", "station", "", ""),'
              ' "target", "bus $1", "bus", "(.+)")')
    to_device = (f'label_join(label_join(label_replace(max by (site, device, instance, bus) ({bus}) * 0 + on (site, device, instance) group_left () '
                 f'{age("victron_device_last_update_timestamp_seconds", "site, device, instance")}, "source", "bus $1", "bus", "(.+)"),'
                 ' "target", "/", "device", "instance"), "id", " ", "source", "target")')
    return nodes("Topology", "Station, its buses and what hangs on them; the rim is green for there, red for gone; the number on an edge is the age of the device's data in seconds. "
                 "A device opens the station's board.",
                 [rows(" or ".join(f'label_replace({node}, "color", "{colour}", "", "")' for node, colour in rims)), rows(f"{to_bus} or {to_device}")],
                 {"Value #A": "mainstat", "Value #B": "mainstat"}, edges="s", link=link("victron-station", "Open the station", "${site}"))


def named_node(expression, node_id, title, label):
    return f'label_replace(label_replace({expression}, "id", "{node_id}", "{label}", "(.+)"), "title", "{title}", "{label}", "(.+)")'


def exporter():
    events = [("victron_mqtt_keepalives_total", "Keepalives"), ("victron_mqtt_connects_total", "Connections"), ("victron_mqtt_keepalive_failures_total", "Keepalives without heartbeat")]
    group = '{rule_group=~".*victron-.*"}'
    return [
        lines("Scrape duration", "How long the fetch of a station takes (95 % of them) and how long it may take.",
              [q("max by (site) (quantile_over_time(0.95, victron_scrape_duration_seconds{@}[$__rate_interval]))", "Fetch"), q(one("victron_scrape_deadline_seconds", "site"), "Deadline")],
              8, 8, "s", decimals=1, min=0),
        history("Collect success", "Per service whether the last request gave its values; orange is skipped for a while after failures.",
                [q("min by (device, instance) (victron_scrape_service_success{@})", "{{device}} {{instance}}")], 16, 8,
                words=enums.mapping({0: ("failed", palette.WARNING), 1: ("ok", palette.OK)}), points=100),
        lines("Messages per second / rejects by reason", "Requests or MQTT messages per second; on the right values refused in the last fetch by reason, and paths that the map does not know: gaps of the map.",
              [q("sum by (site) (rate(victron_mqtt_messages_total{@}[$__rate_interval]))", "Messages"), q("sum by (site) (rate(victron_http_requests_total{@}[$__rate_interval]))", "Requests"),
               q("sum by (reason) (victron_rejected_values{@})", "rejected: {{reason}}"), q(one("victron_unmapped_paths", "site"), "unknown paths")], 12, 8, "cps", decimals=1, min=0, fill=0,
              overrides=[on_the_right("/^(rejected|unknown)/", "none", min=0)]),
        lines("Keepalives, full publishes, reconnects", "Many connections are a broker that throws us out.",
              [q(f"sum by (site) (increase({name}{{@}}[$__rate_interval]))", title) for name, title in events]
              + [q("max by (site) (changes(victron_mqtt_full_publish_timestamp_seconds{@}[$__rate_interval]))", "Full publishes")], 12, 8, "short", min=0, fill=0, empty=MQTT),
        lines("Process", "Memory, processor and open files of the exporter, which has no station: leaks rise.",
              [q('max by (job) (process_resident_memory_bytes{job=~"$job"})', "Memory {{job}}"), q('max by (job) (rate(process_cpu_seconds_total{job=~"$job"}[$__rate_interval]))', "Processor"),
               q('max by (job) (process_open_fds{job=~"$job"})', "Open files"), q('max by (job) (process_threads{job=~"$job"})', "Threads")], 12, 7, "bytes", min=0, fill=0,
              overrides=[on_the_right("Processor", "percentunit", min=0, custom__axisSoftMax=0.01), field("/^(Open files|Threads)$/", "short", custom__axisPlacement="hidden")]),
        lines("Rule evaluation", "How long our rules take in Prometheus, on the right the slowest group's share of its interval, and failures.",
              [q(f"max by (rule_group) (prometheus_rule_group_last_duration_seconds{group}) > 0.05", "{{rule_group}}"),
               q(f"max(prometheus_rule_group_last_duration_seconds{group} / prometheus_rule_group_interval_seconds{group})", "slowest, share of its interval"),
               q(f"sum(increase(prometheus_rule_evaluation_failures_total{group}[$__rate_interval]))", "failures, critical")], 12, 7, "s", decimals=2, min=0, fill=0,
              overrides=[on_the_right("slowest, share of its interval", "percentunit", min=0), field("failures, critical", "short", custom__axisPlacement="hidden")],
              empty="unless Prometheus scrapes itself"),
    ]
