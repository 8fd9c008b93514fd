/* Whole files in and out; paths; the nearest word. */
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "base/nearest.h"

static char folder[256];

static int enter_folder(void **state)
{
    const char *base = getenv("TMPDIR");
    (void)state;
    snprintf(folder, sizeof folder, "%s/sealgate-file-%ld", base != NULL ? base : "/tmp", (long)getpid());
    return mkdir(folder, 0700) == 0 && chdir(folder) == 0 ? 0 : -1;
}

static size_t count_files(void)
{
    size_t count = 0;
    DIR *here = opendir(".");
    assert_non_null(here);
    for (struct dirent *entry = readdir(here); entry != NULL; entry = readdir(here))
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(here);
    return count;
}

static void remove_files(void)
{
    DIR *here = opendir(".");
    assert_non_null(here);
    for (struct dirent *entry = readdir(here); entry != NULL; entry = readdir(here))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            remove(entry->d_name);
    closedir(here);
}

static int leave_folder(void **state)
{
    (void)state;
    remove_files();
    return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static int clean(void **state)
{
    (void)state;
    remove_files();
    return 0;
}

static void write_text(const char *path, const char *text)
{
    struct sg_error error = {0};
    assert_done(sg_file_write(path, sg_span_text(text), 0644, &error), error);
}

static void assert_holds(const char *path, const char *text)
{
    struct sg_error error = {0};
    struct sg_buffer buffer = {0};
    assert_done(sg_file_read(path, 1000, &buffer, &error), error);
    assert_string_equal(sg_buffer_text(&buffer), text);
    assert_int_equal(buffer.size, strlen(text));
    sg_buffer_free(&buffer);
}

/* --- reading ------------------------------------------------------------------------------------------------------------------ */

static void test_read(void **state)
{
    (void)state;
    write_text("file", "text\n");
    assert_holds("file", "text\n");
    write_text("empty", "");
    assert_holds("empty", "");
    assert_int_equal(symlink("file", "link"), 0);
    assert_holds("link", "text\n");
}

static void test_read_bound(void **state)
{
    (void)state;
    struct sg_error error = {0};
    struct sg_buffer buffer = {0};
    write_text("file", "12345");
    assert_done(sg_file_read("file", 5, &buffer, &error), error);
    assert_string_equal(sg_buffer_text(&buffer), "12345");
    sg_buffer_free(&buffer);
    assert_failed(sg_file_read("file", 4, &buffer, &error), error, SG_ERROR_REFUSED,
                  "file has 5 bytes; at most 4 are read");
    assert_null(buffer.data);
    /* A hole of 1 TiB costs nothing. */
    assert_int_equal(truncate("file", (off_t)1 << 40), 0);
    assert_failed(sg_file_read("file", 1000, &buffer, &error), error, SG_ERROR_REFUSED,
                  "file has 1099511627776 bytes; at most 1000 are read");
}

static void make_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    assert_true(descriptor >= 0);
    assert_int_equal(bind(descriptor, (const struct sockaddr *)&address, sizeof address), 0);
    close(descriptor);
}

static void test_read_refused(void **state)
{
    (void)state;
    static const struct {
        const char *path, *message;
    } rows[] = {
        {"missing", "cannot open missing: No such file or directory"},
        {"", "cannot open : No such file or directory"},
        {".", ". is a directory, not a file"},
        {"folder", "folder is a directory, not a file"},
        {"pipe", "pipe is a named pipe, not a file"},
        {"/dev/null", "/dev/null is a device, not a file"},
        {"socket", "cannot open socket: No such device or address"},
        {"dangling", "cannot open dangling: No such file or directory"},
        {"loop", "cannot open loop: Too many levels of symbolic links"},
        {"file/x", "cannot open file/x: Not a directory"},
        {"a\n\x1b[31m", "cannot open a\\x0A\\x1B[31m: No such file or directory"},
    };
    write_text("file", "x");
    assert_int_equal(mkdir("folder", 0700), 0);
    assert_int_equal(mkfifo("pipe", 0600), 0);
    make_socket("socket");
    assert_int_equal(symlink("nowhere", "dangling"), 0);
    assert_int_equal(symlink("loop", "loop"), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_error error = {0};
        struct sg_buffer buffer = {0};
        assert_failed(sg_file_read(rows[i].path, 1000, &buffer, &error), error, SG_ERROR_IO, rows[i].message);
        assert_null(buffer.data);
    }
}

