// Worker access logs (作業者の記録, 001 3-4): who looked at which data set when. A delegate's CSV
// is attached to its delegation, sealed at rest, and searched when the cause of a leak is looked
// for.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/time.h"
#include "hitokoe/registry/model.h"
#include "hitokoe/registry/viewer.h"
#include "hitokoe/text/charset.h"

namespace hitokoe::registry {

struct AccessRow {
  std::string worker;
  UtcTime at{};
  std::string data_set;
  std::string operation;
  std::uint64_t count = 0;  // of records

  friend bool operator==(const AccessRow&, const AccessRow&) = default;
};

// Reads a log, pushed in pieces of any size. The first row names the columns, in any order:
// 作業者/worker, 日時/time, データ/data_set, 操作/operation, 件数/count; other columns are not
// read. UTF-8 or Shift_JIS, told apart by the first 64 KiB unless it is named. Times as "2026-07-01
// 09:15:00" or "2026/7/1 9:15" are Japanese; "…Z" and "…+09:00" are what they say.
//
// Bounded memory, whatever the input. Texts are 1 to 200 bytes; 200 million rows at most.
class AccessLogReader {
 public:
  using OnRow = std::function<Result<void>(const AccessRow&)>;
  AccessLogReader(std::string file_name, std::optional<text::Charset> charset, OnRow on_row);
  ~AccessLogReader();
  AccessLogReader(AccessLogReader&&) noexcept;
  AccessLogReader& operator=(AccessLogReader&&) noexcept;

  // kBadInput: the header lacks a column or has one twice, neither charset, quotes that do not
  // close; any Error of `on_row`. A bad row is kept for finish().
  Result<void> feed(ByteView piece);
  // The number of rows. kBadInput: every bad row with its line, "log.csv:12: time", the first 100;
  // also where there is no row at all.
  Result<std::uint64_t> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// "2026-07-01 09:15:00" and the other forms above. Nothing: none of them, or no such time.
std::optional<UtcTime> parse_access_time(std::string_view text);

struct AccessLog {
  std::string id;  // "LOG-" and 16 hexadecimal digits
  std::string delegation;
  std::uint64_t rows = 0;
  UtcTime first{}, last{};  // of its rows
  std::string sha256;       // of the CSV as it came, hex
  UtcTime added{};
  std::string by;
};
std::string to_json(const AccessLog& log);

struct AccessQuery {
  std::string delegation;  // empty: all
  std::string worker;      // empty: all; otherwise equal
  std::string data_set;
  std::optional<UtcTime> from;   // this moment included
  std::optional<UtcTime> until;  // this moment not
  std::size_t limit = 10'000;    // rows
  std::string purpose;           // of looking, for the audit log
};

// Port; implementation: storage. Coordinators only (kForbidden): these are records of people.
class AccessLogStore {
 public:
  virtual ~AccessLogStore() = default;
  // Gives the next piece of the CSV; empty at its end.
  using Read = std::function<Result<ByteView>()>;
  // All of it or nothing. kExists: this delegation has this very file already. kLimit: over 8 GiB.
  // Otherwise as AccessLogReader.
  virtual Result<AccessLog> add(const Viewer& viewer, const Delegation& delegation,
                                std::string file_name, std::optional<text::Charset> charset,
                                const Read& read, UtcTime at) = 0;
  virtual Result<std::vector<AccessLog>> list(const Viewer& viewer,
                                              std::string_view delegation) = 0;
  // Rows that fit, log after log in the order of their first time, as they stand there; recorded
  // in the audit log before the first is given. True: `limit` left some out. kCorrupt: a file was
  // altered, cut, or is gone.
  virtual Result<bool> query(
      const Viewer& viewer, const AccessQuery& query, UtcTime at,
      const std::function<void(const AccessLog&, const AccessRow&)>& row) = 0;
};

}  // namespace hitokoe::registry
