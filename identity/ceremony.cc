#include "hitokoe/identity/ceremony.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/base/crypto/usable_key.h"
#include "identity/envelope.h"

namespace hitokoe::identity {
namespace {

constexpr std::size_t kMostEpochs = 16;
constexpr std::size_t kMostName = 128;

Bytes enrolment_content(const Enrolment& e) {
  Bytes out;
  put_string(out, e.party);
  put_bytes(out, e.box);
  put_bytes(out, e.sign);
  return out;
}

template <std::size_t N>
Result<void> get_array(ByteReader& reader, std::array<std::uint8_t, N>& out) {
  TRY(const auto bytes, reader.get_bytes(N));
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return ok();
}

Result<std::string> get_name(ByteReader& reader, const Words& what) {
  TRY(auto name, reader.get_string());
  if (name.empty() || name.size() > kMostName) {
    return fail(Errc::kCorrupt, what + Words{" is empty or too long", "が空か、長すぎます"});
  }
  return name;
}

std::uint64_t micros(UtcTime t) { return static_cast<std::uint64_t>(t.time_since_epoch().count()); }

Bytes key_content(const IssuedKey& key) {
  Bytes out;
  out.reserve(2048);  // never moved while it grows: no copies of the keys stay behind
  put_string(out, key.party);
  put_string(out, key.controller);
  put_string(out, key.delegation);
  put_bytes(out, key.delegation_key.expose());
  put_u8(out, static_cast<std::uint8_t>(key.epochs.size()));
  for (const EpochKey& e : key.epochs) {
    put_u32(out, e.epoch);
    put_bytes(out, e.g.expose());
  }
  put_bytes(out, key.tables);
  put_u8(out, static_cast<std::uint8_t>(key.items.size()));
  for (const FieldId item : key.items) put_u8(out, static_cast<std::uint8_t>(item));
  put_bytes(out, key.service_sign);
  put_bytes(out, key.service_box);
  put_u64(out, micros(key.issued));
  return out;
}

Result<IssuedKey> parse_key(ByteView content) {
  ByteReader reader(content);
  IssuedKey key;
  TRY(key.party, get_name(reader, {"the party", "事業者の名"}));
  TRY(key.controller, get_name(reader, {"the controller", "委託元事業者の名"}));
  TRY(key.delegation, get_name(reader, {"the delegation", "委託の名"}));
  TRYV(get_array(reader, key.delegation_key.expose()));
  TRY(const auto epochs, reader.get_u8());
  if (epochs == 0 || epochs > kMostEpochs) {
    return fail(Errc::kCorrupt, "an issued key with an impossible number of epochs",
                "鍵ファイルの世代の数があり得ない値");
  }
  for (unsigned i = 0; i < epochs; ++i) {
    EpochKey e;
    TRY(e.epoch, reader.get_u32());
    TRYV(get_array(reader, e.g.expose()));
    if (!key.epochs.empty() && key.epochs.back().epoch >= e.epoch) {
      return fail(Errc::kCorrupt, "an issued key with epochs out of order",
                  "鍵ファイルの世代の順が正しくありません");
    }
    key.epochs.push_back(std::move(e));
  }
  TRYV(get_array(reader, key.tables));
  TRY(const auto items, reader.get_u8());
  for (unsigned i = 0; i < items; ++i) {
    TRY(const auto item, reader.get_u8());
    key.items.push_back(static_cast<FieldId>(item));
  }
  TRYV(get_array(reader, key.service_sign));
  TRYV(get_array(reader, key.service_box));
  TRY(const auto issued, reader.get_u64());
  key.issued = UtcTime(Duration(static_cast<std::int64_t>(issued)));
  if (reader.remaining() != 0)
    return fail(Errc::kCorrupt, "an issued key with bytes too many",
                "鍵ファイルに余分なバイトがあります");
  if (!crypto::is_usable(key.service_box)) {
    return fail(Errc::kCorrupt, "an issued key with a service key that protects nothing",
                "鍵ファイルのサービスの鍵が無効");
  }
  return key;
}

}  // namespace

std::string enrolment_fingerprint(const Enrolment& e) {
  const std::string hex = crypto::sha256_hex(enrolment_content(e));
  std::string out;
  for (std::size_t i = 0; i < 32; i += 4) {
    if (i != 0) out += ' ';
    out += hex.substr(i, 4);
  }
  return out;
}

Bytes encode_enrolment(const Enrolment& e, const crypto::SignKeyPair& party) {
  return wrap_envelope(EnvelopeKind::kEnrolment, enrolment_content(e), party);
}

Result<Enrolment> decode_enrolment(ByteView file) {
  TRY(const Envelope envelope, unwrap_envelope(EnvelopeKind::kEnrolment, file));
  ByteReader reader(envelope.content);
  Enrolment e;
  TRY(e.party, get_name(reader, {"the party", "事業者の名"}));
  TRYV(get_array(reader, e.box));
  TRYV(get_array(reader, e.sign));
  if (reader.remaining() != 0) {
    return fail(Errc::kCorrupt, "an enrolment request with bytes too many",
                "登録ファイルに余分なバイトがあります");
  }
  if (!crypto::is_usable(e.box)) {
    return fail(Errc::kCorrupt, "an enrolment request with a key that protects nothing",
                "登録ファイルの鍵が無効");
  }
  if (e.sign != envelope.signer) {
    return fail(Errc::kCorrupt, "an enrolment request that was not signed by the key it announces",
                "登録ファイルが、そこに書かれた鍵で署名されていません");
  }
  return e;
}

Bytes encode_issued_key(const IssuedKey& key, const Enrolment& to,
                        const crypto::SignKeyPair& service) {
  Secret<Bytes> content(key_content(key));
  return wrap_envelope(EnvelopeKind::kIssuedKey, crypto::seal_to(to.box, content.expose()),
                       service);
}

Result<IssuedKey> decode_issued_key(ByteView file, const crypto::BoxKeyPair& party) {
  TRY(const Envelope envelope, unwrap_envelope(EnvelopeKind::kIssuedKey, file));
  auto opened = crypto::open_box(party, envelope.content);
  if (!opened) {
    return fail(Errc::kForbidden,
                "an issued key that was sealed to another party: ask for one made from this "
                "agent's enrolment",
                "別の事業者に封をした鍵ファイル: "
                "このエージェントの登録ファイルから作ったものをもらってください");
  }
  const Secret<Bytes> content(std::move(opened).value());
  TRY(auto key, parse_key(content.expose()));
  if (key.service_sign != envelope.signer) {
    return fail(Errc::kCorrupt, "an issued key that was not signed by the service it names",
                "鍵ファイルが、そこに書かれたサービスの鍵で署名されていません");
  }
  return key;
}

}  // namespace hitokoe::identity
