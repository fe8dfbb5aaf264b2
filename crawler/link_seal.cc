#include "hitokoe/crawler/link_seal.h"

#include <algorithm>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/crypto/sealed.h"

namespace hitokoe::crawler {

namespace {

using identity::KeyKind;
constexpr std::string_view kMark = "#sealed:";
constexpr std::size_t kDay = 10;  // "2026-04-01"

Bytes context_of(std::string_view page) {
  const std::string text = "link key\n" + std::string(page);
  return Bytes(text.begin(), text.end());
}

auto altered() {
  return fail(Errc::kCorrupt, "a sealed link was altered", "封をしたリンクが改変されています");
}

}  // namespace

std::string without_fragment(std::string_view link) {
  return std::string(link.substr(0, link.find('#')));
}

Result<std::string> LinkSeal::seal(const std::string& link) {
  const auto page = without_fragment(link);
  if (page.size() == link.size()) return link;
  // One that was not opened since. What only looks like it, a page may have written.
  if (std::string_view(link).substr(page.size()).starts_with(kMark) && open(link)) return link;
  const auto day = format_day(jst_day(clock_.now()));
  TRY(const auto key, keys_.key256(KeyKind::kCaptureDay, day));
  const std::string_view secret = std::string_view(link).substr(page.size() + 1);
  const auto sealed = crypto::seal(key, as_bytes(secret), context_of(page), random_);
  return page + std::string(kMark) + day + ":" + to_base64url(sealed);
}

Result<std::string> LinkSeal::open(const std::string& link) {
  const auto page = without_fragment(link);
  std::string_view rest = std::string_view(link).substr(page.size());
  if (!rest.starts_with(kMark)) return link;
  rest.remove_prefix(kMark.size());
  if (rest.size() <= kDay || rest[kDay] != ':') return altered();
  TRY(const auto secret, keys_.get(KeyKind::kCaptureDay, rest.substr(0, kDay)));
  Key256 key;
  if (secret.expose().size() != key.expose().size()) return altered();
  std::copy(secret.expose().begin(), secret.expose().end(), key.expose().begin());
  const auto sealed = from_base64url(rest.substr(kDay + 1));
  if (!sealed) return altered();
  const auto plain = crypto::open(key, sealed.value(), context_of(page));
  if (!plain) return altered();
  return page + "#" + std::string(as_text(plain.value()));
}

}  // namespace hitokoe::crawler
