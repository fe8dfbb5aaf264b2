// Boards of the 5ch family (5ch, open2ch, and whoever runs its scripts): subject.txt and dat files.
//
// A dat is one post a line, CP932, and only grows. What was read is asked for no more: Range from
// one byte before the end, which must be the line's end; where it is not, or the file is shorter
// (416), a post was deleted, and the whole is read again to find where the new ones begin.
//
// Tested against made-up boards only, served over HTTP by tests/integration/crawler.
#include <algorithm>
#include <vector>

#include "crawler/adapters/adapter.h"
#include "crawler/adapters/json.h"
#include "crawler/adapters/subject.h"
#include "crawler/adapters/table.h"
#include "crawler/blindness.h"
#include "hitokoe/base/crypto/digest.h"

namespace hitokoe::crawler {

namespace {

constexpr std::size_t kKeptPosts = 8;

// How far a dat was read: "BYTES DIGEST,DIGEST,… LAST-MODIFIED". The digests are of the last posts,
// oldest first: one of them is found again whatever was deleted, but for all at once.
struct Place {
  std::uint64_t bytes = 0;  // 0: read from the beginning
  std::vector<std::string> posts;
  std::string last_modified;

  static Place parse(std::string_view memory) {
    Place out;
    const auto first = memory.find(' ');
    if (first == std::string_view::npos) return out;
    const auto second = memory.find(' ', first + 1);
    if (second == std::string_view::npos) return out;
    out.bytes = whole_number(memory.substr(0, first)).value_or(0);
    auto list = memory.substr(first + 1, second - first - 1);
    while (!list.empty()) {
      const auto end = std::min(list.find(','), list.size());
      out.posts.emplace_back(list.substr(0, end));
      list.remove_prefix(std::min(end + 1, list.size()));
    }
    out.last_modified = memory.substr(second + 1);
    return out;
  }

  std::string text() const {
    std::string out = std::to_string(bytes) + " ";
    for (std::size_t i = 0; i < posts.size(); ++i) out += (i == 0 ? "" : ",") + posts[i];
    return out + " " + last_modified;
  }
};

std::string digest_of(std::string_view line) {
  return crypto::sha256_hex(as_bytes(line)).substr(0, 12);
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) break;
    out.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return out;
}

// Of a whole dat, what comes after the newest post that is known: nothing known, everything.
std::string_view after_known(std::string_view dat, const Place& place) {
  const auto lines = lines_of(dat);
  for (auto known = place.posts.rbegin(); known != place.posts.rend(); ++known) {
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
      if (digest_of(*line) != *known) continue;
      const auto end = static_cast<std::size_t>(line->data() - dat.data()) + line->size() + 1;
      return dat.substr(end);
    }
  }
  return dat;
}

bool is_dat(std::string_view text) {
  const auto line = text.substr(0, text.find('\n'));
  const auto first = line.find("<>");
  return first != std::string_view::npos && line.find("<>", first + 2) != std::string_view::npos;
}

std::string_view whole_lines(std::string_view text) {
  const auto end = text.rfind('\n');
  return end == std::string_view::npos ? std::string_view() : text.substr(0, end + 1);
}

ItemReading from_the_beginning(Place place) {
  ItemReading out;
  out.what = ItemReading::What::kAgain;
  place.bytes = 0;
  place.last_modified.clear();
  out.memory = place.text();
  return out;
}

ItemReading taken(std::string_view fresh, std::uint64_t bytes, Place place, const Answer& answer) {
  ItemReading out;
  place.bytes = bytes;
  place.last_modified = net::header(answer.headers, "last-modified");
  if (place.last_modified.size() > 40) place.last_modified.clear();
  for (const auto line : lines_of(fresh)) {
    place.posts.push_back(digest_of(line));
    if (place.posts.size() > kKeptPosts) place.posts.erase(place.posts.begin());
  }
  out.memory = place.text();
  if (fresh.empty()) {
    out.what = ItemReading::What::kNothingNew;
  } else {
    out.pieces.push_back(
        {.body = Bytes(fresh.begin(), fresh.end()), .posts = lines_of(fresh).size()});
  }
  return out;
}

class DatBoard final : public Adapter {
 public:
  void check(const Source& source, int line, text::YamlProblems& problems) const override {
    check_board(source, 1, line, problems);
  }

  Ask ask_list(const Source& source, std::string_view /*memory*/) const override {
    return {.url = source.url.text() + "subject.txt"};
  }

  Result<Listing> read_list(const Source& source, const Answer& answer,
                            ListMemory& /*memory*/) const override {
    return read_subject(source, answer, {".dat<>", "dat/", ".dat"});
  }

  Ask ask_item(const Source& /*source*/, const std::string& url,
               std::string_view memory) const override {
    const auto place = Place::parse(memory);
    if (place.bytes == 0) return {.url = url};
    return {.url = url,
            .headers = {{"Range", "bytes=" + std::to_string(place.bytes - 1) + "-"}},
            .last_modified = place.last_modified,
            .decode = false};
  }

  bool heeds_item_type() const override { return false; }

  ItemReading read_item(const Source& /*source*/, const Answer& answer, const std::string& /*url*/,
                        std::string_view memory) const override {
    auto place = Place::parse(memory);
    const auto body = as_text(answer.body);
    if (answer.status == 304) {
      ItemReading out;
      out.what = ItemReading::What::kNothingNew;
      out.memory = memory;
      return out;
    }
    if (answer.status == 416) return from_the_beginning(std::move(place));
    if (answer.status == 206) {
      const auto range = net::header(answer.headers, "content-range");
      const auto begin = "bytes " + std::to_string(place.bytes - 1) + "-";
      if (place.bytes == 0 || !range.starts_with(begin) || !body.starts_with('\n'))
        return from_the_beginning(std::move(place));
      const auto fresh = whole_lines(body.substr(1));
      const auto bytes = place.bytes + fresh.size();
      return taken(fresh, bytes, std::move(place), answer);
    }
    if (!body.empty() && !is_dat(body)) {
      ItemReading out;
      const auto why = why_blind(answer.body);
      out.what = ItemReading::What::kBlind;
      out.reason = why.empty() ? "blind_shape" : why;
      out.memory = memory;
      return out;
    }
    const auto whole = whole_lines(body);
    const auto fresh = after_known(whole, place);
    return taken(fresh, whole.size(), std::move(place), answer);
  }
};

}  // namespace

const Adapter& dat_board_adapter() {
  static const DatBoard adapter;
  return adapter;
}

}  // namespace hitokoe::crawler
