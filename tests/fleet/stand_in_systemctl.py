#!/usr/bin/python3
"""A stand-in for systemctl, as far as victron-fleet uses it: starts real exporters from the environment files of a folder.

VICTRON_TEST_ETC is that folder, which the files know as /etc/victron_exporter; VICTRON_TEST_RUN holds a file with the process id
and the output of each instance; VICTRON_TEST_PROGRAM is the exporter.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ETC, RUN = Path(os.environ["VICTRON_TEST_ETC"]), Path(os.environ["VICTRON_TEST_RUN"])
PATIENCE = 20.0  # seconds


def environment(name):
    lines = (ETC / f"{name}.env").read_text().replace("/etc/victron_exporter/", f"{ETC}/").splitlines()
    return dict(line.split("=", 1) for line in lines if not line.startswith("#"))


def pid_of(name):
    try:
        return int((RUN / f"{name}.pid").read_text())
    except FileNotFoundError:
        return None


def start(name, **variables):
    if pid_of(name):
        return
    with (RUN / f"{name}.log").open("a") as log:
        child = subprocess.Popen([os.environ["VICTRON_TEST_PROGRAM"]], env={**os.environ, **environment(name), **variables},
                                 stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    (RUN / f"{name}.pid").write_text(str(child.pid))


def is_there(pid):
    """A process that ended and that nobody has asked about yet is no longer there."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def stop(name):
    pid = pid_of(name)
    if not pid:
        return
    if is_there(pid):
        os.kill(pid, signal.SIGTERM)
    end = time.monotonic() + PATIENCE
    while is_there(pid) and time.monotonic() < end:
        time.sleep(0.01)
    assert not is_there(pid), f"{name} did not end"
    (RUN / f"{name}.pid").unlink()


def reload(name):
    os.kill(pid_of(name), signal.SIGHUP)


def restart(name):
    """Returns when the new one says that it is ready, as the unit is Type=notify."""
    stop(name)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notifications:
        notifications.bind(f"\0victron-test-{os.getpid()}")
        notifications.settimeout(PATIENCE)
        start(name, NOTIFY_SOCKET=f"@victron-test-{os.getpid()}")
        while b"READY=1" not in notifications.recv(4096):
            pass


ACTIONS = {"enable": start, "disable": stop, "reload": reload, "restart": restart}

if __name__ == "__main__":
    action, *words = sys.argv[1:]
    for word in words:
        if not word.startswith("--"):
            ACTIONS[action](re.fullmatch(r"victron_exporter@(.+)\.service", word)[1])
