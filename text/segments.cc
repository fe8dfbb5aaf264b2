#include "text/segments.h"

#include <algorithm>
#include <limits>

#include "text/characters.h"

namespace hitokoe::text {
namespace {

constexpr Charset kCharsets[] = {Charset::kUtf8, Charset::kShiftJis, Charset::kEucJp};

// Of going over to another charset.
constexpr Price kAtBeginning = kBit * 10;
constexpr Price kAtDelimiter = kBit * 18;
constexpr Price kInText = kBit * 28;

constexpr std::int32_t kNever = std::numeric_limits<std::int32_t>::max() / 2;

Character character_at(std::size_t state, const std::uint8_t* p, std::size_t n) {
  switch (state) {
    case 0:
      return next_code_point(p, n);
    case 1:
      return shift_jis_at(p, n);
    default:
      return euc_jp_at(p, n);
  }
}

}  // namespace

void Segments::relax(std::size_t at, std::size_t state, std::size_t length, Price price,
                     Prices::Class previous) {
  Node& next = nodes_[at + length][state];
  if (price >= next.price) return;
  next = {static_cast<std::int32_t>(price), static_cast<std::uint16_t>(at),
          static_cast<std::uint8_t>(state), previous};
}

// Going over to another charset at `at`; to `spared` one need not go over.
void Segments::change(std::size_t at, Price cost, std::size_t spared) {
  auto& here = nodes_[at];
  std::size_t best = 0;
  for (std::size_t s = 1; s < kStates; ++s) {
    if (here[s].price < here[best].price) best = s;
  }
  const Price price = here[best].price + cost;
  if (price >= kNever) return;
  for (std::size_t s = 0; s < kStates; ++s) {
    if (s == best || s == spared || price >= here[s].price) continue;
    here[s] = {static_cast<std::int32_t>(price), static_cast<std::uint16_t>(at),
               static_cast<std::uint8_t>(best), here[best].previous};
  }
}

const std::vector<Segment>& Segments::find(ByteView bytes, Charset before, bool may_go_on) {
  found_.clear();
  price_ = 0;
  if (bytes.empty()) return found_;
  const Prices& model = Prices::model();
  const std::size_t n = bytes.size();
  std::array<Node, kStates> unreached;
  unreached.fill({kNever, 0, 0, Prices::kStart});
  nodes_.assign(n + 1, unreached);

  const auto* const known = std::find(std::begin(kCharsets), std::end(kCharsets), before);
  const auto expected = static_cast<std::size_t>(known - std::begin(kCharsets)) % kStates;
  nodes_[0][expected].price = 0;
  std::size_t odd = 0;         // the next byte that is not ASCII
  Price ascii = kAtBeginning;  // of changing in the ASCII before it
  for (std::size_t at = 0; at < n; ++at) {
    if (bytes[at] == '\n') {
      ascii = kAtBeginning;
    } else if (bytes[at] < 0x30 && ascii > kAtDelimiter) {
      ascii = kAtDelimiter;
    }
    if (odd < at || (odd == at && bytes[at] < 0x80)) {
      odd = at;
      while (odd < n && bytes[odd] < 0x80) ++odd;
    }
    const auto& here = nodes_[at];
    if (here[0].price >= kNever && here[1].price >= kNever && here[2].price >= kNever) continue;
    if (odd > at) {
      const Prices::Class last = model.class_of(bytes[odd - 1]);
      for (std::size_t s = 0; s < kStates; ++s) {
        if (here[s].price >= kNever) continue;
        const Prices::Class first = model.class_of(bytes[at]);
        relax(at, s, odd - at, here[s].price + model.of(here[s].previous, first), last);
      }
      continue;
    }
    change(at, ascii, at == 0 ? expected : kStates);
    ascii = kInText;
    for (std::size_t s = 0; s < kStates; ++s) {
      const Node node = nodes_[at][s];
      if (node.price >= kNever) continue;
      const Character c = character_at(s, bytes.data() + at, n - at);
      if (c.valid) {
        const Prices::Class next = model.class_of(c.value);
        relax(at, s, c.length, node.price + model.of(node.previous, next), next);
      } else {
        const Price byte = c.cut && may_go_on ? Prices::kSkippedByte : Prices::kErrorByte;
        relax(at, s, c.length, node.price + c.length * byte, Prices::kStart);
      }
    }
  }

  std::size_t state = 0;
  for (std::size_t s = 1; s < kStates; ++s) {
    if (nodes_[n][s].price < nodes_[n][state].price) state = s;
  }
  price_ = nodes_[n][state].price;
  std::size_t at = n, end = n;
  if (may_go_on) {  // the cut character
    while (at > 0 && nodes_[at][state].from != at) {
      const std::size_t from = nodes_[at][state].from;
      const Character c = character_at(state, bytes.data() + from, n - from);
      if (!c.cut) break;
      at = end = from;
    }
  }
  while (at > 0) {
    const Node& node = nodes_[at][state];
    if (node.from_state != state) {
      if (end > at) found_.push_back({at, end, kCharsets[state]});
      end = at;
      state = node.from_state;
      if (node.from == at) continue;
    }
    at = node.from;
  }
  if (end > 0) found_.push_back({0, end, kCharsets[state]});
  std::reverse(found_.begin(), found_.end());
  return found_;
}

}  // namespace hitokoe::text
