#include "hitokoe/identity/merkle.h"

#include <algorithm>
#include <array>
#include <bit>

namespace hitokoe::identity {

namespace {

using crypto::Digest;

std::uint64_t split(std::uint64_t n) { return std::bit_floor(n - 1); }

Digest subtree(std::span<const Digest> leaves) {
  if (leaves.size() == 1) return leaves[0];
  const auto k = split(leaves.size());
  return merkle_node(subtree(leaves.first(k)), subtree(leaves.subspan(k)));
}

// Leaves [begin, begin + leaves.size()); `opened` holds the opened ones among them.
void collect(std::span<const Digest> leaves, std::uint64_t begin,
             std::span<const std::uint64_t> opened, std::vector<Digest>& out) {
  if (opened.empty()) {
    out.push_back(subtree(leaves));
    return;
  }
  if (leaves.size() == 1) return;
  const auto k = split(leaves.size());
  std::size_t left = 0;
  while (left < opened.size() && opened[left] < begin + k) ++left;
  collect(leaves.first(k), begin, opened.first(left), out);
  collect(leaves.subspan(k), begin + k, opened.subspan(left), out);
}

struct Rebuild {
  std::span<const std::uint64_t> opened;
  std::span<const Digest> hashes;
  std::span<const Digest> hidden;
  std::size_t next_open = 0;
  std::size_t next_hidden = 0;

  Result<Digest> of(std::uint64_t begin, std::uint64_t count) {
    const bool any = next_open < opened.size() && opened[next_open] < begin + count;
    if (!any) {
      if (next_hidden == hidden.size())
        return fail(Errc::kCorrupt, "the proof has too few hashes", "証明のハッシュが足りません");
      return hidden[next_hidden++];
    }
    if (count == 1) return hashes[next_open++];
    const auto k = split(count);
    TRY(auto left, of(begin, k));
    TRY(auto right, of(begin + k, count - k));
    return merkle_node(left, right);
  }
};

}  // namespace

crypto::Digest merkle_leaf(ByteView data) {
  // One call over one buffer: a quarter of what a context costs that is made for each.
  std::array<std::uint8_t, 512> buffer;
  if (data.size() < buffer.size()) {
    buffer[0] = 0;
    std::copy(data.begin(), data.end(), buffer.begin() + 1);
    return crypto::sha256(ByteView(buffer).first(data.size() + 1));
  }
  crypto::Sha256 h;
  const std::uint8_t tag = 0;
  h.update({&tag, 1});
  h.update(data);
  return h.finish();
}

crypto::Digest merkle_node(const Digest& left, const Digest& right) {
  std::array<std::uint8_t, 65> buffer;
  buffer[0] = 1;
  std::copy(left.begin(), left.end(), buffer.begin() + 1);
  std::copy(right.begin(), right.end(), buffer.begin() + 33);
  return crypto::sha256(buffer);
}

crypto::Digest merkle_root(std::span<const Digest> leaves) {
  return leaves.empty() ? crypto::sha256({}) : subtree(leaves);
}

std::vector<Digest> merkle_hidden(std::span<const Digest> leaves,
                                  std::span<const std::uint64_t> opened) {
  std::vector<Digest> out;
  if (!leaves.empty()) collect(leaves, 0, opened, out);
  return out;
}

Result<Digest> merkle_root_from(std::uint64_t count, std::span<const std::uint64_t> opened,
                                std::span<const Digest> hashes, std::span<const Digest> hidden) {
  if (opened.size() != hashes.size())
    return fail(Errc::kCorrupt, "leaves without a hash", "ハッシュのない葉があります");
  for (std::size_t i = 0; i < opened.size(); ++i) {
    if (opened[i] >= count || (i > 0 && opened[i] <= opened[i - 1]))
      return fail(Errc::kCorrupt, "the proof's leaves are not in order",
                  "証明の葉の順が正しくありません");
  }
  if (count == 0) return crypto::sha256({});
  Rebuild rebuild{opened, hashes, hidden};
  TRY(auto root, rebuild.of(0, count));
  if (rebuild.next_hidden != hidden.size())
    return fail(Errc::kCorrupt, "the proof has too many hashes", "証明のハッシュが余っています");
  return root;
}

}  // namespace hitokoe::identity
