/* address.h - addresses inside texts: IPv4, IPv6, MAC, e-mail.  Pure. */
#ifndef ACTIONS_ADDRESS_H
#define ACTIONS_ADDRESS_H

#include <stddef.h>

#include "actions/personal_path.h"
#include "base/str.h"

struct address {
    enum datum datum; /* DATUM_IPV4, DATUM_IPV6, DATUM_MAC, DATUM_MAIL */
    struct str text;  /* slice of the text that was looked at; empty: no address there */
};

/* The address that begins at that place of text.  Also as they stand in names of D-Bus:
 * "10_0_0_41", and twelve hexadecimal digits.  Not those that say nothing of anybody:
 * loopback, multicast and masks, all zeros. */
struct address address_at(struct str text, size_t at);

#endif
