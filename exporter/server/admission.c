/* admission.c - see admission.h
 *
 * In the order of Prometheus' exporter-toolkit: a usable configuration, the rate, the
 * password.
 */
#include "server/admission.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "server/password_checker.h"
#include "server/request.h"
#include "server/server.h"
#include "web/basic_credentials.h"
#include "web/bcrypt.h"
#include "web/token_bucket.h"
#include "web/web_settings.h"
#include "web/web_watch.h"

#define CREDENTIALS_BYTES_MAX ((size_t)16 * 1024) /* as a whole request */

/* A password that is not found out in this time is answered 503; the next try will find
 * it. */
#define PASSWORD_WAIT_MS 30000

struct admission {
    struct web_watch *watch;
    const char *mending_path;
    struct password_checker *checker;
    struct token_bucket bucket;
};

static bool refuse(struct request *request, int status, const char *text)
{
    request_reply_text(request, status, text);
    return false;
}

static bool refuse_unauthorized(struct request *request)
{
    request_reply_text(request, 401, "Unauthorized");
    if (request->response)
        (void)MHD_add_response_header(request->response, "WWW-Authenticate", "Basic");
    return false;
}

/* A user that is not there costs what one costs that is: the same name always the same.
 */
static struct str decoy(const struct web_config *config, struct str name,
                        char hash[BCRYPT_HASH_BYTES + 1])
{
    static const char salt_and_result[] =
        "mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze";
    uint64_t number = str_hash(name, STR_HASH_SEED) % config->user_count;

    memcpy(hash, config->users[number].hash.p, 7); /* "$2y$10$" */
    memcpy(hash + 7, salt_and_result, sizeof salt_and_result);
    return str_from(hash);
}

static enum password_verdict ask(struct admission *admission,
                                 const struct web_config *config,
                                 const struct basic_credentials *credentials)
{
    char hash[BCRYPT_HASH_BYTES + 1];
    const struct web_user *user = web_config_user(config, credentials->user);
    enum password_verdict verdict =
        password_checker_ask(admission->checker, credentials->user,
                             user ? user->hash : decoy(config, credentials->user, hash),
                             credentials->password);

    return verdict == PASSWORD_RIGHT && !user ? PASSWORD_WRONG : verdict;
}

static bool follow_verdict(struct request *request, enum password_verdict verdict)
{
    struct deadline deadline = {request->started_ms + PASSWORD_WAIT_MS};

    switch (verdict) {
    case PASSWORD_RIGHT:
        return true;
    case PASSWORD_WRONG:
        return refuse_unauthorized(request);
    case PASSWORD_UNCHECKED:
        return refuse(request, 503,
                      "the password cannot be checked now, try again later");
    case PASSWORD_PENDING:
        break;
    }
    if (deadline_has_passed(deadline))
        return refuse(request, 503,
                      "the password was not checked in time, try again later");
    request_wait(request, deadline);
    return false;
}

static bool has_password(struct admission *admission, struct request *request,
                         const struct web_config *config)
{
    struct buf decoded = buf_new(CREDENTIALS_BYTES_MAX);
    struct basic_credentials credentials;

    if (config->user_count == 0)
        return true;
    bool is_basic = basic_credentials_parse(request_header(request, "Authorization"),
                                            &decoded, &credentials);
    bool is_admitted = is_basic
                           ? follow_verdict(request, ask(admission, config, &credentials))
                           : refuse_unauthorized(request);
    buf_wipe(&decoded);
    return is_admitted;
}

static bool is_mending(const struct admission *admission, const struct request *request)
{
    return admission->mending_path &&
           str_equal(str_from(request->path), str_from(admission->mending_path));
}

/* False once it has refused. */
static bool begin(struct admission *admission, struct request *request)
{
    bool is_mistaken;

    request->web = web_watch_settings(admission->watch, &is_mistaken);
    const struct web_rate *rate = &request->web->config.rate;
    if (is_mistaken && !is_mending(admission, request))
        return refuse(request, 500,
                      "the web configuration has a mistake, which is in the log");
    if (!token_bucket_take(&admission->bucket, rate->interval_ns, rate->burst,
                           clock_monotonic_seconds()))
        return refuse(request, 429, "Too Many Requests");
    return true;
}

bool admission_admits(struct admission *admission, struct request *request)
{
    if (!admission || request->is_admitted)
        return true;
    if (!request->web && !begin(admission, request))
        return false;
    request->is_admitted = has_password(admission, request, &request->web->config);
    return request->is_admitted;
}

static void set_header(struct MHD_Response *response, const struct web_header *header)
{
    const char *before = MHD_get_response_header(response, header->name.p);

    if (before && strcmp(before, header->value.p) == 0)
        return;
    if (before)
        (void)MHD_del_response_header(response, header->name.p, before);
    (void)MHD_add_response_header(response, header->name.p, header->value.p);
}

void admission_add_headers(const struct request *request, struct MHD_Response *response)
{
    if (!request->web)
        return;
    for (size_t i = 0; i < request->web->config.header_count; i++)
        set_header(response, &request->web->config.headers[i]);
}

enum err admission_open(struct web_watch *watch, const char *mending_path, int wake,
                        struct admission **out_admission, struct error *error)
{
    struct admission *admission = calloc(1, sizeof *admission);

    if (!admission)
        return error_set(error, ERR_MEMORY, "no memory for a server");
    admission->watch = watch;
    admission->mending_path = mending_path;
    enum err outcome = password_checker_open(wake, &admission->checker, error);
    if (outcome != ERR_OK) {
        free(admission);
        return outcome;
    }
    *out_admission = admission;
    return ERR_OK;
}

void admission_close(struct admission *admission)
{
    if (!admission)
        return;
    password_checker_close(admission->checker);
    free(admission);
}
