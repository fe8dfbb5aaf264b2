#include <algorithm>
#include <boost/json.hpp>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/base/crypto/sealed.h"
#include "hitokoe/incident/move_service.h"
#include "incident/casework/change.h"
#include "incident/exposure_record.h"
#include "incident/moves/combine.h"
#include "incident/moves/fold.h"
#include "incident/moves/people.h"
#include "incident/moves/work.h"

namespace hitokoe::incident {

using namespace moves;

namespace {

constexpr int kMaxTries = 16;

Viewer everything() { return {"service", registry::Role::kCoordinator, ""}; }

template <class F>
auto again_if_overtaken(F f) -> decltype(f()) {
  for (int i = 0;; ++i) {
    auto done = f();
    const bool again = !done && done.error().code == Errc::kUnavailable && i + 1 < kMaxTries;
    if (!again) return done;
  }
}

Result<void> check(const Viewer& viewer, std::string_view reason) {
  TRYV(casework::may_lead(viewer));
  return casework::check_text(reason, true, {"reason", "理由"});
}

Result<void> must_go_on(const Incident& in) {
  if (!is_over(in.state)) return ok();
  return fail(
      Errc::kConflict, in.id + " is " + std::string(to_string(in.state)) + ": it is over",
      in.id + " は「" + std::string(shown(in.state, Language::kJapanese)) + "」で、終わっています");
}

Draft event(const Viewer& viewer, const std::string& incident, std::string_view kind,
            const MoveBody& body) {
  return {viewer.user(), stream_of(incident), std::string(kind), encode_move(body)};
}

std::set<std::string> ids_of(std::span<const ExposureRecord> exposures) {
  std::set<std::string> out;
  for (const auto& e : exposures) out.insert(e.id);
  return out;
}

std::string contribution_context(std::string_view incident, std::string_view exposure) {
  return "hitokoe-contribution-1\n" + std::string(incident) + "\n" + std::string(exposure);
}

// The contributions of `wanted`, sealed anew for another incident.
Result<std::vector<std::pair<std::string, Bytes>>> move_contributions(
    ContributionStore& store, identity::KeyStore& keys, Random& random, const std::string& from,
    const std::string& to, const std::set<std::string>& wanted) {
  std::vector<std::pair<std::string, Bytes>> out;
  TRY(const auto old_key, keys.key256(identity::KeyKind::kIncident, from));
  TRY(const auto new_key, keys.key256(identity::KeyKind::kIncident, to));
  TRYV(store.each(from, [&](const std::string& exposure, ByteView sealed) -> Result<void> {
    if (!wanted.contains(exposure)) return ok();
    TRY(auto plain, crypto::open(old_key, sealed, as_bytes(contribution_context(from, exposure))));
    out.emplace_back(exposure, crypto::seal(new_key, plain,
                                            as_bytes(contribution_context(to, exposure)), random));
    wipe(plain.data(), plain.size());
    return ok();
  }));
  return out;
}

// What was purged meanwhile, or destroyed with its incident, is gone for both.
Result<void> keep_captures(crawler::CaptureStore& captures, const std::string& incident,
                           std::span<const ExposureRecord> exposures) {
  for (const auto& e : exposures) {
    for (const auto& capture : e.captures) {
      auto kept = captures.keep_for_incident(capture, incident);
      const bool gone =
          !kept && (kept.error().code == Errc::kNotFound || kept.error().code == Errc::kForbidden);
      if (!kept && !gone) return kept;
    }
  }
  return ok();
}

// As campaigns know them. A carrier without a key of its own was never asked for contacts.
Result<std::vector<CampaignSubjectKey>> under_own_keys(identity::KeyStore& keys,
                                                       std::span<const SubjectKey> subjects) {
  std::map<std::string, std::vector<crypto::Block>> by_carrier;
  for (const auto& s : subjects) by_carrier[s.controller].push_back(s.y_ref);
  std::vector<CampaignSubjectKey> out;
  for (auto& [carrier, blocks] : by_carrier) {
    const auto name = "own:" + carrier;
    if (!keys.get(identity::KeyKind::kDelegation, name)) continue;
    TRY(auto key, keys.key128(identity::KeyKind::kDelegation, name));
    crypto::Aes128(key).encrypt(blocks, blocks);
    out.reserve(out.size() + blocks.size());
    for (const auto& u : blocks) out.emplace_back(carrier, u);
  }
  return out;
}

// Whom verdicts over all exposures brought in, beside those of what leaves: until the next one they
// are not of the incident, but since when they know of it, and what they did, is not forgotten.
std::set<std::string> judged_parties(const Incident& in, std::span<const ExposureRecord> leaving) {
  auto edges = in.delegates;
  std::set<DelegateEdge> gone;
  for (const auto& e : leaving) add_edges(e, gone);
  std::erase_if(edges, [&](const DelegateEdge& edge) { return gone.contains(edge); });
  if (in.together) add_edges(*in.together, edges);
  std::set<std::string> out;
  for (const auto& edge : edges) out.insert({edge.delegate, edge.delegator});
  return out;
}

// Of those that had left `side`'s incident: who is in one of its exposures again.
Result<void> note_returning(MoveStore& store, identity::KeyStore& keys, People& people,
                            const Contents& contents, IncidentMove::Side& side) {
  TRY(auto left, store.left(side.incident));
  if (left.empty()) return ok();
  std::set<std::string> there;
  for (const auto& e : contents.exposures) there.insert(e.id);
  TRY(auto here, under_own_keys(keys, people.only_in(there, {})));
  std::ranges::sort(here);
  std::ranges::copy_if(left, std::back_inserter(side.returning), [&](const auto& customer) {
    return std::ranges::binary_search(here, customer);
  });
  return ok();
}

std::vector<ExposureRecord> without(std::span<const ExposureRecord> all,
                                    const std::set<std::string>& gone) {
  std::vector<ExposureRecord> out;
  std::ranges::copy_if(all, std::back_inserter(out),
                       [&](const ExposureRecord& e) { return !gone.contains(e.id); });
  return out;
}

std::vector<ExposureRecord> only(std::span<const ExposureRecord> all,
                                 const std::set<std::string>& wanted) {
  std::vector<ExposureRecord> out;
  std::ranges::copy_if(all, std::back_inserter(out),
                       [&](const ExposureRecord& e) { return wanted.contains(e.id); });
  return out;
}

void add_edges_of(Contents& contents) {
  for (const auto& e : contents.exposures) add_edges(e, contents.delegates);
}

void add_items(Contents& contents, const People& people) {
  for (auto& [carrier, items] : people.items(contents)) {
    contents.items[carrier].insert(items.begin(), items.end());
  }
}

}  // namespace

Result<void> MoveService::merge(const Viewer& viewer, const std::string& into,
                                const std::string& from, std::string_view reason) {
  TRYV(check(viewer, reason));
  if (into == from)
    return fail(Errc::kBadInput, "an incident is not merged into itself",
                "事案を自分自身に統合することはできません");
  return again_if_overtaken([&] { return try_merge(viewer, into, from, reason); });
}

Result<void> MoveService::try_merge(const Viewer& viewer, const std::string& into,
                                    const std::string& from, std::string_view reason) {
  TRY(const auto a, p_.incidents.load(everything(), into));
  TRY(const auto b, p_.incidents.load(everything(), from));
  TRYV(must_go_on(a));
  TRYV(must_go_on(b));
  const auto now = p_.clock.now();

  Contents merged;
  const Owed owed{clocks_of(a, p_.rules, p_.holidays, now),
                  clocks_of(b, p_.rules, p_.holidays, now)};
  combine(merged, a, b, owed, viewer.user(), now);
  const auto here = ids_of(a.exposures);
  merged.exposures = a.exposures;
  const auto coming = without(b.exposures, here);
  std::ranges::copy(coming, std::back_inserter(merged.exposures));
  const auto wanted = ids_of(coming);
  TRY(const auto a_events, p_.log.read(stream_of(into)));
  TRY(const auto b_events, p_.log.read(stream_of(from)));
  TRY(merged.first_seen, first_seen(a_events));
  TRY(const auto b_seen, first_seen(b_events));
  merged.first_seen.insert(b_seen.begin(), b_seen.end());

  People people;
  TRYV(people.add(p_.incidents, p_.keys, into, {}));
  TRYV(people.add(p_.incidents, p_.keys, from, {}));
  merged.counts = people.counts(merged);
  add_items(merged, people);

  IncidentMove move;
  move.sides.reserve(2);  // both are referred to
  auto& goes_on = move.sides.emplace_back();
  goes_on.incident = into;
  goes_on.revision = a.revision;
  TRY(auto sealed, reseal(p_.incidents, p_.keys, p_.random, from, into, wanted));
  goes_on.subjects = std::move(sealed.chunks);
  TRYV(note_returning(p_.moves, p_.keys, people, merged, goes_on));
  TRY(goes_on.contributions,
      move_contributions(p_.contributions, p_.keys, p_.random, from, into, wanted));
  MoveBody body;
  body.other = from;
  body.reason = reason;
  body.exposures.assign(wanted.begin(), wanted.end());
  body.subjects = std::move(sealed.digests);
  body.contents = std::move(merged);
  goes_on.events.push_back(event(viewer, into, "incident.merged", body));

  auto& ends = move.sides.emplace_back();
  ends.incident = from;
  ends.revision = b.revision;
  MoveBody end;
  end.other = into;
  end.reason = reason;
  ends.events.push_back(event(viewer, from, "incident.merged_into", end));

  TRY(const auto theirs, p_.casework.load(everything(), from));
  TRY(const auto ours, p_.casework.load(everything(), into));
  move.casework = work_that_follows(viewer, theirs, ours, UtcTime{}, std::nullopt);
  TRYV(keep_captures(p_.captures, into, coming));
  return p_.moves.commit(move, now);
}

Result<void> MoveService::unmerge(const Viewer& viewer, const std::string& into,
                                  const std::string& from, std::span<const std::string> along,
                                  std::string_view reason) {
  TRYV(check(viewer, reason));
  return again_if_overtaken([&] { return try_unmerge(viewer, into, from, along, reason); });
}

namespace {

struct Merge {  // that is to be undone
  std::size_t at = 0;
  MoveBody body;
};

Result<Merge> merge_of(std::span<const Event> events, const std::string& into,
                       const std::string& from) {
  std::vector<std::pair<std::size_t, MoveBody>> standing;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const bool merged = events[i].kind == "incident.merged";
    if (!merged && events[i].kind != "incident.unmerged") continue;
    TRY(auto body, decode_move(events[i].body));
    if (merged) {
      standing.emplace_back(i, std::move(body));
    } else {
      std::erase_if(standing, [&](const auto& m) { return m.second.other == body.other; });
    }
  }
  const auto found =
      std::ranges::find_if(standing, [&](const auto& m) { return m.second.other == from; });
  if (found == standing.end()) {
    return fail(Errc::kNotFound, from + " is not merged into " + into,
                from + " は " + into + " に統合されていません");
  }
  if (std::next(found) != standing.end()) {
    const auto& later = standing.back().second.other;
    return fail(
        Errc::kConflict, later + " was merged into " + into + " after it; undo that first",
        later + " がその後に " + into + " に統合されています。先にそれを取り消してください");
  }
  Merge out{found->first, std::move(found->second)};
  return out;
}

}  // namespace

