/* web_config.c - see web_config.h */
#include "web/web_config.h"

#include <string.h>
#include <yaml.h>

#include "config/mistake.h"
#include "web/web_check.h"
#include "web/web_keys.h"
#include "web/web_reader.h"
#include "web/web_values.h"

/* Lists and users are given room for all that is allowed at once. */
#define TEXTS_BYTES_MAX (4 * WEB_CONFIG_BYTES_MAX)

static const struct str nothing = STR("");

static struct str allowed_keys(struct web_reader *reader, struct str section)
{
    struct str text = STR("is no key: allowed");
    bool is_first = true;

    for (size_t i = 0; i < web_key_count; i++) {
        if (!str_equal(web_keys[i].section, section))
            continue;
        text = arena_printf(reader->arena, "%.*s%s %.*s", STR_ARG(text),
                            is_first ? "" : ",", STR_ARG(web_keys[i].name));
        is_first = false;
    }
    return text;
}

static void refuse_unknown(struct web_reader *reader, const struct web_pair *pair)
{
    const struct web_key *nearest = web_key_nearest(pair->key);
    struct error reason;

    if (!nearest)
        (void)error_set(&reason, ERR_USAGE, "%s",
                        allowed_keys(reader, reader->section).p);
    else if (str_equal(nearest->section, reader->section))
        (void)error_set(&reason, ERR_USAGE, "is no key: did you mean %s?",
                        nearest->name.p);
    else
        (void)error_set(&reason, ERR_USAGE, "is no key here: did you mean %s%s%s?",
                        nearest->name.p, nearest->section.n ? " in " : "",
                        nearest->section.n ? nearest->section.p : " at the top");
    web_reader_refuse(reader, pair->line, pair->key, nothing, reason.text);
}

static void read_key(struct web_reader *reader, const struct web_pair *pair,
                     void *context)
{
    struct web_config *config = context;
    const struct web_key *key = web_key_find(reader->section, pair->key);

    if (!key) {
        refuse_unknown(reader, pair);
    } else if (key->kind == WEB_SECTION) {
        int *line = (int *)(void *)((char *)config + key->offset);
        *line = web_reader_size(pair->value) ? pair->line : 0;
        reader->section = key->name;
        (void)web_reader_pairs(reader,
                               &(struct web_pair){nothing, pair->line, pair->value},
                               read_key, config);
        reader->section = nothing;
    } else {
        web_value_read(reader, key, pair, config);
    }
}

/* Line and column where it is known, as libyaml counts them from 0. */
static void refuse_yaml(struct web_reader *reader, const yaml_parser_t *parser)
{
    const char *problem = parser->problem ? parser->problem : "cannot be read";

    if (parser->error == YAML_READER_ERROR)
        mistake_add(reader->mistakes, "%.*s: byte %zu: %s: allowed YAML in UTF-8",
                    STR_ARG(reader->file_name), parser->problem_offset, problem);
    else if (parser->error == YAML_MEMORY_ERROR)
        mistake_add(reader->mistakes, "%.*s: no memory to read it",
                    STR_ARG(reader->file_name));
    else
        mistake_add(reader->mistakes, "%.*s: line %zu, column %zu: %s: allowed YAML",
                    STR_ARG(reader->file_name), parser->problem_mark.line + 1,
                    parser->problem_mark.column + 1, problem);
}

/* An empty file is a configuration in which everything is the default. */
static void read_root(struct web_reader *reader, struct web_config *config)
{
    const yaml_node_t *root = yaml_document_get_root_node(reader->document);

    if (root)
        (void)web_reader_pairs(reader, &(struct web_pair){nothing, 1, root}, read_key,
                               config);
}

/* False if it is no YAML. */
static bool read_document(struct web_reader *reader, yaml_parser_t *parser,
                          struct web_config *config)
{
    yaml_document_t document;

    if (!yaml_parser_load(parser, &document))
        return false;
    reader->document = &document;
    read_root(reader, config);
    reader->document = NULL;
    yaml_document_delete(&document);
    return true;
}

/* Nobody would expect that the second one is left out. */
static bool refuse_second_document(struct web_reader *reader, yaml_parser_t *parser)
{
    yaml_document_t document;

    if (!yaml_parser_load(parser, &document))
        return false;
    const yaml_node_t *root = yaml_document_get_root_node(&document);
    if (root)
        web_reader_refuse(reader, (int)root->start_mark.line + 1, nothing, nothing,
                          "begins a second document: allowed one");
    yaml_document_delete(&document);
    return true;
}

static void read_yaml(struct web_reader *reader, struct str yaml,
                      struct web_config *config)
{
    yaml_parser_t parser;

    if (!yaml_parser_initialize(&parser)) {
        mistake_add(reader->mistakes, "%.*s: no memory to read it",
                    STR_ARG(reader->file_name));
        return;
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)yaml.p, yaml.n);
    if (!read_document(reader, &parser, config) ||
        !refuse_second_document(reader, &parser))
        refuse_yaml(reader, &parser);
    yaml_parser_delete(&parser);
}

enum err web_config_parse(struct str file_name, struct str yaml,
                          struct web_config *out_config, struct buf *mistakes)
{
    struct web_config config = {
        .tls = {.min_version = {TLS_VERSION_12, 0},
                .max_version = {TLS_VERSION_13, 0},
                .prefers_server_ciphers = true},
        .has_http2 = true,
        .arena = arena_new(TEXTS_BYTES_MAX),
    };
    struct web_reader reader = {
        .file_name = file_name, .arena = &config.arena, .mistakes = mistakes};
    size_t mistakes_before = mistakes->n;

    read_yaml(&reader, yaml, &config);
    if (config.tls.client_auth.number == TLS_CLIENT_ANY_OLD_NAME)
        config.tls.client_auth.number = TLS_CLIENT_ANY;
    if (mistakes->n == mistakes_before)
        web_check(&reader, &config);
    if (config.arena.failed)
        mistake_add(mistakes, "%.*s: is too large: allowed %zu bytes", STR_ARG(file_name),
                    WEB_CONFIG_BYTES_MAX);
    if (mistakes->n > mistakes_before || mistakes->failed) {
        web_config_free(&config);
        return ERR_USAGE;
    }
    *out_config = config;
    return ERR_OK;
}

const struct web_user *web_config_user(const struct web_config *config, struct str name)
{
    for (size_t i = 0; i < config->user_count; i++)
        if (str_equal(config->users[i].name, name))
            return &config->users[i];
    return NULL;
}

void web_config_free(struct web_config *config)
{
    if (!config)
        return;
    arena_free(&config->arena);
    memset(config, 0, sizeof *config);
}
