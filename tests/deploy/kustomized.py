"""As much of kustomize as deploy/kubernetes uses, so that the tests see what a cluster would get.

A field that is not known here is an error. Where kubectl is there a test compares the two; names lack the hash of what a
generator made.
"""

import base64
import copy
from pathlib import Path

import yaml

KUSTOMIZATION = {"apiVersion", "kind", "namespace", "nameSuffix", "labels", "resources", "images", "generatorOptions",
                 "configMapGenerator", "secretGenerator", "patches"}
GENERATOR = {"name", "behavior", "envs", "files"}
# Where one object names another: the kind that is named, and the path to the name.
REFERENCES = [("ConfigMap", ("containers", "*", "envFrom", "*", "configMapRef", "name")),
              ("ConfigMap", ("volumes", "*", "configMap", "name")),
              ("Secret", ("volumes", "*", "secret", "secretName"))]


def load(path):
    return [d for d in yaml.load_all(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) if d]


def build(folder):
    """The objects that `kubectl kustomize folder` prints."""
    (kustomization,) = load(folder / "kustomization.yaml")
    assert set(kustomization) <= KUSTOMIZATION, folder
    objects = []
    for name in kustomization.get("resources", []):
        path = (folder / name).resolve()
        objects += build(path) if path.is_dir() else load(path)
    objects = copy.deepcopy(objects)
    for kind, field in (("ConfigMap", "configMapGenerator"), ("Secret", "secretGenerator")):
        for generator in kustomization.get(field, []):
            _add(objects, _generated(kind, folder, generator, kustomization), generator.get("behavior", "create"))
    for patch in kustomization.get("patches", []):
        _patch([one for one in objects if one["kind"] == patch["target"]["kind"]], yaml.safe_load(patch["patch"]))
    _suffix(objects, kustomization.get("nameSuffix", ""))
    for row in kustomization.get("labels", []):
        for one in objects:
            if row.get("includeSelectors"):
                _label(one, row["pairs"])
            else:
                one["metadata"].setdefault("labels", {}).update(row["pairs"])
    for one in objects:
        if "namespace" in kustomization:
            one["metadata"]["namespace"] = kustomization["namespace"]
        for image in kustomization.get("images", []):
            _set_image(one, image)
    return objects


def _generated(kind, folder, generator, kustomization):
    assert set(generator) <= GENERATOR
    data = {}
    for name in generator.get("envs", []):
        lines = (folder / name).read_text(encoding="utf-8").splitlines()
        data |= dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    data |= {name: (folder / name).read_text(encoding="utf-8") for name in generator.get("files", [])}
    if kind == "Secret":
        data = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    options = kustomization.get("generatorOptions", {})
    metadata = {"name": generator["name"], **{k: dict(options[k]) for k in ("labels", "annotations") if k in options}}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, **({"data": data} if data or kind == "Secret" else {}),
            **({"type": "Opaque"} if kind == "Secret" else {})}


def _add(objects, one, behavior):
    same = [o for o in objects if (o["kind"], o["metadata"]["name"]) == (one["kind"], one["metadata"]["name"])]
    if behavior == "create":
        assert not same, one["metadata"]["name"]
        objects.append(one)
    else:
        assert behavior == "merge" and len(same) == 1, one["metadata"]["name"]
        same[0].setdefault("data", {}).update(one["data"])


def _patch(objects, patch):
    """Two patches are known: one that adds to a list, and one that replaces the source of a volume."""
    (one,) = objects
    if isinstance(patch, list):
        ((op, path, value),) = [(step["op"], step["path"], step["value"]) for step in patch]
        assert (op, path) == ("add", "/spec/egress/-")
        one["spec"]["egress"].append(value)
    else:
        assert patch["metadata"]["name"] == one["metadata"]["name"]
        ((name, source),) = [(volume.pop("name"), volume) for volume in copy.deepcopy(_pod(patch)["volumes"])]
        volumes = _pod(one)["volumes"]
        volumes.sort(key=lambda volume: volume["name"] != name)  # what is patched comes first
        for key, value in source.items():
            volumes[0][key].update(value)


def _suffix(objects, suffix):
    names = {(one["kind"], one["metadata"]["name"]) for one in objects}
    for one in objects:
        one["metadata"]["name"] += suffix
        for kind, path in REFERENCES:
            for holder, key in _places(_pod(one), path):
                if (kind, holder[key]) in names:
                    holder[key] += suffix


def _pod(one):
    return one["spec"]["template"]["spec"] if one["kind"] == "Deployment" else {}


def _places(holder, path):
    """(what holds it, its key) of everything that the path leads to."""
    head, *rest = path
    if head == "*":
        for item in holder:
            yield from _places(item, rest)
    elif head in holder:
        if rest:
            yield from _places(holder[head], rest)
        else:
            yield holder, head


def _label(one, pairs):
    one["metadata"].setdefault("labels", {}).update(pairs)
    spec = one.get("spec", {})
    if one["kind"] == "Deployment":
        spec["selector"]["matchLabels"].update(pairs)
        spec["template"]["metadata"]["labels"].update(pairs)
    elif one["kind"] == "Service":
        spec["selector"].update(pairs)
    elif one["kind"] == "NetworkPolicy":
        spec["podSelector"]["matchLabels"].update(pairs)


def _set_image(one, image):
    for container in _pod(one).get("containers", []):
        if container["image"].rpartition(":")[0] == image["name"]:
            container["image"] = f"{image['newName']}:{image['newTag']}"