Result<void> MoveService::try_unmerge(const Viewer& viewer, const std::string& into,
                                      const std::string& from, std::span<const std::string> along,
                                      std::string_view reason) {
  TRY(const auto a, p_.incidents.load(everything(), into));
  TRY(const auto b, p_.incidents.load(everything(), from));
  TRY(const auto a_events, p_.log.read(stream_of(into)));
  TRY(const auto b_events, p_.log.read(stream_of(from)));
  TRY(const auto merge, merge_of(a_events, into, from));
  TRYV(must_go_on(a));
  if (b.state != State::kMerged || b_events.empty())
    return fail(Errc::kConflict, from + " is not merged any more", from + " は統合されていません");
  TRY(const auto a_before, fold(std::span(a_events).first(merge.at)));
  const auto ended = std::ranges::find_if(b_events.rbegin(), b_events.rend(), [](const Event& e) {
    return e.kind == "incident.merged_into";
  });
  TRY(const auto b_before,
      fold(std::span(b_events).first(static_cast<std::size_t>(b_events.rend() - ended - 1))));

  // What leaves: what came with it and is still here; of what came since, what is more like it.
  const auto before = ids_of(a_before.exposures);
  const auto now_here = ids_of(a.exposures);
  std::set<std::string> theirs;
  for (const auto& id : merge.body.exposures) {
    if (now_here.contains(id)) theirs.insert(id);
  }
  People people;
  TRYV(people.add(p_.incidents, p_.keys, into, {}));
  TRYV(people.add(p_.incidents, p_.keys, from, {}));
  const auto came_with = ids_of(b.exposures);
  std::set<std::string> fresh;  // came since, and goes along
  for (const auto& id : now_here) {
    if (before.contains(id) || theirs.contains(id)) continue;
    const bool chosen = std::ranges::find(along, id) != along.end();
    if (chosen || people.shared(id, came_with) > people.shared(id, before)) fresh.insert(id);
  }
  for (const auto& id : along) {
    if (!fresh.contains(id)) {
      return fail(Errc::kNotFound, Words{"no exposure came since the merge: ",
                                         "統合の後に加わった流通ではありません: "} +
                                       id);
    }
  }
  std::set<std::string> leaving = theirs;
  leaving.insert(fresh.begin(), fresh.end());
  const auto what = since(a, *merge.body.contents);

  Contents stays = contents_of(a_before);
  stays.exposures = without(a.exposures, leaving);
  TRY(stays.first_seen, first_seen(a_events));
  add_edges_of(stays);
  stays.counts = people.counts(stays);
  add_items(stays, people);
  auto concerned_here = parties_of(stays);
  concerned_here.merge(judged_parties(a, only(a.exposures, leaving)));
  add_since(stays, what, concerned_here);

  // What was split off since is an incident of its own, and not of this one any more.
  std::set<std::string> parted;
  for (const auto& id : merge.body.exposures) {
    if (!theirs.contains(id)) parted.insert(id);
  }
  Contents back = contents_of(b_before);
  back.exposures = without(back.exposures, parted);
  // What came with it may have been seen again since, with more people: as it is now.
  for (auto& e : back.exposures) {
    const auto newer = std::ranges::find(a.exposures, e.id, &ExposureRecord::id);
    if (theirs.contains(e.id)) e = *newer;
  }
  const auto moved = only(a.exposures, leaving);
  const auto joining = only(moved, fresh);
  std::ranges::copy(joining, std::back_inserter(back.exposures));
  TRY(back.first_seen, first_seen(b_events));
  back.first_seen.insert(stays.first_seen.begin(), stays.first_seen.end());
  add_edges_of(back);
  back.counts = people.counts(back);
  add_items(back, people);
  add_since(back, what, parties_of(back));

  const auto now = p_.clock.now();
  IncidentMove move;
  move.sides.reserve(2);  // both are referred to
  auto& loses = move.sides.emplace_back();
  loses.incident = into;
  loses.revision = a.revision;
  loses.gone.assign(leaving.begin(), leaving.end());
  TRY(loses.leaving, under_own_keys(p_.keys, people.only_in(leaving, stays)));
  MoveBody out;
  out.other = from;
  out.reason = reason;
  out.exposures = out.gone = loses.gone;
  out.contents = std::move(stays);
  loses.events.push_back(event(viewer, into, "incident.unmerged", out));

  auto& gains = move.sides.emplace_back();
  gains.incident = from;
  gains.revision = b.revision;
  gains.gone.assign(parted.begin(), parted.end());
  gains.anew.assign(theirs.begin(), theirs.end());
  TRY(gains.leaving, under_own_keys(p_.keys, people.only_in(parted, back)));
  TRY(auto sealed, reseal(p_.incidents, p_.keys, p_.random, into, from, leaving));
  gains.subjects = std::move(sealed.chunks);
  TRY(gains.contributions,
      move_contributions(p_.contributions, p_.keys, p_.random, into, from, leaving));
  TRYV(note_returning(p_.moves, p_.keys, people, back, gains));
  MoveBody in;
  in.other = into;
  in.reason = reason;
  in.exposures.assign(fresh.begin(), fresh.end());
  in.gone = gains.gone;
  in.gone.insert(in.gone.end(), gains.anew.begin(), gains.anew.end());
  in.subjects = std::move(sealed.digests);
  in.state = b_before.state;
  const auto concerned = parties_of(back);
  in.contents = std::move(back);
  gains.events.push_back(event(viewer, from, "incident.restored", in));

  TRY(const auto done_here, p_.casework.load(everything(), into));
  TRY(const auto done_there, p_.casework.load(everything(), from));
  move.casework =
      work_that_follows(viewer, done_here, done_there, a_events[merge.at].at, concerned);
  TRYV(keep_captures(p_.captures, from, moved));
  return p_.moves.commit(move, now);
}

