// A registry file as it was read, with the line of everything that a rule may complain about.
#pragma once

#include <string>
#include <vector>

#include "hitokoe/registry/model.h"
#include "hitokoe/text/yaml.h"
#include "registry/supervision_draft.h"

namespace hitokoe::registry {

struct PartyDraft {
  Party party;
  int line = 0;
};

struct DelegationDraft {
  Delegation delegation;
  int line = 0;
  int controller_line = 0, from_line = 0, to_line = 0, under_line = 0;
  int begins_line = 0, ends_line = 0, returned_line = 0, consent_by_line = 0;
  std::vector<std::pair<FieldId, int>> items;
};

struct SnapshotDraft {
  Snapshot snapshot;
  int line = 0;
  int controller_line = 0, holder_line = 0, delegation_line = 0, source_line = 0;
  int as_of_line = 0, on_line = 0, purpose_line = 0;
  std::vector<std::pair<FieldId, int>> items;
  std::vector<Reference> confirmed;
  std::vector<std::pair<Statement, int>> stated;
};

struct RegistryDraft {
  std::vector<PartyDraft> parties;
  std::vector<DelegationDraft> delegations;
  std::vector<SnapshotDraft> snapshots;
  BookDraft book;
};

// Shape, kinds and unknown keys; what could not be read is empty, and a problem.
RegistryDraft read_draft(const text::YamlNode& root, text::YamlProblems& problems);

// Everything that compares one entry with another. Skips what was not read.
void check_draft(RegistryDraft& draft, text::YamlProblems& problems);

}  // namespace hitokoe::registry
