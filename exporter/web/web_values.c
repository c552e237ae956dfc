/* web_values.c - see web_values.h */
#include "web/web_values.h"

#include <stdlib.h>

#include "web/bcrypt.h"
#include "web/go_duration.h"
#include "web/web_headers.h"

#define BURST_MAX 1000000

static const struct str nothing = STR("");

static void *field_of(struct web_config *config, const struct web_key *key)
{
    return (char *)config + key->offset;
}

static void read_text(struct web_reader *reader, const struct web_key *key,
                      const struct web_pair *pair, struct web_text *field)
{
    struct str text;

    if (web_reader_text(reader, pair, key->kind == WEB_SECRET, &text) && text.n)
        *field = (struct web_text){text, pair->line};
}

/* "allowed TLS10, TLS11, TLS12, TLS13" */
static struct str allowed_words(struct web_reader *reader,
                                const char *(*word_at)(unsigned number))
{
    struct str text = STR("allowed");

    for (unsigned i = 0; word_at(i); i++)
        text = arena_printf(reader->arena, "%.*s%s %s", STR_ARG(text), i ? "," : "",
                            word_at(i));
    return text;
}

static bool find_word(struct web_reader *reader, const struct web_pair *pair,
                      const char *(*word_at)(unsigned number), unsigned *out_number)
{
    struct str text;

    if (web_reader_scalar(pair->value, &text))
        for (unsigned i = 0; word_at(i); i++) {
            if (!str_equal(text, str_from(word_at(i))))
                continue;
            *out_number = i;
            return true;
        }
    web_reader_refuse(reader, pair->line, pair->key, web_reader_show(reader, pair->value),
                      allowed_words(reader, word_at).p);
    return false;
}

/* Nothing, or "", is the default. */
static bool is_empty(const yaml_node_t *value)
{
    struct str text;

    return web_reader_scalar(value, &text) && text.n == 0;
}

static void read_word(struct web_reader *reader, const struct web_key *key,
                      const struct web_pair *pair, struct web_word *field)
{
    if (!is_empty(pair->value) && find_word(reader, pair, key->word_at, &field->number))
        field->line = pair->line;
}

struct words_target {
    const struct web_key *key;
    struct web_words *field;
};

static bool has_word(const struct web_words *words, unsigned number)
{
    for (size_t i = 0; i < words->count; i++)
        if (words->items[i] == number)
            return true;
    return false;
}

static void add_word(struct web_reader *reader, const struct web_pair *item,
                     void *context)
{
    struct words_target *target = context;
    unsigned number;

    if (find_word(reader, item, target->key->word_at, &number) &&
        !has_word(target->field, number))
        target->field->items[target->field->count++] = number;
}

static void read_words(struct web_reader *reader, const struct web_key *key,
                       const struct web_pair *pair, struct web_words *field)
{
    struct words_target target = {key, field};

    if (web_reader_list(reader, pair, add_word, &target))
        field->line = pair->line;
}

/* An empty one names nobody. */
static void add_text(struct web_reader *reader, const struct web_pair *item,
                     void *context)
{
    struct web_texts *field = context;
    struct str text;

    if (web_reader_text(reader, item, false, &text) && text.n && field->items)
        field->items[field->count++] = (struct web_text){text, item->line};
}

static void read_texts(struct web_reader *reader, const struct web_pair *pair,
                       struct web_texts *field)
{
    field->items =
        arena_array(reader->arena, web_reader_size(pair->value), sizeof *field->items);
    if (web_reader_list(reader, pair, add_text, field) &&
        !web_reader_is_null(pair->value))
        field->line = pair->line;
}

static void read_interval(struct web_reader *reader, const struct web_pair *pair,
                          struct web_rate *rate)
{
    struct str text;

    if (!web_reader_scalar(pair->value, &text) ||
        (text.n && !go_duration_parse(text, &rate->interval_ns)))
        web_reader_refuse(reader, pair->line, pair->key,
                          web_reader_show(reader, pair->value),
                          "allowed a duration as 500ms, 1s, 1m30s; 0 for no limit");
}

