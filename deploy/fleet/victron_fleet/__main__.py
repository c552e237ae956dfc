"""The command line: victron-fleet [options] [FLEET.json], see docs/fleet.md."""

import argparse
import shlex
import sys
from pathlib import Path

if not __package__:  # started as a folder: make its modules importable as the package that they are
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from victron_fleet import columns, ports, services, settings
from victron_fleet.fleet import Fleet
from victron_fleet.folder import replace
from victron_fleet.mistakes import Mistakes

DONE, DIFFERS, MISTAKEN = 0, 1, 2


def _options(arguments):
    parser = argparse.ArgumentParser(prog="victron-fleet", description="Makes from one inventory what a fleet needs: environment files "
                                     "for systemd, compose services, Kubernetes manifests, targets for Prometheus, site files.")
    parser.add_argument("fleet", nargs="?", default="fleet.json", metavar="FLEET.json", help="what is made where (default: fleet.json)")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if something would change")
    parser.add_argument("--dry-run", action="store_true", help="write nothing; show what would change, as diff -u does")
    parser.add_argument("--only", metavar="OUTPUTS", help=f"of {', '.join(settings.OUTPUTS)}; a comma between two")
    parser.add_argument("--host", help="systemd: only the stations whose exporter runs on this host")
    parser.add_argument("--systemctl", action="store_true", help="systemd: give the commands that are needed; else they are shown")
    parser.add_argument("--take-over", action="store_true", help="replace files that were not made by this tool")
    parser.add_argument("--markdown", choices=("columns", "settings"), help="print a table of docs/fleet.md and end")
    options = parser.parse_args(arguments)
    options.only = options.only.split(",") if options.only else []
    for name in options.only:
        if name not in settings.OUTPUTS:
            parser.error(f"--only={name}: allowed {', '.join(settings.OUTPUTS)}")
    return options


def _plan(options):
    """(the fleet, its folders, the file of its ports); None after the mistakes were told."""
    mistakes = Mistakes()
    fleet = Fleet(options.fleet, options.host, mistakes)
    folders = {}
    if not mistakes:
        folders = fleet.folders(options.only)
        for folder in folders.values():
            folder.check(options.take_over, mistakes)
        if not folders:
            mistakes.add(options.fleet, None, f"makes nothing: allowed one or more of {', '.join(settings.OUTPUTS)}")
    for line in mistakes.lines:
        print(line, file=sys.stderr)
    if mistakes:
        print(f"victron-fleet: nothing was written; mistakes: {len(mistakes.lines)}", file=sys.stderr)
        return None
    return fleet, folders


def _ports_text(fleet):
    """The text of its file if that must be written, else None."""
    text = ports.text_of(fleet.stations)
    file = fleet.settings.ports_file
    return None if file.exists() and file.read_text(encoding="utf-8") == text else text


def _show(folders, with_diff):
    for folder in folders:
        for name in folder.written:
            print(f"{'~' if (folder.path / name).exists() else '+'} {folder.path / name}")
        for name in folder.gone:
            print(f"- {folder.path / name}")
        if with_diff:
            sys.stdout.writelines(folder.diff())


def _serve(fleet, folder, options):
    """Gives or shows the systemctl commands; False if one failed."""
    section = fleet.settings.sections["systemd"]
    before = folder.manifest.get("services", {})
    after = services.told(fleet.stations_of(section["host"]), folder.wanted)
    rows = services.commands(before, after)
    for command, _ in rows:
        print(shlex.join(command), flush=True)
    if options.dry_run or options.check:
        return not rows
    if rows and not options.systemctl:
        print("# Give these commands now: the next run takes them for given. With --systemctl they are given.")
    now, failed = services.run(before, after, rows) if options.systemctl else (after, [])
    folder.remember("services", now)
    for command in failed:
        print(f"victron-fleet: this failed and is given again by the next run: {shlex.join(command)}", file=sys.stderr)
    return not failed


def _apply(fleet, folders, options):
    """Writes; what Prometheus reads comes last, when the exporters are there."""
    is_well = True
    text = _ports_text(fleet)
    if text is not None and not options.dry_run and not options.check:
        replace(fleet.settings.ports_file, text)
    for name, folder in folders.items():
        _show([folder], options.dry_run)
        if not options.dry_run and not options.check:
            folder.write()
        if name == "systemd":
            is_well &= _serve(fleet, folder, options)
    return is_well and text is None if options.check else is_well


def main(arguments=None):
    options = _options(arguments)
    if options.markdown:
        print({"columns": columns, "settings": settings}[options.markdown].markdown(), end="")
        return DONE
    planned = _plan(options)
    if not planned:
        return MISTAKEN
    fleet, folders = planned
    for warning in fleet.warnings():
        print(f"victron-fleet: warning: {warning}", file=sys.stderr)
    changed = any(folder.is_changed for folder in folders.values())
    is_well = _apply(fleet, folders, options)
    print(f"{len(fleet.stations)} stations: {'nothing to do' if not changed else 'would change' if options.check or options.dry_run else 'made'}")
    if options.check:
        return DIFFERS if changed or not is_well else DONE
    return DONE if is_well or options.dry_run else DIFFERS


if __name__ == "__main__":
    sys.exit(main())
