// Looks for file sharing in captures as they are matched: keeps what was found, and which watch
// terms stand in its names.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hitokoe/base/metrics.h"
#include "hitokoe/crawler/capture.h"
#include "hitokoe/crawler/share_store.h"
#include "hitokoe/matcher/terms.h"

namespace hitokoe::service {

// Thread-safe as far as its parts are.
class ShareWatch {
 public:
  ShareWatch(crawler::ShareStore& shares, std::vector<crawler::FileHost> hosts,
             MetricsRegistry& metrics);

  // Keeps what the capture names. @return terms in the names, for the alerts of this capture; a
  // document for each share, named by its id. `terms` null: none. A share that no living key of a
  // day may seal is not kept, and its terms are told all the same.
  Result<std::vector<matcher::DocumentHits>> look(
      const crawler::CaptureMeta& meta, ByteView body,
      const std::shared_ptr<const matcher::TermSet>& terms);

 private:
  crawler::ShareStore& shares_;
  std::vector<crawler::FileHost> hosts_;
  MetricsRegistry& metrics_;
};

}  // namespace hitokoe::service
