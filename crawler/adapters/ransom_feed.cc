// What gangs claim, as others collect it: ransomwatch (posts.json) and RansomLook (/api/recent/N,
// /api/posts/period/A/B). Both list posts with post_title, group_name and discovered. What is new
// in a round becomes one capture, a post a line (JSON), without screenshots. Where /api/recent/N
// does not reach back to what is known, the days between are asked for.
//
// ransomwatch's groups.json lists where each gang has its sites: of these, what is new or was up
// and is down now (or the other way) becomes one capture, a site a line. Tested against made-up
// answers only.
#include <algorithm>
#include <chrono>
#include <map>

#include "crawler/adapters/adapter.h"
#include "crawler/adapters/json.h"
#include "crawler/adapters/table.h"
#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/base/time.h"

namespace hitokoe::crawler {

namespace {

// "2026-04-01 02:03:04.567": can be compared.
bool is_time(std::string_view text) {
  return text.size() >= 10 && text.size() <= 40 && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') ||
                  std::string_view("-:.+TZ ").find(c) != std::string::npos;
         });
}

std::string_view day_of(std::string_view time) { return time.substr(0, 10); }

// "2026-04-01" → "2026-04-02"; as it is where it is no day.
std::string day_after(std::string_view day) {
  const auto year = whole_number(day.substr(0, 4));
  const auto month = whole_number(day.substr(std::min<std::size_t>(5, day.size()), 2));
  const auto number = whole_number(day.substr(std::min<std::size_t>(8, day.size()), 2));
  if (!year || !month || !number) return std::string(day);
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*number))};
  if (!date.ok()) return std::string(day);
  return format_utc(UtcTime(std::chrono::sys_days(date) + std::chrono::days(1))).substr(0, 10);
}

// The memory of posts: when the newest that was seen was discovered; on a second line, between two
// pages of a round, the oldest of the first page.
struct Seen {
  std::string_view newest;
  std::string_view oldest;

  static Seen parse(std::string_view memory) {
    const auto end = std::min(memory.find('\n'), memory.size());
    return {memory.substr(0, end), memory.substr(std::min(end + 1, memory.size()))};
  }
};

// Which sites were seen and whether they were up: 12 hex digits of gang and address, then '1', '0'
// or '?'.
class Sites {
 public:
  static constexpr std::size_t kMost = 4500;  // what a memory has room for

  explicit Sites(std::string_view memory) {
    for (; memory.size() >= kEntry && states_.size() < kMost; memory.remove_prefix(kEntry))
      states_.emplace(memory.substr(0, kDigits), memory[kDigits]);
  }
  // False: it was in this state before. One that finds no room is new every time.
  bool note(const std::string& site, char state) {
    const auto digest = crypto::sha256_hex(as_bytes(site)).substr(0, kDigits);
    const auto found = states_.find(digest);
    if (found != states_.end() && found->second == state) return false;
    if (found != states_.end() || states_.size() < kMost) states_[digest] = state;
    return true;
  }
  std::string text() const {
    std::string out;
    for (const auto& [site, state] : states_) out.append(site).append(1, state);
    return out;
  }

 private:
  static constexpr std::size_t kDigits = 12;
  static constexpr std::size_t kEntry = kDigits + 1;
  std::map<std::string, char, std::less<>> states_;
};

char state_of(const boost::json::object& site) {
  const auto* up = site.if_contains("available");
  if (up == nullptr || !up->is_bool()) return '?';
  return up->get_bool() ? '1' : '0';
}

Piece lines_piece(const std::string& lines, std::uint64_t count) {
  return {.body = Bytes(lines.begin(), lines.end()),
          .content_type = "application/x-ndjson; charset=utf-8",
          .posts = count};
}

class RansomFeed final : public Adapter {
 public:
  bool heeds_item_type() const override { return false; }

