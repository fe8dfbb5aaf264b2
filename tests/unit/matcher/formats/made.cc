#include "tests/unit/matcher/formats/made.h"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <stdexcept>

namespace hitokoe::matcher::test {

bool ReadBack::warns(std::string_view part) const {
  return std::ranges::any_of(
      warnings, [&](const std::string& w) { return w.find(part) != std::string::npos; });
}

std::vector<std::string> ReadBack::sorted() const {
  auto out = rows;
  std::ranges::sort(out);
  return out;
}

std::string ordered(const std::string& row) {
  std::vector<std::string> fields;
  for (std::size_t at = 0; at < row.size();) {
    const std::size_t end = std::min(row.find(';', at), row.size() - 1) + 1;
    fields.push_back(row.substr(at, end - at));
    at = end;
  }
  std::ranges::sort(fields);
  std::string out;
  for (const auto& field : fields) out += field;
  return out;
}

ReadBack read_back(std::string_view document, const std::string& content_type, std::size_t piece,
                   const NestingLimits& limits, const std::string& name) {
  ReadBack out;
  std::vector<Warning> warnings;
  Reading reading(
      [&](std::span<const identity::FieldValue> values) -> Result<void> {
        std::string row;
        for (const auto& v : values) {
          row.append(identity::field_info(v.field).name).append("=").append(v.raw).append(";");
        }
        out.rows.push_back(ordered(row));
        return ok();
      },
      warnings, limits);
  DocumentReader reader(reading, name, content_type);
  while (!document.empty() && !reader.refused()) {
    const auto part = document.substr(0, piece);
    document.remove_prefix(part.size());
    EXPECT_TRUE(reader.feed(as_bytes(part)));
  }
  EXPECT_TRUE(reader.finish());
  for (const auto& w : warnings) {
    EXPECT_FALSE(w.what.ja.empty());
    out.warnings.push_back(w.file + ": " + w.what.en);
  }
  return out;
}

ReadBack read_in_pieces(std::string_view document, const std::string& content_type) {
  const auto whole = read_back(document, content_type);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{4093}}) {
    const auto cut = read_back(document, content_type, piece);
    EXPECT_EQ(cut.rows, whole.rows) << "in pieces of " << piece;
    EXPECT_EQ(cut.warnings, whole.warnings) << "in pieces of " << piece;
  }
  return whole;
}

std::string zip(const Parts& parts, bool deflate) {
  std::string out(64 << 10, '\0');
  std::size_t most = 64 << 10;
  for (const auto& [name, text] : parts) most += text.size() + 512;
  out.resize(most);
  std::size_t used = 0;
  archive* a = archive_write_new();
  archive_write_set_format_zip(a);
  archive_write_set_options(a, deflate ? "zip:compression=deflate" : "zip:compression=store");
  archive_write_open_memory(a, out.data(), out.size(), &used);
  for (const auto& [name, text] : parts) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(text.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    if (archive_write_header(a, entry) != ARCHIVE_OK) throw std::runtime_error("no zip made");
    archive_write_data(a, text.data(), text.size());
    archive_entry_free(entry);
  }
  archive_write_close(a);
  archive_write_free(a);
  out.resize(used);
  return out;
}

std::string le(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>((value >> (8 * i)) & 0xFF);
  return out;
}

std::string utf16(std::u16string_view text) {
  std::string out;
  for (const char16_t c : text) out += le(c, 2);
  return out;
}

