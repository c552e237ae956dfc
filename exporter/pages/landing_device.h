/* landing_device.h - how the landing page calls a device, and which series are its own.
 */
#ifndef PAGES_LANDING_DEVICE_H
#define PAGES_LANDING_DEVICE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

struct landing;
struct report;
struct series;

/* {site="house",device="battery",instance="512" : so begin the labels of its series. */
struct str landing_device_labels(const struct landing *landing,
                                 const struct report *report);

/* True: the series has those labels; *out_rest is what follows in its text. */
bool landing_device_has(struct str labels, const struct series *series,
                        struct str *out_rest);

/* Cuts the next label off such a rest, ,phase="L1",tracker="0"} ; the value as it stands
 * there, escaped.  False: there is no more. */
bool landing_device_next_label(struct str *rest, struct str *out_name,
                               struct str *out_value);

/* Its type and instance; the bus name's end where the instance is not known. */
void landing_device_add_type(struct buf *page, const struct report *report);

/* Its custom name, else the product's, else nothing; cut when long. */
struct str landing_device_name(const struct report *report);
void landing_device_add_name(struct buf *page, const struct report *report);

#endif
