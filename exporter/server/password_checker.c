/* password_checker.c - see password_checker.h
 *
 * bcrypt cannot be interrupted, and a hash may cost minutes: the thread is not joined.
 * What it shares with its owner lives until both have let go of it.
 */
#include "server/password_checker.h"

#include <fcntl.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/log.h"
#include "web/bcrypt.h"

#define DIGEST_BYTES 32
#define KEY_BYTES 32

struct digest {
    unsigned char bytes[DIGEST_BYTES];
};

struct job {
    struct digest digest;
    char hash[BCRYPT_HASH_BYTES];
    char password[BCRYPT_PASSWORD_BYTES_MAX];
    size_t password_bytes;
};

/* A ring: the oldest makes room. */
struct memory {
    struct digest items[PASSWORD_CACHE_MAX];
    size_t count;
    size_t next;
};

struct password_checker {
    int wake; /* our own descriptor: the other one may be closed before we are done */
    unsigned char key[KEY_BYTES]; /* of the digests, new in each process */

    pthread_mutex_t queue_lock; /* guards what follows */
    pthread_cond_t has_work;
    struct job jobs[PASSWORD_QUEUE_MAX]; /* the first of count is the oldest */
    size_t count;
    struct memory right, wrong;
    struct digest unchecked; /* the last that could not be computed */
    bool has_unchecked;      /* nobody was told yet */
    bool is_closed;
    bool has_thread;
};

static void forget(struct password_checker *checker)
{
    if (checker->wake >= 0)
        (void)close(checker->wake);
    (void)pthread_cond_destroy(&checker->has_work);
    (void)pthread_mutex_destroy(&checker->queue_lock);
    gnutls_memset(checker, 0, sizeof *checker);
    free(checker);
}

static bool is_same(const struct digest *a, const struct digest *b)
{
    return gnutls_memcmp(a->bytes, b->bytes, DIGEST_BYTES) == 0;
}

static bool remembers(const struct memory *memory, const struct digest *digest)
{
    for (size_t i = 0; i < memory->count; i++)
        if (is_same(&memory->items[i], digest))
            return true;
    return false;
}

static void remember(struct memory *memory, const struct digest *digest)
{
    memory->items[memory->next] = *digest;
    memory->next = (memory->next + 1) % PASSWORD_CACHE_MAX;
    if (memory->count < PASSWORD_CACHE_MAX)
        memory->count++;
}

static bool is_queued(const struct password_checker *checker, const struct digest *digest)
{
    for (size_t i = 0; i < checker->count; i++)
        if (is_same(&checker->jobs[i].digest, digest))
            return true;
    return false;
}

static bool hash_part(gnutls_hmac_hd_t hmac, struct str part)
{
    uint64_t bytes = part.n; /* so that no two parts look like two others */

    return gnutls_hmac(hmac, &bytes, sizeof bytes) == 0 &&
           (part.n == 0 || gnutls_hmac(hmac, part.p, part.n) == 0);
}

static bool make_digest(const struct password_checker *checker, struct str user,
                        struct str hash, struct str password, struct digest *out_digest)
{
    gnutls_hmac_hd_t hmac;

    if (gnutls_hmac_init(&hmac, GNUTLS_MAC_SHA256, checker->key, KEY_BYTES) < 0)
        return false;
    bool is_made =
        hash_part(hmac, user) && hash_part(hmac, hash) && hash_part(hmac, password);
    gnutls_hmac_deinit(hmac, out_digest->bytes);
    return is_made;
}

/* The job stays in the queue while it is computed: whoever asks the same finds it. */
static void drop_oldest(struct password_checker *checker)
{
    checker->count--;
    memmove(&checker->jobs[0], &checker->jobs[1],
            checker->count * sizeof checker->jobs[0]);
    gnutls_memset(&checker->jobs[checker->count], 0, sizeof checker->jobs[0]);
}

static void work_on(struct password_checker *checker, const struct job *job)
{
    bool is_right = false;
    enum err outcome =
        bcrypt_match((struct str){job->hash, sizeof job->hash},
                     (struct str){job->password, job->password_bytes}, &is_right);

    (void)pthread_mutex_lock(&checker->queue_lock);
    if (outcome == ERR_OK)
        remember(is_right ? &checker->right : &checker->wrong, &job->digest);
    else
        checker->unchecked = job->digest;
    checker->has_unchecked = outcome != ERR_OK;
    drop_oldest(checker);
    (void)pthread_mutex_unlock(&checker->queue_lock);
    (void)eventfd_write(checker->wake, 1);
}

