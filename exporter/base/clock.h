/* clock.h - now, and until when.
 *
 * A deadline is an absolute moment of the monotonic clock, passed by value: it
 * bounds whatever is done with it, however many steps that takes.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Milliseconds of a clock that no one sets; only differences mean something. */
int64_t clock_monotonic_ms(void);
double clock_monotonic_seconds(void);

/* Seconds since 1970, as the host believes. */
double clock_unix_seconds(void);

/* Seconds to the millisecond: more digits are noise that costs bytes and printing. */
double clock_round_to_ms(double seconds);

/* The same for the system's calls; a processor's time_t may have 32 bits. */
struct timespec clock_timespec(int64_t ms);

struct deadline {
    int64_t at_ms; /* of clock_monotonic_ms */
};

struct deadline deadline_in_ms(int64_t ms);

/* 0 when it has passed. */
int64_t deadline_left_ms(struct deadline deadline);
bool deadline_has_passed(struct deadline deadline);
struct deadline deadline_later(struct deadline a, struct deadline b);
struct deadline deadline_earlier(struct deadline a, struct deadline b);

/* For pthread_cond_timedwait until the clock_timespec of a deadline. */
void deadline_init_condition(pthread_cond_t *out_condition);

#endif
