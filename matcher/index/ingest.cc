#include "matcher/index/ingest.h"

#include <algorithm>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/base/crypto/sealed.h"
#include "hitokoe/base/file.h"
#include "hitokoe/identity/canary_list.h"
#include "matcher/index/known_keys.h"

namespace hitokoe::matcher {

namespace {

std::string entries_name(const std::string& snapshot, std::uint64_t sequence) {
  return crypto::sha256_hex(as_bytes(snapshot)).substr(0, 24) + "-" + std::to_string(sequence);
}

// Removes the file unless it was kept.
struct Unfinished {
  std::filesystem::path path;
  bool keep = false;
  ~Unfinished() {
    std::error_code ignored;
    if (!keep) std::filesystem::remove(path, ignored);
  }
};

// The snapshot's store key. A fresh one enters the key store only when the file has proved whole: a
// refused one leaves no trace.
struct StoreKey {
  Key256 key;
  bool fresh = false;
};

Result<StoreKey> store_key(const identity::KeyStore& keys, const std::string& snapshot,
                           Random& random) {
  auto known = known_key<32>(keys, identity::KeyKind::kStore, snapshot);
  if (known) return StoreKey{std::move(known).value(), false};
  if (known.error().code != Errc::kNotFound) return known.error();
  return StoreKey{crypto::random_key256(random), true};
}

// A customer's file: is it the snapshot that the ledger has?
Result<void> check_ledger(const identity::HkfHeader& h, const registry::Snapshot& snapshot) {
  const auto wrong = [&](const Words& what, const std::string& has, const std::string& wants) {
    return fail(Errc::kForbidden, Words{"snapshot " + h.snapshot + ": the file's " + what.en +
                                            " is " + has + ", the registry's is " + wants,
                                        "断面 " + h.snapshot + ": ファイルの" + what.ja + "は " +
                                            has + "、台帳では " + wants});
  };
  if (h.party != snapshot.holder) return wrong({"party", "事業者"}, h.party, snapshot.holder);
  if (h.controller != snapshot.controller) {
    return wrong({"controller", "委託元事業者"}, h.controller, snapshot.controller);
  }
  const std::string delegation = snapshot.own ? "own:" + snapshot.holder : snapshot.delegation;
  if (h.delegation != delegation) return wrong({"delegation", "委託"}, h.delegation, delegation);
  for (const auto column : h.columns) {
    if (std::ranges::find(snapshot.items, column) == snapshot.items.end()) {
      return fail(Errc::kBadInput,
                  "snapshot " + h.snapshot + ": the file has the item " +
                      std::string(identity::field_info(column).name) +
                      ", which the registry does not name for it",
                  "断面 " + h.snapshot + ": 台帳のこの断面にない項目 " +
                      std::string(identity::field_info(column).name) + " がファイルにあります");
    }
  }
  return ok();
}

// A list of canaries: made by whoever hands over, with a key of its own for this carrier's data.
Result<void> check_canary_list(const identity::HkfHeader& h, const registry::Snapshot& handover,
                               const registry::Registry& registry) {
  const auto refused = [&](const Words& why) {
    return fail(Errc::kForbidden, Words{"canaries for " + handover.id + ": ",
                                        "受け渡し " + handover.id + " のおとり: "} +
                                      why);
  };
  const auto* delegation = registry.delegation(handover.delegation);
  if (handover.own || delegation == nullptr) {
    return refused(
        {"a carrier's own base is no handover", "自社の顧客基盤は受け渡しではありません"});
  }
  if (h.party != delegation->from) {
    return refused({"made by " + h.party + ", the data are handed over by " + delegation->from,
                    h.party + " が作ったもの。渡すのは " + delegation->from});
  }
  if (h.controller != handover.controller) {
    return refused({"made for customers of " + h.controller, h.controller + " の顧客用です"});
  }
  const auto* mine = registry.delegation(h.delegation);
  if (h.delegation != "own:" + h.party && (mine == nullptr || mine->to != h.party)) {
    return refused({"made with the key of " + h.delegation, h.delegation + " の鍵によるものです"});
  }
  return ok();
}

}  // namespace

const registry::Snapshot* ledger_entry(const std::string& snapshot,
                                       const registry::Registry& registry) {
  const auto handover = identity::canary_handover(snapshot);
  return registry.snapshot(handover ? *handover : std::string_view(snapshot));
}

Result<void> check_header(const identity::HkfHeader& h, const registry::Registry& registry,
                          identity::KeyStore& keys) {
  const registry::Snapshot* snapshot = ledger_entry(h.snapshot, registry);
  if (snapshot == nullptr) {
    return fail(Errc::kNotFound, "snapshot " + h.snapshot + " is not in the registry",
                "断面 " + h.snapshot + " は台帳にありません");
  }
  TRYV(identity::canary_handover(h.snapshot) ? check_canary_list(h, *snapshot, registry)
                                             : check_ledger(h, *snapshot));
  const auto enrolled = keys.enrolment(h.party);
  if (!enrolled) {
    return fail(
        Errc::kNotFound,
        "party " + h.party + " is not enrolled: `hitokoe key issue --enrol` comes first",
        "事業者 " + h.party + " は未登録: 先に `hitokoe key issue --enrol` を実行してください");
  }
  if (enrolled.value().sign != h.signer) {
    return fail(
        Errc::kForbidden,
        "snapshot " + h.snapshot + ": signed by another than party " + h.party + " as enrolled",
        "断面 " + h.snapshot + ": 登録された事業者 " + h.party + " 以外の署名");
  }
  if (h.tables != identity::tables_digest()) {
    return fail(Errc::kUnsupported,
                "snapshot " + h.snapshot +
                    ": made with other tables; agent and service must be of "
                    "the same release",
                "断面 " + h.snapshot +
                    ": 違う変換表で作られています。エージェントとサービスは同じ版が必要");
  }
  const auto epochs = keys.live_epochs();
  if (std::ranges::find(epochs, h.epoch) == epochs.end()) {
    return fail(
        Errc::kUnsupported,
        "snapshot " + h.snapshot + ": made under epoch " + std::to_string(h.epoch) +
            ", which is not live",
        "断面 " + h.snapshot + ": 有効でない世代 " + std::to_string(h.epoch) + " で作られています");
  }
  TRY(const auto k_d, known_key<16>(keys, identity::KeyKind::kDelegation, h.delegation));
  if (h.key != identity::KeyCheck{} && h.key != identity::key_check(k_d)) {
    return fail(Errc::kUnsupported,
                "snapshot " + h.snapshot + ": made with an older key of " + h.delegation +
                    "; issue the key again and make the file again",
                "断面 " + h.snapshot + ": " + h.delegation +
                    " の古い鍵で作られています。鍵を渡し直し、ファイルを作り直してください");
  }
  return ok();
}

Result<Ingested> ingest(const std::filesystem::path& hkf, const identity::HkfHeader& header,
                        const registry::Snapshot& snapshot, const IndexFolder& folder,
                        identity::KeyStore& keys, Random& random, std::size_t& room,
                        const ProgressShare& share) {
  Ingested out;
  ManifestSnapshot& m = out.snapshot;
  m.snapshot = header.snapshot;
  m.party = header.party;
  m.controller = header.controller;
  m.delegation = header.delegation;
  m.own = snapshot.own;
  m.sequence = header.sequence;
  m.epoch = header.epoch;
  m.as_of = snapshot.as_of;
  m.columns = header.columns;
  m.rejected = header.rejected;
  m.body = to_hex(header.body);
  m.entries = entries_name(header.snapshot, header.sequence);

  TRY(const auto box, keys.service_box());
  TRY(const auto k_d, known_key<16>(keys, identity::KeyKind::kDelegation, header.delegation));
  const crypto::Aes128 take_off(k_d);
  Unfinished file{folder.entries() / m.entries};
  std::error_code ignored;
  std::filesystem::remove(file.path, ignored);
  TRY(const auto store, store_key(keys, header.snapshot, random));
  TRY(auto writer, EntryWriter::create(file.path, m.snapshot, m.sequence, store.key, random));

  out.held = std::make_shared<std::vector<std::shared_ptr<const EntryBatch>>>();
  std::size_t held_bytes = 0;
  auto batch = std::make_shared<EntryBatch>();
  const auto flush = [&] {
    take_off.decrypt(batch->y_ref, batch->y_ref);
    take_off.decrypt(batch->y, batch->y);
    m.records += batch->size();
    m.keys += batch->y.size();
    held_bytes += bytes_of(*batch);
    if (held_bytes > room) out.held.reset();
    if (out.held) out.held->push_back(batch);
    auto next = std::make_shared<EntryBatch>();
    next->reserve_like(*batch);
    writer.add(std::move(batch));
    batch = std::move(next);
  };
  const auto each = [&](const identity::HkfRecord& record) -> Result<void> {
    batch->y_ref.push_back(record.u_ref);
    batch->has_ref.push_back(record.has_ref ? 1 : 0);
    if (!record.has_ref) ++m.without_ref;
    batch->order.push_back(record.order);
    for (const auto& key : record.keys) {
      batch->field.push_back(key.field);
      batch->y.push_back(key.u);
    }
    batch->checks.insert(batch->checks.end(), record.checks.begin(), record.checks.end());
    batch->key_at.push_back(static_cast<std::uint32_t>(batch->y.size()));
    batch->check_at.push_back(static_cast<std::uint32_t>(batch->checks.size()));
    if (full(*batch)) flush();
    return ok();
  };
  TRY(const auto read, identity::read_hkf(hkf, box, each, share));
  if (read.body != header.body || read.sequence != header.sequence ||
      read.snapshot != header.snapshot) {
    return fail(Errc::kConflict, shown(hkf) + " was changed while it was read",
                shown(hkf) + " が読み取り中に変更されました");
  }
  if (batch->size() > 0) flush();
  TRYV(writer.finish());
  if (store.fresh) {
    TRYV(keys.adopt(identity::KeyKind::kStore, header.snapshot, store.key.expose()));
  }
  file.keep = true;
  if (out.held) room -= held_bytes;
  return out;
}

}  // namespace hitokoe::matcher
