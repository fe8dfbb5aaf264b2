#include "registry/supervision_draft.h"

namespace hitokoe::registry {
namespace {

using text::YamlNode;
using text::YamlProblems;

constexpr std::int64_t kMostPeople = 10'000'000;
constexpr std::int64_t kMostViolations = 1'000'000;
constexpr int kMostMonths = 60;

std::uint64_t count_of(const YamlNode& node, YamlProblems& problems, const std::string& what,
                       std::int64_t most) {
  return static_cast<std::uint64_t>(node.integer(problems, what, 0, most));
}

std::optional<JstDay> read_optional_day(const YamlNode& node, YamlProblems& problems,
                                        const std::string& what) {
  if (node.is_null()) return std::nullopt;
  return node.day(problems, what);
}

// One of `names`, by its place; 0 where it is none, and a problem.
std::size_t read_choice(const YamlNode& node, YamlProblems& problems, const std::string& what,
                        std::initializer_list<const char*> names) {
  const auto given = node.text(problems, what);
  std::size_t at = 0;
  std::string all;
  for (const char* name : names) {
    if (given == name) return at;
    all += (at++ == 0 ? "" : ", ") + std::string(name);
  }
  if (!given.empty()) {
    problems.add(node.line(), what + Words{": one of " + all, ": " + all + " のいずれか"});
  }
  return 0;
}

// Calls read(node, name) for every map of the list under `key`, "supervision D1: audits 2".
template <class Read>
void each_of(const YamlNode& node, const char* key, YamlProblems& problems, const std::string& name,
             Read read) {
  const auto list = node.get(key);
  if (list.is_null() || !list.expect_list(problems, name + ": " + key)) return;
  std::size_t number = 0;
  for (const auto& item : list.items()) {
    const auto what = name + ": " + key + " " + std::to_string(++number);
    if (item.expect_map(problems, what)) read(item, what);
  }
}

Proof read_proof(const YamlNode& node, YamlProblems& problems, const std::string& name) {
  Proof proof;
  proof.on = node.get("on").day(problems, name + ": on");
  proof.ref = read_text(node.get("ref"), problems, name + ": ref");
  node.refuse_unknown(problems);
  return proof;
}

std::optional<Proof> read_optional_proof(const YamlNode& node, YamlProblems& problems,
                                         const std::string& name) {
  if (node.is_null() || !node.expect_map(problems, name)) return std::nullopt;
  return read_proof(node, problems, name);
}

std::vector<Reference> read_references(const YamlNode& node, YamlProblems& problems,
                                       const std::string& name) {
  std::vector<Reference> all;
  for (auto& id : node.texts_or_none(problems, name)) all.push_back({std::move(id), node.line()});
  const auto items = node.items();
  for (std::size_t i = 0; i < all.size() && i < items.size(); ++i) all[i].line = items[i].line();
  return all;
}

std::vector<std::string> ids_of(const std::vector<Reference>& references) {
  std::vector<std::string> ids;
  ids.reserve(references.size());
  for (const auto& m : references) ids.push_back(m.id);
  return ids;
}

CarrierPolicy read_policy(const YamlNode& node, YamlProblems& problems, const std::string& name) {
  CarrierPolicy policy;
  if (node.is_null() || !node.expect_map(problems, name)) return policy;
  const auto months = [&](const char* key, int otherwise) {
    return static_cast<int>(node.get(key).integer_or(problems, name + ": " + std::string(key), 1,
                                                     kMostMonths, otherwise));
  };
  policy.paper_audits =
      node.get("paper_audits").boolean_or(problems, name + ": paper_audits", policy.paper_audits);
  policy.remote_audits = node.get("remote_audits")
                             .boolean_or(problems, name + ": remote_audits", policy.remote_audits);
  policy.audit_months = months("audit_months", policy.audit_months);
  policy.training_months = months("training_months", policy.training_months);
  policy.self_inspection_months = months("self_inspection_months", policy.self_inspection_months);
  policy.access_review_months = months("access_review_months", policy.access_review_months);
  node.refuse_unknown(problems);
  return policy;
}

CarrierDraft read_carrier(const YamlNode& node, YamlProblems& problems, const std::string& name) {
  CarrierDraft draft;
  draft.line = node.line();
  draft.carrier.id = read_id(node.get("id"), problems, name + ": id");
  draft.parents = read_references(node.get("parents"), problems, name + ": parents");
  draft.subsidiaries = read_references(node.get("subsidiaries"), problems, name + ": subsidiaries");
  draft.carrier.parents = ids_of(draft.parents);
  draft.carrier.subsidiaries = ids_of(draft.subsidiaries);
  draft.carrier.policy = read_policy(node.get("policy"), problems, name + ": policy");
  const auto purposes = node.get("purposes");
  if (!purposes.is_null() && purposes.expect_map(problems, name + ": purposes")) {
    for (const auto& [purpose, items] : purposes.entries()) {
      draft.carrier.purposes.emplace(
          purpose,
          fields(read_items(items, problems, name + ": purposes: " + text::shown_key(purpose))));
    }
    purposes.refuse_unknown(problems);
  }
  node.refuse_unknown(problems);
  return draft;
}

ServiceDraft read_service(const YamlNode& node, YamlProblems& problems, const std::string& name) {
  ServiceDraft draft;
  auto& s = draft.service;
  draft.line = node.line();
  const auto id_of = [&](const char* key, int& line) {
    line = node.get(key).line();
    return read_id(node.get(key), problems, name + ": " + key);
  };
  s.id = read_id(node.get("id"), problems, name + ": id");
  s.controller = id_of("controller", draft.controller_line);
  s.user = id_of("user", draft.user_line);
  s.provider = id_of("provider", draft.provider_line);
  s.name = read_text(node.get("name"), problems, name + ": name");
  s.handles = node.get("handles").boolean(problems, name + ": handles");
  if (!node.get("delegation").is_null()) s.delegation = id_of("delegation", draft.delegation_line);
  node.refuse_unknown(problems);
  return draft;
}

Audit read_audit(const YamlNode& node, YamlProblems& problems, const std::string& name) {
  Audit audit;
  audit.on = node.get("on").day(problems, name + ": on");
  audit.kind = static_cast<AuditKind>(
      read_choice(node.get("kind"), problems, name + ": kind", {"on_site", "paper", "remote"}));
  audit.result = static_cast<AuditResult>(read_choice(
      node.get("result"), problems, name + ": result", {"passed", "improvement", "failed"}));
  audit.violations = static_cast<std::uint64_t>(
      node.get("violations").integer_or(problems, name + ": violations", 0, kMostViolations, 0));
  audit.ref = read_optional_text(node.get("ref"), problems, name + ": ref");
  node.refuse_unknown(problems);
  return audit;
}

void at_most(const YamlNode& node, YamlProblems& problems, const std::string& what,
             std::uint64_t value, const char* key, std::uint64_t most) {
  if (value <= most) return;
  problems.add(node.line(), what + Words{": more than " + std::string(key),
                                         ": " + std::string(key) + " を超えています"});
}

Training read_training(const YamlNode& node, YamlProblems& problems, const std::string& name) {
  Training training;
  training.on = node.get("on").day(problems, name + ": on");
  training.attended = count_of(node.get("attended"), problems, name + ": attended", kMostPeople);
  training.of = count_of(node.get("of"), problems, name + ": of", kMostPeople);
  at_most(node.get("attended"), problems, name + ": attended", training.attended, "of",
          training.of);
  training.ref = read_optional_text(node.get("ref"), problems, name + ": ref");
  training.names = node.get("names").texts_or_none(problems, name + ": names");
  training.consent = read_optional_proof(node.get("consent"), problems, name + ": consent");
  if (!training.names.empty() && !training.consent) {
    problems.add(node.get("names").line(),
                 name + Words{": names: only with the recorded consent of those named (consent); "
                              "the counts are enough",
                              ": names: 本人の同意の記録（consent）がなければ書けません。"
                              "人数だけで足ります"});
  }
  if (training.names.size() > training.attended) {
    problems.add(node.get("names").line(),
                 name + Words{": names: more than attended", ": names: attended を超えています"});
  }
  node.refuse_unknown(problems);
  return training;
}

AccessReview read_review(const YamlNode& node, YamlProblems& problems, const std::string& name) {
  AccessReview review;
  review.on = node.get("on").day(problems, name + ": on");
  review.holders = count_of(node.get("holders"), problems, name + ": holders", kMostPeople);
  review.staff = count_of(node.get("staff"), problems, name + ": staff", kMostPeople);
  at_most(node.get("holders"), problems, name + ": holders", review.holders, "staff", review.staff);
  review.ref = read_optional_text(node.get("ref"), problems, name + ": ref");
  node.refuse_unknown(problems);
  return review;
}

void must_not_be_before(const YamlNode& node, YamlProblems& problems, const std::string& what,
                        const std::optional<JstDay>& later, JstDay earlier, const char* key) {
  if (!later || *later == JstDay{} || *later >= earlier) return;
  problems.add(node.line(),
               what + Words{": before " + std::string(key), ": " + std::string(key) + " より前"});
}

Violation read_violation(const YamlNode& node, YamlProblems& problems, const std::string& name) {
  Violation violation;
  violation.on = node.get("on").day(problems, name + ": on");
  violation.what = read_text(node.get("what"), problems, name + ": what");
  violation.ref = read_optional_text(node.get("ref"), problems, name + ": ref");
  violation.remedied = read_optional_day(node.get("remedied"), problems, name + ": remedied");
  must_not_be_before(node.get("remedied"), problems, name + ": remedied", violation.remedied,
                     violation.on, "on");
  node.refuse_unknown(problems);
  return violation;
}

Closing read_closing(const YamlNode& node, YamlProblems& problems, const std::string& name,
                     int& by_line) {
  Closing closing;
  closing.on = node.get("on").day(problems, name + ": on");
  closing.by = read_id(node.get("by"), problems, name + ": by");
  by_line = node.get("by").line();
  closing.key = static_cast<KeyChoice>(
      read_choice(node.get("key"), problems, name + ": key", {"keep", "destroy"}));
  closing.until = read_optional_day(node.get("until"), problems, name + ": until");
  closing.ref = read_text(node.get("ref"), problems, name + ": ref");
  must_not_be_before(node.get("until"), problems, name + ": until", closing.until, closing.on,
                     "on");
  if (closing.key == KeyChoice::kKeep && !closing.until) {
    problems.add(node.line(), name + Words{": key: keep needs the day until which (until)",
                                           ": key: keep には期限（until）が必要"});
  }
  if (closing.key == KeyChoice::kDestroy && closing.until) {
    problems.add(node.get("until").line(), name + Words{": until: only with key: keep",
                                                        ": until: key: keep のときだけ書けます"});
  }
  node.refuse_unknown(problems);
  return closing;
}

SupervisionDraft read_supervision(const YamlNode& node, YamlProblems& problems,
                                  const std::string& name) {
  SupervisionDraft draft;
  auto& s = draft.supervision;
  draft.line = node.line();
  s.delegation = read_id(node.get("delegation"), problems, name + ": delegation");
  s.agreement = read_optional_proof(node.get("agreement"), problems, name + ": agreement");
  if (const auto precheck = node.get("precheck");
      !precheck.is_null() && precheck.expect_map(problems, name + ": precheck")) {
    const auto what = name + ": precheck";
    Precheck read;
    read.on = precheck.get("on").day(problems, what + ": on");
    read.visit =
        read_choice(precheck.get("kind"), problems, what + ": kind", {"sheet", "visit"}) == 1;
    read.ref = read_text(precheck.get("ref"), problems, what + ": ref");
    precheck.refuse_unknown(problems);
    s.precheck = std::move(read);
  }
  each_of(node, "self_inspections", problems, name, [&](const YamlNode& n, const std::string& w) {
    s.self_inspections.push_back(read_proof(n, problems, w));
  });
  each_of(node, "audits", problems, name, [&](const YamlNode& n, const std::string& w) {
    s.audits.push_back(read_audit(n, problems, w));
  });
  each_of(node, "training", problems, name, [&](const YamlNode& n, const std::string& w) {
    s.trainings.push_back(read_training(n, problems, w));
  });
  each_of(node, "access_reviews", problems, name, [&](const YamlNode& n, const std::string& w) {
    s.access_reviews.push_back(read_review(n, problems, w));
  });
  each_of(node, "violations", problems, name, [&](const YamlNode& n, const std::string& w) {
    s.violations.push_back(read_violation(n, problems, w));
  });
  if (const auto closed = node.get("closed");
      !closed.is_null() && closed.expect_map(problems, name + ": closed")) {
    draft.closed_line = closed.line();
    s.closed = read_closing(closed, problems, name + ": closed", draft.closed_by_line);
  }
  node.refuse_unknown(problems);
  return draft;
}

TakeOutDraft read_takeout(const YamlNode& node, YamlProblems& problems, const std::string& name) {
  TakeOutDraft draft;
  auto& t = draft.takeout;
  draft.line = node.line();
  t.id = read_id(node.get("id"), problems, name + ": id");
  t.delegation = read_id(node.get("delegation"), problems, name + ": delegation");
  t.by = read_text(node.get("by"), problems, name + ": by");
  t.on = node.get("on").day(problems, name + ": on");
  t.due = node.get("due").day(problems, name + ": due");
  t.returned = read_optional_day(node.get("returned"), problems, name + ": returned");
  t.sheets = count_of(node.get("sheets"), problems, name + ": sheets", kMostRecords);
  t.ref = read_optional_text(node.get("ref"), problems, name + ": ref");
  if (t.on != JstDay{}) {
    must_not_be_before(node.get("due"), problems, name + ": due", t.due, t.on, "on");
    must_not_be_before(node.get("returned"), problems, name + ": returned", t.returned, t.on, "on");
  }
  node.refuse_unknown(problems);
  return draft;
}

}  // namespace

BookDraft read_book(const YamlNode& root, YamlProblems& problems) {
  BookDraft draft;
  read_list(root, "carriers", "carrier", false, problems, draft.carriers, read_carrier);
  read_list(root, "services", "service", false, problems, draft.services, read_service);
  read_list(root, "supervision", "supervision", false, problems, draft.supervision,
            read_supervision, "delegation");
  read_list(root, "takeouts", "take-out", false, problems, draft.takeouts, read_takeout);
  return draft;
}

std::vector<std::pair<Statement, int>> read_statements(const YamlNode& node, YamlProblems& problems,
                                                       const std::string& name) {
  std::vector<std::pair<Statement, int>> all;
  each_of(node, "stated", problems, name, [&](const YamlNode& n, const std::string& what) {
    Statement statement;
    statement.by = read_id(n.get("by"), problems, what + ": by");
    statement.on = n.get("on").day(problems, what + ": on");
    statement.records = count_of(n.get("records"), problems, what + ": records", kMostRecords);
    statement.items = fields(read_items(n.get("items"), problems, what + ": items"));
    n.refuse_unknown(problems);
    all.emplace_back(std::move(statement), n.line());
  });
  return all;
}

SupervisionBook BookDraft::book() && {
  SupervisionBook out;
  for (auto& c : carriers) out.carriers.push_back(std::move(c.carrier));
  for (auto& s : services) out.services.push_back(std::move(s.service));
  for (auto& s : supervision) out.supervision.push_back(std::move(s.supervision));
  for (auto& t : takeouts) out.takeouts.push_back(std::move(t.takeout));
  return out;
}

}  // namespace hitokoe::registry
