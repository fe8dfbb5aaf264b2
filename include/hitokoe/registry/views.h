// What one viewer may see of the registry, and the queries that are asked of it.
#pragma once

#include <string>
#include <vector>

#include "hitokoe/registry/model.h"
#include "hitokoe/registry/viewer.h"

namespace hitokoe::registry {

// A party sees the delegations of which it is controller, delegator or delegate, their handovers,
// supervision and take-outs, its own customer bases, the services that it uses, provides or is
// responsible for, and the companies that are named there. Of another carrier's entry it sees the
// policy, neither its relations nor its purposes. Chains end where its own part does. Coordinators
// and auditors see everything. kForbidden: the desk and the operator, who have no business here.
Result<Registry> own_part(const Registry& registry, const Viewer& viewer);

// `findings` of the whole registry, without those of what is not in `part`: computed on the whole,
// since a part lacks what a finding compares with.
std::vector<Finding> own_part(std::vector<Finding> findings, const Registry& part);

// May `viewer` see this delegation? As own_part.
bool sees(const Viewer& viewer, const Delegation& delegation);

// One line of the query for re-delegations (001 preamble: type B hid them). Every delegation under
// another one, whatever its type; every delegation of type B, at any level; and every service that
// is a delegation which nobody registered.
struct Redelegation {
  const Delegation* delegation = nullptr;  // null: a service without one
  std::string service;                     // its id
  std::string controller, from, to;
  int level = 0;  // 1 委託先, 2 再委託先, 3 再々委託先 …; 0: a service
  std::vector<std::string> chain;  // from the controller down to `to`
  bool in_force = false;           // on `today`
  bool authorised = true;          // with dated written prior consent; always of a first delegation
};
// In the order of the file. O(delegations × depth).
std::vector<Redelegation> redelegations(const Registry& registry, JstDay today);
// {"redelegations":[{"delegation","service","controller","from","to","type","level","chain",
// "in_force","authorised","purposes","items","begins","ends"}]}
std::string redelegations_to_json(const std::vector<Redelegation>& all);

// {"findings":[…]} as in registry_to_json, and "overdue": how many are.
std::string findings_to_json(const std::vector<Finding>& findings);

}  // namespace hitokoe::registry
