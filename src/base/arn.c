#include "base/arn.h"

#include "base/limits.h"

static bool is_lower(uint8_t c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_alphanumeric(uint8_t c)
{
    return is_lower(c) || is_digit(c) || (c >= 'A' && c <= 'Z');
}

static bool is_profile_character(uint8_t c)
{
    return is_alphanumeric(c) || c == '_';
}

static bool is_layer_character(uint8_t c)
{
    return is_alphanumeric(c) || c == '_' || c == '-';
}

static bool is_region_character(uint8_t c)
{
    return is_lower(c) || is_digit(c) || c == '-';
}

static bool is_lower_alphanumeric(uint8_t c)
{
    return is_lower(c) || is_digit(c);
}

/* Takes characters of one kind, at least `least` and at most `most`, off the front of *rest. */
static bool take(struct sg_span *rest, bool (*kind)(uint8_t), size_t least, size_t most, struct sg_span *out)
{
    size_t length = 0;
    while (length < rest->size && length < most && kind(rest->data[length]))
        length++;
    *out = sg_span_part(*rest, 0, length);
    *rest = sg_span_part(*rest, length, rest->size - length);
    return length >= least;
}

static bool take_literal(struct sg_span *rest, struct sg_span literal)
{
    if (!sg_span_starts_with(*rest, literal))
        return false;
    *rest = sg_span_part(*rest, literal.size, rest->size - literal.size);
    return true;
}

/* aws, aws-cn, aws-us-gov, aws-iso-b, …: "aws", then nothing or "-" and lower-case letters and hyphens. */
static bool partition_valid(struct sg_span partition)
{
    struct sg_span rest = partition;
    if (!take_literal(&rest, SG_SPAN_LITERAL("aws")))
        return false;
    return rest.size == 0 || (rest.data[0] == '-' && rest.size > 1 && is_lower(rest.data[1]));
}

/* "arn:PARTITION:SERVICE:REGION:ACCOUNT:", leaving the resource in *rest. */
static bool take_owner(struct sg_span *rest, struct sg_span service, struct sg_arn *out)
{
    if (rest->size > SG_ARN_MAX_BYTES)
        return false;
    return take_literal(rest, SG_SPAN_LITERAL("arn:")) && take(rest, is_region_character, 3, 32, &out->partition) &&
           partition_valid(out->partition) && take_literal(rest, SG_SPAN_LITERAL(":")) && take_literal(rest, service) &&
           take_literal(rest, SG_SPAN_LITERAL(":")) && take(rest, is_region_character, 1, 32, &out->region) &&
           is_lower(out->region.data[0]) && take_literal(rest, SG_SPAN_LITERAL(":")) &&
           take(rest, is_digit, 12, 12, &out->account) && take_literal(rest, SG_SPAN_LITERAL(":"));
}

bool sg_arn_parse_profile_version(struct sg_span text, struct sg_arn *out)
{
    *out = (struct sg_arn){0};
    struct sg_span rest = text;
    return take_owner(&rest, SG_SPAN_LITERAL("signer"), out) &&
           take_literal(&rest, SG_SPAN_LITERAL("/signing-profiles/")) &&
           take(&rest, is_profile_character, 2, 64, &out->name) && take_literal(&rest, SG_SPAN_LITERAL("/")) &&
           take(&rest, is_alphanumeric, 10, 10, &out->version) && rest.size == 0;
}

bool sg_arn_parse_profile(struct sg_span text, struct sg_arn *out)
{
    *out = (struct sg_arn){0};
    struct sg_span rest = text;
    return take_owner(&rest, SG_SPAN_LITERAL("signer"), out) &&
           take_literal(&rest, SG_SPAN_LITERAL("/signing-profiles/")) &&
           take(&rest, is_profile_character, 2, 64, &out->name) && rest.size == 0;
}

/* 8-4-4-4-12 lower-case hexadecimal digits (RFC 4122 section 3). */
static bool uuid_valid(struct sg_span text)
{
    if (text.size != 36)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
        uint8_t c = text.data[i];
        if (hyphen ? c != '-' : !(is_digit(c) || (c >= 'a' && c <= 'f')))
            return false;
    }
    return true;
}

bool sg_arn_parse_job(struct sg_span text, struct sg_arn *out)
{
    *out = (struct sg_arn){0};
    struct sg_span rest = text;
    if (!take_owner(&rest, SG_SPAN_LITERAL("signer"), out) || !take_literal(&rest, SG_SPAN_LITERAL("/signing-jobs/")) ||
        !uuid_valid(rest))
        return false;
    out->name = rest;
    return true;
}

bool sg_arn_parse_code_signing_config(struct sg_span text, struct sg_arn *out)
{
    *out = (struct sg_arn){0};
    struct sg_span rest = text;
    struct sg_span id = {0};
    if (!take_owner(&rest, SG_SPAN_LITERAL("lambda"), out) ||
        !take_literal(&rest, SG_SPAN_LITERAL("code-signing-config:")))
        return false;
    out->name = rest;
    return take_literal(&rest, SG_SPAN_LITERAL("csc-")) && take(&rest, is_lower_alphanumeric, 17, 17, &id) &&
           rest.size == 0;
}

bool sg_arn_parse_layer_version(struct sg_span text, struct sg_arn *out)
{
    *out = (struct sg_arn){0};
    struct sg_span rest = text;
    return take_owner(&rest, SG_SPAN_LITERAL("lambda"), out) && take_literal(&rest, SG_SPAN_LITERAL("layer:")) &&
           take(&rest, is_layer_character, 1, 140, &out->name) && take_literal(&rest, SG_SPAN_LITERAL(":")) &&
           take(&rest, is_digit, 1, 18, &out->version) && rest.size == 0;
}

bool sg_arn_same_owner(const struct sg_arn *a, const struct sg_arn *b)
{
    return sg_span_equal(a->partition, b->partition) && sg_span_equal(a->region, b->region) &&
           sg_span_equal(a->account, b->account);
}
