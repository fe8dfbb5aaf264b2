// What may stand in a CampaignSpec, part by part: so that a file of it can be told with its lines.
#pragma once

#include <string>
#include <vector>

#include "hitokoe/base/language.h"
#include "hitokoe/incident/campaign.h"

namespace hitokoe::incident::campaign {

struct TextPart {
  const char* key;
  BothTexts CampaignSpec::*text;
};
inline constexpr TextPart kTextParts[] = {{"summary", &CampaignSpec::summary},
                                          {"cause", &CampaignSpec::cause},
                                          {"secondary_damage", &CampaignSpec::secondary},
                                          {"prevention", &CampaignSpec::prevention}};

struct SpecProblem {
  std::string part;  // "desk.phone", "summary.ja"
  Words what;
  int line = 0;  // within the part's text; 0: of the part itself
};
// All of them, in the order of the file.
std::vector<SpecProblem> spec_problems(const CampaignSpec& spec);

}  // namespace hitokoe::incident::campaign
