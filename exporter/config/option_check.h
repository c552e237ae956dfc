/* option_check.h - what a text option must look like, for the rows of the table.
 *
 * ERR_USAGE with what is wrong and what is allowed; the flag and the value are told by
 * the caller.  Whether a file exists is found out by whoever reads it.
 */
#ifndef CONFIG_OPTION_CHECK_H
#define CONFIG_OPTION_CHECK_H

#include "base/err.h"
#include "base/str.h"

enum err option_check_station_url(struct str value, struct error *error)
    __attribute__((warn_unused_result));
enum err option_check_site(struct str value, struct error *error)
    __attribute__((warn_unused_result));
enum err option_check_portal_id(struct str value, struct error *error)
    __attribute__((warn_unused_result));
enum err option_check_listen_address(struct str value, struct error *error)
    __attribute__((warn_unused_result));
enum err option_check_telemetry_path(struct str value, struct error *error)
    __attribute__((warn_unused_result));
enum err option_check_device_type(struct str value, struct error *error)
    __attribute__((warn_unused_result));

#endif
