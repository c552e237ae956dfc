"""deploy/compose.yaml without an engine: its services' own command lines, on this machine.

A path that a service mounts becomes the path that is mounted, "service:port" a free port on loopback, a named volume an empty
folder. Everything else is as the file says. Grafana is not in Debian and is left out.
"""

import re
import shutil
from pathlib import Path

import yaml
from harness import PROGRAM, Process, request, wait_until
from simulator.free_ports import free_port

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]

EXPORTER_PORT = 10088
# What an image's entry point is here, and the page that says that it is ready; an image that is missing here is not run.
PROGRAMS = {"victron_exporter": ([str(PROGRAM)], "/-/ready"),
            "docker.io/library/python": ([], "/services"),
            "docker.io/prom/prometheus": (["prometheus"], "/-/ready"),
            "docker.io/prom/alertmanager": (["prometheus-alertmanager"], "/-/ready")}


def image_of(service):
    return SERVICES[service]["image"].rpartition(":")[0]


def mounts_of(service):
    """[(what is mounted, where)]: a path here or the name of a volume; everything is read-only but volumes."""
    found = []
    for text in SERVICES[service].get("volumes", []):
        source, target, *mode = text.split(":")
        if source.startswith("."):
            assert mode == ["ro"], text
            source = (DEPLOY / source).resolve()
        found.append((source, target))
    return found


def environment_of(service):
    """What the service finds in its environment."""
    found = dict(SERVICES[service].get("environment", {}))
    for name in SERVICES[service].get("env_file", []):
        lines = (DEPLOY / name).read_text().splitlines()
        found |= dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return found


def port_of(service):
    """The port that it listens on inside."""
    if image_of(service) == "victron_exporter":
        return EXPORTER_PORT
    found = re.search(r"--(?:web\.)?listen(?:-address)?=\S*:(\d+)", " ".join(SERVICES[service].get("command", [])))
    return int(found[1]) if found else None


def seconds(text):
    return int(text.removesuffix("s"))


class Stack:
    """The services that can run here; `url(service)` is where one is found."""

    def __init__(self, folder, scrape_interval="15s"):
        self._folder = folder
        self._interval = scrape_interval
        self._runnable = [name for name in SERVICES if image_of(name) in PROGRAMS]
        self._addresses = {name: f"127.0.0.1:{free_port()}" for name in self._runnable}
        self.processes = {}

    def url(self, service):
        return f"http://{self._addresses[service]}"

    def start(self):
        for name in self._runnable:
            command = PROGRAMS[image_of(name)][0] + [self._here(name, word) for word in SERVICES[name].get("command", [])]
            env = {key: self._here(name, value) for key, value in environment_of(name).items()}
            if image_of(name) == "victron_exporter":
                env["VICTRON_EXPORTER_WEB_LISTEN_ADDRESS"] = self._addresses[name]
            self.processes[name] = Process(["/usr/bin/python3" if word == "python3" else word for word in command], env)
        for name in self._runnable:
            wait_until(lambda name=name: self._is_ready(name), what=f"{name}")

    def _is_ready(self, name):
        process = self.processes[name]
        assert process.child.poll() is None, f"{name}:\n" + "\n".join(process.lines)
        try:
            return request(self.url(name) + PROGRAMS[image_of(name)][1])[0] == 200
        except OSError:
            return False

    def stop(self):
        """Ends all, and returns each one's exit code."""
        return {name: process.stop() for name, process in self.processes.items()}

    def _here(self, service, text):
        for source, target in sorted(mounts_of(service), key=lambda mount: -len(mount[1])):
            if re.search(rf"{re.escape(target)}(?![\w.-])", text):
                text = text.replace(target, str(self.place(service, source, target)))
                break
        port = port_of(service)
        text = re.sub(rf"=(0\.0\.0\.0)?:{port}$", f"={self._addresses[service]}", text)
        return self._with_addresses(text)

    def _with_addresses(self, text):
        for name, address in self._addresses.items():
            text = re.sub(rf"\b{name}:{port_of(name)}\b", address, text)
        return text

    def place(self, service, source, target):
        """The folder of a volume, the folder that is mounted, or a copy of the file that is, made to fit this machine."""
        if isinstance(source, str):
            folder = self._folder / source
            folder.mkdir(exist_ok=True)
            return folder
        if source.is_dir():
            return source
        copy = self._folder / f"{service}-{Path(target).name}"
        shutil.copy(source, copy)
        text = self._with_addresses(copy.read_text())
        for other, where in mounts_of(service):
            if isinstance(other, Path) and other.is_dir():
                text = text.replace(where, str(other))
        if service == "prometheus":
            assert "scrape_interval: 15s" in text
            text = text.replace("scrape_interval: 15s", f"scrape_interval: {self._interval}")
            text = text.replace("scrape_timeout: 10s", f"scrape_timeout: {min(self._interval, '10s', key=seconds)}")
        copy.write_text(text)
        return copy
