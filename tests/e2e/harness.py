"""What every end-to-end test needs: a simulated station, the real exporter, its page.

Everything runs on loopback on ports that the system gives, and is ended by its process.
"""

import json
import os
import re
import select
import subprocess
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

ROOT = Path(__file__).resolve().parents[2]
STATIONS = ROOT / "tests" / "stations"
PROGRAM = Path(os.environ.get("VICTRON_TEST_PROGRAM", ROOT / "build" / "victron_exporter"))
OPENMETRICS = "application/openmetrics-text;version=1.0.0"
PATIENCE = 20.0  # seconds; no passing test needs them
SLOWNESS = 5 if "san" in PROGRAM.parent.name else 1  # build/asan, build/tsan: so many times as long


SANITIZER = re.compile(r"(Address|Leak|Thread|Memory)Sanitizer|runtime error:|==\d+== (Invalid|Conditional jump)")


def assert_sound(text):
    """No sanitizer, and no valgrind, has a word to say in what a program wrote."""
    assert not SANITIZER.search(text), text[-20_000:]


def wait_until(condition, patience=PATIENCE, what="it"):
    """Polls until condition() is true and returns what it gave."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(0.01)
    raise AssertionError(f"{what} did not happen within {patience} s")


def request(url, headers=None, method="GET", timeout=PATIENCE):
    """(status, headers, body) whatever the status is."""
    message = urllib.request.Request(url, headers=headers or {}, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(message, timeout=timeout) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


class Page:
    """A metrics page and what it says."""

    def __init__(self, text, is_openmetrics=False):
        self.text = text
        parse = parse_openmetrics if is_openmetrics else parse_text
        self.families = list(parse(text))
        self.samples = [s for family in self.families for s in family.samples]

    def series(self, name, **labels):
        """[(labels, value)] of that name whose labels hold the given ones."""
        return [(s.labels, s.value) for s in self.samples
                if s.name == name and labels.items() <= s.labels.items()]

    def value(self, name, **labels):
        """The one value; None without such a series."""
        found = self.series(name, **labels)
        assert len(found) <= 1, f"{name}{labels} stands {len(found)} times"
        return found[0][1] if found else None

    def keys(self):
        return [(s.name, tuple(sorted(s.labels.items()))) for s in self.samples]


class Process:
    """A child process with its output collected in the background.

    `lines` holds all that was written when it is asked for: a line that the child wrote before it answered is there.
    """

    def __init__(self, command, env=None, pass_fds=()):
        self._lines, self._begun, self._lock = [], b"", threading.Lock()
        self.child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, pass_fds=pass_fds,
                                      env={**os.environ, **(env or {})})
        os.set_blocking(self.child.stdout.fileno(), False)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def lines(self):
        self._take()
        return self._lines

    def _read(self):
        """Until the end, so that the pipe is never full."""
        ready = select.poll()
        ready.register(self.child.stdout, select.POLLIN)
        while self._take():
            ready.poll()

    def _take(self):
        """All that lies in the pipe; says whether more may come."""
        with self._lock:
            if self.child.stdout.closed:
                return False
            try:
                while piece := os.read(self.child.stdout.fileno(), 65536):
                    *whole, self._begun = (self._begun + piece).split(b"\n")
                    self._lines += [line.decode(errors="replace") for line in whole]
            except BlockingIOError:
                return True
            if self._begun:
                self._lines.append(self._begun.decode(errors="replace"))
                self._begun = b""
            return False

    def find(self, pattern):
        return next((m for line in self.lines if (m := re.search(pattern, line))), None)

    def wait_for(self, pattern, patience=PATIENCE):
        def look():
            found = self.find(pattern)
            if not found and self.child.poll() is not None:
                self._reader.join(1)
                found = self.find(pattern)
                assert found, f"ended with {self.child.returncode}:\n" + "\n".join(self.lines)
            return found

        return wait_until(look, patience, f"{pattern!r} in the output")

    def stop(self, patience=PATIENCE):
        if self.child.poll() is None:
            self.child.terminate()
        try:
            code = self.child.wait(patience)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            raise AssertionError("did not end after SIGTERM:\n" + "\n".join(self.lines)) from None
        finally:
            self._reader.join(2)
            self.child.stdout.close()
        assert_sound("\n".join(self.lines))
        return code


class Simulator(Process):
    """A simulated station; `url` is its API."""

    def __init__(self, station, *options):
        super().__init__(["/usr/bin/python3", str(ROOT / "tests" / "simulator"),
                          f"--station={STATIONS / station}", *options])
        found = self.wait_for(r"listening on (\S+) control on (\S+)")
        self.url, self.control = found[1], found[2]

    def faults(self, document=None, **faults):
        """Adds faults, see tests/simulator/faults.py."""
        self._control("POST", "/faults", document or faults)

    def well_again(self):
        self._control("DELETE", "/faults")

    def state(self):
        return self._control("GET", "/state")

    def forget(self):
        self._control("DELETE", "/state")

    def _control(self, method, path, document=None):
        body = None if document is None else json.dumps(document).encode()
        message = urllib.request.Request(self.control + path, data=body, method=method)
        try:
            with urllib.request.urlopen(message, timeout=PATIENCE) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from error


class Exporter(Process):
    """The real program, serving; `url` is its first listener."""

    def __init__(self, station_url, *flags, env=None, site="x", wait=True, program=PROGRAM,
                 prefix=(), patience=PATIENCE):
        super().__init__([*prefix, str(program), f"--station.url={station_url}", f"--site={site}",
                          "--web.listen-address=127.0.0.1:0", *flags], env)
        self.patience = patience
        self.url = "http://" + self.wait_for(r"msg=listening address=(\S+)", patience)[1]
        if wait:
            wait_until(lambda: request(self.url + "/-/ready")[0] == 200, patience, "readiness")

    def get(self, path="/metrics", **options):
        return request(self.url + path, **{"timeout": self.patience, **options})

    def page(self, path="/metrics", timeout=None, openmetrics=False):
        headers = {"Accept": OPENMETRICS} if openmetrics else {}
        if timeout is not None:
            headers["X-Prometheus-Scrape-Timeout-Seconds"] = str(timeout)
        status, _, body = self.get(path, headers=headers)
        assert status == 200, body
        return Page(body.decode("utf-8"), openmetrics)

    def is_running(self):
        return self.child.poll() is None


def run(*flags, env=None, timeout=60):
    """The program run to its end: (exit code, stdout, stderr)."""
    result = subprocess.run([str(PROGRAM), *flags], capture_output=True, timeout=timeout,
                            env={**os.environ, **(env or {})}, check=False)
    errors = result.stderr.decode("utf-8", "replace")
    assert_sound(errors)
    return result.returncode, result.stdout.decode("utf-8"), errors


def promtool_check(page_text):
    """What promtool has to say of a page; "" is what we want."""
    result = subprocess.run(["promtool", "check", "metrics"], input=page_text, text=True,
                            capture_output=True, check=False)
    return result.stdout + result.stderr
