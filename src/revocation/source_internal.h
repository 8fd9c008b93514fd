/*
 * What a source holds once it is loaded. For the revocation room's source.c and ask.c only.
 */
#ifndef SG_REVOCATION_SOURCE_INTERNAL_H
#define SG_REVOCATION_SOURCE_INTERNAL_H

#include "crypto/crl.h"
#include "revocation/list.h"
#include "revocation/revocation.h"

struct sg_source {
    const struct sg_source_setting *setting; /* borrowed from the configuration */
    enum sg_source_status status;
    char *detail;         /* owned, printable */
    struct sg_list *list; /* owned; NULL unless it is a list that was loaded */
    struct sg_crl *crl;   /* owned; NULL unless it is a CRL that was loaded */
};

#endif
