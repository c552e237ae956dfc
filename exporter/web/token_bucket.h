/* token_bucket.h - how often something may happen.  Pure.
 *
 * A bucket holds up to burst tokens and gains one each interval; taking one is what may
 * happen.  It starts full.  One thread at a time; zeroed is new.
 */
#ifndef WEB_TOKEN_BUCKET_H
#define WEB_TOKEN_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

struct token_bucket {
    double tokens;
    double filled_s; /* when that was so; 0: never */
};

/* False: there is none.  now_s is of the monotonic clock.  interval_ns and burst may
 * differ from call to call; an interval of 0 means that everything may happen. */
bool token_bucket_take(struct token_bucket *bucket, int64_t interval_ns, uint64_t burst,
                       double now_s);

#endif
