/* address.c - see address.h */
#include "actions/address.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/ascii.h"

#define MAC_DIGITS 12
#define MAC_TEXT 17 /* with separators */

/* First numbers of an IPv4 address that belong to nobody: this host, loopback, and from
 * here on multicast and masks. */
#define IPV4_THIS_HOST 0
#define IPV4_LOOPBACK 127
#define IPV4_MULTICAST 224

/* What stands beside a place; NUL at the ends. */
static char byte_at(struct str text, size_t at)
{
    return at < text.n ? text.p[at] : '\0';
}

static char byte_before(struct str text, size_t at)
{
    return at ? text.p[at - 1] : '\0';
}

/* ---- mail ---- */

/* Bytes beyond ASCII are letters of some language. */
static bool is_domain_character(char c)
{
    return ascii_is_digit(c) || ascii_is_letter(c) || c == '.' || c == '-' ||
           (unsigned char)c >= 0x80;
}

static bool is_mailbox_character(char c)
{
    return is_domain_character(c) || c == '_' || c == '+' || c == '%';
}

static size_t mail_length(struct str text, size_t at)
{
    if (is_mailbox_character(byte_before(text, at)))
        return 0;
    struct str rest = str_skip(text, at);
    size_t mailbox = ascii_run(rest, is_mailbox_character);
    if (!mailbox || byte_at(rest, mailbox) != '@')
        return 0;
    struct str domain = str_skip(rest, mailbox + 1);
    domain.n = ascii_run(domain, is_domain_character);
    while (str_ends_with(domain, STR_OF(".")) || str_ends_with(domain, STR_OF("-")))
        domain.n--;
    return str_contains(domain, STR_OF(".")) ? mailbox + 1 + domain.n : 0;
}

/* ---- IPv6 ---- */

static bool is_ipv6_character(char c)
{
    return ascii_is_hex(c) || c == ':' || c == '.';
}

static bool is_nobodys_ipv6(const struct in6_addr *address)
{
    return memcmp(address, &in6addr_any, sizeof *address) == 0 ||
           memcmp(address, &in6addr_loopback, sizeof *address) == 0;
}

static size_t ipv6_length(struct str text, size_t at)
{
    char before = byte_before(text, at);
    char copy[INET6_ADDRSTRLEN];
    struct in6_addr address;

    if (is_ipv6_character(before) || ascii_is_letter(before))
        return 0;
    struct str found = str_skip(text, at);
    found.n = ascii_run(found, is_ipv6_character);
    while (found.n &&
           (found.p[found.n - 1] == '.' ||
            (found.p[found.n - 1] == ':' && !str_ends_with(found, STR_OF("::")))))
        found.n--;
    if (!found.n || found.n >= sizeof copy)
        return 0;
    memcpy(copy, found.p, found.n);
    copy[found.n] = '\0';
    bool is_one = inet_pton(AF_INET6, copy, &address) == 1;
    return is_one && !is_nobodys_ipv6(&address) ? found.n : 0;
}

/* ---- MAC ---- */

static bool are_zeros_or_ones(struct str digits)
{
    for (size_t i = 0; i < digits.n; i++)
        if (ascii_is_hex(digits.p[i]) && digits.p[i] != digits.p[0])
            return false;
    return digits.p[0] == '0' || digits.p[0] == 'f' || digits.p[0] == 'F';
}

/* Twelve digits of which none is a letter are rather a time or a count. */
static size_t bare_mac_length(struct str rest)
{
    size_t n = ascii_run(rest, ascii_is_hex);

    if (n != MAC_DIGITS || ascii_is_letter(byte_at(rest, n)) ||
        ascii_run(rest, ascii_is_digit) == MAC_DIGITS)
        return 0;
    return n;
}

static size_t separated_mac_length(struct str rest)
{
    char separator = byte_at(rest, 2);

    if (rest.n < MAC_TEXT || (separator != ':' && separator != '-'))
        return 0;
    for (size_t i = 0; i < MAC_TEXT; i++)
        if (i % 3 == 2 ? rest.p[i] != separator : !ascii_is_hex(rest.p[i]))
            return 0;
    char after = byte_at(rest, MAC_TEXT);
    return ascii_is_digit(after) || ascii_is_letter(after) ? 0 : MAC_TEXT;
}

static size_t mac_length(struct str text, size_t at)
{
    char before = byte_before(text, at);
    struct str rest = str_skip(text, at);

    if (ascii_is_digit(before) || ascii_is_letter(before))
        return 0;
    size_t n = bare_mac_length(rest);
    if (!n)
        n = separated_mac_length(rest);
    return n && !are_zeros_or_ones((struct str){rest.p, n}) ? n : 0;
}

/* ---- IPv4 ---- */

/* Takes up to three digits off the front; false unless they are a number up to 255. */
static bool cut_octet(struct str *rest, uint64_t *out_octet)
{
    struct str digits = {rest->p, ascii_run(*rest, ascii_is_digit)};

    *rest = str_skip(*rest, digits.n);
    return digits.n <= 3 && str_to_unsigned(digits, UINT8_MAX, out_octet);
}

static bool is_inside_ipv4(struct str text, size_t at, char separator)
{
    char before = byte_before(text, at);

    return ascii_is_digit(before) || before == '.' ||
           (separator == '.' && ascii_is_letter(before));
}

static size_t ipv4_length(struct str text, size_t at)
{
    struct str rest = str_skip(text, at);
    uint64_t first = 0;
    uint64_t octet;

    if (!cut_octet(&rest, &first))
        return 0;
    char separator = byte_at(rest, 0);
    if ((separator != '.' && separator != '_') || is_inside_ipv4(text, at, separator))
        return 0;
    for (int i = 1; i < 4; i++) {
        if (byte_at(rest, 0) != separator)
            return 0;
        rest = str_skip(rest, 1);
        if (!cut_octet(&rest, &octet))
            return 0;
    }
    bool goes_on =
        separator == '.' && byte_at(rest, 0) == '.' && ascii_is_digit(byte_at(rest, 1));
    bool is_nobodys =
        first == IPV4_THIS_HOST || first == IPV4_LOOPBACK || first >= IPV4_MULTICAST;
    return goes_on || is_nobodys ? 0 : text.n - at - rest.n;
}

/* An IPv6 address may end in an IPv4 one and begin like a MAC address. */
static const struct {
    enum datum datum;
    size_t (*length)(struct str text, size_t at);
} forms[] = {
    {DATUM_MAIL, mail_length},
    {DATUM_IPV6, ipv6_length},
    {DATUM_MAC, mac_length},
    {DATUM_IPV4, ipv4_length},
};

struct address address_at(struct str text, size_t at)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        size_t n = forms[i].length(text, at);
        if (n)
            return (struct address){forms[i].datum, {text.p + at, n}};
    }
    return (struct address){DATUM_TEXT, {text.p + at, 0}};
}
