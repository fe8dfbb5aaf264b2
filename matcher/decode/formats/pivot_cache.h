// What a pivot table keeps of the rows that it was made from: often all of them, also when their
// sheet is no longer in the workbook (ECMA-376 part 1, 18.10).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "matcher/decode/formats/xml_part.h"
#include "matcher/rows/cell_table.h"

namespace hitokoe::matcher {

struct PivotCache {
  struct Field {
    std::string name;
    std::vector<std::string> shared;
  };
  std::vector<Field> fields;
  std::size_t bytes = 0;  // of all values; at most 64 MiB
};

class PivotDefinitionPart final : public PartHandler {
 public:
  explicit PivotDefinitionPart(PivotCache& cache) : cache_(cache) {}
  void open(std::string_view prefix, std::string_view name,
            std::span<const XmlAttribute> attributes) override;
  void text(std::string_view) override {}
  void close(std::string_view name) override;

 private:
  PivotCache& cache_;
  bool in_shared_ = false;
};

class PivotRecordsPart final : public PartHandler {
 public:
  PivotRecordsPart(Reading& reading, const PivotCache& cache);
  void open(std::string_view prefix, std::string_view name,
            std::span<const XmlAttribute> attributes) override;
  void text(std::string_view) override {}
  void close(std::string_view name) override;
  Result<void> finish() override { return table_.finish(); }

 private:
  Reading& reading_;
  const PivotCache& cache_;
  CellTable table_;
  std::vector<std::string> row_;
  bool in_row_ = false;
};

}  // namespace hitokoe::matcher
