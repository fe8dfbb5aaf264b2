// Reads a carrier's CSV file row by row: decodes it, binds columns to fields, refuses bad rows.
#pragma once

#include <functional>
#include <span>

#include "hitokoe/identity/agent.h"
#include "hitokoe/identity/record_keys.h"

namespace hitokoe::identity {

// false: nothing in the row can be used; it is refused as "nothing_readable".
using OnCustomer = std::function<Result<bool>(std::span<const FieldValue> values)>;
using OnProgress = std::function<void(std::uint64_t read, std::uint64_t size)>;

// `values` has an entry per mapped column, in the order of the map, raw and unquoted; valid during
// the call. Bounded memory. Errors as Agent::fingerprint.
Result<RowReport> read_customers(const CustomerFile& file, const OnCustomer& on_customer,
                                 const OnProgress& on_progress);

}  // namespace hitokoe::identity
