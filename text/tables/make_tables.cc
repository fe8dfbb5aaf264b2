// Writes the tables of tables.h as C++ from ICU's data: make_tables OUT.cc
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/ucnv.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "text/tables/tables.h"

namespace hitokoe::text::tables {
namespace {

[[noreturn]] void die(const char* what) {
  std::fprintf(stderr, "make_tables: %s\n", what);
  std::exit(1);
}

class Converter {
 public:
  explicit Converter(const char* name) {
    UErrorCode status = U_ZERO_ERROR;
    converter_ = ucnv_open(name, &status);
    ucnv_setToUCallBack(converter_, UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
    if (U_FAILURE(status)) die("ICU lacks a converter");
  }
  ~Converter() { ucnv_close(converter_); }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  // The one BMP character of these bytes, or 0.
  std::uint16_t decode(const std::string& bytes) {
    UErrorCode status = U_ZERO_ERROR;
    std::array<UChar, 8> out{};
    ucnv_reset(converter_);
    const int32_t n = ucnv_toUChars(converter_, out.data(), 8, bytes.data(),
                                    static_cast<int32_t>(bytes.size()), &status);
    if (U_FAILURE(status) || n != 1 || out[0] == 0xfffd || out[0] == 0x1a) return 0;
    return out[0];
  }

 private:
  UConverter* converter_ = nullptr;
};

std::string two_bytes(unsigned a, unsigned b) {
  return {static_cast<char>(a), static_cast<char>(b)};
}

std::string shift_jis_of(unsigned row, unsigned cell) {  // 0-based
  const unsigned lead = row / 2 < 31 ? 0x81 + row / 2 : 0xe0 + (row / 2 - 31);
  const unsigned trail = row % 2 == 0 ? 0x40 + cell + (cell >= 63 ? 1 : 0) : 0x9f + cell;
  return two_bytes(lead, trail);
}

std::uint32_t entry(FoldKind kind, std::uint32_t payload = 0) {
  return static_cast<std::uint32_t>(kind) << 24 | payload;
}

bool is_enclosed_digit(UChar32 c) {
  return (c >= 0x2460 && c <= 0x249b) || c == 0x24ea || (c >= 0x24eb && c <= 0x24ff) ||
         (c >= 0x2776 && c <= 0x2793) || (c >= 0x3251 && c <= 0x325f) ||
         (c >= 0x32b1 && c <= 0x32bf);
}

struct Fold {
  std::vector<std::uint16_t> index;
  std::vector<std::uint32_t> blocks;
  std::vector<std::uint32_t> sequences;
};

std::uint32_t fold_entry(UChar32 c, const icu::Normalizer2& nfkc, Fold& fold) {
  if ((c >= 0xd800 && c <= 0xdfff) || c < 0x80) return entry(kSame);
  if (c == 0x3099 || c == 0xff9e || c == 0x309b) return entry(kVoiced);
  if (c == 0x309a || c == 0xff9f || c == 0x309c) return entry(kSemiVoiced);
  if (is_enclosed_digit(c)) return entry(kEnclosed);
  if (u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) return entry(kDrop);

  UErrorCode status = U_ZERO_ERROR;
  const icu::UnicodeString before(c);
  const icu::UnicodeString after = nfkc.normalize(before, status);
  if (U_FAILURE(status)) die("NFKC failed");
  if (nfkc.quickCheck(before, status) == UNORM_MAYBE || u_getCombiningClass(c) != 0) {
    return entry(kHard);
  }
  if (after == before) return entry(kSame);
  const int32_t length = after.countChar32();
  if (length == 1) return entry(kSingle, static_cast<std::uint32_t>(after.char32At(0)));
  if (length == 0 || length > 31) die("a sequence does not fit");
  const auto at = static_cast<std::uint32_t>(fold.sequences.size());
  for (int32_t i = 0; i < after.length(); i = after.moveIndex32(i, 1)) {
    fold.sequences.push_back(static_cast<std::uint32_t>(after.char32At(i)));
  }
  if (at >= (1U << 19)) die("too many sequences");
  return entry(kSequence, at << 5 | static_cast<std::uint32_t>(length));
}

Fold make_fold() {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCInstance(status);
  if (U_FAILURE(status)) die("ICU lacks NFKC");
  Fold fold;
  std::map<std::vector<std::uint32_t>, std::uint16_t> known;
  for (char32_t begin = 0; begin < kFoldLimit; begin += 64) {
    std::vector<std::uint32_t> block;
    for (char32_t c = begin; c < begin + 64; ++c) {
      block.push_back(fold_entry(static_cast<UChar32>(c), *nfkc, fold));
    }
    const auto next = static_cast<std::uint16_t>(known.size());
    const auto [at, is_new] = known.emplace(block, next);
    if (is_new) fold.blocks.insert(fold.blocks.end(), block.begin(), block.end());
    fold.index.push_back(at->second);
  }
  return fold;
}

template <class T>
void write(std::ofstream& out, const char* declaration, const std::vector<T>& values) {
  out << "extern const " << declaration << ";\nconst " << declaration << " = {";
  for (std::size_t i = 0; i < values.size(); ++i) {
    out << (i % 16 == 0 ? "\n" : "") << +values[i] << ',';
  }
  out << "};\n";
}

}  // namespace

int make(const char* path) {
  constexpr std::size_t kSet = std::size_t{94} * 94;  // of ISO 2022
  std::vector<std::uint16_t> cp932(std::size_t{kCp932Leads} * kCp932Trails), x0208(kSet),
      x0212(kSet);
  Converter windows("ibm-943_P15A-2003"), euc("EUC-JP");
  for (unsigned lead = 0x81; lead <= 0xfc; ++lead) {
    if (lead >= 0xa0 && lead <= 0xdf) continue;
    for (unsigned trail = 0x40; trail <= 0xfc; ++trail) {
      if (trail == 0x7f) continue;
      cp932[(lead - 0x81) * kCp932Trails + (trail - 0x40)] = windows.decode(two_bytes(lead, trail));
    }
  }
  for (unsigned row = 0; row < 94; ++row) {
    for (unsigned cell = 0; cell < 94; ++cell) {
      x0208[row * 94 + cell] = windows.decode(shift_jis_of(row, cell));
      x0212[row * 94 + cell] = euc.decode("\x8f" + two_bytes(0xa1 + row, 0xa1 + cell));
    }
  }
  const Fold fold = make_fold();

  std::ofstream out(path);
  out << "#include \"text/tables/tables.h\"\nnamespace hitokoe::text::tables {\n";
  write(out, "std::uint16_t kCp932[kCp932Leads * kCp932Trails]", cp932);
  write(out, "std::uint16_t kJisX0208[94 * 94]", x0208);
  write(out, "std::uint16_t kJisX0212[94 * 94]", x0212);
  write(out, "std::uint16_t kFoldIndex[kFoldLimit / 64]", fold.index);
  write(out, "std::uint32_t kFoldBlocks[]", fold.blocks);
  write(out, "std::uint32_t kFoldSequences[]", fold.sequences);
  out << "const std::size_t kFoldBlocksSize = " << fold.blocks.size() << ";\n"
      << "const std::size_t kFoldSequencesSize = " << fold.sequences.size() << ";\n"
      << "}  // namespace hitokoe::text::tables\n";
  out.close();
  if (!out) die("cannot write the output");
  return 0;
}

}  // namespace hitokoe::text::tables

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_tables OUT.cc\n");
    return 2;
  }
  return hitokoe::text::tables::make(argv[1]);
}
