/* made_up.c - see made_up.h */
#include "actions/made_up.h"

#include <assert.h>
#include <string.h>

#include "base/ascii.h"

#define HOSTS_MAX 254        /* of 192.0.2.0/24; further ones are of 198.18.0.0/15 */
#define SERIAL_LETTERS_MAX 2 /* "HQ" says who made it, not whose it is */
#define SERIAL_DIGITS_MAX 40 /* a key's fingerprint; what is longer is no serial */

static void add_portal_id(size_t number, struct str original, struct buf *out)
{
    (void)original;
    buf_printf(out, "c0ffee%06zx", number);
}

static void add_vin(size_t number, struct str original, struct buf *out)
{
    (void)original;
    buf_printf(out, "ZZZ%014zu", number);
}

/* "HQ2252SIM01" becomes "HQ000000001". */
static void add_serial(size_t number, struct str original, struct buf *out)
{
    struct str head = {original.p, ascii_run(original, ascii_is_letter)};

    if (head.n > SERIAL_LETTERS_MAX || head.n == original.n ||
        !ascii_is_digit(original.p[head.n]))
        head.n = 0;
    size_t width = original.n - head.n;
    buf_add(out, head);
    buf_printf(out, "%0*zu", (int)(width < SERIAL_DIGITS_MAX ? width : SERIAL_DIGITS_MAX),
               number);
}

/* Locally administered, so that it is nobody's. */
static void add_mac(size_t number, struct str original, struct buf *out)
{
    const unsigned octets[] = {
        2, 0, 0, 0, (unsigned)(number >> 8 & 0xff), (unsigned)(number & 0xff)};
    char separator = original.n > 2 ? original.p[2] : ':';

    for (size_t i = 0; i < sizeof octets / sizeof *octets; i++) {
        if (i && (separator == ':' || separator == '-'))
            buf_add_char(out, separator);
        buf_printf(out, "%02x", octets[i]);
    }
}

static void add_ipv6(size_t number, struct str original, struct buf *out)
{
    (void)original;
    buf_printf(out, "2001:db8::%zx", number);
}

static void add_ipv4(size_t number, struct str original, struct buf *out)
{
    char c = memchr(original.p, '_', original.n) ? '_' : '.';

    if (number <= HOSTS_MAX)
        buf_printf(out, "192%c0%c2%c%zu", c, c, c, number);
    else
        buf_printf(out, "198%c18%c%zu%c%zu", c, c, number >> 8 & 0xff, c, number & 0xff);
}

static void add_mail(size_t number, struct str original, struct buf *out)
{
    (void)original;
    buf_printf(out, "user%zu@example.org", number);
}

static void add_name(size_t number, struct str original, struct buf *out)
{
    (void)original;
    buf_printf(out, "Name %zu", number);
}

static void add_message(size_t number, struct str original, struct buf *out)
{
    (void)original;
    buf_printf(out, "Message %zu", number);
}

static void (*const makers[DATUM_END])(size_t, struct str, struct buf *) = {
    [DATUM_PORTAL_ID] = add_portal_id, [DATUM_VIN] = add_vin,
    [DATUM_SERIAL] = add_serial,       [DATUM_MAC] = add_mac,
    [DATUM_IPV6] = add_ipv6,           [DATUM_IPV4] = add_ipv4,
    [DATUM_MAIL] = add_mail,           [DATUM_NAME] = add_name,
    [DATUM_MESSAGE] = add_message,
};

void made_up_add(enum datum datum, size_t number, struct str original, struct buf *out)
{
    assert(makers[datum]);
    makers[datum](number, original, out);
}
