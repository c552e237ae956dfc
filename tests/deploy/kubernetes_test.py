"""deploy/kubernetes: every field is one of Kubernetes, every name leads somewhere, two stations do not get in each other's way."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import jsonschema
import kubernetes.client
import pytest
import yaml
from harness import run
from kustomized import build

ROOT = Path(__file__).resolve().parents[2]
KUBERNETES = ROOT / "deploy" / "kubernetes"
STATIONS = ["house", "boat"]
FIRST_KUBECTL = (1, 21)  # the first whose kustomize is not of 2019

OBJECTS = build(KUBERNETES / "example") + build(KUBERNETES / "monitoring" / "optional")


def of(kind, station=None):
    return [o for o in OBJECTS if o["kind"] == kind
            and (station is None or o["metadata"].get("labels", {}).get("site") == station)]


def the(kind, station=None):
    (found,) = of(kind, station)
    return found


# ---- the shape: Kubernetes' own models for its kinds, a schema of ours for those of the Prometheus operator


def check_model(value, kind, place):
    """Fails for a field that the model does not have, a value of another type, and a required one that is missing."""
    if kind.startswith("list["):
        assert isinstance(value, list), place
        for number, item in enumerate(value):
            check_model(item, kind[5:-1], f"{place}[{number}]")
    elif kind.startswith("dict("):
        assert isinstance(value, dict), place
        for key, item in value.items():
            check_model(item, kind[5:-1].split(", ", 1)[1], f"{place}.{key}")
    elif kind in ("str", "int", "bool"):
        assert type(value).__name__ == kind, f"{place}: {value!r} is no {kind}"
    elif kind != "object":
        model = getattr(kubernetes.client, kind)
        types = {model.attribute_map[name]: text for name, text in model.openapi_types.items()}
        assert isinstance(value, dict) and set(value) <= set(types), f"{place}: {set(value) - set(types)}"
        for key, item in value.items():
            check_model(item, types[key], f"{place}.{key}")
        # The client's own check of what is required.
        assert kubernetes.client.ApiClient()._ApiClient__deserialize(value, model) is not None


MODELS = {"Deployment": "V1Deployment", "Service": "V1Service", "NetworkPolicy": "V1NetworkPolicy",
          "ConfigMap": "V1ConfigMap", "Secret": "V1Secret"}

TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
DURATION = {"type": "string", "pattern": r"^(\d+(ms|[smhd]))+$"}
RELABELING = {"type": "object", "additionalProperties": False, "properties": {
    "action": {"enum": ["labeldrop"]}, "regex": {"type": "string"}, "targetLabel": {"type": "string"},
    "sourceLabels": {"type": "array", "items": {"type": "string"}}}}
RULE = {"type": "object", "additionalProperties": False, "required": ["expr"], "properties": {
    "alert": {"type": "string"}, "record": {"type": "string"}, "expr": {"type": "string"}, "for": DURATION,
    "keep_firing_for": DURATION, "labels": TEXTS, "annotations": TEXTS}}
SPECS = {
    "ServiceMonitor": {"type": "object", "additionalProperties": False, "required": ["selector", "endpoints"], "properties": {
        "jobLabel": {"type": "string"}, "targetLabels": {"type": "array", "items": {"type": "string"}},
        "selector": {"type": "object", "additionalProperties": False, "properties": {"matchLabels": TEXTS}},
        "endpoints": {"type": "array", "items": {"type": "object", "additionalProperties": False, "properties": {
            "port": {"type": "string"}, "interval": DURATION, "scrapeTimeout": DURATION, "honorLabels": {"type": "boolean"},
            "relabelings": {"type": "array", "items": RELABELING}}}}}},
    "PrometheusRule": {"type": "object", "additionalProperties": False, "required": ["groups"], "properties": {
        "groups": {"type": "array", "minItems": 1, "items": {
            "type": "object", "additionalProperties": False, "required": ["name", "rules"], "properties": {
                "name": {"type": "string"}, "interval": DURATION, "limit": {"type": "integer"},
                "rules": {"type": "array", "minItems": 1, "items": RULE}}}}}},
}


@pytest.mark.parametrize("one", OBJECTS, ids=lambda o: f"{o['kind']}-{o['metadata']['name']}")
def test_every_field_is_one_of_kubernetes(one):
    assert re.fullmatch(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", one["metadata"]["name"])
    if one["kind"] in MODELS:
        check_model(one, MODELS[one["kind"]], one["kind"])
    else:
        assert one["apiVersion"] == "monitoring.coreos.com/v1"
        check_model(one["metadata"], "V1ObjectMeta", one["kind"])
        jsonschema.validate(one["spec"], SPECS[one["kind"]])


def test_the_check_sees_mistakes():
    for change in ({"replica": 1}, {"replicas": "1"}, {"template": {"spec": {"container": []}}}):
        wrong = json.loads(json.dumps(the("Deployment", "house")))
        wrong["spec"].update(change)
        with pytest.raises((AssertionError, ValueError)):
            check_model(wrong, "V1Deployment", "Deployment")


def test_no_two_objects_have_one_name():
    names = [(o["kind"], o["metadata"]["name"]) for o in OBJECTS]
    assert len(names) == len(set(names))


# ---- what leads where


@pytest.mark.parametrize("station", STATIONS)
def test_each_station_has_its_own_of_everything(station):
    labels = {"app.kubernetes.io/name": "victron-exporter", "site": station}
    deployment = the("Deployment", station)["spec"]
    assert deployment["selector"]["matchLabels"] == labels == deployment["template"]["metadata"]["labels"]
    assert the("Service", station)["spec"]["selector"] == labels
    assert the("NetworkPolicy", station)["spec"]["podSelector"]["matchLabels"] == labels
    assert (deployment["replicas"], deployment["strategy"]) == (1, {"type": "Recreate"})


def environment(station):
    pod = the("Deployment", station)["spec"]["template"]["spec"]
    name = pod["containers"][0]["envFrom"][0]["configMapRef"]["name"]
    (config,) = [o for o in of("ConfigMap", station) if o["metadata"]["name"] == name]
    return config["data"]


@pytest.mark.parametrize("station", STATIONS)
def test_its_settings_are_read_by_the_exporter_and_lead_to_files_that_are_mounted(station):
    env = environment(station)
    assert env["VICTRON_EXPORTER_SITE"] == station
    pod = the("Deployment", station)["spec"]["template"]["spec"]
    mounts = {m["name"]: m["mountPath"] for m in pod["containers"][0]["volumeMounts"]}
    volumes = {v["name"]: (v["secret"]["secretName"] if "secret" in v else v["configMap"]["name"]) for v in pod["volumes"]}
    files = {f"{mounts[volume]}/{key}" for volume, name in volumes.items()
             for o in of("ConfigMap", station) + of("Secret", station) if o["metadata"]["name"] == name
             for key in o.get("data", {})}
    assert {value for value in env.values() if value.startswith("/")} == files
    # The exporter itself has no complaint; the files are not here, so these flags are left out.
    code, _, error = run("--map.check", env={k: v for k, v in env.items() if not v.startswith("/")})
    assert code == 0, error


def test_no_password_is_a_setting():
    for one in of("ConfigMap"):
        assert not any("PASSWORD" in key and not key.endswith("_FILE") for key in one.get("data", {}))
    assert set(the("Secret", "boat")["data"]) == {"mqtt-password"}


def test_no_station_sees_another_ones_files():
    """kustomize looks for a name that a station lacks among those of all others, so each must have its own."""
    for kind, place in (("ConfigMap", "configMap"), ("Secret", "secret")):
        for station in STATIONS:
            own = {o["metadata"]["name"] for o in of(kind, station)}
            volumes = [v[place] for v in the("Deployment", station)["spec"]["template"]["spec"]["volumes"] if place in v]
            assert volumes and {v.get("name") or v["secretName"] for v in volumes} <= own


@pytest.mark.parametrize("station", STATIONS)
def test_the_pod_is_locked_in(station):
    pod = the("Deployment", station)["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"] == {"runAsNonRoot": True, "runAsUser": 65534, "runAsGroup": 65534, "fsGroup": 65534,
                                      "seccompProfile": {"type": "RuntimeDefault"}}
    assert container["securityContext"] == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                                            "capabilities": {"drop": ["ALL"]}}
    unit = (ROOT / "deploy/systemd/victron_exporter@.service").read_text()
    assert f"MemoryMax={container['resources']['limits']['memory'].removesuffix('i')}\n" in unit
    secret = next(v["secret"] for v in pod["volumes"] if "secret" in v)
    assert secret["defaultMode"] == 0o440


def test_probes_ask_pages_that_there_are():
    (container,) = the("Deployment", "house")["spec"]["template"]["spec"]["containers"]
    ports = {p["name"]: p["containerPort"] for p in container["ports"]}
    assert ports == {"metrics": 10088}
    assert container["livenessProbe"]["httpGet"] == {"path": "/-/healthy", "port": "metrics"}
    assert container["readinessProbe"]["httpGet"] == {"path": "/-/ready", "port": "metrics"}
    service = the("Service", "house")["spec"]["ports"]
    assert [(p["name"], p["port"], p["targetPort"]) for p in service] == [("metrics", 10088, "metrics")]


def test_the_image_has_a_version():
    images = {o["spec"]["template"]["spec"]["containers"][0]["image"] for o in of("Deployment")}
    version = re.search(r"^project\(victron_exporter VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text(), re.M)[1]
    assert images == {f"registry.example.org/victron_exporter:{version}"}


def test_prometheus_finds_every_station_and_keeps_its_labels():
    monitor = the("ServiceMonitor")["spec"]
    wanted = monitor["selector"]["matchLabels"].items()
    found = [s for s in of("Service") if wanted <= s["metadata"]["labels"].items()]
    assert {s["metadata"]["labels"]["site"] for s in found} == set(STATIONS)
    (endpoint,) = monitor["endpoints"]
    assert endpoint["honorLabels"] is True and endpoint["port"] == "metrics" and monitor["targetLabels"] == ["site"]
    assert "victron" in found[0]["metadata"]["labels"][monitor["jobLabel"]]  # alerts look for such a job
    assert int(endpoint["scrapeTimeout"][:-1]) < int(endpoint["interval"][:-1])
    dropped = set(endpoint["relabelings"][0]["regex"].split("|"))
    assert dropped == {"container", "endpoint", "namespace", "pod", "service"}


def test_the_station_can_be_reached_and_only_prometheus_reaches_the_exporter():
    policy = the("NetworkPolicy", "boat")["spec"]
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    out = {(p["port"], p["protocol"]) for rule in policy["egress"] for p in rule["ports"]}
    assert out == {(53, "UDP"), (53, "TCP"), *((port, "TCP") for port in (8088, 443, 1883, 8883))}
    (rule,) = policy["ingress"]
    assert rule["from"] and rule["ports"] == [{"port": "metrics", "protocol": "TCP"}]


def test_every_board_is_a_config_map_that_grafana_finds():
    boards = {key: o for o in of("ConfigMap") if (o["metadata"].get("labels") or {}).get("grafana_dashboard") == "1"
              for key in o.get("data", {})}
    assert set(boards) == {path.name for path in (ROOT / "grafana-dashboards").glob("victron-*.json")}
    for name, one in boards.items():
        assert json.loads(one["data"][name])["uid"] == name.removesuffix(".json")
        assert len(one["data"][name].encode()) < 262144  # what kubectl apply can note of an object


# ---- kustomize itself, where it is


def kubectl_version():
    if not shutil.which("kubectl"):
        return (0, 0)
    said = subprocess.run(["kubectl", "version", "--client", "--output=json"], capture_output=True, text=True, check=False)
    version = re.search(r'"gitVersion": "v(\d+)\.(\d+)', said.stdout)
    return (int(version[1]), int(version[2])) if version else (0, 0)


@pytest.mark.skipif(kubectl_version() < FIRST_KUBECTL, reason="no kubectl from 1.21 on")
@pytest.mark.parametrize("folder", ["example", "monitoring/optional"])
def test_kubectl_makes_the_same_of_it(folder):
    done = subprocess.run(["kubectl", "kustomize", str(KUBERNETES / folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    # The hashes that it puts behind generated names are its own.
    text = re.sub(r"(victron-exporter-(?:env|config|secrets)-\w+)-[a-z0-9]{10}\b", r"\1", done.stdout)
    theirs = {(o["kind"], o["metadata"]["name"]): o for o in yaml.load_all(text, Loader=yaml.CSafeLoader)}
    ours = {(o["kind"], o["metadata"]["name"]): o for o in build(KUBERNETES / folder)}
    assert theirs == ours
