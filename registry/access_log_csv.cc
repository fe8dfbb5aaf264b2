#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>

#include "hitokoe/registry/access_logs.h"
#include "hitokoe/text/csv.h"

namespace hitokoe::registry {
namespace {

using text::Charset;
using text::CsvFault;
using text::CsvRow;

constexpr std::size_t kSample = 64U << 10;
constexpr std::size_t kMostTold = 100;
constexpr std::size_t kLongest = 200;  // bytes of a text
constexpr std::uint64_t kMostRows = 200'000'000;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

enum Column : std::size_t { kWorker, kTime, kDataSet, kOperation, kCount, kColumns };
struct Names {
  std::string_view id;
  std::array<std::string_view, 4> others;
};
constexpr std::array<Names, kColumns> kNames{{
    {"worker", {"作業者", "作業者ID", "担当者", "user"}},
    {"time", {"日時", "時刻", "操作日時", "timestamp"}},
    {"data_set", {"データ", "データセット", "対象データ", "dataset"}},
    {"operation", {"操作", "操作内容", "処理", "action"}},
    {"count", {"件数", "レコード数", "records", "rows"}},
}};

std::optional<std::size_t> column_named(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (name == kNames[i].id || std::ranges::find(kNames[i].others, name) != kNames[i].others.end())
      return i;
  }
  return std::nullopt;
}

bool is_text(std::string_view text) {
  return !text.empty() && text.size() <= kLongest &&
         text.find(kReplacement) == std::string_view::npos &&
         std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

}  // namespace

struct AccessLogReader::State {
  State(std::string name, std::optional<Charset> given, OnRow row)
      : file(std::move(name)),
        charset(given),
        on_row(std::move(row)),
        csv(
            {.max_field = 64U << 10, .max_row = 1U << 20, .max_fields = 256},
            [this](const CsvRow& r) { return take(r); },
            [this](std::uint64_t line, CsvFault fault) {
              bad(line, Words::same(std::string(text::to_string(fault))));
            }) {
    if (charset) decoder.emplace(*charset);
  }

  void bad(std::uint64_t line, const Words& what) {
    if (++bad_rows > kMostTold) return;
    const auto where = (bad_rows == 1 ? "" : "\n") + file + ":" + std::to_string(line) + ": ";
    told = told + (where + what);
  }
  void bad(std::uint64_t line, Column column) {
    bad(line, {std::string(kNames[column].id), std::string(kNames[column].others[0])});
  }

  Result<void> take_header(const CsvRow& row) {
    for (std::size_t i = 0; i < row.fields.size(); ++i) {
      const auto column = column_named(row.fields[i]);
      if (!column) continue;
      if (place[*column]) {
        return fail(Errc::kBadInput,
                    file + ":1: two columns are " + std::string(kNames[*column].id),
                    file + ":1: " + std::string(kNames[*column].others[0]) + " の列が二つあります");
      }
      place[*column] = i;
    }
    for (std::size_t i = 0; i < place.size(); ++i) {
      if (place[i]) continue;
      return fail(Errc::kBadInput,
                  file + ":1: no column " + std::string(kNames[i].id) +
                      " (worker, time, data_set, operation, count)",
                  file + ":1: " + std::string(kNames[i].others[0]) +
                      " の列がありません（作業者、日時、データ、操作、件数）");
    }
    has_header = true;
    return ok();
  }

  Result<void> take(const CsvRow& row) {
    if (!has_header) return take_header(row);
    const auto field = [&](Column c) {
      return *place[c] < row.fields.size() ? row.fields[*place[c]] : std::string_view();
    };
    for (const Column c : {kWorker, kDataSet, kOperation}) {
      if (!is_text(field(c))) {
        bad(row.line, c);
        return ok();
      }
    }
    const auto at = parse_access_time(field(kTime));
    if (!at) {
      bad(row.line, kTime);
      return ok();
    }
    AccessRow out{std::string(field(kWorker)), *at, std::string(field(kDataSet)),
                  std::string(field(kOperation)), 0};
    const auto count = field(kCount);
    const auto [end, error] = std::from_chars(count.data(), count.data() + count.size(), out.count);
    if (count.empty() || error != std::errc() || end != count.data() + count.size()) {
      bad(row.line, kCount);
      return ok();
    }
    if (++rows > kMostRows) {
      return fail(Errc::kLimit, file + ": more than 200,000,000 rows; split it",
                  file + ": 2 億行を超えています。分割してください");
    }
    return bad_rows == 0 ? on_row(out) : ok();
  }

  Result<void> begin() {
    const auto found = text::detect(ByteView(sample.data(), std::min(sample.size(), kSample)));
    if (found != Charset::kUtf8 && found != Charset::kShiftJis) {
      return fail(Errc::kBadInput,
                  file + ": neither UTF-8 nor Shift_JIS; name the charset with --encoding",
                  file + ": UTF-8 でも Shift_JIS でもありません。--encoding で指定してください");
    }
    charset = found;
    decoder.emplace(found);
    const Bytes held = std::move(sample);
    return decode(held);
  }

  Result<void> decode(ByteView piece) {
    utf8.clear();
    decoder->feed(piece, utf8);
    return csv.feed(utf8);
  }

  std::string file;
  std::optional<Charset> charset;
  OnRow on_row;
  text::CsvReader csv;
  std::optional<text::StreamDecoder> decoder;
  Bytes sample;  // until the charset is known
  std::string utf8;
  std::array<std::optional<std::size_t>, kColumns> place;
  bool has_header = false;
  std::uint64_t rows = 0, bad_rows = 0;
  Words told;
};

AccessLogReader::AccessLogReader(std::string file_name, std::optional<Charset> charset,
                                 OnRow on_row)
    : state_(std::make_unique<State>(std::move(file_name), charset, std::move(on_row))) {}
AccessLogReader::~AccessLogReader() = default;
AccessLogReader::AccessLogReader(AccessLogReader&&) noexcept = default;
AccessLogReader& AccessLogReader::operator=(AccessLogReader&&) noexcept = default;

Result<void> AccessLogReader::feed(ByteView piece) {
  auto& s = *state_;
  if (s.decoder) return s.decode(piece);
  s.sample.insert(s.sample.end(), piece.begin(), piece.end());
  return s.sample.size() < kSample ? ok() : s.begin();
}

Result<std::uint64_t> AccessLogReader::finish() {
  auto& s = *state_;
  if (!s.decoder) {
    TRYV(s.begin());
  }
  s.utf8.clear();
  s.decoder->finish(s.utf8);
  TRYV(s.csv.feed(s.utf8));
  TRYV(s.csv.finish());
  if (s.bad_rows > 0) {
    const auto more = s.bad_rows > kMostTold ? std::to_string(s.bad_rows - kMostTold) : "";
    return fail(Errc::kBadInput, s.told + (more.empty() ? Words{}
                                                        : Words{"\n… and " + more + " more",
                                                                "\n…ほか " + more + " 行"}));
  }
  if (s.rows == 0) {
    return fail(Errc::kBadInput, s.file + ": no row at all", s.file + ": 一行もありません");
  }
  return s.rows;
}

std::string to_json(const AccessLog& log) {
  return boost::json::serialize(boost::json::object{{"id", log.id},
                                                    {"delegation", log.delegation},
                                                    {"rows", log.rows},
                                                    {"first", format_utc(log.first)},
                                                    {"last", format_utc(log.last)},
                                                    {"sha256", log.sha256},
                                                    {"added", format_utc(log.added)},
                                                    {"by", log.by}});
}

}  // namespace hitokoe::registry
