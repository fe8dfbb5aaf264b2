// Bytes and their usual spellings.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/result.h"

namespace hitokoe {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView as_bytes(std::string_view s) {
  return {reinterpret_cast<const std::uint8_t*>(s.data()), s.size()};
}
inline std::string_view as_text(ByteView b) {
  return {reinterpret_cast<const char*>(b.data()), b.size()};
}

std::string to_hex(ByteView bytes);                  // lower case
Result<Bytes> from_hex(std::string_view hex);        // kBadInput: odd length, or no hex digit
std::string to_base64(ByteView bytes);               // RFC 4648 section 4, padded
Result<Bytes> from_base64(std::string_view base64);  // kBadInput
std::string to_base64url(ByteView bytes);            // RFC 4648 section 5, unpadded
Result<Bytes> from_base64url(std::string_view base64url);

// Little-endian integers and length-prefixed strings in one buffer, as the file formats in docs/
// use them. put_* append; ByteReader::get_* fail with kCorrupt past the end, never read past it.
void put_u8(Bytes& out, std::uint8_t v);
void put_u16(Bytes& out, std::uint16_t v);
void put_u32(Bytes& out, std::uint32_t v);
void put_u64(Bytes& out, std::uint64_t v);
void put_bytes(Bytes& out, ByteView v);         // the bytes alone
void put_string(Bytes& out, std::string_view);  // u16 length, bytes; at most 65535

class ByteReader {
 public:
  explicit ByteReader(ByteView data) : data_(data) {}
  Result<std::uint8_t> get_u8();
  Result<std::uint16_t> get_u16();
  Result<std::uint32_t> get_u32();
  Result<std::uint64_t> get_u64();
  Result<ByteView> get_bytes(std::size_t n);  // a view into the data
  Result<std::string> get_string();
  std::size_t position() const { return at_; }
  std::size_t remaining() const { return data_.size() - at_; }

 private:
  ByteView data_;
  std::size_t at_ = 0;
};

}  // namespace hitokoe
