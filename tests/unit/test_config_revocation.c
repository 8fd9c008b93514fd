/* Trusted roots and revocation sources. */
#include "test_config_fixture.h"

static const struct row trust_rows[] = {
    ROW("the defaults", VERSION USE CONFIGS FUNCTIONS OFF "trust: {}\n", ""),
    ROW("roots of one's own", VERSION USE CONFIGS FUNCTIONS OFF "trust: {roots: [aws, pki/root.pem, /etc/root.pem]}\n",
        ""),
    ROW("an empty list",
        VERSION USE CONFIGS FUNCTIONS OFF "trust:\n"
                                          "  roots: []\n",
        "sealgate.yaml:7:10: error: `roots` is empty: no signature could be trusted\n"
        "   7 |   roots: []\n"
        "     |          ^~\n"
        "     = expected: aws, the paths of PEM files, or both\n"),
    ROW("roots that are no list, trust that is no map", VERSION USE CONFIGS FUNCTIONS OFF "trust: {roots: aws}\n",
        "sealgate.yaml:6:16: error: `roots` is a single value\n"
        "   6 | trust: {roots: aws}\n"
        "     |                ^~~\n"
        "     = expected: a list of `- item`\n"),
    ROW("trust that is no map", VERSION USE CONFIGS FUNCTIONS OFF "trust: [aws]\n",
        "sealgate.yaml:6:8: error: `trust` is a list\n"
        "   6 | trust: [aws]\n"
        "     |        ^~~~~\n"
        "     = expected: a map of `key: value`\n"),
    ROW("an unknown key", VERSION USE CONFIGS FUNCTIONS OFF "trust: {root: [aws]}\n",
        "sealgate.yaml:6:9: error: unknown key `root`\n"
        "   6 | trust: {root: [aws]}\n"
        "     |         ^~~~\n"
        "     = expected: roots\n"
        "     = did you mean `roots`?\n"),
    ROW("roots twice, AWS in capitals, a URL, no text",
        VERSION USE CONFIGS FUNCTIONS OFF "trust:\n"
                                          "  roots:\n"
                                          "    - aws\n"
                                          "    - a.pem\n"
                                          "    - \"aws\"\n"
                                          "    - a.pem\n"
                                          "    - AWS\n"
                                          "    - https://example.com/root.pem\n"
                                          "    - {a: b}\n"
                                          "    - 1\n"
                                          "    - ''\n",
        "sealgate.yaml:10:7: error: the root `aws` is listed twice\n"
        "  10 |     - \"aws\"\n"
        "     |       ^~~~~\n"
        "sealgate.yaml:11:7: error: the root `a.pem` is listed twice\n"
        "  11 |     - a.pem\n"
        "     |       ^~~~~\n"
        "sealgate.yaml:12:7: error: `AWS` is no root\n"
        "  12 |     - AWS\n"
        "     |       ^~~\n"
        "     = expected: aws, or the path of a PEM file\n"
        "     = did you mean `aws`?\n"
        "sealgate.yaml:13:7: error: a root is a URL\n"
        "  13 |     - https://example.com/root.pem\n"
        "     |       ^~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: a path, relative to the folder of this file\n"
        "sealgate.yaml:14:7: error: a root is a map\n"
        "  14 |     - {a: b}\n"
        "     |       ^~~~~~\n"
        "     = expected: a single value\n"
        "sealgate.yaml:15:7: error: a root is a number in YAML, not text\n"
        "  15 |     - 1\n"
        "     |       ^\n"
        "     = expected: text; if this is meant as text, \"1\"\n"
        "sealgate.yaml:16:7: error: a root is empty\n"
        "  16 |     - ''\n"
        "     |       ^~\n"),
    ROW("65 roots",
        VERSION USE CONFIGS FUNCTIONS OFF
        "trust: {roots: [r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, r12, r13, r14, r15, r16, r17, r18, r19, "
        "r20, r21, r22, r23, r24, r25, r26, r27, r28, r29, r30, r31, r32, r33, r34, r35, r36, r37, r38, r39, r40, r41, "
        "r42, r43, r44, r45, r46, r47, r48, r49, r50, r51, r52, r53, r54, r55, r56, r57, r58, r59, r60, r61, r62, r63, "
        "r64]}\n",
        "sealgate.yaml:6:327: error: there are more than 64 roots\n"
        "   6 | …r45, r46, r47, r48, r49, r50, r51, r52, r53, r54, r55, r56, r57, r58, r59, r60, r61, r62, r63, r64]}\n"
        "     |                                                                                                 ^~~\n"),
};

