#include "matcher/resolve/findings_codec.h"

namespace hitokoe::matcher {

namespace {

Error damaged() {
  return {Errc::kCorrupt, "scan journal: a number is cut or too large",
          "照合の記録: 数値が途切れているか大きすぎます"};
}

Result<std::uint32_t> take_u32(ByteView& in) {
  TRY(const auto value, take_number(in));
  if (value > 0xffffffffU) return outcome::failure(damaged());
  return static_cast<std::uint32_t>(value);
}

// Each thing takes a byte at least, so that no length makes a small file ask for much memory.
Result<std::size_t> take_count(ByteView& in) {
  TRY(const auto value, take_number(in));
  if (value > in.size()) return outcome::failure(damaged());
  return static_cast<std::size_t>(value);
}

}  // namespace

void put_number(Bytes& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<std::uint8_t>(value | 0x80U));
    value >>= 7;
  }
  out.push_back(static_cast<std::uint8_t>(value));
}

Result<std::uint64_t> take_number(ByteView& in) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !in.empty(); shift += 7) {
    const std::uint8_t byte = in[0];
    in = in.subspan(1);
    const std::uint64_t part = byte & 0x7fU;
    if (shift == 63 && part > 1) break;
    value |= part << shift;
    if ((byte & 0x80U) == 0) return value;
  }
  return outcome::failure(damaged());
}

void put_findings(Bytes& out, const Findings& f) {
  put_number(out, f.counts.rows);
  put_number(out, f.counts.tokens);
  put_number(out, f.counts.matched);
  put_number(out, f.counts.ambiguous);
  put_number(out, f.leak.types().size());
  for (const auto& type : f.leak.types()) {
    put_number(out, type.rows);
    put_number(out, type.first_row);
    put_number(out, type.parts.size());
    for (const auto& part : type.parts) {
      put_number(out, part.carrier);
      put_number(out, part.subject);
      put_number(out, part.known);
      put_number(out, part.values.size());
      for (const auto& v : part.values) {
        put_number(out, static_cast<std::uint64_t>(v.field));
        put_number(out, v.klass);
      }
    }
  }
  put_number(out, f.subjects.size());
  std::uint64_t row = 0;
  for (const auto& s : f.subjects) {
    put_number(out, s.row - row);
    row = s.row;
    put_number(out, s.fields);
    put_number(out, s.carrier);
    put_number(out, s.subject);
    put_number(out, s.agreeing);
  }
}

Result<Findings> take_findings(ByteView& in) {
  Findings f;
  TRY(f.counts.rows, take_number(in));
  TRY(f.counts.tokens, take_number(in));
  TRY(f.counts.matched, take_number(in));
  TRY(f.counts.ambiguous, take_number(in));
  TRY(const auto types, take_count(in));
  std::vector<RowPart> parts;
  for (std::size_t t = 0; t < types; ++t) {
    TRY(const auto rows, take_number(in));
    TRY(const auto first, take_number(in));
    TRY(const auto count, take_count(in));
    parts.resize(count);
    for (auto& part : parts) {
      TRY(part.carrier, take_u32(in));
      TRY(part.subject, take_u32(in));
      TRY(part.known, take_u32(in));
      TRY(const auto values, take_count(in));
      part.values.resize(values);
      for (auto& v : part.values) {
        TRY(const auto field, take_number(in));
        if (field > 0xff) return outcome::failure(damaged());
        v.field = static_cast<FieldId>(field);
        TRY(v.klass, take_u32(in));
      }
    }
    f.leak.add(parts, rows, first);
  }
  TRY(const auto subjects, take_count(in));
  f.subjects.resize(subjects);
  std::uint64_t row = 0;
  for (auto& s : f.subjects) {
    TRY(const auto step, take_number(in));
    row += step;
    s.row = row;
    TRY(s.fields, take_number(in));
    TRY(s.carrier, take_u32(in));
    TRY(s.subject, take_u32(in));
    TRY(s.agreeing, take_u32(in));
  }
  return f;
}

}  // namespace hitokoe::matcher
