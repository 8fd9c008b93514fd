/* The pipeline file. */
#include "config_promises.h"
#include "memory_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > SG_CONFIG_MAX_BYTES)
        return 0;
    struct memory_file file = memory_file_make(sg_span_of(data, size));
    (void)check_load(file.path);
    close(file.descriptor);
    return 0;
}