static void test_trust(void **state)
{
    (void)state;
    CHECK_ROWS(trust_rows);
}

static const struct row defaults_rows[] = {
    ROW("no `revocation` at all", VERSION USE CONFIGS FUNCTIONS,
        "sealgate.yaml:1:1: error: no revocation sources are set, and the default, `aws-signer`, needs AWS access, "
        "which this build does not have\n"
        "   1 | version: 1\n"
        "     | ^\n"
        "     = expected: `sources` below `revocation`, a list of `list: https://…` and `crl: https://…`\n"
        "     = note: `sources: []` switches the revocation check off\n"),
    ROW("no sources",
        VERSION USE CONFIGS FUNCTIONS "revocation:\n"
                                      "  timeout: 5s\n",
        "sealgate.yaml:5:1: error: no revocation sources are set, and the default, `aws-signer`, needs AWS access, "
        "which this build does not have\n"
        "   5 | revocation:\n"
        "     | ^~~~~~~~~~\n"
        "     = expected: `sources` below `revocation`, a list of `list: https://…` and `crl: https://…`\n"
        "     = note: `sources: []` switches the revocation check off\n"),
    ROW("switched off", VERSION USE CONFIGS FUNCTIONS OFF, ""),
    ROW("everything set",
        VERSION USE CONFIGS FUNCTIONS "revocation:\n"
                                      "  sources:\n"
                                      "    - list: https://pki.example.com/lambda/revoked.json\n"
                                      "    - crl: https://pki.example.com:8443/lambda/ca.crl?a=b\n"
                                      "    - list: file:revoked.json\n"
                                      "    - crl: file:///etc/ca.crl\n"
                                      "    - crl: https://[::1]/ca.crl\n"
                                      "    - crl: https://pki_1.internal\n"
                                      "  on_unavailable: warn\n"
                                      "  timeout: 10m\n"
                                      "  cache: .sealgate-cache\n"
                                      "  ca_bundle: pki/tls-root.pem\n",
        ""),
    ROW("an unknown key, things that are no maps and lists",
        VERSION USE CONFIGS FUNCTIONS "revocation: {source: [], sources: {list: https://x}}\n",
        "sealgate.yaml:5:14: error: unknown key `source`\n"
        "   5 | revocation: {source: [], sources: {list: https://x}}\n"
        "     |              ^~~~~~\n"
        "     = expected: one of sources, on_unavailable, timeout, cache, ca_bundle\n"
        "     = did you mean `sources`?\n"
        "sealgate.yaml:5:35: error: `sources` is a map\n"
        "   5 | revocation: {source: [], sources: {list: https://x}}\n"
        "     |                                   ^~~~~~~~~~~~~~~~~\n"
        "     = expected: a list of `- item`\n"),
    ROW("revocation that is a list", VERSION USE CONFIGS FUNCTIONS "revocation: [aws-signer]\n",
        "sealgate.yaml:5:13: error: `revocation` is a list\n"
        "   5 | revocation: [aws-signer]\n"
        "     |             ^~~~~~~~~~~~\n"
        "     = expected: a map of `key: value`\n"),
};

static void test_defaults(void **state)
{
    (void)state;
    CHECK_ROWS(defaults_rows);
}

