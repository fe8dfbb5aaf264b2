// What can go wrong, as a value.
//
// Its text is written, in both languages, for the person who must act on it: which file, line or
// byte, what was expected, what to do. It never holds page or customer text (see SECURITY.md): name
// the place, not the content.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "hitokoe/base/language.h"

namespace hitokoe {

enum class Errc {
  kUsage,         // the command line is wrong                              exit 2
  kBadInput,      // a file or request breaks its format                    exit 3
  kCorrupt,       // a checksum, signature or version does not hold         exit 3
  kUnsupported,   // valid, but this version cannot do it                   exit 3
  kNotFound,      // no such thing                                          exit 3
  kExists,        // it is there already                                    exit 3
  kConflict,      // somebody else changed it, or the state forbids it      exit 3
  kUnauthorized,  // who are you?                                           exit 3
  kForbidden,     // you may not                                            exit 3
  kLimit,         // a configured bound was reached                         exit 3
  kUnavailable,   // a service that is needed does not answer               exit 4
  kTimeout,       // it did not answer in time                              exit 4
  kCancelled,     // stopped on request                                     exit 5
  kIo,            // the disk or the kernel refused                         exit 5
  kInternal,      // a bug                                                  exit 5
};

// A stable name for logs and JSON: "bad_input", "not_found", ...
std::string_view to_string(Errc code);

// The exit code of the contract in docs/cli.md for a command that failed with `code`.
int exit_code(Errc code);

struct Error {
  Errc code = Errc::kInternal;
  std::string detail;     // English: logs, audit, JSON key "detail"
  std::string detail_ja;  // Japanese: JSON key "detail_ja"

  Error() = default;
  Error(Errc c, std::string en, std::string ja)
      : code(c), detail(std::move(en)), detail_ja(std::move(ja)) {}
  Error(Errc c, Words w) : Error(c, std::move(w.en), std::move(w.ja)) {}

  // What to show to a reader of `l`: English where there is no Japanese.
  std::string_view text(Language l) const;
  // Both texts, to be wrapped: fail(e.code, file + ": " + e.words()).
  Words words() const;

  friend bool operator==(const Error&, const Error&) = default;
};

}  // namespace hitokoe
