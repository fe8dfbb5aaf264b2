// したらば掲示板 (EUC-JP, rawmode.cgi) and まちBBS (CP932, offlaw.cgi): posts by number.
//
// Both give a thread as lines "no<>name<>mail<>date<>body<>title<>id" from a number on; a number
// that is missing was deleted. Threads are listed in subject.txt as "ID.cgi,title(n)".
//
// Tested against made-up boards only, served over HTTP by tests/integration/crawler.
#include <algorithm>

#include "crawler/adapters/adapter.h"
#include "crawler/adapters/json.h"
#include "crawler/adapters/subject.h"
#include "crawler/adapters/table.h"
#include "crawler/blindness.h"

namespace hitokoe::crawler {

namespace {

ItemReading ended(ItemReading::What what, std::string_view reason, std::string_view memory) {
  ItemReading out;
  out.what = what;
  out.reason = reason;
  out.memory = memory;
  return out;
}

class NumberedBoard final : public Adapter {
 public:
  // `script`: where threads are read; `parts` of the board's path.
  NumberedBoard(std::string_view script, std::size_t parts) : script_(script), parts_(parts) {}

  void check(const Source& source, int line, text::YamlProblems& problems) const override {
    check_board(source, parts_, line, problems);
  }

  Ask ask_list(const Source& source, std::string_view /*memory*/) const override {
    return {.url = source.url.text() + "subject.txt"};
  }

  Result<Listing> read_list(const Source& source, const Answer& answer,
                            ListMemory& /*memory*/) const override {
    return read_subject(source, answer, {".cgi,", std::string(script_) + source.url.target(), "/"});
  }

  // The memory is the greatest number that was read.
  Ask ask_item(const Source& /*source*/, const std::string& url,
               std::string_view memory) const override {
    const auto read = whole_number(memory).value_or(0);
    if (read == 0) return {.url = url};
    return {.url = url + std::to_string(read + 1) + "-"};
  }

  bool heeds_item_type() const override { return false; }

  ItemReading read_item(const Source& /*source*/, const Answer& answer, const std::string& /*url*/,
                        std::string_view memory) const override {
    using What = ItemReading::What;
    if (answer.status == 304) return ended(What::kNothingNew, "", memory);
    // したらば says so in a header, with 200: BBS NOT FOUND, THREAD NOT FOUND, STORAGE IN
    // (過去ログ).
    if (!net::header(answer.headers, "error").empty())
      return ended(What::kGone, "thread_gone", memory);
    const auto known = whole_number(memory).value_or(0);
    auto greatest = known;
    bool any = false;
    std::string fresh;
    std::uint64_t posts = 0;
    auto rest = as_text(answer.body);
    while (!rest.empty()) {
      const auto end = rest.find('\n');
      if (end == std::string_view::npos && answer.is_cut())
        break;  // the rest of it comes next time
      const auto line = rest.substr(0, end);
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
      const auto number = whole_number(line.substr(0, std::min(line.find("<>"), line.size())));
      if (!number || line.find("<>") == std::string_view::npos) continue;
      any = true;
      if (*number <= known) continue;
      greatest = std::max(greatest, *number);
      fresh += line;
      fresh += '\n';
      ++posts;
    }
    if (fresh.empty() && (any || answer.body.empty())) return ended(What::kNothingNew, "", memory);
    if (!any && as_text(answer.body).substr(0, 64).find("ERROR") != std::string_view::npos)
      return ended(What::kGone, "thread_gone", memory);
    if (!any) {
      const auto why = why_blind(answer.body);
      return ended(What::kBlind, why.empty() ? "blind_shape" : why, memory);
    }
    ItemReading out;
    out.memory = std::to_string(greatest);
    out.pieces.push_back({.body = Bytes(fresh.begin(), fresh.end()), .posts = posts});
    return out;
  }

 private:
  std::string_view script_;
  std::size_t parts_;
};

}  // namespace

const Adapter& shitaraba_adapter() {
  static const NumberedBoard adapter("/bbs/rawmode.cgi", 2);
  return adapter;
}

const Adapter& machi_adapter() {
  static const NumberedBoard adapter("/bbs/offlaw.cgi/2", 1);
  return adapter;
}

}  // namespace hitokoe::crawler
