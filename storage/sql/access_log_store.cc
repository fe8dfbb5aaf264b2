#include <boost/json.hpp>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/base/file.h"
#include "hitokoe/storage/supervision.h"
#include "storage/blob/access_log_file.h"
#include "storage/sql/audit_log.h"
#include "storage/sql/session.h"

namespace hitokoe::storage {
namespace {

namespace json = boost::json;
using identity::KeyKind;
using registry::AccessLog;
using registry::AccessQuery;
using registry::AccessRow;
using registry::Viewer;
using sql::Transaction;

constexpr std::uint64_t kLargest = 8ULL << 30;
constexpr std::size_t kLongestPurpose = 200;

Result<void> check(const Viewer& viewer) {
  if (viewer.role() == registry::Role::kCoordinator) return ok();
  return fail(Errc::kForbidden, "access logs are for coordinators",
              "作業者の記録を扱えるのは調整役だけです");
}

using Row = std::tuple<std::string, std::string, std::uint64_t, UtcTime, UtcTime, std::string,
                       UtcTime, std::string>;

AccessLog log_of(Row row) {
  AccessLog log;
  std::tie(log.id, log.delegation, log.rows, log.first, log.last, log.sha256, log.added, log.by) =
      std::move(row);
  return log;
}

bool fits(const AccessRow& row, const AccessQuery& q) {
  return (q.worker.empty() || row.worker == q.worker) &&
         (q.data_set.empty() || row.data_set == q.data_set) && (!q.from || row.at >= *q.from) &&
         (!q.until || row.at < *q.until);
}

class SqlAccessLogStore final : public registry::AccessLogStore {
 public:
  SqlAccessLogStore(std::shared_ptr<Database> db, const std::filesystem::path& data,
                    identity::KeyStore& keys, Random& random)
      : db_(std::move(db)), folder_(data / "access-logs"), keys_(keys), random_(random) {}

  Result<AccessLog> add(const Viewer& viewer, const registry::Delegation& d, std::string file_name,
                        std::optional<text::Charset> charset, const Read& read,
                        UtcTime at) override {
    TRYV(check(viewer));
    TRY(const auto key, keys_.key256(KeyKind::kAccessLog, d.id));
    TRY(auto writer, AccessLogWriter::create(folder_, key, d.id, random_));
    AccessLog log;
    log.delegation = d.id;
    log.first = UtcTime::max();
    log.last = UtcTime::min();
    log.added = at;
    log.by = viewer.user();
    registry::AccessLogReader reader(file_name, charset, [&](const AccessRow& row) {
      log.first = std::min(log.first, row.at);
      log.last = std::max(log.last, row.at);
      return writer.add(row);
    });
    crypto::Sha256 hash;
    std::uint64_t bytes = 0;
    for (;;) {
      TRY(const auto piece, read());
      if (piece.empty()) break;
      bytes += piece.size();
      if (bytes > kLargest) {
        return fail(Errc::kLimit, file_name + ": more than 8 GiB; split it",
                    file_name + ": 8 GiB を超えています。分割してください");
      }
      hash.update(piece);
      TRYV(reader.feed(piece));
    }
    TRY(log.rows, reader.finish());
    log.sha256 = to_hex(hash.finish());
    Bytes named;
    put_string(named, d.id);
    put_bytes(named, as_bytes(log.sha256));
    log.id = "LOG-" + crypto::sha256_hex(named).substr(0, 16);
    TRYV(refuse_known(log, file_name));
    TRYV(writer.finish(log.id));
    TRYV(record(log, file_name));
    return log;
  }

  Result<std::vector<AccessLog>> list(const Viewer& viewer, std::string_view delegation) override {
    TRYV(check(viewer));
    AccessQuery all;
    all.delegation = delegation;
    return logs(all);
  }

  Result<bool> query(const Viewer& viewer, const AccessQuery& query, UtcTime at,
                     const std::function<void(const AccessLog&, const AccessRow&)>& row) override {
    TRYV(check(viewer));
    if (query.purpose.size() > kLongestPurpose) {
      return fail(Errc::kBadInput, "the purpose: at most 200 bytes", "目的: 200 バイトまで");
    }
    TRY(const auto found, logs(query));
    TRYV(record_query(viewer, query, found, at));
    std::size_t given = 0;
    bool more = false;
    for (const auto& log : found) {
      auto kept = keys_.get(KeyKind::kAccessLog, log.delegation);
      // Of all contracts: those whose key was destroyed hide no other's. Of that one alone it is
      // said.
      const bool destroyed = !kept && kept.error().code == Errc::kForbidden;
      if (destroyed && query.delegation.empty()) continue;
      TRY(const auto key, std::move(kept));
      Key256 opened;
      if (key.expose().size() != opened.expose().size()) {
        return fail(Errc::kCorrupt, "the key of the access logs is damaged",
                    "アクセス記録の鍵が壊れています");
      }
      std::copy(key.expose().begin(), key.expose().end(), opened.expose().begin());
      TRYV(read_access_log(folder_ / log.id, opened, log.delegation, [&](const AccessRow& r) {
        if (!fits(r, query)) return true;
        if (given == query.limit) {
          more = true;
          return false;
        }
        ++given;
        row(log, r);
        return true;
      }));
      if (more) return true;
    }
    return false;
  }

