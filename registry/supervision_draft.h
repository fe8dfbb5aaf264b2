// The supervision lists of a registry file as they were read, with the lines of what a rule may
// complain about.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hitokoe/registry/supervision.h"
#include "hitokoe/text/yaml.h"
#include "registry/read_values.h"

namespace hitokoe::registry {

struct RegistryDraft;

struct CarrierDraft {
  Carrier carrier;
  int line = 0;
  std::vector<Reference> parents, subsidiaries;
};

struct ServiceDraft {
  Service service;
  int line = 0;
  int controller_line = 0, user_line = 0, provider_line = 0, delegation_line = 0;
};

struct SupervisionDraft {
  Supervision supervision;
  int line = 0;
  int closed_line = 0, closed_by_line = 0;
};

struct TakeOutDraft {
  TakeOut takeout;
  int line = 0;
};

struct BookDraft {
  std::vector<CarrierDraft> carriers;
  std::vector<ServiceDraft> services;
  std::vector<SupervisionDraft> supervision;
  std::vector<TakeOutDraft> takeouts;

  SupervisionBook book() &&;
};

BookDraft read_book(const text::YamlNode& root, text::YamlProblems& problems);
// `stated` of a handover; its lines for check_book.
std::vector<std::pair<Statement, int>> read_statements(const text::YamlNode& node,
                                                       text::YamlProblems& problems,
                                                       const std::string& name);

// What compares these lists with each other and with the delegations and handovers.
void check_book(const RegistryDraft& draft, text::YamlProblems& problems);

}  // namespace hitokoe::registry
