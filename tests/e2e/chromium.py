"""A headless Chromium spoken to over the DevTools protocol, on two pipes and without any library.

--window-size lies about phones (below 500 pixels the page is laid out at 500); the protocol's device metrics do not.
"""

import base64
import fcntl
import itertools
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

PATIENCE = 30.0  # seconds for the answer to a command
MESSAGE_BYTES_MAX = 64 << 20
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe"]


def program():
    return next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)


class Chromium:
    """A browser with an empty profile; `with Chromium() as browser: browser.tab(...)`."""

    def __enter__(self):
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        reads, self._out = os.pipe()
        self._in, writes = os.pipe()
        # Chromium reads descriptor 3 and writes 4. bash puts the pipes there, from numbers that are neither.
        theirs = [fcntl.fcntl(pipe, fcntl.F_DUPFD, 10) for pipe in (reads, writes)]
        self._child = subprocess.Popen(
            ["bash", "-c", f'exec 3<&{theirs[0]} 4>&{theirs[1]} {theirs[0]}<&- {theirs[1]}>&-; exec "$@"', "bash", program(),
             *FLAGS, f"--user-data-dir={self._profile.name}", "about:blank"],
            pass_fds=theirs, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for pipe in (reads, writes, *theirs):
            os.close(pipe)
        self._numbers, self._buffer, self._events = itertools.count(1), b"", []
        return self

    def __exit__(self, *_exception):
        try:
            self.call("Browser.close")
            self._child.wait(10)
        except (OSError, AssertionError, subprocess.TimeoutExpired):
            self._child.kill()
        self._child.wait()
        os.close(self._in)
        os.close(self._out)
        self._profile.cleanup()

    def _read(self, deadline):
        """The next message of the browser."""
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._in], [], [], max(0, deadline - time.monotonic()))
            assert ready, f"Chromium says nothing for {PATIENCE} s"
            read = os.read(self._in, 1 << 16)
            assert read and len(self._buffer) < MESSAGE_BYTES_MAX, "Chromium ended, or speaks without end"
            self._buffer += read
        message, self._buffer = self._buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, session=None, **parameters):
        """The result of a command; events that come meanwhile are kept."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters, **({"sessionId": session} if session else {})}
        os.write(self._out, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = self._read(deadline)
            if answer.get("id") == number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]
            self._events.append(answer)

    def events(self, session, method):
        """What came of that kind so far: [parameters]."""
        return [e["params"] for e in self._events if e.get("sessionId") == session and e.get("method") == method]

    def wait_for(self, session, method):
        """Returns once an event of that kind has come."""
        deadline = time.monotonic() + PATIENCE
        while not self.events(session, method):
            self._events.append(self._read(deadline))

    def tab(self, url, width=1280, height=900, scheme="light"):
        """That page, wholly loaded, in a tab of that size and colour scheme; under 500 wide it is a phone's."""
        return Tab(self, url, width, height, scheme)


class Tab:
    def __init__(self, browser, url, width, height, scheme):
        self._browser = browser
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._target = target
        for domain in ("Page", "Network", "Runtime", "Log", "Audits"):
            self._call(f"{domain}.enable")
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1 if width >= 500 else 2, mobile=width < 500)
        self._call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self._call("Page.navigate", url=url)
        browser.wait_for(self._session, "Page.loadEventFired")

    def _call(self, method, **parameters):
        return self._browser.call(method, self._session, **parameters)

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self._browser.call("Target.closeTarget", targetId=self._target)

    def evaluate(self, expression):
        """What a JavaScript expression gives in the page, as the browser's console would."""
        result = self._call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def requests(self):
        """Every address that the page had fetched, itself included."""
        return [event["request"]["url"] for event in self._browser.events(self._session, "Network.requestWillBeSent")]

    def complaints(self):
        """What the browser's console and its list of issues say: script errors, refused styles, quirks mode, …"""
        said = [event["entry"]["text"] for event in self._browser.events(self._session, "Log.entryAdded")]
        said += [str(event) for event in self._browser.events(self._session, "Runtime.consoleAPICalled")]
        said += [str(event) for event in self._browser.events(self._session, "Runtime.exceptionThrown")]
        return said + [event["issue"]["code"] for event in self._browser.events(self._session, "Audits.issueAdded")]

    def picture(self, path, whole=True):
        """Writes what is to be seen as a PNG: the whole page, or what fits into the window."""
        data = self._call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
