# shellcheck shell=bash disable=SC2034
# Sourced by ./demo and ./check: installs what is missing and builds. Works on Debian 12 and Ubuntu 24.04.

BUILD_PACKAGES=(build-essential cmake ninja-build pkg-config libssl-dev libcurl4-openssl-dev libyaml-dev libzip-dev
    libjansson-dev libunistring-dev zlib1g-dev libisal-dev libcmocka-dev)
DEMO_PACKAGES=(python3 openssl zip ca-certificates)
CHECK_PACKAGES=(git clang clang-format-14 clang-tidy cppcheck shellcheck mandoc unzip libarchive-tools p7zip-full)

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}


as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "error: installing packages needs root or sudo; as root: apt-get install ${missing[*]}" >&2
        return 1
    fi
}

# ensure_packages NAME...: installs what is missing of them; fails when one cannot be had.
ensure_packages() {
    local package missing=()
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        echo "note: this is no Debian or Ubuntu; these packages, or what they are called here, must be there: $*" >&2
        return 0
    fi
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    echo "installing: ${missing[*]}"
    as_root apt-get update -qq || return 1
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# ensure_optional_packages NAME...: the same, but what cannot be had is named and done without.
ensure_optional_packages() {
    local package
    if ! command -v apt-get >/dev/null; then
        return 0
    fi
    if ! ensure_packages "$@"; then
        for package in "$@"; do
            ensure_packages "$package" || echo "note: $package cannot be installed; what needs it is skipped" >&2
        done
    fi
}

# build PRESET: configures and builds, saying little unless it fails.
build() {
    local log="build/$1.log"
    mkdir -p build
    echo "building ($1)"
    if ! { cmake --preset "$1" && cmake --build --preset "$1"; } >"$log" 2>&1; then
        tail -n 60 "$log" >&2
        echo "error: the build failed; the whole log is in $log" >&2
        return 1
    fi
}
