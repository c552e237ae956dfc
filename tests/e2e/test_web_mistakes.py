"""A wrong web configuration: one line that says what to do, exit 2, and nothing is served."""

import shutil
import subprocess

import pytest
from harness import run
from web_clients import TLS, Certificate, bcrypt, openssl, write_config

START = ["--station.url=http://127.0.0.1:1", "--site=x", "--web.listen-address=127.0.0.1:0"]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("web")
    server = Certificate(folder, "server")
    other = Certificate(folder, "other")
    Certificate(folder, "expired", days=-1)
    (folder / "none.crt").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    (folder / "empty.pem").write_text("")
    (folder / "locked.key").write_text(openssl("ec", "-in", str(server.key), "-aes128", "-passout", "pass:x"))
    assert other.serial() != server.serial()
    return folder


@pytest.mark.parametrize("yaml,words", [
    ("tls_server_config:\n  cert_file: server.crt\n", ["line 1", "tls_server_config", "key_file"]),
    ("tls_server_config:\n  key_file: server.key\n", ["line 1", "tls_server_config", "cert_file"]),
    ("tls_server_config:\n  cert_file: nowhere.crt\n  key_file: server.key\n",
     ["line 2", "cert_file", "/nowhere.crt", "No such file"]),
    ("tls_server_config:\n  cert_file: server.crt\n  key_file: nowhere.key\n",
     ["line 3", "key_file", "/nowhere.key", "No such file"]),
    ("tls_server_config:\n  cert_file: .\n  key_file: server.key\n", ["line 2", "cert_file", "directory"]),
    ("tls_server_config:\n  cert_file: none.crt\n  key_file: server.key\n", ["line 2", "cert_file none.crt", "PEM"]),
    ("tls_server_config:\n  cert_file: empty.pem\n  key_file: server.key\n", ["line 2", "cert_file empty.pem", "PEM"]),
    ("tls_server_config:\n  cert_file: server.crt\n  key_file: empty.pem\n", ["line 3", "key_file empty.pem", "PEM"]),
    ("tls_server_config:\n  cert_file: server.crt\n  key_file: server.crt\n", ["line 3", "key_file server.crt", "PEM"]),
    ("tls_server_config:\n  cert_file: server.crt\n  key_file: other.key\n",
     ["line 3", "key_file other.key", "not the key of the certificate"]),
    ("tls_server_config:\n  cert_file: server.crt\n  key_file: locked.key\n",
     ["line 3", "key_file locked.key", "password"]),
    ("tls_server_config:\n  cert_file: expired.crt\n  key_file: expired.key\n",
     ["line 2", "cert_file expired.crt", "expired at 20"]),
    ("tls_server_config:\n  cert: text\n  key: text\n", ["line 2", "cert", "PEM"]),
    (TLS + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: nowhere.crt\n",
     ["line 5", "client_ca_file", "/nowhere.crt", "No such file"]),
    (TLS + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: server.key\n",
     ["line 5", "client_ca_file server.key", "certificate"]),
    (TLS + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca: text\n", ["line 5", "client_ca", "certificate"]),
    (TLS + "  max_version: TLS12\n  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]\n",
     ["line 5", "cipher_suites", "ECDSA"]),
    (TLS + "  cert_filse: x\n", ["line 4", "cert_filse", "cert_file"]),
    ("basic_auth_users:\n  alice: secret\n", ["line 2", "alice", "bcrypt", "htpasswd"]),
    ("tls_server_config:\n cert_file: a\n  key_file: b\n", ["line 3"]),
])
def test_it_is_told_in_one_line_and_nothing_is_served(files, yaml, words):
    """File, line, key and what is allowed; never a secret."""
    config = write_config(files / "bad.yml", yaml)
    code, out, err = run(*START, f"--web.config.file={config}")
    assert code == 2 and out == ""
    assert len(err.splitlines()) == 1, err
    for word in [str(config), *words]:
        assert word in err
    assert "PRIVATE KEY" not in err and "secret" not in err


def test_all_mistakes_are_told_at_once_with_those_of_other_files(files):
    config = write_config(files / "bad.yml", "rate_limit: {interval: 5, burst: x}\nzzz: 1\n")
    code, _, err = run(*START, f"--web.config.file={config}", "--site.file=/does/not/exist")
    assert code == 2
    assert [next(w for w in ("interval", "burst", "zzz", "--site.file") if w in line) for line in err.splitlines()] == \
        ["--site.file", "interval", "burst", "zzz"]


@pytest.mark.parametrize("path,words", [("/does/not/exist", ["No such file"]), ("/tmp", ["directory"])])
def test_a_file_that_cannot_be_read(path, words):
    code, _, err = run(*START, f"--web.config.file={path}")
    assert code == 2 and len(err.splitlines()) == 1
    for word in ["--web.config.file", path, *words]:
        assert word in err


def test_the_map_check_checks_it_too(files):
    """Before anything is restarted: mistakes and warnings on stderr, exit 2 or 0."""
    config = write_config(files / "bad.yml", "zzz: 1\n")
    code, _, err = run("--map.check", f"--web.config.file={config}")
    assert code == 2 and "line 1: zzz" in err
    write_config(config, f"basic_auth_users:\n  a: {bcrypt('b')}\n")
    code, out, err = run("--map.check", f"--web.config.file={config}")
    assert code == 0 and out and "unencrypted" in err


def test_the_health_check_tells_a_mistake_too(files):
    config = write_config(files / "bad.yml", "zzz: 1\n")
    code, _, err = run("--health-check", f"--web.config.file={config}", "--web.listen-address=127.0.0.1:1")
    assert code == 1 and "zzz" in err


def test_open_secrets_are_a_warning(files):
    """Everybody may read the key, or the hashes; the exporter serves all the same."""
    from web_clients import WebExporter

    config = write_config(files / "open.yml", TLS + f"basic_auth_users:\n  a: {bcrypt('b')}\n")
    server = WebExporter("http://127.0.0.1:1", config)
    assert not server.find("chmod o-r")
    server.stop()
    config.chmod(0o644)
    (files / "server.key").chmod(0o644)
    try:
        server = WebExporter("http://127.0.0.1:1", config)
        server.wait_for(r"level=warn .*key_file server.key.*chmod o-r")
        server.wait_for(r"level=warn .*open\.yml: everybody on this host may read its secrets: chmod o-r")
        server.stop()
    finally:
        (files / "server.key").chmod(0o600)


CIPHERS = [f"TLS_ECDHE_{key}_WITH_{cipher}" for key in ("RSA", "ECDSA") for cipher in (
    "AES_128_GCM_SHA256", "AES_256_GCM_SHA384", "CHACHA20_POLY1305_SHA256", "AES_128_CBC_SHA", "AES_256_CBC_SHA")] + [
    f"TLS_RSA_WITH_{cipher}" for cipher in ("AES_128_GCM_SHA256", "AES_256_GCM_SHA384", "AES_128_CBC_SHA",
                                            "AES_256_CBC_SHA")] + [
    "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not here")
@pytest.mark.parametrize("yaml,is_good", [
    ("", True),
    ("tls_server_config:\n", True),
    (TLS, True),
    (TLS + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: server.crt\n", True),
    (TLS + "  client_auth_type: RequireClientCert\n", True),
    (TLS + "  client_auth_type: VerifyClientCertIfGiven\n", True),
    (TLS + f"  cipher_suites: [{', '.join(CIPHERS)}]\n", True),
    (TLS + "  curve_preferences: [CurveP256, CurveP384, CurveP521, X25519]\n", True),
    (TLS + "  prefer_server_cipher_suites: no\n  min_version: TLS10\n  max_version: TLS13\n", True),
    (TLS + "  min_version: TLS12\nhttp_server_config: {http2: false}\n", True),
    ("http_server_config:\n  headers: {X-Frame-Options: deny, X-XSS-Protection: 1, Content-Security-Policy: x}\n", True),
    (f"basic_auth_users: {{a: {bcrypt('b')}, 12: {bcrypt('c')}}}\n", True),
    ("basic_auth_users: {}\n", True),
    ("junk\n", False),
    ("zzz: 1\n", False),
    ("tls_server_config: []\n", False),
    (TLS + TLS, False),
    ("tls_server_config: {cert_file: server.crt}\n", False),
    ("tls_server_config: {key_file: server.key}\n", False),
    ("tls_server_config: {cert_file: server.crt, key_file: other.key}\n", False),
    ("tls_server_config: {cert_file: server.crt, key_file: nowhere}\n", False),
    (TLS + "  client_ca_file: server.crt\n", False),
    (TLS + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: nowhere\n", False),
    (TLS + "  client_auth_type: Perhaps\n", False),
    (TLS + "  cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]\n", False),
    (TLS + "  curve_preferences: [CurveP224]\n", False),
    (TLS + "  min_version: SSL30\n", False),
    (TLS + "  prefer_server_cipher_suites: perhaps\n", False),
    ("http_server_config:\n  headers: {Server: x}\n", False),
    ("http_server_config:\n  headers: {X-Frame-Options: allow}\n", False),
    ("basic_auth_users: {a: b}\n", False),
    ("basic_auth_users: [a]\n", False),
])
def test_prometheus_takes_and_refuses_the_same(files, yaml, is_good):
    """Its own checker of such files is the judge; ours is stricter only where the documentation says so."""
    config = write_config(files / "judged.yml", yaml)
    judged = subprocess.run(["promtool", "check", "web-config", str(config)], capture_output=True, text=True, check=False)
    assert (judged.returncode == 0) == is_good, judged.stderr
    code, _, err = run("--map.check", f"--web.config.file={config}")
    assert code == (0 if is_good else 2), err