static const struct row sources_rows[] = {
    ROW("aws-signer needs AWS", VERSION USE CONFIGS FUNCTIONS "revocation: {sources: [aws-signer]}\n",
        "sealgate.yaml:5:24: error: the source `aws-signer` needs AWS access, which this build does not have\n"
        "   5 | revocation: {sources: [aws-signer]}\n"
        "     |                        ^~~~~~~~~~\n"
        "     = expected: list: URL, or crl: URL\n"),
    ROW("kinds that there are not",
        VERSION USE CONFIGS FUNCTIONS "revocation:\n"
                                      "  sources:\n"
                                      "    - aws-singer\n"
                                      "    - https://example.com/ca.crl\n"
                                      "    - [list]\n"
                                      "    - {}\n"
                                      "    - {list: https://x/a, crl: https://x/b}\n"
                                      "    - lst: https://x/c\n"
                                      "    - ocsp: https://x/d\n"
                                      "    - crl:\n",
        "sealgate.yaml:7:7: error: `aws-singer` is no revocation source\n"
        "   7 |     - aws-singer\n"
        "     |       ^~~~~~~~~~\n"
        "     = expected: aws-signer, list: URL, or crl: URL\n"
        "     = did you mean `aws-signer`?\n"
        "sealgate.yaml:8:7: error: `https://example.com/ca.crl` is no revocation source\n"
        "   8 |     - https://example.com/ca.crl\n"
        "     |       ^~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: aws-signer, list: URL, or crl: URL\n"
        "sealgate.yaml:9:7: error: a list is no revocation source\n"
        "   9 |     - [list]\n"
        "     |       ^~~~~~\n"
        "     = expected: aws-signer, list: URL, or crl: URL\n"
        "sealgate.yaml:10:7: error: a revocation source has 0 keys\n"
        "  10 |     - {}\n"
        "     |       ^~\n"
        "     = expected: one, list: URL or crl: URL\n"
        "sealgate.yaml:11:7: error: a revocation source has 2 keys\n"
        "  11 |     - {list: https://x/a, crl: https://x/b}\n"
        "     |       ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: one, list: URL or crl: URL\n"
        "sealgate.yaml:12:7: error: unknown key `lst`\n"
        "  12 |     - lst: https://x/c\n"
        "     |       ^~~\n"
        "     = expected: one of list, crl\n"
        "     = did you mean `list`?\n"
        "sealgate.yaml:13:7: error: unknown key `ocsp`\n"
        "  13 |     - ocsp: https://x/d\n"
        "     |       ^~~~\n"
        "     = expected: one of list, crl\n"
        "sealgate.yaml:14:7: error: `crl` has no value\n"
        "  14 |     - crl:\n"
        "     |       ^~~\n"
        "     = expected: a value; leave the key out if it is not needed\n"),
    ROW("a source twice",
        VERSION USE CONFIGS FUNCTIONS "revocation:\n"
                                      "  sources:\n"
                                      "    - list: https://x/a\n"
                                      "    - crl: https://x/a\n"
                                      "    - list: https://x/a\n"
                                      "    - crl: file:/x\n"
                                      "    - crl: file:///x\n",
        "sealgate.yaml:9:7: error: this source is listed twice\n"
        "   9 |     - list: https://x/a\n"
        "     |       ^~~~\n"
        "sealgate.yaml:11:7: error: this source is listed twice\n"
        "  11 |     - crl: file:///x\n"
        "     |       ^~~\n"),
    ROW("32 sources are allowed, 33 are not",
        VERSION USE CONFIGS FUNCTIONS
        "revocation: {sources: [list: https://x/0, list: https://x/1, list: https://x/2, list: https://x/3, list: "
        "https://x/4, list: https://x/5, list: https://x/6, list: https://x/7, list: https://x/8, list: https://x/9, "
        "list: https://x/10, list: https://x/11, list: https://x/12, list: https://x/13, list: https://x/14, list: "
        "https://x/15, list: https://x/16, list: https://x/17, list: https://x/18, list: https://x/19, list: "
        "https://x/20, list: https://x/21, list: https://x/22, list: https://x/23, list: https://x/24, list: "
        "https://x/25, list: https://x/26, list: https://x/27, list: https://x/28, list: https://x/29, list: "
        "https://x/30, list: https://x/31, list: https://x/32]}\n",
        "sealgate.yaml:5:654: error: there are more than 32 revocation sources\n"
        "   5 | …list: https://x/28, list: https://x/29, list: https://x/30, list: https://x/31, list: https://x/32]}\n"
        "     |                                                                                  ^~~~\n"),
    ROW("plain HTTP and other schemes",
        VERSION USE CONFIGS FUNCTIONS "revocation:\n"
                                      "  sources:\n"
                                      "    - list: http://example.com/revoked.json\n"
                                      "    - crl: HTTP://example.com/ca.crl\n"
                                      "    - crl: ldap://example.com/ca\n"
                                      "    - crl: ca.crl\n"
                                      "    - crl: HTTPS://example.com/ca.crl\n",
        "sealgate.yaml:7:13: error: `http://example.com/revoked.json` is plain HTTP\n"
        "   7 |     - list: http://example.com/revoked.json\n"
        "     |             ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: https://HOST/PATH, or file:PATH\n"
        "     = note: what comes over plain HTTP can be changed on the way; use https, or mirror it to a file\n"
        "sealgate.yaml:8:12: error: `HTTP://example.com/ca.crl` is plain HTTP\n"
        "   8 |     - crl: HTTP://example.com/ca.crl\n"
        "     |            ^~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: https://HOST/PATH, or file:PATH\n"
        "     = note: what comes over plain HTTP can be changed on the way; use https, or mirror it to a file\n"
        "sealgate.yaml:9:12: error: `ldap://example.com/ca` is neither an https:// URL nor a file\n"
        "   9 |     - crl: ldap://example.com/ca\n"
        "     |            ^~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: https://HOST/PATH, or file:PATH\n"
        "sealgate.yaml:10:12: error: `ca.crl` is neither an https:// URL nor a file\n"
        "  10 |     - crl: ca.crl\n"
        "     |            ^~~~~~\n"
        "     = expected: https://HOST/PATH, or file:PATH\n"
        "sealgate.yaml:11:12: error: `HTTPS://example.com/ca.crl` is neither an https:// URL nor a file\n"
        "  11 |     - crl: HTTPS://example.com/ca.crl\n"
        "     |            ^~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: https://HOST/PATH, or file:PATH\n"),
    ROW("files without a path",
        VERSION USE CONFIGS FUNCTIONS "revocation:\n"
                                      "  sources:\n"
                                      "    - crl: 'file:'\n"
                                      "    - crl: file://\n"
                                      "    - crl: file://host/ca.crl\n",
        "sealgate.yaml:7:12: error: the file of `crl` has no path\n"
        "   7 |     - crl: 'file:'\n"
        "     |            ^~~~~~~\n"
        "     = expected: file:PATH, relative to the folder of this file, or file:///PATH\n"
        "sealgate.yaml:8:12: error: the file of `crl` has no path\n"
        "   8 |     - crl: file://\n"
        "     |            ^~~~~~~\n"
        "     = expected: file:PATH, relative to the folder of this file, or file:///PATH\n"
        "sealgate.yaml:9:12: error: the file of `crl` has no path, but a host\n"
        "   9 |     - crl: file://host/ca.crl\n"
        "     |            ^~~~~~~~~~~~~~~~~~\n"
        "     = expected: file:PATH, relative to the folder of this file, or file:///PATH\n"),
    ROW("URLs that are not acceptable",
        VERSION USE CONFIGS FUNCTIONS "revocation:\n"
                                      "  sources:\n"
                                      "    - crl: https://\n"
                                      "    - crl: https:///ca.crl\n"
                                      "    - crl: https://user:secret@example.com/ca.crl\n"
                                      "    - crl: https://user@example.com/ca.crl\n"
                                      "    - crl: https://example.com/a b\n"
                                      "    - crl: https://ex\xC3\xA4mple.com/\n"
                                      "    - crl: https://example.com\\@evil.com/\n"
                                      "    - crl: https://example.com:0/\n"
                                      "    - crl: https://example.com:65536/\n"
                                      "    - crl: https://example.com:080/\n"
                                      "    - crl: \"https://example.com:\"\n"
                                      "    - crl: https://exa$mple.com/\n"
                                      "    - crl: https://.example.com/\n"
                                      "    - crl: https://[::1/\n"
                                      "    - crl: https://[]/\n"
                                      "    - crl: https://[::1]x/\n"
                                      "    - crl: https://?x\n"
                                      "    - crl: https://%65xample.com/\n",
        "sealgate.yaml:7:12: error: the URL of `crl` names no host\n"
        "   7 |     - crl: https://\n"
        "     |            ^~~~~~~~\n"
        "     = expected: https://HOST/PATH\n"
        "sealgate.yaml:8:12: error: the URL of `crl` names no host\n"
        "   8 |     - crl: https:///ca.crl\n"
        "     |            ^~~~~~~~~~~~~~~\n"
        "     = expected: https://HOST/PATH\n"
        "sealgate.yaml:9:12: error: the URL of `crl` holds a user name or a password\n"
        "   9 |     - crl: https://user:secret@example.com/ca.crl\n"
        "     |            ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: https://HOST/PATH\n"
        "sealgate.yaml:10:12: error: the URL of `crl` holds a user name or a password\n"
        "  10 |     - crl: https://user@example.com/ca.crl\n"
        "     |            ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: https://HOST/PATH\n"
        "sealgate.yaml:11:12: error: the URL of `crl` holds a space; write it as %20\n"
        "  11 |     - crl: https://example.com/a b\n"
        "     |            ^~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: https://HOST/PATH\n"
        "sealgate.yaml:12:12: error: the URL of `crl` holds a character that is not ASCII; write it percent-encoded, a "
        "host name in its xn-- form\n"
        "  12 |     - crl: https://exämple.com/\n"
        "     |            ^~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: https://HOST/PATH\n"
        "sealgate.yaml:13:12: error: the URL of `crl` holds a character that a URL cannot have\n"
        "  13 |     - crl: https://example.com\\\\@evil.com/\n"
        "     |            ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: https://HOST/PATH\n"
        "sealgate.yaml:14:12: error: the URL of `crl` names a port that is no number from 1 to 65535\n"
        "  14 |     - crl: https://example.com:0/\n"
        "     |            ^~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: https://HOST/PATH\n"
        "sealgate.yaml:15:12: error: the URL of `crl` names a port that is no number from 1 to 65535\n"
        "  15 |     - crl: https://example.com:65536/\n"
        "     |            ^~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: https://HOST/PATH\n"
        "sealgate.yaml:16:12: error: the URL of `crl` names a port that is no number from 1 to 65535\n"
        "  16 |     - crl: https://example.com:080/\n"
        "     |            ^~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: https://HOST/PATH\n"
        "sealgate.yaml:17:12: error: the URL of `crl` names a port that is no number from 1 to 65535\n"
        "  17 |     - crl: \"https://example.com:\"\n"
        "     |            ^~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: https://HOST/PATH\n"
        "sealgate.yaml:18:12: error: the URL of `crl` names a host that is none\n"
        "  18 |     - crl: https://exa$mple.com/\n"
        "     |            ^~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: https://HOST/PATH\n"
        "sealgate.yaml:19:12: error: the URL of `crl` names a host that is none\n"
        "  19 |     - crl: https://.example.com/\n"
        "     |            ^~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: https://HOST/PATH\n"
        "sealgate.yaml:20:12: error: the URL of `crl` names a host that is none\n"
        "  20 |     - crl: https://[::1/\n"
        "     |            ^~~~~~~~~~~~~\n"
        "     = expected: https://HOST/PATH\n"
        "sealgate.yaml:21:12: error: the URL of `crl` names a host that is none\n"
        "  21 |     - crl: https://[]/\n"
        "     |            ^~~~~~~~~~~\n"
        "     = expected: https://HOST/PATH\n"
        "sealgate.yaml:22:12: error: the URL of `crl` names a port that is no number from 1 to 65535\n"
        "  22 |     - crl: https://[::1]x/\n"
        "     |            ^~~~~~~~~~~~~~~\n"
        "     = expected: https://HOST/PATH\n"
        "sealgate.yaml:23:12: error: the URL of `crl` names no host\n"
        "  23 |     - crl: https://?x\n"
        "     |            ^~~~~~~~~~\n"
        "     = expected: https://HOST/PATH\n"
        "sealgate.yaml:24:12: error: the URL of `crl` names a host that is none\n"
        "  24 |     - crl: https://%65xample.com/\n"
        "     |            ^~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: https://HOST/PATH\n"),
};

