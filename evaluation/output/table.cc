// What a person sees at the end of `hitokoe evaluate`.
#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>

#include "hitokoe/evaluation/evaluate.h"

namespace hitokoe::evaluation {

namespace {

struct Line {
  std::string_view ja, en;
  Figure Figures::*figure;
};
constexpr std::array<Line, 16> kLines = {{
    {"首位が流出元 (top-1)", "top-1: a source ranks first", &Figures::top1},
    {"主な流出元が P≥0.5", "strict primary: P >= 0.5", &Figures::primary},
    {"P≥0.9 の精度", "precision at P >= 0.9", &Figures::precision},
    {"　古い流出の元も正解とする", "  with those behind an older dump",
     &Figures::precision_with_old},
    {"P≥0.9 の割合", "coverage at P >= 0.9", &Figures::coverage},
    {"Brier", "Brier", &Figures::brier},
    {"較正誤差 ECE (偏り除去)", "ECE, debiased", &Figures::ece},
    {"写し: P≥0.9 の精度", "copy: precision at P >= 0.9", &Figures::copy_precision},
    {"写し: P≥0.9 の割合", "copy: coverage at P >= 0.9", &Figures::copy_coverage},
    {"写し: Brier", "copy: Brier", &Figures::copy_brier},
    {"写し: 較正誤差 ECE", "copy: ECE, debiased", &Figures::copy_ece},
    {"双子: 誤って P≥0.9", "twins: confidently wrong", &Figures::twins_wrong},
    {"未登録: 不明が首位", "unregistered: unknown first", &Figures::unregistered_top1},
    {"未登録: 不明が P≥0.5", "unregistered: unknown P >= 0.5", &Figures::unregistered_primary},
    {"未登録: 誰かが P≥0.9", "unregistered: somebody P >= 0.9", &Figures::unregistered_named},
    {"古い流出のみ: 無関係が P≥0.9", "older dump: an outsider P >= 0.9", &Figures::old_wrong},
}};

// Kana and kanji take two columns of a terminal.
std::size_t width(std::string_view text) {
  std::size_t n = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0U) != 0x80) n += byte >= 0xe3 ? 2 : 1;
  }
  return n;
}

std::string fit(std::string_view text, std::size_t to) {
  return std::string(text) + std::string(to - std::min(to, width(text)), ' ');
}

std::string text_of(const Figure& f) {
  if (f.of == 0) return "-";
  char text[64];
  std::snprintf(text, sizeof text, "%.4f [%.3f, %.3f]", f.value, f.low, f.high);
  return text;
}

constexpr std::size_t kName = 36, kCell = 25, kMethod = 22;

std::string rows_text(const RowCell& cell) {
  if (cell.to == std::numeric_limits<std::uint64_t>::max()) return std::to_string(cell.from) + " –";
  return std::to_string(cell.from) + " – " + std::to_string(cell.to - 1);
}

// Model and bound side by side.
std::string main_table(const Evaluation& e, Language l) {
  std::vector<const MethodFigures*> shown;
  for (const auto& m : e.methods) {
    if (m.id == "model" || m.id == "files" || m.id == "oracle") shown.push_back(&m);
  }
  std::string out = fit("", kName);
  for (const auto* m : shown) out += fit(method_name(m->id, l), kCell);
  out += '\n';
  for (const auto& line : kLines) {
    out += fit(say(l, line.ja, line.en), kName);
    for (const auto* m : shown) out += fit(text_of(m->all.*line.figure), kCell);
    out += '\n';
  }
  for (std::size_t i = 0; !shown.empty() && i < shown[0]->by_rows.size(); ++i) {
    const auto& cell = shown[0]->by_rows[i];
    out += fit(std::string(say(l, "ECE 行数 ", "ECE, rows ")) + rows_text(cell), kName);
    for (const auto* m : shown) out += fit(text_of(m->by_rows[i].ece), kCell);
    out += '\n';
  }
  for (std::size_t i = 0; !shown.empty() && i < shown[0]->by_rows.size(); ++i) {
    const auto& cell = shown[0]->by_rows[i];
    out += fit(std::string(say(l, "写し: ECE 行数 ", "copy: ECE, rows ")) + rows_text(cell), kName);
    for (const auto* m : shown) out += fit(text_of(m->by_rows[i].copy_ece), kCell);
    out += '\n';
  }
  return out;
}

std::string others_table(const Evaluation& e, Language l) {
  std::string out = fit("", kMethod) + fit("top-1", kCell) +
                    fit(say(l, "主な流出元 P≥0.5", "strict primary"), kCell) +
                    fit(say(l, "P≥0.9 の精度", "precision at 0.9"), kCell) +
                    fit(say(l, "P≥0.9 の割合", "coverage at 0.9"), kCell) + "ECE\n";
  for (const auto& m : e.methods) {
    out += fit(method_name(m.id, l), kMethod);
    for (const auto* f :
         {&m.all.top1, &m.all.primary, &m.all.precision, &m.all.coverage, &m.all.ece}) {
      out += fit(text_of(*f), f == &m.all.ece ? 0 : kCell);
    }
    out += '\n';
  }
  return out;
}

}  // namespace

std::string method_name(std::string_view id, Language l) {
  if (id == "model") return std::string(say(l, "本製品", "Hitokoe"));
  if (id == "files") return std::string(say(l, "実ファイル経由", "through files"));
  if (id == "oracle") return std::string(say(l, "理論上の限界", "oracle"));
  if (id == "most_matches") return std::string(say(l, "最多一致", "most matches"));
  if (id == "smallest_set") return std::string(say(l, "最多一致の最小集合", "smallest set"));
  if (id == "jaccard") return "Jaccard";
  return std::string(say(l, "有罪度 (P&G 2011)", "guilt (P&G 2011)"));
}

std::string render(const Evaluation& e, Language l) {
  const auto n = [](std::uint64_t x) { return std::to_string(x); };
  std::string out;
  if (l == Language::kJapanese) {
    out = "流出 " + n(e.leaks) + " 件、世界 " + n(e.worlds) + " 個（一者 " + n(e.one) + "、二者 " +
          n(e.two) + "、既知の古い流出 " + n(e.known_old) + "、未登録 " + n(e.unregistered) +
          "、双子のいるもの " + n(e.twins) + "）。[ ] は 95 % 区間\n\n";
  } else {
    out = n(e.leaks) + " leaks in " + n(e.worlds) + " worlds (one source " + n(e.one) + ", two " +
          n(e.two) + ", known and old " + n(e.known_old) + ", unregistered " + n(e.unregistered) +
          ", with a twin " + n(e.twins) + "). [ ]: 95 % intervals\n\n";
  }
  out += main_table(e, l);
  if (e.methods.size() > 2) out += "\n" + others_table(e, l);
  return out;
}

}  // namespace hitokoe::evaluation
