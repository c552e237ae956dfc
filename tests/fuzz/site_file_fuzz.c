/* site_file_fuzz.c - what an owner may write: numbers in range, or one line a mistake. */
#include <math.h>

#include "config/site_file.h"
#include "fuzz.h"

#define OFFSET_MAX (26.0 * 3600)

static void claim_site(const struct site_file *site)
{
    double offset = 0;

    for (size_t i = 0; i < site->parameter_count; i++) {
        CLAIM(isfinite(site->parameters[i].value) && site->parameters[i].name.n);
        CLAIM(site->parameters[i].tracker.n == 0 || site->parameters[i].device.n);
    }
    for (size_t i = 0; i < site->expected_count; i++)
        CLAIM(site->expected[i].count >= 0 && site->expected[i].device.n);
    CLAIM(site->parameter_count <= SITE_PARAMETERS_MAX);
    CLAIM(site->expected_count <= SITE_EXPECTED_MAX);
    CLAIM(!site->has_latitude || fabs(site->latitude_degrees) <= 90);
    CLAIM(!site->has_longitude || fabs(site->longitude_degrees) <= 180);
    CLAIM(utf8_is_valid(site->name));
    if (site_file_timezone_offset(site, 1700000000.5, &offset))
        CLAIM(fabs(offset) <= OFFSET_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf mistakes = buf_new(FUZZ_TEXT_MAX);
    struct site_file site = {0};
    enum err outcome =
        site_file_parse(STR_OF("site.json"), fuzz_input(data, size), &site, &mistakes);

    if (outcome == ERR_OK) {
        CLAIM(mistakes.n == 0);
        claim_site(&site);
        site_file_free(&site);
    } else {
        fuzz_claim_lines(buf_str(&mistakes));
    }
    buf_free(&mistakes);
    return 0;
}
