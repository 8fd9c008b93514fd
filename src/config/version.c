#include "config/config.h"

#include <yaml.h>

const char *sg_config_libyaml_version(void)
{
    return yaml_get_version_string();
}
