// content.xml of ODS, ODT and ODP (OASIS OpenDocument 1.3, part 3).
#pragma once

#include <vector>

#include "matcher/decode/formats/flow_rows.h"
#include "matcher/decode/formats/xml_part.h"

namespace hitokoe::matcher {

class OdfPart final : public PartHandler {
 public:
  OdfPart(Reading& reading, const DocumentInfo& info) : flow_(reading, info) {}
  void open(std::string_view prefix, std::string_view name,
            std::span<const XmlAttribute> attributes) override;
  void text(std::string_view piece) override;
  void close(std::string_view name) override;
  Result<void> finish() override { return flow_.finish(); }

 private:
  struct Table {
    std::vector<std::uint32_t> down;  // by column: rows that the cell above still covers
    std::uint32_t column = 0;
    std::string value;  // of a cell whose text is not what it means
    bool number = false;
    std::uint32_t repeated = 0;  // how often the cell comes once more
  };
  void open_cell(std::string_view name, std::span<const XmlAttribute> attributes);
  void close_cell();

  FlowRows flow_;
  std::vector<Table> tables_;
  unsigned in_text_ = 0, in_reading_ = 0, skipped_ = 0;
};

}  // namespace hitokoe::matcher