std::string ole(const Parts& streams) {
  struct Node {
    std::string name;
    int type;
    std::vector<std::size_t> children;
    std::uint32_t first = 0xFFFFFFFE;
    std::size_t size = 0;
  };
  std::vector<Node> nodes = {{"Root Entry", 5, {}}};
  std::vector<std::uint32_t> table, minis;
  std::string sectors, mini;
  const auto chain = [&](const std::string& bytes) -> std::uint32_t {
    if (bytes.empty()) return 0xFFFFFFFE;
    const auto first = static_cast<std::uint32_t>(table.size());
    const std::size_t count = (bytes.size() + 511) / 512;
    for (std::size_t i = 0; i < count; ++i) {
      table.push_back(i + 1 < count ? static_cast<std::uint32_t>(table.size() + 1) : 0xFFFFFFFE);
    }
    sectors += bytes + std::string(count * 512 - bytes.size(), '\0');
    return first;
  };
  for (const auto& [path, bytes] : streams) {
    std::size_t at = 0, from = 0;
    for (;;) {
      const std::size_t slash = path.find('/', from);
      const std::string name = path.substr(from, slash == std::string::npos ? slash : slash - from);
      std::size_t child = 0;
      for (const std::size_t one : nodes[at].children) {
        if (nodes[one].name == name) child = one;
      }
      if (child == 0) {
        child = nodes.size();
        nodes.push_back({name, slash == std::string::npos ? 2 : 1, {}});
        nodes[at].children.push_back(child);
      }
      at = child;
      if (slash == std::string::npos) break;
      from = slash + 1;
    }
    nodes[at].size = bytes.size();
    if (bytes.size() >= 4096) {
      nodes[at].first = chain(bytes);
    } else if (!bytes.empty()) {
      nodes[at].first = static_cast<std::uint32_t>(minis.size());
      const std::size_t count = (bytes.size() + 63) / 64;
      for (std::size_t i = 0; i < count; ++i) {
        minis.push_back(i + 1 < count ? static_cast<std::uint32_t>(minis.size() + 1) : 0xFFFFFFFE);
      }
      mini += bytes + std::string(count * 64 - bytes.size(), '\0');
    }
  }
  nodes[0].first = chain(mini);
  nodes[0].size = mini.size();
  std::string mini_table;
  for (const auto one : minis) mini_table += le(one, 4);
  const auto mini_first = chain(mini_table);
  std::string directory;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Node& n = nodes[i];
    std::u16string name(n.name.begin(), n.name.end());
    std::string entry = utf16(name) + std::string(64 - 2 * name.size(), '\0');
    entry += le(2 * name.size() + 2, 2) + le(static_cast<unsigned>(n.type), 1) + le(1, 1);
    // Siblings as a list to the right.
    std::uint32_t right = 0xFFFFFFFF;
    for (const auto& parent : nodes) {
      for (std::size_t k = 0; k + 1 < parent.children.size(); ++k) {
        if (parent.children[k] == i) right = static_cast<std::uint32_t>(parent.children[k + 1]);
      }
    }
    entry += le(0xFFFFFFFF, 4) + le(right, 4) +
             le(n.children.empty() ? 0xFFFFFFFF : n.children[0], 4) + std::string(36, '\0') +
             le(n.first, 4) + le(n.size, 8);
    directory += entry;
  }
  const auto directory_first = chain(directory);
  const auto fat = static_cast<std::uint32_t>(table.size());
  const std::size_t fats = (table.size() + 1 + 126) / 127;
  for (std::size_t i = 0; i < fats; ++i) table.push_back(0xFFFFFFFD);
  std::string fat_bytes;
  for (const auto one : table) fat_bytes += le(one, 4);
  while (fat_bytes.size() < fats * 512) fat_bytes += le(0xFFFFFFFF, 4);
  std::string head = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + std::string(16, '\0') + le(0x3E, 2) +
                     le(3, 2) + le(0xFFFE, 2) + le(9, 2) + le(6, 2) + std::string(6, '\0') +
                     le(0, 4) + le(fats, 4) + le(directory_first, 4) + le(0, 4) + le(4096, 4) +
                     le(mini_first, 4) + le(minis.empty() ? 0 : 1, 4) + le(0xFFFFFFFE, 4) +
                     le(0, 4);
  for (std::size_t i = 0; i < 109; ++i) head += le(i < fats ? fat + i : 0xFFFFFFFF, 4);
  return head + sectors + fat_bytes;
}

std::string pdf(const std::vector<PlacedText>& pieces, const std::string& more_trailer) {
  std::string content = "BT /F1 10 Tf ";
  for (const auto& p : pieces) {
    content += "1 0 0 1 " + std::to_string(p.x) + " " + std::to_string(p.y) + " Tm <";
    for (const char16_t c : p.text) {
      constexpr const char* kHex = "0123456789abcdef";
      for (int shift = 12; shift >= 0; shift -= 4) content += kHex[(c >> shift) & 15];
    }
    content += "> Tj ";
  }
  content += "ET";
  const std::vector<std::string> objects = {
      "<< /Type /Catalog /Pages 2 0 R >>",
      "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
      "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R "
      "/Resources << /Font << /F1 5 0 R >> >> >>",
      "<< /Length " + std::to_string(content.size()) + " >>\nstream\n" + content + "\nendstream",
      "<< /Type /Font /Subtype /Type0 /BaseFont /HeiseiKakuGo-W5 /Encoding /UniJIS-UTF16-H "
      "/DescendantFonts [6 0 R] >>",
      "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /HeiseiKakuGo-W5 /CIDSystemInfo << "
      "/Registry "
      "(Adobe) /Ordering (Japan1) /Supplement 2 >> /FontDescriptor 7 0 R /DW 1000 >>",
      "<< /Type /FontDescriptor /FontName /HeiseiKakuGo-W5 /Flags 4 /FontBBox [0 0 1000 1000] "
      "/ItalicAngle 0 /Ascent 900 /Descent -100 /CapHeight 700 /StemV 80 >>"};
  std::string out = "%PDF-1.4\n";
  std::vector<std::size_t> at;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    at.push_back(out.size());
    out += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
  }
  const std::size_t xref = out.size();
  out += "xref\n0 " + std::to_string(objects.size() + 1) + "\n0000000000 65535 f \n";
  for (const std::size_t offset : at) {
    std::string ten = std::to_string(offset);
    out += std::string(10 - ten.size(), '0') + ten + " 00000 n \n";
  }
  out += "trailer\n<< /Size " + std::to_string(objects.size() + 1) + " /Root 1 0 R " +
         more_trailer + ">>\nstartxref\n" + std::to_string(xref) + "\n%%EOF\n";
  return out;
}

std::string database(const std::string& sql) {
  sqlite3* db = nullptr;
  EXPECT_EQ(sqlite3_open(":memory:", &db), SQLITE_OK);
  char* error = nullptr;
  EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &error), SQLITE_OK)
      << (error == nullptr ? "" : error);
  sqlite3_int64 size = 0;
  unsigned char* bytes = sqlite3_serialize(db, "main", &size, 0);
  std::string out(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  sqlite3_free(bytes);
  sqlite3_close(db);
  return out;
}

}  // namespace hitokoe::matcher::test
