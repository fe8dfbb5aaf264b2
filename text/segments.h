// A stretch of bytes in several charsets → its cheapest way through them.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "hitokoe/text/charset.h"
#include "text/price.h"

namespace hitokoe::text {

struct Segment {
  std::size_t begin;
  std::size_t end;
  Charset charset;
};

// The cheapest sequence of characters of UTF-8, CP932 and EUC-JP for some bytes, where going over
// to another charset costs something too (Viterbi's algorithm). A place in a
// run of ASCII is not looked at: all three read it alike.
class Segments {
 public:
  static constexpr std::size_t kLongest = 16384;  // bytes of one call

  // `before`: the charset of what came before. Bytes of a character that is cut at the end are left
  // out of the last segment where `may_go_on`. The result is valid until the next call.
  const std::vector<Segment>& find(ByteView bytes, Charset before, bool may_go_on);
  // Of the last result, but for ASCII after ASCII.
  Price price() const { return price_; }

 private:
  static constexpr std::size_t kStates = 3;
  struct Node {
    Price price;
    std::uint32_t from;  // the place before
    std::uint8_t from_state;
    Prices::Class previous;
  };
  void relax(std::size_t at, std::size_t state, std::size_t length, Price price,
             Prices::Class previous);
  void change(std::size_t at, Price cost, std::size_t spared);

  std::vector<std::array<Node, kStates>> nodes_;
  std::vector<Segment> found_;
  Price price_ = 0;
};

}  // namespace hitokoe::text
