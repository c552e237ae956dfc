/* faults.c - linked into the real program by --wrap: lets the nth call of a kind fail.
 *
 * A test and the program share a file, named by VICTRON_FAULTS, mapped by both: the test
 * arms one kind of call, the program counts them all.  So every call can fail in turn
 * in one process that goes on living.
 */
#define _GNU_SOURCE /* __rlimit_resource_t */
#include <crypt.h>
#include <curl/curl.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <jansson.h>
#include <microhttpd.h>
#include <mosquitto.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>
#include <yaml.h>
#define ZLIB_CONST
#include <zlib.h>

#include "fault_control.h"

#define FAILS_WITH(number, result) (errno = (number), (result))

enum {
#define CALL(result, name, parameters, arguments, failure) CALL_##name,
#include "fault_calls.h"
#undef CALL
    CALL_curl_easy_setopt,
    CALL_curl_easy_getinfo,
    CALL_MHD_start_daemon,
    CALL_open,
    CALL_openat,
    CALL_fcntl,
    CALL_COUNT
};

static const char *const names[CALL_COUNT] = {
#define CALL(result, name, parameters, arguments, failure) #name,
#include "fault_calls.h"
#undef CALL
    "curl_easy_setopt", "curl_easy_getinfo",
    "MHD_start_daemon", "open",
    "openat",           "fcntl",
};

/* Until a file is mapped, and without one: nothing is armed. */
static struct fault_control nobodys = {.armed = FAULT_NONE};
static struct fault_control *control = &nobodys;

/* Before main.  The real open, mmap: nothing here may fail. */
int __real_open(const char *path, int flags, ...);

__attribute__((constructor)) static void share_control(void)
{
    const char *path = getenv("VICTRON_FAULTS");
    int fd = path ? __real_open(path, O_RDWR | O_CLOEXEC) : -1;
    void *shared = MAP_FAILED;

    if (fd >= 0)
        shared = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (path && shared == MAP_FAILED)
        abort();
    if (shared == MAP_FAILED)
        return;
    (void)close(fd);
    control = shared;
    for (size_t i = 0; i < CALL_COUNT; i++)
        (void)snprintf(control->calls[i].name, FAULT_NAME_BYTES, "%s", names[i]);
    control->count = CALL_COUNT;
}

static bool must_fail(int call)
{
    atomic_fetch_add(&control->calls[call].made, 1);
    if (atomic_load(&control->armed) != call ||
        atomic_fetch_sub(&control->countdown, 1) != 1)
        return false;
    atomic_fetch_add(&control->hits, 1);
    return true;
}

#define CALL(result, name, parameters, arguments, failure)                               \
    result __real_##name parameters;                                                     \
    result __wrap_##name parameters;                                                     \
    result __wrap_##name parameters                                                      \
    {                                                                                    \
        return must_fail(CALL_##name) ? (result)(failure) : __real_##name arguments;     \
    }
#include "fault_calls.h"
#undef CALL

/* ---- those with a variable list: here they have the one argument that we pass, in the
 * place where Linux on all our processors passes the first of such a list ---- */

CURLcode __real_curl_easy_setopt(CURL *easy, CURLoption option, ...);
CURLcode __wrap_curl_easy_setopt(CURL *easy, CURLoption option, void *value);
CURLcode __wrap_curl_easy_setopt(CURL *easy, CURLoption option, void *value)
{
    return must_fail(CALL_curl_easy_setopt)
               ? CURLE_OUT_OF_MEMORY
               : __real_curl_easy_setopt(easy, option, value);
}

CURLcode __real_curl_easy_getinfo(CURL *easy, CURLINFO what, ...);
CURLcode __wrap_curl_easy_getinfo(CURL *easy, CURLINFO what, void *out);
CURLcode __wrap_curl_easy_getinfo(CURL *easy, CURLINFO what, void *out)
{
    return must_fail(CALL_curl_easy_getinfo) ? CURLE_UNKNOWN_OPTION
                                             : __real_curl_easy_getinfo(easy, what, out);
}

struct MHD_Daemon *__real_MHD_start_daemon(unsigned flags, uint16_t port,
                                           MHD_AcceptPolicyCallback accept_policy,
                                           void *policy, MHD_AccessHandlerCallback handle,
                                           void *context, ...);
struct MHD_Daemon *__wrap_MHD_start_daemon(unsigned flags, uint16_t port,
                                           MHD_AcceptPolicyCallback accept_policy,
                                           void *policy, MHD_AccessHandlerCallback handle,
                                           void *context, enum MHD_OPTION option,
                                           void *options);
struct MHD_Daemon *__wrap_MHD_start_daemon(unsigned flags, uint16_t port,
                                           MHD_AcceptPolicyCallback accept_policy,
                                           void *policy, MHD_AccessHandlerCallback handle,
                                           void *context, enum MHD_OPTION option,
                                           void *options)
{
    if (option != MHD_OPTION_ARRAY)
        abort();
    return must_fail(CALL_MHD_start_daemon)
               ? NULL
               : __real_MHD_start_daemon(flags, port, accept_policy, policy, handle,
                                         context, option, options, MHD_OPTION_END);
}

int __wrap_open(const char *path, int flags, mode_t mode);
int __wrap_open(const char *path, int flags, mode_t mode)
{
    return must_fail(CALL_open) ? FAILS_WITH(EMFILE, -1) : __real_open(path, flags, mode);
}

int __real_openat(int folder, const char *path, int flags, ...);
int __wrap_openat(int folder, const char *path, int flags, mode_t mode);
int __wrap_openat(int folder, const char *path, int flags, mode_t mode)
{
    return must_fail(CALL_openat) ? FAILS_WITH(EMFILE, -1)
                                  : __real_openat(folder, path, flags, mode);
}

int __real_fcntl(int fd, int command, ...);
int __wrap_fcntl(int fd, int command, void *value);
int __wrap_fcntl(int fd, int command, void *value)
{
    return must_fail(CALL_fcntl) ? FAILS_WITH(EBADF, -1)
                                 : __real_fcntl(fd, command, value);
}
