/* service_manager.c - see service_manager.h */
#include "service_manager.h"

#include <systemd/sd-daemon.h>

void service_manager_ready(void)
{
    (void)sd_notify(0, "READY=1");
}

void service_manager_stopping(void)
{
    (void)sd_notify(0, "STOPPING=1");
}

void service_manager_alive(void)
{
    (void)sd_notify(0, "WATCHDOG=1");
}

int64_t service_manager_watchdog_ms(void)
{
    uint64_t period_us = 0;

    /* Half the period, as sd_watchdog_enabled(3) recommends. */
    if (sd_watchdog_enabled(0, &period_us) <= 0)
        return 0;
    return (int64_t)(period_us / 2000);
}

enum err service_manager_sockets(int out_sockets[SERVICE_SOCKETS_MAX], size_t *out_count,
                                 struct error *error)
{
    int count = sd_listen_fds(0);

    if (count <= 0)
        return error_set(
            error, ERR_USAGE,
            "--web.systemd-socket: systemd handed over no socket; is there a "
            ".socket unit of the same name?");
    if (count > SERVICE_SOCKETS_MAX)
        return error_set(error, ERR_USAGE,
                         "--web.systemd-socket: %d sockets, allowed are %d", count,
                         SERVICE_SOCKETS_MAX);
    for (int i = 0; i < count; i++)
        out_sockets[i] = SD_LISTEN_FDS_START + i;
    *out_count = (size_t)count;
    return ERR_OK;
}
