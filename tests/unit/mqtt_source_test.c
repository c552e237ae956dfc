/* mqtt_source_test.c - a GX over MQTT: found, read, lost, found again. */
#include "check.h"

#include <stdio.h>

#include "base/clock.h"
#include "model/report.h"
#include "model/want.h"
#include "scripted_broker.h"
#include "source/source.h"

#define WITHIN_MS 5000
#define TURN_MS 2
#define SLOTS 8

static const struct broker_message script[] = {
    {BROKER_OURS "system/0/Dc/Battery/Soc", "{\"value\":81}"},
    {BROKER_OURS "battery/512/Soc", "{\"value\":80}"},
    {BROKER_OURS "battery/512/Info", "{\"value\":null}"},
    {BROKER_OURS "tank/3/Level", "{\"value\":0.5}"},
    {BROKER_OURS "tank/3/Level", ""},
    {BROKER_OURS "heartbeat", "{\"value\":1}"},
};

struct page {
    struct report *reports[SLOTS];
    size_t count;
};

static void put(void *context, size_t slot, struct report *report)
{
    struct page *page = context;

    (void)slot;
    assert_true(page->count < SLOTS);
    page->reports[page->count++] = report;
}

static void page_free(struct page *page)
{
    for (size_t i = 0; i < page->count; i++)
        report_release(page->reports[i]);
    page->count = 0;
}

static enum err collect(struct source *source, struct page *page, struct error *error)
{
    const struct collector collector = {.put = put, .context = page};

    *page = (struct page){.count = 0};
    return source_collect(source, &collector, error);
}

static struct source *open_source(uint16_t port, int64_t stale_after_ms)
{
    static const struct want all = {.device = STR("*")};
    static const struct want_list everything = {.wants = &all, .count = 1};
    char url[64];
    struct source *source = NULL;
    struct error error;

    (void)snprintf(url, sizeof url, "mqtt://127.0.0.1:%u", (unsigned)port);
    const struct source_options options = {.url = str_from(url),
                                           .mqtt_stale_after_ms = stale_after_ms,
                                           .answer_timeout_ms = 10000,
                                           .version = "0"};
    assert_int_equal(source_open(&options, &source, &error), ERR_OK);
    assert_false(source_waits(source));
    source_set_wants(source, &everything);
    return source;
}

/* Until the collect ends like that, or the test has failed. */
static void await_outcome(struct source *source, enum err wanted, struct page *page,
                          struct error *error)
{
    struct deadline end = deadline_in_ms(WITHIN_MS);

    while (collect(source, page, error) != wanted) {
        page_free(page);
        assert_false(deadline_has_passed(end));
        (void)poll(NULL, 0, TURN_MS);
    }
}

static double fact_of(struct source *source, enum source_fact fact)
{
    struct source_facts facts;

    source_facts(source, &facts);
    return facts.is_known[fact] ? facts.value[fact] : -1;
}

static void await_fact(struct source *source, enum source_fact fact, double least)
{
    struct deadline end = deadline_in_ms(WITHIN_MS);

    while (fact_of(source, fact) < least) {
        assert_false(deadline_has_passed(end));
        (void)poll(NULL, 0, TURN_MS);
    }
}

static void await_failure(struct source *source, enum err reason)
{
    struct deadline end = deadline_in_ms(WITHIN_MS);
    struct source_facts facts = {0};

    while (facts.failures[reason] == 0) {
        assert_false(deadline_has_passed(end));
        (void)poll(NULL, 0, TURN_MS);
        source_facts(source, &facts);
    }
}

static const struct value *find(const struct page *page, struct str device,
                                struct str path)
{
    for (size_t i = 0; i < page->count; i++)
        if (str_equal(page->reports[i]->device, device))
            return report_find(page->reports[i], path);
    return NULL;
}

