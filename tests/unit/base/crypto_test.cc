#include <gtest/gtest.h>
#include <sodium.h>

#include <algorithm>

#include "base/crypto/aes_blocks.h"
#include "hitokoe/base/crypto/block_seal.h"
#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/base/crypto/hmac_batch.h"
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

TEST(HmacBatch, OfAnyNumberAndLengthWithAnyKeysIsOpenSslsOneByOne) {
  SeededRandom random(9);
  for (std::size_t n = 0; n < 70; ++n) {  // none, part of a register's lanes, several times all
    std::vector<Block> keys(n);
    std::vector<HmacKey> ready(n);
    std::vector<Bytes> texts(n);
    std::vector<HmacTask> tasks;
    for (auto& key : keys) random.fill(key);
    hmac_keys(keys, ready);
    for (std::size_t i = 0; i < n; ++i) {
      texts[i].resize((i * 37 + n * 11) % 200);  // one block, two, more
      random.fill(texts[i]);
      tasks.push_back({&ready[i * 7 % n], texts[i]});
    }
    std::vector<Digest> out(n);
    hmac_many(tasks, out);
    for (std::size_t i = 0; i < n; ++i) {
      ASSERT_EQ(ready[i].inner, hmac_key(keys[i]).inner) << n << ' ' << i;
      ASSERT_EQ(ready[i].outer, hmac_key(keys[i]).outer) << n << ' ' << i;
      const Block& key = keys[i * 7 % n];
      ASSERT_EQ(out[i], textbook_hmac(Bytes(key.begin(), key.end()), texts[i])) << n << ' ' << i;
    }
  }
}

TEST(HmacBatch, TakesAKeyOfAnyLength) {
  const std::string text = "a message";
  for (std::size_t n = 0; n < 200; ++n) {
    const Bytes key(n, 0x61);
    const HmacKey ready = hmac_key(key);
    const HmacTask task{&ready, as_bytes(text)};
    Digest out;
    hmac_many({&task, 1}, {&out, 1});
    ASSERT_EQ(out, Hmac(key).mac(as_bytes(text))) << n;
  }
}

// Small texts go to libsodium, large ones to OpenSSL: both must be XChaCha20-Poly1305, or what one
// sealed the other could not open.
TEST(Sealed, IsLibsodiumsXChaCha20Poly1305AtEverySize) {
  SeededRandom random(6);
  const Key256 key = random_key256(random);
  const Bytes context = {1, 2, 3};
  for (std::size_t n : {0U, 1U, 4095U, 4096U, 4097U, 8191U, 100001U}) {
    Bytes plain(n);
    random.fill(plain);
    const Bytes sealed = seal(key, plain, context, random);
    Bytes by_sodium(n + 1);
    ASSERT_EQ(crypto_aead_xchacha20poly1305_ietf_decrypt(
                  by_sodium.data(), nullptr, nullptr, sealed.data() + 24, sealed.size() - 24,
                  context.data(), context.size(), sealed.data(), key.expose().data()),
              0)
        << n;
    by_sodium.resize(n);
    EXPECT_EQ(by_sodium, plain) << n;
    const auto opened = open(key, sealed, context);
    ASSERT_TRUE(opened) << n;
    EXPECT_EQ(opened.value(), plain) << n;
    Bytes bad = sealed;
    bad[n / 2] ^= 1;
    EXPECT_FALSE(open(key, bad, context)) << n;
    EXPECT_FALSE(open(key, sealed, {})) << n;
    EXPECT_FALSE(open(key, ByteView(sealed).first(sealed.size() - 1), context)) << n;
  }
}

// The vector was made with another implementation (Python's cryptography) from what the header
// says.
TEST(BlockSeal, IsAes256GcmUnderTheDerivedKeyWithTheNumberAsNonce) {
  Key256 key;
  FileSalt salt;
  for (std::size_t i = 0; i < 32; ++i) {
    key.expose()[i] = static_cast<std::uint8_t>(i);
    salt[i] = static_cast<std::uint8_t>(255 - i);
  }
  BlockSeal seal(key, salt);
  Bytes sealed;
  seal.seal(7, as_bytes("some text"), as_bytes("where"), sealed);
  EXPECT_EQ(to_hex(sealed), "dffb38faeff80f6736477fd8410935406b4b0df31fa7fd6da3");
}

