#include <algorithm>

#include "hitokoe/base/crypto/sealed.h"
#include "hitokoe/storage/shares.h"
#include "storage/sql/session.h"

namespace hitokoe::storage {
namespace {

using crawler::FileShare;
using crawler::SeenShare;
using crawler::ShareFilter;
using crawler::ShareSighting;
using identity::KeyKind;
using sql::Transaction;

constexpr std::size_t kMostListed = 1000;
constexpr std::size_t kShownSightings = 20;

using Row = std::tuple<std::string, std::string, std::optional<std::uint64_t>, std::uint64_t,
                       UtcTime, UtcTime, std::string, std::string, Bytes, std::uint64_t>;

#define HITOKOE_SHARE_COLUMNS                                                                \
  "s.id, s.kind, s.size, s.file_count, s.first, s.last, s.terms, s.day, s.details, (SELECT " \
  "count(*) FROM file_share_seen e WHERE e.share = s.id) "

Bytes context_of(std::string_view id) {
  Bytes out;
  put_string(out, "file share");
  put_string(out, id);
  return out;
}

// Ids of terms hold no space.
std::string joined(const std::vector<std::string>& terms) {
  std::string out;
  for (const auto& term : terms) out += (out.empty() ? "" : " ") + term;
  return out;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return out;
}

Error no_such_share() {
  return {Errc::kNotFound, "there is no such share", "そのようなファイル共有はありません"};
}

template <class... A>
Result<std::vector<Row>> rows_of(Transaction& tx, std::string_view sql, const A&... args) {
  return tx.rows<std::string, std::string, std::optional<std::uint64_t>, std::uint64_t, UtcTime,
                 UtcTime, std::string, std::string, Bytes, std::uint64_t>(sql, args...);
}

class SqlShareStore final : public crawler::ShareStore {
 public:
  SqlShareStore(std::shared_ptr<Database> db, identity::KeyStore& keys, Random& random)
      : db_(std::move(db)), keys_(keys), random_(random) {}

  Result<bool> add(const FileShare& given, const ShareSighting& seen,
                   const std::vector<std::string>& terms) override {
    const auto id = crawler::share_id(given.key);
    SeenShare share;
    share.share = given;
    share.first = share.last = seen.at;
    share.terms = terms;
    // One transaction: who adds the same share meanwhile is neither lost nor undone.
    TRY(auto tx, Transaction::write(*db_));
    TRY(auto rows,
        rows_of(tx, "SELECT " HITOKOE_SHARE_COLUMNS "FROM file_share s WHERE s.id = :id", id));
    const bool known = !rows.empty();
    std::string known_day;
    if (known) {
      known_day = std::get<7>(rows.front());
      TRY(auto old, share_of(std::move(rows.front())));
      const auto key = given.key;
      crawler::merge_share(old.share, given);
      share.share = std::move(old.share);
      share.share.key = key;
      share.first = std::min(old.first, seen.at);
      share.last = std::max(old.last, seen.at);
      for (const auto& term : old.terms) {
        if (std::ranges::find(share.terms, term) == share.terms.end()) share.terms.push_back(term);
      }
    }
    std::ranges::sort(share.terms);
    TRY(const auto seal, sealing({format_day(jst_day(share.last)), format_day(jst_day(seen.at)),
                                  std::move(known_day)}));
    const auto& day = seal.first;
    const auto details =
        crypto::seal(seal.second, as_bytes(crawler::packed(share.share)), context_of(id), random_);
    // The largest that the database can hold says as much as anything beyond it.
    std::optional<std::uint64_t> size = share.share.size;
    if (size) size = std::min<std::uint64_t>(*size, INT64_MAX);
    TRYV(tx.run(
        "INSERT INTO file_share (id, kind, size, file_count, first, last, terms, day, details) "
        "VALUES (:id, :kind, :size, :file_count, :first, :last, :terms, :day, :details) ON "
        "CONFLICT "
        "(id) DO UPDATE SET kind = excluded.kind, size = excluded.size, file_count = "
        "excluded.file_count, first = excluded.first, last = excluded.last, terms = "
        "excluded.terms, day = excluded.day, details = excluded.details",
        id, crawler::to_string(share.share.kind), size, share.share.file_count, share.first,
        share.last, joined(share.terms), day, details));
    TRYV(
        tx.run("INSERT INTO file_share_seen (share, capture, source, at) VALUES (:share, :capture, "
               ":source, :at) ON CONFLICT DO NOTHING",
               id, seen.capture, seen.source, seen.at));
    TRYV(tx.commit());
    return !known;
  }

