/* random.c - see random.h */
#include "base/random.h"

#include <sys/random.h>

#include "base/clock.h"

uint64_t random_number(void)
{
    uint64_t number = 0;

    /* Early in a boot the kernel has none yet; the clock's nanoseconds do then. */
    if (getrandom(&number, sizeof number, GRND_NONBLOCK) != (ssize_t)sizeof number)
        number =
            (uint64_t)(clock_monotonic_seconds() * 1e9) * UINT64_C(0x9e3779b97f4a7c15);
    return number;
}
