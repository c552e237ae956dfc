"""--web.config.file: what it protects is protected, and who may come in comes in.

The clients are curl and openssl; the toolkit's own examples work unchanged.
"""

import re
import socket
import subprocess
import threading
import time

import pytest
from harness import Page, run, wait_until
from test_service_manager import Activated
from web_clients import TLS, Certificate, WebExporter, bcrypt, curl, s_client, users, write_config

HOUSE = "venus-v3.14-offgrid-house"
NO_STATION = "http://127.0.0.1:1"
PATHS = ["/metrics", "/", "/-/healthy", "/-/ready", "/debug/scrape", "/nothing"]


@pytest.fixture(scope="module")
def server_certificate(tmp_path_factory):
    return Certificate(tmp_path_factory.mktemp("server"), "server")


@pytest.fixture
def folder(tmp_path, server_certificate):
    """A folder with server.crt and server.key."""
    for path in (server_certificate.crt, server_certificate.key):
        (tmp_path / path.name).write_bytes(path.read_bytes())
        (tmp_path / path.name).chmod(0o600)
    return tmp_path


@pytest.fixture
def start(folder):
    """start(yaml, *flags): an exporter with that web configuration; its station does not matter."""
    started = []

    def start_one(yaml, *flags, station=NO_STATION):
        config = write_config(folder / "web.yml", yaml)
        started.append(WebExporter(station, config, *flags))
        return started[-1]

    yield start_one
    for server in started:
        server.stop()


def test_the_toolkits_sample_gives_tls_and_passwords(start, folder, simulator):
    """cert_file, key_file, two users, a rate limit: nothing without the password, nothing in clear."""
    server = start("# TLS and users\n\n" + TLS + users(alice="secret", bob="12345")
                   + 'rate_limit:\n  interval: "1s" # between two requests\n  burst: 100\n',
                   station=simulator(HOUSE).url)
    ca = ["--cacert", folder / "server.crt"]
    for path in PATHS:
        for login in ([], ["-u", "alice:wrong"], ["-u", "carol:secret"], ["-u", "alice:"], ["-u", "bob:secret"]):
            answer = curl(server.https + path, *ca, *login)
            assert answer.status == 401 and answer.headers["www-authenticate"] == "Basic", (path, login)
            assert answer.body == b"Unauthorized\n"
    for login in ("alice:secret", "bob:12345"):
        answer = curl(server.https + "/metrics", *ca, "-u", login, "--compressed")
        assert answer.status == 200 and answer.headers["content-encoding"] == "gzip"
        assert Page(answer.body.decode()).value("victron_up") == 1
        assert curl(server.https + "/nothing", *ca, "-u", login).status == 404
    plain = curl("http://" + server.address + "/metrics", "-u", "alice:secret")
    assert plain.status == 0 and plain.body == b""


def test_the_password_alone_works_in_clear_and_is_warned_of(start):
    server = start(users(dave="dave123"))
    assert curl(server.url + "/metrics").status == 401
    assert curl(server.url + "/metrics", "-u", "dave:dave123").status == 200
    server.wait_for(r"level=warn .*basic_auth_users without tls_server_config.*unencrypted")


@pytest.mark.parametrize("header", ["Basic", "Basic !", "Bearer ZGF2ZTpkYXZlMTIz", "Basic ZGF2ZQ==",
                                    "Basic ZGF2ZTpkYXZlMTIz, Basic x", "Basic ZGF2ZTpkYXZlMTIzAA=="])
def test_a_strange_authorization_is_none(start, header):
    """Not base64, no colon, another scheme, a NUL behind the password."""
    server = start(users(dave="dave123"))
    assert curl(server.url + "/metrics", "-H", "Authorization: " + header).status == 401
    assert curl(server.url + "/metrics", "-H", "Authorization: basic ZGF2ZTpkYXZlMTIz").status == 200


def test_an_empty_configuration_is_plain_http(start):
    server = start("tls_server_config:\nbasic_auth_users:\n")
    assert curl(server.url + "/metrics").status == 200
    server.wait_for(r"msg=listening .* tls=off")


