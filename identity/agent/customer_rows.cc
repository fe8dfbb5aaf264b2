#include "identity/agent/customer_rows.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

#include "hitokoe/base/file.h"
#include "hitokoe/text/csv.h"
#include "identity/agent/input_file.h"

namespace hitokoe::identity {
namespace {

constexpr std::size_t kPiece = 1U << 20;
constexpr std::size_t kTold = 20;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct Close {
  void operator()(std::FILE* f) const { std::fclose(f); }
};

std::string_view trim(std::string_view s) {
  constexpr std::string_view kBlank = " \t";
  const auto begin = s.find_first_not_of(kBlank);
  if (begin == s.npos) return {};
  return s.substr(begin, s.find_last_not_of(kBlank) - begin + 1);
}

class Reader {
 public:
  Reader(const CustomerFile& file, std::string name, const OnCustomer& on_customer)
      : file_(file), name_(std::move(name)), on_customer_(on_customer) {
    wants_header_ = file.header || file.columns.by_header();
    for (const auto& c : file_.columns.columns) {
      at_.push_back(c.position == 0 ? 0 : c.position - 1);
      values_.push_back({c.field, {}});
    }
  }

  Result<void> open_rejects() {
    if (file_.rejects.empty()) return ok();
    rejects_.reset(std::fopen(file_.rejects.c_str(), "we"));
    if (rejects_ == nullptr || std::fputs("line,reason\n", rejects_.get()) < 0) {
      return fail(Errc::kIo, shown(file_.rejects) + ": cannot be written",
                  shown(file_.rejects) + ": 書き込めません");
    }
    return ok();
  }

  Result<void> row(const text::CsvRow& row, bool may_be_undecodable) {
    if (width_ == 0) {
      TRYV(check_header());
      TRYV(begin(row));
      if (wants_header_) return ok();
    }
    ++report.rows;
    if (row.fields.size() != width_) {
      reject(row.line, "column_count");
      return ok();
    }
    if (may_be_undecodable) {
      for (const auto f : row.fields) {
        if (f.find(kReplacement) != f.npos) {
          reject(row.line, "undecodable");
          return ok();
        }
      }
    }
    for (std::size_t i = 0; i < at_.size(); ++i) values_[i].raw = row.fields[at_[i]];
    TRY(const bool used, on_customer_(values_));
    if (!used) reject(row.line, "nothing_readable");
    return ok();
  }

  void fault(std::uint64_t line, text::CsvFault fault) {
    if (width_ == 0 && wants_header_ && !header_fault_) header_fault_ = fault;
    ++report.rows;
    reject(line, to_string(fault));
  }

  Result<void> check_header() const {
    if (!header_fault_) return ok();
    const std::string fault(to_string(*header_fault_));
    return bad({"the header row cannot be read (" + fault + ")",
                "見出しの行が読めません（" + fault + "）"});
  }

  Result<void> finish() {
    if (rejects_ != nullptr && std::fclose(rejects_.release()) != 0) {
      return fail(Errc::kIo, shown(file_.rejects) + ": cannot be written",
                  shown(file_.rejects) + ": 書き込めません");
    }
    if (report.rows == 0)
      return bad({"there is no row with a customer in it", "顧客の行が一つもありません"});
    if (report.rejected == report.rows) {
      const auto rows = std::to_string(report.rows);
      const auto line = std::to_string(report.first.front().line);
      return bad(Words{"none of its " + rows + " rows can be read; the first: line " + line + ", ",
                       rows + " 行のどれも読めません。最初: " + line + "行目、"} +
                 report.first.front().reason);
    }
    return ok();
  }

  RowReport report;

 private:
  Result<void> bad(const Words& what) const { return fail(Errc::kBadInput, name_ + ": " + what); }

