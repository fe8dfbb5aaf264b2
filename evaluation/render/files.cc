#include "evaluation/render/files.h"

#include <algorithm>

#include "evaluation/render/values.h"
#include "hitokoe/text/encode.h"

namespace hitokoe::evaluation {

namespace {

using Cells = std::vector<std::string>;

enum class Format : std::uint8_t { kCsv, kTsv, kSql, kJson, kHtml };
constexpr std::array<const char*, 5> kExtensions = {".csv", ".tsv", ".sql", ".jsonl", ".html"};
using text::Charset;
constexpr std::array kCharsets = {Charset::kUtf8, Charset::kShiftJis, Charset::kEucJp,
                                  Charset::kUtf16Le};

std::vector<std::size_t> columns_of(ColumnMask mask) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < kColumnCount; ++i) {
    if (has(mask, i)) out.push_back(i);
  }
  return out;
}

std::string joined(const Cells& cells, std::string_view between, std::string_view quote) {
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out += between;
    out += quote;
    out += cells[i];
    out += quote;
  }
  return out;
}

// None of the values holds a sign that a format would have to escape.
void add_row(std::string& out, Format format, const Cells& headings, const Cells& cells) {
  switch (format) {
    case Format::kCsv:
      out += joined(cells, ",", "") + "\r\n";
      return;
    case Format::kTsv:
      out += joined(cells, "\t", "") + "\n";
      return;
    case Format::kSql:
      out += "INSERT INTO customers (" + joined(headings, ", ", "`") + ") VALUES (" +
             joined(cells, ", ", "'") + ");\n";
      return;
    case Format::kJson: {
      out += "{";
      for (std::size_t i = 0; i < cells.size(); ++i) {
        out += (i > 0 ? ",\"" : "\"") + headings[i] + "\":\"" + cells[i] + "\"";
      }
      out += "}\n";
      return;
    }
    case Format::kHtml:
      out += "<tr><td>" + joined(cells, "</td><td>", "") + "</td></tr>\n";
      return;
  }
}

// A value that nobody can make sense of: nothing, half of it, or another person's.
std::string damaged(std::string value, bool recombined, std::uint64_t stranger, std::size_t column,
                    const Notation& notation, Random& random) {
  if (recombined || random.unit() < 0.3) return stranger_text(stranger, column, notation);
  if (random.unit() < 0.5) return {};
  std::size_t half = value.size() / 2;
  while (half > 0 && (static_cast<unsigned char>(value[half]) & 0xc0) == 0x80) --half;
  value.resize(half);
  return value;
}

}  // namespace

std::string customer_columns(const World& world, std::uint32_t copy) {
  const auto& c = world.copies()[copy];
  std::string out;
  for (const auto i : columns_of(c.columns)) {
    out += (out.empty() ? "" : ",") + std::string(heading(i, c.party)) + "=" +
           std::string(identity::field_info(kColumns[i].field).name);
  }
  return out;
}

std::string customer_csv(const World& world, std::uint32_t copy) {
  const auto& c = world.copies()[copy];
  const auto notation = notation_of(c.party);
  const auto columns = columns_of(c.columns);
  std::string out;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    out += (i > 0 ? "," : "") + std::string(heading(columns[i], c.party));
  }
  out += "\r\n";
  for (const auto contract : world.in_file_order(c)) {
    const auto person = world.people().contracts()[contract].person;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) out += ',';
      out +=
          value_text(world, contract, columns[i], world.version(c, person, columns[i]), notation);
    }
    out += "\r\n";
  }
  return notation.cp932 ? text::encode(out, Charset::kShiftJis) : out;
}

RenderedFile leaked_file(const World& world, std::span<const LeakedRow> rows, ColumnMask mask,
                         std::uint64_t made_up, std::uint64_t seed) {
  SeededRandom random(seed);
  const auto format = static_cast<Format>(random.below(kExtensions.size()));
  Charset charset = kCharsets[random.below(kCharsets.size())];
  // A page and JSON are in UTF-8; the others as it comes.
  if (format == Format::kJson || format == Format::kHtml) charset = Charset::kUtf8;
  const auto notation = notation_of(random.u64());
  const auto columns = columns_of(mask);
  Cells headings;
  const auto choice = random.u64();
  for (const auto i : columns) headings.emplace_back(heading(i, choice));
  std::string out;
  if (format == Format::kHtml) {
    out = "<html><meta charset=\"utf-8\"><table>\n<tr><th>" + joined(headings, "</th><th>", "") +
          "</th></tr>\n";
  }
  if (format == Format::kCsv || format == Format::kTsv) add_row(out, format, headings, headings);
  std::uint64_t people = rows.size();
  std::uint64_t strangers = made_up;
  std::size_t next = 0;
  Cells cells;
  while (people + strangers > 0) {
    cells.clear();
    const auto stranger = random.below(60'000);
    if (random.below(people + strangers) < strangers) {
      --strangers;
      for (const auto i : columns) cells.push_back(stranger_text(stranger, i, notation));
    } else {
      --people;
      const auto& row = rows[next++];
      for (const auto i : columns) {
        if (has(row.legible, i)) {
          cells.push_back(value_text(world, row.contract, i, row.versions[i], notation));
        } else if (has(row.had, i)) {
          const auto person = world.people().contracts()[row.contract].person;
          const auto now = world.people().version(person, kColumns[i].change, world.options().days);
          cells.push_back(damaged(value_text(world, row.contract, i, now, notation), row.recombined,
                                  stranger, i, notation, random));
        } else {
          cells.emplace_back();
        }
      }
    }
    add_row(out, format, headings, cells);
  }
  if (format == Format::kHtml) out += "</table></html>\n";
  RenderedFile file;
  file.extension = kExtensions[static_cast<std::size_t>(format)];
  if (charset == Charset::kUtf16Le) file.bytes = "\xff\xfe";
  file.bytes += text::encode(out, charset);
  return file;
}

}  // namespace hitokoe::evaluation
