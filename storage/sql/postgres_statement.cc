#include "storage/sql/postgres_statement.h"

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <utility>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/secret.h"

namespace hitokoe::storage::sql {
namespace {

constexpr int kPiece = 500;  // rows that a cursor gives at once
constexpr int kFew = 8;      // where a row may be of megabytes
constexpr int kText = 0;
constexpr int kBinary = 1;
// Executions between two points where the server tells how they went; two such groups are on their
// way at most: the server works on one while the other is made.
constexpr int kGroup = 256;

// What libpq wants of the values: addresses of texts, lengths, formats.
class Arguments {
 public:
  explicit Arguments(std::span<const Value> args) {
    texts_.reserve(args.size());
    for (const auto& value : args) add(value);
    addresses_.reserve(args.size());
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      addresses_.push_back(null_[i] ? nullptr : texts_[i].c_str());
      lengths_.push_back(static_cast<int>(texts_[i].size()));
    }
  }
  Arguments(const Arguments&) = delete;
  Arguments& operator=(const Arguments&) = delete;
  ~Arguments() {
    for (auto& text : texts_) wipe_value(text);
  }

  int count() const { return static_cast<int>(texts_.size()); }
  const char* const* addresses() const { return addresses_.data(); }
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }

 private:
  void add(const Value& value) {
    auto& text = texts_.emplace_back();
    null_.push_back(value.is_null());
    formats_.push_back(value.get<Bytes>() != nullptr ? kBinary : kText);
    if (const auto* integer = value.get<std::int64_t>()) text = std::to_string(*integer);
    if (const auto* real = value.get<double>()) {
      char digits[32];
      const auto end = std::to_chars(digits, digits + sizeof digits, *real).ptr;
      text.assign(digits, end);
    }
    if (const auto* own = value.get<std::string>()) {
      // The protocol ends a text at its first NUL: what comes after would be lost without a word.
      if (own->find('\0') != std::string::npos) throw PostgresError("22021", "a NUL in a text");
      text = *own;
    }
    if (const auto* bytes = value.get<Bytes>()) {
      text.assign(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    }
  }

  std::vector<std::string> texts_;
  std::vector<bool> null_;
  std::vector<const char*> addresses_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  throw PostgresError("XX001", "bytes that are not in hexadecimal");
}

// bytea_output = hex: \x0a0b…
Bytes bytes_of(std::string_view text) {
  if (!text.starts_with("\\x") || text.size() % 2 != 0) {
    throw PostgresError("XX001", "bytes that are not in hexadecimal");
  }
  Bytes out(text.size() / 2 - 1);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<std::uint8_t>(nibble(text[2 * i + 2]) << 4 | nibble(text[2 * i + 3]));
  }
  return out;
}

template <class T>
T number_of(std::string_view text) {
  if (text == "t") return T{1};
  if (text == "f") return T{0};
  T number{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) {
    throw PostgresError("22003", "a number out of range");
  }
  return number;
}

Value value_of(std::string_view text, Kind kind) {
  switch (kind) {
    case Kind::kInteger:
      return number_of<std::int64_t>(text);
    case Kind::kReal:
      return number_of<double>(text);
    case Kind::kText:
      return text;
    case Kind::kBlob:
      break;
  }
  return bytes_of(text);
}

// Many executions before the answer to the first one is waited for. What the first error was is
// thrown when its group is read; nothing after it was done.
class Pipeline {
 public:
  explicit Pipeline(PostgresConnection& connection) : connection_(connection) {
    if (PQenterPipelineMode(connection_.raw()) != 1) throw PostgresError("08006", "");
  }
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;
  // Reads what was sent in any case: the connection is usable again.
  ~Pipeline() {
    // Where that fails the connection stays in its mode, and the next begin() makes a new one.
    if (begun_ > 0) sync();
    while (groups_ > 0 && PQstatus(connection_.raw()) == CONNECTION_OK) read_group();
    PQexitPipelineMode(connection_.raw());
  }

  void send(const std::string& name, const Arguments& values) {
    if (PQsendQueryPrepared(connection_.raw(), name.c_str(), values.count(), values.addresses(),
                            values.lengths(), values.formats(), kText) != 1)
      throw PostgresError("08006", "");
    ++begun_;
  }
  void end_group() {
    if (!sync()) throw PostgresError("08006", "");
    if (groups_ > 1) read_group();
    throw_first();
  }
  // One execution, with the savepoint that is wanted before it: one way there and back.
  Answer one(const std::string& name, const Arguments& values) {
    ++begun_;  // whatever of it was sent is to be read
    connection_.send_savepoint();
    send(name, values);
    end_group();
    keep_last_ = true;
    finish();
    return std::move(last_);
  }
  // @return how many rows were changed.
  std::uint64_t finish() {
    while (groups_ > 0) read_group();
    throw_first();
    return changed_;
  }

 private:
  bool sync() {
    begun_ = 0;
    if (PQpipelineSync(connection_.raw()) != 1) return false;
    ++groups_;  // an answer will come
    return true;
  }

