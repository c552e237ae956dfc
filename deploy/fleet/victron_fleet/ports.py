"""Gives each station without a port one, and the same one ever after, wherever its line stands.

What was given is kept in fleet.ports.json: {host: {site: port}}. It belongs beside the inventory, under version control if
that is, so that all machines agree.
"""

import json


def read(path, mistakes):
    """{host: {site: port}}; empty without the file."""
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
        return {host: {site: int(port) for site, port in sites.items()} for host, sites in given.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError) as error:
        mistakes.add(path, None, f"cannot be read: {error}; allowed what this tool wrote, or no file for new ports")
        return {}


def text_of(stations):
    hosts = {}
    for station in stations:
        hosts.setdefault(station.host, {})[station.site] = station.port
    return json.dumps(hosts, indent=1, sort_keys=True) + "\n"


def assign(stations, given, ports, mistakes):
    """Fills in port: first what the inventory says, then what was given before, then the next that is free."""
    taken = {(station.host, station.port) for station in stations if station.port}
    for station in stations:
        before = given.get(station.host, {}).get(station.site)
        if not station.port and before and (station.host, before) not in taken:
            station.port = before
            taken.add((station.host, before))
    next_free = {}
    for station in stations:
        if station.port:
            continue
        port = next_free.get(station.host, ports["first"])
        while (station.host, port) in taken:
            port += 1
        next_free[station.host] = port + 1
        if port > ports["last"]:
            mistakes.add(f"{station.place}: {station.word} port", None,
                         f"no port from {ports['first']} to {ports['last']} is free on {station.host}: allowed a wider range in ports")
            return
        station.port = port
