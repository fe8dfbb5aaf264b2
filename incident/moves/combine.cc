#include "incident/moves/combine.h"

#include <algorithm>

namespace hitokoe::incident::moves {
namespace {

// The newest word on the carrier, else the newest on the whole incident.
std::uint64_t value_of(std::span<const FactRecord> facts, Fact fact, const std::string& carrier) {
  std::uint64_t general = 0;
  std::optional<std::uint64_t> own;
  for (const auto& f : facts) {
    if (f.fact != fact) continue;
    if (f.controller.empty()) general = f.value;
    if (f.controller == carrier) own = f.value;
  }
  return own.value_or(general);
}

bool owes(std::span<const ClockView> clocks, const ClockDone& done) {
  return std::ranges::any_of(clocks, [&](const ClockView& c) {
    return c.rule == done.rule && c.controller == done.party &&
           (done.to.empty() || c.to_whom == done.to) && !c.done &&
           c.status != ClockStatus::kSuperseded;
  });
}

void combine_knowledge(Contents& merged, const Incident& into, const Incident& from,
                       const std::string& by, UtcTime at) {
  merged.knowledge = into.knowledge;
  std::ranges::copy(from.knowledge, std::back_inserter(merged.knowledge));
  const auto first = into.known_at();
  const auto second = from.known_at();
  for (const auto& [party, known] : second) {
    const auto other = first.find(party);
    if (other == first.end()) continue;
    // Always: it counts before a receipt that is still to come.
    merged.knowledge.push_back({party, std::min(known, other->second), "merged", "", by, at});
  }
}

void combine_facts(Contents& merged, const Incident& into, const Incident& from,
                   const std::string& by, UtcTime at) {
  merged.facts = into.facts;
  std::set<Fact> facts;
  for (const auto* in : {&into, &from}) {
    for (const auto& f : in->facts) facts.insert(f.fact);
  }
  const auto people = into.people();
  for (const auto& [carrier, n] : from.people()) {
    const bool in_both = people.contains(carrier);
    for (const auto fact : facts) {
      const auto theirs = value_of(from.facts, fact, carrier);
      const auto ours = value_of(into.facts, fact, carrier);
      // Of a carrier that both have: what asks for more. Possible numbers add up, for nobody knows
      // how many are the same.
      const auto wanted = !in_both                        ? theirs
                          : fact == Fact::kPossiblePeople ? ours + theirs
                                                          : std::max(ours, theirs);
      if (wanted == ours) continue;
      std::string reason;
      for (const auto& f : from.facts) {
        if (f.fact == fact && (f.controller.empty() || f.controller == carrier)) reason = f.reason;
      }
      merged.facts.push_back({carrier, fact, wanted, reason, by, at});
    }
  }
}

bool concerns(const std::set<std::string>& parties, const std::string& party) {
  return parties.contains(party);
}

}  // namespace

void combine(Contents& merged, const Incident& into, const Incident& from, const Owed& owed,
             const std::string& by, UtcTime at) {
  combine_knowledge(merged, into, from, by, at);
  combine_facts(merged, into, from, by, at);
  merged.done.clear();
  std::ranges::copy_if(into.done, std::back_inserter(merged.done),
                       [&](const ClockDone& d) { return !owes(owed.from, d); });
  for (const auto& d : from.done) {
    const bool there = std::ranges::any_of(merged.done, [&](const ClockDone& m) {
      return m.rule == d.rule && m.party == d.party && m.to == d.to;
    });
    if (!there && !owes(owed.into, d)) merged.done.push_back(d);
  }
  merged.items = into.items;
  for (const auto& [carrier, items] : from.items) {
    merged.items[carrier].insert(items.begin(), items.end());
  }
  merged.delegates = into.delegates;
  merged.delegates.insert(from.delegates.begin(), from.delegates.end());
}

std::set<std::string> parties_of(const Contents& contents) {
  std::set<std::string> out;
  for (const auto& e : contents.exposures) out.insert(e.carriers.begin(), e.carriers.end());
  for (const auto& d : contents.delegates) out.insert({d.delegate, d.delegator});
  return out;
}

Since since(const Incident& now, const Contents& merged) {
  Since out;
  const auto fresh = [](const auto& all, const auto& old, auto& to) {
    std::ranges::copy_if(all, std::back_inserter(to), [&](const auto& record) {
      return std::ranges::find(old, record) == old.end();
    });
  };
  fresh(now.knowledge, merged.knowledge, out.knowledge);
  fresh(now.facts, merged.facts, out.facts);
  fresh(now.done, merged.done, out.done);
  return out;
}

void add_since(Contents& to, const Since& what, const std::set<std::string>& parties) {
  std::ranges::copy_if(what.knowledge, std::back_inserter(to.knowledge), [&](const Knowledge& k) {
    return k.basis != "alert" && concerns(parties, k.party);  // a receipt is of one incident
  });
  std::ranges::copy_if(what.facts, std::back_inserter(to.facts), [&](const FactRecord& f) {
    return f.controller.empty() || concerns(parties, f.controller);
  });
  std::ranges::copy_if(what.done, std::back_inserter(to.done),
                       [&](const ClockDone& d) { return concerns(parties, d.party); });
}

void keep_only(Contents& contents, const std::set<std::string>& parties) {
  std::erase_if(contents.knowledge,
                [&](const Knowledge& k) { return !concerns(parties, k.party); });
  std::erase_if(contents.facts, [&](const FactRecord& f) {
    return !f.controller.empty() && !concerns(parties, f.controller);
  });
  std::erase_if(contents.done, [&](const ClockDone& d) { return !concerns(parties, d.party); });
}

Result<std::map<std::string, UtcTime>> first_seen(std::span<const Event> events) {
  std::map<std::string, UtcTime> out;
  for (const auto& e : events) {
    if (e.kind == "incident.opened" || e.kind == "incident.joined") {
      TRY(const auto record, decode_exposure(e.body));
      out.try_emplace(record.id, e.at);
    } else if (is_move(e.kind)) {
      TRY(const auto move, decode_move(e.body));
      if (!move.contents) continue;
      for (const auto& [exposure, at] : move.contents->first_seen) {
        const auto [there, fresh] = out.try_emplace(exposure, at);
        if (!fresh) there->second = std::min(there->second, at);
      }
    }
  }
  return out;
}

}  // namespace hitokoe::incident::moves
