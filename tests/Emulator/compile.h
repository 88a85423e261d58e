// Kernel text to a shared library by g++.
#pragma once
#include <string>
#include <vector>

namespace emu {

/// Builds the text with further options; false, and the compiler's words, if it refuses.
bool compile(const std::string& text, const std::vector<std::string>& options, std::string& library, std::string& log);
bool read_file(const std::string& path, std::string& into);
bool write_file(const std::string& path, const std::string& text);

}  // namespace emu
