// The body of incident.opened, incident.joined and incident.updated.
#include "hitokoe/incident/incident.h"
#include "incident/canonical_json.h"
#include "incident/verdict_name.h"

namespace hitokoe::incident {
namespace {

namespace json = boost::json;
using matcher::Verdict;

constexpr Verdict kVerdicts[] = {Verdict::kNamed, Verdict::kIndistinguishable, Verdict::kUnknown,
                                 Verdict::kNoMatch};
constexpr std::string_view kVerdictNames[] = {"named", "indistinguishable", "unknown", "no_match"};

json::string text(std::string_view s) { return json::string(s.data(), s.size()); }

json::array texts(const std::vector<std::string>& list) {
  json::array out;
  for (const auto& s : list) out.emplace_back(text(s));
  return out;
}

Result<Verdict> verdict_by_name(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kVerdicts); ++i) {
    if (kVerdictNames[i] == name) return kVerdicts[i];
  }
  return fail(Errc::kCorrupt, "event body: no such verdict", "監査記録の本文: 知らない判定");
}

Result<std::uint32_t> millionths(const BodyReader& r, std::string_view key) {
  TRY(const auto n, r.number(key));
  if (n > 1'000'000)
    return fail(Errc::kCorrupt, "event body: a probability over 1",
                "監査記録の本文: 1 を超える確率");
  return static_cast<std::uint32_t>(n);
}

Result<HolderRecord> read_holder(const BodyReader& r) {
  HolderRecord h;
  TRY(h.party, r.text("party"));
  TRY(h.probability_e6, millionths(r, "probability_e6"));
  if (r.has("passed_on_e6")) {
    TRY(h.passed_on_e6, millionths(r, "passed_on_e6"));
  }
  TRY(h.matched_rows, r.number("matched_rows"));
  TRY(h.exclusive_rows, r.number("exclusive_rows"));
  TRY(h.nameable, r.boolean("nameable"));
  h.explanation = r.text_or_empty("explanation");
  TRY(const auto snapshots, r.objects("snapshots"));
  for (const auto& s : snapshots) {
    HolderSnapshot snapshot;
    TRY(snapshot.id, s.text("id"));
    TRY(snapshot.controller, s.text("controller"));
    TRY(snapshot.above, s.texts("above"));
    h.snapshots.push_back(std::move(snapshot));
  }
  return h;
}

Result<ControllerCount> read_controller(const BodyReader& r) {
  ControllerCount c;
  TRY(c.controller, r.text("controller"));
  TRY(c.added, r.number("added"));
  TRY(const auto items, r.texts("items"));
  for (const auto& name : items) {
    const auto field = identity::field_by_name(name);
    if (!field)
      return fail(Errc::kCorrupt, "event body: no such field", "監査記録の本文: 知らない項目");
    c.items.insert(field.value());
  }
  return c;
}

}  // namespace

std::string_view verdict_name(Verdict verdict) {
  return kVerdictNames[static_cast<std::size_t>(verdict)];
}

std::string encode_exposure(const ExposureRecord& record) {
  json::array holders;
  for (const auto& h : record.holders) {
    json::array snapshots;
    for (const auto& s : h.snapshots) {
      snapshots.push_back(json::object{
          {"id", text(s.id)}, {"controller", text(s.controller)}, {"above", texts(s.above)}});
    }
    json::object holder{{"party", text(h.party)},
                        {"snapshots", std::move(snapshots)},
                        {"probability_e6", h.probability_e6},
                        {"matched_rows", h.matched_rows},
                        {"exclusive_rows", h.exclusive_rows},
                        {"nameable", h.nameable}};
    if (h.passed_on_e6 > 0) holder["passed_on_e6"] = h.passed_on_e6;
    if (!h.explanation.empty()) holder["explanation"] = text(h.explanation);
    holders.push_back(std::move(holder));
  }
  json::array controllers;
  for (const auto& c : record.controllers) {
    json::array items;
    for (const auto field : c.items) items.emplace_back(text(identity::field_info(field).name));
    controllers.push_back(json::object{
        {"controller", text(c.controller)}, {"added", c.added}, {"items", std::move(items)}});
  }
  json::array delegates;
  for (const auto& d : record.delegates) {
    delegates.push_back(json::object{{"delegate", text(d.delegate)},
                                     {"delegator", text(d.delegator)},
                                     {"controller", text(d.controller)}});
  }
  json::object body{
      {"exposure", text(record.id)},
      {"source", text(record.source)},
      {"captures", texts(record.captures)},
      {"verdict", text(verdict_name(record.verdict))},
      {"unknown_e6", record.unknown_e6},
      {"matched_subjects", record.matched_subjects},
      {"ambiguous_rows", record.ambiguous_rows},
      {"canary", record.canary},
      {"holders", std::move(holders)},
      {"controllers", std::move(controllers)},
      {"delegates", std::move(delegates)},
      {"known", texts(record.known)},
      {"subjects_sha256", text(record.subjects_sha256)},
  };
  if (!record.whole.empty()) body["whole"] = text(record.whole);
  return canonical(body);
}

Result<ExposureRecord> decode_exposure(std::string_view body) {
  TRY(const auto r, BodyReader::parse(body));
  ExposureRecord out;
  TRY(out.id, r.text("exposure"));
  TRY(out.source, r.text("source"));
  TRY(out.captures, r.texts("captures"));
  TRY(const auto verdict, r.text("verdict"));
  TRY(out.verdict, verdict_by_name(verdict));
  TRY(out.unknown_e6, millionths(r, "unknown_e6"));
  TRY(out.matched_subjects, r.number("matched_subjects"));
  TRY(out.ambiguous_rows, r.number("ambiguous_rows"));
  TRY(out.canary, r.boolean("canary"));
  TRY(const auto holders, r.objects("holders"));
  for (const auto& h : holders) {
    TRY(auto holder, read_holder(h));
    out.holders.push_back(std::move(holder));
  }
  TRY(const auto controllers, r.objects("controllers"));
  for (const auto& c : controllers) {
    TRY(auto controller, read_controller(c));
    out.controllers.push_back(std::move(controller));
  }
  TRY(const auto delegates, r.objects("delegates"));
  for (const auto& d : delegates) {
    DelegateEdge edge;
    TRY(edge.delegate, d.text("delegate"));
    TRY(edge.delegator, d.text("delegator"));
    TRY(edge.controller, d.text("controller"));
    out.delegates.push_back(std::move(edge));
  }
  TRY(out.known, r.texts("known"));
  TRY(out.subjects_sha256, r.text("subjects_sha256"));
  out.whole = r.text_or_empty("whole");
  return out;
}

}  // namespace hitokoe::incident
