// NVRTC's calls: g++ compiles the text into a library, which travels, with its text, as the "cubin".
#include "compile.h"
#include "driver.h"

struct Program {
    std::string source, name, log, cubin;
};

EXPORT int nvrtcVersion(int* major, int* minor) { *major = 13, *minor = 0; return 0; }
EXPORT const char* nvrtcGetErrorString(int status) {
    return status == 0 ? "NVRTC_SUCCESS" : status == 6 ? "NVRTC_ERROR_COMPILATION" : "NVRTC_ERROR";
}
EXPORT int nvrtcGetNumSupportedArchs(int* n) { *n = 3; return 0; }
EXPORT int nvrtcGetSupportedArchs(int* archs) { archs[0] = 80, archs[1] = 89, archs[2] = 90; return 0; }
EXPORT int nvrtcCreateProgram(void** out, const char* source, const char* name, int headers, const char* const*, const char* const*) {
    if (headers) return 3;
    *out = new Program{source, name ? name : "kernel.cu", "", ""};
    return 0;
}
EXPORT int nvrtcDestroyProgram(void** program) {
    delete (Program*)*program;
    *program = nullptr;
    return 0;
}
EXPORT int nvrtcCompileProgram(void* program, int count, const char* const* options) {
    auto p = (Program*)program;
    std::string text;                                          // with its constants, so that it stands for itself
    for (int i = 0; i < count; i++) {
        if (strncmp(options[i], "-D", 2)) continue;
        std::string define = options[i] + 2;
        size_t equals = define.find('=');
        text += "#define " + define.substr(0, equals) + (equals == define.npos ? " 1" : " " + define.substr(equals + 1)) + "\n";
    }
    text += p->source;
    std::string built;
    if (!emu::compile(text, {"-fsanitize=alignment,bounds", "-L" EMU_OUT, "-l:" EMU_NAME, "-Wl,-rpath," EMU_OUT}, built, p->log)) return 6;
    uint64_t sizes[2] = {built.size(), text.size()};
    p->cubin = "EMUCUBIN" + std::string((char*)sizes, sizeof sizes) + built + text;
    return 0;
}
EXPORT int nvrtcGetCUBINSize(void* program, size_t* n) { *n = ((Program*)program)->cubin.size(); return 0; }
EXPORT int nvrtcGetCUBIN(void* program, char* out) {
    auto p = (Program*)program;
    memcpy(out, p->cubin.data(), p->cubin.size());
    return 0;
}
EXPORT int nvrtcGetPTXSize(void*, size_t* n) { *n = 1; return 0; }
EXPORT int nvrtcGetPTX(void*, char* out) { *out = 0; return 0; }
EXPORT int nvrtcGetProgramLogSize(void* program, size_t* n) { *n = ((Program*)program)->log.size() + 1; return 0; }
EXPORT int nvrtcGetProgramLog(void* program, char* out) {
    auto p = (Program*)program;
    memcpy(out, p->log.c_str(), p->log.size() + 1);
    return 0;
}
