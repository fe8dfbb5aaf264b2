// Text and tables of DOCX and PPTX parts, and of the notes and drawings of a workbook.
#pragma once

#include <string>
#include <vector>

#include "matcher/decode/formats/flow_rows.h"
#include "matcher/decode/formats/xml_part.h"

namespace hitokoe::matcher {

// WordprocessingML and DrawingML share the names that matter: p, r, t, br, tab, tbl, tr, tc. Text
// that was deleted with its changes tracked is read too. Of alternative contents the first is read.
class FlowPart final : public PartHandler {
 public:
  FlowPart(Reading& reading, const DocumentInfo& info) : flow_(reading, info) {}
  void open(std::string_view prefix, std::string_view name,
            std::span<const XmlAttribute> attributes) override;
  void text(std::string_view piece) override;
  void close(std::string_view name) override;
  Result<void> finish() override { return flow_.finish(); }

 private:
  void open_cell();

  FlowRows flow_;
  unsigned in_text_ = 0, in_reading_ = 0, skipped_ = 0;
  bool cell_open_ = false, continued_ = false;
  std::uint32_t across_ = 0;
};

}  // namespace hitokoe::matcher
