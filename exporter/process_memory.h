/* process_memory.h - how the process stays small, whatever its libraries do at start. */
#ifndef PROCESS_MEMORY_H
#define PROCESS_MEMORY_H

/* Before the first thread, and before what is large. */
void process_memory_configure(void);

/* Gives back what only the start, or a reload, needed.  May be called at any time: what
 * is needed after all comes back at the first touch. */
void process_memory_give_back(void);

#endif