  Result<std::vector<SeenShare>> list(const ShareFilter& filter) override {
    std::vector<Row> rows;
    {
      TRY(auto tx, Transaction::read(*db_));
      UtcTime before = UtcTime::max();
      std::string before_id;
      if (filter.after) {
        TRY(const auto last,
            tx.value<UtcTime>("SELECT last FROM file_share WHERE id = :id", *filter.after));
        if (!last) return outcome::failure(no_such_share());
        before = *last;
        before_id = *filter.after;
      }
      const std::string kind(filter.kind ? crawler::to_string(*filter.kind) : "");
      const auto limit = std::clamp<std::size_t>(filter.limit, 1, kMostListed);
      TRY(rows, rows_of(tx,
                        "SELECT " HITOKOE_SHARE_COLUMNS
                        "FROM file_share s WHERE (s.last < :before OR (s.last = :before AND s.id > "
                        ":before_id)) AND (:kind = '' OR s.kind = :kind) AND (:terms = 0 OR "
                        "s.terms <> '') ORDER BY s.last DESC, s.id LIMIT :limit",
                        before, before_id, kind, filter.with_terms, limit));
    }
    std::vector<SeenShare> out;
    out.reserve(rows.size());
    for (auto& row : rows) {
      TRY(auto share, share_of(std::move(row)));
      out.push_back(std::move(share));
    }
    return out;
  }

  Result<SeenShare> load(const std::string& id) override {
    std::vector<Row> rows;
    std::vector<ShareSighting> seen;
    {
      TRY(auto tx, Transaction::read(*db_));
      TRY(rows,
          rows_of(tx, "SELECT " HITOKOE_SHARE_COLUMNS "FROM file_share s WHERE s.id = :id", id));
      if (rows.empty()) return outcome::failure(no_such_share());
      TRYV((tx.each<std::string, std::string, UtcTime>(
          [&](std::string capture, std::string source, UtcTime at) -> Result<void> {
            seen.push_back({std::move(capture), std::move(source), at});
            return ok();
          },
          "SELECT capture, source, at FROM file_share_seen WHERE share = :share ORDER BY at DESC, "
          "capture LIMIT :limit",
          id, kShownSightings)));
    }
    TRY(auto out, share_of(std::move(rows.front())));
    out.seen = std::move(seen);
    return out;
  }

 private:
  // The first of the days whose key was not destroyed, and the key. kForbidden: none.
  Result<std::pair<std::string, Key256>> sealing(const std::vector<std::string>& days) {
    for (const auto& day : days) {
      if (day.empty()) continue;
      auto key = keys_.key256(KeyKind::kCaptureDay, day);
      if (key) return std::pair(day, std::move(key).value());
      if (key.error().code != Errc::kForbidden) return outcome::failure(key.error());
    }
    return fail(Errc::kForbidden, "the keys of the days on which the share was seen are destroyed",
                "この共有が見つかった日の鍵は、すべて破棄されています");
  }

  Result<SeenShare> share_of(Row row) {
    SeenShare out;
    std::string kind, terms, day;
    Bytes details;
    std::tie(out.id, kind, out.share.size, out.share.file_count, out.first, out.last, terms, day,
             details, out.sightings) = std::move(row);
    TRY(out.share.kind, crawler::share_kind_by_name(kind));
    out.terms = split(terms);
    const auto secret = keys_.get(KeyKind::kCaptureDay, day);
    if (!secret && secret.error().code != Errc::kForbidden) return outcome::failure(secret.error());
    out.readable = secret.has_value();
    if (!secret) return out;
    TRY(const auto key, keys_.key256(KeyKind::kCaptureDay, day));
    TRY(const auto plain, crypto::open(key, details, context_of(out.id)));
    TRYV(crawler::unpack(as_text(plain), out.share));
    return out;
  }

  std::shared_ptr<Database> db_;
  identity::KeyStore& keys_;
  Random& random_;
};

#undef HITOKOE_SHARE_COLUMNS

}  // namespace

std::unique_ptr<crawler::ShareStore> make_share_store(std::shared_ptr<Database> db,
                                                      identity::KeyStore& keys, Random& random) {
  return std::make_unique<SqlShareStore>(std::move(db), keys, random);
}

}  // namespace hitokoe::storage
