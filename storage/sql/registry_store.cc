#include "hitokoe/registry/registry_store.h"

#include <boost/json.hpp>
#include <map>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/storage/registry_audit.h"
#include "storage/sql/audit_log.h"
#include "storage/sql/session.h"

namespace hitokoe::storage {
namespace {

using sql::Transaction;

constexpr std::string_view kLatest =
    "SELECT version, file_name, text FROM registry_version ORDER BY version DESC LIMIT 1";

// What of one kind came, went or changed, by id; `text` says what an entry is made of. No names: a
// handover names persons.
boost::json::object changes(const std::map<std::string, std::string>& before,
                            const std::map<std::string, std::string>& after) {
  constexpr std::size_t kMost = 500;  // ids of one list; the numbers are exact
  const auto list = [](const std::vector<std::string>& ids) {
    boost::json::array out;
    for (const auto& id : ids) {
      if (out.size() == kMost) break;
      out.emplace_back(id);
    }
    return boost::json::object{{"number", ids.size()}, {"ids", std::move(out)}};
  };
  std::vector<std::string> added;
  std::vector<std::string> removed;
  std::vector<std::string> changed;
  for (const auto& [id, text] : after) {
    const auto old = before.find(id);
    if (old == before.end()) added.push_back(id);
    if (old != before.end() && old->second != text) changed.push_back(id);
  }
  for (const auto& [id, text] : before) {
    if (!after.contains(id)) removed.push_back(id);
  }
  return {{"added", list(added)}, {"removed", list(removed)}, {"changed", list(changed)}};
}

using Parts = std::array<std::map<std::string, std::string>, 3>;

// Entries of "parties", "delegations" and "snapshots" as the registry shows them.
Parts parts_of(const registry::Registry& registry) {
  Parts out;
  boost::json::error_code error;
  const auto shown = boost::json::parse(registry::registry_to_json(registry, {}), error);
  if (error || !shown.is_object()) return out;
  constexpr std::string_view kNames[] = {"parties", "delegations", "snapshots"};
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto* list = shown.get_object().if_contains(
        boost::json::string_view(kNames[i].data(), kNames[i].size()));
    if (list == nullptr || !list->is_array()) continue;
    for (const auto& entry : list->get_array()) {
      const auto* id = entry.is_object() ? entry.get_object().if_contains("id") : nullptr;
      if (id == nullptr || !id->is_string()) continue;
      out[i].emplace(std::string(id->get_string()), boost::json::serialize(entry));
    }
  }
  return out;
}

class SqlRegistryStore final : public registry::RegistryStore {
 public:
  SqlRegistryStore(std::shared_ptr<Database> db, const Clock& clock, std::string actor)
      : db_(std::move(db)), clock_(clock), actor_(std::move(actor)) {}

  Result<void> apply(std::string_view yaml, std::string_view file_name) override {
    TRY(const auto now, registry::parse_registry(yaml, file_name));
    TRY(auto tx, Transaction::write(*db_));
    TRY(const auto latest, (tx.row<std::uint64_t, std::string, std::string>(kLatest)));
    if (latest && std::get<2>(*latest) == yaml) return ok();  // the same again is no new version
    const std::uint64_t version = latest ? std::get<0>(*latest) + 1 : 1;
    TRYV(
        tx.run("INSERT INTO registry_version (version, file_name, applied, text) "
               "VALUES (:version, :file_name, :applied, :text)",
               version, file_name, clock_.now(), yaml));
    Parts before;
    if (latest) {
      // A text that this program would refuse by now counts as an empty one.
      const auto old = registry::parse_registry(std::get<2>(*latest), std::get<1>(*latest));
      if (old) before = parts_of(old.value());
    }
    const auto after = parts_of(now);
    const boost::json::object body{{"version", version},
                                   {"sha256", to_hex(crypto::sha256(as_bytes(yaml)))},
                                   {"parties", changes(before[0], after[0])},
                                   {"delegations", changes(before[1], after[1])},
                                   {"snapshots", changes(before[2], after[2])}};
    TRYV(sql::append_event(
        tx, {actor_, "registry", "registry.applied", boost::json::serialize(body)}, clock_.now()));
    return tx.commit();
  }

  Result<registry::Registry> load() override {
    std::string text;
    std::string file_name;
    {
      TRY(auto tx, Transaction::read(*db_));
      TRY(auto latest, (tx.row<std::uint64_t, std::string, std::string>(kLatest)));
      if (!latest) return registry::Registry({}, {}, {});
      file_name = std::move(std::get<1>(*latest));
      text = std::move(std::get<2>(*latest));
    }
    return registry::parse_registry(text, file_name);
  }

  Result<std::uint64_t> version() override {
    TRY(auto tx, Transaction::read(*db_));
    TRY(const auto latest,
        tx.value<std::uint64_t>("SELECT coalesce(max(version), 0) FROM registry_version"));
    return latest.value_or(0);
  }

 private:
  std::shared_ptr<Database> db_;
  const Clock& clock_;
  std::string actor_;
};

}  // namespace

std::unique_ptr<registry::RegistryStore> make_registry_store(std::shared_ptr<Database> db,
                                                             const Clock& clock) {
  return std::make_unique<SqlRegistryStore>(std::move(db), clock, "local");
}

std::unique_ptr<registry::RegistryStore> make_registry_store_for(std::shared_ptr<Database> db,
                                                                 const Clock& clock,
                                                                 std::string actor) {
  return std::make_unique<SqlRegistryStore>(std::move(db), clock, std::move(actor));
}

}  // namespace hitokoe::storage
