#include "matcher/decode/formats/biff_workbook.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>

namespace hitokoe::matcher {

namespace {

enum : std::uint16_t {
  kFormula = 0x06,
  kEof = 0x0A,
  kDateMode = 0x22,
  kFilePass = 0x2F,
  kContinue = 0x3C,
  kCodepage = 0x42,
  kMulRk = 0xBD,
  kRString = 0xD6,
  kXf = 0xE0,
  kMergeCells = 0xE5,
  kSst = 0xFC,
  kLabelSst = 0xFD,
  kTxo = 0x1B6,
  kNumber = 0x203,
  kLabel = 0x204,
  kString = 0x207,
  kRk = 0x27E,
  kFormat = 0x41E,
  kBof = 0x809,
};

std::uint16_t u16(ByteView b, std::size_t at) {
  return at + 2 > b.size() ? std::uint16_t{0}
                           : static_cast<std::uint16_t>(b[at] | (b[at + 1] << 8));
}
std::uint32_t u32(ByteView b, std::size_t at) {
  return u16(b, at) | (std::uint32_t{u16(b, at + 2)} << 16);
}
double f64(ByteView b, std::size_t at) {
  return std::bit_cast<double>(u32(b, at) | (std::uint64_t{u32(b, at + 4)} << 32));
}
// [MS-XLS] 2.5.217: an integer or the upper 30 bits of a double, perhaps a hundredth.
double rk(std::uint32_t value) {
  double number = 0;
  if ((value & 2U) != 0) {
    number = static_cast<double>(static_cast<std::int32_t>(value) >> 2);
  } else {
    number = std::bit_cast<double>(std::uint64_t{value & 0xFFFFFFFCU} << 32);
  }
  return (value & 1U) != 0 ? number / 100 : number;
}

std::string from_utf16(ByteView bytes) { return text::decode(bytes, text::Charset::kUtf16Le).utf8; }
// Characters of which the upper byte is left out, being zero.
std::string from_narrow(ByteView bytes) {
  std::string out;
  for (const auto b : bytes) {
    if (b < 0x80) {
      out += static_cast<char>(b);
    } else {
      out += static_cast<char>(0xC0 | (b >> 6));
      out += static_cast<char>(0x80 | (b & 0x3F));
    }
  }
  return out;
}

// The bytes of a record and of those that continue it. In the characters of a text a continuation
// begins with a byte that says anew how wide they are.
class Continued {
 public:
  explicit Continued(std::vector<ByteView> parts) : parts_(std::move(parts)) {}

  bool at_end() {
    while (part_ < parts_.size() && at_ >= parts_[part_].size()) {
      ++part_;
      at_ = 0;
    }
    return part_ >= parts_.size();
  }
  std::uint8_t byte() {
    if (at_end()) {
      short_ = true;
      return 0;
    }
    return parts_[part_][at_++];
  }
  std::uint16_t u16() {
    const unsigned low = byte();
    return static_cast<std::uint16_t>(low | (static_cast<unsigned>(byte()) << 8));
  }
  std::uint32_t u32() {
    const std::uint32_t low = u16();
    return low | (static_cast<std::uint32_t>(u16()) << 16);
  }
  Bytes bytes(std::size_t count) {
    Bytes out;
    while (count > 0 && !at_end()) {
      const std::size_t n = std::min(count, parts_[part_].size() - at_);
      const ByteView some = parts_[part_].subspan(at_, n);
      out.insert(out.end(), some.begin(), some.end());
      at_ += n;
      count -= n;
    }
    short_ = short_ || count > 0;
    return out;
  }
  std::string characters(std::size_t count, bool wide) {
    std::string out;
    Bytes run;
    const auto end_run = [&] {
      out += wide ? from_utf16(run) : from_narrow(run);
      run.clear();
    };
    while (count > 0) {
      if (part_ < parts_.size() && at_ >= parts_[part_].size()) {
        if (at_end()) break;
        const bool next = (byte() & 1U) != 0;
        if (next != wide) {
          end_run();
          wide = next;
        }
      }
      if (at_end()) break;
      run.push_back(byte());
      if (wide) run.push_back(byte());
      --count;
    }
    end_run();
    short_ = short_ || count > 0;
    return out;
  }
  bool ran_short() const { return short_; }

