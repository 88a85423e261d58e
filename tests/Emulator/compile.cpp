#include "compile.h"
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace emu {

bool read_file(const std::string& path, std::string& into) {
    FILE* f = fopen(path.c_str(), "rb");
    if (!f) return false;
    char part[65536];
    for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;) into.append(part, n);
    fclose(f);
    return true;
}

bool write_file(const std::string& path, const std::string& text) {
    FILE* f = fopen(path.c_str(), "wb");
    if (!f) return false;
    bool ok = fwrite(text.data(), 1, text.size(), f) == text.size();
    return fclose(f) == 0 && ok;
}

static int run(const std::vector<std::string>& command, const std::string& log) {
    std::vector<char*> argv;
    for (auto& c : command) argv.push_back(const_cast<char*>(c.c_str()));
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    pid_t child;
    int failed = posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ), status = 0;
    posix_spawn_file_actions_destroy(&actions);
    if (failed) return -1;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool compile(const std::string& kernel, const std::vector<std::string>& options, std::string& built, std::string& log) {
    char folder[] = "/tmp/suti-emulated-XXXXXX";
    if (!mkdtemp(folder)) return false;
    std::string at = folder, text = at + "/kernel.cu", library = at + "/kernel.so", says = at + "/log";
    // The C library alone is linked: the sanitizers' reports are the emulator's own (checks.cpp), and linking less takes less time.
    std::vector<std::string> command = {
        "g++", "-std=c++17", "-O1", "-march=native", "-ffp-contract=off", "-fPIC", "-shared", "-mtls-dialect=gnu2", "-w", "-DEMU",
        "-I", EMU_HOME, "-x", "c++", text, "-o", library, "-nostartfiles", "-nodefaultlibs"};
    command.insert(command.end(), options.begin(), options.end());
    for (auto last : {"-lm", "-lc", "-lgcc"}) command.push_back(last);
    bool ok = write_file(text, kernel) && run(command, says) == 0 && read_file(library, built);
    read_file(says, log);
    for (auto& f : {text, library, says}) unlink(f.c_str());
    rmdir(folder);
    return ok;
}

}  // namespace emu