static void read_burst(struct web_reader *reader, const struct web_pair *pair,
                       struct web_rate *rate)
{
    struct str text;

    if (!web_reader_scalar(pair->value, &text) ||
        (text.n && !str_to_unsigned(text, BURST_MAX, &rate->burst)))
        web_reader_refuse(reader, pair->line, pair->key,
                          web_reader_show(reader, pair->value),
                          "allowed a whole number from 0 to 1000000");
}

static void add_header(struct web_reader *reader, const struct web_pair *pair,
                       void *context)
{
    struct web_config *config = context;
    struct str value;
    struct error reason;

    if (!web_reader_text(reader, pair, false, &value))
        return;
    if (web_header_check(pair->key, value, &reason) != ERR_OK)
        web_reader_refuse(reader, pair->line, pair->key,
                          web_reader_show(reader, pair->value), reason.text);
    else if (value.n)
        config->headers[config->header_count++] =
            (struct web_header){arena_copy(reader->arena, pair->key), value};
}

static void add_user(struct web_reader *reader, const struct web_pair *pair,
                     void *context)
{
    struct web_config *config = context;
    struct str hash;

    if (!web_reader_text(reader, pair, true, &hash))
        return;
    if (str_contains(pair->key, STR_OF(":")))
        web_reader_refuse(reader, pair->line, pair->key, nothing,
                          "is no user that HTTP can name: allowed without a colon");
    else if (!bcrypt_is_hash(hash))
        web_reader_refuse(reader, pair->line, pair->key, nothing,
                          "is followed by no bcrypt hash: allowed $2a$, $2b$ or $2y$, a "
                          "cost of 04 to 31, $ and 53 characters, as htpasswd -nBC 10 "
                          "makes it");
    else if (config->users)
        config->users[config->user_count++] =
            (struct web_user){arena_copy(reader->arena, pair->key), hash, pair->line};
}

static void read_users(struct web_reader *reader, const struct web_pair *pair,
                       struct web_config *config)
{
    struct str section = reader->section;

    reader->section = pair->key;
    config->users =
        arena_array(reader->arena, web_reader_size(pair->value), sizeof *config->users);
    (void)web_reader_pairs(reader, &(struct web_pair){nothing, pair->line, pair->value},
                           add_user, config);
    reader->section = section;
}

static void read_headers(struct web_reader *reader, const struct web_pair *pair,
                         struct web_config *config)
{
    struct str section = reader->section;

    reader->section =
        arena_printf(reader->arena, "%.*s: %.*s", STR_ARG(section), STR_ARG(pair->key));
    (void)web_reader_pairs(reader, &(struct web_pair){nothing, pair->line, pair->value},
                           add_header, config);
    reader->section = section;
}

void web_value_read(struct web_reader *reader, const struct web_key *key,
                    const struct web_pair *pair, struct web_config *config)
{
    switch (key->kind) {
    case WEB_TEXT:
    case WEB_SECRET:
        read_text(reader, key, pair, field_of(config, key));
        break;
    case WEB_FLAG:
        (void)web_reader_flag(reader, pair, field_of(config, key));
        break;
    case WEB_WORD:
        read_word(reader, key, pair, field_of(config, key));
        break;
    case WEB_WORDS:
        read_words(reader, key, pair, field_of(config, key));
        break;
    case WEB_TEXTS:
        read_texts(reader, pair, field_of(config, key));
        break;
    case WEB_INTERVAL:
        read_interval(reader, pair, &config->rate);
        break;
    case WEB_BURST:
        read_burst(reader, pair, &config->rate);
        break;
    case WEB_HEADERS:
        read_headers(reader, pair, config);
        break;
    case WEB_USERS:
        read_users(reader, pair, config);
        break;
    case WEB_SECTION:
        abort();
    }
}
