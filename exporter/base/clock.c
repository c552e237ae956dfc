/* clock.c - see clock.h */
#include "base/clock.h"

#include <math.h>

static struct timespec now_of(clockid_t clock)
{
    struct timespec now = {0};

    (void)clock_gettime(clock, &now); /* cannot fail with these clocks */
    return now;
}

int64_t clock_monotonic_ms(void)
{
    struct timespec now = now_of(CLOCK_MONOTONIC);

    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

double clock_monotonic_seconds(void)
{
    struct timespec now = now_of(CLOCK_MONOTONIC);

    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double clock_unix_seconds(void)
{
    struct timespec now = now_of(CLOCK_REALTIME);

    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct timespec clock_timespec(int64_t ms)
{
    return (struct timespec){
        .tv_sec = (time_t)(ms / 1000),
        .tv_nsec = (long)(ms % 1000) * 1000000,
    };
}

double clock_round_to_ms(double seconds)
{
    return round(seconds * 1000) / 1000;
}

struct deadline deadline_in_ms(int64_t ms)
{
    return (struct deadline){clock_monotonic_ms() + ms};
}

int64_t deadline_left_ms(struct deadline deadline)
{
    int64_t left = deadline.at_ms - clock_monotonic_ms();

    return left > 0 ? left : 0;
}

bool deadline_has_passed(struct deadline deadline)
{
    return deadline_left_ms(deadline) == 0;
}

struct deadline deadline_later(struct deadline a, struct deadline b)
{
    return a.at_ms > b.at_ms ? a : b;
}

struct deadline deadline_earlier(struct deadline a, struct deadline b)
{
    return a.at_ms < b.at_ms ? a : b;
}

void deadline_init_condition(pthread_cond_t *out_condition)
{
    pthread_condattr_t attributes;

    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(out_condition, &attributes);
    (void)pthread_condattr_destroy(&attributes);
}
