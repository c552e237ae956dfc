/* name_words.h - the words of a D-Bus path: "/Dc/0/MaxChargeVoltage" has Dc, 0, Max,
 * Charge and Voltage. */
#ifndef MAP_NAME_WORDS_H
#define MAP_NAME_WORDS_H

#include "base/str.h"

/* Takes the next word off the front of *rest; empty when there is none.  A word is
 * letters and digits; it ends before a capital behind a small letter or digit, and before
 * the last of several capitals if a small letter follows ("SSHKey": SSH, Key). */
struct str name_word_cut(struct str *rest);

#endif
