"""Which instances of the service must be started, restarted, reloaded or stopped, and the systemctl commands for it.

The manifest keeps what each instance was last told, so that a command that failed is given again by the next run.
"""

import hashlib
import subprocess

UNIT = "victron_exporter@{}.service"
UNITS_A_COMMAND = 200


def told(stations, files):
    """{site: what its exporter reads}: one mark for what needs a restart, one for what needs a reload."""
    return {station.site: [_mark(files, [f"{station.site}.env", station.cells.get("ca_file")]),
                           _mark(files, [f"{station.site}.json", station.cells.get("map_file")])] for station in stations}


def _mark(files, names):
    text = "\0".join(files.get(name, "") for name in names)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def commands(before, after):
    """[(command, the sites that it is for)], in their order."""
    gone = sorted(before.keys() - after.keys())
    new = sorted(after.keys() - before.keys())
    both = sorted(before.keys() & after.keys())
    restarted = [site for site in both if before[site][0] != after[site][0]]
    reloaded = [site for site in both if site not in restarted and before[site][1] != after[site][1]]
    rows = [*_some(["disable", "--now"], gone), *_some(["enable", "--now", "--no-block"], new), *_some(["reload", "--no-block"], reloaded)]
    # One after the other: a restart returns when the station was asked, so there is never a gap in all of them.
    rows += [row for site in restarted for row in _some(["restart"], [site])]
    return rows


def _some(words, sites):
    for first in range(0, len(sites), UNITS_A_COMMAND):
        some = sites[first:first + UNITS_A_COMMAND]
        yield ["systemctl", *words, *[UNIT.format(site) for site in some]], some


def run(before, after, rows):
    """Gives the commands; returns what is known to be told now, and the commands that failed."""
    now, failed = dict(before), []
    for command, sites in rows:
        if subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode:
            failed.append(command)
            continue
        for site in sites:
            now.pop(site, None)
            if site in after:
                now[site] = after[site]
    return now, failed