 private:
  std::vector<ByteView> parts_;
  std::size_t part_ = 0, at_ = 0;
  bool short_ = false;
};

// [MS-XLS] 2.5.86, ExtRst: how the text is read.
std::string reading_of(ByteView extra) {
  if (extra.size() < 14 || u16(extra, 0) != 1) return {};
  const std::size_t count = u16(extra, 12);
  if (14 + count * 2 > extra.size()) return {};
  return from_utf16(extra.subspan(14, count * 2));
}

}  // namespace

bool BiffWorkbook::record_at(std::size_t at, Record& record) const {
  if (at + 4 > stream_.size()) return false;
  record.id = u16(stream_, at);
  const std::size_t size = u16(stream_, at + 2);
  record.data = stream_.subspan(at + 4, std::min(size, stream_.size() - at - 4));
  record.next = at + 4 + size;
  return true;
}

std::string BiffWorkbook::short_text(ByteView data, bool two_byte_length) const {
  const std::size_t head = two_byte_length ? 2 : 1;
  if (data.size() < head) return {};
  const std::size_t count = two_byte_length ? u16(data, 0) : data[0];
  if (biff5_) {
    return text::decode(data.subspan(head, std::min(count, data.size() - head)), codepage_).utf8;
  }
  if (data.size() <= head) return {};
  const std::uint8_t flags = data[head];
  std::size_t at = head + 1 + ((flags & 8U) != 0 ? 2U : 0U) + ((flags & 4U) != 0 ? 4U : 0U);
  at = std::min(at, data.size());
  const bool wide = (flags & 1U) != 0;
  const ByteView bytes = data.subspan(at, std::min(count * (wide ? 2 : 1), data.size() - at));
  return wide ? from_utf16(bytes) : from_narrow(bytes);
}

std::string BiffWorkbook::shown(double value, std::uint16_t style) const {
  std::array<char, 40> out{};
  const auto end = std::to_chars(out.data(), out.data() + out.size(), value).ptr;
  const std::string_view number(out.data(), static_cast<std::size_t>(end - out.data()));
  const NumberFormat plain;
  const auto& format = style < book_.formats.size() ? book_.formats[style] : plain;
  return format.shown(number, book_.since_1904);
}

std::size_t BiffWorkbook::shared_strings(const Record& first) {
  std::vector<ByteView> parts = {first.data};
  Record more;
  std::size_t next = first.next;
  while (record_at(next, more) && more.id == kContinue) {
    parts.push_back(more.data);
    next = more.next;
  }
  Continued bytes(std::move(parts));
  bytes.u32();
  const std::uint32_t count = bytes.u32();
  for (std::uint32_t i = 0; i < count && !bytes.at_end() && !book_.strings.full(); ++i) {
    const std::size_t characters = bytes.u16();
    const std::uint8_t flags = bytes.byte();
    const std::size_t runs = (flags & 8U) != 0 ? bytes.u16() : 0;
    const std::size_t extra = (flags & 4U) != 0 ? bytes.u32() : 0;
    const std::string text = bytes.characters(characters, (flags & 1U) != 0);
    (void)bytes.bytes(runs * 4);
    const std::string reading = extra > 0 ? reading_of(bytes.bytes(extra)) : std::string();
    book_.strings.add(text, reading);
  }
  cut_ = cut_ || bytes.ran_short();
  return next;
}

void BiffWorkbook::globals(const Record& r) {
  switch (r.id) {
    case kDateMode:
      book_.since_1904 = u16(r.data, 0) == 1;
      break;
    case kCodepage:
      // 932 is Shift_JIS; others are not Japanese, and their letters ASCII.
      codepage_ = u16(r.data, 0) == 1200 ? text::Charset::kUtf8 : text::Charset::kShiftJis;
      break;
    case kFormat:
      if (r.data.size() > 2 && codes_.size() < 4096) {
        codes_.emplace_back(u16(r.data, 0), NumberFormat(short_text(r.data.subspan(2), !biff5_)));
      }
      break;
    case kXf: {
      const std::uint16_t id = u16(r.data, 2);
      const auto code = std::ranges::find(codes_, id, [](const auto& c) { return c.first; });
      if (book_.formats.size() < 65'536) {
        book_.formats.push_back(code != codes_.end() ? code->second : NumberFormat::built_in(id));
      }
      break;
    }
    default:
      break;
  }
}

void BiffWorkbook::merged_cells(std::size_t from, std::vector<MergedCells>& merged) {
  Record r;
  int depth = 1;
  for (std::size_t at = from; depth > 0 && record_at(at, r); at = r.next) {
    // Sheets that never end would be looked through again and again.
    looked_ahead_ += r.next - at;
    if (looked_ahead_ > 4 * stream_.size()) return;
    if (r.id == kBof) ++depth;
    if (r.id == kEof) --depth;
    if (r.id != kMergeCells) continue;
    for (std::size_t i = 2; i + 8 <= r.data.size() && merged.size() < kMostMerged; i += 8) {
      const MergedCells range{u16(r.data, i), u16(r.data, i + 2), u16(r.data, i + 4)};
      if (range.last_row > range.first_row) merged.push_back(range);
    }
  }
}

Result<void> BiffWorkbook::begin_sheet(std::size_t from) {
  TRYV(end_sheet());
  std::vector<MergedCells> merged;
  merged_cells(from, merged);
  sheet_.emplace(reading_, std::move(merged));
  return ok();
}

Result<void> BiffWorkbook::end_sheet() {
  if (!sheet_) return ok();
  TRYV(flush_row());
  const auto done = sheet_->finish();
  book_.too_wide = book_.too_wide || sheet_->too_wide();
  sheet_.reset();
  return done;
}

Result<void> BiffWorkbook::flush_row() {
  if (!sheet_ || cells_.empty()) return ok();
  const auto done = sheet_->row(row_, cells_);
  cells_.clear();
  return done;
}

Result<void> BiffWorkbook::put(std::uint16_t row, std::uint16_t column, std::string text,
                               std::string reading) {
  if (!sheet_ || text.empty()) return ok();
  if (row != row_) {
    TRYV(flush_row());
    row_ = row;
  }
  if (cells_.size() < 65'536) cells_.push_back({column, std::move(text), std::move(reading)});
  return ok();
}

Result<void> BiffWorkbook::cell(const Record& r) {
  const std::uint16_t row = u16(r.data, 0), column = u16(r.data, 2), style = u16(r.data, 4);
  if (r.data.size() < 6) return ok();
  switch (r.id) {
    case kLabelSst: {
      const std::uint32_t index = u32(r.data, 6);
      if (!book_.strings.has(index)) {
        ++book_.lost_texts;
        return ok();
      }
      return put(row, column, std::string(book_.strings.text(index)),
                 std::string(book_.strings.reading(index)));
    }
    case kLabel:
    case kRString:
      return put(row, column, short_text(r.data.subspan(6), true));
    case kNumber:
      return r.data.size() < 14 ? Result<void>(ok())
                                : put(row, column, shown(f64(r.data, 6), style));
    case kRk:
      return put(row, column, shown(rk(u32(r.data, 6)), style));
    case kMulRk: {
      std::uint16_t at = column;
      for (std::size_t i = 4; i + 8 <= r.data.size(); i += 6, ++at) {
        TRYV(put(row, at, shown(rk(u32(r.data, i + 2)), u16(r.data, i))));
      }
      return ok();
    }
    case kFormula:
      if (r.data.size() < 14) return ok();
      if (u16(r.data, 12) != 0xFFFF) return put(row, column, shown(f64(r.data, 6), style));
      formula_text_ = r.data[6] == 0;
      formula_row_ = row;
      formula_column_ = column;
      return ok();
    case kString:
      if (!std::exchange(formula_text_, false)) return ok();
      return put(formula_row_, formula_column_, short_text(r.data, true));
    default:
      return ok();
  }
}

// The text of a box stands in the record after it.
Result<std::size_t> BiffWorkbook::text_box(const Record& box) {
  Record text;
  if (u16(box.data, 10) == 0 || !record_at(box.next, text) || text.id != kContinue ||
      text.data.empty()) {
    return box.next;
  }
  const bool wide = (text.data[0] & 1U) != 0;
  const std::size_t size =
      std::min<std::size_t>(std::size_t{u16(box.data, 10)} * (wide ? 2 : 1), text.data.size() - 1);
  const ByteView bytes = text.data.subspan(1, size);
  std::string line = wide ? from_utf16(bytes) : from_narrow(bytes);
  std::ranges::replace(line, '\r', '\n');
  reading_.see(line + "\n");
  TRYV(notes_.feed(line + "\n\n"));
  return text.next;
}

Result<void> BiffWorkbook::read(ByteView stream) {
  stream_ = stream;
  Record r;
  bool in_globals = false, any = false;
  std::size_t at = 0;
  std::uint16_t last = 0;
  while (record_at(at, r)) {
    if (r.id == 0 && r.data.empty()) break;  // the stream is filled up
    std::size_t next = r.next;
    last = r.id;
    if (r.id == kBof) {
      any = true;
      biff5_ = u16(r.data, 0) == 0x500;
      in_globals = u16(r.data, 2) == 5;
      // A sheet, a macro sheet; a chart has no cells.
      if (u16(r.data, 2) == 0x10 || u16(r.data, 2) == 0x40) {
        TRYV(begin_sheet(next));
      }
    } else if (r.id == kFilePass) {
      encrypted_ = true;
      return ok();
    } else if (r.id == kSst) {
      next = shared_strings(r);
    } else if (r.id == kTxo) {
      TRY(next, text_box(r));
    } else if (in_globals) {
      globals(r);
    } else {
      if (r.id != kContinue) {
        TRYV(cell(r));
      }
    }
    if (!any) break;
    at = next;
  }
  cut_ = cut_ || !any || at > stream_.size() || last != kEof;
  TRYV(end_sheet());
  return notes_.finish();
}

}  // namespace hitokoe::matcher
