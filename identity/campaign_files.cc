// Content of the envelopes that a campaign exchanges (docs/campaign-files.md).
#include "hitokoe/identity/campaign_files.h"

#include <algorithm>
#include <string>
#include <utility>

#include "hitokoe/base/crypto/usable_key.h"
#include "identity/envelope.h"

namespace hitokoe::identity {
namespace {

constexpr std::size_t kMostText = 1U << 20;     // of a notice
constexpr std::size_t kMostContactText = 4096;  // of one field of a contact
constexpr std::size_t kMostEvidence = 512U << 20;

// Texts that may be longer than put_string allows: u32 length, bytes.
void put_text(Bytes& out, std::string_view text, std::size_t most) {
  text = text.substr(0, most);
  put_u32(out, static_cast<std::uint32_t>(text.size()));
  put_bytes(out, as_bytes(text));
}

void put_time(Bytes& out, UtcTime t) {
  put_u64(out, static_cast<std::uint64_t>(t.time_since_epoch().count()));
}

// A reader whose errors say what kind of file is damaged.
class Content {
 public:
  Content(ByteView content, Words what) : reader_(content), what_(std::move(what)) {}

  auto damaged() const {
    return fail(Errc::kCorrupt, what_ + Words{" with damaged content", "の中身が壊れています"});
  }

  Result<std::string> text(std::size_t most) {
    const auto size = reader_.get_u32();
    if (!size || size.value() > most || size.value() > reader_.remaining()) return damaged();
    return std::string(as_text(reader_.get_bytes(size.value()).value()));
  }
  Result<std::string> name() {
    auto s = reader_.get_string();
    if (!s || s.value().empty() || s.value().size() > 256) return damaged();
    return std::move(s).value();
  }
  Result<std::uint32_t> u32() {
    const auto v = reader_.get_u32();
    if (!v) return damaged();
    return v.value();
  }
  Result<std::uint64_t> u64() {
    const auto v = reader_.get_u64();
    if (!v) return damaged();
    return v.value();
  }
  // How many items of at least `least` bytes follow: never more than can be there.
  Result<std::size_t> count(std::size_t least) {
    TRY(const auto n, u64());
    if (n > reader_.remaining() / least) return damaged();
    return static_cast<std::size_t>(n);
  }
  template <std::size_t N>
  Result<void> array(std::array<std::uint8_t, N>& out) {
    const auto bytes = reader_.get_bytes(N);
    if (!bytes) return damaged();
    std::copy(bytes.value().begin(), bytes.value().end(), out.begin());
    return ok();
  }
  Result<Bytes> bytes(std::size_t most) {
    TRY(const auto n, count(1));
    if (n > most) return damaged();
    const ByteView b = reader_.get_bytes(n).value();
    return Bytes(b.begin(), b.end());
  }
  Result<std::vector<Fingerprint>> fingerprints() {
    TRY(const auto n, count(sizeof(Fingerprint)));
    std::vector<Fingerprint> out(n);
    for (Fingerprint& f : out) {
      TRYV(array(f));
    }
    return out;
  }
  Result<void> end() const {
    if (reader_.remaining() != 0) return damaged();
    return ok();
  }