/* A file of the kernel's that says it has no bytes, but has some. */
static void test_read_a_file_that_grows(void **state)
{
    (void)state;
    struct sg_error error = {0};
    struct sg_buffer buffer = {0};
    if (access("/proc/self/status", R_OK) != 0)
        skip();
    assert_failed(sg_file_read("/proc/self/status", 1000, &buffer, &error), error, SG_ERROR_IO,
                  "/proc/self/status changed while it was read");
}

/* --- writing ------------------------------------------------------------------------------------------------------------------ */

static unsigned mode_of(const char *path)
{
    struct stat status;
    assert_int_equal(lstat(path, &status), 0);
    return status.st_mode & 07777u;
}

static void test_write(void **state)
{
    (void)state;
    mode_t before = umask(022);
    struct sg_error error = {0};
    assert_done(sg_file_write("new", SG_SPAN_LITERAL("one"), 0644, &error), error);
    assert_holds("new", "one");
    assert_int_equal(mode_of("new"), 0644);
    assert_done(sg_file_write("new", SG_SPAN_LITERAL("two"), 0600, &error), error);
    assert_holds("new", "two");
    assert_int_equal(mode_of("new"), 0600);
    assert_int_equal(count_files(), 1);
    umask(before);
}

/* A link is replaced; what it led to stays as it was. */
static void test_write_over_a_link(void **state)
{
    (void)state;
    struct stat status;
    write_text("target", "old");
    assert_int_equal(symlink("target", "link"), 0);
    write_text("link", "new");
    assert_holds("link", "new");
    assert_holds("target", "old");
    assert_int_equal(lstat("link", &status), 0);
    assert_true(S_ISREG(status.st_mode));
    assert_int_equal(count_files(), 2);
}

/* A second name of the old file keeps the old bytes: the new ones are another file. */
static void test_write_replaces(void **state)
{
    (void)state;
    write_text("one", "old");
    assert_int_equal(link("one", "two"), 0);
    write_text("one", "new");
    assert_holds("one", "new");
    assert_holds("two", "old");
}

static void test_write_refused(void **state)
{
    (void)state;
    struct sg_error error = {0};
    assert_failed(sg_file_write("missing/file", SG_SPAN_LITERAL("x"), 0644, &error), error, SG_ERROR_IO,
                  "cannot create a file beside missing/file: No such file or directory");
    assert_int_equal(count_files(), 0);
    assert_int_equal(mkdir("folder", 0700), 0);
    assert_failed(sg_file_write("folder", SG_SPAN_LITERAL("x"), 0644, &error), error, SG_ERROR_IO,
                  "cannot put folder in place: Is a directory");
    assert_int_equal(count_files(), 1); /* the folder; nothing beside it */
}

static void test_write_to_a_read_only_folder(void **state)
{
    (void)state;
    struct sg_error error = {0};
    if (geteuid() == 0)
        skip(); /* root may write everywhere */
    assert_int_equal(mkdir("folder", 0500), 0);
    assert_failed(sg_file_write("folder/x", SG_SPAN_LITERAL("x"), 0644, &error), error, SG_ERROR_IO,
                  "cannot create a file beside folder/x: Permission denied");
}

/* Whatever is there stays, a link that leads nowhere and a named pipe included; nothing is left beside it. */
static void test_create_replaces_nothing(void **state)
{
    (void)state;
    static const char *const paths[] = {"file", "link", "dangling", "pipe", "folder"};
    struct sg_error error = {0};
    assert_done(sg_file_create("new", SG_SPAN_LITERAL("text"), 0640, &error), error);
    assert_holds("new", "text");
    write_text("file", "mine");
    assert_int_equal(symlink("file", "link"), 0);
    assert_int_equal(symlink("nowhere", "dangling"), 0);
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_int_equal(mkdir("folder", 0700), 0);
    size_t count = count_files();
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        char message[64];
        struct stat before;
        struct stat after;
        assert_int_equal(lstat(paths[i], &before), 0);
        snprintf(message, sizeof message, "%s exists; it is not overwritten", paths[i]);
        assert_failed(sg_file_create(paths[i], SG_SPAN_LITERAL("theirs"), 0640, &error), error, SG_ERROR_REFUSED,
                      message);
        assert_int_equal(lstat(paths[i], &after), 0);
        assert_int_equal(before.st_ino, after.st_ino);
        assert_int_equal(before.st_mode, after.st_mode);
        assert_int_equal(count_files(), count);
    }
    assert_holds("file", "mine");
}

