/* web_config_fuzz.c - a --web.config.file: what may be used, or one line a mistake. */
#include <string.h>

#include "fuzz.h"
#include "web/bcrypt.h"
#include "web/tls_priority.h"
#include "web/web_config.h"

static void claim_line(struct str text)
{
    CLAIM(!str_contains(text, STR_OF("\n")) && !str_contains(text, STR_OF("\r")));
    CLAIM(text.p[text.n] == '\0' && strlen(text.p) == text.n);
}

static void claim_tls(const struct web_tls *tls)
{
    static const enum tls_key keys[] = {TLS_KEY_RSA, TLS_KEY_ECDSA};

    for (size_t i = 0; i < 4; i++) {
        enum tls_client client = i % 2 ? TLS_CLIENT_OF_13 : TLS_CLIENT_OF_12;
        struct buf priority = buf_new(FUZZ_TEXT_MAX);
        if (tls_priority_write(tls, keys[i / 2], client, &priority)) {
            CLAIM(priority.n > 1 && priority.p[priority.n - 1] == '\0');
            CLAIM(strlen(priority.p) == priority.n - 1);
        } else {
            CLAIM(priority.n == 0);
        }
        buf_free(&priority);
    }
    for (size_t i = 0; i < tls->client_allowed_sans.count; i++)
        CLAIM(tls->client_allowed_sans.items[i].text.n);
    CLAIM(tls->min_version.number <= tls->max_version.number);
}

static void claim_config(const struct web_config *config)
{
    CLAIM(config->header_count <= WEB_HEADERS_MAX);
    for (size_t i = 0; i < config->header_count; i++) {
        claim_line(config->headers[i].name);
        claim_line(config->headers[i].value);
    }
    CLAIM(config->user_count <= WEB_CONFIG_ITEMS_MAX);
    for (size_t i = 0; i < config->user_count; i++) {
        const struct web_user *user = &config->users[i];
        CLAIM(bcrypt_is_hash(user->hash) && bcrypt_cost(user->hash) <= 31);
        CLAIM(str_equal(web_config_user(config, user->name)->name, user->name));
    }
    CLAIM(config->rate.interval_ns >= 0);
    if (config->tls.line)
        claim_tls(&config->tls);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf mistakes = buf_new(FUZZ_TEXT_MAX);
    struct web_config config;
    enum err outcome =
        web_config_parse(STR_OF("web.yml"), fuzz_input(data, size), &config, &mistakes);

    if (outcome == ERR_OK) {
        CLAIM(mistakes.n == 0);
        claim_config(&config);
        web_config_free(&config);
    } else {
        fuzz_claim_lines(buf_str(&mistakes));
    }
    buf_free(&mistakes);
    return 0;
}
