#include "cli/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "base/time.h"

enum { FIRST_AFTER_MS = 1000, NOT_BEFORE_MS = 100 };

/* Back to the line's beginning, and clear it (ECMA-48, EL). */
#define CLEAR "\r\033[K"

const char *sg_progress_text(char *out, size_t size, const struct sg_progress *progress, int64_t elapsed_ms)
{
    double seconds = (double)(elapsed_ms > 0 ? elapsed_ms : 1) / 1000;
    snprintf(out, size, "%zu of %zu packages, %.1f of %.1f MB, %.1f MB/s", progress->packages_done, progress->packages,
             (double)progress->bytes_done / 1e6, (double)progress->bytes / 1e6,
             (double)progress->bytes_done / 1e6 / seconds);
    return out;
}

/* Nobody is left to be told when it cannot be written. */
static void show(void *self, const struct sg_progress *progress)
{
    struct sg_progress_line *line = self;
    int64_t now = sg_monotonic_ms();
    char text[160];
    char shown[sizeof text + sizeof CLEAR];
    if (now - line->started_ms < FIRST_AFTER_MS || now - line->shown_ms < NOT_BEFORE_MS)
        return;
    line->shown_ms = now;
    int length = snprintf(shown, sizeof shown, CLEAR "%s",
                          sg_progress_text(text, sizeof text, progress, now - line->started_ms));
    (void)!write(STDERR_FILENO, shown, (size_t)length);
}

void sg_progress_start(struct sg_progress_line *line, bool wanted, struct sg_gate_options *gate)
{
    const char *terminal = getenv("TERM");
    bool able = terminal != NULL && strcmp(terminal, "dumb") != 0 && isatty(STDERR_FILENO) == 1;
    *line = (struct sg_progress_line){.wanted = wanted && able, .started_ms = sg_monotonic_ms()};
    if (!line->wanted)
        return;
    gate->on_progress = show;
    gate->on_progress_self = line;
}

void sg_progress_end(struct sg_progress_line *line)
{
    if (line->shown_ms != 0)
        (void)!write(STDERR_FILENO, CLEAR, sizeof CLEAR - 1);
    line->shown_ms = 0;
}
