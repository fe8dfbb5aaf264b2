// One record (a customer's row at a holder, or a leaked row) → what is hashed of it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "hitokoe/identity/canonical.h"
#include "hitokoe/identity/field.h"

namespace hitokoe::identity {

struct FieldValue {
  FieldId field;  // a column field: kRef ... kMynumber
  std::string_view raw;
};

struct KeyView {
  FieldId field;           // what the fingerprint is made under
  std::string_view value;  // canonical
  std::uint32_t sources;   // bit i: values[i] of the record took part. Two keys agree
                           // independently only when their bits are disjoint.
};

struct RecordKeys {
  // The customer number without the carrier's id; empty where the record has none.
  std::string_view ref;
  std::vector<KeyView> index;    // strong, household and linkage keys; no duplicates
  std::vector<KeyView> checks;   // compared after resolution
  std::uint32_t unreadable = 0;  // bit i: values[i] was not empty and is not such a value
};

// Reusable buffers; one per thread. At most 32 values a record (more are ignored).
class RecordEncoder {
 public:
  explicit RecordEncoder(Side side);
  ~RecordEncoder();
  RecordEncoder(RecordEncoder&&) noexcept;
  RecordEncoder& operator=(RecordEncoder&&) noexcept;

  // Valid until the next call. Order of keys is that of field ids, then of values.
  const RecordKeys& encode(std::span<const FieldValue> values);

  // The same keys, appended to `index` and `checks` behind those of other records; their text is
  // valid until restart() or encode(). False: nothing was done, restart() first; never right after
  // restart(). About 1,500 records fit. `unreadable` as in RecordKeys.
  bool append(std::span<const FieldValue> values, std::vector<KeyView>& index,
              std::vector<KeyView>& checks, std::uint32_t& unreadable);
  void restart();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hitokoe::identity
