// What the library for command lines says by itself, in the person's language: headings and kinds
// of values in --help, and what is wrong with an argument.
#pragma once

#include <string>

#include "hitokoe/base/language.h"

namespace CLI {
class App;
class Error;
}  // namespace CLI

namespace hitokoe::command_line {

// Before options and subcommands are added: they take over the words of `app`. `version` is what
// --version prints.
void speak(CLI::App& app, Language language, const std::string& version);

// One line without its end. Names the option and what it wants; may hold what the person typed.
std::string explain(const CLI::Error& error, Language language);

}  // namespace hitokoe::command_line
