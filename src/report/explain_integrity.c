/*
 * What the rules about packages and their signatures mean: integrity, which no policy softens, and the notices.
 */
#include "report/explain_rules.h"

const struct sg_explanation sg_explanations_of_packages[SG_RULE_COUNT] = {
    [SG_RULE_UNREADABLE_ARTIFACT] =
        {
            .summary = "The package could not be read, so nothing is known about it.",
            .meaning =
                "The file that the configuration names is missing, is a directory or another thing that is no regular\n"
                "file, may not be read by this user, changed while it was read, or the disk failed.\n"
                "\n"
                "The artifact is undecided: that is no statement about its signature. The run ends with exit code 3,\n"
                "unless another artifact is blocked. Neither Warn nor `on_unavailable: warn` softens it, because a\n"
                "package that nobody read is a package that nobody verified.",
            .why = "Lambda never sees this case: it judges the bytes that were uploaded. The gate judges files before\n"
                   "that, and a file that is not there must not pass as one that is fine.",
            .mend =
                "Check the path: it is relative to the folder of the configuration, not to the working directory. Run\n"
                "the gate after the step that fetches the signed packages, and in a job that has them. If the file\n"
                "changed while it was read, another step still writes to it: let that one finish first.",
        },
    [SG_RULE_MALFORMED_PACKAGE] =
        {
            .summary = "The file is not a well-formed zip archive.",
            .meaning =
                "The archive is cut off, has bytes that belong to no entry, headers that contradict each other, an\n"
                "entry whose data does not inflate to what its header promises, a wrong checksum, an encrypted entry,\n"
                "a compression method other than stored and deflated, or a name that no file can have or that leads\n"
                "out of the folder it is unpacked to.\n"
                "\n"
                "A signature cannot repair that: what is signed is a list of names and contents, and there is no such\n"
                "list until the archive can be read in exactly one way. Nothing that the package claims is shown as\n"
                "proven, and the other checks are skipped. It blocks under Warn, too.",
            .why =
                "Lambda unpacks the archive with a reader of its own that nobody outside knows. A gate that repairs a\n"
                "broken archive while it reads may judge other files than those that will run.",
            .mend =
                "Build the package again with a common packager (zip, Python's zipfile, jar, bsdtar, the archiver of\n"
                "your framework), sign it, and deploy the very file that the signing job wrote. An upload in text\n"
                "mode, a download that was cut off and a proxy that rewrites files are the usual causes. `sealgate\n"
                "inspect FILE` says what is wrong and in which entry.",
        },
    [SG_RULE_AMBIGUOUS_PACKAGE] =
        {
            .summary = "Two readers of zip archives would see different files in this package.",
            .meaning =
                "The archive can be read in more than one way: two entries of one name, names that become the same\n"
                "file on disk, local headers that differ from the central directory, a second archive inside the\n"
                "comment or behind the first, or entries that overlap. The second reader of the gate must list the\n"
                "same entries as the first, or the package is refused.\n"
                "\n"
                "The signature may well be good for what one of the readers sees. That says nothing about what\n"
                "another one would run. It blocks under Warn, too.",
            .why = "Which zip reader Lambda uses is not published. Archives of this kind have been used to get past\n"
                   "signature checks: Android's master key flaw of 2013 let one reader verify one entry while another\n"
                   "ran its twin.",
            .mend =
                "Build the package again from a clean folder with a common packager, and sign it. Do not join\n"
                "archives, do not add entries to a finished archive with a tool that keeps the old ones, and do not\n"
                "ship names that are the same after Unicode normalisation. If a freshly built package is called\n"
                "ambiguous, look at the entry that the message names.",
        },
    [SG_RULE_PACKAGE_TOO_LARGE] =
        {
            .summary = "The package is larger than a function can be.",
            .meaning =
                "The file, the sum of its unpacked entries, or the number of its entries passes the limit. Unpacked\n"
                "bytes are counted while they are inflated, so a small file that unpacks to gigabytes is stopped at\n"
                "the limit and costs neither memory nor time. It blocks under Warn, too.",
            .why =
                "Lambda's quota for a function with all its layers is 250 MB unpacked. A package beyond it cannot be\n"
                "deployed, whoever signed it.",
            .mend =
                "Leave out what the function does not need at run time (tests, caches, development dependencies), or\n"
                "move parts into layers: but mind that the quota holds for a function together with its layers. A\n"
                "function that needs more can be a container image, which cannot be signed this way.",
        },
    [SG_RULE_MALFORMED_SIGNATURE] =
        {
            .summary = "The package carries a signature that does not have the form AWS Signer gives it.",
            .meaning =
                "The entry META_INF/aws_signer_signature_v1.0.SF is there, but it is not exactly one PEM block with a\n"
                "CMS envelope of the expected shape: one signer, SHA-384 with ECDSA, no embedded content, and the\n"
                "signed attributes for signing time, expiry, signing job and signing profile version, each once and\n"
                "in its own grammar.\n"
                "\n"
                "Every part that a general CMS library would overlook is held against the format, because a field\n"
                "that nobody checks is a field that an attacker may choose. It blocks under Warn, too.",
            .why = "A signature that cannot be read proves nothing. The gate counts it as Lambda's integrity check,\n"
                   "which answers InvalidCodeSignatureException whatever the policy is.",
            .mend =
                "Sign the unsigned package again, with AWS Signer (platform AWSLambda-SHA384-ECDSA) or with `sealgate\n"
                "sign`, and deploy the object that the signing job wrote. If the package came straight from a signing\n"
                "job, keep it and report it as a fault of this gate: `sealgate inspect FILE` shows at which part it\n"
                "stopped.",
        },
    [SG_RULE_SIGNATURE_INVALID] =
        {
            .summary =
                "The signature does not verify: the key of the signing certificate did not sign these attributes.",
            .meaning =
                "The envelope has the right form, but the signature's value does not fit the signed attributes and\n"
                "the key of the certificate it names. One of them was changed after signing, or they come from\n"
                "different signatures.\n"
                "\n"
                "Job, profile and times in this signature are claims of whoever made the file and nothing more. The\n"
                "other checks are skipped, and it blocks under Warn, too.",
            .why = "Lambda counts this as a failed integrity check, which no policy can switch off: it answers\n"
                   "InvalidCodeSignatureException. Without it, anybody could write any job and any profile into a\n"
                   "package.",
            .mend =
                "Sign the unsigned package again and deploy the object that the signing job wrote, byte for byte. If\n"
                "that happens again, find out which step between signing and deploying writes to the file. A\n"
                "signature that was altered on purpose looks exactly like this one: look into where the package came\n"
                "from before signing it anew.",
        },
    [SG_RULE_UNTRUSTED_ROOT] =
        {
            .summary = "The certificate chain does not lead to a trusted root.",
            .meaning =
                "The signature is followed from the signing certificate over its issuers up to a root, at the time of\n"
                "signing. It must end in one of the roots of the configuration: the built-in root of AWS Signer\n"
                "(`aws`) and the PEM files listed under trust.roots. Roots inside the package and the certificate\n"
                "store of the system are never asked.\n"
                "\n"
                "The message names the certificate at which the chain ends. It blocks under Warn, too.",
            .why =
                "Anybody can make a certificate authority that is called \"Signer\" and sign with it. Only the pinned\n"
                "root tells AWS Signer's signatures from such ones. AWS does not document how Lambda answers such a\n"
                "package; the gate counts it as a failed integrity check, which no policy softens.",
            .mend =
                "A package signed with a private CA (`sealgate sign`) needs that CA's root in the configuration:\n"
                "\n"
                "  trust:\n"
                "    roots: [aws, pki/root.pem]\n"
                "\n"
                "Mind that a code signing configuration on AWS knows no private roots. Packages signed in AWS China\n"
                "or GovCloud lead to roots that AWS has not published: take the root from a package that you had\n"
                "signed yourself, check it out of band, and add it. If the package should have come from AWS Signer\n"
                "of the commercial partition, do not deploy it and find out who made it.",
        },
    [SG_RULE_SIGNED_IN_FUTURE] =
        {
            .summary = "The signature claims a signing time that has not come yet.",
            .meaning =
                "The signing time lies more than five minutes ahead of the clock of this machine, or ahead of the\n"
                "time given with --now. The chain is verified at the signing time, so a time that cannot be true\n"
                "takes the ground from that check. It blocks under Warn, too.",
            .why =
                "The format has no independent time stamp: the signing time is what the signer wrote. What can be\n"
                "checked is that it is not in the future. AWS does not document what Lambda does with such a package;\n"
                "the gate counts it as a failure of integrity.",
            .mend =
                "Check the clock of the machine that runs the gate (`date -u`), and turn time synchronisation on.\n"
                "With --now in the past, packages signed after that time fail by design. With `sealgate sign`, check\n"
                "the clock of the signing machine. A package from AWS Signer with a signing time in the future is not\n"
                "what it claims to be.",
        },
    [SG_RULE_CONTENT_MODIFIED] =
        {
            .summary = "The files in the package are not those that were signed.",
            .meaning =
                "The signature is genuine and comes from a trusted signer, but the digest in it is not that of this\n"
                "package's content: something was changed, added, removed, renamed or moved to another place in the\n"
                "archive after signing. One digest covers all names and contents in archive order, so it cannot be\n"
                "said which entry it was.\n"
                "\n"
                "Compressing anew and changing times, permissions or comments does not touch the content. Nothing\n"
                "that the signature says about the package can be relied on, and it blocks under Warn, too.",
            .why =
                "This is Lambda's integrity check. Its policy cannot be configured: Lambda refuses the package with\n"
                "InvalidCodeSignatureException under Warn as well as under Enforce.",
            .mend =
                "Make signing the last step that touches the package, and deploy exactly the object that the signing\n"
                "job wrote. Usual causes: the unsigned build is deployed under the signed name; a tool packs again\n"
                "after signing (frameworks do this when they are given a folder instead of the zip); a\n"
                "post-processing step adds a file; a package was unpacked and packed in another order. If none of\n"
                "these explains it, treat the package as tampered with.",
        },
    [SG_RULE_PIN_MISMATCH] =
        {
            .summary = "The package is not, byte for byte, the one that the configuration or the lock file pins.",
            .meaning =
                "The artifact has a code_sha256 in the configuration, or an entry in the lock file beside it that\n"
                "`sealgate lock` wrote: the base64 SHA-256 of the whole zip, the value that Lambda reports as\n"
                "CodeSha256. The file has another digest. A pin is compared whether or not the package is signed, and\n"
                "a mismatch blocks under Warn, too. Where there are both, both must hold.\n"
                "\n"
                "The message says so when the package carries a good signature of the very job that is locked. One\n"
                "job signs one content, so its bytes were cut or packed anew after they had been reviewed.",
            .why =
                "The pin closes a gap that the signature leaves open. AWS Signer's digest runs over names and\n"
                "contents one after the other with nothing between them: no lengths and no separators. Somebody who\n"
                "holds a signed package can cut the same bytes into other entries, for instance let one file swallow\n"
                "the next, or turn planted data into a file of code, and the signature still verifies. The structure\n"
                "rules of this gate stop many such cuts, but not all of them. A digest of the whole file stops every\n"
                "one of them.\n"
                "\n"
                "Only a byte-exact pin says: this is the file that was built, signed and reviewed.",
            .mend =
                "If the package was rebuilt or signed again on purpose, review it, let `sealgate lock` write the new\n"
                "values, and commit the lock file; or take the value from the signing step and put it into the\n"
                "configuration as code_sha256:\n"
                "\n"
                "  openssl dgst -sha256 -binary dist/function.zip | base64\n"
                "\n"
                "Take it where the file was made, not from the file that failed here: a pin computed from whatever\n"
                "arrived pins nothing. If nobody rebuilt the package, find out where this one came from.",
        },
    [SG_RULE_NOT_LOCKED] =
        {
            .summary = "The lock file has no entry for this function or layer.",
            .meaning =
                "There is a lock file beside the configuration, and it does not say which bytes this artifact has. By\n"
                "itself that is a notice, which changes nothing. With --frozen it is a failure of integrity and\n"
                "blocks, whatever the policy is.",
            .why = "Lambda does not look at this. A lock stops packages whose signed content was cut anew (`sealgate\n"
                   "explain pin-mismatch`), and an artifact that is not in it is not protected by it. With --frozen a\n"
                   "pipeline deploys only what somebody has reviewed: an artifact that is new in the configuration\n"
                   "waits until its entry is.",
            .mend =
                "Look at the package, run `sealgate lock` where it was signed, review what changed in the lock file,\n"
                "and commit it. To go without: delete the lock file, and do not use --frozen.",
        },
    [SG_RULE_SUSPICIOUS_CONTENT] =
        {
            .summary = "Something in the package is allowed, but looks like the trace of an attack.",
            .meaning =
                "A notice: it changes no action and no exit code. The package is well formed and can be read in one\n"
                "way only, but it has something that honest packagers do not write and that has been used to hide\n"
                "things: for instance names with characters that are not seen or that change the direction of text,\n"
                "names that differ only by letter case, a backslash or a colon in a name, or a second signature in a\n"
                "folder of its own.\n"
                "\n"
                "Two notices are about content that may have been cut anew under its signature (`sealgate explain\n"
                "pin-mismatch`). A file holds the name of another file with what looks like that file right behind\n"
                "it: two entries may have been joined. Or the RECORD of a Python package lists other files, sizes or\n"
                "digests than the package has.\n"
                "\n"
                "With `strict: true` in the configuration the same thing is a failure of integrity and blocks.",
            .why =
                "Lambda does not look at this. The signed digest covers names and contents, but not how they look to\n"
                "a reviewer, nor where one file ends and the next begins.",
            .mend =
                "Look at the entry that the message names. If it should not be there, remove it, build and sign\n"
                "again. If it is legitimate and the notice disturbs, rename the file to plain letters. If a RECORD\n"
                "does not fit, find out which step of the build changed the installed files. If no package of this\n"
                "pipeline should ever have such a thing, set `strict: true`.",
        },
    [SG_RULE_UNUSUAL_PACKAGE] =
        {
            .summary = "Something about the package is unusual, though allowed.",
            .meaning =
                "A notice: it changes no action and no exit code. The archive or its signature has a harmless feature\n"
                "that the common packagers and AWS Signer do not produce: an archive comment, an unusual version or\n"
                "flag, a zip64 record that is not needed, an attribute of the signature that the format does not\n"
                "know.\n"
                "\n"
                "With `strict: true` in the configuration the same thing is a failure of integrity and blocks.",
            .why =
                "Lambda does not look at this. It is reported because an archive that was touched by an unexpected\n"
                "tool often shows it by such details first, and because other readers of zip archives may trip over\n"
                "them.",
            .mend =
                "Nothing has to be done. To get rid of the notice, build with a common packager and do not let other\n"
                "tools write to the archive. To insist on ordinary packages, set `strict: true`.",
        },
};
