"""The landing page in a real browser: wide and narrow, light and dark, with hostile names."""

import http.server
import threading

import pytest
from chromium import Chromium
from landing import HOSTILE

ESS = "cerbo-gx-v3.70-ess"
THREE_PHASES = "three-phase-site"
BATTERY = "com.victronenergy.battery.socketcan_can0"
VEBUS = "com.victronenergy.vebus.ttyS4"

# Every kind of text that the page has, folded parts included: [[contrast, what it must have, text], …].
CONTRASTS = """(() => {
    const parse = text => text.match(/[\\d.]+/g).map(Number);
    const channel = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
    const back = element => {
        for (; element; element = element.parentElement) {
            const colour = parse(getComputedStyle(element).backgroundColor);
            if (colour.length < 4 || colour[3] > 0) return colour;
        }
        return [255, 255, 255];
    };
    document.querySelectorAll('details').forEach(details => details.open = true);
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const text = walker.currentNode.textContent.trim(), element = walker.currentNode.parentElement;
        if (!text || !element.getClientRects().length) continue;
        const style = getComputedStyle(element), size = parseFloat(style.fontSize);
        const [light, dark] = [luminance(parse(style.color)), luminance(back(element))].sort((a, b) => b - a);
        const isLarge = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
        found.push([(light + 0.05) / (dark + 0.05), isLarge ? 3 : 4.5, text.slice(0, 40)]);
    }
    return found;
})()"""

# Elements that reach beyond the window, and texts that are cut where they stand.
OUTSIDE = """[...document.querySelectorAll('body *')].filter(element => {
    const box = element.getBoundingClientRect();
    return box.right > innerWidth + 0.5 || box.left < -0.5 || element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0
        && getComputedStyle(element).display != 'inline';
}).map(element => element.tagName + ' ' + element.className + ' ' + element.textContent.slice(0, 40))"""


@pytest.fixture(scope="module")
def browser():
    with Chromium() as started:
        yield started


@pytest.fixture
def troubled(simulator, exporter):
    """A station with every kind of text on its page: alarms, errors, failures, hostile names."""
    station = simulator(ESS)
    station.faults(
        answers={"com.victronenergy.switch.virtual_ai": {"status": 500}, "com.victronenergy.hub4": {"truncate": 30}},
        values={BATTERY: {"/Alarms/LowVoltage": 2, "/CustomName": HOSTILE, "/Connected": 0, "/Strange": 1},
                VEBUS: {"/VebusError": 3, "/CustomName": "W" * 300}, "com.victronenergy.platform": {"/Device/Model": HOSTILE}})
    return exporter(station.url, site=HOSTILE)


def assert_clean(tab, url):
    """Nothing but the page was asked for, the console is empty."""
    assert tab.requests() == [url + "/"]
    assert tab.complaints() == []


@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_readable_in_every_size_and_scheme(browser, troubled, scheme, width):
    """No sideways scrolling, nothing cut off, all text has the contrast of WCAG AA."""
    with browser.tab(troubled.url + "/", width=width, height=844, scheme=scheme) as tab:
        contrasts = tab.evaluate(CONTRASTS)
        assert len(contrasts) > 100
        assert [row for row in contrasts if row[0] < row[1]] == []
        assert tab.evaluate("[innerWidth, document.documentElement.scrollWidth]") == [width, width]
        assert tab.evaluate(OUTSIDE) == []
        is_dark = tab.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).every(c => c < 40)")
        assert is_dark == (scheme == "dark")
        assert_clean(tab, troubled.url)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_verdicts_stand_on_the_first_screen(browser, simulator, exporter, width):
    """Both verdicts, and the alarms, without scrolling; fingers find the links."""
    server = exporter(simulator(THREE_PHASES).url)
    with browser.tab(server.url + "/", width=width, height=664) as tab:
        assert tab.evaluate("document.querySelector('.verdicts').getBoundingClientRect().bottom") < 330
        assert tab.evaluate("document.querySelector('ul').getBoundingClientRect().bottom") < 664
        assert min(tab.evaluate("[...document.querySelectorAll('nav a, summary')].map(e => e.getBoundingClientRect().height)")) >= 24
        assert_clean(tab, server.url)


def test_hostile_names_stay_text_and_move_nothing(browser, troubled):
    """No element comes out of a name, nothing of it runs, and text beside it keeps its direction."""
    with browser.tab(troubled.url + "/") as tab:
        assert tab.evaluate("window.hacked === undefined && document.querySelectorAll('script, img, iframe, object').length") == 0
        assert tab.evaluate("document.querySelector('h1').textContent") == HOSTILE
        # "http" begins left of the address that follows it, though a name before it turns the direction round.
        assert tab.evaluate("""(() => {
            const line = document.querySelector('h1 + p'), texts = [...line.childNodes].filter(n => n.textContent.includes('http://'));
            const range = document.createRange(), node = texts.at(-1), at = node.textContent.indexOf('http://');
            const left = i => { range.setStart(node, at + i); range.setEnd(node, at + i + 1); return range.getBoundingClientRect().left; };
            return left(0) < left(4);
        })()""")


def test_a_dead_station_says_so_on_a_phone(browser, simulator, exporter):
    station = simulator(ESS)
    station.faults(server="refuse")
    server = exporter(station.url)
    with browser.tab(server.url + "/", width=390, height=844, scheme="dark") as tab:
        assert "Why there are no values" in tab.evaluate("document.body.innerText")
        assert tab.evaluate("document.querySelector('.why').getBoundingClientRect().bottom") < 844
        assert [row for row in tab.evaluate(CONTRASTS) if row[0] < row[1]] == []
        assert_clean(tab, server.url)


def test_text_pages_are_text(browser, troubled):
    """What a station calls itself is no markup on /debug/scrape either."""
    with browser.tab(troubled.url + "/debug/scrape") as tab:
        assert tab.evaluate("document.contentType") == "text/plain"
        assert tab.evaluate("document.querySelectorAll('script, img, b').length") == 0


BAD_PAGE = b"""<!DOCTYPE html><html><head><title>bad</title><style>p { color: #999; }</style></head>
<body><p style="width: 2000px">grey on white, and wide</p><img src="/picture.png" alt=""><script>console.log("said"); missing();</script></body></html>"""


class BadServer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        if self.path == "/strict":
            self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        self.end_headers()
        self.wfile.write(BAD_PAGE)

    def log_message(self, *_):
        pass


def test_these_tests_see_what_is_wrong(browser):
    """A page with every mistake is found out: a picture asked for, grey text, overflow, a script error, a refused script."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), BadServer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = "http://127.0.0.1:%d" % server.server_port
    try:
        with browser.tab(url + "/", width=390) as tab:
            assert url + "/picture.png" in tab.requests()
            assert any("missing is not defined" in said for said in tab.complaints())
            assert [row for row in tab.evaluate(CONTRASTS) if row[0] < row[1]]
            assert any(row.startswith("P") for row in tab.evaluate(OUTSIDE))
        with browser.tab(url + "/strict") as tab:
            assert any("Content Security Policy" in said or "ContentSecurityPolicy" in said for said in tab.complaints())
    finally:
        server.shutdown()
        server.server_close()
