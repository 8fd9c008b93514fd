#include "cli/commands.h"

const struct sg_option sg_common_options[] = {
    {"help", 'h', NULL, false, "show this help"},
    {"version", 0, NULL, false, "show the versions of sealgate and of the libraries it is linked with"},
    {0},
};

static const struct sg_option verify_options[] = {
    {"config", 'c', "FILE", false, "the configuration; the same as CONFIG"},
    {"output", 'o', "FORMAT[=FILE]", true,
     "a report: text, json, github, plain or markdown; without FILE on standard output, where only one can go"},
    {"ci", 0, "auto|none|github|gitlab|jenkins", false,
     "which CI's habits to follow; auto, the default, looks at the environment"},
    {"enforce", 0, NULL, false, "judge every configuration as Enforce"},
    {"warn-exit-code", 0, "N", false,
     "exit with N instead of 0 when something was only warned about (0 to 125, not 1 to 4)"},
    {"now", 0, "TIME", false, "judge as of this RFC 3339 time; the report says so"},
    {"offline", 0, NULL, false, "never touch the network: revocation data from the cache or from files only"},
    {"frozen", 0, NULL, false,
     "demand a lock file with an entry for every artifact: one that has none is blocked (see `sealgate lock`)"},
    {"only", 0, "NAME", true, "judge only the functions and layers of this name"},
    {"shard", 0, "I/N", false, "judge the I-th of N parts of the artifacts; the parts are disjoint and cover all"},
    {"jobs", 'j', "N", false, "packages verified at once; default: the processors that the process may use"},
    {"quiet", 'q', NULL, false, "the text report shows only what is not fine, and the verdict"},
    {"verbose", 'v', NULL, false, "the text report shows every fact"},
    {"color", 0, "auto|always|never", false,
     "colours in the text report; NO_COLOR, CLICOLOR_FORCE and TERM=dumb are honoured"},
    {0},
};

static const struct sg_option lock_options[] = {
    {"config", 'c', "FILE", false, "the configuration; the same as CONFIG"},
    {"output", 0, "FILE", false, "the lock file; default: beside the configuration, with .lock for .yaml"},
    {"check", 0, NULL, false, "write nothing; exit with 1 when the lock file would change"},
    {"now", 0, "TIME", false, "judge as of this RFC 3339 time"},
    {"offline", 0, NULL, false, "never touch the network: revocation data from the cache or from files only"},
    {"jobs", 'j', "N", false, "packages verified at once; default: the processors that the process may use"},
    {0},
};

static const struct sg_option inspect_options[] = {
    {"json", 0, NULL, false, "print JSON"},
    {"root", 0, "FILE", true, "a PEM file with roots to trust besides the built-in one"},
    {"color", 0, "auto|always|never", false, "colours in the text"},
    {0},
};

static const struct sg_option sign_options[] = {
    {"key", 0, "FILE", false, "the private key in PEM form, P-384, not encrypted"},
    {"certificates", 0, "FILE", false, "the certificate chain in PEM form: the key's certificate first, the root last"},
    {"profile-version-arn", 0, "ARN", false, "the signing profile version ARN to write into the signature"},
    {"job-arn", 0, "ARN", false, "the signing job ARN; default: a random job of the profile's owner"},
    {"signed-at", 0, "TIME", false, "the signing time, RFC 3339; default: now"},
    {"expires-at", 0, "TIME", false,
     "when the signature expires, RFC 3339; default: 135 months after the signing time"},
    {"output", 'o', "FILE", false, "where the signed package goes; must not exist yet"},
    {0},
};

static const struct sg_option explain_options[] = {
    {0},
};

const struct sg_command sg_commands[] = {
    {"verify", "[verify] [OPTIONS] [CONFIG]", "verify every package of a pipeline before it is deployed",
     "Reads CONFIG (default: sealgate.yaml), verifies every function and layer package it names as AWS Lambda would, "
     "and says "
     "what is wrong, where, and how to mend it. Every artifact is judged, none stops the others.\n\n"
     "Exit status: 0 everything may be deployed, warnings included; 1 something is blocked; 2 usage or configuration; "
     "3 nothing is blocked but something could not be decided; 4 internal error, or a report could not be written.",
     verify_options, 0, 1, sg_command_verify},
    {"lock", "lock [OPTIONS] [CONFIG]", "write down what every package is, for `verify` to hold it against",
     "Verifies every package that CONFIG (default: sealgate.yaml) names and writes sealgate.lock beside it: for each "
     "one "
     "its CodeSha256, signing profile version, signing job and signing time. Prints what that changes. Writes nothing "
     "when "
     "one of them does not verify, is expired, is not by an allowed publisher, or is revoked. The old lock file is not "
     "held against the packages. From then on `sealgate verify` blocks a package whose bytes are not the locked "
     "ones.\n\n"
     "Exit status: 0 written, or nothing to change; 1 something does not verify, or --check found a change; 2 usage or "
     "configuration, the old lock file included; 3 something could not be decided, or a file not be read or written; "
     "4 internal error.",
     lock_options, 0, 1, sg_command_lock},
    {"inspect", "inspect [OPTIONS] PACKAGE...", "show everything a package's signature says, without a policy",
     "Checks each package cryptographically against the trusted roots and says which layer fails: structure, format, "
     "signature, chain or content.\n\n"
     "Exit status: 0 every package is signed and proven; 1 one is not; 2 usage; 3 one cannot be read; 4 internal "
     "error.",
     inspect_options, 1, 100000, sg_command_inspect},
    {"sign", "sign --key FILE --certificates FILE --profile-version-arn ARN -o FILE PACKAGE",
     "sign a package with a key and chain of your own",
     "Writes a copy of PACKAGE with a signature in the format of AWS Signer, for private roots, test pipelines and "
     "air-gapped sites. The package's own entries keep their places and bytes.\n\n"
     "Exit status: 0 signed; 2 usage, or the input is refused; 3 a file cannot be read or written; 4 internal error.",
     sign_options, 1, 1, sg_command_sign},
    {"explain", "explain [RULE...]", "say what a rule means, why AWS has it, and how to mend what it found",
     "Without RULE, lists all rules.\n\nExit status: 0; 2 when there is no such rule.", explain_options, 0, 1000,
     sg_command_explain},
    {0},
};

const char *const sg_reserved_commands[] = {"csc", "iam", "init", NULL};
