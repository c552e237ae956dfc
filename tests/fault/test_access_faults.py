"""Whatever call fails while a client is looked at: nobody comes in who may not."""

import base64
import http.client
import re
import ssl

import pytest
from counting_station import CountingStation
from faults import EVERY_FAULT, PROGRAM, points
from harness import Exporter, Process, wait_until
from web_clients import TLS, Certificate, users, write_config

MUTUAL = TLS + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n  client_allowed_sans: [gx.local]\n"

# What looking at a client calls, and what reading the configuration calls.
CALLS_OF_CLIENTS = ["gnutls_certificate_get_peers", "gnutls_certificate_verify_peers", "gnutls_credentials_set",
                    "gnutls_priority_set", "gnutls_hmac_init", "gnutls_hmac", "gnutls_x509_crt_init",
                    "gnutls_x509_crt_import", "gnutls_x509_crt_get_subject_alt_name", "crypt_r", "stat", "calloc",
                    "realloc"]
CALLS_OF_CONFIGURATIONS = ["gnutls_certificate_allocate_credentials", "gnutls_certificate_set_x509_key_mem",
                           "gnutls_certificate_set_x509_trust_mem", "gnutls_priority_init",
                           "gnutls_x509_crt_list_import2", "yaml_parser_initialize", "yaml_parser_load", "fopen",
                           "ferror"]
CALLS_OF_A_START = CALLS_OF_CONFIGURATIONS + ["gnutls_rnd", "gnutls_certificate_set_x509_system_trust"]


class Visitor:
    """A client with a certificate (or none) and a password."""

    def __init__(self, folder, certificate, password):
        self._context = ssl.create_default_context(cafile=str(folder / "server.crt"))
        if certificate:
            self._context.load_cert_chain(certificate.crt, certificate.key)
        self._password = password

    def ask(self, address, number=0):
        """The status; 0 where there was no answer. A number makes a password that was never seen before."""
        host, port = address.split(":")
        connection = http.client.HTTPSConnection(host, int(port), context=self._context, timeout=10)
        password = self._password.replace("%d", str(number))
        word = base64.b64encode(f"u:{password}".encode())
        try:
            connection.request("GET", "/-/healthy", headers={"Authorization": "Basic " + word.decode()})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()


class House:
    """A folder with a configuration that lets in one visitor and not the others."""

    def __init__(self, folder):
        self.folder = folder
        Certificate(folder, "server")
        ca = Certificate(folder, "ca", is_ca=True)
        good = ca.sign("good", sans=["DNS:gx.local"], usage="clientAuth")
        self.guest = Visitor(folder, good, "right")
        self.strangers = {
            "wrong password": Visitor(folder, good, "wrong %d"),
            "no certificate": Visitor(folder, None, "right"),
            "another name": Visitor(folder, ca.sign("other", sans=["DNS:other.local"], usage="clientAuth"), "right"),
            "another issuer": Visitor(folder, Certificate(folder, "self", sans=["DNS:gx.local"], usage="clientAuth"),
                                      "right"),
        }
        self.config = write_config(folder / "web.yml", MUTUAL + users(u="right"))


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


@pytest.fixture
def server(faults, house):
    with CountingStation() as station:
        program = Exporter(station.url, f"--web.config.file={house.config}", "--scrape.min-interval=0s", env=faults.env,
                           program=PROGRAM, wait=False)
        program.address = program.url.removeprefix("http://")
        wait_until(lambda: house.guest.ask(program.address) == 200, what="the guest is let in")
        yield program
        assert program.stop() == 0


@pytest.mark.parametrize("call", CALLS_OF_CLIENTS)
def test_a_stranger_and_a_call_that_fails(faults, house, server, call):
    """Each stranger with each of the calls that his visit makes."""
    hits = 0
    for who, stranger in house.strangers.items():
        numbers = iter(range(100_000))
        before = faults.made()[call]
        stranger.ask(server.address, next(numbers))
        if faults.made()[call] == before:
            continue  # he does not get as far
        for n in points(faults, call, lambda: stranger.ask(server.address, next(numbers)), most=5):
            faults.arm(call, n)
            status = stranger.ask(server.address, next(numbers))
            hits += faults.hits()
            faults.disarm()
            assert status in (0, 401, 500, 503), f"{who}: {call} {n}: {status}"
    assert hits
    wait_until(lambda: house.guest.ask(server.address) == 200, what="the guest is let in again")


@pytest.mark.parametrize("call", CALLS_OF_CONFIGURATIONS)
def test_new_files_and_a_call_that_fails(faults, house, server, call):
    """A certificate and users that are new: the old ones stay in force, or the new ones come; nobody else."""
    def renew_and_ask():
        house.config.write_text(house.config.read_text() + "# and more\n")
        (house.folder / "server.crt").touch()
        return house.guest.ask(server.address)

    for n in points(faults, call, renew_and_ask, most=3):
        faults.arm(call, n)
        guest = renew_and_ask()
        assert guest in (0, 200, 500, 503), f"{call} {n}: {guest}"
        faults.disarm()
        statuses = [stranger.ask(server.address, 7) for stranger in house.strangers.values()]
        assert statuses[0] in (401, 500) and statuses[1:] == [0, 0, 0], f"{call} {n}: {statuses}"
        house.config.write_text(house.config.read_text() + "#\n")
        wait_until(lambda: house.guest.ask(server.address) == 200, what="the guest is let in again")


def test_a_start_and_a_call_that_fails(faults, house):
    """A sentence and exit 2, or a server with all its locks."""
    met = set()
    variants = {"client_ca_file: ca.crt": house.config.read_text(),
                "without a CA": house.config.read_text().replace("  client_ca_file: ca.crt\n", "")}
    for text in variants.values():
        house.config.write_text(text)
        for call in CALLS_OF_A_START:
            for n in range(1, 200 if EVERY_FAULT else 2):
                faults.arm_before_start(call, n)
                check_start(faults, house, f"{call} {n}")
                if not faults.hits():
                    break
                met.add(call)
    assert met == set(CALLS_OF_A_START)


def check_start(faults, house, what):
    program = Process([str(PROGRAM), "--station.url=http://127.0.0.1:9", "--site=x", "--web.listen-address=127.0.0.1:0",
                       f"--web.config.file={house.config}"], env=faults.env)
    try:
        found = wait_until(lambda: program.find(r"msg=listening address=(\S+)") or program.child.poll(), what=what)
        if isinstance(found, re.Match):
            statuses = [stranger.ask(found[1]) for stranger in house.strangers.values()]
            assert statuses == [401, 0, 0, 0] or set(statuses) == {0}, (what, statuses)
        else:
            assert found == 2 and program.lines, what
    finally:
        code = program.stop()
    assert code in (0, 2) and not re.search("Sanitizer|runtime error", "\n".join(program.lines)), what
