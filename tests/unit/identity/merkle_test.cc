#include "hitokoe/identity/merkle.h"

#include <gtest/gtest.h>

#include <deque>

#include "hitokoe/base/random.h"
#include "hitokoe/identity/approval_evidence.h"

namespace hitokoe::identity {
namespace {

using crypto::Digest;

std::vector<Digest> leaves(std::size_t n) {
  std::vector<Digest> out;
  for (std::size_t i = 0; i < n; ++i)
    out.push_back(merkle_leaf(as_bytes("leaf " + std::to_string(i))));
  return out;
}

// Bottom-up instead of by splitting: pair neighbours, carry an odd last one up.
Digest oracle(std::deque<Digest> level) {
  while (level.size() > 1) {
    std::deque<Digest> up;
    for (std::size_t i = 0; i + 1 < level.size(); i += 2) {
      Bytes both{1};
      both.insert(both.end(), level[i].begin(), level[i].end());
      both.insert(both.end(), level[i + 1].begin(), level[i + 1].end());
      up.push_back(crypto::sha256(both));
    }
    if (level.size() % 2 == 1) up.push_back(level.back());
    level = std::move(up);
  }
  return level.front();
}

TEST(Merkle, EqualsTheTreeBuiltFromBelow) {
  for (std::size_t n = 1; n <= 70; ++n) {
    const auto all = leaves(n);
    EXPECT_EQ(merkle_root(all), oracle({all.begin(), all.end()})) << n;
  }
  EXPECT_EQ(to_hex(merkle_root({})),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Merkle, AnyOpenedLeavesLeadToTheRoot) {
  SeededRandom random(7);
  for (int round = 0; round < 300; ++round) {
    const auto n = 1 + random.below(40);
    const auto all = leaves(n);
    std::vector<std::uint64_t> opened;
    std::vector<Digest> hashes;
    for (std::uint64_t i = 0; i < n; ++i) {
      if (random.below(3) == 0) {
        opened.push_back(i);
        hashes.push_back(all[i]);
      }
    }
    auto hidden = merkle_hidden(all, opened);
    auto root = merkle_root_from(n, opened, hashes, hidden);
    ASSERT_TRUE(root);
    EXPECT_EQ(root.value(), merkle_root(all));

    if (!hashes.empty()) {  // another leaf in its place
      hashes[random.below(hashes.size())][0] ^= 1;
      auto other = merkle_root_from(n, opened, hashes, hidden);
      EXPECT_TRUE(!other || other.value() != merkle_root(all));
    }
    if (!hidden.empty()) {
      hidden.pop_back();
      EXPECT_FALSE(merkle_root_from(n, opened, hashes, hidden));
    }
    hidden = merkle_hidden(all, opened);
    hidden.push_back({});
    EXPECT_FALSE(merkle_root_from(n, opened, hashes, hidden));
  }
}

TEST(Merkle, RefusesLeavesOutOfOrder) {
  const auto all = leaves(5);
  const std::vector<std::uint64_t> twice{2, 2}, beyond{5};
  const std::vector<Digest> two{all[2], all[2]}, one{all[0]};
  EXPECT_FALSE(merkle_root_from(5, twice, two, {}));
  EXPECT_FALSE(merkle_root_from(5, beyond, one, {}));
}

class Evidence : public testing::Test {
 protected:
  void SetUp() override {
    request.incident = "INC-1";
    request.campaign = "CMP-1";
    request.party = "kou";
    request.version = 2;
    request.text_ja = "お詫び";
    request.text_en = "What Happened";
    request.desk = "0120-000-000";
    request.recipients = 2;
    request.own_recipients = 1;
    const std::vector<FieldId> items{FieldId::kName, FieldId::kPhone};
    data = {header_leaf("CMP-1", "INC-1", 2, 2, 3),
            text_leaf('J', request.text_ja),
            text_leaf('E', request.text_en),
            text_leaf('D', request.desk),
            naming_leaf({1}, "kou", "callco"),
            naming_leaf({2}, "otsu", "callco"),
            person_leaf({3}, "P1", "n", "a"),
            person_leaf({4}, "P2", "n", "b"),
            customer_leaf({5}, "kou", {9}, "P1", items),
            customer_leaf({6}, "otsu", {8}, "P1", items),
            customer_leaf({7}, "otsu", {7}, "P2", items)};
    open({0, 1, 2, 3, 4, 8});
  }
  void open(const std::vector<std::uint64_t>& which) {
    std::vector<Digest> all;
    for (const auto& d : data) all.push_back(merkle_leaf(d));
    ApprovalEvidence e{data.size(), {}, merkle_hidden(all, which)};
    for (auto i : which) e.open.push_back({i, data[i]});
    request.evidence = encode_evidence(e);
    request.root = merkle_root(all);
  }
  ApprovalRequest request;
  std::vector<Bytes> data;
};

TEST_F(Evidence, ShowsTheOwnSliceOnly) {
  auto slice = check_evidence(request);
  ASSERT_TRUE(slice) << slice.error().detail;
  EXPECT_EQ(slice.value().customers, 3U);
  EXPECT_EQ(slice.value().own_customers, 1U);
  EXPECT_EQ(slice.value().named, std::vector<std::string>{"kou: callco"});
}

TEST_F(Evidence, RefusesATextOrCountThatWasNotFrozen) {
  auto other = request;
  other.text_ja += "。";
  EXPECT_FALSE(check_evidence(other));
  other = request;
  other.desk = "0120-999-999";
  EXPECT_FALSE(check_evidence(other));
  other = request;
  other.recipients = 3;
  EXPECT_FALSE(check_evidence(other));
  other = request;
  other.version = 1;
  EXPECT_FALSE(check_evidence(other));
  other = request;
  other.root[5] ^= 1;
  EXPECT_FALSE(check_evidence(other));
}

TEST_F(Evidence, RefusesAnotherCarriersCustomer) {
  open({0, 1, 2, 3, 8, 9});
  EXPECT_FALSE(check_evidence(request));
}

TEST_F(Evidence, RefusesEveryCutAndEveryAlteredByte) {
  const auto whole = request.evidence;
  for (std::size_t n = 0; n < whole.size(); ++n) {
    request.evidence.assign(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n));
    EXPECT_FALSE(check_evidence(request)) << n;
    request.evidence = whole;
    request.evidence[n] ^= 0x41;
    EXPECT_FALSE(check_evidence(request)) << n;
  }
}

}  // namespace
}  // namespace hitokoe::identity
