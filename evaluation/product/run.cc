#include "evaluation/product/run.h"

#include <chrono>
#include <map>
#include <optional>

#include "evaluation/render/files.h"
#include "hitokoe/base/file.h"
#include "hitokoe/base/simulated_clock.h"
#include "hitokoe/identity/agent.h"
#include "hitokoe/identity/issue.h"
#include "hitokoe/matcher/matcher.h"

namespace hitokoe::evaluation {

namespace {

// Guards made-up data for some minutes.
constexpr crypto::Argon2Cost kCheap{1, 64U << 10};

class Run final : public ProductRun {
 public:
  Run(const World& world, std::filesystem::path folder, std::uint64_t seed)
      : world_(world),
        folder_(std::move(folder)),
        clock_(jst_midnight(calendar(world.options().days + 60))),
        random_(seed),
        passphrase_(std::string("for made-up data")),
        registry_(std::make_shared<const registry::Registry>(world.registry())) {}

  Result<void> prepare(std::span<const Dump> dumps) {
    TRYV(make_private_dir(data()));
    TRYV(identity::KeyStore::init(data(), passphrase_, clock_, random_, kCheap));
    TRY(auto keys, identity::KeyStore::open(data(), passphrase_, clock_, random_));
    keys_.emplace(std::move(keys));
    for (const auto& party : world_.parties()) {
      TRYV(enrol(party));
    }
    std::vector<std::filesystem::path> files;
    for (std::uint32_t k = 0; k < world_.copies().size(); ++k) {
      if (!world_.copies()[k].fingerprinted || world_.copies()[k].members.empty()) continue;
      auto file = fingerprint(k);
      // Birthdates and plans alone lead to nobody: such a file is refused, and was never there.
      if (!file && file.error().code == Errc::kBadInput) continue;
      TRYV(file);
      files.push_back(std::move(file).value());
    }
    {
      TRY(auto writer, matcher::IndexWriter::open(data(), *keys_, *registry_));
      for (const auto& added : writer->add_all(files)) {
        TRYV(added);
      }
    }
    for (const auto& file : files) std::filesystem::remove(file);
    TRY(index_, matcher::Index::open(data(), *keys_));
    auto known = std::make_shared<matcher::KnownLeaks>();
    for (std::size_t d = 0; d < dumps.size(); ++d) {
      TRY(const auto report, scan_rows(dumps[d].rows, dumps[d].columns, 0, d + 1));
      known->push_back(known_leak("old" + std::to_string(d), report));
    }
    known_ = std::move(known);
    return ok();
  }

  Result<matcher::ScanReport> scan(const MadeLeak& leak, std::uint64_t seed) override {
    return scan_rows(leak.rows, leak.columns, leak.made_up, seed);
  }

 private:
  std::filesystem::path data() const { return folder_ / "data"; }

  Result<void> enrol(const std::string& party) {
    const auto home = folder_ / party;
    TRYV(identity::Agent::init(home, party, passphrase_, clock_, random_, kCheap));
    TRY(auto agent, identity::Agent::open(home, passphrase_, clock_, random_));
    TRY(const auto enrolment, identity::decode_enrolment(agent.enrolment_file()));
    TRYV(keys_->enrol(enrolment));
    agents_.emplace(party, std::move(agent));
    return ok();
  }

  Result<std::filesystem::path> key_for(const Copy& copy) {
    const auto& party = world_.parties()[copy.party];
    const auto grant = copy.own() ? identity::own_grant(party) : [&] {
      const auto& d = *registry_->delegation(registry_->snapshot(copy.id)->delegation);
      return identity::Grant{d.to, d.controller, d.id, d.items};
    }();
    const auto file = folder_ / (party + "-" + (copy.own() ? "own" : grant.delegation) + ".hkk");
    if (std::filesystem::exists(file)) return file;
    TRY(const auto to, keys_->enrolment(party));
    TRY(const auto key, identity::make_issued_key(*keys_, grant, clock_.now()));
    TRY(const auto sign, keys_->service_sign());
    TRYV(write_file_durably(file, identity::encode_issued_key(key, to, sign)));
    return file;
  }

  Result<std::filesystem::path> fingerprint(std::uint32_t number) {
    const auto& copy = world_.copies()[number];
    identity::FingerprintJob job;
    TRY(job.key, key_for(copy));
    job.snapshot = copy.id;
    job.customers.path = folder_ / (copy.id + ".csv");
    TRYV(write_file_durably(job.customers.path, as_bytes(customer_csv(world_, number))));
    TRY(job.customers.columns, identity::ColumnMap::parse(customer_columns(world_, number)));
    job.out = folder_ / (copy.id + ".hkf");
    job.as_of = calendar(copy.as_of);
    job.sequence = 1;
    TRYV(agents_.at(world_.parties()[copy.party]).fingerprint(job));
    std::filesystem::remove(job.customers.path);
    return job.out;
  }

  Result<matcher::ScanReport> scan_rows(std::span<const LeakedRow> rows, ColumnMask columns,
                                        std::uint64_t made_up, std::uint64_t seed) {
    const auto file = leaked_file(world_, rows, columns, made_up, seed);
    const auto path = folder_ / ("leak" + file.extension);
    TRYV(write_file_durably(path, as_bytes(file.bytes)));
    matcher::Options options;
    options.threads = 1;
    options.known_leaks = known_;
    const auto exposure = matcher::Exposure::begin(index_, registry_, *keys_, options);
    TRYV(exposure->add_file(path));
    std::filesystem::remove(path);
    return exposure->finish();
  }

  static matcher::KnownLeak known_leak(std::string id, const matcher::ScanReport& report) {
    matcher::KnownLeak out;
    out.id = std::move(id);
    std::map<std::pair<std::string, identity::Fingerprint>, identity::FieldSet> seen;
    for (const auto& s : report.subjects) {
      auto& fields = seen[{s.controller, s.y_ref}];
      fields = identity::FieldSet::of_bits(fields.bits() | s.fields.bits());
    }
    for (const auto& [who, fields] : seen) {
      out.subjects[who.first].push_back({who.second, fields, false});
    }
    return out;
  }

  const World& world_;
  std::filesystem::path folder_;
  SimulatedClock clock_;
  SeededRandom random_;
  SecretText passphrase_;
  std::shared_ptr<const registry::Registry> registry_;
  std::optional<identity::KeyStore> keys_;
  std::map<std::string, identity::Agent> agents_;
  std::shared_ptr<const matcher::Index> index_;
  std::shared_ptr<const matcher::KnownLeaks> known_;
};

}  // namespace

Result<std::unique_ptr<ProductRun>> ProductRun::make(const World& world,
                                                     std::span<const Dump> dumps,
                                                     const std::filesystem::path& folder,
                                                     std::uint64_t seed) {
  auto run = std::make_unique<Run>(world, folder, seed);
  TRYV(run->prepare(dumps));
  return std::unique_ptr<ProductRun>(std::move(run));
}

}  // namespace hitokoe::evaluation
