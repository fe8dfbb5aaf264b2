// Typesetting of what people read on paper: reports, letters. Pages with headings, paragraphs,
// tables and blocks at fixed places, in Japanese and English type, as PDF.
//
//   print::Document report({.title = "速報", .created = clock.now()});
//   report.heading(1, "概要");
//   report.paragraph("…");
//   TRY(const auto pdf, report.pdf());
//
// Measures are points (1/72 inch) unless a name says mm. The same calls give the same bytes on one
// machine: no clock, no chance. Not thread-safe; several documents may be made at once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/result.h"
#include "hitokoe/base/time.h"

namespace hitokoe::print {

struct DocumentOptions {
  std::string title = {};  // in the file's properties
  std::string subject = {};
  UtcTime created{};                        // in the file's properties
  std::string family = "Noto Sans CJK JP";  // another one is taken where it lacks a character
  double body = 10;                         // size of type, [5, 40]
  double width_mm = 210, height_mm = 297;   // A4; [50, 1000]
  double margin_mm = 20;                    // on all sides; below half of the page
  std::string footer = {};                  // on every page, left
  bool page_numbers = true;                 // "2 / 5" on every page, right
};

enum class Align { kLeft, kRight, kCentre };

struct TextStyle {
  double size = 0;  // 0: of the body
  bool bold = false;
  bool grey = false;
  Align align = Align::kLeft;
};

struct Column {
  std::string title;  // all empty: a table without a head
  double share = 1;   // of the width, beside the others' shares
  Align align = Align::kLeft;
};

struct Table {
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  // a missing cell is empty
};

class Document {
 public:
  static constexpr std::size_t kMostText = 8U << 20;  // bytes of all texts
  static constexpr std::size_t kMostPages = 2000;

  explicit Document(DocumentOptions options);

  // Level 1 to 3. Never the last line of a page.
  void heading(int level, std::string_view text);
  void paragraph(std::string_view text, const TextStyle& style = {});
  // The head is repeated on every page; a row is split only where no page could hold it.
  void table(Table table);
  void space(double points);
  void rule();        // a thin line over the width
  void page_break();  // nothing where the page is empty
  // A block at a fixed place of the current page, from its upper left corner: an address behind
  // the window of an envelope. The flow of text is not moved; what is too long runs on downwards.
  void place(double left_mm, double top_mm, double width_mm, std::string_view text,
             const TextStyle& style = {});

  // Remembers the page on which what follows begins; see Typeset.
  void mark();

  // kUnsupported: no font of this machine has a character of the text (fonts-noto-cjk is missing);
  // kLimit: over kMostText or kMostPages; kBadInput: options out of bounds; kInternal: the library
  // failed. Cost: about 10 ms and 1 ms a page.
  Result<Bytes> pdf() const;
  struct Typeset {
    Bytes pdf;
    std::vector<std::size_t> marks;  // the page of each mark, from 1
    std::size_t pages = 0;
  };
  Result<Typeset> typeset() const;  // as pdf(), and where the marks are

 private:
  friend class Setting;
  struct Text {
    std::string text;
    TextStyle style;
    double before = 0, after = 0;
    bool keep = false;  // with what follows
  };
  struct Space {
    double points = 0;
  };
  struct Rule {};
  struct Break {};
  struct Mark {};
  struct Placed {
    double left = 0, top = 0, width = 0;
    std::string text;
    TextStyle style;
  };
  using Block = std::variant<Text, Table, Space, Rule, Break, Mark, Placed>;

  DocumentOptions options_;
  std::vector<Block> blocks_;
  std::size_t bytes_ = 0;
};

}  // namespace hitokoe::print
