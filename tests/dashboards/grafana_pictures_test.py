"""What tests/long/grafana_pictures.py says of a Grafana, tried on a server that answers like one."""

import importlib.util
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from boards import BOARDS  # noqa: E402

_spec = importlib.util.spec_from_file_location("grafana_pictures", Path(__file__).resolve().parents[1] / "long" / "grafana_pictures.py")
pictures = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(pictures)

UID = "victron-fleet"
# A panel whose data come after half a second, and one with a sign of an error.
PAGE = """<!doctype html><title>Grafana</title><meta name="viewport" content="width=device-width"><body>
<section><h2 data-testid="data-testid Panel header Map">Map</h2><div aria-label="Panel loading bar"></div></section>
<section><h2 data-testid="data-testid Panel header Stations">Stations</h2>%s</section>
<script>setTimeout(() => document.querySelector('[aria-label]').remove(), 500)</script>"""
SIGN = '<button data-testid="data-testid Panel status error"></button>'


class Grafana:
    """As much of one as is asked."""

    def __init__(self, page=PAGE % "", boards=BOARDS, health='{"database": "ok", "version": "13.0.1"}'):
        self.asked = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                server.asked.append(self.path)
                uid = self.path.split("?")[0].rsplit("/", 1)[-1]
                if self.path == "/api/health":
                    self._say(200, health)
                elif self.path.startswith("/api/dashboards/uid/"):
                    self._say(200, json.dumps({"meta": {}, "dashboard": boards[uid]})) if uid in boards else self._say(404, "{}")
                else:
                    self._say(200, page, "text/html; charset=utf-8")

            def _say(self, status, text, kind="application/json"):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(autouse=True)
def _hurry(monkeypatch):
    monkeypatch.setattr(pictures, "QUIET", 0.2)


needs_chromium = pytest.mark.skipif(not pictures.program(), reason="Chromium is not installed")


@needs_chromium
def test_a_well_grafana_has_four_pictures_a_board(tmp_path):
    with Grafana() as grafana:
        assert pictures.main([grafana.url, str(tmp_path), f"--board={UID}", "--site=ess"]) == []
    found = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(found) == {f"{UID}-{theme}-{name}.png" for theme in pictures.THEMES for name in pictures.WIDTHS}
    wide = int.from_bytes(found[f"{UID}-dark-wide.png"][16:20], "big")
    assert wide == 1920 and f"/d/{UID}?theme=dark&kiosk=1&var-site=ess" in grafana.asked


@needs_chromium
def test_a_panel_with_an_error_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "THEMES", ("light",))
    with Grafana(page=PAGE % SIGN) as grafana:
        assert pictures.main([grafana.url, str(tmp_path), f"--board={UID}"]) == [f"{UID}: Stations shows an error"]


@needs_chromium
def test_a_login_page_is_understood(tmp_path):
    with Grafana(page='<form><input name="user"></form>') as grafana:
        (said,) = pictures.main([grafana.url, str(tmp_path), f"--board={UID}"])
    assert "auth.anonymous" in said


@pytest.mark.parametrize("change, said", [
    (lambda boards: boards.pop(UID), "status 404"), (lambda boards: boards[UID].update(title="Mine"), "'Mine'"),
    (lambda boards: boards[UID]["panels"].pop(1), "without the panel 'Stations online'")])
def test_a_board_that_is_not_ours_is_told(change, said):
    boards = json.loads(json.dumps(BOARDS))
    change(boards)
    with Grafana(boards=boards) as grafana:
        (found,) = pictures.difference(grafana.url, UID)
    assert said in found


@pytest.mark.parametrize("health, said", [('{"database": "failing"}', "not well"), ("<html>", "no Grafana answers")])
def test_what_is_no_well_grafana_is_told(health, said):
    with Grafana(health=health) as grafana, pytest.raises(pictures.Unfit, match=said):
        pictures.version(grafana.url)
