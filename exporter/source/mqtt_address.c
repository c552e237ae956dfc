/* mqtt_address.c - see mqtt_address.h */
#include "source/mqtt_address.h"

#include <netdb.h>
#include <sys/socket.h>

/* The list has at least one. */
static const struct addrinfo *address_at(const struct addrinfo *list, size_t attempt)
{
    const struct addrinfo *last = list;
    size_t count = 1;

    for (; last->ai_next; last = last->ai_next)
        count++;
    for (size_t i = attempt % count; i; i--)
        list = list->ai_next;
    return list;
}

enum err mqtt_address_find(struct str host, size_t attempt,
                           struct mqtt_address *out_address, struct error *error)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    int outcome = getaddrinfo(host.p, NULL, &hints, &list);

    if (outcome != 0)
        return error_set(error, ERR_DNS, "the name does not resolve: %s",
                         gai_strerror(outcome));
    const struct addrinfo *chosen = address_at(list, attempt);
    outcome = getnameinfo(chosen->ai_addr, chosen->ai_addrlen, out_address->text,
                          sizeof out_address->text, NULL, 0, NI_NUMERICHOST);
    out_address->any_of_family = chosen->ai_family == AF_INET6 ? "::" : "0.0.0.0";
    freeaddrinfo(list);
    if (outcome != 0)
        return error_set(error, ERR_DNS, "its address has no text: %s",
                         gai_strerror(outcome));
    return ERR_OK;
}
