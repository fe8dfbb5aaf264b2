#include "hitokoe/net/url.h"

#include <curl/curl.h>
#include <idn2.h>

#include <charconv>
#include <memory>

namespace hitokoe::net {

namespace {

struct CloseUrl {
  void operator()(CURLU* u) const { curl_url_cleanup(u); }
};
using Handle = std::unique_ptr<CURLU, CloseUrl>;

// A missing part is "".
Result<std::string> part(CURLU* u, CURLUPart what, unsigned flags = 0) {
  char* raw = nullptr;
  const CURLUcode code = curl_url_get(u, what, &raw, flags);
  if (code == CURLUE_OK) {
    std::string out(raw);
    curl_free(raw);
    return out;
  }
  if (code == CURLUE_NO_PORT || code == CURLUE_NO_QUERY || code == CURLUE_NO_ZONEID)
    return std::string();
  return fail(Errc::kBadInput, "bad_url: it has a part that does not hold",
              "bad_url: 正しくない部分があります");
}

bool plain_host(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  for (const char c : host) {
    const bool fine =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    if (!fine) return false;
  }
  return host.front() != '.' && host.find("..") == std::string_view::npos;
}

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

// UTS 46, as browsers do it. Not libcurl's own: that one reads the host in the charset of the
// process' locale.
Result<std::string> ascii_host(const std::string& host) {
  bool ascii = true;
  for (const char c : host) ascii = ascii && static_cast<unsigned char>(c) < 0x80;
  if (ascii) return host;
  std::uint8_t* out = nullptr;
  const int code = idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(host.c_str()), &out,
                                  IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  if (code != IDN2_OK)
    return fail(Errc::kBadInput, "bad_url: the host name", "bad_url: ホスト名が正しくありません");
  std::string text(reinterpret_cast<const char*>(out));
  idn2_free(out);
  return text;
}

constexpr unsigned kSetFlags = CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE;

Result<Handle> parsed(const std::string& text) {
  Handle u(curl_url());
  if (!u) return fail(Errc::kInternal, "internal: out of memory", "internal: メモリ不足");
  if (curl_url_set(u.get(), CURLUPART_URL, text.c_str(), kSetFlags) != CURLUE_OK) {
    return fail(Errc::kBadInput, "bad_url: not an absolute URL",
                "bad_url: 絶対 URL ではありません");
  }
  return u;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\f";
  const auto from = text.find_first_not_of(kSpace);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kSpace) - from + 1);
}

Result<void> check_bytes(std::string_view text) {
  if (text.size() > Url::kLongest)
    return fail(Errc::kBadInput, "bad_url: longer than 8192 bytes",
                "bad_url: 8192 バイトを超えています");
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      return fail(Errc::kBadInput, "bad_url: a control character", "bad_url: 制御文字があります");
    }
  }
  return ok();
}

}  // namespace

Result<Url> Url::parse(std::string_view raw) {
  const auto given = trimmed(raw);
  TRYV(check_bytes(given));
  std::string text(given);
  // Decoding a host (percent signs, full-width digits and dots, a trailing dot) can uncover another
  // spelling of an address: parse again until nothing changes.
  for (int round = 0; round < 4; ++round) {
    TRY(const auto u, parsed(text));
    TRY(auto scheme, part(u.get(), CURLUPART_SCHEME));
    scheme = lower(std::move(scheme));
    if (scheme != "http" && scheme != "https") {
      return fail(Errc::kForbidden, "scheme: neither http nor https",
                  "scheme: http でも https でもありません");
    }
    TRY(const auto zone, part(u.get(), CURLUPART_ZONEID));
    if (!zone.empty())
      return fail(Errc::kBadInput, "bad_url: an IPv6 zone", "bad_url: IPv6 のゾーンは使えません");
    TRY(const auto shown_host, part(u.get(), CURLUPART_HOST));
    TRY(auto host, ascii_host(shown_host));
    host = lower(std::move(host));
    while (!host.empty() && host.back() == '.') host.pop_back();
    TRY(auto path, part(u.get(), CURLUPART_PATH));
    TRY(const auto query, part(u.get(), CURLUPART_QUERY));
    TRY(const auto port, part(u.get(), CURLUPART_PORT));

    Url out;
    out.scheme_ = scheme;
    out.port_ = scheme == "https" ? 443 : 80;
    const std::uint16_t usual = out.port_;
    if (!port.empty()) {
      const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port_);
      if (error != std::errc{} || end != port.data() + port.size() || out.port_ == 0) {
        return fail(Errc::kBadInput, "bad_url: the port", "bad_url: ポートが正しくありません");
      }
    }
    if (!host.empty() && host.front() == '[' && host.back() == ']') {
      TRY(const auto address, IpAddress::parse(host.substr(1, host.size() - 2)));
      out.host_ = address.text();
      host = "[" + out.host_ + "]";
    } else {
      if (!plain_host(host))
        return fail(Errc::kBadInput, "bad_url: the host name",
                    "bad_url: ホスト名が正しくありません");
      out.host_ = host;
    }
    out.target_ = (path.empty() ? std::string("/") : path) + (query.empty() ? "" : "?" + query);
    out.text_ = scheme;
    out.text_.append("://").append(host);
    if (out.port_ != usual) out.text_.append(":").append(std::to_string(out.port_));
    out.text_ += out.target_;
    if (out.text_.size() > kLongest) {
      return fail(Errc::kBadInput, "bad_url: longer than 8192 bytes",
                  "bad_url: 8192 バイトを超えています");
    }
    if (out.text_ == text) return out;
    text = out.text_;
  }
  return fail(Errc::kBadInput, "bad_url: the host name has no normal form",
              "bad_url: ホスト名を正規形にできません");
}

Result<Url> Url::resolve(std::string_view reference) const {
  const auto given = trimmed(reference);
  TRYV(check_bytes(given));
  TRY(const auto u, parsed(text_));
  if (curl_url_set(u.get(), CURLUPART_URL, std::string(given).c_str(), kSetFlags) != CURLUE_OK) {
    return fail(Errc::kBadInput, "bad_url: not a reference", "bad_url: 参照として読めません");
  }
  TRY(const auto whole, part(u.get(), CURLUPART_URL));
  return parse(whole);
}

std::string Url::origin() const {
  const bool six = host_.find(':') != std::string::npos;
  return scheme_ + "://" + (six ? "[" + host_ + "]" : host_) + ":" + std::to_string(port_);
}

std::optional<IpAddress> Url::literal() const {
  if (auto address = IpAddress::parse(host_)) return address.value();
  return std::nullopt;
}

bool Url::is_overlay() const {
  const std::string_view host = host_;
  const auto under = [&](std::string_view top) {
    return host == top || (host.size() > top.size() && host.ends_with(top) &&
                           host[host.size() - top.size() - 1] == '.');
  };
  return under("onion") || under("i2p");
}

}  // namespace hitokoe::net