RSA = "TLS_ECDHE_RSA_WITH_"
ECDSA = "TLS_ECDHE_ECDSA_WITH_"


@pytest.mark.parametrize("lines,client,expected", [
    ("", [], "TLSv1.3, Cipher is TLS_AES_128_GCM_SHA256"),
    ("", ["-tls1_2"], "TLSv1.2, Cipher is ECDHE-ECDSA-AES128-GCM-SHA256"),
    ("", ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], None),
    ("  min_version: TLS13\n", ["-tls1_2"], None),
    ("  min_version: TLS10\n  max_version: TLS11\n", ["-tls1_2"], None),
    ("  min_version: TLS10\n", ["-tls1", "-cipher", "ALL:@SECLEVEL=0"], "Cipher is ECDHE-ECDSA-AES128-SHA"),
    ("  max_version: TLS12\n", [], "TLSv1.2, Cipher is"),
    ("  max_version: TLS12\n", ["-tls1_3"], None),
    (f"  cipher_suites: [{ECDSA}AES_256_GCM_SHA384, {ECDSA}AES_128_GCM_SHA256]\n",
     ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384"],
     "Cipher is ECDHE-ECDSA-AES256-GCM-SHA384"),
    (f"  cipher_suites: [{ECDSA}AES_256_GCM_SHA384, {ECDSA}AES_128_GCM_SHA256]\n"
     "  prefer_server_cipher_suites: false\n",
     ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384"],
     "Cipher is ECDHE-ECDSA-AES128-GCM-SHA256"),
    (f"  cipher_suites: [{ECDSA}AES_128_GCM_SHA256]\n", ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384"], None),
    (f"  cipher_suites: [{ECDSA}AES_128_GCM_SHA256]\n", ["-tls1_3"], "Cipher is TLS_AES_128_GCM_SHA256"),
    (f"  cipher_suites: [{RSA}AES_128_GCM_SHA256]\n", ["-tls1_2"], None),
    ("  curve_preferences: [CurveP521]\n", ["-curves", "P-521:X25519"], "Server Temp Key: ECDH, secp521r1"),
    ("  curve_preferences: [CurveP384, X25519]\n", ["-curves", "P-384:X25519"], "Server Temp Key: ECDH, secp384r1"),
    ("  curve_preferences: [CurveP521]\n", ["-curves", "P-384"], None),
])
def test_versions_ciphers_and_curves_are_those_that_were_chosen(start, lines, client, expected):
    """None: there is no handshake."""
    said = s_client(start(TLS + lines).address, *client)
    if expected:
        assert expected in said
    else:
        assert "Cipher is (NONE)" in said


@pytest.mark.parametrize("suites,client,expected", [
    (["TLS_RSA_WITH_AES_256_GCM_SHA384", RSA + "AES_128_GCM_SHA256"], "AES256-GCM-SHA384", "AES256-GCM-SHA384"),
    ([RSA + "CHACHA20_POLY1305_SHA256", RSA + "AES_128_GCM_SHA256"], "ECDHE-RSA-CHACHA20-POLY1305",
     "ECDHE-RSA-CHACHA20-POLY1305"),
    ([RSA + "AES_256_CBC_SHA", RSA + "AES_128_GCM_SHA256"], "ECDHE-RSA-AES256-SHA:ECDHE-RSA-AES128-GCM-SHA256",
     "ECDHE-RSA-AES256-SHA"),
    ([RSA + "AES_128_GCM_SHA256"], "AES128-SHA", None),
])
def test_an_rsa_key_has_its_own_ciphers(start, tmp_path, suites, client, expected):
    rsa = Certificate(tmp_path, "rsa", key="rsa:2048")
    server = start(f"tls_server_config:\n  cert_file: {rsa.crt}\n  key_file: rsa.key\n  max_version: TLS12\n"
                   f"  cipher_suites: [{', '.join(suites)}]\n")
    assert f"Cipher is {expected or '(NONE)'}" in s_client(server.address, "-cipher", client + ":@SECLEVEL=0")


