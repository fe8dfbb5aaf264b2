#include <array>
#include <cstdio>
#include <fstream>
#include <string>

#include "hitokoe/base/file.h"
#include "hitokoe/base/random.h"
#include "hitokoe/identity/agent.h"
#include "hitokoe/identity/issue.h"
#include "hitokoe/storage/sql.h"
#include "tests/bench/customers.h"
#include "tests/bench/matcher/parts.h"

namespace hitokoe::bench {
namespace {

// The real programs open the key store with HITOKOE_PASSPHRASE=bench.
SecretText passphrase() { return SecretText("bench"); }

std::string five(std::uint64_t n) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%05llu", static_cast<unsigned long long>(n));
  return text.data();
}

std::string registry_yaml(const MadeIndex& w) {
  std::string parties = "parties:\n  - {id: kou, name: 甲通信}\n";
  std::string delegations = "delegations:\n";
  std::string snapshots =
      "snapshots:\n  - {id: S00001, controller: kou, holder: kou, own: true, as_of: 2026-06-30, "
      "records: " +
      std::to_string(w.customers) + ", items: " + std::string(kItems) + "}\n";
  for (std::uint64_t h = 2; h <= w.holders; ++h) {
    const std::string n = five(h);
    parties += "  - {id: p" + n + ", name: 受託" + n + "}\n";
    delegations += "  - {id: D" + n + ", controller: kou, from: kou, to: p" + n +
                   ", type: A, purposes: [案内], items: " + std::string(kItems) +
                   ", begins: 2024-04-01}\n";
    snapshots +=
        "  - {id: S" + n + ", holder: p" + n + ", delegation: D" + n +
        ", source: S00001, as_of: 2026-06-30, on: 2026-07-01, records: " + std::to_string(w.each) +
        ", items: " + std::string(kItems) + ", medium: sftp, encrypted: true, confirmed: [kou, p" +
        n + "]}\n";
  }
  if (w.holders < 2) delegations = "delegations: []\n";
  return parties + delegations + snapshots;
}

// The carrier has all; the others take every so-manieth customer from somewhere on, each with its
// own step, so that nearly every customer is with another set of holders.
Result<void> write_rows(const MadeIndex& w, std::uint64_t holder,
                        const std::filesystem::path& csv) {
  const std::uint64_t rows = holder == 1 ? w.customers : w.each;
  const std::uint64_t step = holder == 1 ? 1 : w.customers / w.each + 2 * holder + 1;
  std::ofstream out(csv, std::ios::binary);
  std::string text(kHeader);
  for (std::uint64_t i = 0; i < rows; ++i) {
    append_customer(text, (holder * 7919 + i * step) % w.customers);
    if (text.size() < (1U << 20) && i + 1 < rows) continue;
    out << text;
    text.clear();
  }
  if (!out.flush())
    return fail(Errc::kIo, "the rows cannot be written", "the rows cannot be written");
  return ok();
}

}  // namespace

Result<void> make_index_files(const MadeIndex& w) {
  const SystemClock clock;
  SystemRandom random;
  const auto data = w.folder / "data";
  TRYV(make_private_dir(data));
  TRYV(make_private_dir(w.folder / "hkf"));
  TRYV(identity::KeyStore::init(data, passphrase(), clock, random));
  TRY(auto keys, identity::KeyStore::open(data, passphrase(), clock, random));
  TRY(auto database, storage::Database::open(data / "hitokoe.db"));
  TRYV(storage::make_registry_store(database, clock)->apply(registry_yaml(w), "registry.yaml"));
  TRY(const auto sign, keys.service_sign());
  TRY(const auto columns, identity::ColumnMap::parse(kColumns));
  const auto csv = w.folder / "rows.csv";
  for (std::uint64_t h = 1; h <= w.holders; ++h) {
    const std::string n = five(h);
    const std::string party = h == 1 ? "kou" : "p" + n;
    const auto home = w.folder / "home";
    std::error_code ignored;
    std::filesystem::remove_all(home, ignored);
    // A cheap passphrase: a thousand homes are made here, and none is kept.
    TRYV(identity::Agent::init(home, party, passphrase(), clock, random, {1, 8U << 10}));
    TRY(auto agent, identity::Agent::open(home, passphrase(), clock, random));
    TRY(const auto enrolment, identity::decode_enrolment(agent.enrolment_file()));
    TRYV(keys.enrol(enrolment));
    auto grant = identity::own_grant(party);
    if (h > 1) {
      grant.controller = "kou";
      grant.delegation = "D" + n;
    }
    TRY(const auto key, identity::make_issued_key(keys, grant, clock.now()));
    TRYV(write_file_durably(home / "key", identity::encode_issued_key(key, enrolment, sign)));
    TRYV(write_rows(w, h, csv));
    identity::FingerprintJob job;
    job.key = home / "key";
    job.snapshot = "S" + n;
    job.customers.path = csv;
    job.customers.columns = columns;
    job.out = w.folder / "hkf" / (n + ".hkf");
    TRY(job.as_of, parse_day("2026-06-30"));
    TRY(const auto report, agent.fingerprint(job));
    if (report.rows.rejected > 0)
      return fail(Errc::kInternal, "made-up rows were refused", "made-up rows were refused");
  }
  std::error_code ignored;
  std::filesystem::remove_all(w.folder / "home", ignored);
  std::filesystem::remove(csv, ignored);
  return ok();
}

}  // namespace hitokoe::bench