 private:
  ByteReader reader_;
  Words what_;
};

void put_fingerprints(Bytes& out, const std::vector<Fingerprint>& list) {
  put_u64(out, list.size());
  for (const Fingerprint& f : list) put_bytes(out, f);
}

}  // namespace

Bytes encode_request(const ContactRequest& r, const crypto::SignKeyPair& service) {
  Bytes out;
  for (const auto* name : {&r.incident, &r.campaign, &r.controller, &r.delegation}) {
    put_string(out, *name);
  }
  put_u32(out, r.epoch);
  put_bytes(out, r.key);
  put_bytes(out, r.campaign_key);
  std::vector<Fingerprint> subjects = r.subjects;
  std::sort(subjects.begin(), subjects.end());
  put_fingerprints(out, subjects);
  return wrap_envelope(EnvelopeKind::kContactRequest, out, service);
}

Result<ContactRequest> decode_request(ByteView file, const crypto::SignPublicKey& service) {
  TRY(const auto envelope, unwrap_envelope_by(EnvelopeKind::kContactRequest, file, service,
                                              {"the service", "サービス"}));
  Content in(envelope.content, {"a contact request", "照会依頼"});
  ContactRequest r;
  for (auto* name : {&r.incident, &r.campaign, &r.controller, &r.delegation}) {
    TRY(*name, in.name());
  }
  TRY(r.epoch, in.u32());
  TRYV(in.array(r.key));
  TRYV(in.array(r.campaign_key));
  TRY(r.subjects, in.fingerprints());
  TRYV(in.end());
  if (!std::is_sorted(r.subjects.begin(), r.subjects.end())) return in.damaged();
  if (!crypto::is_usable(r.campaign_key)) return in.damaged();
  return r;
}

Bytes encode_bundle(const ContactBundle& b, const crypto::BoxPublicKey& campaign,
                    const crypto::SignKeyPair& party) {
  Secret<Bytes> plain;
  Bytes& out = plain.expose();
  for (const auto* name : {&b.incident, &b.campaign, &b.controller}) put_string(out, *name);
  put_u64(out, b.contacts.size());
  for (const Contact& c : b.contacts) {
    put_bytes(out, c.u);
    for (const auto* text : {&c.name, &c.name_key, &c.email, &c.phone, &c.postal, &c.address}) {
      put_text(out, *text, kMostContactText);
    }
  }
  put_fingerprints(out, b.unresolved);
  return wrap_envelope(EnvelopeKind::kContactBundle, crypto::seal_to(campaign, out), party);
}

Result<ContactBundle> decode_bundle(ByteView file, const crypto::BoxKeyPair& campaign,
                                    const crypto::SignPublicKey& party) {
  TRY(const auto envelope, unwrap_envelope_by(EnvelopeKind::kContactBundle, file, party,
                                              {"the carrier", "その通信会社"}));
  auto opened = crypto::open_box(campaign, envelope.content);
  if (!opened)
    return fail(Errc::kForbidden, "a contact bundle that was sealed to another campaign",
                "別の一元連絡に封をした連絡先の回答");
  const Secret<Bytes> plain(std::move(opened).value());
  Content in(plain.expose(), {"a contact bundle", "連絡先の回答"});
  ContactBundle b;
  for (auto* name : {&b.incident, &b.campaign, &b.controller}) {
    TRY(*name, in.name());
  }
  TRY(const auto contacts, in.count(sizeof(Fingerprint) + 6 * sizeof(std::uint32_t)));
  b.contacts.resize(contacts);
  for (Contact& c : b.contacts) {
    TRYV(in.array(c.u));
    for (auto* text : {&c.name, &c.name_key, &c.email, &c.phone, &c.postal, &c.address}) {
      TRY(*text, in.text(kMostContactText));
    }
  }
  TRY(b.unresolved, in.fingerprints());
  TRYV(in.end());
  return b;
}

Bytes encode_approval_request(const ApprovalRequest& r, const crypto::SignKeyPair& service) {
  Bytes out;
  for (const auto* name : {&r.incident, &r.campaign, &r.party}) put_string(out, *name);
  put_u32(out, r.version);
  put_bytes(out, r.root);
  for (const auto* text : {&r.text_ja, &r.text_en, &r.desk}) put_text(out, *text, kMostText);
  put_u64(out, r.recipients);
  put_u64(out, r.own_recipients);
  put_u64(out, r.evidence.size());
  put_bytes(out, r.evidence);
  return wrap_envelope(EnvelopeKind::kApprovalRequest, out, service);
}

Result<ApprovalRequest> decode_approval_request(ByteView file,
                                                const crypto::SignPublicKey& service) {
  TRY(const auto envelope, unwrap_envelope_by(EnvelopeKind::kApprovalRequest, file, service,
                                              {"the service", "サービス"}));
  Content in(envelope.content, {"an approval request", "承認依頼"});
  ApprovalRequest r;
  for (auto* name : {&r.incident, &r.campaign, &r.party}) {
    TRY(*name, in.name());
  }
  TRY(r.version, in.u32());
  TRYV(in.array(r.root));
  for (auto* text : {&r.text_ja, &r.text_en, &r.desk}) {
    TRY(*text, in.text(kMostText));
  }
  TRY(r.recipients, in.u64());
  TRY(r.own_recipients, in.u64());
  TRY(r.evidence, in.bytes(kMostEvidence));
  TRYV(in.end());
  return r;
}

Bytes encode_approval(const Approval& a, const crypto::SignKeyPair& party) {
  Bytes out;
  for (const auto* name : {&a.incident, &a.campaign, &a.party}) put_string(out, *name);
  put_u32(out, a.version);
  put_bytes(out, a.root);
  put_time(out, a.at);
  return wrap_envelope(EnvelopeKind::kApproval, out, party);
}

Result<Approval> decode_approval(ByteView file, const crypto::SignPublicKey& party) {
  TRY(const auto envelope,
      unwrap_envelope_by(EnvelopeKind::kApproval, file, party, {"the party", "その事業者"}));
  Content in(envelope.content, {"an approval", "承認書"});
  Approval a;
  for (auto* name : {&a.incident, &a.campaign, &a.party}) {
    TRY(*name, in.name());
  }
  TRY(a.version, in.u32());
  TRYV(in.array(a.root));
  TRY(const auto at, in.u64());
  TRYV(in.end());
  a.at = UtcTime(Duration(static_cast<std::int64_t>(at)));
  return a;
}

}  // namespace hitokoe::identity
