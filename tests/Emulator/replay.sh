#!/bin/sh
# Builds the program that runs a record of the emulated driver again under ThreadSanitizer (replay.cpp) and prints where it lies.
# Kernels are built with the sanitizer, the emulator is not: it tells it of fibers and barriers itself (races.h).
set -eu
cd "$(dirname "$0")"
cache=${SUTI_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/suti}
key=$( (pwd; cat ./*.h ./*.cpp replay/*.cpp replay.sh; g++ --version; grep -m1 '^flags' /proc/cpuinfo) | sha256sum | cut -c1-16)
out=$cache/replay-$key
if [ ! -f "$out/replay" ]; then
    mkdir -p "$out"
    work=$(mktemp -d "$out/build-XXXXXX")
    for file in runtime.cpp races.cpp instructions.cpp hopper.cpp memory.cpp compile.cpp replay/replay.cpp; do
        name=$(basename "$file" .cpp)
        g++ -std=c++17 -O2 -g -march=native -Wall -pthread -DEMU_TSAN -I . "-DEMU_HOME=\"$(pwd)\"" "-DEMU_OUT=\"$out\"" -c "$file" -o "$work/$name.o" &
    done
    wait
    g++ -fsanitize=thread -rdynamic -pthread "$work"/*.o -o "$work/replay" -ldl
    mv "$work/replay" "$out/replay"
    rm -rf "$work"
fi
echo "$out/replay"
