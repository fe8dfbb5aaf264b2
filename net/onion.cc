#include "hitokoe/net/onion.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/crypto/sha3.h"

namespace hitokoe::net {

namespace {

constexpr std::string_view kTop = ".onion";
constexpr std::size_t kLetters = 56;
constexpr std::size_t kLettersOfVersion2 = 16;
constexpr std::size_t kKey = 32;
constexpr std::size_t kChecksum = 2;
constexpr std::uint8_t kVersion = 3;
using Address = std::array<std::uint8_t, kKey + kChecksum + 1>;

int base32_value(char c) {
  if (c >= 'a' && c <= 'z') return c - 'a';
  if (c >= '2' && c <= '7') return c - '2' + 26;
  return -1;
}

// 56 letters are 35 bytes without a rest.
bool decode(std::string_view letters, Address& out) {
  std::uint32_t bits = 0;
  int held = 0;
  std::size_t at = 0;
  for (const char c : letters) {
    const int value = base32_value(c);
    if (value < 0) return false;
    bits = (bits << 5 | static_cast<std::uint32_t>(value)) & 0xfff;
    held += 5;
    if (held < 8) continue;
    held -= 8;
    out[at++] = static_cast<std::uint8_t>(bits >> held);
  }
  return true;
}

auto refused(const Words& why) {
  return fail(Errc::kForbidden, Words{"onion_name: ", "onion_name: "} + why);
}

}  // namespace

bool is_onion(std::string_view host) { return host == kTop.substr(1) || host.ends_with(kTop); }

Result<void> check_onion(std::string_view host) {
  auto name = host.substr(0, host.size() - std::min(host.size(), kTop.size()));
  name = name.substr(name.rfind('.') + 1);
  if (name.size() == kLettersOfVersion2) {
    return refused({"a name of version 2, which the network no longer knows",
                    "バージョン 2 の名前。今のネットワークにはありません"});
  }
  if (name.size() != kLetters) {
    return refused(
        {"an onion name has 56 letters and digits, this one " + std::to_string(name.size()),
         "onion の名前は 56 文字。これは " + std::to_string(name.size()) + " 文字"});
  }
  Address address{};
  if (!decode(name, address)) {
    return refused({"a sign other than a to z and 2 to 7", "a〜z、2〜7 以外の文字があります"});
  }
  if (address.back() != kVersion) {
    return refused({"version " + std::to_string(address.back()) + " instead of 3",
                    "バージョンが 3 ではなく " + std::to_string(address.back())});
  }
  Bytes material;
  put_bytes(material, as_bytes(".onion checksum"));
  put_bytes(material, ByteView(address).first(kKey));
  put_u8(material, kVersion);
  const auto digest = crypto::sha3_256(material);
  if (!std::equal(digest.begin(), digest.begin() + kChecksum, address.begin() + kKey)) {
    return refused({"the checksum does not hold: a letter is wrong",
                    "チェックサムが合いません。文字に誤りがあります"});
  }
  return ok();
}

}  // namespace hitokoe::net
