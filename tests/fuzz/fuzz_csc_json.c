/* The JSON file of a code signing configuration, named by a pipeline file that has nothing else to complain of. */
#include "config_promises.h"
#include "memory_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char yaml[256];
    if (size > SG_CONFIG_JSON_MAX_BYTES)
        return 0;
    struct memory_file json = memory_file_make(sg_span_of(data, size));
    snprintf(yaml, sizeof yaml,
             "version: 1\ncode_signing_config: %s\nfunctions:\n  - name: f\n    code: f.zip\n"
             "trust: {roots: [aws]}\nrevocation: {sources: []}\n",
             json.path);
    struct memory_file file = memory_file_make(sg_span_text(yaml));
    (void)check_load(file.path);
    close(file.descriptor);
    close(json.descriptor);
    return 0;
}
