"""What others notice of the exporter while somebody is its enemy."""

from pathlib import Path

from harness import SLOWNESS, Process, wait_until

QUICK = 0.1 * SLOWNESS  # seconds for /-/healthy, whoever else is there
ASKER = Path(__file__).with_name("ask_health.py")


class HealthWatch:
    """Asks /-/healthy all along, from a process of its own; assert_quick() at the end.

    It is at work when the block begins; asked() tells how often it asked by now. With is_tls over TLS, whoever answers.
    """

    def __init__(self, server, is_tls=False):
        self._command = ["/usr/bin/python3", str(ASKER), *server.url.removeprefix("http://").rsplit(":", 1), "/-/healthy",
                         *(["tls"] if is_tls else [])]

    def __enter__(self):
        self._process = Process(self._command)
        wait_until(self.asked, what="the watch at work")
        return self

    def asked(self):
        return len(self._process.lines)

    def __exit__(self, *_exception):
        assert self._process.stop() == 0, self._process.lines
        self.took = [float(line) for line in self._process.lines]

    def assert_quick(self, at_least=10):
        """Nine of ten within 100 ms, none after a second or two: two cores have other work, too."""
        late = [seconds for seconds in self.took if seconds > QUICK]
        assert len(self.took) >= at_least
        assert len(late) <= max(1, len(self.took) // 10), sorted(late)[-10:]
        assert max(self.took) < 2, sorted(late)[-10:]
