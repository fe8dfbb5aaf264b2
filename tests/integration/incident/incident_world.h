// Everything that incidents need, for tests: two carriers, three contractors and a sub-contractor,
// a key store and a database in a folder of their own, a clock that stands still.
//
//   kou  ─ callco (S1) ─ nightdesk (S2)       otsu ─ callco (S5)
//   kou  ─ printer (S3)                       otsu ─ shipper (S6)
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "hitokoe/base/file.h"
#include "hitokoe/base/simulated_clock.h"
#include "hitokoe/crawler/capture_keeping.h"
#include "hitokoe/identity/key_store.h"
#include "hitokoe/incident/incident_service.h"
#include "hitokoe/storage/sql.h"
#include "tests/database_under_test.h"
#include "tests/registry_parts.h"
#include "tests/scratch_folder.h"

namespace hitokoe::incident {

// Remembers what was kept for which incident; the product's store is storage/blob.
class KeptCaptures final : public crawler::CaptureStore, public crawler::CaptureKeeping {
 public:
  Result<void> put(const crawler::CaptureMeta&, ByteView) override { return ok(); }
  Result<crawler::CaptureMeta> meta(const std::string&) override {
    return fail(Errc::kNotFound, "no such capture", "no such capture");
  }
  Result<Bytes> read(const std::string&) override {
    return fail(Errc::kNotFound, "no such capture", "no such capture");
  }
  Result<void> keep_for_incident(const std::string& id, const std::string& incident) override {
    if (failing) return fail(Errc::kIo, "disk full", "disk full");
    kept.emplace(id, incident);
    return ok();
  }
  Result<void> let_go(const std::string& id, const Keeps& keeps) override {
    const auto before = kept;
    for (const auto& [capture, incident] : before) {
      if (capture != id) continue;
      TRY(const bool kept_on, keeps(incident));
      if (!kept_on) kept.erase({capture, incident});
    }
    return ok();
  }
  Result<std::vector<std::string>> list() override { return std::vector<std::string>(); }

  bool failing = false;
  std::set<std::pair<std::string, std::string>> kept;
};

inline registry::Registry example_registry() {
  return registry::Registry(
      {{"kou", "甲通信", {}},
       {"otsu", "乙モバイル", {}},
       {"callco", "丙コール", {}},
       {"nightdesk", "丁サポート", {}},
       {"printer", "戊印刷", {}},
       {"shipper", "己配送", {}}},
      {made_delegation("D1", "kou", "kou", "callco"),
       made_delegation("D2", "kou", "callco", "nightdesk", "D1"),
       made_delegation("D3", "kou", "kou", "printer"),
       made_delegation("D5", "otsu", "otsu", "callco"),
       made_delegation("D6", "otsu", "otsu", "shipper")},
      {made_snapshot("S0", "kou", "kou"), made_snapshot("S1", "kou", "callco", "D1"),
       made_snapshot("S2", "kou", "nightdesk", "D2"), made_snapshot("S3", "kou", "printer", "D3"),
       made_snapshot("S4", "otsu", "otsu"), made_snapshot("S5", "otsu", "callco", "D5"),
       made_snapshot("S6", "otsu", "shipper", "D6")});
}

inline matcher::ResolvedSubject subject(const std::string& controller, std::uint32_t n,
                                        std::uint64_t row,
                                        identity::FieldSet fields = {identity::FieldId::kName,
                                                                     identity::FieldId::kPhone}) {
  matcher::ResolvedSubject s;
  s.controller = controller;
  for (std::size_t i = 0; i < 4; ++i) s.y_ref[i] = static_cast<std::uint8_t>(n >> (8 * i));
  s.y_ref[15] = static_cast<std::uint8_t>(controller.size());
  s.fields = fields;
  s.agreeing = 2;
  s.row = row;
  return s;
}

inline matcher::HolderResult holder(const std::string& party, double probability,
                                    std::vector<std::string> snapshots, std::uint64_t rows = 10) {
  matcher::HolderResult h;
  h.party = party;
  h.probability = probability;
  h.snapshots = std::move(snapshots);
  h.matched_rows = rows;
  h.exclusive_rows = rows / 2;
  return h;
}

// Customers first … first + count - 1 of a carrier, a row each.
inline matcher::ScanReport report(const std::string& capture, const std::string& controller,
                                  std::uint32_t first, std::uint32_t count) {
  matcher::ScanReport r;
  r.captures = {capture};
  for (std::uint32_t i = 0; i < count; ++i) r.subjects.push_back(subject(controller, first + i, i));
  r.matched_subjects = count;
  r.rows = r.matched_rows = count;
  r.verdict = matcher::Verdict::kUnknown;
  r.unknown_probability = 1;
  return r;
}

class IncidentWorld : public ::testing::Test {
 protected:
  static constexpr const char* kStart = "2026-04-01T00:00:00Z";

  void SetUp() override {
    ASSERT_TRUE(identity::KeyStore::init(folder.path(), passphrase(), clock, random, kCheap));
    reopen();
  }
  void reopen() {
    incidents.reset();
    store.reset();
    log.reset();
    db.reset();
    keys.reset();
    keys.emplace(identity::KeyStore::open(folder.path(), passphrase(), clock, random).value());
    db = testing::open_database(folder.path() / "hitokoe.db").value();
    log = storage::make_audit_log(db);
    store = storage::make_incident_store(db);
    contributions = storage::make_contribution_store(db);
    incidents.emplace(parts(), IncidentOptions{});
  }
  IncidentService::Parts parts() {
    return {*store, *keys, &captures, rules, holidays, clock, random, contributions.get()};
  }
  static SecretText passphrase() { return SecretText(std::string("correct horse")); }

  Opening open(const matcher::ScanReport& r, const std::string& source = "scan") {
    return incidents->open_or_join(r, source, "local:t", registry).value();
  }
  std::size_t events() {
    std::size_t n = 0;
    EXPECT_TRUE(log->for_each([&](const Event&) -> Result<void> {
      ++n;
      return ok();
    }));
    return n;
  }
  void expect_consistent() {
    const auto service = keys->service_sign().value();
    const auto chain = log->verify(service.public_key).value();
    EXPECT_EQ(chain, std::nullopt) << (chain ? chain->what : "");
    const auto rows = verify_incidents(*store, *log).value();
    EXPECT_EQ(rows, std::nullopt) << (rows ? rows->what : "");
  }
  static Viewer party(const std::string& id) {
    return Viewer("u-" + id, registry::Role::kParty, id);
  }

  static constexpr crypto::Argon2Cost kCheap{1, 8 << 10};
  const Viewer lead = Viewer::local("t");
  ScratchFolder folder;
  SimulatedClock clock{parse_utc(kStart).value()};
  SystemRandom random;  // keys of made-up data; the tests do not depend on it
  registry::Registry registry = example_registry();
  ClockRules rules = ClockRules::parse(ClockRules::kBuiltIn, "clocks.yaml").value();
  Holidays holidays = Holidays::parse(Holidays::kBuiltIn, "holidays.yaml").value();
  KeptCaptures captures;
  std::optional<identity::KeyStore> keys;
  std::shared_ptr<storage::Database> db;
  std::unique_ptr<AuditLog> log;
  std::unique_ptr<IncidentStore> store;
  std::unique_ptr<ContributionStore> contributions;
  std::optional<IncidentService> incidents;
};

}  // namespace hitokoe::incident
