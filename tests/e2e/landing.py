"""The landing page as an HTML parser that forgives nothing reads it."""

import base64
import hashlib
import html.parser

VOID = {"meta", "link"}
WITHIN_A_LINE = {"a", "b", "bdi", "i"}
HOSTILE = "<b>\"x\"</b>&'<script>window.hacked=1</script><img src=x onerror=window.hacked=1>\u202e"


class Document(html.parser.HTMLParser):
    """Elements in order, with their text; an element that is not closed where it was opened is an error."""

    def __init__(self, body):
        super().__init__(convert_charrefs=True)
        self.elements, self.open, self.text = [], [], []
        self.source = body.decode("utf-8")
        self.feed(self.source)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.part(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> at {self.getpos()} inside {self.open}"
        self.open.pop()
        self.part(tag)

    def part(self, tag):
        if tag not in WITHIN_A_LINE:
            self.text.append(" ")

    def handle_data(self, data):
        if "style" not in self.open:
            self.text.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    def words(self):
        """All that a person reads, blanks made equal."""
        return " ".join("".join(self.text).replace("\N{NO-BREAK SPACE}", " ").split())

    def style_hash(self):
        style = self.source.partition("<style>")[2].partition("</style>")[0]
        return "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def landing_of(server):
    status, headers, body = server.get("/")
    assert status == 200 and headers["Content-Type"] == "text/html; charset=utf-8"
    return Document(body), headers
