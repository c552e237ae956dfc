/* self_parts.h - the chapters of our own metrics, in page order; for self/ only. */
#ifndef SELF_SELF_PARTS_H
#define SELF_SELF_PARTS_H

#include "model/sample.h"
#include "self/self_metrics.h"

/* victron_device_up, …_last_update…, victron_scrape_service_*: one series a report. */
void self_reports_apply(const struct self_view *self, struct sample_set *samples);

/* victron_site_*: what the owner said in the site file. */
void self_site_apply(const struct self_view *self, struct sample_set *samples);

/* victron_exporter_* */
void self_exporter_apply(const struct self_view *self, struct sample_set *samples);

/* process_*, from /proc/self; what cannot be read has no series. */
void self_process_apply(const struct self_view *self, struct sample_set *samples);

#endif
