/* web_reader.c - see web_reader.h */
#include "web/web_reader.h"

#include <string.h>

#include "base/ascii.h"
#include "config/mistake.h"
#include "web/web_config.h"

static const struct str nothing = STR("");

static struct str scalar_text(const yaml_node_t *node)
{
    return (struct str){(const char *)node->data.scalar.value, node->data.scalar.length};
}

static bool is_plain(const yaml_node_t *node)
{
    return node->type == YAML_SCALAR_NODE &&
           node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

static int line_of(const yaml_node_t *node)
{
    return (int)node->start_mark.line + 1;
}

void web_reader_refuse(struct web_reader *reader, int line, struct str key,
                       struct str value, const char *reason)
{
    struct str section = reader->section;
    bool has_place = section.n || key.n;

    mistake_add(reader->mistakes, "%.*s: line %d: %.*s%s%.*s%s%.*s%s%s",
                STR_ARG(reader->file_name), line, STR_ARG(section),
                section.n && key.n ? ": " : "", STR_ARG(mistake_value(key)),
                has_place && value.n ? " " : "", STR_ARG(value),
                has_place || value.n ? ": " : "", reason);
}

struct str web_reader_show(struct web_reader *reader, const yaml_node_t *value)
{
    switch (value->type) {
    case YAML_SCALAR_NODE:
        return arena_printf(reader->arena, "\"%.*s\"",
                            STR_ARG(mistake_value(scalar_text(value))));
    case YAML_SEQUENCE_NODE:
        return STR_OF("[...]");
    case YAML_MAPPING_NODE:
    case YAML_NO_NODE:
        break;
    }
    return STR_OF("{...}");
}

bool web_reader_is_null(const yaml_node_t *value)
{
    static const struct str words[] = {STR(""), STR("~"), STR("null"), STR("Null"),
                                       STR("NULL")};

    if (!is_plain(value))
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_equal(scalar_text(value), words[i]))
            return true;
    return false;
}

/* "!!binary" and the like would mean something else than the text. */
static bool has_own_tag(const yaml_node_t *node)
{
    return node->tag && strcmp((const char *)node->tag, YAML_STR_TAG) != 0;
}

bool web_reader_scalar(const yaml_node_t *value, struct str *out_text)
{
    if (value->type != YAML_SCALAR_NODE || has_own_tag(value))
        return false;
    *out_text = web_reader_is_null(value) ? nothing : scalar_text(value);
    return true;
}

static const yaml_node_t *node_at(const struct web_reader *reader, int number)
{
    return yaml_document_get_node(reader->document, number);
}

size_t web_reader_size(const yaml_node_t *value)
{
    if (value->type == YAML_MAPPING_NODE)
        return (size_t)(value->data.mapping.pairs.top - value->data.mapping.pairs.start);
    if (value->type == YAML_SEQUENCE_NODE)
        return (size_t)(value->data.sequence.items.top -
                        value->data.sequence.items.start);
    return 0;
}

/* False for a key that is no text. */
static bool pair_at(const struct web_reader *reader, const yaml_node_t *mapping, size_t i,
                    struct web_pair *out_pair)
{
    const yaml_node_pair_t *pair = &mapping->data.mapping.pairs.start[i];
    const yaml_node_t *key = node_at(reader, pair->key);

    out_pair->line = line_of(key);
    out_pair->value = node_at(reader, pair->value);
    out_pair->key = nothing;
    return web_reader_scalar(key, &out_pair->key);
}

static bool stands_before(const struct web_reader *reader, const yaml_node_t *mapping,
                          size_t end, struct str key)
{
    struct web_pair other;

    for (size_t i = 0; i < end; i++)
        if (pair_at(reader, mapping, i, &other) && str_equal(other.key, key))
            return true;
    return false;
}

/* Is there more in it than we take? */
static bool refuse_crowd(struct web_reader *reader, const struct web_pair *pair)
{
    size_t count = web_reader_size(pair->value);
    struct error reason;

    if (count <= WEB_CONFIG_ITEMS_MAX)
        return false;
    (void)error_set(&reason, ERR_USAGE, "has %zu items: allowed %d", count,
                    WEB_CONFIG_ITEMS_MAX);
    web_reader_refuse(reader, pair->line, pair->key, nothing, reason.text);
    return true;
}

bool web_reader_pairs(struct web_reader *reader, const struct web_pair *mapping,
                      void (*each)(struct web_reader *reader, const struct web_pair *pair,
                                   void *context),
                      void *context)
{
    const yaml_node_t *node = mapping->value;
    struct web_pair pair;

    if (web_reader_is_null(node))
        return true;
    if (node->type != YAML_MAPPING_NODE) {
        web_reader_refuse(reader, mapping->line, mapping->key,
                          web_reader_show(reader, node),
                          "allowed keys with values, \"key: value\"");
        return false;
    }
    if (refuse_crowd(reader, mapping))
        return false;
    for (size_t i = 0; i < web_reader_size(node); i++) {
        if (!pair_at(reader, node, i, &pair))
            web_reader_refuse(reader, pair.line, mapping->key, nothing,
                              "holds a key that is no text");
        else if (stands_before(reader, node, i, pair.key))
            web_reader_refuse(reader, pair.line, pair.key, nothing,
                              "stands there already: allowed once");
        else
            each(reader, &pair, context);
    }
    return true;
}

bool web_reader_text(struct web_reader *reader, const struct web_pair *pair,
                     bool is_secret, struct str *out_text)
{
    struct str text;

    if (!web_reader_scalar(pair->value, &text) ||
        (text.n && memchr(text.p, '\0', text.n))) {
        web_reader_refuse(reader, pair->line, pair->key,
                          is_secret ? nothing : web_reader_show(reader, pair->value),
                          "allowed a text");
        return false;
    }
    *out_text = arena_copy(reader->arena, text);
    return true;
}

bool web_reader_flag(struct web_reader *reader, const struct web_pair *pair,
                     bool *out_flag)
{
    static const struct {
        struct str word;
        bool flag;
    } words[] = {
        {STR("true"), true},   {STR("yes"), true}, {STR("y"), true},  {STR("on"), true},
        {STR("false"), false}, {STR("no"), false}, {STR("n"), false}, {STR("off"), false},
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!is_plain(pair->value) ||
            !str_equal_ignoring_case(scalar_text(pair->value), words[i].word))
            continue;
        *out_flag = words[i].flag;
        return true;
    }
    web_reader_refuse(reader, pair->line, pair->key, web_reader_show(reader, pair->value),
                      "allowed true or false");
    return false;
}

bool web_reader_list(struct web_reader *reader, const struct web_pair *pair,
                     void (*each)(struct web_reader *reader, const struct web_pair *item,
                                  void *context),
                     void *context)
{
    const yaml_node_t *node = pair->value;

    if (web_reader_is_null(node))
        return true;
    if (node->type != YAML_SEQUENCE_NODE) {
        web_reader_refuse(reader, pair->line, pair->key, web_reader_show(reader, node),
                          "allowed a list, \"- item\"");
        return false;
    }
    if (refuse_crowd(reader, pair))
        return false;
    for (size_t i = 0; i < web_reader_size(node); i++) {
        const yaml_node_t *value = node_at(reader, node->data.sequence.items.start[i]);
        each(reader, &(struct web_pair){pair->key, line_of(value), value}, context);
    }
    return true;
}
