/*
 * What the rules mean that a code signing configuration can turn into warnings: expiry, mismatch, revocation.
 */
#include "report/explain_rules.h"

const struct sg_explanation sg_explanations_of_policy[SG_RULE_COUNT] = {
    [SG_RULE_SIGNATURE_EXPIRED] =
        {
            .summary = "The signature was good, but its time is over.",
            .meaning =
                "Each signature carries the time until which it may be deployed: signing time plus the validity\n"
                "period of the signing profile, at most and by default 135 months. That time has come, by the clock\n"
                "of this machine or by --now. From that very instant on the signature is expired.\n"
                "\n"
                "Everything else about the signature is proven. Under Enforce it blocks, under Warn it warns. The\n"
                "certificates of the signer expire within days of signing; that is normal and no finding, because the\n"
                "chain is verified at the signing time.",
            .why =
                "This is Lambda's expiry check: under Enforce it refuses the deployment with\n"
                "CodeVerificationFailedException, under Warn it lets it pass with a warning in CloudTrail and a\n"
                "metric. An expiry makes sure that old packages are built and reviewed anew at some time. Functions\n"
                "that run already are not affected.",
            .mend = "Build the package from current sources and sign it again. If packages expire too soon, give the\n"
                    "signing profile a longer validity period. To see what will expire, run the gate with --now and a\n"
                    "date to come.",
        },
    [SG_RULE_UNSIGNED] =
        {
            .summary = "The package has no signature.",
            .meaning =
                "There is no entry META_INF/aws_signer_signature_v1.0.SF in the archive. Integrity, expiry and\n"
                "revocation have nothing to look at and are skipped; the mismatch check fails, as it does on Lambda.\n"
                "Under Enforce it blocks, under Warn it warns.",
            .why =
                "A code signing configuration says that only code from known publishers is deployed, and code without\n"
                "a signature has none. Lambda counts it as a mismatch: CodeVerificationFailedException under Enforce,\n"
                "a warning under Warn.\n"
                "\n"
                "The most common case is a deployment of the file that went into the signing job instead of the one\n"
                "that came out of it. AWS Signer does not change its source: the signed package is a new object with\n"
                "a name of its own. Frameworks that build and deploy in one go often declare a signing profile, but\n"
                "never sign.",
            .mend =
                "Start a signing job for the package, wait for it, and deploy the object that it wrote:\n"
                "\n"
                "  aws signer start-signing-job --profile-name PROFILE \\\n"
                "      --source 's3={bucketName=B,key=unsigned.zip,version=V}' \\\n"
                "      --destination 's3={bucketName=B,prefix=signed/}'\n"
                "\n"
                "The source bucket must be versioned and in the profile's Region. Point `code` in the configuration\n"
                "at the signed file. Layers of others (extensions, monitoring agents) must be signed by an allowed\n"
                "profile as well: sign a copy under your own profile, or allow the vendor's profile version if the\n"
                "layer is signed.",
        },
    [SG_RULE_PUBLISHER_NOT_ALLOWED] =
        {
            .summary = "The package is signed, but by a signing profile version that the configuration does not allow.",
            .meaning =
                "The signature is proven, and the profile version ARN in it is none of allowed_publishers. The two\n"
                "are compared byte for byte: name, version, account, Region and partition. There are no wildcards,\n"
                "and another version of an allowed profile is another publisher. Under Enforce it blocks, under Warn\n"
                "it warns.\n"
                "\n"
                "A layer is judged under the configuration of every function that uses it: it may be allowed for one\n"
                "and not for another.",
            .why = "This is Lambda's mismatch check: anybody with an AWS account can have a package signed by AWS\n"
                   "Signer, so the question is not whether it is signed but by whom. Lambda answers\n"
                   "CodeVerificationFailedException under Enforce, with the same words for every cause.",
            .mend =
                "If the publisher is the wrong one, sign the package with an allowed profile. If it is the right one,\n"
                "add the profile version ARN from the message to allowed_publishers (at most 20), here and in the\n"
                "code signing configuration on AWS, after making sure who owns it. Copy the ARN with its version, the\n"
                "part behind the last slash: a profile ARN without version matches nothing.",
        },
    [SG_RULE_JOB_REVOKED] =
        {
            .summary = "The signing job that made this signature was revoked.",
            .meaning =
                "A revocation source names the job ARN of this signature. A revoked job is revoked whatever the time:\n"
                "it does not matter whether the package was signed before or after. Under Enforce it blocks, under\n"
                "Warn it warns. One source that revokes is enough, even if another one did not answer.",
            .why =
                "Revoking a signature is how its owner says that this one package must not be deployed any more,\n"
                "though it was signed properly: a flaw was found in it, or it should never have been signed. Lambda's\n"
                "revocation check answers CodeVerificationFailedException under Enforce. Revocation on AWS cannot be\n"
                "undone.",
            .mend =
                "Do not deploy this package. Ask the owner of the signing profile for the reason (the message has it\n"
                "if the source gives one), build from mended sources, and sign again: a new job gives a new\n"
                "signature. If an entry of your own revocation list is wrong, mend the list there.",
        },
    [SG_RULE_PROFILE_REVOKED] =
        {
            .summary = "The signing profile version was revoked, and this signature was made after that took effect.",
            .meaning =
                "A revocation source names the profile version ARN of this signature, with a time from which its\n"
                "signatures no longer count. This signature was made at that time or later; at the very same instant\n"
                "counts as revoked, too. Earlier signatures of the same profile version stay good. Under Enforce it\n"
                "blocks, under Warn it warns.\n"
                "\n"
                "A profile that was merely canceled is another matter: it signs nothing new, and what it signed stays\n"
                "valid.",
            .why =
                "A profile is revoked when somebody may have signed with it who should not have. The effective time\n"
                "is when that began, so that everything before keeps its worth. Lambda's revocation check answers\n"
                "CodeVerificationFailedException under Enforce.",
            .mend =
                "Do not deploy this package. Sign the package again with another profile, once it is clear that its\n"
                "content is what was reviewed, and put the new profile version ARN into allowed_publishers in place\n"
                "of the revoked one. Look at what else was signed with that profile since the effective time.",
        },
    [SG_RULE_CERTIFICATE_REVOKED] =
        {
            .summary = "A certificate in the chain of this signature was revoked.",
            .meaning =
                "A revocation list names one of the certificates by its hash or by its SHA-256, or a current CRL,\n"
                "signed by the CA that issued the certificate, has its serial number. The message says which\n"
                "certificate it is. Under Enforce it blocks, under Warn it warns.",
            .why =
                "A key that may be in foreign hands can sign anything, with any signing time it likes: so there is no\n"
                "\"before\" for a revoked certificate. AWS Signer's own certificates name no place to ask for CRLs;\n"
                "these matter to private roots (`crl:` sources), and to lists that name certificate hashes as\n"
                "GetRevocationStatus of AWS Signer takes them.",
            .mend =
                "Do not deploy this package. Have the CA issue a new signing certificate, sign again with it, and\n"
                "treat what the revoked key signed as unsigned. If the certificate was revoked only because it was\n"
                "replaced, the package has to be signed again all the same.",
        },
    [SG_RULE_REVOCATION_UNAVAILABLE] =
        {
            .summary = "It could not be found out whether the signature is revoked.",
            .meaning =
                "At least one source did not answer, answered with data that is stale, damaged or dated in the\n"
                "future, or no CRL covers one of the certificates although there is a CRL source. Each source must\n"
                "answer: silence is never taken for \"not revoked\". No other source revokes the signature, or that\n"
                "would be the finding.\n"
                "\n"
                "The check is undecided. Under Warn, and with `on_unavailable: warn`, it warns; otherwise the\n"
                "artifact is undecided and the run ends with exit code 3, so that a pipeline can tell \"try again\"\n"
                "from \"blocked\".",
            .why =
                "Whoever can revoke nothing but can cut a network would otherwise decide what is deployed. AWS does\n"
                "not document what Lambda does when its own revocation data cannot be had, so the gate takes the side\n"
                "that fails closed.",
            .mend =
                "The report has a line for each source with the reason: a name that does not resolve, a TLS error, a\n"
                "time-out, a list whose next_update has passed. Mend that, or run the job again if it is a passing\n"
                "fault. Behind a proxy set https_proxy; with a private TLS root set revocation.ca_bundle. With\n"
                "--offline a source must be in the cache or a file. A list or CRL that is stale must be published\n"
                "anew by its owner. `on_unavailable: warn` trades safety for availability; decide that once, not\n"
                "during an outage.",
        },
    [SG_RULE_REVOCATION_NOT_CHECKED] =
        {
            .summary = "Revocation was not checked, because the configuration has no source for it.",
            .meaning =
                "No finding, and it changes no action and no exit code: with `sources: []` the revocation check is\n"
                "skipped, this rule is given as the reason, and every report says so. A package whose job, profile or\n"
                "certificate was revoked passes this gate.",
            .why = "Lambda does check revocation when a package is deployed. What passes here may therefore still be\n"
                   "refused there; and where the gate is the only check, a revoked signature goes unnoticed.",
            .mend =
                "Name at least one source under revocation.sources: a list that the owners of the pipeline publish\n"
                "(`list:` and its https:// address), the CRL of a private CA (`crl:`), or a file that the pipeline\n"
                "mirrors (`list: file:PATH`). If the check is off on purpose, nothing has to be done.",
        },
    [SG_RULE_IMAGE_NOT_SUPPORTED] =
        {
            .summary = "The function is a container image, which cannot be signed this way.",
            .meaning =
                "A notice: it changes no action and no exit code. The configuration says `package_type: Image`. There\n"
                "is no zip to look at, so nothing about this function was verified, and the report says\n"
                "NOT_APPLICABLE. To give such a function a code signing configuration is an error of the\n"
                "configuration.",
            .why = "Code signing for Lambda covers zip packages and layers. AWS documents that functions defined as\n"
                   "container images do not support it, and an image takes no layers either.",
            .mend =
                "Verify the image where images are verified: sign it in its registry (Notation with AWS Signer, or\n"
                "cosign), let the pipeline verify that signature, and deploy by digest instead of by tag. If the\n"
                "function should be covered by this gate, deploy it as a zip.",
        },
};
