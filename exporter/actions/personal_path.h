/* personal_path.h - which value tells something about the people behind a station.
 *
 * Decided by where a value stands: device type and D-Bus path.  For a value that is JSON
 * the path goes on into it, member by member ("/Batteries/0/name").
 */
#ifndef ACTIONS_PERSONAL_PATH_H
#define ACTIONS_PERSONAL_PATH_H

#include "base/str.h"

/* Those from DATUM_PORTAL_ID to DATUM_MESSAGE are replaced; where one text is several of
 * them, the earlier one counts. */
enum datum {
    DATUM_TEXT,      /* any other text: personal data may stand in it */
    DATUM_TECHNICAL, /* products and states: serials and addresses may, names may not */
    DATUM_VERSION,   /* stays as it is */
    DATUM_PORTAL_ID,
    DATUM_VIN,
    DATUM_SERIAL,
    DATUM_MAC,
    DATUM_IPV6,
    DATUM_IPV4,
    DATUM_MAIL,
    DATUM_NAME, /* given by owners: devices, groups, networks */
    DATUM_MESSAGE,
    DATUM_POSITION, /* a number that is replaced; a text there is left out */
    DATUM_SECRET,   /* left out, see metric_map_is_secret */
    DATUM_SETTING,  /* a text of settings: left out */
    DATUM_END
};

/* Never an address (they are found in texts, see address.h) and never DATUM_SETTING
 * (that depends on the value). */
enum datum personal_path_datum(struct str device, struct str path);

/* The made-up number for a path of DATUM_POSITION. */
double personal_path_position(struct str path);

#endif
