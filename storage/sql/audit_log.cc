#include "storage/sql/audit_log.h"

namespace hitokoe::storage {
namespace sql {
namespace {

using crypto::Digest;
using incident::Checkpoint;
using incident::Draft;
using incident::Event;

using Row = std::tuple<std::uint64_t, UtcTime, std::string, std::string, std::string, std::string,
                       Digest, Digest>;

Event event_of(Row row) {
  Event e;
  std::tie(e.seq, e.at, e.actor, e.stream, e.kind, e.body, e.previous, e.hash) = std::move(row);
  return e;
}

Result<std::optional<Event>> last_event(Transaction& tx) {
  TRY(auto row,
      (tx.row<std::uint64_t, UtcTime, std::string, std::string, std::string, std::string, Digest,
              Digest>("SELECT seq, at, actor, stream, kind, body, previous, hash FROM audit_event "
                      "ORDER BY seq DESC LIMIT 1")));
  std::optional<Event> last;
  if (row) last = event_of(std::move(*row));
  return last;
}

// So many events are read at a time, so that a long log holds no lock and little memory.
constexpr std::size_t kBatch = 1000;

class SqlAuditLog final : public incident::AuditLog {
 public:
  explicit SqlAuditLog(std::shared_ptr<Database> db) : db_(std::move(db)) {}

  Result<Event> append(const Draft& draft, UtcTime at) override {
    TRY(auto tx, Transaction::write(*db_));
    TRY(auto event, append_event(tx, draft, at));
    TRYV(tx.commit());
    return event;
  }

  Result<std::vector<Event>> read(const std::string& stream) override {
    TRY(auto tx, Transaction::read(*db_));
    return read_stream(tx, stream);
  }

  Result<std::vector<Event>> after(std::uint64_t seq, std::size_t most) override {
    TRY(auto tx, Transaction::read(*db_));
    TRY(auto rows, (tx.rows<std::uint64_t, UtcTime, std::string, std::string, std::string,
                            std::string, Digest, Digest>(
                       "SELECT seq, at, actor, stream, kind, body, previous, hash FROM audit_event "
                       "WHERE seq > :after ORDER BY seq LIMIT :most",
                       seq, static_cast<std::uint64_t>(most))));
    std::vector<Event> out;
    out.reserve(rows.size());
    for (auto& row : rows) out.push_back(event_of(std::move(row)));
    return out;
  }

  Result<std::uint64_t> last_seq() override {
    TRY(auto tx, Transaction::read(*db_));
    TRY(const auto last,
        (tx.row<std::uint64_t>("SELECT seq FROM audit_event ORDER BY seq DESC LIMIT 1")));
    return last ? std::get<0>(*last) : 0;
  }

  Result<void> for_each(const std::function<Result<void>(const Event&)>& each) override {
    std::uint64_t seen = 0;
    while (true) {
      TRY(const auto events, after(seen, kBatch));
      if (events.empty()) return ok();
      for (const auto& e : events) {
        seen = e.seq;
        TRYV(each(e));
      }
    }
  }

  Result<void> checkpoint(const crypto::SignKeyPair& service, UtcTime at) override {
    TRY(auto tx, Transaction::write(*db_));
    TRY(const auto last, last_event(tx));
    TRY(const auto newest,
        (tx.row<std::uint64_t, std::uint64_t>("SELECT number, seq FROM audit_checkpoint "
                                              "ORDER BY number DESC LIMIT 1")));
    const auto [number, reached] = newest.value_or(std::tuple<std::uint64_t, std::uint64_t>{0, 0});
    if (!last || last->seq <= reached) return ok();
    const Checkpoint c = incident::sign_checkpoint(number + 1, *last, at, service);
    TRYV(
        tx.run("INSERT INTO audit_checkpoint (number, seq, hash, at, signature) "
               "VALUES (:number, :seq, :hash, :at, :signature)",
               c.number, c.seq, c.hash, c.at, c.signature));
    return tx.commit();
  }

  Result<std::vector<Checkpoint>> checkpoints() override {
    TRY(auto tx, Transaction::read(*db_));
    TRY(const auto rows,
        (tx.rows<std::uint64_t, std::uint64_t, Digest, UtcTime, crypto::Signature>(
            "SELECT number, seq, hash, at, signature FROM audit_checkpoint ORDER BY number")));
    std::vector<Checkpoint> out;
    for (const auto& row : rows) {
      Checkpoint& c = out.emplace_back();
      std::tie(c.number, c.seq, c.hash, c.at, c.signature) = row;
    }
    return out;
  }

 private:
  std::shared_ptr<Database> db_;
};

}  // namespace

Result<Event> append_event(Transaction& tx, const Draft& draft, UtcTime at) {
  TRYV(incident::check_draft(draft));
  TRY(const auto last, last_event(tx));
  Event e = incident::chain_event(draft, at, last);
  TRYV(
      tx.run("INSERT INTO audit_event (seq, at, actor, stream, kind, body, previous, hash) "
             "VALUES (:seq, :at, :actor, :stream, :kind, :body, :previous, :hash)",
             e.seq, e.at, e.actor, e.stream, e.kind, e.body, e.previous, e.hash));
  return e;
}

Result<std::vector<Event>> read_stream(Transaction& tx, const std::string& stream) {
  std::vector<Event> out;
  TRYV((tx.each<std::uint64_t, UtcTime, std::string, std::string, std::string, std::string, Digest,
                Digest>(
      [&](std::uint64_t seq, UtcTime at, std::string actor, std::string in, std::string kind,
          std::string body, Digest previous, Digest hash) -> Result<void> {
        out.push_back(event_of(Row{seq, at, std::move(actor), std::move(in), std::move(kind),
                                   std::move(body), previous, hash}));
        return ok();
      },
      "SELECT seq, at, actor, stream, kind, body, previous, hash FROM audit_event "
      "WHERE stream = :stream ORDER BY seq",
      stream)));
  return out;
}

}  // namespace sql

std::unique_ptr<incident::AuditLog> make_audit_log(std::shared_ptr<Database> db) {
  return std::make_unique<sql::SqlAuditLog>(std::move(db));
}

}  // namespace hitokoe::storage
