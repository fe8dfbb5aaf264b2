#include <algorithm>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/incident/follow_up.h"
#include "hitokoe/incident/reports.h"
#include "incident/canonical_json.h"
#include "incident/reports/facts.h"

namespace hitokoe::incident {
namespace {

namespace json = boost::json;
using reports::Facts;

constexpr std::size_t kMostReference = 200;
// Of one carrier's reports on one incident: every version, and every text, is read whenever one of
// them is.
constexpr std::size_t kMostVersions = 1000;
constexpr std::size_t kMostEntries = 2000;

json::string text(std::string_view s) { return json::string(s.data(), s.size()); }

Result<void> may_report_for(const Viewer& viewer, std::string_view carrier) {
  const bool own = viewer.role() == registry::Role::kParty && viewer.party() == carrier;
  if (own || viewer.role() == registry::Role::kCoordinator) return ok();
  return fail(Errc::kForbidden, "only a coordinator, or the carrier itself, reports for it",
              "報告は取りまとめ役か、その通信会社だけができます");
}

// Line ends may stand there; what a terminal or a PDF would take for a command may not.
Result<void> check_text(std::string_view s, std::size_t most) {
  if (s.size() > most) {
    return fail(Errc::kLimit, "the text is longer than " + std::to_string(most) + " bytes",
                "文章が " + std::to_string(most) + " バイトを超えています");
  }
  for (const char c : s) {
    const auto b = static_cast<unsigned char>(c);
    if ((b < 0x20 && c != '\n' && c != '\t') || b == 0x7f) {
      return fail(Errc::kBadInput, "the text has control characters",
                  "文章に制御文字が含まれています");
    }
  }
  return ok();
}

// Whoever asks: a report says what its carrier may see.
Viewer eyes_of(const std::string& carrier) {
  return Viewer("report", registry::Role::kParty, carrier);
}

using Notices = decltype(Facts::notices);

// Several campaigns of one incident together: sent when all are, begun when one is.
void add_notices(Notices& all, CampaignState state, const CampaignStore::Counts& counts) {
  if (!all) {
    all.emplace(state, counts);
    return;
  }
  auto& [together, sum] = *all;
  const auto begun = [](CampaignState s) {
    return s == CampaignState::kSending || s == CampaignState::kPaused || s == CampaignState::kSent;
  };
  if (together != state) {
    together = begun(together) || begun(state) ? CampaignState::kSending : state;
  }
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += counts[i];
}

}  // namespace

Result<std::vector<ReportFile>> ReportService::list(const Viewer& viewer,
                                                    const std::string& incident) {
  TRY(const auto carriers, p_.store.carriers(viewer, incident));
  if (carriers.empty()) {
    // A contractor knows of the incident and has nothing to report; others do not know of it.
    TRYV(p_.incidents.load(viewer, incident));
  }
  std::vector<ReportFile> out;
  for (const auto& carrier : carriers) {
    TRY(auto file, p_.store.load(viewer, incident, carrier));
    out.push_back(std::move(file));
  }
  return out;
}

Result<ReportFile> ReportService::show(const Viewer& viewer, const std::string& incident,
                                       const std::string& carrier) {
  return p_.store.load(viewer, incident, carrier);
}

Result<void> ReportService::record(const Viewer& viewer, const std::string& incident,
                                   const std::string& carrier, ReportItem item, const Words& said) {
  TRYV(may_report_for(viewer, carrier));
  if (said.ja.empty() && said.en.empty()) {
    return fail(Errc::kBadInput, "a text is needed, in Japanese, English or both",
                "文章が必要です（日本語、英語、または両方）");
  }
  TRYV(check_text(said.ja, kMostText));
  TRYV(check_text(said.en, kMostText));
  TRY(const auto file, p_.store.load(viewer, incident, carrier));
  TRY(const auto in, p_.incidents.load(eyes_of(carrier), incident));
  const auto view = view_of(in, eyes_of(carrier), p_.rules, p_.holidays, p_.clock.now());
  TRY(const auto registry, p_.registry.load());
  TRYV(reports::check_names(said, registry, view, carrier));
  const auto* newest = file.newest(item);
  if (newest != nullptr && newest->text == said) return ok();
  if (file.entries.size() >= kMostEntries) {
    return fail(Errc::kLimit, carrier + " has 2,000 texts for its reports on " + incident,
                incident + " についての " + carrier + " の報告の文章は 2,000 件に達しています");
  }
  ReportChange change{incident, carrier, file.revision, {}, 0, {}};
  change.event = {
      viewer.user(), report_stream(incident, carrier), "report.item",
      canonical(json::object{
          {"item", text(to_string(item))}, {"ja", text(said.ja)}, {"en", text(said.en)}})};
  return p_.store.commit(change, p_.clock.now());
}

Result<ReportContent> ReportService::content(const ReportFile& file, ReportForm form,
                                             ReportKind kind) {
  const auto eyes = eyes_of(file.carrier);
  TRY(const auto in, p_.incidents.load(eyes, file.incident));
  const auto view = view_of(in, eyes, p_.rules, p_.holidays, p_.clock.now());
  TRY(const auto registry, p_.registry.load());
  Facts facts{in, view, registry, file.carrier, std::nullopt};
  if (p_.campaigns != nullptr) {
    TRY(const auto campaigns, p_.campaigns->list());
    for (const auto& c : campaigns) {
      if (c.incident != file.incident) continue;
      // A supplement or a correction goes to people who were counted.
      if (p_.follows != nullptr) {
        TRY(const auto follow, p_.follows->load(c.id));
        if (follow && follow->kind != FollowKind::kNewPeople) continue;
      }
      TRY(const auto counts, p_.campaigns->counts(c.id, file.carrier));
      add_notices(facts.notices, c.state, counts);
    }
  }
  const auto* party = registry.party(file.carrier);
  ReportContent c;
  c.incident = file.incident;
  c.carrier = file.carrier;
  c.carrier_name = party == nullptr || party->name.empty() ? file.carrier : party->name;
  c.form = form;
  c.kind = kind;
  for (const auto item : items_of(form)) {
    ReportSection s;
    s.item = item;
    s.found = reports::found_for(facts, item);
    if (const auto* said = file.newest(item)) {
      // Who was named when it was written may be below the threshold by now.
      TRYV(reports::check_names(said->text, registry, view, file.carrier));
      s.said = said->text;
      s.at = said->at;
    }
    s.open = !s.at && !reports::settled_by_facts(facts, item);
    c.sections.push_back(std::move(s));
  }
  c.duties = reports::duties_of(view, file.carrier, form, kind);
  if (kind != ReportKind::kFinal) return c;
  const auto* before = file.latest(form, ReportKind::kPreliminary);
  if (before == nullptr) return c;
  c.compared = before->number;
  for (const auto& now : c.sections) {
    for (const auto& then : before->content.sections) {
      if (then.item != now.item) continue;
      const auto both = [](const ReportSection& s) {
        return Words{text_of(s, Language::kEnglish), text_of(s, Language::kJapanese)};
      };
      if (both(then) != both(now)) c.differences.push_back({now.item, both(then), both(now)});
    }
  }
  return c;
}

Result<ReportContent> ReportService::preview(const Viewer& viewer, const std::string& incident,
                                             const std::string& carrier, ReportForm form,
                                             ReportKind kind) {
  TRY(const auto file, p_.store.load(viewer, incident, carrier));
  return content(file, form, kind);
}

Result<ReportVersion> ReportService::draft(const Viewer& viewer, const std::string& incident,
                                           const std::string& carrier, ReportForm form,
                                           ReportKind kind) {
  TRYV(may_report_for(viewer, carrier));
  TRY(const auto file, p_.store.load(viewer, incident, carrier));
  TRY(auto now, content(file, form, kind));
  const auto body = content_to_json(now);
  const auto sha256 = crypto::sha256_hex(as_bytes(body));
  const auto newest = std::find_if(
      file.versions.rbegin(), file.versions.rend(),
      [&](const ReportVersion& v) { return v.content.form == form && v.content.kind == kind; });
  if (newest != file.versions.rend() && newest->sha256 == sha256) return *newest;
  if (file.versions.size() >= kMostVersions) {
    return fail(Errc::kLimit, carrier + " has 1,000 versions of its reports on " + incident,
                incident + " についての " + carrier + " の報告は 1,000 版に達しています");
  }
  // What was said before, and is said again, is kept once.
  const auto same = std::ranges::find(file.versions, sha256, &ReportVersion::sha256);
  ReportVersion v;
  v.number = static_cast<std::uint32_t>(file.versions.size() + 1);
  v.content = std::move(now);
  v.sha256 = sha256;
  v.by = viewer.user();
  v.at = p_.clock.now();
  ReportChange change{incident, carrier, file.revision, {}, 0, {}};
  json::object told{{"version", v.number},
                    {"form", text(to_string(form))},
                    {"kind", text(to_string(kind))},
                    {"sha256", text(sha256)}};
  if (same == file.versions.end()) {
    told["content"] = text(body);
  } else {
    told["content_of"] = same->number;
  }
  change.event = {viewer.user(), report_stream(incident, carrier), "report.drafted",
                  canonical(told)};
  TRYV(p_.store.commit(change, v.at));
  return v;
}

Result<ReportVersion> ReportService::submit(const Viewer& viewer, const std::string& incident,
                                            const std::string& carrier, std::uint32_t version,
                                            UtcTime at, const std::string& reference) {
  TRYV(may_report_for(viewer, carrier));
  TRYV(check_text(reference, kMostReference));
  const auto now = p_.clock.now();
  if (at > now) {
    return fail(Errc::kBadInput, "nothing can have been submitted at a time to come",
                "提出の日時が未来です");
  }
  TRY(const auto file, p_.store.load(viewer, incident, carrier));
  const auto* found = file.version(version);
  if (found == nullptr) {
    return fail(Errc::kNotFound, "no version " + std::to_string(version) + " of this report",
                "報告の第 " + std::to_string(version) + " 版はありません");
  }
  if (found->submitted) {
    if (found->submitted->at == at && found->submitted->reference == reference) return *found;
    return fail(
        Errc::kConflict,
        "version " + std::to_string(version) + " is on record as submitted; draft a new one",
        "第 " + std::to_string(version) +
            " 版は提出済みとして記録されています。新しい版を作ってください");
  }
  TRY(const auto in, p_.incidents.load(viewer, incident));
  const auto view = view_of(in, viewer, p_.rules, p_.holidays, now);
  const auto rules = reports::rules_of(found->content.form, found->content.kind);
  ReportChange change{incident, carrier, file.revision, {}, in.revision, {}};
  json::array completed;
  for (const auto& c : view.clocks) {
    const bool answers = c.controller == carrier &&
                         std::ranges::find(rules, c.rule) != rules.end() && !c.done &&
                         c.status != ClockStatus::kSuperseded;
    if (!answers) continue;
    completed.push_back(text(c.rule));
    change.clocks.push_back(
        {viewer.user(), stream_of(incident), "incident.clock_done",
         canonical(json::object{{"rule", text(c.rule)},
                                {"party", text(carrier)},
                                {"to", ""},
                                {"note", text("report version " + std::to_string(version) +
                                              ", submitted " + format_utc(at))}})});
  }
  change.event = {viewer.user(), report_stream(incident, carrier), "report.submitted",
                  canonical(json::object{{"version", version},
                                         {"sha256", text(found->sha256)},
                                         {"at", text(format_utc(at))},
                                         {"reference", text(reference)},
                                         {"rules", std::move(completed)}})};
  TRYV(p_.store.commit(change, now));
  TRY(const auto after, p_.store.load(viewer, incident, carrier));
  return *after.version(version);
}

}  // namespace hitokoe::incident
