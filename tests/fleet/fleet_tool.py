"""A fleet in a folder, and the tool: as a person runs it where the environment matters, else in this process."""

import contextlib
import io
import json
import subprocess
from pathlib import Path

from victron_fleet.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "deploy" / "fleet" / "victron-fleet"

CSV = """\
site,url,region,customer,labels,username,password_file,ca_file,skip_hostname_check,expected,parameters,timezone,level
house,http://192.168.1.20:8088,alps,,,,,,,battery=1;vebus=1,soc_low_ratio=0.3,Europe/Berlin,
boat,mqtts://192.168.1.30,harbour,acme,team=north,exporter,boat-password,gx.pem,yes,,,,full
mill,vrm://c0619ab12345,alps,acme,,me@example.org,vrm-token,,,,,,
"""
SETTINGS = {"stations": "stations.csv", "defaults": {"level": "standard"}, "systemd": {"folder": "etc"}, "compose": {},
            "kubernetes": {}, "prometheus": {"folder": "targets"}}


class FleetFolder:
    """fleet.json, stations.csv and what they name, in a folder of the test."""

    def __init__(self, folder, table=CSV, **settings):
        self.folder = folder
        (folder / "files").mkdir()
        (folder / "files" / "gx.pem").write_text("-----BEGIN CERTIFICATE-----\n")
        self.stations(table)
        self.settings(**settings)

    def stations(self, text, name="stations.csv"):
        (self.folder / name).write_text(text, encoding="utf-8")

    def settings(self, **settings):
        document = {key: value for key, value in {**SETTINGS, **settings}.items() if value is not None}
        (self.folder / "fleet.json").write_text(json.dumps(document))

    def run(self, *flags, env=None):
        """(exit code, stdout, stderr)"""
        if env is None:
            with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.redirect_stderr(io.StringIO()) as error:
                try:
                    code = main([*flags, str(self.folder / "fleet.json")])
                except SystemExit as ended:
                    code = ended.code
            return code, said.getvalue(), error.getvalue()
        done = subprocess.run([TOOL, *flags, self.folder / "fleet.json"], capture_output=True, text=True, timeout=60, check=False, env=env)
        return done.returncode, done.stdout, done.stderr

    def made(self, *flags, env=None):
        """Runs it, which must go well; returns what it printed."""
        code, said, error = self.run(*flags, env=env)
        assert code == 0, error
        return said

    def mistakes(self, *flags):
        """The lines of a refusal, without the folder."""
        code, said, error = self.run(*flags)
        assert (code, said) == (2, ""), said + error
        *lines, last = error.replace(f"{self.folder}/", "").splitlines()
        assert last == f"victron-fleet: nothing was written; mistakes: {len(lines)}"
        return lines

    def read(self, name):
        return (self.folder / name).read_text(encoding="utf-8")

    def environment(self, site, folder="etc", name=None):
        lines = self.read(f"{folder}/{name or site + '.env'}").splitlines()
        return dict(line.removeprefix("VICTRON_EXPORTER_").split("=", 1) for line in lines if not line.startswith("#"))

    def targets(self, name="shard-0.json"):
        return json.loads(self.read(f"targets/{name}"))

    def tree(self):
        """{name: (what it holds, when it was written)} of everything."""
        return {str(path.relative_to(self.folder)): (path.read_bytes() if path.is_file() else None, path.lstat().st_mtime_ns)
                for path in sorted(self.folder.rglob("*")) if not path.is_dir()}
