#include <boost/json.hpp>

#include "hitokoe/registry/counts.h"

namespace hitokoe::registry {
namespace {

namespace json = boost::json;

json::object to_json(const ByType& t) { return {{"A", t.a}, {"B", t.b}, {"total", t.total}}; }

json::object to_json(const ByLevel& l) {
  return {{"delegates", to_json(l.delegates)},
          {"sub_delegates", to_json(l.sub_delegates)},
          {"total", to_json(l.total)}};
}

json::object to_json(const Counts& c) {
  return {{"carrier", c.carrier},
          {"2-10", json::object{{"on_site", to_json(c.on_site)},
                                {"on_site_before_contract", to_json(c.on_site_before)},
                                {"paper", to_json(c.paper)},
                                {"paper_before_contract", to_json(c.paper_before)},
                                {"remote", to_json(c.remote)},
                                {"self_inspections", to_json(c.self_inspections)}}},
          {"2-11", json::object{{"delegations", to_json(c.delegations)},
                                {"companies", to_json(c.companies)},
                                {"delegations_on_last_day", to_json(c.delegations_at_end)},
                                {"external_services", c.delegations.total.b},
                                {"external_services_without_handover", c.external_without_handover},
                                {"services_not_handling", c.services_not_handling},
                                {"parents", to_json(c.parents)},
                                {"subsidiaries", to_json(c.subsidiaries)}}},
          {"2-12", json::object{{"violations", to_json(c.violations)},
                                {"found_by_audit", to_json(c.violations_by_audit)}}}};
}

// A field that a spreadsheet shows as it is: quoted where it must be.
std::string cell(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

class Table {
 public:
  Table(const Counts& counts, Language language, std::string& out)
      : counts_(counts), language_(language), out_(out) {}

  // Three lines: delegates, sub-delegates, total.
  void levels(const char* item, const Words& what, const ByLevel& l) {
    line(item, what, {"delegates", "委託先"}, l.delegates);
    line(item, what, {"sub-delegates", "再委託先"}, l.sub_delegates);
    line(item, what, {"total", "合計"}, l.total);
  }
  void line(const char* item, const Words& what, const Words& row, const ByType& t) {
    begin(item, what, row);
    out_ += ',' + std::to_string(t.a) + ',' + std::to_string(t.b) + ',' + std::to_string(t.total) +
            "\r\n";
  }
  void number(const char* item, const Words& what, std::uint64_t n) {
    begin(item, what, {"total", "合計"});
    out_ += ",,," + std::to_string(n) + "\r\n";
  }

 private:
  void begin(const char* item, const Words& what, const Words& row) {
    out_ += cell(counts_.carrier) + ',' + std::to_string(counts_.fiscal_year) + ',' + item + ',' +
            cell(what.in(language_)) + ',' + cell(row.in(language_));
  }

  const Counts& counts_;
  Language language_;
  std::string& out_;
};

void write(const Counts& c, Language language, std::string& out) {
  Table table(c, language, out);
  table.levels("2-10", {"on-site inspections", "立ち入り調査"}, c.on_site);
  table.levels("2-10", {"on-site: before the contract", "立ち入り調査（うち契約前）"},
               c.on_site_before);
  table.levels("2-10", {"inspections on paper", "書面点検"}, c.paper);
  table.levels("2-10", {"on paper: before the contract", "書面点検（うち契約前）"}, c.paper_before);
  table.levels("2-10", {"remote inspections", "リモート監査"}, c.remote);
  table.levels("2-10", {"the delegates' own inspections", "自主点検"}, c.self_inspections);
  table.levels("2-11", {"delegations in the year", "委託の件数（年度中に有効）"}, c.delegations);
  table.levels("2-11", {"companies in the year", "委託先の社数（年度中に有効）"}, c.companies);
  table.levels("2-11", {"delegations on the last day", "委託の件数（年度末日に有効）"},
               c.delegations_at_end);
  table.number("2-11", {"of them external services", "うち外部サービスの利用"},
               c.delegations.total.b);
  table.number("2-11", {"of them without a handover", "うち外部サービスの利用で授受のないもの"},
               c.external_without_handover);
  table.levels("2-11", {"of them the parent", "うち親会社に係るもの"}, c.parents);
  table.levels("2-11", {"of them consolidated subsidiaries", "うち連結子会社に係るもの"},
               c.subsidiaries);
  table.number("2-11",
               {"external services whose provider does not handle personal data (not counted)",
                "提供者が個人データを取り扱わない外部サービス（件数に含まない）"},
               c.services_not_handling);
  table.levels("2-12", {"violations of the contract", "契約違反"}, c.violations);
  table.levels("2-12", {"violations: found by inspections", "契約違反（うち監査で発見）"},
               c.violations_by_audit);
}

}  // namespace

std::string counts_to_json(const std::vector<Counts>& all, FiscalYear year) {
  json::array carriers;
  for (const auto& c : all) carriers.emplace_back(to_json(c));
  return json::serialize(json::object{{"fiscal_year", year.year},
                                      {"from", format_day(year.first())},
                                      {"to", format_day(year.last())},
                                      {"carriers", std::move(carriers)}});
}

std::string counts_to_csv(const std::vector<Counts>& all, Language language) {
  std::string out = "\xEF\xBB\xBF";
  out += say(language, "委託元,年度,項目,内容,区分,種別A,種別B,合計",
             "carrier,fiscal year,item,what,row,type A,type B,total");
  out += "\r\n";
  for (const auto& c : all) write(c, language, out);
  return out;
}

}  // namespace hitokoe::registry
