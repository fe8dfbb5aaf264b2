#include "tests/unit/matcher/formats/made.h"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

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
        out.rows.push_back(std::move(row));
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

}  // namespace hitokoe::matcher::test