static void a_station_is_found_and_read(void **state)
{
    const size_t messages = 1 + COUNT(script); /* the Serial too */
    struct scripted_broker broker;
    struct page page;
    struct error error;

    (void)state;
    broker_start(&broker, script, COUNT(script));
    struct source *source = open_source(broker.port, 60000);
    await_fact(source, FACT_MQTT_FULL_PUBLISH_AT, 0);
    assert_true(source_is_ready(source));
    assert_int_equal(collect(source, &page, &error), ERR_OK);
    assert_int_equal(page.count, 2); /* the tank has left */
    assert_true(find(&page, STR_OF("battery"), STR_OF("/Soc"))->number == 80);
    assert_int_equal(find(&page, STR_OF("battery"), STR_OF("/Info"))->kind, VALUE_NONE);
    page_free(&page);
    assert_true(fact_of(source, FACT_MQTT_CONNECTED) == 1);
    assert_true(fact_of(source, FACT_MQTT_HEARTBEAT_AT) > 0);
    await_fact(source, FACT_MQTT_MESSAGES, (double)messages);
    assert_true(fact_of(source, FACT_HTTP_REQUESTS) == -1);
    source_close(source);
    broker_stop(&broker);
}

static void values_outlive_a_short_loss_of_the_broker(void **state)
{
    struct scripted_broker broker;
    struct page page;
    struct error error;

    (void)state;
    broker_start(&broker, script, COUNT(script));
    struct source *source = open_source(broker.port, 60000);
    await_fact(source, FACT_MQTT_FULL_PUBLISH_AT, 0);
    atomic_store(&broker.hangs_up, true);
    await_failure(source, ERR_CONNECT);
    assert_true(fact_of(source, FACT_MQTT_CONNECTED) == 0);
    assert_int_equal(collect(source, &page, &error), ERR_OK);
    page_free(&page);
    await_fact(source, FACT_MQTT_CONNECTS, 2);
    await_fact(source, FACT_MQTT_KEEPALIVES, 2);
    source_close(source);
    broker_stop(&broker);
}

static void a_silent_station_is_not_shown(void **state)
{
    struct scripted_broker broker;
    struct page page;
    struct error error;

    (void)state;
    broker_start(&broker, script, COUNT(script));
    struct source *source = open_source(broker.port, 300);
    await_outcome(source, ERR_OK, &page, &error);
    page_free(&page);
    await_outcome(source, ERR_TIMEOUT, &page, &error);
    assert_int_equal(page.count, 0);
    await_failure(source, ERR_TIMEOUT);
    source_close(source);
    broker_stop(&broker);
}

static void a_refusal_is_told_with_its_reason(void **state)
{
    struct scripted_broker broker;
    struct page page;
    struct error error;

    (void)state;
    broker_start(&broker, script, COUNT(script));
    atomic_store(&broker.connack, 5);
    struct source *source = open_source(broker.port, 60000);
    await_outcome(source, ERR_AUTH, &page, &error);
    assert_true(str_contains(str_from(error.text), STR_OF("--mqtt.password-file")));
    assert_true(source_is_ready(source));
    assert_true(fact_of(source, FACT_MQTT_CONNECTED) == 0);
    source_close(source);
    broker_stop(&broker);
}

static void only_what_is_wanted_is_put(void **state)
{
    static const struct want wants[] = {{.device = STR("system")}, {.device = STR("*")}};
    static const struct str unwanted[] = {STR("battery")};
    const struct want_list list = {wants, COUNT(wants), unwanted, COUNT(unwanted)};
    struct scripted_broker broker;
    struct page page;
    struct error error;

    (void)state;
    broker_start(&broker, script, COUNT(script));
    struct source *source = open_source(broker.port, 60000);
    source_set_wants(source, &list);
    await_fact(source, FACT_MQTT_FULL_PUBLISH_AT, 0);
    assert_int_equal(collect(source, &page, &error), ERR_OK);
    assert_int_equal(page.count, 1);
    check_str(page.reports[0]->device, "system");
    page_free(&page);
    source_close(source);
    broker_stop(&broker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_station_is_found_and_read),
        cmocka_unit_test(values_outlive_a_short_loss_of_the_broker),
        cmocka_unit_test(a_silent_station_is_not_shown),
        cmocka_unit_test(a_refusal_is_told_with_its_reason),
        cmocka_unit_test(only_what_is_wanted_is_put),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
