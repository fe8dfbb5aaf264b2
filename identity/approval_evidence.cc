#include "hitokoe/identity/approval_evidence.h"

#include <algorithm>

namespace hitokoe::identity {

namespace {

constexpr std::uint64_t kMostLeaves = 1ULL << 32;

Bytes start(char kind) {
  Bytes out;
  put_u8(out, static_cast<std::uint8_t>(kind));
  return out;
}

Error broken(const Words& what) {
  return Error{Errc::kCorrupt, Words{"approval request: ", "承認依頼: "} + what};
}

const OpenLeaf* find(const ApprovalEvidence& e, char kind, std::uint64_t index) {
  for (const auto& leaf : e.open) {
    if (leaf.index == index && !leaf.data.empty() &&
        leaf.data[0] == static_cast<std::uint8_t>(kind))
      return &leaf;
  }
  return nullptr;
}

Result<void> count_leaf(ByteReader& in, char kind, const ApprovalRequest& request,
                        CheckedSlice& slice) {
  if (kind != 'N' && kind != 'C')
    return broken({"a leaf of an unknown kind is open", "知らない種類の葉が開示されています"});
  TRYV(in.get_bytes(sizeof(Salt)));
  TRY(auto controller, in.get_string());
  if (kind == 'C') {
    if (controller != request.party)
      return broken({"another carrier's customer is open", "別の通信会社の顧客が開示されています"});
    ++slice.own_customers;
    return ok();
  }
  TRY(auto holder, in.get_string());
  slice.named.push_back(controller + ": " + holder);
  return ok();
}

}  // namespace

Bytes header_leaf(const std::string& campaign, const std::string& incident, std::uint32_t version,
                  std::uint64_t persons, std::uint64_t customers) {
  auto out = start('H');
  put_string(out, campaign);
  put_string(out, incident);
  put_u32(out, version);
  put_u64(out, persons);
  put_u64(out, customers);
  return out;
}

Bytes text_leaf(char kind, std::string_view text) {
  auto out = start(kind);
  put_bytes(out, as_bytes(text));
  return out;
}

Bytes naming_leaf(const Salt& salt, const std::string& controller, const std::string& holder) {
  auto out = start('N');
  put_bytes(out, salt);
  put_string(out, controller);
  put_string(out, holder);
  return out;
}

Bytes person_leaf(const Salt& salt, const std::string& person, std::string_view name,
                  std::string_view address) {
  auto out = start('P');
  put_bytes(out, salt);
  put_string(out, person);
  put_bytes(out, crypto::sha256(as_bytes(name)));
  put_bytes(out, crypto::sha256(as_bytes(address)));
  return out;
}

Bytes customer_leaf(const Salt& salt, const std::string& controller, const Fingerprint& u,
                    const std::string& person, std::span<const FieldId> items) {
  auto out = start('C');
  put_bytes(out, salt);
  put_string(out, controller);
  put_bytes(out, u);
  put_string(out, person);
  put_u16(out, static_cast<std::uint16_t>(items.size()));
  for (auto item : items) put_u8(out, static_cast<std::uint8_t>(item));
  return out;
}

Bytes encode_evidence(const ApprovalEvidence& e) {
  Bytes out;
  put_u64(out, e.leaves);
  put_u64(out, e.open.size());
  for (const auto& leaf : e.open) {
    put_u64(out, leaf.index);
    put_u32(out, static_cast<std::uint32_t>(leaf.data.size()));
    put_bytes(out, leaf.data);
  }
  put_u64(out, e.hidden.size());
  for (const auto& h : e.hidden) put_bytes(out, h);
  return out;
}

Result<ApprovalEvidence> decode_evidence(ByteView bytes) {
  ByteReader in(bytes);
  ApprovalEvidence e;
  TRY(e.leaves, in.get_u64());
  TRY(auto open, in.get_u64());
  if (e.leaves > kMostLeaves || open > in.remaining() / 12)
    return broken({"cut or altered", "切れているか、改変されています"});
  e.open.reserve(open);
  for (std::uint64_t i = 0; i < open; ++i) {
    OpenLeaf leaf;
    TRY(leaf.index, in.get_u64());
    TRY(auto size, in.get_u32());
    TRY(auto data, in.get_bytes(size));
    leaf.data.assign(data.begin(), data.end());
    e.open.push_back(std::move(leaf));
  }
  TRY(auto hidden, in.get_u64());
  if (hidden != in.remaining() / sizeof(crypto::Digest))
    return broken({"cut or altered", "切れているか、改変されています"});
  e.hidden.resize(hidden);
  for (auto& h : e.hidden) {
    TRY(auto data, in.get_bytes(h.size()));
    std::copy(data.begin(), data.end(), h.begin());
  }
  if (in.remaining() != 0)
    return broken({"there is more after the end", "末尾の後に余分なデータがあります"});
  return e;
}

Result<CheckedSlice> check_evidence(const ApprovalRequest& request) {
  TRY(auto e, decode_evidence(request.evidence));
  std::vector<std::uint64_t> opened;
  std::vector<crypto::Digest> hashes;
  for (const auto& leaf : e.open) {
    opened.push_back(leaf.index);
    hashes.push_back(merkle_leaf(leaf.data));
  }
  TRY(auto root, merkle_root_from(e.leaves, opened, hashes, e.hidden));
  if (root != request.root)
    return broken({"its proof does not lead to its root", "証明が根に一致しません"});

  const auto* header = find(e, 'H', 0);
  if (header == nullptr)
    return broken({"the header is not in its proof", "証明に見出しがありません"});
  CheckedSlice slice;
  ByteReader in(header->data);
  TRYV(in.get_u8());
  TRY(auto campaign, in.get_string());
  TRY(auto incident, in.get_string());
  TRY(auto version, in.get_u32());
  TRY(slice.persons, in.get_u64());
  TRY(slice.customers, in.get_u64());
  if (campaign != request.campaign || incident != request.incident || version != request.version)
    return broken(
        {"its root stands for another campaign or version", "根が別の一元連絡または別の版のもの"});

  const std::pair<char, const std::string*> texts[] = {
      {'J', &request.text_ja}, {'E', &request.text_en}, {'D', &request.desk}};
  std::uint64_t index = 1;
  for (const auto& [kind, text] : texts) {
    const auto* leaf = find(e, kind, index++);
    if (leaf == nullptr || leaf->data != text_leaf(kind, *text))
      return broken({"a text is not the one that was frozen", "文面が凍結されたものと違います"});
  }
  for (const auto& leaf : e.open) {
    if (leaf.index < 4) continue;
    ByteReader body(leaf.data);
    TRY(auto kind, body.get_u8());
    TRYV(count_leaf(body, static_cast<char>(kind), request, slice));
  }
  if (slice.persons != request.recipients || slice.own_customers != request.own_recipients)
    return broken({"its counts are not those that were frozen", "件数が凍結されたものと違います"});
  return slice;
}

}  // namespace hitokoe::identity
