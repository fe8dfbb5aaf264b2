#include "tests/unit/matcher/world.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "hitokoe/base/bytes.h"
#include "hitokoe/identity/canary_list.h"

namespace hitokoe::matcher::test {

namespace {
constexpr crypto::Argon2Cost kCheap{1, 64U << 10};
}

const char* const kRegistry = R"(
parties:
  - {id: kou, name: 甲通信}
  - {id: otsu, name: 乙モバイル}
  - {id: callco, name: 丙コール}
  - {id: night, name: 丁サポート}
  - {id: shop, name: 戊販売}
delegations:
  - {id: D1, controller: kou, from: kou, to: callco, type: A, purposes: [受付], items: [ref, name, kana, phone, email, address, postal, birthdate], begins: 2024-04-01}
  - {id: D2, controller: kou, from: callco, to: night, under: D1, type: B, purposes: [夜間], items: [ref, name, phone, email], consent: {by: kou, on: 2024-05-10, ref: 承諾1}, begins: 2024-06-01}
  - {id: D3, controller: kou, from: kou, to: shop, type: A, purposes: [販売], items: [ref, name, kana, phone, email, address, postal, birthdate], begins: 2024-04-01}
  - {id: D4, controller: otsu, from: otsu, to: callco, type: A, purposes: [受付], items: [ref, name, kana, phone, email, address, postal, birthdate], begins: 2024-04-01}
snapshots:
  - {id: K0, controller: kou, holder: kou, own: true, as_of: 2025-01-31, records: 10, items: [ref, name, kana, phone, email, address, postal, birthdate]}
  - {id: K1, controller: kou, holder: kou, own: true, as_of: 2025-07-31, records: 10, items: [ref, name, kana, phone, email, address, postal, birthdate]}
  - {id: O0, controller: otsu, holder: otsu, own: true, as_of: 2025-01-31, records: 10, items: [ref, name, kana, phone, email, address, postal, birthdate]}
  - {id: S1, holder: callco, delegation: D1, source: K0, as_of: 2025-01-31, on: 2025-02-01, records: 10, items: [ref, name, kana, phone, email, address, postal, birthdate], medium: sftp, encrypted: true, confirmed: [kou, callco]}
  - {id: S2, holder: night, delegation: D2, source: S1, as_of: 2025-01-31, on: 2025-02-10, records: 10, items: [ref, name, phone, email], medium: sftp, encrypted: true, confirmed: [callco, night]}
  - {id: S3, holder: shop, delegation: D3, source: K0, as_of: 2025-01-31, on: 2025-02-01, records: 10, items: [ref, name, kana, phone, email, address, postal, birthdate], medium: sftp, encrypted: true, confirmed: [kou, shop]}
  - {id: S4, holder: callco, delegation: D4, source: O0, as_of: 2025-01-31, on: 2025-02-01, records: 10, items: [ref, name, kana, phone, email, address, postal, birthdate], medium: sftp, encrypted: true, confirmed: [otsu, callco]}
)";

World::World(const std::string& yaml) : random_(42) {
  auto parsed = registry::parse_registry(yaml, "registry.yaml");
  if (!parsed) throw std::runtime_error(parsed.error().detail);
  registry_ = std::make_shared<const registry::Registry>(std::move(parsed.value()));
  const SecretText passphrase(std::string("a passphrase of the tests"));
  if (!identity::KeyStore::init(data(), passphrase, clock_, random_, kCheap)) {
    throw std::runtime_error("key store");
  }
  auto opened = identity::KeyStore::open(data(), passphrase, clock_, random_);
  if (!opened) throw std::runtime_error(opened.error().detail);
  keys_ = std::make_unique<identity::KeyStore>(std::move(opened.value()));
  for (const auto& party : registry_->parties()) {
    auto pair = crypto::make_sign_keys(random_);
    identity::Enrolment e;
    e.party = party.id;
    e.sign = pair.public_key;
    e.box = crypto::make_box_keys(random_).public_key;
    if (!keys_->enrol(e)) throw std::runtime_error("enrol");
    signers_.emplace(party.id, std::move(pair));
  }
}

