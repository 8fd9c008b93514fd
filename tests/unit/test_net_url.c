/* Which URLs may be asked, how they are shown, and which addresses are refused. */
#include "unit.h"

#include "base/url.h"
#include "net/address.h"
#include "net/http.h"

static void test_url_problems(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        const char *problem; /* NULL: fine */
    } rows[] = {
        {"https://pki.example.com/lambda/revoked.json", NULL},
        {"https://pki.example.com", NULL},
        {"https://pki.example.com:8443/x?a=b&c=%2F", NULL},
        {"https://pki.example.com?x", NULL},
        {"https://10.0.0.1/x", NULL},
        {"https://[2001:db8::1]:8443/x", NULL},
        {"https://under_score.example/x", NULL},
        {"https://h/@not-a-user", NULL},
        {"", "does not begin with https://"},
        {"http://pki.example.com/x", "does not begin with https://"},
        {"HTTPS://pki.example.com/x", "does not begin with https://"},
        {"file:///etc/passwd", "does not begin with https://"},
        {"ftp://h/x", "does not begin with https://"},
        {"gopher://h/x", "does not begin with https://"},
        {"https:/h/x", "does not begin with https://"},
        {"https://", "names no host"},
        {"https:///x", "names no host"},
        {"https://:443/x", "names no host"},
        {"https://user@h/x", "holds a user name or a password"},
        {"https://user:pass@h/x", "holds a user name or a password"},
        {"https://@h/x", "holds a user name or a password"},
        {"https://h/x\r\nHost: y", "holds a control character"},
        {"https://h/\x7f", "holds a control character"},
        {"https://h/a b", "holds a space; write it as %20"},
        {"https://b\xc3\xbc"
         "cher.example/",
         "holds a character that is not ASCII; write it percent-encoded, a host name in its xn-- form"},
        {"https://h/x#y", "holds a fragment (#), which a server never sees"},
        {"https://h/%zz", "holds a % without two hexadecimal digits"},
        {"https://h/%4", "holds a % without two hexadecimal digits"},
        {"https://h\\@evil/", "holds a character that a URL cannot have"},
        {"https://h/<x>", "holds a character that a URL cannot have"},
        {"https://%68/x", "names a host that is none"},
        {"https://a,b/x", "names a host that is none"},
        {"https://[::1/x", "names a host that is none"},
        {"https://[]/x", "names a host that is none"},
        {"https://[fe80::1%25eth0]/x", "names a host that is none"},
        {"https://h:/x", "names a port that is no number from 1 to 65535"},
        {"https://h:0/x", "names a port that is no number from 1 to 65535"},
        {"https://h:65536/x", "names a port that is no number from 1 to 65535"},
        {"https://h:1e3/x", "names a port that is no number from 1 to 65535"},
        {"https://h:4294967739/x", "names a port that is no number from 1 to 65535"},
        {"https://[::1]x/", "names a port that is no number from 1 to 65535"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *problem = sg_url_problem(rows[i].url);
        if ((problem == NULL) != (rows[i].problem == NULL) ||
            (problem != NULL && strcmp(problem, rows[i].problem) != 0))
            fail_msg("%s: %s instead of %s", rows[i].url, problem == NULL ? "fine" : problem,
                     rows[i].problem == NULL ? "fine" : rows[i].problem);
    }
}

static void test_url_length(void **state)
{
    (void)state;
    char url[SG_URL_MAX_BYTES + 2];
    memset(url, 'a', sizeof url);
    memcpy(url, "https://h/", 10);
    url[SG_URL_MAX_BYTES] = '\0';
    assert_null(sg_url_problem(url));
    url[SG_URL_MAX_BYTES] = 'a';
    url[SG_URL_MAX_BYTES + 1] = '\0';
    assert_string_equal(sg_url_problem(url), "is longer than 2048 bytes");
}