TEST(BlockSeal, ComesBackWithEverySizeAndOnlyUnderItsOwnNumberContextSaltAndKey) {
  SeededRandom random(4);
  const Key256 key = random_key256(random);
  const Key256 other_key = random_key256(random);
  const FileSalt salt = random_salt(random);
  BlockSeal seal(key, salt);
  BlockSeal other(other_key, salt);
  BlockSeal elsewhere(key, random_salt(random));
  const auto where = as_bytes("where");
  Bytes sealed, back;
  for (std::size_t n : {0U, 1U, 15U, 16U, 17U, 4096U, 100000U}) {
    Bytes plain(n);
    random.fill(plain);
    seal.seal(n, plain, where, sealed);
    ASSERT_EQ(sealed.size(), n + BlockSeal::kOverhead);
    ASSERT_TRUE(seal.open(n, sealed, where, back)) << n;
    EXPECT_EQ(back, plain);
    EXPECT_FALSE(seal.open(n + 1, sealed, where, back));
    EXPECT_TRUE(back.empty());
    EXPECT_FALSE(seal.open(n, sealed, as_bytes("there"), back));
    EXPECT_FALSE(other.open(n, sealed, where, back));
    EXPECT_FALSE(elsewhere.open(n, sealed, where, back));
    ASSERT_TRUE(seal.open(n, sealed, where, back)) << "a refused block spoils nothing";
  }
}

TEST(BlockSeal, RefusesEveryFlippedBitAndEveryCut) {
  SeededRandom random(5);
  BlockSeal seal(random_key256(random), random_salt(random));
  Bytes sealed, back;
  seal.seal(1, as_bytes("0123456789"), {}, sealed);
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    Bytes bad = sealed;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_FALSE(seal.open(1, bad, {}, back)) << bit;
  }
  for (std::size_t n = 0; n < sealed.size(); ++n) {
    EXPECT_FALSE(seal.open(1, ByteView(sealed).first(n), {}, back)) << n;
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

TEST(Aes128, EveryWayGivesWhatOpenSslTakesBack) {
  SeededRandom random(5);
  for (std::size_t n = 0; n < 200; ++n) {
    std::array<std::uint8_t, 16> bytes;
    random.fill(bytes);
    const Key128 key(bytes);
    const Aes128 aes(key);
    std::vector<Block> in(n);
    for (auto& block : in) random.fill(block);
    for (const aes::Way way : aes::ways()) {
      aes::Schedule schedule;
      aes::expand(key.expose(), schedule);
      std::vector<Block> out(n + 1);
      const Block behind = out[n];
      aes::encrypt(way, schedule, in.data(), n, out.data());
      EXPECT_EQ(out[n], behind);
      out.resize(n);
      aes.decrypt(out, out);
      EXPECT_EQ(out, in) << aes::to_string(way) << ' ' << n;
    }
  }
}

TEST(Aes128, OfOneThreadIsTheSame) {
  const Aes128 aes(Key128(std::array<std::uint8_t, 16>{3, 1, 4}));
  Aes128Encryptor own(aes);
  std::vector<Block> in(100);
  for (std::size_t i = 0; i < in.size(); ++i) in[i][i % 16] = static_cast<std::uint8_t>(i);
  std::vector<Block> expected(in.size());
  aes.encrypt(in, expected);
  std::vector<Block> out(in.size());
  for (std::size_t at = 0; at < in.size(); at += 7) {
    const std::size_t n = std::min<std::size_t>(7, in.size() - at);
    own.encrypt(std::span(in).subspan(at, n), std::span(out).subspan(at, n));
  }
  EXPECT_EQ(out, expected);
  own.encrypt({}, {});
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
