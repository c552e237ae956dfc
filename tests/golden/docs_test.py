"""Documents made from tables are what the tables say now; UPDATE=1 rewrites them."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name, file", [("flags", "flags.md"), ("site-file", "site-file.md"), ("man", "victron_exporter.1")])
def test_the_document_is_current(name, file):
    result = subprocess.run([ROOT / "build" / "tests" / "golden" / "print_docs", name], check=True,
                            capture_output=True, text=True)
    path = ROOT / "docs" / file
    if os.environ.get("UPDATE"):
        path.write_text(result.stdout)
    assert path.read_text() == result.stdout


DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "exporter" / "ARCHITECTURE.md", *sorted((ROOT / "docs").glob("*.md")),
             *sorted((ROOT / "deploy").rglob("*.md")), *sorted((ROOT / "alert-rules").rglob("*.md")), *sorted((ROOT / "grafana-dashboards").rglob("*.md"))]


def anchors(path):
    """As they are made of headings on the project's page."""
    text = re.sub(r"^ *```.*?^ *```", "", path.read_text(), flags=re.M | re.S)
    headings = {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in re.findall(r"^#+ (.+)$", text, re.M)}
    return headings | set(re.findall(r'<a (?:id|name)="([^"]+)">', text))


def dead_links(document, links):
    """Those of [(file, anchor)] that lead nowhere, relative to the document."""
    for target, anchor in links:
        path = (document.parent / target).resolve() if target else document
        if not path.exists():
            yield f"{document.name}: {target}"
        elif anchor and anchor not in anchors(path):
            yield f"{document.name}: {target}#{anchor}"


def test_links_in_the_documents_lead_somewhere():
    missing = []
    for document in DOCUMENTS:
        links = re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)", document.read_text())
        missing += dead_links(document, links)
    assert not missing


def test_links_into_the_documents_lead_somewhere():
    """Pages of the exporter and alerts name documents and headings by their address."""
    address = "https://github.com/victron-exporter/victron_exporter/blob/main/docs/"
    sources = [*(ROOT / "exporter").rglob("*.[ch]"), *(ROOT / "alert-rules").rglob("*.yml")]
    reasons = re.findall(r'= "(\w+)",', (ROOT / "exporter" / "base" / "err.c").read_text())
    missing = []
    for source in sources:
        text = source.read_text().replace('DOCS_URL "', address)
        for page, anchor in re.findall(re.escape(address) + r"([\w.-]+\.md)(?:#([\w%-]+))?", text):
            wanted = [reason for reason in reasons if reason != "none"] if anchor == "%s" else [anchor]
            missing += dead_links(source, [(str(ROOT / "docs" / page), word) for word in wanted])
    assert not missing


def test_every_document_is_in_the_index():
    index = (ROOT / "docs" / "README.md").read_text()
    assert [p.name for p in (ROOT / "docs").glob("*.md") if p.name != "README.md" and f"]({p.name})" not in index] == []
