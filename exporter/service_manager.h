/* service_manager.h - what systemd is told, and what it hands over.
 *
 * All of it does nothing when systemd did not start us.
 */
#ifndef SERVICE_MANAGER_H
#define SERVICE_MANAGER_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define SERVICE_SOCKETS_MAX 16

void service_manager_ready(void);
void service_manager_stopping(void);

/* A sign of life, for WatchdogSec=. */
void service_manager_alive(void);

/* How often a sign of life is due; 0 without a watchdog. */
int64_t service_manager_watchdog_ms(void);

/* The listening sockets of a .socket unit.  ERR_USAGE when there are none. */
enum err service_manager_sockets(int out_sockets[SERVICE_SOCKETS_MAX], size_t *out_count,
                                 struct error *error) __attribute__((warn_unused_result));

#endif
