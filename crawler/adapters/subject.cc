#include "crawler/adapters/subject.h"

#include <algorithm>

#include "crawler/adapters/json.h"

namespace hitokoe::crawler {

namespace {

struct Thread {
  std::string_view id;
  std::string_view posts;
};

std::optional<Thread> thread_of(std::string_view line, std::string_view mark) {
  constexpr std::size_t kLongestId = 20;
  const auto at = line.find(mark);
  if (at == std::string_view::npos || at == 0 || at > kLongestId) return std::nullopt;
  const auto id = line.substr(0, at);
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
  const auto open = line.rfind('(');
  if (!whole_number(id) || open == std::string_view::npos || line.back() != ')')
    return std::nullopt;
  const auto posts = line.substr(open + 1, line.size() - open - 2);
  if (!whole_number(posts)) return std::nullopt;
  return Thread{id, posts};
}

}  // namespace

Listing read_subject(const Source& source, const Answer& answer, const SubjectForm& form) {
  Collector out(source, source.url);
  auto rest = as_text(answer.body);
  bool any = false;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto thread = thread_of(rest.substr(0, end), form.mark);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!thread) continue;
    any = true;
    const auto url = form.item_before + std::string(thread->id) + std::string(form.item_after);
    if (!out.add(std::string(thread->id), url, std::string(thread->posts))) break;
  }
  auto listing = out.take();
  if (!any && !answer.body.empty()) listing.blind = "blind_shape";
  return listing;
}

void check_board(const Source& source, std::size_t parts, int line, text::YamlProblems& problems) {
  const auto& path = source.url.target();
  const auto slashes = static_cast<std::size_t>(std::ranges::count(path, '/'));
  if (path.ends_with('/') && slashes == parts + 1 && path.find("//") == std::string::npos) return;
  const std::string form = parts == 1 ? "https://HOST/BOARD/" : "https://HOST/CATEGORY/BOARD/";
  problems.add(line, {"url: the board, as " + form, "url: 板のアドレス、" + form});
}

}  // namespace hitokoe::crawler
