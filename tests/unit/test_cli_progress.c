/* The line that says how far a long run is: its words, when it is shown, and that it goes away again. */
#include "unit.h"

#include <fcntl.h>
#include <pty.h>
#include <unistd.h>

#include "cli/progress.h"

static void test_text(void **state)
{
    (void)state;
    char text[160];
    const struct sg_progress progress = {200, 12, 1500000000, 34560000};
    assert_string_equal(sg_progress_text(text, sizeof text, &progress, 2000),
                        "12 of 200 packages, 34.6 of 1500.0 MB, 17.3 MB/s");
    assert_string_equal(sg_progress_text(text, sizeof text, &(struct sg_progress){1, 0, 0, 0}, 0),
                        "0 of 1 packages, 0.0 of 0.0 MB, 0.0 MB/s");
}

/* Standard error as a terminal, or as a file. */
struct terminal {
    int other_end, own_end, standard_error;
};

/* In a root without /dev/pts there are no terminals. */
static void skip_without_terminals(void)
{
    struct terminal terminal;
    if (openpty(&terminal.other_end, &terminal.own_end, NULL, NULL, NULL) != 0) {
        print_message("there are no pseudo-terminals here: the progress line was not seen on one\n");
        skip();
    }
    close(terminal.own_end);
    close(terminal.other_end);
}

static void open_terminal(struct terminal *terminal, bool real)
{
    terminal->standard_error = dup(STDERR_FILENO);
    if (real)
        assert_int_equal(openpty(&terminal->other_end, &terminal->own_end, NULL, NULL, NULL), 0);
    else {
        int pipe_ends[2];
        assert_int_equal(pipe(pipe_ends), 0);
        terminal->other_end = pipe_ends[0];
        terminal->own_end = pipe_ends[1];
    }
    fcntl(terminal->other_end, F_SETFL, O_NONBLOCK);
    dup2(terminal->own_end, STDERR_FILENO);
}

/* What was written so far. */
static const char *written(const struct terminal *terminal, char out[512])
{
    ssize_t got = read(terminal->other_end, out, 511);
    out[got > 0 ? got : 0] = '\0';
    return out;
}

static void close_terminal(const struct terminal *terminal)
{
    dup2(terminal->standard_error, STDERR_FILENO);
    close(terminal->standard_error);
    close(terminal->own_end);
    close(terminal->other_end);
}

static void test_shown_after_a_second_and_cleared(void **state)
{
    (void)state;
    char out[512];
    struct terminal terminal;
    struct sg_progress_line line;
    struct sg_gate_options gate = {0};
    const struct sg_progress progress = {4, 1, 8000000, 2000000};
    skip_without_terminals();
    setenv("TERM", "xterm", 1);
    open_terminal(&terminal, true);
    sg_progress_start(&line, true, &gate);
    gate.on_progress(gate.on_progress_self, &progress);
    char early[512];
    written(&terminal, early);
    sg_progress_end(&line);
    char untouched[512];
    written(&terminal, untouched);
    line.started_ms -= 2000;
    gate.on_progress(gate.on_progress_self, &progress);
    gate.on_progress(gate.on_progress_self, &progress);
    written(&terminal, out);
    sg_progress_end(&line);
    char cleared[512];
    written(&terminal, cleared);
    close_terminal(&terminal);
    assert_string_equal(early, "");
    assert_string_equal(untouched, "");
    assert_memory_equal(out, "\r\033[K1 of 4 packages, 2.0 of 8.0 MB, 1.0 MB/s",
                        sizeof "\r\033[K1 of 4 packages, 2.0 of 8.0 MB, " - 1);
    /* Once, though it was called twice at once. */
    assert_null(strstr(out + 1, "\r"));
    assert_string_equal(cleared, "\r\033[K");
}

static void test_not_shown(void **state)
{
    (void)state;
    static const struct {
        bool real, wanted;
        const char *terminal;
    } rows[] = {{true, false, "xterm"}, {false, true, "xterm"}, {true, true, "dumb"}, {true, true, NULL}};
    skip_without_terminals();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct terminal terminal;
        struct sg_progress_line line;
        struct sg_gate_options gate = {0};
        if (rows[i].terminal != NULL)
            setenv("TERM", rows[i].terminal, 1);
        else
            unsetenv("TERM");
        open_terminal(&terminal, rows[i].real);
        sg_progress_start(&line, rows[i].wanted, &gate);
        sg_progress_end(&line);
        close_terminal(&terminal);
        assert_null(gate.on_progress);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_shown_after_a_second_and_cleared),
        cmocka_unit_test(test_not_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
