// What a notice's text must hold before it can be frozen (docs/campaign.md, "Texts of your own"):
// rule 10 items 1, 2, 4, 5 and 9 under their headings, the desk in it, the person's own part and
// nobody else's, and marks that are known and closed.
#pragma once

#include <string_view>
#include <vector>

#include "hitokoe/base/language.h"
#include "hitokoe/incident/campaign.h"

namespace hitokoe::incident::campaign {

struct TextProblem {
  int line = 1;  // of the text, from 1
  Words what;
};

// A whole text with {{ }} for the facts and [[ ]] for the person. All problems, by line.
std::vector<TextProblem> lint_template(std::string_view text, Language language);

// Phone numbers and mail addresses written out that are neither the desk's nor the sender's:
// another person's, or a second desk. Full-width digits count as digits.
std::vector<TextProblem> lint_contacts(std::string_view text, const CampaignSpec& spec);

}  // namespace hitokoe::incident::campaign
