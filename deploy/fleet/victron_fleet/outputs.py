"""What is made: each function gives {name in its folder: text or Link} of the stations. An output is one function here, one
row in the table at the end and one section in settings.py.
"""

import hashlib
import json

from .folder import Link, relative

EXPORTER_PORT = 10088
DO_NOT_EDIT = "# Made by victron-fleet of an inventory: changes here are lost, make them there.\n"


def _own_files(fleet, stations):
    """Certificates and maps beside the settings."""
    return {name: fleet.texts[name] for station in stations for name in station.own_files}


def _site_files(stations):
    return {f"{station.site}.json": station.site_file() for station in stations if station.site_file()}


# ---- systemd: what victron_exporter@.service reads


def systemd(fleet, section):
    stations = fleet.stations_of(section["host"])
    files = {**_own_files(fleet, stations), **_site_files(stations)}
    for station in stations:
        address = f"127.0.0.1:{station.port}" if station.is_local else f":{station.port}"
        files[f"{station.site}.env"] = DO_NOT_EDIT + station.environment(address)
        if station.credential:
            target = fleet.settings.credentials / station.cells["password_file"]
            files[f"{station.site}.{station.credential}"] = Link(relative(target, section["folder"]))
    return files


# ---- compose: a service a station


COMPOSE_HEAD = """\
name: victron-fleet

x-exporter: &exporter
  image: {image}
  restart: unless-stopped
  read_only: true
  cap_drop: [ALL]
  security_opt: ["no-new-privileges:true"]
  mem_limit: 128m
  pids_limit: 64

services:
"""


def compose(fleet, section):
    stations = fleet.stations
    files = {**_own_files(fleet, stations), **_site_files(stations)}
    files |= {f"{station.site}.env": DO_NOT_EDIT + station.environment(f":{EXPORTER_PORT}") for station in stations}
    secrets = {station.cells["password_file"]: relative(fleet.settings.credentials / station.cells["password_file"], section["folder"])
               for station in stations if station.credential}
    text = DO_NOT_EDIT + COMPOSE_HEAD.format(image=section["image"]) + "".join(map(_service, stations))
    if secrets:
        text += "\nsecrets:\n" + "".join(f"  {json.dumps(name)}:\n    file: {json.dumps(path)}\n" for name, path in sorted(secrets.items()))
    return {**files, "compose.yaml": text if stations else text.replace("services:\n", "services: {}\n")}


def _service(station):
    volumes = [name for name in (f"{station.site}.json" if station.site_file() else None, *station.own_files) if name]
    lines = [f"  exporter-{station.name}:", "    <<: *exporter", f"    env_file: [{json.dumps(station.site + '.env')}]"]
    if volumes:
        lines += ["    volumes:", *[f"      - {json.dumps(f'./{name}:/etc/victron_exporter/{name}:ro')}" for name in volumes]]
    if station.credential:
        lines += ["    secrets:", f"      - source: {json.dumps(station.cells['password_file'])}", f"        target: {station.credential}"]
    return "\n".join([*lines, f'    ports: ["127.0.0.1:{station.port}:{EXPORTER_PORT}"]']) + "\n"


# ---- Kubernetes: a kustomization a station over deploy/kubernetes/station


KNOWN_PORTS = (8088, 443, 1883, 8883)  # those of its NetworkPolicy

SECRET = """\
  - target:
      kind: Deployment
    patch: |
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: victron-exporter
      spec:
        template:
          spec:
            volumes:
              - name: secrets
                secret:
                  secretName: {name}
"""
OTHER_PORT = """\
  - target:
      kind: NetworkPolicy
    patch: |
      - op: add
        path: /spec/egress/-
        value:
          ports:
            - port: {port}
              protocol: TCP
"""


def kubernetes(fleet, section):
    files = {"kustomization.yaml": _kustomization_of_all(fleet.stations, section)}
    for station in fleet.stations:
        own = {**_own_files(fleet, [station]), **_site_files([station])}
        own["settings.env"] = DO_NOT_EDIT + station.environment(f":{EXPORTER_PORT}")
        own["kustomization.yaml"] = _kustomization(station, relative(section["base"], section["folder"] / station.name))
        files |= {f"{station.name}/{name}": text for name, text in own.items()}
    return files


def secret_of(station):
    """The Secret that a station's password is taken from; whoever has the password makes it."""
    return "victron-" + station.cells["password_file"].lower().replace("_", "-")


def _kustomization_of_all(stations, section):
    resources = "".join(f"  - {station.name}\n" for station in stations)
    image, _, tag = section["image"].rpartition(":")
    return (f"{DO_NOT_EDIT}apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: {section['namespace']}\n"
            "labels:\n  - pairs:\n      app.kubernetes.io/part-of: victron-fleet\n"
            f"resources:{chr(10) + resources if resources else ' []' + chr(10)}"
            f"images:\n  - name: victron_exporter\n    newName: {image}\n    newTag: {json.dumps(tag)}\n")


def _kustomization(station, base):
    files = [name for name in (f"{station.site}.json" if station.site_file() else None, *station.own_files) if name]
    text = (f"{DO_NOT_EDIT}apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnameSuffix: -{station.name}\n"
            f"labels:\n  - pairs:\n      site: {json.dumps(station.site)}\n    includeSelectors: true\nresources:\n  - {base}\n"
            "configMapGenerator:\n  - name: victron-exporter-env\n    behavior: merge\n    envs: [settings.env]\n")
    if files:
        text += f"  - name: victron-exporter-config\n    behavior: merge\n    files: {json.dumps(files)}\n"
    patches = SECRET.format(name=secret_of(station)) if station.credential else ""
    if station.station_port not in KNOWN_PORTS:
        patches += OTHER_PORT.format(port=station.station_port)
    return text + (f"patches:\n{patches}" if patches else "")


# ---- Prometheus: targets


def prometheus(fleet, section):
    shards = [[] for _ in range(section["shards"])]
    for station in fleet.stations:
        address = section["address"].format(host=station.host, port=station.port, name=station.name, site=station.site)
        shards[shard_of(station.site, len(shards))].append({"targets": [address], "labels": station.labels()})
    return {f"shard-{number}.json": _targets(rows) for number, rows in enumerate(shards)}


def shard_of(site, shards):
    """The shard with the highest mark: when one is added, only the targets that it takes move."""
    return max(range(shards), key=lambda shard: hashlib.sha256(f"{shard}/{site}".encode()).digest())


def _targets(rows):
    """A line a target, so that a change is a line."""
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    return "[\n" + ",\n".join(lines) + ("\n" if lines else "") + "]\n"


OUTPUTS = {"systemd": systemd, "compose": compose, "kubernetes": kubernetes, "prometheus": prometheus}
