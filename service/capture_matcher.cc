#include "service/capture_matcher.h"

#include <optional>
#include <utility>

namespace hitokoe::service {

using matcher::TermKind;

namespace {
constexpr std::array<std::string_view, 4> kAgain = {"same", "subset", "merge", "partly"};
}  // namespace

CaptureMatcher::CaptureMatcher(Parts parts, matcher::Options matching)
    : p_(std::move(parts)),
      matching_(std::move(matching)),
      linked_(p_.captures),
      muted_(p_.metrics.counter("hitokoe_alerts_muted_total",
                                "Alerts beyond their term's throttle, which nobody was told of")),
      judged_(p_.metrics.counter("hitokoe_joint_verdicts_total",
                                 "Verdicts over all captures of an incident that said something "
                                 "new")) {
  for (std::size_t i = 0; i < kAgain.size(); ++i) {
    again_[i] = &p_.metrics.counter("hitokoe_recirculated_total",
                                    "New joint verdicts whose rows older leaks had, by how much",
                                    {{"kind", kAgain[i]}});
  }
  for (const auto kind :
       {TermKind::kWord, TermKind::kPattern, TermKind::kDomain, TermKind::kName}) {
    alerts_[static_cast<std::size_t>(kind)] = &p_.metrics.counter(
        "hitokoe_alerts_total", "New alerts by kind of term", {{"kind", matcher::to_string(kind)}});
  }
}

Result<CaptureMatch> CaptureMatcher::match(const std::string& capture, const MatchBasis& basis,
                                           const std::string& hunt) {
  TRY(const auto meta, p_.captures.meta(capture));
  TRY(const auto body, p_.captures.read(capture));
  TRY(auto alone, match_alone(meta, body, basis, hunt));
  if (p_.shares != nullptr) {
    TRY(const auto named, p_.shares->look(meta, body, basis.terms));
    if (basis.terms) {
      TRY(const auto more, raise(*basis.terms, named, capture, meta.source, hunt));
      alone.match.alerts += more;
    }
  }
  if (alone.announces && is_page(meta)) {
    TRYV(match_linked(meta, body, basis, hunt, alone.match));
  }
  return std::move(alone.match);
}

// What is linked and came before could not be opened then, perhaps.
Result<void> CaptureMatcher::match_linked(const crawler::CaptureMeta& page, ByteView body,
                                          const MatchBasis& basis, const std::string& hunt,
                                          CaptureMatch& sum) {
  TRY(const auto linked, linked_.linked_by(page, body));
  for (const auto& id : linked) {
    const auto other = p_.captures.meta(id);
    const auto bytes = p_.captures.read(id);
    if (!other || !bytes) continue;  // not the page's fault
    TRY(const auto match, match_alone(other.value(), bytes.value(), basis, hunt));
    sum.matched = sum.matched || match.match.matched;
    sum.alerts += match.match.alerts;
    if (match.match.outcome < sum.outcome) {  // it did more
      sum.incident = match.match.incident;
      sum.outcome = match.match.outcome;
    }
  }
  return ok();
}

Result<CaptureMatcher::Alone> CaptureMatcher::match_alone(const crawler::CaptureMeta& meta,
                                                          ByteView body, const MatchBasis& basis,
                                                          const std::string& hunt) {
  const std::string& capture = meta.id;
  auto options = matching_;
  options.hints = [&](const matcher::GiveHint& give) -> Result<void> {
    TRY(const auto pages, linked_.pages_linking(meta));
    for (const auto& page : pages) {
      TRYV(give(page.body, page.meta.content_type));
    }
    return ok();
  };
  options.seen = jst_day(meta.fetched);
  options.keep_contribution = true;
  if (p_.older != nullptr && basis.index) {
    TRY(auto older, p_.older->current(basis.index));
    options.known_leaks = std::move(older.leaks.leaks);
    options.prepared_leaks = std::move(older.prepared);
  }
  std::optional<matcher::TermCollector> terms;
  if (basis.terms) {
    terms.emplace(basis.terms);
    options.observe = terms->observe();
  }
  auto exposure = matcher::Exposure::begin(basis.index ? basis.index : matcher::Index::empty(),
                                           basis.registry, p_.keys, options);
  TRYV(exposure->add(capture, body, meta.content_type));
  TRY(auto report, exposure->finish());
  Alone alone;
  alone.announces = exposure->announces_passwords();
  CaptureMatch& done = alone.match;
  done.matched = report.matched_rows > 0;
  if (terms) {
    TRY(done.alerts, raise(*basis.terms, terms->take(), capture, meta.source, hunt));
  }
  if (!basis.index) return alone;
  report.captures = {capture};
  TRY(const auto opening,
      p_.incidents.open_or_join(report, meta.source, "service", *basis.registry));
  done.incident = opening.incident;
  done.outcome = opening.outcome;
  if (!done.incident.empty()) {
    TRYV(judge(done.incident, report, basis, options));
  }
  return alone;
}

Result<void> CaptureMatcher::judge(const std::string& incident, const matcher::ScanReport& report,
                                   const MatchBasis& basis, const matcher::Options& options) {
  TRY(const auto said, p_.incidents.judge_together(incident, report, *basis.index, *basis.registry,
                                                   options, "service"));
  if (!said) return ok();
  judged_.add();
  const std::string kind = said->recirculation ? said->recirculation->kind : "none";
  for (std::size_t i = 0; i < kAgain.size(); ++i) {
    if (kind == kAgain[i]) again_[i]->add();
  }
  p_.log.info("match.judged", {{"incident", incident},
                               {"captures", said->captures.size()},
                               {"verdict", matcher::to_string(said->verdict)},
                               {"older", kind}});
  return ok();
}

Result<std::uint64_t> CaptureMatcher::raise(const matcher::TermSet& terms,
                                            const std::vector<matcher::DocumentHits>& documents,
                                            const std::string& capture, const std::string& source,
                                            const std::string& hunt) {
  std::uint64_t added = 0;
  if (documents.empty()) return added;
  if (p_.alerts == nullptr) {
    return fail(Errc::kInternal, "no store of alerts", "警報の保存先がありません");
  }
  for (auto& alert :
       incident::alerts_of(terms.terms(), documents, capture, source, p_.clock.now())) {
    alert.hunt = hunt;
    const auto kind = static_cast<std::size_t>(alert.kind);
    matcher::Throttle throttle;
    for (const auto& term : terms.terms()) {
      if (term.id == alert.term) throttle = term.throttle;
    }
    TRY(const auto how, p_.alerts->add(alert, throttle));
    if (how == incident::AlertStore::Added::kKnown) {
      // A hunt that was killed between this and its progress counts what it had raised.
      if (hunt.empty()) continue;
      const registry::Viewer service("service", registry::Role::kCoordinator, "");
      TRY(const auto known, p_.alerts->load(service, alert.id));
      if (known.hunt == hunt) ++added;
      continue;
    }
    ++added;
    alerts_[kind]->add();
    if (how == incident::AlertStore::Added::kMuted) muted_.add();
    p_.log.warn("alert.raised", {{"alert", alert.id},
                                 {"term", alert.term},
                                 {"severity", matcher::to_string(alert.severity)},
                                 {"capture", capture},
                                 {"hunt", hunt}});
  }
  return added;
}

}  // namespace hitokoe::service
