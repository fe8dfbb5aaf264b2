#include "service/refusal.h"

#include "service/answers.h"

namespace hitokoe::service {

net::HttpResponse refusal(const Error& error, const net::HttpRequest& request, const Logger& log,
                          std::string_view event) {
  switch (error.code) {
    case Errc::kConflict:
      return net::problem(409, error.words(), request.language());
    case Errc::kBadInput:
    case Errc::kUsage:
    case Errc::kLimit:
      return net::problem(400, error.words(), request.language());
    case Errc::kForbidden:
      return net::problem(403, error.words(), request.language());
    case Errc::kNotFound:
      break;
    default:
      log.error(event, {{"error", to_string(error.code)}});
  }
  return problem_for(error, request.language());
}

}  // namespace hitokoe::service
