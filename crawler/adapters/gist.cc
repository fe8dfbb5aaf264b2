// GitHub Gist: /gists/public lists what is new, newest first; a gist's files are items.
//
// A file is always fetched from its raw_url: the interface cuts contents at 1 MB. A raw_url names
// the content, so another one is a file that changed. Without a token GitHub allows 60 requests an
// hour and says in X-RateLimit-* when they are used up; raw files are on another host.
//
// Tested against made-up answers only.
#include <algorithm>

#include "crawler/adapters/adapter.h"
#include "crawler/adapters/json.h"
#include "crawler/adapters/table.h"
#include "hitokoe/base/crypto/digest.h"

namespace hitokoe::crawler {

namespace {

std::string short_digest(std::string_view text) {
  return crypto::sha256_hex(as_bytes(text)).substr(0, 16);
}

// "2026-04-01T02:03:04Z": can be compared, and put into a query as it is.
bool is_time(std::string_view text) {
  return text.size() == 20 && text.back() == 'Z' && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || c == '-' || c == ':' || c == 'T' || c == 'Z';
         });
}

// RFC 8288: `<https://…>; rel="next"`.
std::string next_of(std::string_view links) {
  while (!links.empty()) {
    const auto open = links.find('<');
    const auto close = links.find('>', open == std::string_view::npos ? 0 : open);
    if (open == std::string_view::npos || close == std::string_view::npos) break;
    const auto end = std::min(links.find(',', close), links.size());
    if (links.substr(close, end - close).find("rel=\"next\"") != std::string_view::npos)
      return std::string(links.substr(open + 1, close - open - 1));
    links.remove_prefix(end);
  }
  return {};
}

class Gist final : public Adapter {
 public:
  Duration least_delay() const override { return std::chrono::seconds(1); }
  Duration least_schedule() const override { return std::chrono::minutes(1); }
  std::vector<std::string> item_hosts() const override { return {"gist.githubusercontent.com"}; }

  // The memory is when the newest gist that was seen changed.
  Ask ask_list(const Source& source, std::string_view memory) const override {
    if (!is_time(memory)) return {.url = source.url.text()};
    const auto& url = source.url.text();
    const char* mark = url.find('?') == std::string::npos ? "?" : "&";
    return {.url = url + mark + "since=" + std::string(memory)};
  }

  Result<Listing> read_list(const Source& source, const Answer& answer,
                            ListMemory& memory) const override {
    Collector out(source, answer.url);
    const auto value = read_json(answer.body);
    const auto* gists = value ? value->if_array() : nullptr;
    if (gists == nullptr)
      return fail(Errc::kBadInput, "gist: not a list of gists", "gist: 一覧ではありません");
    std::string oldest;
    for (const auto& gist : *gists) {
      const auto* fields = gist.if_object();
      if (fields == nullptr) continue;
      const auto changed = text_at(*fields, "updated_at");
      if (is_time(changed)) {
        memory.after = std::max(memory.after, changed);
        oldest = changed;
      }
      if (!add_files(*fields, out)) break;
    }
    // The list with `since` may say nothing; that is no blindness.
    if (gists->empty() && !memory.before.empty()) out.saw();
    const auto next = next_of(net::header(answer.headers, "link"));
    if (!memory.before.empty() && !next.empty() && oldest >= memory.before) out.next(next);
    return out.take();
  }

 private:
  static bool add_files(const boost::json::object& gist, Collector& out) {
    const auto id = text_at(gist, "id");
    const auto* files = object_at(gist, "files");
    if (files == nullptr || id.empty()) return true;
    for (const auto& [name, file] : *files) {
      const auto* fields = file.if_object();
      if (fields == nullptr) continue;
      const auto raw = text_at(*fields, "raw_url");
      if (!out.add(id + "/" + short_digest(name), raw, short_digest(raw))) return false;
    }
    return true;
  }
};

}  // namespace

const Adapter& gist_adapter() {
  static const Gist adapter;
  return adapter;
}

}  // namespace hitokoe::crawler
