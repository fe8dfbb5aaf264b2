#include "incident/reports/render.h"

#include <algorithm>

#include "hitokoe/print/document.h"

namespace hitokoe::incident {
namespace reports {

std::string heading_of(const ReportContent& c, Language l) {
  const bool first = c.kind == ReportKind::kPreliminary;
  if (c.form == ReportForm::kPpc) {
    return std::string(
        say(l, first ? "個人データの漏えい等報告（速報）" : "個人データの漏えい等報告（確報）",
            first ? "Report of a leak of personal data (preliminary)"
                  : "Report of a leak of personal data (final)"));
  }
  return std::string(
      say(l,
          first ? "通信の秘密・特定利用者情報の漏えい報告（第一報）"
                : "通信の秘密・特定利用者情報の漏えい報告（詳報）",
          first ? "Report of a leak under the Telecommunications Business Act (first report)"
                : "Report of a leak under the Telecommunications Business Act (details)"));
}

std::vector<std::pair<std::string, std::string>> particulars_of(const ReportVersion& v,
                                                                Language l) {
  const auto& c = v.content;
  std::vector<std::pair<std::string, std::string>> out;
  const auto add = [&](std::string_view ja, std::string_view en, std::string value) {
    out.emplace_back(say(l, ja, en), std::move(value));
  };
  add("提出先", "To",
      std::string(c.form == ReportForm::kPpc
                      ? say(l, "個人情報保護委員会（電気通信事業者は権限の委任により総務省）",
                            "Personal Information Protection Commission (telecom carriers: the "
                            "Ministry of Internal Affairs and Communications, by delegation)")
                      : say(l, "管轄の総合通信局等",
                            "Regional bureau of the Ministry of Internal Affairs and "
                            "Communications")));
  add("報告者", "From", c.carrier_name);
  add("事案番号", "Incident", c.incident);
  add("版", "Version", std::to_string(v.number));
  add("作成", "Made", format_jst(v.at));
  for (const auto& d : c.duties) {
    add("期限", "Due",
        std::string(say(l, d.text.ja, d.text.en)) + ": " +
            (d.due ? format_jst(*d.due) : std::string(say(l, "速やかに", "promptly"))));
  }
  if (v.submitted) {
    add("提出", "Submitted",
        format_jst(v.submitted->at) +
            (v.submitted->reference.empty() ? "" : "  " + v.submitted->reference));
  }
  add("内容の SHA-256", "SHA-256 of the content", v.sha256);
  return out;
}

std::string numbered(const ReportContent& c, ReportItem item, Language l) {
  const auto items = items_of(c.form);
  const auto at = std::ranges::find(items, item);
  return std::to_string(at - items.begin() + 1) + " " + std::string(title_of(item).in(l));
}

namespace {

// Text of people as plain text in Markdown: nothing in it begins markup.
std::string escaped(std::string_view text) {
  std::string out;
  bool line_begins = true;
  for (const char c : text) {
    if (c == '\n') {
      out += "  \n";
      line_begins = true;
      continue;
    }
    const bool anywhere = std::string_view("\\`*_[]<>&|~").find(c) != std::string_view::npos;
    const bool first = line_begins && std::string_view("#-+=").find(c) != std::string_view::npos;
    if (anywhere || first) out += '\\';
    out += c;
    line_begins = false;
  }
  return out;
}

std::vector<Language> languages_of(std::optional<Language> only) {
  if (only) return {*only};
  return {Language::kJapanese, Language::kEnglish};
}

void markdown_in(const ReportVersion& v, Language l, std::string& out) {
  const auto& c = v.content;
  out += "# " + heading_of(c, l) + "\n\n";
  for (const auto& [label, value] : particulars_of(v, l)) {
    out += "- " + label + ": " + escaped(value) + "\n";
  }
  for (const auto& s : c.sections) {
    out += "\n## " + numbered(c, s.item, l) + "\n\n" + escaped(text_of(s, l)) + "\n";
  }
  if (c.compared > 0) {
    out += "\n## ";
    out += say(l, "速報からの変更点（第 ", "Changes since the preliminary report (version ");
    out += std::to_string(c.compared);
    out += say(l, " 版との比較）\n\n", ")\n\n");
    for (const auto& d : c.differences) {
      out += "### " + numbered(c, d.item, l) + "\n\n";
      out += std::string(say(l, "変更前", "Before")) + ":\n\n" +
             escaped(say(l, d.before.ja, d.before.en)) + "\n\n" +
             std::string(say(l, "変更後", "After")) + ":\n\n" +
             escaped(say(l, d.after.ja, d.after.en)) + "\n\n";
    }
    if (c.differences.empty()) out += say(l, "変更なし。\n", "None.\n");
  }
  const auto open = c.open();
  if (!open.empty()) {
    out += "\n## ";
    out += say(l, "調査中の項目\n\n", "Still under investigation\n\n");
    for (const auto item : open) out += "- " + numbered(c, item, l) + "\n";
  }
}

void set_in(const ReportVersion& v, Language l, print::Document& out) {
  const auto& c = v.content;
  out.heading(1, heading_of(c, l));
  print::Table particulars{{{"", 1}, {"", 4}}, {}};
  for (const auto& [label, value] : particulars_of(v, l)) {
    particulars.rows.push_back({label, value});
  }
  out.table(std::move(particulars));
  for (const auto& s : c.sections) {
    out.heading(2, numbered(c, s.item, l));
    out.paragraph(text_of(s, l));
  }
  if (c.compared > 0) {
    out.heading(2, std::string(say(l, "速報からの変更点（第 ",
                                   "Changes since the preliminary report (version ")) +
                       std::to_string(c.compared) + std::string(say(l, " 版との比較）", ")")));
    if (c.differences.empty()) {
      out.paragraph(say(l, "変更なし。", "None."));
    } else {
      print::Table changes{{{std::string(say(l, "項目", "Item")), 1},
                            {std::string(say(l, "変更前", "Before")), 2},
                            {std::string(say(l, "変更後", "After")), 2}},
                           {}};
      for (const auto& d : c.differences) {
        changes.rows.push_back({numbered(c, d.item, l),
                                std::string(say(l, d.before.ja, d.before.en)),
                                std::string(say(l, d.after.ja, d.after.en))});
      }
      out.table(std::move(changes));
    }
  }
  const auto open = c.open();
  if (open.empty()) return;
  out.heading(2, say(l, "調査中の項目", "Still under investigation"));
  std::string all;
  for (const auto item : open) all += (all.empty() ? "" : "\n") + numbered(c, item, l);
  out.paragraph(all);
}

}  // namespace
}  // namespace reports

std::string report_markdown(const ReportVersion& version, std::optional<Language> language) {
  std::string out;
  for (const auto l : reports::languages_of(language)) {
    if (!out.empty()) out += "\n---\n\n";
    reports::markdown_in(version, l, out);
  }
  return out;
}

Result<Bytes> report_pdf(const ReportVersion& version, std::optional<Language> language) {
  const auto& c = version.content;
  print::DocumentOptions options;
  options.title = reports::heading_of(c, language.value_or(Language::kJapanese));
  options.subject = c.incident + " " + c.carrier;
  options.created = version.at;
  options.footer = c.incident + "  " + c.carrier_name + "  v" + std::to_string(version.number) +
                   "  " + version.sha256.substr(0, 16);
  print::Document document(std::move(options));
  bool first = true;
  for (const auto l : reports::languages_of(language)) {
    if (!first) document.page_break();
    first = false;
    reports::set_in(version, l, document);
  }
  return document.pdf();
}

}  // namespace hitokoe::incident