Result<std::string> MoveService::split(const Viewer& viewer, const std::string& incident,
                                       std::span<const std::string> exposures,
                                       std::string_view reason) {
  TRYV(check(viewer, reason));
  if (exposures.empty())
    return fail(Errc::kBadInput, "no exposure is named", "流通が指定されていません");
  return again_if_overtaken([&] { return try_split(viewer, incident, exposures, reason); });
}

Result<std::string> MoveService::try_split(const Viewer& viewer, const std::string& incident,
                                           std::span<const std::string> exposures,
                                           std::string_view reason) {
  TRY(const auto revision, p_.incidents.revision());
  TRY(const auto ids, p_.incidents.ids(everything()));
  TRY(const auto a, p_.incidents.load(everything(), incident));
  TRYV(must_go_on(a));
  const std::set<std::string> wanted(exposures.begin(), exposures.end());
  const auto here = ids_of(a.exposures);
  for (const auto& id : wanted) {
    if (!here.contains(id)) {
      return fail(Errc::kNotFound, Words{"no such exposure: ", "この流通はありません: "} + id);
    }
  }
  if (wanted.size() == here.size())
    return fail(Errc::kConflict, incident + ": one exposure at least stays",
                incident + ": 少なくとも一つの流通は残ります");
  const auto now = p_.clock.now();
  const auto fresh = next_incident_id(ids, jst_day(now));
  TRY(const auto events, p_.log.read(stream_of(incident)));
  TRY(const auto seen, first_seen(events));
  People people;
  TRYV(people.add(p_.incidents, p_.keys, incident, {}));

  Contents stays = contents_of(a);
  stays.exposures = without(a.exposures, wanted);
  stays.first_seen = seen;
  stays.delegates.clear();
  add_edges_of(stays);
  stays.items = people.items(stays);
  stays.counts = people.counts(stays);
  auto concerned = parties_of(stays);
  concerned.merge(judged_parties(a, only(a.exposures, wanted)));
  keep_only(stays, concerned);

  Contents parted;
  parted.exposures = only(a.exposures, wanted);
  parted.first_seen = seen;
  add_edges_of(parted);
  parted.items = people.items(parted);
  parted.counts = people.counts(parted);
  parted.facts = a.facts;
  // A party knows of what was taken out since it knows of the incident, but not before that came.
  const auto earliest = [&](std::span<const ExposureRecord> list) {
    auto at = UtcTime::max();
    for (const auto& e : list) {
      const auto found = seen.find(e.id);
      at = std::min(at, found == seen.end() ? e.at : found->second);
    }
    return at;
  };
  const auto came = earliest(parted.exposures);
  const bool first = came <= earliest(stays.exposures);
  const auto parties = parties_of(parted);
  for (const auto& [party, known] : a.known_at()) {
    if (!parties.contains(party)) continue;
    parted.knowledge.push_back(
        {party, first ? known : std::max(known, came), "opened", "", viewer.user(), now});
  }
  keep_only(parted, parties);

  IncidentMove move;
  move.sides.reserve(2);  // both are referred to
  move.all = revision;
  auto& loses = move.sides.emplace_back();
  loses.incident = incident;
  loses.revision = a.revision;
  loses.gone.assign(wanted.begin(), wanted.end());
  TRY(loses.leaving, under_own_keys(p_.keys, people.only_in(wanted, stays)));
  MoveBody out;
  out.other = fresh;
  out.reason = reason;
  out.exposures = out.gone = loses.gone;
  out.contents = std::move(stays);
  loses.events.push_back(event(viewer, incident, "incident.split_off", out));

  auto& gains = move.sides.emplace_back();
  gains.incident = fresh;
  auto opening = parted.exposures.front();
  opening.carriers.clear();
  gains.events.push_back(
      {viewer.user(), stream_of(fresh), "incident.opened", encode_exposure(opening)});
  TRY(auto sealed, reseal(p_.incidents, p_.keys, p_.random, incident, fresh, wanted));
  gains.subjects = std::move(sealed.chunks);
  TRY(gains.contributions,
      move_contributions(p_.contributions, p_.keys, p_.random, incident, fresh, wanted));
  MoveBody in;
  in.other = incident;
  in.reason = reason;
  in.exposures = loses.gone;
  in.subjects = std::move(sealed.digests);
  TRYV(keep_captures(p_.captures, fresh, parted.exposures));
  in.contents = std::move(parted);
  gains.events.push_back(event(viewer, fresh, "incident.split_from", in));
  TRYV(p_.moves.commit(move, now));
  return fresh;
}

