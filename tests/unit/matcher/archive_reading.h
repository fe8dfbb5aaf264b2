// What a document with archives in it gives: its rows, and its warnings as lines.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "hitokoe/base/file.h"
#include "matcher/decode/archive/archive_keys.h"
#include "matcher/decode/document.h"
#include "tests/scratch_folder.h"

namespace hitokoe::matcher::test {

struct ReadOut {
  std::vector<std::string> rows, warnings;
  bool operator==(const ReadOut&) const = default;
};

inline RowSink rows_into(std::vector<std::string>& rows) {
  return [&rows](std::span<const identity::FieldValue> values) -> Result<void> {
    std::string row;
    for (const auto& v : values) {
      row += std::string(identity::field_info(v.field).name) + "=" + std::string(v.raw) + ";";
    }
    rows.push_back(std::move(row));
    return ok();
  };
}

inline void put_warnings(const std::vector<Warning>& from, std::vector<std::string>& to) {
  for (const auto& w : from) {
    EXPECT_FALSE(w.what.en.empty());
    EXPECT_FALSE(w.what.ja.empty());
    to.push_back(w.file + ": " + w.what.en);
  }
}

// One document in pieces.
inline ReadOut read_out(ByteView document, const std::string& name, std::size_t piece = 1U << 20,
                        NestingLimits limits = {}) {
  ReadOut out;
  std::vector<Warning> warnings;
  Reading reading(rows_into(out.rows), warnings, limits);
  DocumentReader reader(reading, name, {});
  for (std::size_t at = 0; at < document.size() && !reader.refused(); at += piece) {
    EXPECT_TRUE(reader.feed(document.subspan(at, std::min(piece, document.size() - at))));
  }
  EXPECT_TRUE(reader.finish());
  put_warnings(warnings, out.warnings);
  return out;
}

// Files of a folder as one exposure, with the passwords that stand in them.
inline ReadOut read_exposure(const ScratchFolder& folder, const std::vector<std::string>& files,
                             std::vector<SecretText> configured = {}) {
  ReadOut out;
  std::vector<Warning> warnings;
  ArchiveKeys keys(std::make_shared<const ArchivePasswords>(std::move(configured)));
  for (const auto& file : files) {
    const Bytes document = read_file(folder / file).value();
    Reading reading(rows_into(out.rows), warnings, NestingLimits{}, &keys);
    DocumentReader reader(reading, file, {});
    EXPECT_TRUE(reader.feed(document));
    EXPECT_TRUE(reader.finish());
  }
  EXPECT_TRUE(keys.retry(rows_into(out.rows), warnings));
  keys.give_up(rows_into(out.rows), warnings);
  put_warnings(warnings, out.warnings);
  return out;
}

inline ReadOut read_file_out(const ScratchFolder& folder, const std::string& file,
                             NestingLimits limits = {}) {
  const auto document = read_file(folder / file);
  EXPECT_TRUE(document) << file << " was not made";
  return document ? read_out(document.value(), file, 1U << 20, limits) : ReadOut{};
}

// A line of a shell in the folder; its output goes to the file "log".
inline void shell(const ScratchFolder& folder, const std::string& command) {
  const std::string line = "cd '" + (folder / "").string() + "' && (" + command + ") >log 2>&1";
  EXPECT_EQ(std::system(line.c_str()), 0) << command;
}

// A made-up CSV of n people.
inline std::string made_csv(int n, int from = 0) {
  std::string csv = "氏名,電話番号,メールアドレス\n";
  for (int i = from; i < from + n; ++i) {
    const auto number = std::to_string(10'000'000 + i * 7919 % 89'999'999);
    csv += "山田" + std::to_string(i) + ",090" + number + ",yamada" + number + "@example.jp\n";
  }
  return csv;
}

}  // namespace hitokoe::matcher::test
