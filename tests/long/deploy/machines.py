"""Fresh Debian systems for the long tests: folders made by debootstrap, entered by chroot or booted by systemd-nspawn.

Both want root. The network is the host's, so that the exporter in there and a simulated station out here find each other on
loopback.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CACHE = ROOT / "build" / "long"
SUITE = "bookworm"
MIRROR = "http://deb.debian.org/debian"
BOOT_PATIENCE = 60.0
COMMAND_PATIENCE = 1800

# What every command in there finds; nothing of ours.
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8",
               "DEBIAN_FRONTEND": "noninteractive"}


def run(*command, **options):
    """Runs it and returns its output; a failure shows what it said."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", timeout=COMMAND_PATIENCE, check=False, **options)
    assert done.returncode == 0, f"{' '.join(map(str, command))}: {done.returncode}\n{done.stdout[-4000:]}"
    return done.stdout


def clean_checkout(folder):
    """What is committed, and nothing else."""
    run("git", "clone", "--quiet", "--no-hardlinks", ROOT, folder)
    return folder


def documented(heading, number=0):
    """The commands of docs/installation.md under that heading: its number-th block of shell, as one script."""
    text = (ROOT / "docs" / "installation.md").read_text(encoding="utf-8")
    section = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)[1]
    return "set -e\n" + re.findall(r"^```sh\n(.*?)^```", section, re.M | re.S)[number]


def base_archive():
    """A cleaned minimal system as an archive; made once, remove build/long to make it anew."""
    archive = CACHE / f"base-{SUITE}.tar"
    if not archive.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        folder = CACHE / "base.part"
        shutil.rmtree(folder, ignore_errors=True)
        run("debootstrap", "--variant=minbase", SUITE, folder, MIRROR)
        _clean(folder)
        run("tar", "-C", folder, "-cf", f"{archive}.part", ".")
        shutil.rmtree(folder)
        os.replace(f"{archive}.part", archive)
    return archive


def _clean(folder):
    """As the public slim images are: no package archives, no lists, and none kept later."""
    for pattern in ("var/cache/apt/archives/*.deb", "var/cache/apt/*.bin", "var/lib/apt/lists/*_*", "var/log/*.log"):
        for path in folder.glob(pattern):
            path.unlink()
    (folder / "etc/apt/apt.conf.d/clean").write_text(
        'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true"; };\n'
        'Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache "";\n')


class System:
    """A Debian system in a folder."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True)
        run("tar", "-C", self.folder, "-xf", base_archive())
        shutil.copy("/etc/resolv.conf", self.folder / "etc/resolv.conf")
        run("mount", "-t", "proc", "proc", self.folder / "proc")

    def close(self):
        with contextlib.suppress(AssertionError):
            run("umount", self.folder / "proc")
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *command, env=None):
        return run("chroot", self.folder, *command, env={**ENVIRONMENT, **(env or {})})

    def script(self, text, folder="/", env=None):
        """Runs a script of the shell in that folder."""
        return self.run("bash", "-c", f"cd {folder}\n{text}", env=env)

    def install(self, *packages):
        self.run("apt-get", "update", "-q")
        self.run("apt-get", "install", "-q", "-y", "--no-install-recommends", *packages)

    def path(self, inside):
        return self.folder / str(inside).lstrip("/")

    def write(self, inside, text, mode=0o644):
        path = self.path(inside)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def files(self):
        """Every file and folder, but what is the kernel's, apt's and dpkg's own bookkeeping, or a log or temporary."""
        fleeting = ("proc", "sys", "dev", "run", "tmp", "var/cache", "var/lib/apt", "var/lib/dpkg", "var/log", "var/tmp",
                    "root/.cache", "etc/machine-id", "var/lib/systemd", "etc/ld.so.cache")
        return {name for path in self.folder.rglob("*")
                if not (name := str(path.relative_to(self.folder))).startswith(fleeting)}


class Booted:
    """The same system with its own systemd at work."""

    def __init__(self, system):
        self.system = system
        run("umount", system.folder / "proc")
        self._log = open(system.folder.with_suffix(".boot.log"), "wb")
        # Inside it is process 1; out here the only child of nspawn.
        self._nspawn = subprocess.Popen(
            ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--directory", str(system.folder), "--boot"],
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=subprocess.STDOUT)
        self._wait_until(lambda: self._init() and self.answer("systemctl", "is-system-running") in ("running", "degraded"))

    def _wait_until(self, condition):
        end = time.monotonic() + BOOT_PATIENCE
        while not condition():
            assert time.monotonic() < end and self._nspawn.poll() is None, Path(self._log.name).read_text("utf-8", "replace")
            time.sleep(0.1)

    def _init(self):
        children = Path(f"/proc/{self._nspawn.pid}/task/{self._nspawn.pid}/children").read_text().split()
        return children[0] if children else None

    def _command(self, *command):
        return ["nsenter", "-t", self._init(), "-m", "-u", "-i", "-n", "-p", "--", *command]

    def run(self, *command):
        return run(*self._command(*command), env=ENVIRONMENT)

    def script(self, text, folder="/"):
        return self.run("bash", "-c", f"cd {folder}\n{text}")

    def answer(self, *command):
        """The output, whatever the exit code."""
        done = subprocess.run(self._command(*command), capture_output=True, text=True, check=False, env=ENVIRONMENT)
        return done.stdout.strip()

    def provide_editor(self, **settings):
        """The `editor` of the documentation: one that knows what to add to a file of settings."""
        lines = "".join(f"{name}={value}\\n" for name, value in settings.items())
        self.system.write("/usr/local/bin/editor", f"#!/bin/sh\nprintf '{lines}' >>\"$1\"\n", mode=0o755)

    def property(self, unit, name):
        return self.answer("systemctl", "show", "-P", name, unit)

    def journal(self, unit):
        return self.answer("journalctl", "--no-pager", "-o", "cat", "-u", unit)

    def close(self):
        init = self._init()
        if self._nspawn.poll() is None and init:
            os.kill(int(init), signal.SIGRTMIN + 3)  # halt
        try:
            self._nspawn.wait(BOOT_PATIENCE)
        except subprocess.TimeoutExpired:
            self._nspawn.kill()
            self._nspawn.wait()
        self._log.close()
        run("mount", "-t", "proc", "proc", self.system.folder / "proc")
