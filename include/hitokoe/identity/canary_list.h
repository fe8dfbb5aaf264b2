// Sealed lists of canaries: fingerprint files of decoy rows that a delegator mixed into a handover.
//
// Such a file is made and read like any other `.hkf`; its snapshot id names the handover and the
// number of the list. ':' stands in no id of the registry, so that no snapshot is taken for one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hitokoe::identity {

// "canaries:S1:2"; `number` from 1: later lists for the same handover stand beside the first.
std::string canary_list_id(std::string_view handover, std::uint64_t number);
// The handover that a list belongs to; nothing for the id of an ordinary snapshot.
std::optional<std::string_view> canary_handover(std::string_view snapshot);

}  // namespace hitokoe::identity