Result<std::vector<MoveRecord>> MoveService::list(const Viewer& viewer,
                                                  const std::string& incident) {
  return p_.moves.list(viewer, incident);
}

Result<std::vector<VerdictChange>> MoveService::verdicts(const Viewer& viewer,
                                                         const std::string& incident) {
  TRYV(p_.incidents.load(viewer, incident));
  TRY(const auto events, p_.log.read(stream_of(incident)));
  return verdict_changes(events, viewer);
}

Result<std::optional<DueVerdict>> MoveService::judging(const Viewer& viewer,
                                                       const std::string& incident) {
  TRYV(p_.incidents.load(viewer, incident));
  return p_.due->of(viewer, incident);
}

Result<void> MoveService::ask_verdict(const Viewer& viewer, const std::string& incident) {
  TRYV(casework::may_lead(viewer));
  TRY(const auto in, p_.incidents.load(viewer, incident));
  TRYV(must_go_on(in));
  return p_.due->ask(incident, in.revision, viewer.user(), p_.clock.now());
}

std::string moves_json(const std::string& incident, const std::vector<MoveRecord>& moves,
                       const std::vector<VerdictChange>& verdicts,
                       const std::optional<DueVerdict>& judging) {
  auto out = boost::json::parse(to_json(incident, moves)).as_object();
  boost::json::array list;
  list.reserve(verdicts.size());
  for (const auto& v : verdicts) list.push_back(boost::json::parse(to_json(v)));
  out["verdicts"] = std::move(list);
  out["judging"] = judging ? boost::json::parse(to_json(*judging)) : boost::json::value(nullptr);
  return boost::json::serialize(out);
}

}  // namespace hitokoe::incident
