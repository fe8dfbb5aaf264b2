// Lays the blocks of a document out on pages, and draws them. Pango makes lines of texts, Cairo
// draws them; their types stay in this folder.
#pragma once

#include <pango/pangocairo.h>

#include <memory>
#include <string>
#include <vector>

#include "hitokoe/print/document.h"

namespace hitokoe::print {

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
using Layout = std::unique_ptr<PangoLayout, Unref>;

struct SetLine {                    // one line of type, or of ink
  PangoLayoutLine* line = nullptr;  // owned by a layout of the setting; null: a rule
  double x = 0, y = 0;              // of the baseline's left end
  double width = 0;                 // of a rule
  bool grey = false;
};

class Setting {
 public:
  explicit Setting(const Document& document);
  // Errors: see Document::pdf.
  Result<Document::Typeset> run();

 private:
  struct Line {
    PangoLayoutLine* line = nullptr;
    double indent = 0, ascent = 0, height = 0;
  };
  struct Cell {
    std::vector<Line> lines;
    std::size_t next = 0;  // the first one that is not set yet
    double x = 0;
    double height() const;
  };

  Result<void> check() const;
  double left() const;
  double inner_width() const;
  double bottom() const;
  double room() const { return bottom() - y_; }
  void new_page();
  std::vector<Line> lines_of(const std::string& text, double width, const TextStyle& style);
  void put(const Line& line, double x, double y, bool grey);
  void set(const Document::Text& text);
  void set(const Table& table);
  void set(const Document::Space& space);
  void set(const Document::Rule& rule);
  void set(const Document::Break& rest);
  void set(const Document::Mark& mark);
  void set(const Document::Placed& placed);
  void set_row(std::vector<Cell>& cells, const std::vector<Cell>& head);
  void put_row_once(std::vector<Cell>& cells, double most);
  void rule_here();
  void number_pages();
  Result<Bytes> draw() const;

  const Document& document_;
  const DocumentOptions& options_;
  std::unique_ptr<PangoFontMap, Unref> fonts_;
  std::unique_ptr<PangoContext, Unref> context_;
  std::vector<Layout> layouts_;
  std::vector<std::vector<SetLine>> pages_;
  std::vector<std::size_t> marks_;
  double y_ = 0;
  bool missing_ = false;  // a character that no font has
};

}  // namespace hitokoe::print