@pytest.mark.parametrize("cipher,is_welcome", [("AES128-SHA", True), ("ECDHE-RSA-AES128-GCM-SHA256", True),
                                               ("ECDHE-RSA-AES128-SHA", False), ("AES128-GCM-SHA256", False)])
def test_parts_of_two_suites_make_no_third(start, tmp_path, cipher, is_welcome):
    """The key exchange of one with the cipher of the other was not chosen."""
    rsa = Certificate(tmp_path, "rsa", key="rsa:2048")
    server = start(f"tls_server_config:\n  cert_file: {rsa.crt}\n  key_file: rsa.key\n  max_version: TLS12\n"
                   f"  cipher_suites: [TLS_RSA_WITH_AES_128_CBC_SHA, {RSA}AES_128_GCM_SHA256]\n")
    answer = curl(server.https + "/-/healthy", "-k", "--ciphers", cipher + ":@SECLEVEL=0")
    assert answer.status == (200 if is_welcome else 0)


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """A CA with clients, and strangers."""
    folder = tmp_path_factory.mktemp("clients")
    ca = Certificate(folder, "ca", is_ca=True, sans=())
    return {
        "ca": ca,
        "known": ca.sign("known", sans=("DNS:prometheus.example.org", "email:ops@example.org", "IP:10.0.0.7",
                                        "IP:fd00::7", "URI:spiffe://house/prometheus"), usage="clientAuth"),
        "nameless": ca.sign("nameless", sans=()),
        "expired": ca.sign("expired", days=-1),
        "for_servers": ca.sign("for_servers", usage="serverAuth"),
        "stranger": Certificate(folder, "stranger"),
        "nobody": None,
    }


def ask_as(server, who, *flags):
    own = ["--cert", who.crt, "--key", who.key] if who else []
    return curl(server.https + "/-/healthy", "-k", *own, *flags)


KNOWN = {"known", "nameless"}
ALL_BUT_NOBODY = KNOWN | {"expired", "for_servers", "stranger"}


@pytest.mark.parametrize("policy,welcome", [
    ("NoClientCert", ALL_BUT_NOBODY | {"nobody"}),
    ("RequestClientCert", ALL_BUT_NOBODY | {"nobody"}),
    ("RequireAnyClientCert", ALL_BUT_NOBODY),
    ("RequireClientCert", ALL_BUT_NOBODY),
    ("VerifyClientCertIfGiven", KNOWN | {"nobody"}),
    ("RequireAndVerifyClientCert", KNOWN),
])
@pytest.mark.parametrize("version", ["--tlsv1.3", "--tls-max=1.2"])
def test_only_those_come_in_whom_the_policy_names(start, people, policy, welcome, version):
    """A CA's clients, expired ones, those for servers, strangers, and one without a certificate."""
    ca = "" if policy == "NoClientCert" else f"  client_ca_file: {people['ca'].crt}\n"
    server = start(f"{TLS}  client_auth_type: {policy}\n{ca}")
    flags = [version] if version == "--tlsv1.3" else ["--tls-max", "1.2"]
    for name in ALL_BUT_NOBODY | {"nobody"}:
        answer = ask_as(server, people[name], *flags)
        assert answer.status == (200 if name in welcome else 0), f"{name}: {answer.status} {answer.failure}"


@pytest.mark.parametrize("name,alert", [("stranger", "unknown ca"), ("expired", "certificate expired"),
                                        ("for_servers", "bad certificate"), ("nobody", None)])
@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_who_is_refused_is_told_why(start, people, name, alert, version):
    """By an alert of TLS, as Prometheus shows it to its operator; and in our log, if that is asked for."""
    server = start(f"{TLS}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: {people['ca'].crt}\n",
                   "--log.level=debug")
    own = ["-cert", people[name].crt, "-key", people[name].key] if people[name] else []
    missing = "certificate required" if version == "-tls1_3" else "handshake failure"
    assert f"alert {alert or missing}" in s_client(server.address, version, "-ign_eof", *own)
    server.wait_for(r"level=debug msg=\"client refused\" reason=")



