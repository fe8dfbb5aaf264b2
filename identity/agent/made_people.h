// People who do not exist, for canaries: what a row of a customer file needs, valid in form.
#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "hitokoe/base/random.h"
#include "hitokoe/identity/agent.h"

namespace hitokoe::identity {

// The columns that can be made up without a list of values.
std::span<const FieldId> made_fields();

// Not thread-safe. No customer number, telephone number or mail address comes twice.
class MadePeople {
 public:
  // kUsage: a pattern or a value is none of its field, or a column has neither; kLimit: patterns
  // have fewer than 20 times as many values as people are wanted: a decoy must not be met by
  // chance.
  static Result<MadePeople> plan(const DecoyRules& rules, std::span<const FieldId> columns,
                                 std::uint64_t count, Random& random);
  // One person's row: a value for each column.
  std::vector<std::string> next();

 private:
  MadePeople(const DecoyRules& rules, std::span<const FieldId> columns, Random& random)
      : rules_(rules), columns_(columns.begin(), columns.end()), random_(random) {}
  std::string filled(const std::string& pattern, bool leading_zeros);
  std::string unique(std::span<const std::string> patterns);

  const DecoyRules& rules_;
  std::vector<FieldId> columns_;
  Random& random_;
  std::set<std::string> taken_;
};

}  // namespace hitokoe::identity
