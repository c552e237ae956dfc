"""Web configuration and certificates change while the exporter serves.

A good change is in force at once; a bad one closes the door, and never opens one in clear; a reload keeps the old.
"""

import signal
import subprocess

import pytest
from harness import Page, wait_until
from web_clients import TLS, Certificate, WebExporter, curl, openssl, users, write_config

LOGIN = ["-k", "-u", "a:b"]
RELOADED = "victron_exporter_config_last_reload_successful"


@pytest.fixture
def folder(tmp_path):
    first = Certificate(tmp_path, "server")
    assert first.crt.name == "server.crt"
    return tmp_path


@pytest.fixture
def serve(folder):
    """serve(yaml, *flags): an exporter with that web configuration; `.config` is its path."""
    started = []

    def start(yaml, *flags):
        config = write_config(folder / "web.yml", yaml)
        started.append(WebExporter("http://127.0.0.1:1", config, *flags))
        started[-1].config = config
        return started[-1]

    yield start
    for server in started:
        server.stop()


def shown_serial(server):
    shown = subprocess.run(["openssl", "s_client", "-connect", server.address], stdin=subprocess.DEVNULL,
                           capture_output=True, check=False).stdout
    return openssl("x509", "-noout", "-serial", text=shown.decode()).strip()


def reload_value(server):
    answer = curl(server.https + "/metrics", *LOGIN)
    assert answer.status == 200, answer.body
    return Page(answer.body.decode()).value(RELOADED)


def test_a_renewed_certificate_is_used_by_the_next_connection(serve, folder, tmp_path_factory):
    """Nobody reloads anything; whoever is connected stays connected."""
    server = serve(TLS)
    before = shown_serial(server)
    # One connection that is kept over the renewal: curl's second request comes after it.
    renewed = Certificate(tmp_path_factory.mktemp("renewed"), "server")
    kept = subprocess.Popen(["curl", "-sSk", "--rate", "30/m", "-o", "/dev/null", "-o", "/dev/null", "-w", "%{http_code} %{num_connects}\n",
                             server.https + "/-/healthy", server.https + "/-/healthy"], stdout=subprocess.PIPE, text=True)
    assert kept.stdout.readline() == "200 1\n"
    for path in (renewed.key, renewed.crt):
        (folder / path.name).write_bytes(path.read_bytes())
    assert shown_serial(server) == renewed.serial() != before
    assert kept.communicate()[0] == "200 0\n"
    server.wait_for('msg="web configuration changed"')


def test_a_certificate_that_is_exchanged_as_a_link_is_seen(serve, folder, tmp_path_factory):
    """As certbot and Kubernetes do it."""
    second = Certificate(tmp_path_factory.mktemp("second"), "server")
    (folder / "old").mkdir()
    for name in ("server.crt", "server.key"):
        (folder / name).rename(folder / "old" / name)
    (folder / "live").symlink_to("old")
    server = serve("tls_server_config:\n  cert_file: live/server.crt\n  key_file: live/server.key\n")
    assert shown_serial(server) != second.serial()
    (folder / "next").symlink_to(second.folder)
    (folder / "next").rename(folder / "live")
    assert shown_serial(server) == second.serial()
    assert curl(server.https + "/metrics", "-k").status == 200


def test_users_come_and_go_at_once(serve):
    server = serve(TLS + users(a="b"))
    assert curl(server.https + "/metrics", *LOGIN).status == 200
    write_config(server.config, TLS + users(c="d"))
    assert curl(server.https + "/metrics", *LOGIN).status == 401
    assert curl(server.https + "/metrics", "-k", "-u", "c:d").status == 200


MISTAKES = {
    "an unknown key": lambda folder, config: write_config(config, TLS + users(a="b") + "zzz: 1\n"),
    "no TLS any more": lambda folder, config: write_config(config, users(a="b")),
    "nothing any more": lambda folder, config: write_config(config, ""),
    "no configuration": lambda folder, config: config.unlink(),
    "another key": lambda folder, config: Certificate(folder, "other").key.rename(folder / "server.key"),
    "half a certificate": lambda folder, config: (folder / "server.crt").write_text(
        (folder / "server.crt").read_text()[:200]),
    "an expired certificate": lambda folder, config: Certificate(folder, "server", days=-1),
    "no key": lambda folder, config: (folder / "server.key").unlink(),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_closes_the_door_and_never_opens_one_in_clear(serve, folder, name):
    """Neither the right password nor none gets data, encrypted or not; it is logged once, and its end too."""
    server = serve(TLS + users(a="b"), "--web.enable-lifecycle")
    assert curl(server.https + "/metrics", *LOGIN).status == 200
    saved = {path: path.read_bytes() for path in (server.config, folder / "server.crt", folder / "server.key")}
    MISTAKES[name](folder, server.config)
    for _ in range(3):
        for path in ("/metrics", "/-/healthy", "/nothing"):
            answer = curl(server.https + path, *LOGIN)
            assert answer.status == 500 and answer.body == b"the web configuration has a mistake, which is in the log\n"
            plain = curl("http://" + server.address + path, *LOGIN)
            assert plain.status == 0 and plain.body == b""
    told = [line for line in server.lines if "nothing is served until" in line]
    assert len(told) == 1, told
    for path, content in saved.items():
        path.write_bytes(content)
        path.chmod(0o600)
    assert curl(server.https + "/metrics", *LOGIN).status == 200
    assert curl(server.https + "/metrics", "-k").status == 401


@pytest.mark.parametrize("order", ["SIGHUP", "/-/reload"])
def test_a_reload_that_finds_a_mistake_keeps_the_old_settings(serve, folder, order):
    """It says so, in the log and in a metric; a change that is good is in force again."""
    server = serve(TLS + users(a="b"), "--web.enable-lifecycle")

    def reload():
        if order == "SIGHUP":
            server.child.send_signal(signal.SIGHUP)
            return None
        return curl(server.https + "/-/reload", *LOGIN, "-X", "POST").status

    assert reload_value(server) == 1
    write_config(server.config, TLS + "basic_auth_users:\n  a: b\n")
    assert reload() in (None, 500)
    server.wait_for(r'level=error msg="reload refused.*web\.yml: line 5: basic_auth_users: a: is followed by no bcrypt')
    assert wait_until(lambda: curl(server.https + "/metrics", *LOGIN).status == 200, what="the old settings")
    assert reload_value(server) == 0
    assert curl(server.https + "/metrics", "-k").status == 401
    write_config(server.config, TLS + users(c="d"))
    assert curl(server.https + "/metrics", "-k", "-u", "c:d").status == 200
    write_config(server.config, TLS + users(a="b"))
    assert reload() in (None, 200)
    assert wait_until(lambda: reload_value(server) == 1, what="the reload")


def test_a_reload_needs_the_password_as_everything_else(serve):
    server = serve(TLS + users(a="b"), "--web.enable-lifecycle")
    write_config(server.config, "zzz: 1\n")
    assert curl(server.https + "/-/reload", "-k", "-X", "POST").status == 401
    assert not server.find("reload refused")


def test_tls_is_not_switched_on_while_running(serve, folder):
    """Who adds it must not go on in clear and believe that all is well."""
    server = serve(users(a="b"))
    assert curl(server.url + "/metrics", *LOGIN).status == 200
    write_config(server.config, TLS + users(a="b"))
    assert curl(server.url + "/metrics", *LOGIN).status == 500
    server.wait_for(r"tls_server_config: was added since the start: TLS is switched on and off by a restart only")