@pytest.mark.parametrize("names,is_welcome", [
    (["prometheus.example.org"], True),
    (["nobody.example.org", "ops@example.org"], True),
    (["10.0.0.7"], True),
    (["fd00:0::7"], True),
    (["spiffe://house/prometheus"], True),
    (["example.org"], False),
    (["*.example.org"], False),
    (["PROMETHEUS.example.org"], False),
    (["known"], False),  # the common name is none of them
    (["10.0.0.70"], False),
    (["spiffe://house/"], False),
])
def test_a_client_needs_one_of_the_names(start, people, names, is_welcome):
    server = start(f"{TLS}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: {people['ca'].crt}\n"
                   "  client_allowed_sans:\n" + "".join(f"  - '{name}'\n" for name in names))
    assert ask_as(server, people["known"]).status == (200 if is_welcome else 0)
    assert ask_as(server, people["nameless"]).status == 0


def test_certificates_may_stand_in_the_file_itself(start, folder, people):
    """cert, key and client_ca as text."""
    def inlined(path):
        return "|\n" + "".join(f"    {line}\n" for line in path.read_text().splitlines())

    server = start(f"tls_server_config:\n  cert: {inlined(folder / 'server.crt')}  key: {inlined(folder / 'server.key')}"
                   f"  client_ca: {inlined(people['ca'].crt)}  client_auth_type: RequireAndVerifyClientCert\n")
    assert ask_as(server, people["known"]).status == 200
    assert ask_as(server, people["stranger"]).status == 0


HEADERS = {"X-Frame-Options": "deny", "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
           "X-Content-Type-Options": "nosniff", "X-XSS-Protection": "1",
           "Content-Security-Policy": "default-src 'self' *.test.example.net"}


def test_headers_stand_on_every_answer_once(start):
    """Also on 401, 404, 405 and on the landing page, whose own policy is replaced."""
    lines = "".join(f'    {name}: "{value}"\n' for name, value in HEADERS.items())
    server = start(f"http_server_config:\n  http2: true\n  headers:\n{lines}{users(a='b')}")
    for path, flags, status in [("/metrics", [], 401), ("/metrics", ["-u", "a:b"], 200), ("/", ["-u", "a:b"], 200),
                                ("/nothing", ["-u", "a:b"], 404), ("/metrics", ["-u", "a:b", "-X", "PUT"], 405)]:
        result = subprocess.run(["curl", "-sS", "-D", "-", "-o", "/dev/null", *flags, server.url + path],
                                capture_output=True, text=True, check=True)
        assert f" {status} " in result.stdout
        for name, value in HEADERS.items():
            assert re.findall(rf"^{name}: (.*?)\r?$", result.stdout, re.M | re.I) == [value], result.stdout


def test_beyond_the_rate_is_429_before_any_password_is_looked_at(start):
    server = start(users(a="b") + "rate_limit:\n  interval: 1h\n  burst: 2\n")
    assert [curl(server.url + "/-/healthy", "-u", f"a:{word}").status for word in "bxb"] == [200, 401, 429]
    assert curl(server.url + "/metrics", "-u", "a:b").status == 429


