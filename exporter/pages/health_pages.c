/* health_pages.c - is the process alive, is it ready, read the files anew. */
#include "exporter.h"
#include "pages/pages.h"

void healthy_page(void *context, struct request *request)
{
    (void)context; /* as long as we serve: the station is not asked */
    request_reply_text(request, 200, "Healthy");
}

void ready_page(void *context, struct request *request)
{
    bool is_ready = exporter_is_ready(context);

    request_reply_text(request, is_ready ? 200 : 503, is_ready ? "Ready" : "Not ready");
}

void reload_page(void *context, struct request *request)
{
    if (exporter_reload(context) == ERR_OK)
        request_reply_text(request, 200, "Reloaded");
    else
        request_reply_text(request, 500,
                           "Refused, the old files stay in force; the log says why.\n");
}
