#include "matcher/decode/formats/flow_part.h"

#include <charconv>

namespace hitokoe::matcher {

namespace {

std::uint32_t count(std::string_view text) {
  std::uint32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value > 512 ? 512 : value;
}

}  // namespace

// A cell of DOCX says inside what it covers, before its text: the cell is opened with its first
// paragraph.
void FlowPart::open(std::string_view, std::string_view name,
                    std::span<const XmlAttribute> attributes) {
  if (skipped_ > 0 || name == "Fallback") {
    ++skipped_;
    return;
  }
  if (name == "t" || name == "delText" || name == "instrText") {
    ++in_text_;
  } else if (name == "rt") {
    ++in_reading_;
  } else if (name == "tab") {
    keep(flow_.text("\t"));
  } else if (name == "br" || name == "cr") {
    flow_.end_line();
  } else if (name == "tbl") {
    open_cell();
    keep(flow_.open_table());
  } else if (name == "tr") {
    flow_.open_row();
  } else if (name == "tc") {
    // DrawingML lists covered cells as cells of their own; DOCX does only for those below.
    across_ = 0;
    continued_ =
        attribute(attributes, "vMerge") == "1" || attribute(attributes, "vMerge") == "true";
    cell_open_ = true;
  } else if (name == "gridSpan" && cell_open_) {
    const auto columns = count(attribute(attributes, "val"));
    across_ = columns > 0 ? columns - 1 : 0;
  } else if (name == "vMerge" && cell_open_) {
    continued_ = attribute(attributes, "val") != "restart";
  } else if (name == "p" || name == "txBody") {
    open_cell();
  }
}

void FlowPart::open_cell() {
  if (!std::exchange(cell_open_, false)) return;
  flow_.open_cell(across_);
  if (continued_) flow_.as_above();
}

void FlowPart::text(std::string_view piece) {
  if (skipped_ > 0 || in_text_ == 0) return;
  if (in_reading_ > 0) {
    flow_.reading(piece);
  } else {
    keep(flow_.text(piece));
  }
}

void FlowPart::close(std::string_view name) {
  if (skipped_ > 0) {
    --skipped_;
    return;
  }
  if (name == "t" || name == "delText" || name == "instrText") {
    in_text_ -= in_text_ > 0 ? 1 : 0;
  } else if (name == "rt") {
    in_reading_ -= in_reading_ > 0 ? 1 : 0;
  } else if (name == "p") {
    if (!continued_) flow_.end_line();
  } else if (name == "tc") {
    cell_open_ = continued_ = false;
    flow_.close_cell();
  } else if (name == "tr") {
    keep(flow_.close_row());
  } else if (name == "tbl") {
    keep(flow_.close_table());
  } else if (name == "comment" || name == "footnote" || name == "sp") {
    flow_.gap();
  } else if (name == "text") {
    flow_.end_line();  // of a workbook's comment
  }
}

}  // namespace hitokoe::matcher
