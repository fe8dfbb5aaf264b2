#include "crawler/adapters/privatebin_paste.h"

#include <algorithm>

#include "crawler/adapters/json.h"
#include "crawler/inflate.h"
#include "hitokoe/base/crypto/paste_cipher.h"

namespace hitokoe::crawler {

namespace {

namespace json = boost::json;

constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kMostAttachments = 32;

std::optional<std::uint64_t> number(const json::value& value) {
  if (const auto* n = value.if_int64(); n != nullptr && *n >= 0)
    return static_cast<std::uint64_t>(*n);
  return std::nullopt;
}

std::optional<Bytes> base64(const json::value& value) {
  const auto* text = value.if_string();
  if (text == nullptr) return std::nullopt;
  auto bytes = from_base64({text->data(), text->size()});
  return bytes ? std::optional(std::move(bytes).value()) : std::nullopt;
}

struct Sealed {
  crypto::PasteSeal seal;
  bool packed = true;
  bool burn = false;
};

// adata: [[iv, salt, iterations, key bits, tag bits, "aes", "gcm", "zlib"], format, discussion,
// burn].
std::optional<Sealed> sealed_of(const json::array& adata) {
  if (adata.size() < 4 || !adata[0].is_array()) return std::nullopt;
  const auto& spec = adata[0].get_array();
  if (spec.size() < 8 || spec[5] != "aes" || spec[6] != "gcm") return std::nullopt;
  auto iv = base64(spec[0]);
  auto salt = base64(spec[1]);
  const auto iterations = number(spec[2]);
  const auto key_bits = number(spec[3]);
  const auto tag_bits = number(spec[4]);
  if (!iv || !salt || !iterations || !key_bits || !tag_bits || *iterations > 0xffffffff)
    return std::nullopt;
  return Sealed{{.iv = std::move(*iv),
                 .salt = std::move(*salt),
                 .iterations = static_cast<std::uint32_t>(*iterations),
                 .key_bytes = *key_bits / 8,
                 .tag_bytes = *tag_bits / 8},
                spec[7] == "zlib",
                number(adata[3]) == 1};
}

// "data:TYPE;base64,…"
void add_attachment(const json::value& value, std::vector<Piece>& pieces) {
  const auto* text = value.if_string();
  if (text == nullptr || pieces.size() > kMostAttachments) return;
  const std::string_view url(text->data(), text->size());
  const auto comma = url.find(',');
  if (!url.starts_with("data:") || comma == std::string_view::npos) return;
  auto kind = url.substr(5, comma - 5);
  if (!kind.ends_with(";base64")) return;
  kind.remove_suffix(7);
  auto bytes = from_base64(url.substr(comma + 1));
  if (!bytes) return;
  const auto count = pieces.size();
  pieces.push_back({.name = count == 1 ? "attachment" : "attachment-" + std::to_string(count),
                    .body = std::move(bytes).value(),
                    .content_type = std::string(kind.substr(0, 100))});
}

bool read_content(ByteView content, OpenedPaste& out) {
  const auto value = read_json(content);
  const auto* fields = value ? value->if_object() : nullptr;
  if (fields == nullptr) return false;
  const auto text = text_at(*fields, "paste");
  out.pieces.push_back(
      {.body = Bytes(text.begin(), text.end()), .content_type = "text/plain; charset=utf-8"});
  const auto* attachment = fields->if_contains("attachment");
  if (attachment == nullptr) return true;
  if (const auto* many = attachment->if_array()) {
    for (const auto& one : *many) add_attachment(one, out.pieces);
  } else {
    add_attachment(*attachment, out.pieces);
  }
  return true;
}

}  // namespace

OpenedPaste open_privatebin(ByteView answer, ByteView secret, std::uint64_t most) {
  using What = OpenedPaste::What;
  OpenedPaste out;
  const auto value = read_json(answer);
  const auto* paste = value ? value->if_object() : nullptr;
  const auto status = paste == nullptr ? std::nullopt : number_at(*paste, "status");
  if (!status) return out;
  if (*status != 0) {
    out.what = What::kGone;
    return out;
  }
  const auto* adata = array_at(*paste, "adata");
  const auto* ct = paste->if_contains("ct");
  const auto text = ct == nullptr ? std::nullopt : base64(*ct);
  const auto sealed = adata == nullptr ? std::nullopt : sealed_of(*adata);
  if (!text || !sealed) return out;
  out.burnt = sealed->burn;
  out.what = What::kWrongKey;
  // What is authenticated is the list as JavaScript writes it: no spaces, no escapes beyond need.
  const auto associated = json::serialize(*adata);
  auto content = crypto::open_paste(sealed->seal, secret, as_bytes(associated), *text);
  if (!content) return out;
  if (sealed->packed) {
    auto unpacked = inflate_raw_or_zlib(*content, most);
    if (unpacked.broken) return out;
    *content = std::move(unpacked.bytes);
  }
  if (read_content(*content, out)) out.what = What::kOpened;
  return out;
}

std::optional<Bytes> privatebin_secret(std::string_view base58) {
  constexpr std::string_view kDigits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  if (base58.empty() || base58.size() > 50) return std::nullopt;
  Bytes out(kSecretBytes, 0);
  for (const char c : base58) {
    const auto digit = kDigits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    auto carry = static_cast<std::uint32_t>(digit);
    for (auto byte = out.rbegin(); byte != out.rend(); ++byte) {
      carry += static_cast<std::uint32_t>(*byte) * 58;
      *byte = static_cast<std::uint8_t>(carry & 0xff);
      carry >>= 8;
    }
    if (carry != 0) return std::nullopt;
  }
  return out;
}

}  // namespace hitokoe::crawler
