/*
 * The servers of tests/support/misbehaving_servers.py, for the tests of the real HTTPS client.
 */
#ifndef TEST_NET_SERVERS_H
#define TEST_NET_SERVERS_H

#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/library.h"
#include "net/fetch.h"
#include "net/http.h"

extern char **environ;

enum { SKIPPED = 77, MAX_VALUES = 32 };

static struct {
    pid_t pid;
    FILE *to;
    FILE *from;
    char names[MAX_VALUES][32];
    char values[MAX_VALUES][256];
    size_t count;
} servers;

/* Of a whole test program. */
static struct sg_http_client *client;

static const char *value_of(const char *name)
{
    for (size_t i = 0; i < servers.count; i++) {
        if (strcmp(servers.names[i], name) == 0)
            return servers.values[i];
    }
    fail_msg("the servers have no %s", name);
    return NULL;
}

static const char *script_path(char *out, size_t size)
{
    const char *slash = strrchr(__FILE__, '/');
    snprintf(out, size, "%.*s/../support/misbehaving_servers.py", (int)(slash - __FILE__), __FILE__);
    return out;
}

static bool spawn_servers(void)
{
    char path[1024];
    char python[] = "python3";
    char *arguments[] = {python, path, NULL};
    int in[2];
    int out[2];
    posix_spawn_file_actions_t actions;
    script_path(path, sizeof path);
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 || posix_spawn_file_actions_init(&actions) != 0)
        return false;
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    int failed = posix_spawnp(&servers.pid, "python3", &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    servers.to = fdopen(in[1], "w");
    servers.from = fdopen(out[0], "r");
    return failed == 0;
}

/* Reads what the servers are; false when they did not come up. */
static bool read_servers(void)
{
    char line[512];
    while (fgets(line, sizeof line, servers.from) != NULL && servers.count < MAX_VALUES) {
        if (strcmp(line, "ready\n") == 0)
            return true;
        char *space = strchr(line, ' ');
        if (space == NULL)
            return false;
        line[strcspn(line, "\n")] = '\0';
        snprintf(servers.names[servers.count], 32, "%.*s", (int)(space - line), line);
        snprintf(servers.values[servers.count], 256, "%s", space + 1);
        servers.count++;
    }
    return false;
}

static void stop_servers(void)
{
    fclose(servers.to);
    waitpid(servers.pid, NULL, 0);
    fclose(servers.from);
}

static bool command_exists(const char *path)
{
    return access(path, X_OK) == 0;
}

static void make_url(char *out, size_t size, const char *host, const char *server, const char *path)
{
    snprintf(out, size, "https://%s:%s%s", host, value_of(server), path);
}

static struct sg_http_request request_for(const char *url)
{
    return (struct sg_http_request){
        .url = url, .ca_bundle = value_of("ca"), .max_body_bytes = 1024 * 1024, .timeout_ms = 8000};
}

/* Runs the tests with the servers, which need python3 and openssl; 77 where these are not there. */
static int with_servers(int (*run_all)(void))
{
    static const char *const variables[] = {"https_proxy", "HTTPS_PROXY", "all_proxy",
                                            "ALL_PROXY",   "no_proxy",    "NO_PROXY"};
    struct sg_error error = {0};
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++)
        unsetenv(variables[i]);
    signal(SIGPIPE, SIG_IGN);
    if (!command_exists("/usr/bin/openssl") || !spawn_servers()) {
        fprintf(stderr, "skipped: the test servers need python3 and openssl\n");
        return SKIPPED;
    }
    if (!read_servers()) {
        fprintf(stderr, "the test servers did not start\n");
        return 1;
    }
    if (!sg_crypto_start(&error).done || !sg_net_start(&error).done || !sg_http_client_make(&client, &error).done) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    int failed = run_all();
    sg_http_client_free(&client);
    sg_net_stop();
    stop_servers();
    return failed;
}

#endif
