#include "hitokoe/base/bytes.h"

#include <array>

namespace hitokoe {

namespace {

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string encode64(ByteView bytes, std::string_view alphabet, bool pad) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t n = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) group = group << 8 | (j < n ? bytes[i + j] : 0u);
    for (std::size_t j = 0; j < 4; ++j) {
      if (j <= n) {
        out.push_back(alphabet[group >> (18 - 6 * j) & 63]);
      } else if (pad) {
        out.push_back('=');
      }
    }
  }
  return out;
}

Result<Bytes> decode64(std::string_view text, std::string_view alphabet) {
  std::array<int, 256> value;
  value.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    value[static_cast<unsigned char>(alphabet[i])] = static_cast<int>(i);
  }
  Bytes out;
  out.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t group = 0;
  int bits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int v = value[static_cast<unsigned char>(text[i])];
    if (v < 0) {
      return fail(Errc::kBadInput, "base64: unexpected character at byte " + std::to_string(i),
                  "base64: " + std::to_string(i) + " バイト目に使えない文字");
    }
    group = group << 6 | static_cast<std::uint32_t>(v);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out.push_back(static_cast<std::uint8_t>(group >> bits));
      group &= (1u << bits) - 1;
    }
  }
  if (bits >= 6 || group != 0)
    return fail(Errc::kBadInput, "base64: cut at the end", "base64: 末尾が切れています");
  return out;
}

template <class T>
void put(Bytes& out, T v) {
  for (std::size_t i = 0; i < sizeof(T); ++i)
    out.push_back(static_cast<std::uint8_t>(v >> (8 * i)));
}

template <class T>
T load(ByteView bytes) {
  T v = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    v = static_cast<T>(v | static_cast<T>(static_cast<T>(bytes[i]) << (8 * i)));
  }
  return v;
}

}  // namespace

std::string to_hex(ByteView bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::uint8_t b : bytes) {
    out.push_back(kDigits[b >> 4]);
    out.push_back(kDigits[b & 15]);
  }
  return out;
}

Result<Bytes> from_hex(std::string_view hex) {
  if (hex.size() % 2 != 0)
    return fail(Errc::kBadInput, "hex: an odd number of digits", "16進: 桁数が奇数");
  Bytes out;
  out.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = hex_digit(hex[i]);
    const int low = hex_digit(hex[i + 1]);
    if (high < 0 || low < 0) {
      return fail(Errc::kBadInput, "hex: no hex digit at byte " + std::to_string(i),
                  "16進: " + std::to_string(i) + " バイト目が16進の数字ではありません");
    }
    out.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return out;
}

std::string to_base64(ByteView bytes) { return encode64(bytes, kBase64, true); }

Result<Bytes> from_base64(std::string_view base64) {
  if (base64.size() % 4 != 0)
    return fail(Errc::kBadInput, "base64: length is no multiple of 4",
                "base64: 長さが4の倍数ではありません");
  for (int i = 0; i < 2 && base64.ends_with('='); ++i) base64.remove_suffix(1);
  return decode64(base64, kBase64);
}

std::string to_base64url(ByteView bytes) { return encode64(bytes, kBase64Url, false); }

Result<Bytes> from_base64url(std::string_view base64url) { return decode64(base64url, kBase64Url); }

void put_u8(Bytes& out, std::uint8_t v) { out.push_back(v); }
void put_u16(Bytes& out, std::uint16_t v) { put(out, v); }
void put_u32(Bytes& out, std::uint32_t v) { put(out, v); }
void put_u64(Bytes& out, std::uint64_t v) { put(out, v); }
void put_bytes(Bytes& out, ByteView v) { out.insert(out.end(), v.begin(), v.end()); }
void put_string(Bytes& out, std::string_view v) {
  v = v.substr(0, 65535);
  put_u16(out, static_cast<std::uint16_t>(v.size()));
  put_bytes(out, as_bytes(v));
}

Result<ByteView> ByteReader::get_bytes(std::size_t n) {
  if (n > remaining()) {
    return fail(Errc::kCorrupt,
                "cut at byte " + std::to_string(at_) + ": " + std::to_string(n) +
                    " bytes expected, " + std::to_string(remaining()) + " left",
                std::to_string(at_) + " バイト目で切れています: 必要 " + std::to_string(n) +
                    " バイト、残り " + std::to_string(remaining()) + " バイト");
  }
  const ByteView v = data_.subspan(at_, n);
  at_ += n;
  return v;
}

Result<std::uint8_t> ByteReader::get_u8() {
  TRY(const auto v, get_bytes(1));
  return v[0];
}
Result<std::uint16_t> ByteReader::get_u16() {
  TRY(const auto v, get_bytes(2));
  return load<std::uint16_t>(v);
}
Result<std::uint32_t> ByteReader::get_u32() {
  TRY(const auto v, get_bytes(4));
  return load<std::uint32_t>(v);
}
Result<std::uint64_t> ByteReader::get_u64() {
  TRY(const auto v, get_bytes(8));
  return load<std::uint64_t>(v);
}
Result<std::string> ByteReader::get_string() {
  TRY(const auto size, get_u16());
  TRY(const auto v, get_bytes(size));
  return std::string(as_text(v));
}

}  // namespace hitokoe
