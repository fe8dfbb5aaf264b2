#include "apps/hitokoe/scan_explanation.h"

#include <cmath>
#include <cstdio>
#include <string>

#include "hitokoe/identity/field.h"

namespace hitokoe::app {
namespace {

using matcher::HolderResult;
using matcher::ScanReport;

constexpr double kWorthExplaining = 0.001;  // of a probability

std::string decibans(double x) {
  char text[24];
  std::snprintf(text, sizeof text, "%+.1f dB", std::round(x * 10) / 10);
  return text;
}

template <class Fields>
std::string field_list(Language l, const Fields& fields) {
  std::string out;
  for (const identity::FieldId f : fields) {
    const auto& info = identity::field_info(f);
    if (!out.empty()) out += say(l, "、", ", ");
    out += say(l, info.name_ja, info.name);
  }
  return out;
}

std::string list(Language l, const std::vector<std::string>& items) {
  std::string out;
  for (const auto& item : items) out += (out.empty() ? "" : std::string(say(l, "、", ", "))) + item;
  return out;
}

void show_holder(std::ostream& out, Language l, const HolderResult& h) {
  out << '\n' << h.party << '\n' << "  " << h.sentence.in(l) << '\n';
  const auto line = [&](std::string_view ja, std::string_view en, double value) {
    if (std::abs(value) < 0.05) return;
    out << "    " << say(l, ja, en) << "  " << decibans(value) << '\n';
  };
  line("含まれる人", "membership", h.decibans.membership);
  line("列", "columns", h.decibans.columns);
  line("値の時点", "dates", h.decibans.dates);
  line("行の順序", "order of rows", h.decibans.order);
  line("おとり", "canaries", h.decibans.canary);
  line("台帳から（事前）", "from the registry, beforehand", h.decibans.prior);
  line("登録のない者が持っていたかもしれない", "somebody unregistered may have had it",
       h.decibans.downstream);
  out << "    " << say(l, "計", "sum") << "  " << decibans(h.decibans.sum()) << '\n';
  if (!h.snapshot.empty()) {
    out << "  " << say(l, "写し ", "copy ") << h.snapshot;
    if (h.as_of != JstDay{}) out << say(l, "、時点 ", ", as of ") << format_day(h.as_of);
    if (h.handed_over != JstDay{}) {
      out << say(l, "、受け渡し ", ", handed over ") << format_day(h.handed_over);
    }
    out << say(l, "、与えた行の割合 ", ", share of the rows ")
        << static_cast<int>(std::lround(h.share * 100)) << "%\n";
  }
  if (h.contradicting_rows > 0) {
    out << "  " << say(l, "食い違う行 ", "contradicting rows ") << h.contradicting_rows;
    for (const auto& c : h.contradictions) {
      out << say(l, "  #", "  #") << c.row + 1 << " (" << field_list(l, c.fields) << ')';
    }
    out << '\n';
  }
}

}  // namespace

void show_sources(std::ostream& out, Language l, const ScanReport& r) {
  for (const auto& c : r.canaries) {
    out << say(l, "おとり：", "Canaries: ") << c.canaries
        << say(l, " 件。受け渡し ", " of handover ") << c.handover << say(l, "（", " (") << c.party
        << say(l, "）に由来することは確実です", "): the leak goes back to it, with certainty");
    if (!c.descended.empty()) {
      out << say(l, "。その先の写し：", "; copies made from it: ") << list(l, c.descended);
    }
    out << '\n';
    if (!c.seen_in.empty()) {
      out << say(l, "  同じおとりが現れた事案：", "  the same canary was seen in: ")
          << list(l, c.seen_in) << '\n';
    }
  }
  if (!r.recirculation || r.recirculation->kind == "none") return;
  const auto& again = *r.recirculation;
  out << say(l, "過去の流出：", "Older leaks: ");
  if (again.kind == "same") out << say(l, "同じ集合の再流通", "the same set again");
  if (again.kind == "subset") out << say(l, "その一部", "a part of one");
  if (again.kind == "merge") out << say(l, "複数を合わせたもの", "several put together");
  if (again.kind == "partly") out << say(l, "一部が重なる", "a part of the rows");
  for (const auto& k : r.known_leaks) {
    out << "  " << k.incident << " (" << k.subjects << " / " << k.of << ')';
  }
  out << '\n'
      << say(l, "  新しい人 ", "  new people ") << again.new_subjects
      << say(l, "、既知の人 ", ", known ") << again.known_subjects;
  if (again.subjects_new_items > 0) {
    out << say(l, "、新しい項目のある人 ", ", known with new items ") << again.subjects_new_items
        << " (" << field_list(l, again.new_items) << ')';
  }
  out << '\n';
}

void show_explanation(std::ostream& out, Language l, const ScanReport& r) {
  out << '\n' << r.summary.in(l) << '\n';
  for (const auto& h : r.holders) {
    if (h.probability >= kWorthExplaining) show_holder(out, l, h);
  }
  if (!r.tell_apart) return;
  const auto& t = *r.tell_apart;
  out << '\n'
      << say(l, "区別するには：", "To tell apart: ") << t.first << say(l, " と ", " and ")
      << (t.second.empty() ? std::string(say(l, "未登録の流出元", "an unknown source")) : t.second)
      << '\n';
  if (t.rows > 0) {
    out << "  " << say(l, "同じような行があと ", "more rows of this kind: ") << t.rows << '\n';
  } else {
    out << "  "
        << say(l, "行を増やしても区別できません", "no number of rows of this kind is enough")
        << '\n';
  }
  if (!t.columns.empty()) {
    out << "  " << say(l, "次の列があれば分かれます：", "a column that only one of them had: ")
        << field_list(l, t.columns) << '\n';
  }
  if (!t.canaries.empty()) {
    out << "  " << say(l, "おとりのない受け渡し：", "handovers without canaries: ")
        << list(l, t.canaries) << '\n';
  }
}

}  // namespace hitokoe::app
