/* token_bucket.c - see token_bucket.h */
#include "web/token_bucket.h"

#define NS_PER_S 1e9

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

static void fill(struct token_bucket *bucket, int64_t interval_ns, uint64_t burst,
                 double now_s)
{
    double gained = (now_s - bucket->filled_s) * NS_PER_S / (double)interval_ns;

    if (bucket->filled_s == 0)
        bucket->tokens = (double)burst;
    else if (gained > 0)
        bucket->tokens += gained;
    bucket->tokens = smaller(bucket->tokens, (double)burst);
    bucket->filled_s = now_s;
}

bool token_bucket_take(struct token_bucket *bucket, int64_t interval_ns, uint64_t burst,
                       double now_s)
{
    if (interval_ns == 0)
        return true;
    fill(bucket, interval_ns, burst, now_s);
    if (bucket->tokens < 1)
        return false;
    bucket->tokens -= 1;
    return true;
}
