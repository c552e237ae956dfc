/* output.h - the end of an action: what it found, on stdout. */
#ifndef ACTIONS_OUTPUT_H
#define ACTIONS_OUTPUT_H

struct buf;

/* Writes text to stdout.  EXIT_WELL; or EXIT_USAGE when the text is not whole or did not
 * get there, and stderr says why. */
int output_print(const struct buf *text);

#endif
