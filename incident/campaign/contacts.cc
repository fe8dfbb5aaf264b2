#include "incident/campaign/contacts.h"

#include <algorithm>

#include "hitokoe/net/smtp_relay.h"
#include "incident/campaign/side_by_side.h"

namespace hitokoe::incident::campaign {

namespace {

Bytes context_of(const std::string& campaign, const std::string& controller,
                 const identity::Fingerprint& u) {
  Bytes out;
  put_string(out, "contact/1");
  put_string(out, campaign);
  put_string(out, controller);
  put_bytes(out, u);
  return out;
}

Bytes person_key(const Key256& key) {
  const auto derived = crypto::Hmac(key.expose()).mac(as_bytes("hitokoe person id/1"));
  return {derived.begin(), derived.end()};
}

constexpr std::size_t kNonce = 24;  // what crypto::seal draws

// Random bytes that were drawn before: which thread asks first makes no difference.
class DrawnBefore final : public Random {
 public:
  explicit DrawnBefore(ByteView drawn) : drawn_(drawn) {}
  void fill(std::span<std::uint8_t> out) override {
    std::copy_n(drawn_.begin(), out.size(), out.begin());
    drawn_ = drawn_.subspan(out.size());
  }

 private:
  ByteView drawn_;
};

}  // namespace

ContactVault::ContactVault(std::string campaign, Key256 key)
    : campaign_(std::move(campaign)), key_(std::move(key)), person_(person_key(key_)) {}

Result<Bytes> ContactVault::make_data_key(identity::KeyStore& keys, const std::string& campaign,
                                          Random& random) {
  TRY(auto box, keys.box(identity::KeyKind::kCampaign, campaign));
  const auto key = crypto::random_key256(random);
  return crypto::seal_to(box.public_key, key.expose());
}

Result<ContactVault> ContactVault::open(identity::KeyStore& keys, const CampaignRow& row) {
  TRYV(keys.get(identity::KeyKind::kCampaign, row.id));  // never made anew here
  TRY(auto box, keys.box(identity::KeyKind::kCampaign, row.id));
  TRY(auto plain, crypto::open_box(box, row.data_key));
  Key256 key;
  if (plain.size() != key.expose().size())
    return fail(Errc::kCorrupt, row.id + ": its data key",
                row.id + ": データの鍵が正しくありません");
  std::copy(plain.begin(), plain.end(), key.expose().begin());
  wipe_value(plain);
  return ContactVault(row.id, std::move(key));
}

Bytes ContactVault::seal(const std::string& controller, const identity::Contact& c,
                         Random& random) const {
  Bytes plain;
  for (const auto* text : {&c.name, &c.name_key, &c.email, &c.phone, &c.postal, &c.address})
    put_string(plain, *text);
  auto out = crypto::seal(key_, plain, context_of(campaign_, controller, c.u), random);
  wipe_value(plain);
  return out;
}

std::vector<SealedContact> ContactVault::seal_all(const std::string& controller,
                                                  const std::vector<identity::Contact>& contacts,
                                                  Random& random) const {
  std::vector<SealedContact> out(contacts.size());
  Bytes nonces(contacts.size() * kNonce);
  random.fill(nonces);
  (void)side_by_side(contacts.size(), [&](std::size_t begin, std::size_t end) -> Result<void> {
    DrawnBefore drawn(ByteView(nonces).subspan(begin * kNonce));
    for (auto i = begin; i < end; ++i)
      out[i] = {contacts[i].u, seal(controller, contacts[i], drawn)};
    return ok();
  }).has_value();
  return out;
}

Result<identity::Contact> ContactVault::unseal(const SubjectRow& s) const {
  TRY(auto plain, crypto::open(key_, s.contact, context_of(campaign_, s.controller, s.u)));
  ByteReader in(plain);
  identity::Contact c;
  c.u = s.u;
  for (auto* text : {&c.name, &c.name_key, &c.email, &c.phone, &c.postal, &c.address}) {
    TRY(*text, in.get_string());
  }
  wipe_value(plain);
  return c;
}

std::string ContactVault::person_id(std::span<const SubjectRow* const> members) const {
  std::vector<MemberKey> keys;
  keys.reserve(members.size());
  for (const auto* m : members) keys.push_back({m->controller, &m->u});
  return shown(person_number(keys));
}

PersonNumber ContactVault::person_number(std::span<const MemberKey> members) const {
  std::vector<Bytes> parts;
  parts.reserve(members.size());
  for (const auto& m : members) {
    Bytes part;
    put_string(part, m.controller);
    put_bytes(part, *m.u);
    parts.push_back(std::move(part));
  }
  std::sort(parts.begin(), parts.end());
  Bytes all;
  for (const auto& part : parts) put_bytes(all, part);
  const auto mac = person_.mac(all);
  PersonNumber out;
  std::copy_n(mac.begin(), out.size(), out.begin());
  return out;
}

std::string shown(const PersonNumber& number) { return "P" + to_hex(number); }

Result<PersonNumber> person_number(std::string_view id) {
  const auto bytes = from_hex(id.substr(std::min<std::size_t>(1, id.size())));
  PersonNumber out;
  if (id.empty() || id.front() != 'P' || !bytes || bytes.value().size() != out.size())
    return fail(Errc::kCorrupt, "a person's id has another form", "本人の番号の形が違います");
  std::copy(bytes.value().begin(), bytes.value().end(), out.begin());
  return out;
}

std::string mail_address(const identity::Contact& contact) {
  std::string_view a = contact.email;
  const auto space = [](char c) { return c == ' ' || c == '\t'; };
  while (!a.empty() && space(a.front())) a.remove_prefix(1);
  while (!a.empty() && space(a.back())) a.remove_suffix(1);
  return net::usable_address(a) ? std::string(a) : std::string();
}

}  // namespace hitokoe::incident::campaign
