#include "package/package.h"

#include <zip.h>
#include <zlib.h>

const char *sg_package_libzip_version(void)
{
    return zip_libzip_version();
}

const char *sg_package_zlib_version(void)
{
    return zlibVersion();
}
