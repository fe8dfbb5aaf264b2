// What stands in a rendered report beside its items, for every form of rendering.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hitokoe/incident/reports.h"

namespace hitokoe::incident::reports {

std::string heading_of(const ReportContent& content, Language l);
// To whom, from whom, version, hash, due days: pairs of label and value.
std::vector<std::pair<std::string, std::string>> particulars_of(const ReportVersion& version,
                                                                Language l);
// "1 概要": items carry the number that they have in the form.
std::string numbered(const ReportContent& content, ReportItem item, Language l);

}  // namespace hitokoe::incident::reports
