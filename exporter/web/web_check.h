/* web_check.h - what keys of a web configuration ask of each other. */
#ifndef WEB_WEB_CHECK_H
#define WEB_WEB_CHECK_H

#include "web/web_config.h"
#include "web/web_reader.h"

/* Refuses what could not work, or would let in those that it should keep out. */
void web_check(struct web_reader *reader, const struct web_config *config);

#endif
