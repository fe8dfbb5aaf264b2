#include "hitokoe/identity/issue.h"

namespace hitokoe::identity {

Grant own_grant(const std::string& party) {
  Grant grant{party, party, "own:" + party, {}};
  for (const auto& f : field_table()) {
    if (f.column && f.supported && f.strength != Strength::kNever) grant.items.push_back(f.id);
  }
  return grant;
}

Result<IssuedKey> make_issued_key(KeyStore& keys, const Grant& grant, UtcTime now) {
  IssuedKey key;
  key.party = grant.party;
  key.controller = grant.controller;
  key.delegation = grant.delegation;
  key.items = grant.items;
  TRY(key.delegation_key, keys.key128(KeyKind::kDelegation, grant.delegation));
  for (const auto epoch : keys.live_epochs()) {
    EpochKey e;
    e.epoch = epoch;
    TRY(e.g, keys.key256(KeyKind::kEpoch, std::to_string(epoch)));
    key.epochs.push_back(std::move(e));
  }
  if (key.epochs.empty()) {
    return fail(Errc::kConflict, "no epoch is live: `hitokoe key rotate --epoch`",
                "有効な世代がありません: `hitokoe key rotate --epoch`");
  }
  key.tables = tables_digest();
  TRY(const auto sign, keys.service_sign());
  TRY(const auto box, keys.service_box());
  key.service_sign = sign.public_key;
  key.service_box = box.public_key;
  key.issued = now;
  return key;
}

}  // namespace hitokoe::identity
