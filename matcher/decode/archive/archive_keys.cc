#include "matcher/decode/archive/archive_keys.h"

#include <algorithm>
#include <array>
#include <set>

#include "hitokoe/base/file.h"

namespace hitokoe::matcher {

namespace {

constexpr std::array kUsual = {"password", "1234", "123456", "infected", "pass",     "12345678",
                               "0000",     "test", "admin",  "12345",    "123456789"};

template <class Words>
void add_new(std::vector<std::string>& out, std::set<std::string>& seen, const Words& words) {
  for (const auto& word : words) {
    std::string text(word);
    if (out.size() < ArchiveKeys::kMostTries && seen.insert(text).second) {
      out.push_back(std::move(text));
    }
  }
}

// Passwords in every part of the path: "leak [pw=1234].zip > list.7z".
std::vector<std::string> in_name(std::string_view name) {
  std::vector<std::string> out;
  while (!name.empty()) {
    const auto end = std::min(name.find_first_of("/>"), name.size());
    std::string_view part = name.substr(0, end);
    if (const auto dot = part.rfind('.'); dot != std::string_view::npos && dot > 0) {
      for (auto& word : passwords_in(part.substr(0, dot))) out.push_back(std::move(word));
    }
    for (auto& word : passwords_in(part)) out.push_back(std::move(word));
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  std::ranges::reverse(out);  // the innermost name is the likeliest
  return out;
}

}  // namespace

void ArchiveKeys::see_text(std::string_view text) {
  while (!text.empty() && found_.size() < kMostFound) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.size() > 4096) continue;  // no announcement is that long
    for (auto& word : passwords_in(line, text.substr(0, std::min(text.find('\n'), text.size())))) {
      if (std::ranges::find(found_, word) == found_.end()) found_.push_back(std::move(word));
    }
  }
}

std::vector<std::string> ArchiveKeys::candidates(std::string_view archive) const {
  std::vector<std::string> out;
  std::set<std::string> seen;
  add_new(out, seen, good_);
  add_new(out, seen, in_name(archive));
  for (std::size_t i = 0; configured_ != nullptr && i < configured_->size(); ++i) {
    const SecretText& secret = (*configured_)[i];
    if (out.size() < kMostTries && seen.insert(secret.expose()).second) {
      out.push_back(secret.expose());
    }
  }
  add_new(out, seen, found_);
  add_new(out, seen, kUsual);
  return out;
}

std::vector<std::string> ArchiveKeys::candidates_by_name(std::string_view archive) {
  return ArchiveKeys().candidates(archive);
}

Result<std::shared_ptr<const ArchivePasswords>> read_archive_passwords(
    const std::filesystem::path& file) {
  TRY(auto content, read_file(file, 1U << 20));
  const SecretBytes wiped(std::move(content));
  std::string_view text = as_text(wiped.expose());
  auto out = std::make_shared<ArchivePasswords>();
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) out->emplace_back(std::string(line));
  }
  return out;
}

void ArchiveKeys::opened(const std::string& password) {
  if (std::ranges::find(good_, password) == good_.end()) good_.push_back(password);
}

bool ArchiveKeys::keep(LockedPart part) {
  if (locked_.size() >= kMostLocked) return false;
  part.what->leave_memory();
  locked_.push_back(std::move(part));
  return true;
}

Result<void> ArchiveKeys::retry(const RowSink& sink, std::vector<Warning>& warnings,
                                const Observe& observe) {
  const auto round = [&]() -> Result<void> {
    auto waiting = std::exchange(locked_, {});
    std::ranges::stable_sort(waiting, {}, &LockedPart::name);
    for (const auto& part : waiting) {
      Reading reading(sink, warnings, part.budget, this);
      const auto observer = observe ? observe(part.name) : nullptr;
      reading.set_observer(observer.get());
      TRYV(part.what->read_again(reading));
      if (observer) observer->end();
    }
    return ok();
  };
  // What opens may hold further archives, and further passwords: until a round changes nothing.
  while (!locked_.empty()) {
    const std::size_t parts = locked_.size(), words = found_.size();
    TRYV(round());
    if (locked_.size() >= parts && found_.size() == words) break;
  }
  return ok();
}

void ArchiveKeys::give_up(const RowSink& sink, std::vector<Warning>& warnings) {
  auto left = std::exchange(locked_, {});
  std::ranges::stable_sort(left, {}, &LockedPart::name);
  for (const auto& part : left) {
    Reading reading(sink, warnings, part.budget, this);
    part.what->warn(reading);
  }
}

void PasswordFinder::feed(std::string_view text) {
  if (done_ || keys_ == nullptr) return;
  text_.append(text.substr(0, kLooksAt - text_.size()));
  if (text_.size() == kLooksAt) finish();
}

void PasswordFinder::finish() {
  if (done_ || keys_ == nullptr) return;
  done_ = true;
  keys_->see_text(text_);
  text_ = {};
}

}  // namespace hitokoe::matcher
