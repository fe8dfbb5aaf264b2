#include "service/linked_captures.h"

#include <algorithm>
#include <array>

namespace hitokoe::service {

namespace {

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return out;
}

// "/a/b.zip?x=1" of a URL; empty where there is none.
std::string_view path_of(std::string_view url) {
  url = url.substr(0, url.find('#'));
  const auto host = url.find("://");
  const auto path = host == std::string_view::npos ? 0 : url.find('/', host + 3);
  return path == std::string_view::npos ? std::string_view() : url.substr(path);
}

bool locked_ending(std::string_view url) {
  std::string_view path = path_of(url);
  path = path.substr(0, path.find('?'));
  const std::string small = lower(path.substr(path.rfind('/') + 1));
  constexpr std::array<std::string_view, 9> kEndings = {".zip",  ".7z",   ".rar",  ".pdf", ".xlsx",
                                                        ".xlsm", ".docx", ".pptx", ".exe"};
  return std::ranges::any_of(kEndings, [&](auto ending) { return small.ends_with(ending); });
}

// Not in the middle of a word: "a.zip" does not stand in "data.zip", nor in "a.zipped".
bool stands_in(std::string_view text, std::string_view what) {
  for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) {
    const auto end = at + what.size();
    const bool begins = at == 0 || !is_alnum(text[at - 1]) || what.front() == '/';
    if (begins && (end == text.size() || !is_alnum(text[end]))) return true;
  }
  return false;
}

std::string percent_decoded(std::string_view text) {
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'                 ? c - '0'
           : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'W'
                                                : -1;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0;
    out += escape ? static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2])) : text[i];
    if (escape) i += 2;
  }
  return out;
}

std::string with_entities(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else {
      out += c;
    }
  }
  return out;
}

bool written_in(std::string_view page, std::string_view name, std::size_t shortest) {
  if (name.size() < shortest) return false;
  return stands_in(page, name) || stands_in(page, percent_decoded(name)) ||
         (name.find('&') != std::string_view::npos && stands_in(page, with_entities(name)));
}

}  // namespace

bool may_be_locked(const crawler::CaptureMeta& meta) {
  return locked_ending(meta.url) || locked_ending(meta.final_url) || !is_page(meta);
}

bool is_page(const crawler::CaptureMeta& meta) {
  if (locked_ending(meta.url) || locked_ending(meta.final_url)) return false;
  const std::string type = lower(meta.content_type);
  return type.empty() || type.starts_with("text/") || type.find("html") != std::string::npos ||
         type.find("xml") != std::string::npos || type.find("json") != std::string::npos;
}

bool links(const crawler::CaptureMeta& page, ByteView body, const crawler::CaptureMeta& other) {
  constexpr std::size_t kShortestPath = 4, kShortestKey = 6;
  const std::string_view text = as_text(body);
  if (written_in(text, other.item, kShortestKey)) return true;
  for (const auto& url : {other.url, other.final_url}) {
    const auto path = path_of(url);
    if (written_in(text, path, kShortestPath)) return true;
    std::string_view folder = path_of(page.final_url.empty() ? page.url : page.final_url);
    folder = folder.substr(0, folder.find('?'));
    folder = folder.substr(0, folder.rfind('/') + 1);
    if (!folder.empty() && path.starts_with(folder) &&
        written_in(text, path.substr(folder.size()), kShortestPath)) {
      return true;
    }
  }
  return false;
}

Result<void> LinkedCaptures::refresh() {
  TRY(const auto ids, captures_.list());
  const std::size_t first = ids.size() - std::min(ids.size(), kMostKnown);
  for (std::size_t i = first; i < ids.size(); ++i) {
    if (!seen_.insert(ids[i]).second) continue;
    auto meta = captures_.meta(ids[i]);
    if (!meta) continue;  // its key is gone, say: nobody can read it
    meta.value().request_headers = {};
    meta.value().response_headers = {};
    known_.push_back(std::move(meta.value()));
  }
  if (known_.size() > 2 * kMostKnown) {
    known_.erase(known_.begin(), known_.end() - static_cast<std::ptrdiff_t>(kMostKnown));
    seen_ = {ids.begin() + static_cast<std::ptrdiff_t>(first), ids.end()};
  }
  return ok();
}

std::vector<const crawler::CaptureMeta*> LinkedCaptures::near(const crawler::CaptureMeta& to,
                                                              bool pages) const {
  std::vector<const crawler::CaptureMeta*> out;
  for (const auto& meta : known_) {
    if (meta.source != to.source || meta.id == to.id) continue;
    if (pages ? is_page(meta) && meta.size <= kMostPageBytes : may_be_locked(meta)) {
      out.push_back(&meta);
    }
  }
  const auto far = [&](const crawler::CaptureMeta* meta) {
    return std::pair(
        meta->fetched < to.fetched ? to.fetched - meta->fetched : meta->fetched - to.fetched,
        std::string_view(meta->id));
  };
  std::ranges::sort(out, {}, far);
  out.resize(std::min(out.size(), kMostNear));
  return out;
}

Result<std::vector<LinkedCaptures::Page>> LinkedCaptures::pages_linking(
    const crawler::CaptureMeta& locked) {
  const std::scoped_lock lock(mutex_);
  TRYV(refresh());
  std::vector<Page> out;
  for (const auto* meta : near(locked, true)) {
    auto body = captures_.read(meta->id);
    if (!body || !links(*meta, body.value(), locked)) continue;
    out.push_back({*meta, std::move(body.value())});
    if (out.size() == kMostLinked) break;
  }
  return out;
}

Result<std::vector<std::string>> LinkedCaptures::linked_by(const crawler::CaptureMeta& page,
                                                           ByteView body) {
  std::vector<std::string> out;
  if (!is_page(page) || body.size() > kMostPageBytes) return out;
  const std::scoped_lock lock(mutex_);
  TRYV(refresh());
  for (const auto* meta : near(page, false)) {
    if (links(page, body, *meta)) out.push_back(meta->id);
    if (out.size() == kMostLinked) break;
  }
  return out;
}

}  // namespace hitokoe::service
