/* replay.c - stands in for libFuzzer: gives a target each file of the folders named.
 *
 * So what was once found stays found in every build, also where no clang is.  Each file
 * is given whole, then cut short in a few places: a conversation may end anywhere.
 */
#include <dirent.h>
#include <string.h>

#include "base/file.h"
#include "fuzz.h"

#define CUTS 16

/* Each in memory of its own, so that a sanitizer sees a step beyond the end. */
static void give(struct str input)
{
    uint8_t *copy = malloc(input.n ? input.n : 1);

    if (!copy)
        abort();
    memcpy(copy, input.p, input.n);
    (void)LLVMFuzzerTestOneInput(copy, input.n);
    free(copy);
}

static void replay_file(const char *folder, const char *name)
{
    struct buf path = buf_new(FUZZ_TEXT_MAX);
    struct buf content = buf_new(FUZZ_TEXT_MAX);
    struct error error = {0};

    buf_printf(&path, "%s/%s", folder, name);
    if (file_read(buf_str(&path), &content, &error) != ERR_OK) {
        (void)fprintf(stderr, "%s\n", error.text);
        exit(2);
    }
    give(buf_str(&content));
    for (size_t i = 0; i < CUTS; i++)
        give((struct str){buf_str(&content).p, content.n * i / CUTS});
    buf_free(&content);
    buf_free(&path);
}

static size_t replay_folder(const char *folder)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, NULL, alphasort);
    size_t replayed = 0;

    for (int i = 0; i < count; i++) {
        if (entries[i]->d_name[0] != '.') {
            replay_file(folder, entries[i]->d_name);
            replayed++;
        }
        free(entries[i]);
    }
    free(entries);
    return replayed;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        size_t replayed = replay_folder(argv[i]);
        (void)printf("%s: %zu inputs\n", argv[i], replayed);
        if (replayed == 0)
            return 1;
    }
    return argc > 1 ? 0 : 2;
}
