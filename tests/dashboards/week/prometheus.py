"""A real Prometheus that holds what it is given, however old: samples come by remote write."""

import json
import struct
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import yaml

TESTS = Path(__file__).resolve().parents[2]
sys.path += [str(TESTS), str(TESTS / "e2e")]
from harness import Process, request, wait_until  # noqa: E402
from simulator.free_ports import free_port  # noqa: E402

_KEPT = "400d"
_HEAD = "200d"  # of the block in memory: samples of any series are taken up to half of it behind the newest one
_BYTES_PER_WRITE = 16_000_000
_LITERAL_MAX = 65536  # bytes of a literal of snappy with a length of two bytes


class Prometheus:
    def __init__(self, folder, rules=()):
        folder.mkdir(parents=True, exist_ok=True)
        config = folder / "prometheus.yml"
        config.write_text(yaml.safe_dump({"rule_files": [str(path) for path in rules]}))
        address = f"127.0.0.1:{free_port()}"
        self.url = f"http://{address}"
        self._process = Process([
            "prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address={address}",
            "--web.enable-remote-write-receiver", "--web.cors.origin=.*", f"--storage.tsdb.retention.time={_KEPT}",
            f"--storage.tsdb.min-block-duration={_HEAD}", f"--storage.tsdb.max-block-duration={_HEAD}", "--log.level=error"])
        wait_until(self._ready, what="Prometheus")

    @property
    def pid(self):
        return self._process.child.pid

    def _ready(self):
        assert self._process.child.poll() is None, "\n".join(self._process.lines)
        try:
            return request(self.url + "/-/ready")[0] == 200
        except OSError:
            return False

    def write(self, series):
        """series: [(labels with __name__, [(unix time, value)] in the order of time, or encoded())]."""
        series = [(labels, samples if isinstance(samples, bytes) else encoded(samples)) for labels, samples in series if samples]
        for some in _portions([_field(1, _time_series(*one)) for one in series]):
            body = _snappy(b"".join(some))
            status, _, text = _post(self.url + "/api/v1/write", body)
            assert status in (200, 204), text

    def query(self, expression, at):
        return self._ask("query", query=expression, time=at)

    def query_range(self, expression, start, end, step):
        return self._ask("query_range", query=expression, start=start, end=end, step=step)

    def _ask(self, kind, **parameters):
        _, _, body = request(f"{self.url}/api/v1/{kind}?" + urllib.parse.urlencode(parameters), timeout=120)
        answer = json.loads(body)
        if answer["status"] != "success":
            raise ValueError(answer["error"])
        return answer["data"]["result"]

    def stop(self):
        self._process.stop()


# Remote write: protobuf in snappy ---------------------------------------------------------------------------------------------

def _portions(parts):
    """Lists of parts that together are no longer than one write may be."""
    some, length = [], 0
    for part in parts:
        if some and length + len(part) > _BYTES_PER_WRITE:
            yield some
            some, length = [], 0
        some.append(part)
        length += len(part)
    if some:
        yield some


def _post(url, body):
    message = urllib.request.Request(url, body, {"Content-Type": "application/x-protobuf", "Content-Encoding": "snappy"})
    try:
        with urllib.request.urlopen(message, timeout=60) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def _varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _field(number, payload):
    return _varint(number << 3 | 2) + _varint(len(payload)) + payload


def _time_series(labels, samples):
    """Labels are sorted by name."""
    return b"".join(_field(1, _field(1, name.encode()) + _field(2, value.encode())) for name, value in sorted(labels.items())) + samples


def encoded(samples):
    """Samples as write() takes them for many series: each is a double and its milliseconds."""
    out = []
    for moment, value in samples:
        sample = b"\x09" + struct.pack("<d", value) + b"\x10" + _varint(int(moment * 1000))
        out.append(b"\x12" + _varint(len(sample)) + sample)
    return b"".join(out)


def _snappy(data):
    """As literals only, which every reader takes."""
    out = [_varint(len(data))]
    for start in range(0, len(data), _LITERAL_MAX):
        part = data[start:start + _LITERAL_MAX]
        out += [bytes([61 << 2]), struct.pack("<H", len(part) - 1), part]
    return b"".join(out)
