/* health_pages.c - is the process alive, is it ready, read the files anew. */
#include "base/clock.h"
#include "exporter.h"
#include "pages/pages.h"

/* It is woken when a reload has ended; this is for the case that nobody wakes it. */
#define RELOAD_ASK_MS 1000

void healthy_page(void *context, struct request *request)
{
    (void)context; /* as long as we serve: the station is not asked */
    request_reply_text(request, 200, "Healthy");
}

void ready_page(void *context, struct request *request)
{
    bool is_ready = exporter_is_ready(context);

    request_reply_text(request, is_ready ? 200 : 503,
                       is_ready ? "Ready"
                                : "Not ready: the first attempt at the station is under "
                                  "way.");
}

/* Main reads the files: it takes longer than others may wait here. */
void reload_page(void *context, struct request *request)
{
    struct exporter *exporter = context;
    uint64_t *reload = request_ticket(request);
    bool was_good = false;

    if (*reload == 0)
        *reload = exporter_ask_reload(exporter);
    if (!exporter_has_reloaded(exporter, *reload, &was_good))
        request_wait(request, deadline_in_ms(RELOAD_ASK_MS));
    else if (was_good)
        request_reply_text(request, 200, "Reloaded");
    else
        request_reply_text(request, 500,
                           "Refused, the old files stay in force; the log says why.");
}
