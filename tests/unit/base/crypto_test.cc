#include <gtest/gtest.h>

#include <algorithm>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/base/crypto/sealed.h"

namespace hitokoe::crypto {
namespace {

Bytes hex(std::string_view text) { return from_hex(text).value(); }

TEST(Sha256, GivesTheVectorsOfFips180) {
  EXPECT_EQ(sha256_hex(as_bytes("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 pieces;
  pieces.update(as_bytes("a"));
  pieces.update({});
  pieces.update(as_bytes("bc"));
  EXPECT_EQ(pieces.finish(), sha256(as_bytes("abc")));
}

TEST(Hmac, GivesTheVectorsOfRfc4231) {
  EXPECT_EQ(to_hex(Hmac(Bytes(20, 0x0b)).mac(as_bytes("Hi There"))),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(to_hex(Hmac(as_bytes("Jefe")).mac(as_bytes("what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  // Key longer than a block.
  EXPECT_EQ(to_hex(Hmac(Bytes(131, 0xaa))
                       .mac(as_bytes("Test Using Larger Than Block-Size Key - Hash Key First"))),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

Digest textbook_hmac(const Bytes& key, const Bytes& message) {
  Bytes inner(64, 0x36);
  Bytes outer(64, 0x5c);
  for (std::size_t i = 0; i < key.size(); ++i) {
    inner[i] ^= key[i];
    outer[i] ^= key[i];
  }
  inner.insert(inner.end(), message.begin(), message.end());
  const Digest digest = sha256(inner);
  outer.insert(outer.end(), digest.begin(), digest.end());
  return sha256(outer);
}

TEST(Hmac, OfEveryLengthIsTheTextbooksOneByOneAndManyAtOnce) {
  SeededRandom random(3);
  const Hmac hmac(Bytes(32, 5));
  std::vector<Bytes> texts(257);
  std::vector<ByteView> views;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    texts[i].resize(i);  // every length over several blocks, the empty one included
    random.fill(texts[i]);
    views.emplace_back(texts[i]);
  }
  std::vector<Digest> out(texts.size());
  hmac.mac_many(views, out);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(out[i], textbook_hmac(Bytes(32, 5), texts[i])) << i;
    EXPECT_EQ(out[i], hmac.mac(texts[i])) << i;
  }
}

TEST(Aes128, GivesTheVectorOfFips197AndComesBack) {
  Key128 key;
  std::ranges::copy(hex("000102030405060708090a0b0c0d0e0f"), key.expose().begin());
  const Aes128 aes(key);
  std::vector<Block> blocks(3);
  std::ranges::copy(hex("00112233445566778899aabbccddeeff"), blocks[1].begin());
  const auto plain = blocks;
  aes.encrypt(blocks, blocks);
  EXPECT_EQ(to_hex(blocks[1]), "69c4e0d86a7b0430d8cdb78070b4c55a");
  aes.decrypt(blocks, blocks);
  EXPECT_EQ(blocks, plain);
}

TEST(Seal, OpensOnlyWithItsKeyItsContextAndUnaltered) {
  SeededRandom random(1);
  const Key256 key = random_key256(random);
  const Bytes sealed = seal(key, as_bytes("secret"), as_bytes("here"), random);
  EXPECT_EQ(as_text(open(key, sealed, as_bytes("here")).value()), "secret");
  EXPECT_FALSE(open(key, sealed, as_bytes("there")));
  EXPECT_FALSE(open(random_key256(random), sealed, as_bytes("here")));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    Bytes altered = sealed;
    altered[i] ^= 1;
    EXPECT_FALSE(open(key, altered, as_bytes("here"))) << i;
    EXPECT_FALSE(open(key, ByteView(sealed).first(i), as_bytes("here"))) << i;
  }
}

TEST(SealStream, RefusesACutOrReorderedOrAlteredStream) {
  SeededRandom random(2);
  const Key256 key = random_key256(random);
  for (const std::size_t size : {0UL, 1UL, 65535UL, 65536UL, 65537UL, 200000UL}) {
    Bytes plain(size);
    random.fill(plain);
    const Bytes sealed = seal_stream(key, plain);
    EXPECT_EQ(open_stream(key, sealed).value(), plain);
    for (const std::size_t at : {0UL, sealed.size() / 2, sealed.size() - 1}) {
      Bytes altered = sealed;
      altered[at] ^= 0x80;
      EXPECT_FALSE(open_stream(key, altered)) << size << " " << at;
      EXPECT_FALSE(open_stream(key, ByteView(sealed).first(at))) << size << " " << at;
    }
    Bytes longer = sealed;
    longer.insert(longer.end(), sealed.begin(), sealed.end());
    EXPECT_FALSE(open_stream(key, longer));
  }
}

TEST(Box, OnlyTheHolderOpens) {
  SeededRandom random(4);
  const BoxKeyPair mine = make_box_keys(random);
  const BoxKeyPair other = make_box_keys(random);
  const Bytes sealed = seal_to(mine.public_key, as_bytes("for you"));
  EXPECT_EQ(as_text(open_box(mine, sealed).value()), "for you");
  EXPECT_FALSE(open_box(other, sealed));
  EXPECT_FALSE(open_box(mine, ByteView(sealed).first(sealed.size() - 1)));
}

TEST(Sign, HoldsForTheSignerAndTheMessageOnly) {
  SeededRandom random(5);
  const SignKeyPair mine = make_sign_keys(random);
  const SignKeyPair other = make_sign_keys(random);
  const Signature signature = sign(mine, as_bytes("root"));
  EXPECT_TRUE(verify(mine.public_key, as_bytes("root"), signature));
  EXPECT_FALSE(verify(mine.public_key, as_bytes("roof"), signature));
  EXPECT_FALSE(verify(other.public_key, as_bytes("root"), signature));
}

TEST(Password, IsArgon2idAndTellsRightFromWrong) {
  const Argon2Cost cheap{1, 8192};
  const SecretText password(std::string("ひとこえ"));
  const std::string phc = hash_password(password, cheap);
  EXPECT_TRUE(phc.starts_with("$argon2id$")) << phc;
  EXPECT_TRUE(check_password(phc, password));
  EXPECT_FALSE(check_password(phc, SecretText(std::string("ひとこゑ"))));
  EXPECT_FALSE(check_password("not a hash", password));
  EXPECT_NE(hash_password(password, cheap), phc);  // salted
}

}  // namespace
}  // namespace hitokoe::crypto
