/* self_process.c - process_*, the names and meanings of Prometheus' client libraries.
 *
 * Read from /proc/self (proc(5)); where there is none, those series are missing.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "self/self_parts.h"

#define PROC_TEXT_MAX 4096

/* Fields of /proc/self/stat behind the command's closing bracket, from 0 (state). */
enum stat_field {
    STAT_USER_TICKS = 11,
    STAT_SYSTEM_TICKS = 12,
    STAT_THREADS = 17,
    STAT_VIRTUAL_BYTES = 20,
    STAT_RESIDENT_PAGES = 21,
    STAT_FIELDS = 22
};

static const struct family cpu_family = {STR("process_cpu_seconds_total"),
                                         STR("User and system CPU time spent."),
                                         STR("seconds"), SAMPLE_COUNTER};
static const struct family resident_family = {STR("process_resident_memory_bytes"),
                                              STR("Resident memory size."), STR("bytes"),
                                              SAMPLE_GAUGE};
static const struct family virtual_family = {STR("process_virtual_memory_bytes"),
                                             STR("Virtual memory size."), STR("bytes"),
                                             SAMPLE_GAUGE};
static const struct family start_family = {STR("process_start_time_seconds"),
                                           STR("When the process started, unix time."),
                                           STR("seconds"), SAMPLE_GAUGE};
static const struct family threads_family = {
    STR("process_threads"), STR("Threads of the process."), STR(""), SAMPLE_GAUGE};
static const struct family open_family = {
    STR("process_open_fds"), STR("Open file descriptors."), STR(""), SAMPLE_GAUGE};
static const struct family max_family = {STR("process_max_fds"),
                                         STR("Most file descriptors that may be open."),
                                         STR(""), SAMPLE_GAUGE};

/* Empty if it cannot be read. */
static struct str read_proc(const char *path, char text[PROC_TEXT_MAX])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return STR_OF("");
    ssize_t n = read(fd, text, PROC_TEXT_MAX);
    (void)close(fd);
    return (struct str){text, n > 0 ? (size_t)n : 0};
}

/* The numbers of /proc/self/stat, counted from behind the command, which may hold
 * blanks and brackets. */
static bool read_stat(uint64_t fields[STAT_FIELDS])
{
    char text[PROC_TEXT_MAX];
    struct str head = read_proc("/proc/self/stat", text);
    struct str rest = head;

    while (head.n && head.p[head.n - 1] != ')')
        head.n--;
    if (head.n == 0 || rest.n < head.n + 1)
        return false;
    rest = str_skip(rest, head.n + 1);
    for (size_t i = 0; i < STAT_FIELDS; i++) {
        struct str field = str_cut(&rest, ' ');
        fields[i] = 0; /* letters and negative numbers are of no interest here */
        (void)str_to_unsigned(field, UINT64_MAX, &fields[i]);
    }
    return true;
}

static void add_stat(struct sample_set *samples)
{
    uint64_t fields[STAT_FIELDS];
    double ticks = (double)sysconf(_SC_CLK_TCK);
    double page_bytes = (double)sysconf(_SC_PAGESIZE);

    if (!read_stat(fields))
        return;
    double cpu_ticks = (double)(fields[STAT_USER_TICKS] + fields[STAT_SYSTEM_TICKS]);
    sample_set_add_labelled(samples, &cpu_family, NULL, 0, cpu_ticks / ticks);
    sample_set_add_labelled(samples, &resident_family, NULL, 0,
                            (double)fields[STAT_RESIDENT_PAGES] * page_bytes);
    sample_set_add_labelled(samples, &virtual_family, NULL, 0,
                            (double)fields[STAT_VIRTUAL_BYTES]);
    sample_set_add_labelled(samples, &threads_family, NULL, 0,
                            (double)fields[STAT_THREADS]);
}

/* False if it cannot be read. */
static bool count_descriptors(double *out_count)
{
    DIR *directory = opendir("/proc/self/fd");

    *out_count = -3; /* ".", "..", and the directory itself */
    if (!directory)
        return false;
    while (readdir(directory))
        ++*out_count;
    (void)closedir(directory);
    return true;
}

/* Linux says their number as a size since 6.2: counting them costs ten times as much. */
static bool open_descriptors(double *out_count)
{
    struct stat directory;

    if (stat("/proc/self/fd", &directory) == 0 && directory.st_size > 0) {
        *out_count = (double)directory.st_size;
        return true;
    }
    return count_descriptors(out_count);
}

static void add_descriptors(struct sample_set *samples)
{
    struct rlimit limit;
    double count;

    if (open_descriptors(&count))
        sample_set_add_labelled(samples, &open_family, NULL, 0, count);
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        sample_set_add_labelled(samples, &max_family, NULL, 0, (double)limit.rlim_cur);
}

void self_process_apply(const struct self_view *self, struct sample_set *samples)
{
    sample_set_add_labelled(samples, &start_family, NULL, 0,
                            clock_round_to_ms(self->started_at));
    add_stat(samples);
    add_descriptors(samples);
}
