#include "registry/draft.h"
#include "registry/read_values.h"

namespace hitokoe::registry {
namespace {

using text::YamlNode;
using text::YamlProblems;

constexpr std::int64_t kMostRecords = 1'000'000'000'000;

// numbers: {contract: "K[0-9]{9}", ref: "C-[0-9]{7}"}
std::vector<identity::NumberPattern> read_numbers(const YamlNode& node, YamlProblems& problems,
                                                  const std::string& what) {
  std::vector<identity::NumberPattern> all;
  if (node.is_null() || !node.expect_map(problems, what)) return all;
  for (const auto& [key, field] :
       {std::pair("contract", FieldId::kContract), std::pair("ref", FieldId::kRef)}) {
    const YamlNode value = node.get(key);
    if (value.is_null()) continue;
    const std::string name = what + ": " + key;
    identity::NumberPattern pattern{field, value.text(problems, name)};
    if (pattern.pattern.empty()) continue;
    if (const auto good = identity::NumberPatterns::check(pattern); !good) {
      problems.add(value.line(), name + ": " + good.error().words());
    } else {
      all.push_back(std::move(pattern));
    }
  }
  node.refuse_unknown(problems);
  return all;
}

PartyDraft read_party(const YamlNode& node, YamlProblems& problems, const std::string& name) {
  PartyDraft draft;
  draft.line = node.line();
  draft.party.id = read_id(node.get("id"), problems, name + ": id");
  draft.party.name = read_text(node.get("name"), problems, name + ": name");
  draft.party.numbers = read_numbers(node.get("numbers"), problems, name + ": numbers");
  node.refuse_unknown(problems);
  return draft;
}

Consent read_consent(const YamlNode& node, YamlProblems& problems, const std::string& name,
                     bool with_party) {
  Consent consent;
  if (with_party) consent.by = read_id(node.get("by"), problems, name + ": by");
  consent.on = node.get("on").day(problems, name + ": on");
  consent.ref = read_text(node.get("ref"), problems, name + ": ref");
  node.refuse_unknown(problems);
  return consent;
}

DelegationDraft read_delegation(const YamlNode& node, YamlProblems& problems,
                                const std::string& name) {
  DelegationDraft draft;
  auto& d = draft.delegation;
  draft.line = node.line();
  const auto id_of = [&](const char* key, int& line) {
    line = node.get(key).line();
    return read_id(node.get(key), problems, name + ": " + key);
  };
  d.id = read_id(node.get("id"), problems, name + ": id");
  d.controller = id_of("controller", draft.controller_line);
  d.from = id_of("from", draft.from_line);
  d.to = id_of("to", draft.to_line);
  if (!node.get("under").is_null()) d.under = id_of("under", draft.under_line);

  const auto type = node.get("type").text(problems, name + ": type");
  if (type == "B") {
    d.type = ContractType::kB;
  } else if (!type.empty() && type != "A") {
    problems.add(node.get("type").line(),
                 name + Words{": type: A (業務委託契約) or B (外部サービス利用)",
                              ": type: A（業務委託契約）または B（外部サービス利用）"});
  }
  d.purposes = node.get("purposes").texts(problems, name + ": purposes");
  if (node.get("purposes").is_list() && node.get("purposes").items().empty())
    problems.add(node.get("purposes").line(), name + ": purposes" + at_least_one());
  draft.items = read_items(node.get("items"), problems, name + ": items");
  d.items = fields(draft.items);

  d.begins = node.get("begins").day(problems, name + ": begins");
  draft.begins_line = node.get("begins").line();
  if (const auto ends = node.get("ends"); !ends.is_null()) {
    d.ends = ends.day(problems, name + ": ends");
    draft.ends_line = ends.line();
  }
  if (const auto consent = node.get("consent");
      !consent.is_null() && consent.expect_map(problems, name + ": consent")) {
    d.consent = read_consent(consent, problems, name + ": consent", true);
    draft.consent_by_line = consent.get("by").line();
  }
  if (const auto returned = node.get("returned");
      !returned.is_null() && returned.expect_map(problems, name + ": returned")) {
    d.returned = read_consent(returned, problems, name + ": returned", false);
    draft.returned_line = returned.line();
  }
  node.refuse_unknown(problems);
  return draft;
}

// Keys that only a handover has.
constexpr const char* kHandoverKeys[] = {"delegation", "source",   "on",          "medium",
                                         "encrypted",  "given_by", "received_by", "confirmed",
                                         "purpose",    "stated"};

void read_handover(const YamlNode& node, YamlProblems& problems, const std::string& name,
                   SnapshotDraft& draft) {
  auto& s = draft.snapshot;
  draft.delegation_line = node.get("delegation").line();
  draft.source_line = node.get("source").line();
  draft.on_line = node.get("on").line();
  s.delegation = read_id(node.get("delegation"), problems, name + ": delegation");
  s.source = read_id(node.get("source"), problems, name + ": source");
  s.on = node.get("on").day(problems, name + ": on");
  s.medium = read_optional_text(node.get("medium"), problems, name + ": medium");
  s.encrypted = node.get("encrypted").boolean_or(problems, name + ": encrypted", false);
  s.given_by = read_optional_text(node.get("given_by"), problems, name + ": given_by");
  s.received_by = read_optional_text(node.get("received_by"), problems, name + ": received_by");
  s.confirmed = node.get("confirmed").texts_or_none(problems, name + ": confirmed");
  for (const auto& item : node.get("confirmed").items()) {
    YamlProblems told_already("");
    auto id = item.text_or(told_already, "", "");
    if (!id.empty()) draft.confirmed.push_back({std::move(id), item.line()});
  }
  s.purpose = read_optional_text(node.get("purpose"), problems, name + ": purpose");
  draft.purpose_line = node.get("purpose").line();
  draft.stated = read_statements(node, problems, name);
  for (const auto& [statement, line] : draft.stated) s.stated.push_back(statement);
}

SnapshotDraft read_snapshot(const YamlNode& node, YamlProblems& problems, const std::string& name) {
  SnapshotDraft draft;
  auto& s = draft.snapshot;
  draft.line = node.line();
  s.id = read_id(node.get("id"), problems, name + ": id");
  draft.holder_line = node.get("holder").line();
  s.holder = read_id(node.get("holder"), problems, name + ": holder");
  draft.as_of_line = node.get("as_of").line();
  s.as_of = node.get("as_of").day(problems, name + ": as_of");
  s.records = static_cast<std::uint64_t>(
      node.get("records").integer(problems, name + ": records", 0, kMostRecords));
  draft.items = read_items(node.get("items"), problems, name + ": items");
  s.items = fields(draft.items);
  s.own = node.get("own").boolean_or(problems, name + ": own", false);
  const auto controller = node.get("controller");
  draft.controller_line = controller.line();
  if (s.own || !controller.is_null())
    s.controller = read_id(controller, problems, name + ": controller");

  if (s.own) {
    s.on = s.as_of;
    for (const char* key : kHandoverKeys) {
      if (node.has(key))
        problems.add(node.key_line(key), name +
                                             Words{": own: it was not handed over: no \"",
                                                   ": own: 授受ではないため書けないキー \""} +
                                             key + "\"");
    }
  } else {
    read_handover(node, problems, name, draft);
  }
  node.refuse_unknown(problems);
  return draft;
}

}  // namespace

RegistryDraft read_draft(const YamlNode& root, YamlProblems& problems) {
  RegistryDraft draft;
  if (!root.expect_map(problems, Words{"the registry", "台帳"})) return draft;
  read_list(root, "parties", "party", true, problems, draft.parties, read_party);
  read_list(root, "delegations", "delegation", false, problems, draft.delegations, read_delegation);
  read_list(root, "snapshots", "snapshot", false, problems, draft.snapshots, read_snapshot);
  draft.book = read_book(root, problems);
  root.refuse_unknown(problems);
  return draft;
}

Result<Registry> parse_registry(std::string_view yaml, std::string_view file_name) {
  TRY(const auto root, YamlNode::parse(yaml, file_name, {.bytes = 64U << 20, .nodes = 2'000'000}));
  YamlProblems problems{std::string(file_name)};
  auto draft = read_draft(root, problems);
  check_draft(draft, problems);
  check_book(draft, problems);
  TRYV(problems.result());

  std::vector<Party> parties;
  std::vector<Delegation> delegations;
  std::vector<Snapshot> snapshots;
  parties.reserve(draft.parties.size());
  delegations.reserve(draft.delegations.size());
  snapshots.reserve(draft.snapshots.size());
  for (auto& p : draft.parties) parties.push_back(std::move(p.party));
  for (auto& d : draft.delegations) delegations.push_back(std::move(d.delegation));
  for (auto& s : draft.snapshots) snapshots.push_back(std::move(s.snapshot));
  return Registry(std::move(parties), std::move(delegations), std::move(snapshots),
                  std::make_shared<const SupervisionBook>(std::move(draft.book).book()));
}

}  // namespace hitokoe::registry