def test_fifty_wrong_passwords_keep_nobody_waiting(start):
    """Each takes bcrypt's time; who is known already is answered at once."""
    server = start(f"basic_auth_users:\n  alice: {bcrypt('secret', cost=10)}\n")
    assert curl(server.url + "/metrics", "-u", "alice:secret").status == 200
    statuses = []

    def attack(number):
        statuses.append(curl(server.url + "/metrics", "-u", f"user{number % 5}:wrong{number}").status)

    threads = [threading.Thread(target=attack, args=(i,)) for i in range(50)]
    for thread in threads:
        thread.start()
    times = []
    while any(thread.is_alive() for thread in threads):
        began = time.monotonic()
        assert curl(server.url + "/metrics", "-u", "alice:secret").status == 200
        times.append(time.monotonic() - began)
    for thread in threads:
        thread.join()
    assert set(statuses) <= {401, 503} and statuses.count(401) >= 40
    assert len(times) >= 5 and sorted(times)[len(times) // 2] < 0.5, times


def test_what_waits_for_its_password_does_not_delay_the_end(start):
    """A hash of cost 18 takes many seconds; SIGTERM is obeyed all the same."""
    server = start("basic_auth_users:\n  bob: $2y$18$4VeFDzXIoPHKnKTU3O3GH.N.vZu06CVqczYZ8WvfzrddFU6tGqjR.\n",
                   "--scrape.timeout=1s")
    server.wait_for("cost 18")
    answers = []
    thread = threading.Thread(target=lambda: answers.append(curl(server.url + "/metrics", "-u", "bob:x").status))
    thread.start()
    wait_until(lambda: b"passwords" in subprocess.run(["ps", "-L", "-o", "comm", "-p", str(server.child.pid)],
                                                      capture_output=True, check=True).stdout, what="the thread")
    began = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - began < 5, server.lines
    thread.join()
    assert answers == [503], server.lines


def test_the_documented_examples_work(start, folder, people):
    """Each YAML block of docs/web-configuration.md that is a web configuration."""
    from harness import ROOT

    text = (ROOT / "docs" / "web-configuration.md").read_text()
    blocks = [b for b in re.findall(r"```yaml\n(.*?)```", text, re.S) if re.match(r"\w+:\n", b) and "scrape_configs" not in b]
    assert len(blocks) >= 4
    (folder / "ca.crt").write_bytes(people["ca"].crt.read_bytes())
    for block in blocks:
        start(block).wait_for("msg=listening")


def test_all_sockets_have_it(start, folder):
    """Two addresses: none of them answers without."""
    server = start(TLS + users(a="b"), "--web.listen-address=127.0.0.1:0")
    addresses = wait_until(lambda: len(found := [m[1] for line in server.lines if
                                                 (m := re.search(r"msg=listening address=(\S+)", line))]) == 2 and found)
    for address in addresses:
        assert curl(f"https://{address}/metrics", "-k", "-u", "a:b").status == 200
        assert curl(f"https://{address}/metrics", "-k").status == 401
        assert curl(f"http://{address}/metrics", "-u", "a:b").status == 0


def test_a_socket_of_systemd_has_it(folder):
    config = write_config(folder / "web.yml", TLS + users(a="b"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        server = Activated([listener], f"--station.url={NO_STATION}", "--site=x", "--web.systemd-socket",
                           f"--web.config.file={config}")
        try:
            server.wait_for("msg=started")
            assert curl(f"https://{address}/metrics", "-k", "-u", "a:b").status == 200
            assert curl(f"http://{address}/metrics", "-u", "a:b").status == 0
        finally:
            server.stop()


@pytest.mark.parametrize("version", ["", "  max_version: TLS12\n"])
@pytest.mark.parametrize("lines", [
    "", "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: server.crt\n",
    "  client_auth_type: RequireAnyClientCert\n"])
def test_the_health_check_needs_no_password_and_no_certificate(start, lines, version):
    """It says 0 as long as the exporter serves, 1 otherwise; the web configuration tells it that there is TLS."""
    server = start(TLS + lines + version + users(a="b"))
    ask = ["--health-check", f"--web.listen-address={server.address}"]
    config = next(a for a in server.child.args if a.startswith("--web.config.file="))
    assert run(*ask, config)[0] == 0
    assert run(*ask, env={"VICTRON_EXPORTER_WEB_CONFIG_FILE": config.partition("=")[2]})[0] == 0
    assert run(*ask)[0] == 1
    server.stop()
    code, _, err = run(*ask, config)
    assert code == 1 and server.address in err


def test_the_health_check_takes_429_for_a_sign_of_life(start):
    server = start("rate_limit: {interval: 1h, burst: 1}\n")
    ask = ["--health-check", f"--web.listen-address={server.address}",
           next(a for a in server.child.args if a.startswith("--web.config.file="))]
    assert [run(*ask)[0] for _ in range(2)] == [0, 0]
    assert run(*ask[:2])[0] == 1  # who does not know of the limit does not expect it