static void test_sources(void **state)
{
    (void)state;
    CHECK_ROWS(sources_rows);
}

static const struct row settings_rows[] = {
    ROW("answers that there are not",
        VERSION USE CONFIGS FUNCTIONS "revocation: {sources: [], on_unavailable: Block}\n",
        "sealgate.yaml:5:43: error: `on_unavailable` cannot be `Block`\n"
        "   5 | revocation: {sources: [], on_unavailable: Block}\n"
        "     |                                           ^~~~~\n"
        "     = expected: block or warn\n"
        "     = did you mean `block`?\n"),
    ROW("an answer that YAML takes for false",
        VERSION USE CONFIGS FUNCTIONS "revocation: {sources: [], on_unavailable: no}\n",
        "sealgate.yaml:5:43: error: `on_unavailable` cannot be `no`\n"
        "   5 | revocation: {sources: [], on_unavailable: no}\n"
        "     |                                           ^~\n"
        "     = expected: block or warn\n"),
    ROW("times", VERSION USE CONFIGS FUNCTIONS "revocation: {sources: [], timeout: 1ms}\n", ""),
    ROW("a time without a unit", VERSION USE CONFIGS FUNCTIONS "revocation: {sources: [], timeout: 10}\n",
        "sealgate.yaml:5:36: error: `timeout` cannot be `10`\n"
        "   5 | revocation: {sources: [], timeout: 10}\n"
        "     |                                    ^~\n"
        "     = expected: a whole number with its unit: 500ms, 10s or 2m\n"),
    ROW("a fraction of a time", VERSION USE CONFIGS FUNCTIONS "revocation: {sources: [], timeout: 1.5s}\n",
        "sealgate.yaml:5:36: error: `timeout` cannot be `1.5s`\n"
        "   5 | revocation: {sources: [], timeout: 1.5s}\n"
        "     |                                    ^~~~\n"
        "     = expected: a whole number with its unit: 500ms, 10s or 2m\n"),
    ROW("a time with a sign", VERSION USE CONFIGS FUNCTIONS "revocation: {sources: [], timeout: +1s}\n",
        "sealgate.yaml:5:36: error: `timeout` cannot be `+1s`\n"
        "   5 | revocation: {sources: [], timeout: +1s}\n"
        "     |                                    ^~~\n"
        "     = expected: a whole number with its unit: 500ms, 10s or 2m\n"),
    ROW("a time with a zero in front", VERSION USE CONFIGS FUNCTIONS "revocation: {sources: [], timeout: 010s}\n",
        "sealgate.yaml:5:36: error: `timeout` cannot be `010s`\n"
        "   5 | revocation: {sources: [], timeout: 010s}\n"
        "     |                                    ^~~~\n"
        "     = expected: a whole number with its unit: 500ms, 10s or 2m\n"),
    ROW("a time with a space", VERSION USE CONFIGS FUNCTIONS "revocation: {sources: [], timeout: 10 s}\n",
        "sealgate.yaml:5:36: error: `timeout` cannot be `10 s`\n"
        "   5 | revocation: {sources: [], timeout: 10 s}\n"
        "     |                                    ^~~~\n"
        "     = expected: a whole number with its unit: 500ms, 10s or 2m\n"),
    ROW("a time in hours", VERSION USE CONFIGS FUNCTIONS "revocation: {sources: [], timeout: 1h}\n",
        "sealgate.yaml:5:36: error: `timeout` cannot be `1h`\n"
        "   5 | revocation: {sources: [], timeout: 1h}\n"
        "     |                                    ^~\n"
        "     = expected: a whole number with its unit: 500ms, 10s or 2m\n"),
    ROW("a unit alone", VERSION USE CONFIGS FUNCTIONS "revocation: {sources: [], timeout: ms}\n",
        "sealgate.yaml:5:36: error: `timeout` cannot be `ms`\n"
        "   5 | revocation: {sources: [], timeout: ms}\n"
        "     |                                    ^~\n"
        "     = expected: a whole number with its unit: 500ms, 10s or 2m\n"),
    ROW("no time", VERSION USE CONFIGS FUNCTIONS "revocation: {sources: [], timeout: 0s}\n",
        "sealgate.yaml:5:36: error: `timeout` is `0s`\n"
        "   5 | revocation: {sources: [], timeout: 0s}\n"
        "     |                                    ^~\n"
        "     = expected: more than 0 and at most 10m\n"),
    ROW("the longest time and one more", VERSION USE CONFIGS FUNCTIONS "revocation: {sources: [], timeout: 600001ms}\n",
        "sealgate.yaml:5:36: error: `timeout` is `600001ms`\n"
        "   5 | revocation: {sources: [], timeout: 600001ms}\n"
        "     |                                    ^~~~~~~~\n"
        "     = expected: more than 0 and at most 10m\n"),
    ROW("a time that overflows",
        VERSION USE CONFIGS FUNCTIONS "revocation: {sources: [], timeout: 99999999999999999999s}\n",
        "sealgate.yaml:5:36: error: `timeout` cannot be `99999999999999999999s`\n"
        "   5 | revocation: {sources: [], timeout: 99999999999999999999s}\n"
        "     |                                    ^~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: a whole number with its unit: 500ms, 10s or 2m\n"),
    ROW("the largest number that is read",
        VERSION USE CONFIGS FUNCTIONS "revocation: {sources: [], timeout: 999999999m}\n",
        "sealgate.yaml:5:36: error: `timeout` is `999999999m`\n"
        "   5 | revocation: {sources: [], timeout: 999999999m}\n"
        "     |                                    ^~~~~~~~~~\n"
        "     = expected: more than 0 and at most 10m\n"),
    ROW("a time that is a list", VERSION USE CONFIGS FUNCTIONS "revocation: {sources: [], timeout: [10s]}\n",
        "sealgate.yaml:5:36: error: `timeout` is a list\n"
        "   5 | revocation: {sources: [], timeout: [10s]}\n"
        "     |                                    ^~~~~\n"
        "     = expected: a single value\n"),
    ROW("paths that are none",
        VERSION USE CONFIGS FUNCTIONS "revocation: {sources: [], cache: https://x, ca_bundle: ''}\n",
        "sealgate.yaml:5:34: error: `cache` is a URL\n"
        "   5 | revocation: {sources: [], cache: https://x, ca_bundle: ''}\n"
        "     |                                  ^~~~~~~~~\n"
        "     = expected: a path, relative to the folder of this file\n"
        "sealgate.yaml:5:56: error: `ca_bundle` is empty\n"
        "   5 | revocation: {sources: [], cache: https://x, ca_bundle: ''}\n"
        "     |                                                        ^~\n"),
};