std::filesystem::path World::file(const std::string& snapshot,
                                  const std::vector<MadeRecord>& records,
                                  const FileOptions& options) {
  // Canaries are the delegator's: options name it.
  const auto handover = identity::canary_handover(snapshot);
  const auto* s = registry_->snapshot(handover ? *handover : snapshot);
  identity::HkfHeader h;
  h.party = options.party.empty() ? s->holder : options.party;
  h.controller = s->controller;
  h.delegation = s->own ? "own:" + s->holder : s->delegation;
  if (!options.delegation.empty()) h.delegation = options.delegation;
  h.snapshot = snapshot;
  h.sequence = options.sequence;
  h.as_of = s->as_of;
  h.epoch = options.epoch;
  h.tables = identity::tables_digest();
  if (options.other_tables) h.tables[0] ^= 1;
  h.columns = options.columns.empty() ? s->items : options.columns;
  h.records = records.size();
  const auto epochs = keys_->live_epochs();
  const bool live = std::ranges::find(epochs, options.epoch) != epochs.end();
  auto g = keys_->key256(identity::KeyKind::kEpoch, live ? std::to_string(options.epoch) : "1");
  const identity::Fingerprinter fingerprinter(options.epoch, g.value());
  auto k_d = keys_->get_or_make(identity::KeyKind::kDelegation, h.delegation);
  auto typed = keys_->key128(identity::KeyKind::kDelegation, h.delegation);
  h.key = identity::key_check(typed.value());
  const crypto::Aes128 aes(typed.value());
  std::vector<identity::HkfRecord> out;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto& r = records[i];
    identity::HkfRecord record;
    record.has_ref = !r.ref.empty();
    record.order = static_cast<std::uint32_t>(i);
    identity::Fingerprint y_ref;
    if (record.has_ref) {
      y_ref = fingerprinter.subject(h.controller, r.ref);
    } else {
      random_.fill(y_ref);
    }
    std::vector<crypto::Block> blocks = {y_ref};
    std::vector<FieldId> fields;
    if (record.has_ref) {
      fields.push_back(FieldId::kRefToken);
      blocks.push_back(fingerprinter.of(FieldId::kRefToken, r.ref));
    }
    for (const auto& [field, value] : r.keys) {
      fields.push_back(field);
      blocks.push_back(fingerprinter.of(field, value));
    }
    aes.encrypt(blocks, blocks);
    record.u_ref = blocks[0];
    for (std::size_t k = 0; k < fields.size(); ++k) {
      record.keys.push_back({fields[k], blocks[k + 1]});
    }
    for (const auto& [field, value] : r.checks) {
      record.checks.push_back({field, identity::Fingerprinter::check_tag(y_ref, field, value)});
    }
    out.push_back(std::move(record));
  }
  std::ranges::sort(out, {}, &identity::HkfRecord::u_ref);
  const auto path = data() / ("file" + std::to_string(files_++) + ".hkf");
  auto service = keys_->service_box();
  auto writer = identity::HkfWriter::create(path, h, service.value().public_key, random_);
  if (!writer) throw std::runtime_error(writer.error().detail);
  for (const auto& record : out) {
    if (auto done = writer.value().add(record); !done) {
      throw std::runtime_error(done.error().detail);
    }
  }
  const auto& signer = signers_.at(options.signer.empty() ? s->holder : options.signer);
  if (auto done = writer.value().finish(signer); !done) {
    throw std::runtime_error(done.error().detail);
  }
  return path;
}

void World::add(const std::string& snapshot, const std::vector<MadeRecord>& records,
                const FileOptions& options) {
  const auto added = writer()->add(file(snapshot, records, options));
  ASSERT_TRUE(added) << added.error().detail;
}

std::unique_ptr<IndexWriter> World::writer() {
  auto opened = IndexWriter::open(data(), *keys_, *registry_);
  if (!opened) throw std::runtime_error(opened.error().detail);
  return std::move(opened.value());
}

std::shared_ptr<const IndexImpl> World::index() {
  auto opened = Index::open(data(), *keys_);
  if (!opened) throw std::runtime_error(opened.error().detail);
  return std::static_pointer_cast<const IndexImpl>(opened.value());
}

std::map<std::string, std::string> spell_out(const IndexImpl& index) {
  std::map<std::string, std::string> out;
  for (const auto& c : index.carriers()) {
    const Segment& segment = *c.segment;
    const auto y_of = [&](const crypto::Block& z) {
      std::array<crypto::Block, 1> block = {z};
      c.k_idx->decrypt(block, block);
      return to_hex(block[0]);
    };
    const auto names = [&](Klass klass) {
      std::set<std::string> ids;
      for (const auto o : segment.classes().members(klass)) {
        ids.insert(segment.meta().snapshots[o].snapshot);
      }
      std::string all;
      for (const auto& id : ids) all += id + " ";
      return all;
    };
    const std::string carrier = c.id.controller + "/" + std::to_string(c.id.epoch) + "/";
    for (std::uint32_t s = 0; s < segment.subjects().size(); ++s) {
      const auto& row = segment.subjects()[s];
      if ((row.klass & ~kLocalBit) == kDead) continue;
      std::set<std::string> checks;
      for (std::size_t i = 0; i < segment.checks(s).size(); ++i) {
        checks.insert(std::to_string(static_cast<int>(segment.check_fields(s)[i])) + ":" +
                      std::to_string(segment.checks(s)[i].tag) + "=" +
                      names(segment.checks(s)[i].klass));
      }
      std::string text =
          names(row.klass & ~kLocalBit) + ((row.klass & kLocalBit) != 0 ? "local" : "");
      for (const auto& check : checks) text += "|" + check;
      out[carrier + "subject " + y_of(row.z_ref)] = text;
    }
    for (KeyCursor at(segment); at.more(); at.next()) {
      std::set<std::string> owners;
      for (const auto& p : segment.find(key_item(at.key(), 0))) {
        owners.insert(y_of(segment.subjects()[p.subject].z_ref) + "=" + names(p.klass));
      }
      std::string text;
      for (const auto& owner : owners) text += owner + "|";
      if (!text.empty()) out[carrier + "key " + y_of(at.key())] = text;
    }
    EXPECT_TRUE(segment.sound());
    for (const auto& s : segment.meta().snapshots) {
      if (s.snapshot.empty()) continue;
      out[carrier + "snapshot " + s.snapshot] =
          std::to_string(s.subjects) + " " + std::to_string(s.in_own) + " " +
          std::to_string(s.linked) + " " + std::to_string(s.unlinked);
    }
  }
  return out;
}

}  // namespace hitokoe::matcher::test