static void test_write_all(void **state)
{
    (void)state;
    struct sg_error error = {0};
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_failed(sg_write_all(-1, SG_SPAN_LITERAL("x"), &error), error, SG_ERROR_OUTPUT,
                  "cannot write: Bad file descriptor");
    assert_int_equal(error.system_errno, EBADF);
    assert_done(sg_write_all(-1, SG_SPAN_LITERAL(""), &error), error);
    if (full < 0)
        return;
    assert_failed(sg_write_all(full, SG_SPAN_LITERAL("x"), &error), error, SG_ERROR_OUTPUT,
                  "cannot write: No space left on device");
    assert_int_equal(error.system_errno, ENOSPC);
    close(full);
}

/* --- paths -------------------------------------------------------------------------------------------------------------------- */

static void test_paths(void **state)
{
    (void)state;
    static const struct {
        const char *folder, *path, *joined;
    } join_rows[] = {
        {"a", "b", "a/b"},           {".", "b", "b"}, {"a", "/b", "/b"}, {".", "/b", "/b"}, {"/", "b", "//b"},
        {"a/b", "../c", "a/b/../c"}, {"a", "", "a/"},
    };
    static const struct {
        const char *path, *folder;
    } folder_rows[] = {
        {"a/b", "a"}, {"b", "."}, {"/b", "/"}, {"/a/b", "/a"}, {"a/b/", "a/b"}, {"./b", "."}, {"", "."},
    };
    struct sg_error error = {0};
    for (size_t i = 0; i < sizeof join_rows / sizeof join_rows[0]; i++) {
        char *joined = NULL;
        assert_done(sg_path_join(join_rows[i].folder, sg_span_text(join_rows[i].path), &joined, &error), error);
        assert_string_equal(joined, join_rows[i].joined);
        free(joined);
    }
    for (size_t i = 0; i < sizeof folder_rows / sizeof folder_rows[0]; i++) {
        char *found = NULL;
        assert_done(sg_path_folder(folder_rows[i].path, &found, &error), error);
        assert_string_equal(found, folder_rows[i].folder);
        free(found);
    }
}

/* --- the nearest word ----------------------------------------------------------------------------------------------------------- */

static void test_nearest(void **state)
{
    (void)state;
    static const char *const words[] = {"verify", "inspect", "sign", "explain", "allowed_publishers"};
    static const struct {
        const char *word, *nearest; /* NULL: none */
    } rows[] = {
        {"verify", "verify"},
        {"verfy", "verify"},
        {"veirfy", "verify"},
        {"VERIFY", "verify"},
        {"insepct", "inspect"},
        {"sing", "sign"},
        {"sgin", "sign"},
        {"explian", "explain"},
        {"allowed-publishers", "allowed_publishers"},
        {"alowed_publisher", "allowed_publishers"},
        {"xyz", NULL},
        {"", NULL},
        {"s", NULL},
        {"verification", NULL},
        {"publishers", NULL},
    };
    char longer[1000];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *nearest = sg_nearest_word(rows[i].word, words, 5);
        if (rows[i].nearest == NULL ? nearest != NULL : nearest == NULL || strcmp(nearest, rows[i].nearest) != 0)
            fail_msg("%s: is %s", rows[i].word, nearest != NULL ? nearest : "none");
    }
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_null(sg_nearest_word(longer, words, 5));
    assert_null(sg_nearest_word("verify", words, 0));
    /* Of two that are as near, the first. */
    static const char *const twins[] = {"cat", "cut"};
    assert_string_equal(sg_nearest_word("cot", twins, 2), "cat");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_read, clean),
        cmocka_unit_test_teardown(test_read_bound, clean),
        cmocka_unit_test_teardown(test_read_refused, clean),
        cmocka_unit_test(test_read_a_file_that_grows),
        cmocka_unit_test_teardown(test_write, clean),
        cmocka_unit_test_teardown(test_write_over_a_link, clean),
        cmocka_unit_test_teardown(test_write_replaces, clean),
        cmocka_unit_test_teardown(test_write_refused, clean),
        cmocka_unit_test_teardown(test_write_to_a_read_only_folder, clean),
        cmocka_unit_test_teardown(test_create_replaces_nothing, clean),
        cmocka_unit_test(test_write_all),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_nearest),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
