/* process_memory.c - see process_memory.h
 *
 * Measured with one station: loading the map and the start of OpenSSL and GnuTLS, which
 * the libraries bring whether they are used or not, touch 7 MB of program files once.
 */
#define _GNU_SOURCE /* dl_iterate_phdr */
#include "process_memory.h"

#include <link.h>
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* The text of a page and the state of zlib are large and needed for less than a
 * millisecond of the seconds between two scrapes: they have mappings of their own, which
 * go when they are freed. */
#define MAPPED_FROM_BYTES (128 * 1024)
#define TRIM_BYTES (256 * 1024)

/* Few threads of ours allocate, and none of them much: one pool of memory is smaller than
 * one for each. */
void process_memory_configure(void)
{
    (void)mallopt(M_ARENA_MAX, 1);
    (void)mallopt(M_MMAP_THRESHOLD, MAPPED_FROM_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, TRIM_BYTES);
}

/* Code and constants: the file has them, and other processes' pages are not concerned.
 * What the linker relocated is in writable segments, which are left alone. */
static int forget_constants(struct dl_phdr_info *object, size_t size, void *context)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

    (void)size;
    (void)context;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        uintptr_t start = object->dlpi_addr + segment->p_vaddr;
        uintptr_t end = (start + segment->p_filesz) / page * page;
        start = (start + page - 1) / page * page;
        if (segment->p_type == PT_LOAD && !(segment->p_flags & PF_W) && start < end)
            (void)madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 0;
}

void process_memory_give_back(void)
{
    (void)malloc_trim(0);
    (void)dl_iterate_phdr(forget_constants, NULL);
}
