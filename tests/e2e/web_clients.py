"""Certificates, web configurations, and clients that are not ours: openssl, curl, htpasswd."""

import subprocess
from functools import lru_cache

from harness import Exporter, Simulator, wait_until  # noqa: F401

PATIENCE = 20


def openssl(*arguments, text=None):
    """What it prints; a failure is one of the test."""
    result = subprocess.run(["openssl", *arguments], input=text, capture_output=True, text=True, check=False,
                            timeout=PATIENCE)
    assert result.returncode == 0, result.stderr
    return result.stdout


@lru_cache(maxsize=None)
def bcrypt(password, cost=4):
    """As htpasswd makes it; a low cost keeps tests short."""
    line = subprocess.run(["htpasswd", "-nbBC", str(cost), "u", password], check=True, capture_output=True,
                          text=True).stdout
    return line.strip().removeprefix("u:")


class Certificate:
    """A certificate and its key in a folder; `sign` makes others."""

    def __init__(self, folder, name, issuer=None, sans=("IP:127.0.0.1", "DNS:localhost"), days=30, key="ec",
                 is_ca=False, usage=None):
        self.folder, self.name = folder, name
        self.crt, self.key = folder / f"{name}.crt", folder / f"{name}.key"
        kind = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"] if key == "ec" else [key]
        request = openssl("req", "-new", "-newkey", *kind, "-nodes", "-keyout", str(self.key), "-subj", f"/CN={name}")
        self.key.chmod(0o600)
        extensions = folder / f"{name}.ext"
        extensions.write_text(f"basicConstraints=critical,CA:{'TRUE' if is_ca else 'FALSE'}\n"
                              + (f"subjectAltName={','.join(sans)}\n" if sans else "")
                              + (f"extendedKeyUsage={usage}\n" if usage else ""))
        signer = ["-CA", str(issuer.crt), "-CAkey", str(issuer.key), "-CAcreateserial"] if issuer else \
            ["-signkey", str(self.key)]
        openssl("x509", "-req", "-days", str(days), "-extfile", str(extensions), "-out", str(self.crt), *signer,
                text=request)

    def sign(self, name, **options):
        return Certificate(self.folder, name, issuer=self, **options)

    def serial(self):
        return openssl("x509", "-in", str(self.crt), "-noout", "-serial").strip()


def write_config(path, text):
    path.write_text(text)
    path.chmod(0o600)
    return path


TLS = "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n"


def users(**passwords):
    return "basic_auth_users:\n" + "".join(f"  {name}: {bcrypt(word)}\n" for name, word in passwords.items())


class Answer:
    def __init__(self, status, headers, body, failure):
        self.status, self.headers, self.body, self.failure = status, headers, body, failure


def curl(url, *flags):
    """What curl got; status 0 and the reason where it got no answer."""
    result = subprocess.run(["curl", "-sS", "-i", "--noproxy", "*", "-m", str(PATIENCE), *map(str, flags), url],
                            capture_output=True, check=False)
    head, _, body = result.stdout.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    status = int(lines[0].split()[1]) if lines[0].startswith("HTTP/") else 0
    return Answer(status, headers, body, result.stderr.decode())


def s_client(address, *flags):
    """What openssl says of a handshake; the session's cipher is (NONE) where there was none."""
    result = subprocess.run(["openssl", "s_client", "-connect", address, *map(str, flags)], capture_output=True,
                            text=True, stdin=subprocess.DEVNULL, check=False, timeout=PATIENCE)
    return result.stdout + result.stderr


class WebExporter(Exporter):
    """The program with a web configuration; `address` is its first listener."""

    def __init__(self, station_url, config, *flags, env=None):
        super().__init__(station_url, f"--web.config.file={config}", "--scrape.min-interval=0s", *flags, env=env,
                         wait=False)
        self.address = self.url.removeprefix("http://")
        self.https = "https://" + self.address
