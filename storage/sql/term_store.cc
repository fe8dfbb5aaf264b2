#include <boost/json.hpp>

#include "hitokoe/storage/alerts.h"
#include "storage/sql/audit_log.h"
#include "storage/sql/session.h"

namespace hitokoe::storage {
namespace {

using incident::TermsVersion;
using sql::Transaction;

constexpr std::string_view kLatest =
    "SELECT version, file_name, text FROM terms_version ORDER BY version DESC LIMIT 1";

class SqlTermStore final : public incident::TermStore {
 public:
  explicit SqlTermStore(std::shared_ptr<Database> db) : db_(std::move(db)) {}

  Result<std::uint64_t> apply(std::string_view yaml, std::string_view file_name,
                              std::string_view actor, UtcTime at) override {
    TRY(const auto after, matcher::parse_terms(yaml, file_name));
    TRY(auto tx, Transaction::write(*db_));
    TRY(const auto latest, (tx.row<std::uint64_t, std::string, std::string>(kLatest)));
    if (latest && std::get<2>(*latest) == yaml) return std::get<0>(*latest);
    matcher::TermFile before;
    if (latest) {
      TRY(before, matcher::parse_terms(std::get<2>(*latest), std::get<1>(*latest)));
    }
    const std::uint64_t version = latest ? std::get<0>(*latest) + 1 : 1;
    TRYV(
        tx.run("INSERT INTO terms_version (version, file_name, actor, applied, text) "
               "VALUES (:version, :file_name, :actor, :applied, :text)",
               version, file_name, actor, at, yaml));
    auto body = boost::json::parse(incident::terms_difference(before, after)).as_object();
    body["version"] = version;
    TRYV(sql::append_event(
        tx, {std::string(actor), "terms", "terms.applied", boost::json::serialize(body)}, at));
    TRYV(tx.commit());
    return version;
  }

  Result<matcher::TermFile> load() override {
    std::optional<std::tuple<std::uint64_t, std::string, std::string>> latest;
    {
      TRY(auto tx, Transaction::read(*db_));
      TRY(latest, (tx.row<std::uint64_t, std::string, std::string>(kLatest)));
    }
    if (!latest) return matcher::TermFile{};
    return matcher::parse_terms(std::get<2>(*latest), std::get<1>(*latest));
  }

  Result<std::uint64_t> version() override {
    TRY(auto tx, Transaction::read(*db_));
    TRY(const auto latest,
        tx.value<std::uint64_t>("SELECT coalesce(max(version), 0) FROM terms_version"));
    return latest.value_or(0);
  }

  Result<std::vector<TermsVersion>> versions() override {
    TRY(auto tx, Transaction::read(*db_));
    TRY(const auto rows, (tx.rows<std::uint64_t, std::string, std::string, UtcTime>(
                             "SELECT version, file_name, actor, applied FROM terms_version "
                             "ORDER BY version")));
    std::vector<TermsVersion> all;
    for (const auto& row : rows) {
      auto& v = all.emplace_back();
      std::tie(v.version, v.file_name, v.actor, v.applied) = row;
    }
    return all;
  }

 private:
  std::shared_ptr<Database> db_;
};

}  // namespace

std::unique_ptr<incident::TermStore> make_term_store(std::shared_ptr<Database> db) {
  return std::make_unique<SqlTermStore>(std::move(db));
}

}  // namespace hitokoe::storage