  // The first row says how many columns there are. Its content is never shown: without a header it
  // is a customer.
  Result<void> begin(const text::CsvRow& row) {
    width_ = row.fields.size();
    const Words line{"line " + std::to_string(row.line) + ": ",
                     std::to_string(row.line) + "行目: "};
    for (std::size_t i = 0; i < at_.size(); ++i) {
      const auto& c = file_.columns.columns[i];
      if (c.position > width_) {
        const auto position = std::to_string(c.position);
        const auto width = std::to_string(width_);
        return bad(line + Words{"there is no column ", ""} + position +
                   Words{": the row has ", " 列目がありません: この行は "} + width +
                   Words{"", " 列"});
      }
      if (c.position != 0) continue;
      std::size_t found = 0;
      for (std::size_t k = 0; k < width_; ++k) {
        if (trim(row.fields[k]) != c.header) continue;
        ++found;
        at_[i] = k;
      }
      if (found == 0) {
        const auto width = std::to_string(width_);
        return bad(line + Words{"none of the header's " + width + " columns is called " + c.header +
                                    "; give its position instead, as in 3=phone",
                                "見出しの " + width + " 列に " + c.header +
                                    " がありません。3=phone のように位置で指定してください"});
      }
      if (found > 1) {
        return bad(line + Words{"several columns are called " + c.header + ": give positions",
                                c.header + " という列が複数あります: 位置で指定してください"});
      }
    }
    for (std::size_t i = 0; i < at_.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k) {
        if (at_[i] != at_[k]) continue;
        const auto column = std::to_string(at_[i] + 1);
        return bad({"column " + column + " is mapped twice", column + " 列目が二度使われています"});
      }
    }
    return ok();
  }

  void reject(std::uint64_t line, std::string_view reason) {
    ++report.rejected;
    ++report.reasons[std::string(reason)];
    if (report.first.size() < kTold) report.first.push_back({line, std::string(reason)});
    if (rejects_ != nullptr) {
      std::fprintf(rejects_.get(), "%llu,%.*s\n", static_cast<unsigned long long>(line),
                   static_cast<int>(reason.size()), reason.data());
    }
  }

  const CustomerFile& file_;
  std::string name_;
  const OnCustomer& on_customer_;
  bool wants_header_ = false;
  std::size_t width_ = 0;  // columns of the file; 0: no row was read yet
  std::optional<text::CsvFault> header_fault_;
  std::vector<std::size_t> at_;  // of each mapped column in a row
  std::vector<FieldValue> values_;
  std::unique_ptr<std::FILE, Close> rejects_;
};

}  // namespace

Result<RowReport> read_customers(const CustomerFile& file, const OnCustomer& on_customer,
                                 const OnProgress& on_progress) {
  TRY(const auto input, InputFile::open(file.path));
  Reader reader(file, input.name(), on_customer);
  if (file.encoding) {
    reader.report.encoding = *file.encoding;
  } else {
    TRY(reader.report.encoding, input.detect_charset());
  }
  TRYV(reader.open_rejects());
  const bool decode = reader.report.encoding != text::Charset::kUtf8;
  text::StreamDecoder decoder(reader.report.encoding);
  text::CsvReader csv(
      {.delimiter = file.delimiter},
      [&](const text::CsvRow& row) { return reader.row(row, decoder.undecodable() != 0); },
      [&](std::uint64_t line, text::CsvFault fault) { reader.fault(line, fault); });
  const auto named = [&](const Result<void>& r) -> Result<void> {
    if (r) return ok();
    const Error& e = r.error();
    return fail(e.code,
                e.detail.starts_with("line ") ? input.name() + ": " + e.words() : e.words());
  };
  Bytes piece(kPiece);
  std::string text;
  for (std::uint64_t at = 0;;) {
    TRY(const std::size_t size, input.read(at, piece));
    if (size == 0) break;
    at += size;
    const ByteView bytes = ByteView(piece).first(size);
    if (decode) {
      text.clear();
      decoder.feed(bytes, text);
      TRYV(named(csv.feed(text)));
    } else {
      TRYV(named(csv.feed(as_text(bytes))));
    }
    TRYV(reader.check_header());
    if (on_progress) on_progress(at, input.size());
  }
  if (decode) {
    text.clear();
    decoder.finish(text);
    TRYV(named(csv.feed(text)));
  }
  TRYV(named(csv.finish()));
  TRYV(reader.check_header());
  TRYV(reader.finish());
  return std::move(reader.report);
}

}  // namespace hitokoe::identity
