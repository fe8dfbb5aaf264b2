// Parts of the registry as JSON, with the keys of the file.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "hitokoe/registry/model.h"

namespace hitokoe::registry {

boost::json::array names(const std::vector<FieldId>& items);
boost::json::array texts(const std::vector<std::string>& values);
boost::json::object to_json(const Finding& finding);
boost::json::object to_json(const Delegation& delegation);

// "carriers", "services", "supervision", "takeouts". Of a training "named", how many: never a name.
void add_book(const SupervisionBook& book, boost::json::object& out);

}  // namespace hitokoe::registry