static void test_url_parts(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        const char *host;
        unsigned port;
        const char *shown;
    } rows[] = {
        {"https://h/x", "h", 443, "https://h/x"},
        {"https://h:8443", "h", 8443, "https://h:8443"},
        {"https://[::1]:1/x?token=secret", "[::1]", 1, "https://[::1]:1/x?…"},
        {"https://h?sig=secret", "h", 443, "https://h?…"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sg_printable shown;
        assert_true(sg_span_equal(sg_url_host(rows[i].url), sg_span_text(rows[i].host)));
        assert_int_equal(sg_url_port(rows[i].url), rows[i].port);
        assert_string_equal(sg_url_shown(&shown, rows[i].url), rows[i].shown);
    }
}

static void test_url_authority(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        const char *authority;
    } rows[] = {
        {"https://a.example/x", "a.example"},
        {"http://a.example:80", "a.example:80"},
        {"HTTP://user:pass@a.example/x", "a.example"},
        {"https://a@b@c\\x", "c"},
        {"/relative", ""},
        {"", ""},
        {"ftp://a/x", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_true(sg_span_equal(sg_url_authority(rows[i].url), sg_span_text(rows[i].authority)));
}

/* ATTACKS.md HT-03. */
static void test_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum sg_address_kind kind;
    } rows[] = {
        {"169.254.169.254", SG_ADDRESS_LINK_LOCAL},
        {"169.254.0.0", SG_ADDRESS_LINK_LOCAL},
        {"169.253.255.255", SG_ADDRESS_OTHER},
        {"169.255.0.0", SG_ADDRESS_OTHER},
        {"fe80::1", SG_ADDRESS_LINK_LOCAL},
        {"febf::1", SG_ADDRESS_LINK_LOCAL},
        {"fec0::1", SG_ADDRESS_OTHER},
        {"fd00:ec2::254", SG_ADDRESS_LINK_LOCAL},
        {"fd00:ec3::254", SG_ADDRESS_OTHER},
        {"::ffff:169.254.169.254", SG_ADDRESS_LINK_LOCAL},
        {"::169.254.169.254", SG_ADDRESS_LINK_LOCAL},
        {"64:ff9b::169.254.169.254", SG_ADDRESS_LINK_LOCAL},
        {"127.0.0.1", SG_ADDRESS_LOOPBACK},
        {"127.255.255.255", SG_ADDRESS_LOOPBACK},
        {"0.0.0.0", SG_ADDRESS_LOOPBACK},
        {"::1", SG_ADDRESS_LOOPBACK},
        {"::", SG_ADDRESS_LOOPBACK},
        {"::ffff:127.0.0.1", SG_ADDRESS_LOOPBACK},
        {"64:ff9b::127.0.0.1", SG_ADDRESS_LOOPBACK},
        {"128.0.0.1", SG_ADDRESS_OTHER},
        {"10.0.0.1", SG_ADDRESS_OTHER},
        {"2001:db8::1", SG_ADDRESS_OTHER},
        {"", SG_ADDRESS_UNKNOWN},
        {"localhost", SG_ADDRESS_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (sg_address_kind_of_text(rows[i].text) != rows[i].kind)
            fail_msg("%s is of kind %d", rows[i].text, (int)sg_address_kind_of_text(rows[i].text));
    }
    struct sockaddr local = {.sa_family = AF_UNIX};
    assert_int_equal(sg_address_kind(&local, sizeof local), SG_ADDRESS_UNKNOWN);
    struct sockaddr cut = {.sa_family = AF_INET6};
    assert_int_equal(sg_address_kind(&cut, sizeof cut), SG_ADDRESS_UNKNOWN);
}

static void test_loopback_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *host;
        bool loopback;
    } rows[] = {{"localhost", true},    {"LocalHost", true},   {"127.0.0.1", true}, {"[::1]", true},
                {"127.0.0.2", false},   {"127.1", false},      {"::1", false},      {"localhost.", false},
                {"x.localhost", false}, {"2130706433", false}, {"", false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(sg_address_host_is_loopback(sg_span_text(rows[i].host)), rows[i].loopback);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_url_problems), cmocka_unit_test(test_url_length),
        cmocka_unit_test(test_url_parts),    cmocka_unit_test(test_url_authority),
        cmocka_unit_test(test_addresses),    cmocka_unit_test(test_loopback_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
