#!/bin/sh
# The browser tests use Debian's Chromium. Root installs it; anybody else is told how.
set -eu
command -v chromium >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing chromium from Debian's packages"
    apt-get update -qq >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji >/dev/null
    exit 0
fi
echo "The browser tests need Chromium: sudo apt-get install chromium" >&2
exit 1
