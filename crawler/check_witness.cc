#include "crawler/check_witness.h"

#include <algorithm>

#include "crawler/links.h"
#include "crawler/request.h"
#include "hitokoe/text/charset.h"

namespace hitokoe::crawler {

namespace {

constexpr std::size_t kLongestType = 100;

// What a server says is shown, so nothing but a media type passes.
std::string media_type_in(std::string_view header) {
  std::string type(header.substr(0, header.find_first_of("; \t,")));
  for (char& c : type) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  const bool fine = type.size() <= kLongestType && std::ranges::count(type, '/') == 1 &&
                    std::ranges::all_of(type, [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/' ||
                             c == '.' || c == '+' || c == '-';
                    });
  return fine ? type : std::string();
}

AnswerCheck measured(const Answer& answer) {
  AnswerCheck out;
  out.status = answer.status;
  out.bytes = answer.body.size();
  out.media_type = media_type_in(net::header(answer.headers, "content-type"));
  if (!answer.body.empty()) out.charset = text::iana_name(text::detect(answer.body));
  out.cut = net::to_string(answer.cut);
  return out;
}

std::uint64_t lines_of(ByteView body) {
  const auto charset = text::detect(body);
  if (charset == text::Charset::kBinary) return 0;
  const auto text = text::decode(body, charset).utf8;
  std::uint64_t lines = 0;
  bool blank = true;
  for (const char c : text) {
    if (c == '\n' || c == '\r') {
      lines += blank ? 0 : 1;
      blank = true;
    } else if (c != ' ' && c != '\t') {
      blank = false;
    }
  }
  return blank ? lines : lines + 1;
}

void measure(const Piece& piece, const AnswerCheck& answer, const std::string& from,
             ItemCheck& out) {
  const auto type =
      piece.content_type.empty() ? answer.media_type : media_type_in(piece.content_type);
  ++out.captures;
  out.posts += piece.posts;
  out.links += links_of(piece, answer.media_type, from).size();
  if (type.find("html") == std::string::npos) out.lines += lines_of(piece.body);
}

std::string why_not(const ItemReading& reading) {
  using What = ItemReading::What;
  const bool had = reading.what == What::kTaken || reading.what == What::kMore ||
                   reading.what == What::kNothingNew;
  return had ? std::string() : reading.reason;
}

}  // namespace

Result<Listing> CheckWitness::read_list(const Source& source, const Answer& answer,
                                        ListMemory& memory) const {
  auto& check = notes_.check;
  const bool first = check.list.status == 0;
  if (first) check.list = measured(answer);
  auto read = adapter_.read_list(source, answer, memory);
  if (!read) return read;
  auto& listing = read.value();
  if (first) check.pages = listing.next.size();
  if (listing.seen == 0 && listing.blind.empty() && listing.next.empty())
    check.warnings.emplace_back("lists_nothing");
  check.items += listing.items.size();
  bool foreign = false;
  for (const auto& item : listing.items) {
    if (check.first_urls.size() < SourceCheck::kMostUrls)
      check.first_urls.push_back(item.url.text());
    if (!item.piece) {
      foreign = foreign || !is_home(source, item.url);
      continue;
    }
    if (++check.with_list > 1 || !items_) continue;
    ItemCheck came;
    came.url = item.url.text();
    came.with_list = true;
    came.answer = check.list;
    measure(*item.piece, check.list, answer.url.text(), came);
    check.looked.push_back(std::move(came));
  }
  if (foreign) check.warnings.emplace_back("foreign_host");
  // A list of lists has its items on another page.
  const bool turns = items_ && listing.items.empty();
  if (listing.next.size() > 1 || !turns) listing.next.resize(turns ? 1 : 0, source.url);
  const auto most = items_ ? SourceCheck::kMostLooked : 0;
  if (listing.items.size() > most)
    listing.items.erase(listing.items.begin() + static_cast<std::ptrdiff_t>(most),
                        listing.items.end());
  return read;
}

ItemReading CheckWitness::read_item(const Source& source, const Answer& answer,
                                    const std::string& url, std::string_view memory) const {
  auto reading = adapter_.read_item(source, answer, url, memory);
  auto& item = notes_.now;
  item = {};
  item.answer = measured(answer);
  item.trouble = why_not(reading);
  for (const auto& piece : reading.pieces) measure(piece, item.answer, answer.url.text(), item);
  if (reading.what == ItemReading::What::kMore) {
    item.more = true;
    reading.what = ItemReading::What::kTaken;
  }
  return reading;
}

}  // namespace hitokoe::crawler
