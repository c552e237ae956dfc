/* bcrypt.c - see bcrypt.h */
#include "web/bcrypt.h"

#include <crypt.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"

/* "$2b$10$", then 22 characters of salt and 31 of hash. */
#define HEAD_BYTES ((size_t)7)
#define RESULT_AT ((size_t)29)
#define COST_MIN 4
#define COST_MAX 31

static bool is_of_alphabet(char c)
{
    return ascii_is_alphanumeric(c) || c == '.' || c == '/';
}

static bool has_head(struct str text)
{
    static const struct str heads[] = {STR("$2a$"), STR("$2b$"), STR("$2y$")};

    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (str_starts_with(text, heads[i]))
            return true;
    return false;
}

unsigned bcrypt_cost(struct str text)
{
    return (unsigned)(text.p[4] - '0') * 10 + (unsigned)(text.p[5] - '0');
}

bool bcrypt_is_hash(struct str text)
{
    if (text.n != BCRYPT_HASH_BYTES || !has_head(text) || !ascii_is_digit(text.p[4]) ||
        !ascii_is_digit(text.p[5]) || text.p[6] != '$')
        return false;
    return bcrypt_cost(text) >= COST_MIN && bcrypt_cost(text) <= COST_MAX &&
           ascii_run(str_skip(text, HEAD_BYTES), is_of_alphabet) ==
               BCRYPT_HASH_BYTES - HEAD_BYTES;
}

static struct str shortened(struct str password)
{
    if (password.n > BCRYPT_PASSWORD_BYTES_MAX)
        password.n = BCRYPT_PASSWORD_BYTES_MAX;
    return password;
}

/* The salt's last character has bits that mean nothing and come back as zeros: only what
 * was computed is compared. */
static bool is_same_result(const char *made, struct str hash)
{
    return gnutls_memcmp(made + RESULT_AT, hash.p + RESULT_AT,
                         BCRYPT_HASH_BYTES - RESULT_AT) == 0;
}

enum err bcrypt_match(struct str hash, struct str password, bool *out_matches)
{
    char setting[BCRYPT_HASH_BYTES + 1] = "";
    char phrase[BCRYPT_PASSWORD_BYTES_MAX + 1] = "";

    *out_matches = false;
    password = shortened(password);
    if (!bcrypt_is_hash(hash) || (password.n && memchr(password.p, '\0', password.n)))
        return ERR_OK;
    struct crypt_data *work = calloc(1, sizeof *work); /* 32 KB: much for a stack */
    if (!work)
        return ERR_MEMORY;
    memcpy(setting, hash.p, hash.n);
    if (password.n)
        memcpy(phrase, password.p, password.n);
    const char *made = crypt_r(phrase, setting, work);
    bool is_made = made && strlen(made) == BCRYPT_HASH_BYTES;
    *out_matches = is_made && is_same_result(made, hash);
    gnutls_memset(phrase, 0, sizeof phrase);
    gnutls_memset(work, 0, sizeof *work);
    free(work);
    return is_made ? ERR_OK : ERR_MEMORY;
}
