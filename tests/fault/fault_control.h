/* fault_control.h - what a test and a program whose calls fail share: a mapped file.
 *
 * faults.py knows this layout.
 */
#ifndef TESTS_FAULT_FAULT_CONTROL_H
#define TESTS_FAULT_FAULT_CONTROL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define FAULT_NONE (-1)
#define FAULT_CALLS_MAX 120
#define FAULT_NAME_BYTES 56

struct fault_control {
    atomic_int_fast64_t armed;     /* which call, FAULT_NONE */
    atomic_int_fast64_t countdown; /* the one that reaches 0 fails */
    atomic_int_fast64_t hits;      /* so many have failed */
    atomic_int_fast64_t count;     /* kinds of calls below */
    struct {
        char name[FAULT_NAME_BYTES];
        atomic_int_fast64_t made;
    } calls[FAULT_CALLS_MAX];
};

#endif