static void *run_thread(void *context)
{
    struct password_checker *checker = context;

    (void)prctl(PR_SET_NAME, "passwords");
    (void)pthread_mutex_lock(&checker->queue_lock);
    while (!checker->is_closed) {
        if (checker->count == 0) {
            (void)pthread_cond_wait(&checker->has_work, &checker->queue_lock);
            continue;
        }
        struct job job = checker->jobs[0];
        (void)pthread_mutex_unlock(&checker->queue_lock);
        work_on(checker, &job);
        gnutls_memset(&job, 0, sizeof job);
        (void)pthread_mutex_lock(&checker->queue_lock);
    }
    (void)pthread_mutex_unlock(&checker->queue_lock);
    forget(checker);
    return NULL;
}

/* The thread takes no signals: they are main's. */
static bool start_thread(struct password_checker *checker)
{
    pthread_t thread;
    sigset_t all;
    sigset_t before;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int failure = pthread_create(&thread, NULL, run_thread, checker);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failure) {
        log_write(LOG_ERROR, "no thread to check passwords", "reason", strerror(failure),
                  NULL);
        return false;
    }
    (void)pthread_detach(thread);
    return true;
}

static void add_job(struct password_checker *checker, const struct digest *digest,
                    struct str hash, struct str password)
{
    struct job *job = &checker->jobs[checker->count++];

    if (password.n > sizeof job->password)
        password.n = sizeof job->password; /* bcrypt reads no further */
    job->digest = *digest;
    memcpy(job->hash, hash.p, sizeof job->hash);
    if (password.n)
        memcpy(job->password, password.p, password.n);
    job->password_bytes = password.n;
    (void)pthread_cond_signal(&checker->has_work);
}

static enum password_verdict look_up(struct password_checker *checker,
                                     const struct digest *digest, struct str hash,
                                     struct str password)
{
    if (remembers(&checker->right, digest))
        return PASSWORD_RIGHT;
    if (remembers(&checker->wrong, digest))
        return PASSWORD_WRONG;
    if (checker->has_unchecked && is_same(&checker->unchecked, digest)) {
        checker->has_unchecked = false;
        return PASSWORD_UNCHECKED;
    }
    if (is_queued(checker, digest))
        return PASSWORD_PENDING;
    if (checker->count == PASSWORD_QUEUE_MAX)
        return PASSWORD_UNCHECKED;
    if (!checker->has_thread)
        checker->has_thread = start_thread(checker);
    if (!checker->has_thread)
        return PASSWORD_UNCHECKED;
    add_job(checker, digest, hash, password);
    return PASSWORD_PENDING;
}

enum password_verdict password_checker_ask(struct password_checker *checker,
                                           struct str user, struct str hash,
                                           struct str password)
{
    struct digest digest;

    if (!bcrypt_is_hash(hash))
        return PASSWORD_WRONG;
    if (!make_digest(checker, user, hash, password, &digest))
        return PASSWORD_UNCHECKED;
    (void)pthread_mutex_lock(&checker->queue_lock);
    enum password_verdict verdict = look_up(checker, &digest, hash, password);
    (void)pthread_mutex_unlock(&checker->queue_lock);
    return verdict;
}

enum err password_checker_open(int wake, struct password_checker **out_checker,
                               struct error *error)
{
    struct password_checker *checker = calloc(1, sizeof *checker);

    if (!checker)
        return error_set(error, ERR_MEMORY, "no memory to check passwords");
    (void)pthread_mutex_init(&checker->queue_lock, NULL);
    (void)pthread_cond_init(&checker->has_work, NULL);
    checker->wake = fcntl(wake, F_DUPFD_CLOEXEC, 0);
    if (checker->wake < 0 ||
        gnutls_rnd(GNUTLS_RND_KEY, checker->key, sizeof checker->key) < 0) {
        forget(checker);
        return error_set(error, ERR_IO,
                         "no file descriptor or random numbers to check passwords");
    }
    *out_checker = checker;
    return ERR_OK;
}

void password_checker_close(struct password_checker *checker)
{
    if (!checker)
        return;
    (void)pthread_mutex_lock(&checker->queue_lock);
    bool has_thread = checker->has_thread;
    checker->is_closed = true;
    (void)pthread_cond_signal(&checker->has_work);
    (void)pthread_mutex_unlock(&checker->queue_lock);
    if (!has_thread)
        forget(checker);
}
