// Parts of a made-up registry, of which only matters who holds whose data through whom.
#pragma once

#include <string>
#include <utility>

#include "hitokoe/registry/model.h"

namespace hitokoe {

// `under`: the delegation that this one is part of; empty: the controller's own.
inline registry::Delegation made_delegation(std::string id, std::string controller,
                                            std::string from, std::string to,
                                            std::string under = {}) {
  registry::Delegation d;
  d.id = std::move(id);
  d.controller = std::move(controller);
  d.from = std::move(from);
  d.to = std::move(to);
  d.under = std::move(under);
  return d;
}

// `in`: the delegation; empty: the holder's own base. `source`: the snapshot that it came from.
inline registry::Snapshot made_snapshot(std::string id, std::string controller, std::string holder,
                                        std::string in = {}, std::string source = {}) {
  registry::Snapshot s;
  s.id = std::move(id);
  s.controller = std::move(controller);
  s.holder = std::move(holder);
  s.own = in.empty();
  s.delegation = std::move(in);
  s.source = std::move(source);
  return s;
}

}  // namespace hitokoe
