/* web_files.h - a folder with web configurations and certificates, made for a test. */
#ifndef TESTS_WEB_FILES_H
#define TESTS_WEB_FILES_H

#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define PEM_MAX 4096
#define DAY_S 86400
#define TLS_LINES "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n"

/* "secret", at bcrypt's lowest cost. */
#define SECRET "$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW"

static char web_folder[] = "/tmp/web-XXXXXX";
static char web_paths[4][PATH_MAX];
static size_t web_path_next;

/* Good until three others were asked for. */
static inline const char *web_path(const char *name)
{
    char *path = web_paths[web_path_next++ % 4];

    (void)snprintf(path, PATH_MAX, "%s/%s", web_folder, name);
    return path;
}

static inline void write_web_file(const char *name, const char *text)
{
    int file = open(web_path(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    size_t bytes = strlen(text);

    assert_true(file >= 0);
    assert_int_equal(write(file, text, bytes), (ssize_t)bytes);
    assert_int_equal(close(file), 0);
}

struct made {
    gnutls_x509_crt_t certificate;
    gnutls_x509_privkey_t key;
};

static inline void made_free(struct made *made)
{
    gnutls_x509_crt_deinit(made->certificate);
    gnutls_x509_privkey_deinit(made->key);
}

/* A certificate for 127.0.0.1 from yesterday on; issuer NULL: signed by itself. */
static inline struct made make_certificate(int days, const struct made *issuer)
{
    static unsigned char serial = 1;
    struct made made;
    time_t now = time(NULL);
    const unsigned char address[] = {127, 0, 0, 1};

    assert_int_equal(gnutls_x509_crt_init(&made.certificate), 0);
    assert_int_equal(gnutls_x509_privkey_init(&made.key), 0);
    assert_int_equal(
        gnutls_x509_privkey_generate(made.key, GNUTLS_PK_ECDSA,
                                     GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
        0);
    (void)gnutls_x509_crt_set_version(made.certificate, 3);
    (void)gnutls_x509_crt_set_serial(made.certificate, &serial, 1);
    serial++;
    (void)gnutls_x509_crt_set_activation_time(made.certificate, now - DAY_S);
    (void)gnutls_x509_crt_set_expiration_time(made.certificate, now + days * DAY_S);
    (void)gnutls_x509_crt_set_dn(made.certificate, issuer ? "CN=leaf" : "CN=root", NULL);
    (void)gnutls_x509_crt_set_key(made.certificate, made.key);
    (void)gnutls_x509_crt_set_basic_constraints(made.certificate, !issuer, -1);
    (void)gnutls_x509_crt_set_subject_alt_name(made.certificate, GNUTLS_SAN_IPADDRESS,
                                               address, sizeof address, GNUTLS_FSAN_SET);
    assert_int_equal(
        gnutls_x509_crt_sign2(made.certificate,
                              issuer ? issuer->certificate : made.certificate,
                              issuer ? issuer->key : made.key, GNUTLS_DIG_SHA256, 0),
        0);
    return made;
}

/* As NAME.crt and NAME.key. */
static inline void write_certificate(const char *name, const struct made *made)
{
    char pem[PEM_MAX] = "";
    char file[64];
    size_t bytes = sizeof pem - 1;

    assert_int_equal(
        gnutls_x509_crt_export(made->certificate, GNUTLS_X509_FMT_PEM, pem, &bytes), 0);
    pem[bytes] = '\0';
    (void)snprintf(file, sizeof file, "%s.crt", name);
    write_web_file(file, pem);
    bytes = sizeof pem - 1;
    assert_int_equal(
        gnutls_x509_privkey_export(made->key, GNUTLS_X509_FMT_PEM, pem, &bytes), 0);
    pem[bytes] = '\0';
    (void)snprintf(file, sizeof file, "%s.key", name);
    write_web_file(file, pem);
}

static inline void write_new_certificate(const char *name, int days)
{
    struct made made = make_certificate(days, NULL);

    write_certificate(name, &made);
    made_free(&made);
}

static inline int open_web_folder(void **state)
{
    (void)state;
    memcpy(web_folder + sizeof web_folder - 7, "XXXXXX", 6);
    return mkdtemp(web_folder) ? 0 : -1;
}

static inline int close_web_folder(void **state)
{
    static const char *const names[] = {
        "web.yml",     "server.crt",  "server.key", "other.crt",  "other.key",
        "expired.crt", "expired.key", "client.crt", "client.key", "ca.crt",
        "ca.key",      "junk.pem",    "pipe"};

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++)
        (void)unlink(web_path(names[i]));
    return rmdir(web_folder);
}

#endif
