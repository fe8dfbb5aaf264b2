#include "print/setting.h"

#include <cairo-pdf.h>

#include <algorithm>

namespace hitokoe::print {
namespace {

constexpr double kPointsPerMm = 72.0 / 25.4;
constexpr double kLeading = 0.35;   // between lines, of the size of type
constexpr double kCellPadding = 3;  // beside and above a cell's text
constexpr double kHair = 0.5;       // a rule's width

double points(int pango_units) { return static_cast<double>(pango_units) / PANGO_SCALE; }

struct DestroySurface {
  void operator()(cairo_surface_t* s) const { cairo_surface_destroy(s); }
};
struct DestroyCairo {
  void operator()(cairo_t* c) const { cairo_destroy(c); }
};

cairo_status_t append(void* to, const unsigned char* data, unsigned int size) {
  auto& bytes = *static_cast<Bytes*>(to);
  bytes.insert(bytes.end(), data, data + size);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

double Setting::Cell::height() const {
  double h = 2 * kCellPadding;
  for (std::size_t i = next; i < lines.size(); ++i) h += lines[i].height;
  return h;
}

Setting::Setting(const Document& document)
    : document_(document),
      options_(document.options_),
      fonts_(pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT)) {
  if (!fonts_) fonts_.reset(pango_cairo_font_map_new());
  context_.reset(pango_font_map_create_context(fonts_.get()));
  pango_cairo_context_set_resolution(context_.get(), 72);
  pango_context_set_language(context_.get(), pango_language_from_string("ja"));
  cairo_font_options_t* plain = cairo_font_options_create();
  cairo_font_options_set_hint_style(plain, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(plain, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_antialias(plain, CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options(context_.get(), plain);
  cairo_font_options_destroy(plain);
}

Result<void> Setting::check() const {
  const auto& o = options_;
  const bool sizes = o.width_mm >= 50 && o.width_mm <= 1000 && o.height_mm >= 50 &&
                     o.height_mm <= 1000 && o.body >= 5 && o.body <= 40;
  if (!sizes || o.margin_mm < 0 || 2 * o.margin_mm >= std::min(o.width_mm, o.height_mm)) {
    return fail(Errc::kBadInput, "a page or type of this size cannot be printed",
                "この大きさの紙や文字では印刷できません");
  }
  return ok();
}

double Setting::left() const { return options_.margin_mm * kPointsPerMm; }
double Setting::inner_width() const { return options_.width_mm * kPointsPerMm - 2 * left(); }
double Setting::bottom() const { return options_.height_mm * kPointsPerMm - left(); }

void Setting::new_page() {
  pages_.emplace_back();
  y_ = left();
}

std::vector<Setting::Line> Setting::lines_of(const std::string& text, double width,
                                             const TextStyle& style) {
  const double size = style.size > 0 ? style.size : options_.body;
  Layout layout(pango_layout_new(context_.get()));
  PangoFontDescription* font = pango_font_description_new();
  pango_font_description_set_family(font, options_.family.c_str());
  pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
  pango_font_description_set_weight(font, style.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description(layout.get(), font);
  pango_font_description_free(font);
  pango_layout_set_width(layout.get(), static_cast<int>(std::max(width, 1.0) * PANGO_SCALE));
  pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
  pango_layout_set_auto_dir(layout.get(), FALSE);
  pango_layout_set_alignment(layout.get(), style.align == Align::kRight    ? PANGO_ALIGN_RIGHT
                                           : style.align == Align::kCentre ? PANGO_ALIGN_CENTER
                                                                           : PANGO_ALIGN_LEFT);
  gchar* valid = g_utf8_make_valid(text.data(), static_cast<gssize>(text.size()));
  pango_layout_set_text(layout.get(), valid, -1);
  g_free(valid);
  missing_ = missing_ || pango_layout_get_unknown_glyphs_count(layout.get()) > 0;

  std::vector<Line> lines;
  PangoLayoutIter* at = pango_layout_get_iter(layout.get());
  do {
    PangoRectangle logical;
    pango_layout_iter_get_line_extents(at, nullptr, &logical);
    Line line;
    line.line = pango_layout_iter_get_line_readonly(at);
    line.indent = points(logical.x);
    line.ascent = points(pango_layout_iter_get_baseline(at) - logical.y);
    line.height = std::max(points(logical.height), size * (1 + kLeading));
    lines.push_back(line);
  } while (pango_layout_iter_next_line(at) != FALSE);
  pango_layout_iter_free(at);
  layouts_.push_back(std::move(layout));
  return lines;
}

void Setting::put(const Line& line, double x, double y, bool grey) {
  pages_.back().push_back({line.line, x + line.indent, y + line.ascent, 0, grey});
}

void Setting::set(const Document::Text& text) {
  if (y_ > left()) y_ += text.before;
  const auto lines = lines_of(text.text, inner_width(), text.style);
  double whole = 0;
  for (const auto& line : lines) whole += line.height;
  // A heading takes at least two lines of what follows with it.
  const double needed = text.keep ? whole + text.after + 3 * options_.body * (1 + kLeading) : 0;
  if (needed > room() && y_ > left()) new_page();
  for (const auto& line : lines) {
    if (line.height > room() && y_ > left()) new_page();
    put(line, left(), y_, text.style.grey);
    y_ += line.height;
  }
  y_ += text.after;
}

void Setting::put_row_once(std::vector<Cell>& cells, double most) {
  double deepest = 0;
  for (auto& cell : cells) {
    double y = kCellPadding;
    while (cell.next < cell.lines.size()) {
      const auto& line = cell.lines[cell.next];
      // One line at least, so that every page gets on.
      if (y + line.height + kCellPadding > most && y > kCellPadding) break;
      put(line, cell.x, y_ + y, false);
      y += line.height;
      ++cell.next;
    }
    deepest = std::max(deepest, y + kCellPadding);
  }
  y_ += deepest;
  rule_here();
}

void Setting::set_row(std::vector<Cell>& cells, const std::vector<Cell>& head) {
  const auto left_over = [&] {
    double h = 0;
    for (const auto& cell : cells) {
      if (cell.next < cell.lines.size()) h = std::max(h, cell.height());
    }
    return h;
  };
  const auto turn = [&] {
    new_page();
    rule_here();
    if (head.empty()) return;
    auto again = head;
    put_row_once(again, room());
  };
  const double least = 2 * kCellPadding + 2 * options_.body * (1 + kLeading);
  if (left_over() > room() && y_ > left() && (left_over() < bottom() - left() || room() < least)) {
    turn();
  }
  for (;;) {
    put_row_once(cells, room());
    if (left_over() <= 0) return;
    if (pages_.size() > Document::kMostPages) return;
    turn();
  }
}

void Setting::set(const Table& table) {
  double shares = 0;
  for (const auto& column : table.columns) shares += std::max(column.share, 0.01);
  const auto cells_of = [&](const auto& text_of, bool bold) {
    std::vector<Cell> cells;
    double x = left();
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      const double width = inner_width() * std::max(table.columns[c].share, 0.01) / shares;
      Cell cell;
      cell.x = x + kCellPadding;
      cell.lines =
          lines_of(text_of(c), width - 2 * kCellPadding,
                   {.size = options_.body * 0.92, .bold = bold, .align = table.columns[c].align});
      cells.push_back(std::move(cell));
      x += width;
    }
    return cells;
  };
  const bool headed =
      std::ranges::any_of(table.columns, [](const Column& c) { return !c.title.empty(); });
  std::vector<Cell> head;
  if (headed) head = cells_of([&](std::size_t c) { return table.columns[c].title; }, true);
  if (room() < 5 * options_.body * (1 + kLeading) && y_ > left()) new_page();
  rule_here();
  if (headed) {
    auto first = head;
    put_row_once(first, room());
  }
  for (const auto& row : table.rows) {
    auto cells =
        cells_of([&](std::size_t c) { return c < row.size() ? row[c] : std::string(); }, false);
    set_row(cells, head);
    if (pages_.size() > Document::kMostPages) return;
  }
  y_ += options_.body * 0.6;
}

void Setting::set(const Document::Space& space) {
  y_ += std::max(space.points, 0.0);
  if (room() < 0) new_page();
}

void Setting::set(const Document::Rule&) {
  y_ += options_.body * 0.3;
  rule_here();
  y_ += options_.body * 0.3;
}

void Setting::set(const Document::Break&) {
  if (!pages_.back().empty()) new_page();
}

void Setting::set(const Document::Mark&) { marks_.push_back(pages_.size()); }

void Setting::set(const Document::Placed& placed) {
  double y = placed.top;
  for (const auto& line : lines_of(placed.text, placed.width, placed.style)) {
    put(line, placed.left, y, placed.style.grey);
    y += line.height;
  }
}

void Setting::rule_here() { pages_.back().push_back({nullptr, left(), y_, inner_width(), false}); }

void Setting::number_pages() {
  const double y = bottom() + options_.body;
  for (std::size_t p = 0; p < pages_.size(); ++p) {
    const auto add = [&](const std::string& text, Align align) {
      if (text.empty()) return;
      const auto lines =
          lines_of(text, inner_width(), {.size = options_.body * 0.8, .align = align});
      const auto& line = lines.front();
      pages_[p].push_back({line.line, left() + line.indent, y + line.ascent, 0, true});
    };
    add(options_.footer, Align::kLeft);
    if (options_.page_numbers) {
      add(std::to_string(p + 1) + " / " + std::to_string(pages_.size()), Align::kRight);
    }
  }
}

Result<Bytes> Setting::draw() const {
  Bytes out;
  const std::unique_ptr<cairo_surface_t, DestroySurface> surface(
      cairo_pdf_surface_create_for_stream(append, &out, options_.width_mm * kPointsPerMm,
                                          options_.height_mm * kPointsPerMm));
  const std::string created = format_utc(options_.created).substr(0, 19) + "Z";
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE, options_.title.c_str());
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_SUBJECT,
                                 options_.subject.c_str());
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATOR, "Hitokoe");
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE, created.c_str());
  const std::unique_ptr<cairo_t, DestroyCairo> cr(cairo_create(surface.get()));
  for (const auto& page : pages_) {
    for (const auto& line : page) {
      const double ink = line.grey ? 0.35 : line.line == nullptr ? 0.6 : 0.0;
      cairo_set_source_rgb(cr.get(), ink, ink, ink);
      cairo_move_to(cr.get(), line.x, line.y);
      if (line.line != nullptr) {
        pango_cairo_show_layout_line(cr.get(), line.line);
      } else {
        cairo_set_line_width(cr.get(), kHair);
        cairo_line_to(cr.get(), line.x + line.width, line.y);
        cairo_stroke(cr.get());
      }
    }
    cairo_show_page(cr.get());
  }
  cairo_surface_finish(surface.get());
  if (cairo_status(cr.get()) != CAIRO_STATUS_SUCCESS ||
      cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS) {
    return fail(Errc::kInternal, "the PDF could not be drawn", "PDF を描けませんでした");
  }
  return out;
}

Result<Document::Typeset> Setting::run() {
  TRYV(check());
  new_page();
  for (const auto& block : document_.blocks_) {
    std::visit([this](const auto& one) { set(one); }, block);
    if (pages_.size() > Document::kMostPages) {
      return fail(Errc::kLimit, "the document has too many pages", "文書のページが多すぎます");
    }
  }
  number_pages();
  if (missing_) {
    return fail(Errc::kUnsupported,
                "no font on this machine has all characters of the text; install fonts-noto-cjk",
                "文中の文字を持つフォントがありません。fonts-noto-cjk を入れてください");
  }
  TRY(auto pdf, draw());
  return Document::Typeset{std::move(pdf), std::move(marks_), pages_.size()};
}

}  // namespace hitokoe::print
