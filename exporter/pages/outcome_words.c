/* outcome_words.c - see outcome_words.h */
#include "pages/outcome_words.h"

#define OTHER_PROGRAM "Does another program or a proxy listen at that address?"

static const struct outcome_words words[ERR_STATION_END] = {
    [ERR_OK] = {"it failed", "The log says more.", "The log says more."},
    [ERR_DNS] = {"its name is not known in this network",
                 "Check the host in --station.url. A name that ends in .local is known "
                 "only where mDNS works; an address such as 192.168.1.20 always works.",
                 "Check the host in --station.url. A name that ends in .local is known "
                 "only where mDNS works; an address such as 192.168.1.20 always works."},
    [ERR_CONNECT] = {"nothing answers at its address",
                     "Is the GX on, and in reach of this machine? Does the API server "
                     "run on it, and may this machine reach its port 8088?",
                     "Is the GX on, and in reach of this machine? Is MQTT on (Settings, "
                     "Services)? With the default security profile a GX offers only "
                     "mqtts://, port 8883."},
    [ERR_TLS] = {"the encrypted connection cannot be made",
                 "Does the server speak TLS, and did a trusted authority sign its "
                 "certificate (--http.ca-file)?",
                 "Is --mqtt.ca-file the certificate of this very GX? It signs its own, "
                 "and makes a new one after a reset."},
    [ERR_AUTH] = {"user name, password or token is refused",
                  "Check --http.username and the first line of --http.password-file.",
                  "Check --mqtt.username and the first line of --mqtt.password-file. "
                  "After many wrong passwords a GX refuses the right one, too."},
    [ERR_TIMEOUT] = {"no answer in time",
                     "A driver that hangs holds up the API of the GX for 25 to 50 s; "
                     "then the other devices are answered again. If nothing is ever "
                     "answered, restart the API server (kill -9) or the GX.",
                     "The broker is there, the GX behind it says nothing. Is it the "
                     "right portal id? A GX that has just started needs a minute."},
    [ERR_NOT_FOUND] = {"on the list, but not there when asked",
                       "The device has just left, or its driver does not answer. If all "
                       "fail so, --station.url has a wrong path.",
                       OTHER_PROGRAM},
    [ERR_HTTP] = {"what answers is not the API of a GX", OTHER_PROGRAM, OTHER_PROGRAM},
    [ERR_EMPTY] = {"it answers without any value",
                   "A GX that has just started needs a minute.",
                   "A GX that has just started needs a minute."},
    [ERR_MALFORMED] = {"the answer is broken or cut short", OTHER_PROGRAM, OTHER_PROGRAM},
    [ERR_TOO_LARGE] = {"the answer is larger than a station's can be", OTHER_PROGRAM,
                       OTHER_PROGRAM},
    [ERR_SKIPPED] = {"not asked this time",
                     "It hung before and gets a pause, or others took all the time.",
                     "It gets a pause."},
};

const struct outcome_words *outcome_words_of(enum err outcome)
{
    return &words[outcome < ERR_STATION_END ? outcome : ERR_OK];
}
