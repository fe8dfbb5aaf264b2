#include "hitokoe/registry/registry_store.h"

#include "storage/sql/session.h"

namespace hitokoe::storage {
namespace {

using sql::Transaction;

constexpr std::string_view kLatest =
    "SELECT version, file_name, text FROM registry_version ORDER BY version DESC LIMIT 1";

class SqlRegistryStore final : public registry::RegistryStore {
 public:
  SqlRegistryStore(std::shared_ptr<Database> db, const Clock& clock)
      : db_(std::move(db)), clock_(clock) {}

  Result<void> apply(std::string_view yaml, std::string_view file_name) override {
    TRYV(registry::parse_registry(yaml, file_name));
    TRY(auto tx, Transaction::write(*db_));
    TRY(const auto latest, (tx.row<std::uint64_t, std::string, std::string>(kLatest)));
    if (latest && std::get<2>(*latest) == yaml) return ok();  // the same again is no new version
    const std::uint64_t version = latest ? std::get<0>(*latest) + 1 : 1;
    TRYV(
        tx.run("INSERT INTO registry_version (version, file_name, applied, text) "
               "VALUES (:version, :file_name, :applied, :text)",
               version, file_name, clock_.now(), yaml));
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
};

}  // namespace

std::unique_ptr<registry::RegistryStore> make_registry_store(std::shared_ptr<Database> db,
                                                             const Clock& clock) {
  return std::make_unique<SqlRegistryStore>(std::move(db), clock);
}

}  // namespace hitokoe::storage
