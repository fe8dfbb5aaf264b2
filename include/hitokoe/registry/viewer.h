// Who is looking. Nothing of an incident, campaign or registry is read without a Viewer: the
// repositories take one and filter in the query itself.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "hitokoe/base/result.h"

namespace hitokoe::registry {

enum class Role {
  kOperator,  // runs the service: sees that incidents exist and their state, never parts' details
  kCoordinator,  // leads an incident: all parties, data masked
  kParty,        // a carrier's or contractor's person: only the own party's part
  kDesk,         // the inquiry desk
  kAuditor,      // reads everything masked, changes nothing
};
std::string_view to_string(Role role);
Result<Role> role_by_name(std::string_view name);

class Viewer {
 public:
  Viewer(std::string user, Role role, std::string party)
      : user_(std::move(user)), role_(role), party_(std::move(party)) {}
  // The local command line with the key store open: whoever has that is the operator with all
  // keys; recorded as "local:<login name>".
  static Viewer local(std::string login) {
    return {"local:" + std::move(login), Role::kCoordinator, ""};
  }

  const std::string& user() const { return user_; }
  Role role() const { return role_; }
  const std::string& party() const { return party_; }  // empty unless kParty
  bool sees_all_parties() const { return role_ != Role::kParty; }
  bool may_change() const { return role_ != Role::kAuditor; }

 private:
  std::string user_;
  Role role_;
  std::string party_;
};

}  // namespace hitokoe::registry
