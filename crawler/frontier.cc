#include "hitokoe/crawler/frontier.h"

namespace hitokoe::crawler {

std::string_view to_string(FetchOutcome outcome) {
  switch (outcome) {
    case FetchOutcome::kFetched:
      return "fetched";
    case FetchOutcome::kUnchanged:
      return "unchanged";
    case FetchOutcome::kGone:
      return "gone";
    case FetchOutcome::kRefused:
      return "refused";
    case FetchOutcome::kFailed:
      return "failed";
  }
  return "failed";
}

}  // namespace hitokoe::crawler
