// From customer files to an index: files, registry, key ceremony, fingerprints, index.
#include "drill/steps.h"
#include "drill/words.h"
#include "hitokoe/base/file.h"
#include "hitokoe/identity/issue.h"
#include "hitokoe/matcher/matcher.h"

namespace hitokoe::drill {
namespace {

Result<void> write_text(const std::filesystem::path& file, std::string_view text) {
  TRYV(make_private_dir(file.parent_path()));
  return write_file_durably(file, as_bytes(text));
}

std::filesystem::path key_file(const Context& c, const std::string& company,
                               const std::string& delegation) {
  return c.company_folder(company) / (delegation + ".hkk");
}

std::string own_delegation(const std::string& party) { return "own-" + party; }

Result<void> issue(Context& c, const identity::Grant& grant, const std::string& name) {
  TRY(auto* keys, c.keys());
  TRY(const auto to, keys->enrolment(grant.party));
  TRY(const auto key, identity::make_issued_key(*keys, grant, c.parts.clock.now()));
  TRY(const auto sign, keys->service_sign());
  return write_file_durably(key_file(c, grant.party, name),
                            identity::encode_issued_key(key, to, sign));
}

}  // namespace

Result<StepRecord> make_files(Context& c) {
  std::uint64_t bytes = 0;
  std::uint64_t rows = 0;
  for (const auto& holding : c.world.holdings()) {
    const auto csv = c.world.csv(holding);
    bytes += csv.size();
    rows += holding.customers.size();
    TRYV(write_text(c.customers_csv(holding), csv));
  }
  TRYV(write_text(c.folder() / "registry.yaml", c.world.registry_yaml()));
  const auto people = c.world.people().size();
  const auto shared = c.world.shared_people();
  StepRecord r;
  r.facts = {{"people", std::to_string(people)},
             {"shared", std::to_string(shared)},
             {"files", std::to_string(c.world.holdings().size())},
             {"rows", std::to_string(rows)},
             {"bytes", std::to_string(bytes)}};
  r.ja = "架空の顧客 " + count(people) + " 人 (両社の顧客 " + count(shared) +
         " 人)、通信 2 社・委託先 5 社・再委託先 3 社のCSV " + count(c.world.holdings().size()) +
         " 件、" + count(rows) + " 行";
  r.en = count(people) + " made-up customers (" + count(shared) +
         " of both carriers); 2 carriers, 5 contractors, 3 sub-contractors: " +
         count(c.world.holdings().size()) + " CSV files, " + count(rows) + " rows";
  return r;
}

Result<StepRecord> apply_registry(Context& c) {
  TRY(auto database, c.db());
  TRY(const auto yaml, read_file(c.folder() / "registry.yaml", 16U << 20));
  TRYV(
      storage::make_registry_store(database, c.parts.clock)->apply(as_text(yaml), "registry.yaml"));
  TRY(const auto* registry, c.registry());
  StepRecord r;
  r.facts = {{"parties", std::to_string(registry->parties().size())},
             {"delegations", std::to_string(registry->delegations().size())},
             {"snapshots", std::to_string(registry->snapshots().size())}};
  r.ja = "事業者 " + count(registry->parties().size()) + "、委託 " +
         count(registry->delegations().size()) + "、断面 " + count(registry->snapshots().size()) +
         " を台帳に登録";
  r.en = count(registry->parties().size()) + " parties, " + count(registry->delegations().size()) +
         " delegations, " + count(registry->snapshots().size()) + " snapshots in the registry";
  return r;
}

Result<StepRecord> hold_ceremony(Context& c) {
  TRY(auto* keys, c.keys());
  for (const auto& company : c.world.companies()) {
    TRY(auto* agent, c.agent(company.id));
    const auto file = agent->enrolment_file();
    TRYV(write_file_durably(c.company_folder(company.id) / (company.id + ".enrol"), file));
    TRY(const auto enrolment, identity::decode_enrolment(file));
    TRYV(keys->enrol(enrolment));
  }
  TRY(const auto* registry, c.registry());
  std::uint64_t issued = 0;
  for (const auto& d : registry->delegations()) {
    TRYV(issue(c, {d.to, d.controller, d.id, d.items}, d.id));
    ++issued;
  }
  for (const auto& carrier : c.world.carriers()) {
    TRYV(issue(c, identity::own_grant(carrier.id), own_delegation(carrier.id)));
    ++issued;
  }
  StepRecord r;
  r.facts = {{"agents", std::to_string(c.world.companies().size())},
             {"keys", std::to_string(issued)}};
  r.ja = "鍵庫とエージェント " + count(c.world.companies().size()) + " 台を用意し、鍵 " +
         count(issued) + " 本を封印して渡した";
  r.en = "key store and " + count(c.world.companies().size()) + " agents made; " + count(issued) +
         " keys sealed and handed over";
  return r;
}

Result<StepRecord> make_fingerprints(Context& c) {
  std::uint64_t records = 0;
  std::uint64_t keys = 0;
  std::uint64_t rejected = 0;
  for (const auto& holding : c.world.holdings()) {
    // A file that stands there is whole: nothing stands there before it is.
    if (const auto there = identity::Agent::verify(c.hkf(holding))) {
      records += there.value().records;
      keys += there.value().keys;
      rejected += there.value().rejected;
      continue;
    }
    TRY(auto* agent, c.agent(holding.holder));
    identity::FingerprintJob job;
    job.key = key_file(c, holding.holder,
                       holding.own ? own_delegation(holding.holder) : holding.delegation);
    job.snapshot = holding.snapshot;
    job.customers.path = c.customers_csv(holding);
    TRY(job.customers.columns, identity::ColumnMap::parse(c.world.columns(holding)));
    job.out = c.hkf(holding);
    TRY(const auto as_of, parse_day(day_of(holding.as_of)));
    job.as_of = as_of;
    job.sequence = 1;
    TRY(const auto report, agent->fingerprint(job));
    records += report.header.records;
    keys += report.header.keys;
    rejected += report.header.rejected;
  }
  StepRecord r;
  r.facts = {{"records", std::to_string(records)},
             {"keys", std::to_string(keys)},
             {"rejected", std::to_string(rejected)}};
  r.ja = "各社のエージェントが断面 " + count(c.world.holdings().size()) + " 件の指紋 " +
         count(keys) + " 個を作成 (" + count(records) + " 件、平文は外に出ない)";
  r.en = "the companies' agents made " + count(keys) + " fingerprints of " + count(records) +
         " records in " + count(c.world.holdings().size()) + " snapshots; no plain text left them";
  return r;
}

Result<StepRecord> fill_index(Context& c) {
  TRY(auto* keys, c.keys());
  TRY(const auto* registry, c.registry());
  TRY(auto writer, matcher::IndexWriter::open(c.data(), *keys, *registry));
  std::vector<std::filesystem::path> files;
  for (const auto& holding : c.world.holdings()) files.push_back(c.hkf(holding));
  for (const auto& added : writer->add_all(files)) {
    TRYV(added);
  }
  TRYV(writer->verify());
  TRY(const auto list, writer->list());
  std::uint64_t records = 0;
  for (const auto& entry : list) records += entry.records;
  StepRecord r;
  r.facts = {{"snapshots", std::to_string(list.size())}, {"records", std::to_string(records)}};
  r.ja = "断面 " + count(list.size()) + " 件、" + count(records) + " 件を照合用索引に登録し検査";
  r.en = count(list.size()) + " snapshots, " + count(records) +
         " records added to the index and verified";
  return r;
}

}  // namespace hitokoe::drill
