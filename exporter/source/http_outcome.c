/* http_outcome.c - see http_outcome.h */
#include "source/http_outcome.h"

#include <stdbool.h>
#include <stddef.h>

#define STATUS_OK 200

struct meaning {
    long code;
    enum err outcome;
};

static const struct meaning statuses[] = {
    {STATUS_OK, ERR_OK},
    {401, ERR_AUTH},
    {403, ERR_AUTH},
    {404, ERR_NOT_FOUND},
};

static const struct meaning codes[] = {
    {CURLE_UNSUPPORTED_PROTOCOL, ERR_HTTP}, /* also an answer without a status line */
    {CURLE_COULDNT_RESOLVE_HOST, ERR_DNS},
    {CURLE_COULDNT_CONNECT, ERR_CONNECT},
    {CURLE_WEIRD_SERVER_REPLY, ERR_HTTP},
    {CURLE_WRITE_ERROR, ERR_TOO_LARGE},   /* our callbacks refuse more */
    {CURLE_OUT_OF_MEMORY, ERR_TOO_LARGE}, /* a header line beyond curl's own limit */
    {CURLE_OPERATION_TIMEDOUT, ERR_TIMEOUT},
    {CURLE_SSL_CONNECT_ERROR, ERR_TLS},
    {CURLE_SSL_CERTPROBLEM, ERR_TLS},
    {CURLE_SSL_CIPHER, ERR_TLS},
    {CURLE_PEER_FAILED_VERIFICATION, ERR_TLS},
    {CURLE_SSL_CACERT_BADFILE, ERR_TLS},
    {CURLE_SSL_ISSUER_ERROR, ERR_TLS},
    {CURLE_SSL_INVALIDCERTSTATUS, ERR_TLS},
    {CURLE_SEND_ERROR, ERR_CONNECT},
};

/* The connection ended too early: without any answer, or in the middle of one. */
static bool is_cut(CURLcode code)
{
    return code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR ||
           code == CURLE_PARTIAL_FILE;
}

static enum err find(const struct meaning *meanings, size_t count, long code)
{
    for (size_t i = 0; i < count; i++)
        if (meanings[i].code == code)
            return meanings[i].outcome;
    return ERR_HTTP;
}

enum err http_outcome(CURLcode code, long status)
{
    bool is_refusal = status != 0 && status != STATUS_OK;

    /* The status line of a refusal says enough, however its body ends. */
    if (code == CURLE_OK || (is_refusal && code != CURLE_OPERATION_TIMEDOUT))
        return find(statuses, sizeof statuses / sizeof *statuses, status);
    if (is_cut(code))
        return status == 0 ? ERR_CONNECT : ERR_MALFORMED;
    return find(codes, sizeof codes / sizeof *codes, (long)code);
}