 private:
  static Error known(const std::string& file_name) {
    return Error{Errc::kExists, file_name + ": this delegation has this file already",
                 file_name + ": この委託にはすでに登録済みのファイルです"};
  }

  Result<void> refuse_known(const AccessLog& log, const std::string& file_name) {
    TRY(auto tx, Transaction::read(*db_));
    TRY(const auto there,
        tx.value<std::uint64_t>("SELECT count(*) FROM access_log WHERE id = :id", log.id));
    if (there.value_or(0) > 0) return outcome::failure(known(file_name));
    return ok();
  }

  Result<void> record(const AccessLog& log, const std::string& file_name) {
    TRY(auto tx, Transaction::write(*db_));
    const json::object body{{"id", log.id},
                            {"delegation", log.delegation},
                            {"rows", log.rows},
                            {"first", format_utc(log.first)},
                            {"last", format_utc(log.last)},
                            {"sha256", log.sha256}};
    TRY(const auto event,
        sql::append_event(
            tx, {log.by, "delegation/" + log.delegation, "access_log.added", json::serialize(body)},
            log.added));
    const auto inserted = tx.run(
        "INSERT INTO access_log (event, id, delegation, log_rows, first, last, sha256, "
        "added, by_whom) VALUES (:event, :id, :delegation, :log_rows, :first, :last, "
        ":sha256, :added, :by_whom)",
        event.seq, log.id, log.delegation, log.rows, log.first, log.last, log.sha256, log.added,
        log.by);
    // Two at once: the other was faster, with the same content.
    if (!inserted && inserted.error().code == Errc::kConflict)
      return outcome::failure(known(file_name));
    TRYV(inserted);
    return tx.commit();
  }

  Result<void> record_query(const Viewer& viewer, const AccessQuery& query,
                            const std::vector<AccessLog>& found, UtcTime at) {
    json::array ids;
    for (const auto& log : found) ids.emplace_back(log.id);
    // Neither worker nor data set: those are people's.
    json::object body{{"logs", std::move(ids)},
                      {"by_worker", !query.worker.empty()},
                      {"by_data_set", !query.data_set.empty()},
                      {"purpose", query.purpose}};
    if (query.from) body["from"] = format_utc(*query.from);
    if (query.until) body["until"] = format_utc(*query.until);
    TRY(auto tx, Transaction::write(*db_));
    TRYV(sql::append_event(
        tx, {viewer.user(), "access-logs", "access_log.queried", json::serialize(body)}, at));
    return tx.commit();
  }

  // Those that may hold rows of the query, by their first time.
  Result<std::vector<AccessLog>> logs(const AccessQuery& q) {
    TRY(auto tx, Transaction::read(*db_));
    const UtcTime from = q.from.value_or(UtcTime::min());
    const UtcTime until = q.until.value_or(UtcTime::max());
    TRY(auto rows,
        (tx.rows<std::string, std::string, std::uint64_t, UtcTime, UtcTime, std::string, UtcTime,
                 std::string>(
            "SELECT id, delegation, log_rows, first, last, sha256, added, by_whom FROM access_log "
            "WHERE (:delegation = '' OR delegation = :delegation) AND last >= :from "
            "AND first < :until ORDER BY first, event",
            q.delegation, from, until)));
    std::vector<AccessLog> all;
    all.reserve(rows.size());
    for (auto& row : rows) all.push_back(log_of(std::move(row)));
    return all;
  }

  std::shared_ptr<Database> db_;
  std::filesystem::path folder_;
  identity::KeyStore& keys_;
  Random& random_;
};

}  // namespace

std::unique_ptr<registry::AccessLogStore> make_access_log_store(std::shared_ptr<Database> db,
                                                                const std::filesystem::path& data,
                                                                identity::KeyStore& keys,
                                                                Random& random) {
  return std::make_unique<SqlAccessLogStore>(std::move(db), data, keys, random);
}

}  // namespace hitokoe::storage
