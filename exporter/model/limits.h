/* limits.h - the most that a station may make us keep.
 *
 * What is over a limit is dropped whole (a service, a value) and counted.
 */
#ifndef MODEL_LIMITS_H
#define MODEL_LIMITS_H

#define LIMIT_SERVICES 256                   /* services, or devices over MQTT */
#define LIMIT_VALUES 50000                   /* values of one station */
#define LIMIT_ANSWER_BYTES (8 * 1024 * 1024) /* one answer, or one MQTT payload */
#define LIMIT_JSON_BYTES (64 * 1024)         /* one value that is itself JSON */
#define LIMIT_LABEL_BYTES 256                /* one label value; cut at a character */
#define LIMIT_PATH_BYTES 512                 /* one D-Bus path */
#define LIMIT_INFO_SERIES 50                 /* series of one info metric */

#endif
