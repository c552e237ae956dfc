/* compression_test.c - gzip, and who takes it */
#include "server/compression.h"

#include <stdlib.h>
#include <zlib.h>

#include "check.h"

static void test_accept_encoding_is_read(void **state)
{
    static const struct {
        const char *header;
        bool is_accepted;
    } cases[] = {
        {"", false},
        {"gzip", true},
        {"GZip", true},
        {"identity", false},
        {"deflate, gzip, br", true},
        {"gzip;q=0", false},
        {"gzip; q=0.000", false},
        {"gzip;q=0.001", true},
        {"gzip ; Q=0", false},
        {"gzip;q=1;x=0", true},
        {"gzip;x=0", true},
        {"gzip;q=", false},
        {"gzip;q=none", false},
        {"*", true},
        {"*;q=0", false},
        {"*;q=0, gzip", true},
        {"*, gzip;q=0", false},
        {"gzip;q=0, *", false},
        {"gzipped", false},
        {"xgzip", false},
        {",,;;=,", false},
        {" gzip ", true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        if (compression_is_accepted(str_from(cases[i].header)) != cases[i].is_accepted)
            fail_msg("\"%s\" is read wrongly", cases[i].header);
}

/* A page of about n bytes. */
static struct buf page_of(size_t n)
{
    struct buf page = buf_new(2 * n + 100);

    for (unsigned i = 0; page.n < n; i++)
        buf_printf(&page, "victron_battery_voltage_volts{instance=\"%u\"} %u.%02u\n", i,
                   i % 60, i * 7 % 100);
    assert_false(page.failed);
    return page;
}

static void assert_unpacks_to(struct str packed, struct str expected)
{
    z_stream stream = {0};
    char *out = malloc(expected.n + 1);

    assert_non_null(out);
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    stream.next_in = (Bytef *)(uintptr_t)packed.p;
    stream.avail_in = (uInt)packed.n;
    stream.next_out = (Bytef *)out;
    stream.avail_out = (uInt)expected.n + 1;
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(stream.total_out, expected.n);
    assert_int_equal(stream.avail_in, 0);
    assert_memory_equal(out, expected.p, expected.n);
    (void)inflateEnd(&stream);
    free(out);
}

/* A gzip file of the texts, made as an answer is. */
static struct buf gzip_of(const struct str *texts, size_t count)
{
    struct buf file = buf_new((size_t)64 * 1024 * 1024);
    struct checksum whole = {0};
    char end[COMPRESSION_END_BYTES];

    buf_add(&file, compression_head());
    for (size_t i = 0; i < count; i++) {
        struct checksum checksum;
        struct buf blocks = compression_deflate(texts[i], &checksum);
        assert_false(blocks.failed);
        assert_int_equal(checksum.bytes, texts[i].n);
        buf_add(&file, buf_str(&blocks));
        whole = compression_join(whole, checksum);
        buf_free(&blocks);
    }
    compression_end(whole, end);
    buf_add(&file, (struct str){end, sizeof end});
    assert_false(file.failed);
    return file;
}

static void test_what_is_packed_unpacks_to_the_same(void **state)
{
    static const size_t sizes[] = {0, 1, 512, 1000, 16 * 1024, 100000, 3000000};

    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct buf page = page_of(sizes[i]);
        struct str text = {page.p, sizes[i]};
        struct buf packed = gzip_of(&text, 1);
        assert_true(sizes[i] < 512 || packed.n < sizes[i] / 2);
        assert_unpacks_to(buf_str(&packed), text);
        buf_free(&packed);
        buf_free(&page);
    }
}

static void test_what_does_not_shrink_unpacks_too(void **state)
{
    char noise[40000];
    uint64_t random = 1;

    (void)state;
    for (size_t i = 0; i < sizeof noise; i++) {
        random = random * UINT64_C(6364136223846793005) + 1442695040888963407U;
        noise[i] = (char)(random >> 56);
    }
    const struct str text = {noise, sizeof noise};
    struct buf packed = gzip_of(&text, 1);
    assert_unpacks_to(buf_str(&packed), text);
    buf_free(&packed);
}

static void test_texts_in_any_order_are_one_file(void **state)
{
    struct buf page = page_of(200000);
    struct buf joined = buf_new((size_t)1024 * 1024);
    const struct str texts[] = {
        buf_str(&page), STR("a few words\n"), STR(""), {page.p, 5000}};

    (void)state;
    for (size_t shift = 0; shift < COUNT(texts); shift++) {
        struct str turned[COUNT(texts)];
        buf_clear(&joined);
        for (size_t i = 0; i < COUNT(texts); i++) {
            turned[i] = texts[(i + shift) % COUNT(texts)];
            buf_add(&joined, turned[i]);
        }
        struct buf packed = gzip_of(turned, COUNT(turned));
        assert_unpacks_to(buf_str(&packed), buf_str(&joined));
        buf_free(&packed);
    }
    buf_free(&joined);
    buf_free(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accept_encoding_is_read),
        cmocka_unit_test(test_what_is_packed_unpacks_to_the_same),
        cmocka_unit_test(test_what_does_not_shrink_unpacks_too),
        cmocka_unit_test(test_texts_in_any_order_are_one_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