  Result<Listing> read_list(const Source& source, const Answer& answer,
                            ListMemory& memory) const override {
    const auto value = read_json(answer.body);
    const auto* entries = value ? value->if_array() : nullptr;
    if (entries == nullptr)
      return fail(Errc::kBadInput, "ransom feed: no list", "ransom feed: 一覧ではありません");
    const bool gangs = std::ranges::any_of(*entries, [](const auto& entry) {
      const auto* fields = entry.if_object();
      return fields != nullptr && array_at(*fields, "locations") != nullptr;
    });
    Collector out(source, answer.url);
    if (gangs) {
      read_gangs(*entries, answer, memory, out);
    } else {
      read_posts(*entries, answer, memory, out);
    }
    return out.take();
  }

 private:
  static void read_posts(const boost::json::array& posts, const Answer& answer, ListMemory& memory,
                         Collector& out) {
    const auto known = Seen::parse(memory.before).newest;
    const auto& target = answer.url.target();
    const bool between = target.find("/posts/period/") != std::string::npos;
    const std::string until(between ? Seen::parse(memory.after).oldest : std::string_view());
    std::string newest(Seen::parse(memory.after).newest);
    std::string oldest;
    std::string last;
    std::string fresh;
    std::uint64_t count = 0;
    for (const auto& post : posts) {
      const auto* fields = post.if_object();
      if (fields == nullptr) continue;
      const auto discovered = text_at(*fields, "discovered");
      if (!is_time(discovered) || fields->if_contains("post_title") == nullptr) continue;
      out.saw();
      if (oldest.empty() || discovered < oldest) oldest = discovered;
      // The first page had those from `until` on.
      if (std::string_view(discovered) <= known || (!until.empty() && discovered >= until))
        continue;
      last = std::max(last, discovered);
      auto kept = *fields;
      kept.erase("screen");
      fresh += boost::json::serialize(kept) + "\n";
      ++count;
    }
    newest = std::max(newest, last);
    if (count > 0) out.add("posts until " + last, answer.url.text(), "", lines_piece(fresh, count));
    memory.after = newest;
    const auto recent = target.find("/recent/");
    if (recent == std::string::npos || known.empty() || oldest.empty() || oldest <= known) return;
    // All of it is new: there may be more behind it.
    std::string period = target.substr(0, recent) + "/posts/period/";
    // Whether the last day counts, the interface does not say.
    period.append(day_of(known)).append("/").append(day_after(day_of(oldest)));
    out.next(period);
    memory.after += "\n" + oldest;
  }

  static void read_gangs(const boost::json::array& gangs, const Answer& answer, ListMemory& memory,
                         Collector& out) {
    Sites sites(memory.after);
    std::string fresh;
    std::uint64_t count = 0;
    for (const auto& gang : gangs) {
      const auto* of = gang.if_object();
      const auto* places = of == nullptr ? nullptr : array_at(*of, "locations");
      const auto name = of == nullptr ? std::string() : text_at(*of, "name");
      if (places == nullptr || name.empty()) continue;
      for (const auto& place : *places) {
        const auto* site = place.if_object();
        if (site == nullptr) continue;
        auto address = text_at(*site, "slug");
        if (address.empty()) address = text_at(*site, "fqdn");
        if (address.empty()) continue;
        out.saw();
        if (!sites.note(name + "\n" + address, state_of(*site))) continue;
        auto kept = *site;
        kept["group_name"] = boost::json::string(name);
        fresh += boost::json::serialize(kept) + "\n";
        ++count;
      }
    }
    memory.after = sites.text();
    if (count == 0) return;
    const auto digest = crypto::sha256_hex(as_bytes(fresh)).substr(0, 16);
    out.add("sites " + digest, answer.url.text(), "", lines_piece(fresh, count));
  }
};

}  // namespace

const Adapter& ransom_feed_adapter() {
  static const RansomFeed adapter;
  return adapter;
}

}  // namespace hitokoe::crawler