static void test_settings(void **state)
{
    (void)state;
    CHECK_ROWS(settings_rows);
}

/* A URL of `size` bytes as the only source. */
static void write_url(size_t size)
{
    struct sg_error error = {0};
    struct sg_buffer yaml = sg_buffer_make(8192);
    assert_done(
        sg_buffer_append_text(&yaml, VERSION USE CONFIGS FUNCTIONS "revocation:\n  sources:\n    - crl: ", &error),
        error);
    size_t end = yaml.size + size;
    assert_done(sg_buffer_append_text(&yaml, "https://example.com/", &error), error);
    while (yaml.size < end)
        assert_done(sg_buffer_append_byte(&yaml, 'x', &error), error);
    write_file("sealgate.yaml", sg_buffer_span(&yaml));
    sg_buffer_free(&yaml);
}

static void test_long_urls(void **state)
{
    (void)state;
    write_url(2048);
    check_problems("the longest URL", "");
    write_url(2049);
    check_problems(
        "a URL that is too long",
        "sealgate.yaml:7:12: error: the URL of `crl` is longer than 2048 bytes\n"
        "   7 |     - crl: https://example.com/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…\n"
        "     |            ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\n"
        "     = expected: https://HOST/PATH\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trust),    cmocka_unit_test(test_defaults),  cmocka_unit_test(test_sources),
        cmocka_unit_test(test_settings), cmocka_unit_test(test_long_urls),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
