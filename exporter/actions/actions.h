/* actions.h - what the program does besides serving; each prints and ends.
 *
 * All return the exit code: 0 well, 1 the station did not answer, 2 a mistake in what
 * was given.  Mistakes are written to stderr, one line each.
 */
#ifndef ACTIONS_ACTIONS_H
#define ACTIONS_ACTIONS_H

struct config;

enum exit_code { EXIT_WELL = 0, EXIT_STATION = 1, EXIT_USAGE = 2 };

/* --map.check, --map.print */
int action_map_check(const struct config *config);
int action_map_print(const struct config *config);

/* --once: one scrape, the page on stdout. */
int action_once(const struct config *config);

/* --station.unmapped: a ready-made map row for each path that the map does not know. */
int action_unmapped(const struct config *config);

/* --station.record: the station's answers, made anonymous, as files. */
int action_record(const struct config *config);

/* --health-check: ask /-/healthy of the first listen address. */
int action_health_check(const struct config *config);

#endif
