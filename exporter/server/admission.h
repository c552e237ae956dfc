/* admission.h - who may ask, by the web configuration: before any route runs.
 *
 * The server thread only.
 */
#ifndef SERVER_ADMISSION_H
#define SERVER_ADMISSION_H

#include <stdbool.h>

#include "base/err.h"

struct MHD_Response;
struct admission; /* opaque */
struct request;
struct web_watch;

/* watch stays the caller's and lives longer; wake is the server's eventfd.  mending_path
 * as in struct server_options. */
enum err admission_open(struct web_watch *watch, const char *mending_path, int wake,
                        struct admission **out_admission, struct error *error)
    __attribute__((warn_unused_result));

/* True: the request may go on; the same each time once it was so.  False: it was
 * answered, or it waits.  admission NULL lets everybody in. */
bool admission_admits(struct admission *admission, struct request *request);

/* Sets the header lines of the web configuration, in the place of ours. */
void admission_add_headers(const struct request *request, struct MHD_Response *response);

/* NULL is allowed. */
void admission_close(struct admission *admission);

#endif
