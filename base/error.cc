#include "hitokoe/base/error.h"

namespace hitokoe {

std::string_view to_string(Errc code) {
  switch (code) {
    case Errc::kUsage:
      return "usage";
    case Errc::kBadInput:
      return "bad_input";
    case Errc::kCorrupt:
      return "corrupt";
    case Errc::kUnsupported:
      return "unsupported";
    case Errc::kNotFound:
      return "not_found";
    case Errc::kExists:
      return "exists";
    case Errc::kConflict:
      return "conflict";
    case Errc::kUnauthorized:
      return "unauthorized";
    case Errc::kForbidden:
      return "forbidden";
    case Errc::kLimit:
      return "limit";
    case Errc::kUnavailable:
      return "unavailable";
    case Errc::kTimeout:
      return "timeout";
    case Errc::kCancelled:
      return "cancelled";
    case Errc::kIo:
      return "io";
    case Errc::kInternal:
      return "internal";
  }
  return "internal";
}

int exit_code(Errc code) {
  switch (code) {
    case Errc::kUsage:
      return 2;
    case Errc::kBadInput:
    case Errc::kCorrupt:
    case Errc::kUnsupported:
    case Errc::kNotFound:
    case Errc::kExists:
    case Errc::kConflict:
    case Errc::kUnauthorized:
    case Errc::kForbidden:
    case Errc::kLimit:
      return 3;
    case Errc::kUnavailable:
    case Errc::kTimeout:
      return 4;
    case Errc::kCancelled:
    case Errc::kIo:
    case Errc::kInternal:
      return 5;
  }
  return 5;
}

std::string_view Error::text(Language l) const {
  return l == Language::kJapanese && !detail_ja.empty() ? detail_ja : detail;
}

Words Error::words() const { return {detail, std::string(text(Language::kJapanese))}; }

}  // namespace hitokoe