  void read_group() {
    --groups_;
    for (int nothing = 0; nothing < 2;) {  // nothing twice: no more will come
      Answer answer(PQgetResult(connection_.raw()));
      if (answer == nullptr) {
        ++nothing;
        continue;
      }
      nothing = 0;
      const auto status = PQresultStatus(answer.get());
      if (status == PGRES_PIPELINE_SYNC) return;
      if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
        changed_ += std::strtoull(PQcmdTuples(answer.get()), nullptr, 10);
        if (keep_last_) last_ = std::move(answer);
      } else if (status != PGRES_PIPELINE_ABORTED && !first_) {
        const char* state = PQresultErrorField(answer.get(), PG_DIAG_SQLSTATE);
        const char* text = PQresultErrorField(answer.get(), PG_DIAG_MESSAGE_PRIMARY);
        first_.emplace(state == nullptr ? "08006" : state, text == nullptr ? "" : text);
      }
    }
    if (!first_) first_.emplace("08006", "");
  }
  void throw_first() {
    if (first_) throw PostgresError(*first_);
  }

  PostgresConnection& connection_;
  int begun_ = 0, groups_ = 0;
  std::uint64_t changed_ = 0;
  bool keep_last_ = false;
  Answer last_;
  std::optional<PostgresError> first_;
};

class PostgresStatement final : public Prepared {
 public:
  PostgresStatement(PostgresConnection& connection, std::string sql, std::span<const Kind> columns,
                    Reading reading)
      : connection_(connection),
        sql_(std::move(sql)),
        columns_(columns.begin(), columns.end()),
        name_(connection.next_name()),
        in_pieces_(reading != Reading::kAtOnce),
        piece_(reading == Reading::kFew ? kFew : kPiece) {
    // A cursor's statement is sent anew each time: it is for long readings.
    if (in_pieces_) return;
    connection_.checked(PQprepare(connection_.raw(), name_.c_str(), sql_.c_str(), 0, nullptr));
  }
  ~PostgresStatement() override {
    if (!in_pieces_) PQclear(PQexec(connection_.raw(), ("DEALLOCATE " + name_).c_str()));
  }

  bool execute(std::span<const Value> args) override {
    const Arguments values(args);
    row_ = 0;
    if (in_pieces_) {
      const std::string cursor = "DECLARE " + name_ + " NO SCROLL CURSOR FOR " + sql_;
      connection_.checked(PQexecParams(connection_.raw(), cursor.c_str(), values.count(), nullptr,
                                       values.addresses(), values.lengths(), values.formats(),
                                       kText));
      open_ = true;
      answer_ = connection_.run(piece());
    } else if (connection_.wants_savepoint()) {
      answer_ = Pipeline(connection_).one(name_, values);
    } else {
      answer_ = connection_.checked(PQexecPrepared(connection_.raw(), name_.c_str(), values.count(),
                                                   values.addresses(), values.lengths(),
                                                   values.formats(), kText));
    }
    if (!columns_.empty() && PQnfields(answer_.get()) != static_cast<int>(columns_.size())) {
      throw PostgresError("42601", "another number of columns than is asked for");
    }
    return PQntuples(answer_.get()) > 0;
  }

  std::uint64_t execute_each(std::vector<Value>& row, const NextRow& next) override {
    if (in_pieces_) return Prepared::execute_each(row, next);
    Pipeline pipeline(connection_);
    bool more = true;
    while (more) {
      for (int sent = 0; more && sent < kGroup; ++sent, more = next(row))
        pipeline.send(name_, Arguments(row));
      pipeline.end_group();
    }
    return pipeline.finish();
  }

  bool fetch() override {
    if (++row_ < PQntuples(answer_.get())) return true;
    if (!in_pieces_ || PQntuples(answer_.get()) < piece_) return false;
    answer_ = connection_.run(piece());
    row_ = 0;
    return PQntuples(answer_.get()) > 0;
  }

  void current(std::vector<Value>& out) override {
    out.clear();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const int column = static_cast<int>(i);
      if (PQgetisnull(answer_.get(), row_, column) != 0) {
        out.emplace_back();
        continue;
      }
      const std::string_view text(
          PQgetvalue(answer_.get(), row_, column),
          static_cast<std::size_t>(PQgetlength(answer_.get(), row_, column)));
      out.push_back(value_of(text, columns_[i]));
    }
  }

  std::uint64_t changed() override {
    const char* rows = PQcmdTuples(answer_.get());
    return rows == nullptr ? 0 : std::strtoull(rows, nullptr, 10);
  }

  void reset() override {
    if (open_) PQclear(PQexec(connection_.raw(), ("CLOSE " + name_).c_str()));
    open_ = false;
    answer_.reset();
    in_use = false;
  }

 private:
  std::string piece() const { return "FETCH " + std::to_string(piece_) + " FROM " + name_; }

  PostgresConnection& connection_;
  std::string sql_;
  std::vector<Kind> columns_;
  std::string name_;
  bool in_pieces_;
  int piece_;
  bool open_ = false;  // the cursor
  Answer answer_;
  int row_ = 0;
};

}  // namespace

std::unique_ptr<Prepared> make_postgres_statement(PostgresConnection& connection, std::string sql,
                                                  std::span<const Kind> columns, Reading reading) {
  return std::make_unique<PostgresStatement>(connection, std::move(sql), columns, reading);
}

}  // namespace hitokoe::storage::sql
