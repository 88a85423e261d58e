#!/bin/sh
# Builds the emulated driver, unless this very text was built already, and prints where it lies.
# Needs g++ 12 or later on Linux x86-64. SUTI_CACHE names the folder for what is built, else the user's cache.
set -eu
cd "$(dirname "$0")"
cache=${SUTI_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/suti}
key=$( (pwd; cat ./*.h ./*.cpp build.sh; g++ --version; grep -m1 '^flags' /proc/cpuinfo) | sha256sum | cut -c1-16)
out=$cache/emulator-$key name=libsuti-emulated.so
if [ ! -f "$out/$name" ]; then
    mkdir -p "$out"
    work=$(mktemp -d "$out/build-XXXXXX")
    flags="-std=c++17 -O2 -g -march=native -Wall -fPIC -mtls-dialect=gnu2 -pthread"
    pids=
    for file in *.cpp; do
        g++ $flags "-DEMU_HOME=\"$(pwd)\"" "-DEMU_OUT=\"$out\"" "-DEMU_NAME=\"$name\"" -c "$file" -o "$work/${file%.cpp}.o" &
        pids="$pids $!"
    done
    for pid in $pids; do
        wait "$pid"
    done
    g++ -shared -pthread "$work"/*.o -o "$work/$name" -ldl
    mv "$work/$name" "$out/$name"
    rm -rf "$work"
fi
echo "$out/$name"
