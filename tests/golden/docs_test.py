"""Documents made from tables are what the tables say now; UPDATE=1 rewrites them."""

import os
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


def test_links_in_the_documents_lead_somewhere():
    import re
    missing = []
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text()):
            if not target.startswith("http") and not (document.parent / target).exists():
                missing.append(f"{document.name}: {target}")
    assert not missing
