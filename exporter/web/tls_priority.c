/* tls_priority.c - see tls_priority.h */
#include "web/tls_priority.h"

#include <string.h>

/* The parts of suites that a string allows: "+ECDHE-RSA", …, each once. */
struct parts {
    const char *words[3 * TLS_CIPHERS_MAX];
    size_t count;
};

static void add_part(struct parts *parts, const char *word)
{
    for (size_t i = 0; i < parts->count; i++)
        if (strcmp(parts->words[i], word) == 0)
            return;
    parts->words[parts->count++] = word;
}

static void add_suite(struct parts *parts, const struct tls_cipher *cipher)
{
    if (cipher->exchange)
        add_part(parts, cipher->exchange);
    add_part(parts, cipher->cipher);
    add_part(parts, cipher->mac);
}

/* In the order of preference; the defaults where the file chooses none. */
static const struct tls_cipher *chosen(const struct web_tls *tls, size_t i)
{
    if (tls->ciphers.count)
        return i < tls->ciphers.count ? tls_cipher_at(tls->ciphers.items[i]) : NULL;
    return tls_cipher_word((unsigned)i) ? tls_cipher_at((unsigned)i) : NULL;
}

static bool is_wanted(const struct web_tls *tls, const struct tls_cipher *cipher,
                      enum tls_key key)
{
    return cipher->key == key && (tls->ciphers.count || cipher->is_default);
}

/* False if none of them fits the key. */
static bool add_old_suites(struct parts *parts, const struct web_tls *tls,
                           enum tls_key key)
{
    const struct tls_cipher *cipher;
    size_t before = parts->count;

    for (size_t i = 0; (cipher = chosen(tls, i)); i++)
        if (is_wanted(tls, cipher, key))
            add_suite(parts, cipher);
    return parts->count > before;
}

/* Those of TLS 1.3 cannot be chosen, as in Go. */
static void add_new_suites(struct parts *parts)
{
    for (unsigned i = 0; tls_cipher_word(i); i++)
        if (tls_cipher_at(i)->key == TLS_KEY_ANY)
            add_suite(parts, tls_cipher_at(i));
}

static unsigned smaller(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static void write_versions(unsigned min, unsigned max, struct buf *out)
{
    for (unsigned i = max + 1; i-- > min;)
        buf_printf(out, ":+%s", tls_version_gnutls(i));
}

static void write_curves(const struct web_words *curves, struct buf *out)
{
    for (size_t i = 0; i < curves->count; i++)
        buf_printf(out, ":+%s", tls_curve_gnutls(curves->items[i]));
    if (curves->count == 0)
        for (unsigned i = 0; tls_curve_word(i); i++)
            buf_printf(out, ":+%s", tls_curve_gnutls(i));
}

/* A client of TLS 1.3 may turn out to be an older one only after this was set. */
static bool collect(const struct web_tls *tls, enum tls_key key, enum tls_client client,
                    struct parts *parts, unsigned *out_min)
{
    bool is_old_possible = tls->min_version.number < TLS_VERSION_13;
    bool has_old;

    *out_min = tls->min_version.number;
    if (client == TLS_CLIENT_OF_12)
        return is_old_possible && add_old_suites(parts, tls, key);
    if (tls->max_version.number < TLS_VERSION_13)
        return false;
    add_new_suites(parts);
    has_old = is_old_possible && add_old_suites(parts, tls, key);
    if (!has_old)
        *out_min = TLS_VERSION_13;
    add_part(parts, "ECDHE-RSA");
    add_part(parts, "ECDHE-ECDSA");
    return true;
}

bool tls_priority_write(const struct web_tls *tls, enum tls_key key,
                        enum tls_client client, struct buf *out)
{
    struct parts parts = {.count = 0};
    unsigned min;
    unsigned max = smaller(tls->max_version.number,
                           client == TLS_CLIENT_OF_13 ? TLS_VERSION_13 : TLS_VERSION_12);

    if (!collect(tls, key, client, &parts, &min))
        return false;
    buf_add_text(out, "NORMAL:-VERS-ALL");
    write_versions(min, max, out);
    buf_add_text(out, ":-KX-ALL:-CIPHER-ALL:-MAC-ALL");
    for (size_t i = 0; i < parts.count; i++)
        buf_printf(out, ":+%s", parts.words[i]);
    buf_add_text(out, ":-GROUP-ALL");
    write_curves(&tls->curves, out);
    if (tls->prefers_server_ciphers)
        buf_add_text(out, ":%SERVER_PRECEDENCE");
    buf_add_char(out, '\0');
    return true;
}
