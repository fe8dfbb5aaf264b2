// The counting tables of the 2024 hearing of carriers (001 2-10, 2-11, 2-12), of one carrier and
// one Japanese fiscal year (1 April to 31 March).
//
// 2-11 counts delegations (件): one company with two contracts counts twice, as the form asks even
// for "the parent" by number. Beside it stand distinct companies. A delegation counts where it was
// in force on at least one day of the year. Type B counts with or without a handover: the provider
// handles the data. 2-10 counts what took place in the year; a visit before the contract is an
// on-site inspection there (the form's own answer says "before and during the contract"), and a
// check sheet one on paper. 2-12 counts violations that audits of the year found, and those that
// became known otherwise.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hitokoe/base/language.h"
#include "hitokoe/registry/model.h"

namespace hitokoe::registry {

struct FiscalYear {
  int year = 0;  // in which it begins
  JstDay first() const;
  JstDay last() const;
  bool contains(JstDay day) const { return day >= first() && day <= last(); }
};
FiscalYear fiscal_year_of(JstDay day);

// By contract type, A 業務委託契約 and B 外部サービス利用.
struct ByType {
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  std::uint64_t total = 0;  // a + b of delegations; of companies fewer where one has both types

  friend bool operator==(const ByType&, const ByType&) = default;
};

struct ByLevel {
  ByType delegates;      // 委託先
  ByType sub_delegates;  // 再委託先, at any depth
  ByType total;

  friend bool operator==(const ByLevel&, const ByLevel&) = default;
};

struct Counts {
  std::string carrier;
  int fiscal_year = 0;

  // 2-11
  ByLevel delegations;         // in force in the year
  ByLevel companies;           // the same, distinct
  ByLevel delegations_at_end;  // in force on its last day
  ByLevel parents;             // of `delegations`: 親会社に係るもの
  ByLevel subsidiaries;        // 連結子会社に係るもの
  // Of the B delegations: those without any entry in the handover ledger.
  std::uint64_t external_without_handover = 0;
  // External services of the list whose provider does not handle the data: no delegation, not
  // counted above.
  std::uint64_t services_not_handling = 0;

  // 2-10
  ByLevel on_site;           // 立入調査, with visits before the contract
  ByLevel on_site_before;    // of them: before the contract
  ByLevel paper;             // 書面点検, with check sheets before the contract
  ByLevel paper_before;      // of them
  ByLevel remote;            // リモート
  ByLevel self_inspections;  // 自主点検: the delegate's own, in none of the above

  // 2-12
  ByLevel violations;
  ByLevel violations_by_audit;  // of them: found by an audit

  friend bool operator==(const Counts&, const Counts&) = default;
};

// O(registry). kNotFound: no such party.
Result<Counts> count(const Registry& registry, std::string_view carrier, FiscalYear year);

// Every controller of a delegation, an own snapshot or a `carriers` entry, in the order of
// `parties`.
std::vector<std::string> carriers_of(const Registry& registry);

// {"fiscal_year":…,"from":…,"to":…,"carriers":[{"carrier":…,"2-10":{…},"2-11":{…},"2-12":{…}}]}
std::string counts_to_json(const std::vector<Counts>& all, FiscalYear year);
// For a spreadsheet: UTF-8 with a byte order mark, CRLF, headers in the language; one line a row of
// the form: item, what, A, B, total.
std::string counts_to_csv(const std::vector<Counts>& all, Language language);

}  // namespace hitokoe::registry
