/* random.h - numbers that differ from one run, and one exporter, to the next.
 *
 * For jitter and names that must not clash; not for secrets.
 */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdint.h>

/* Any thread. */
uint64_t random_number(void);

#endif
