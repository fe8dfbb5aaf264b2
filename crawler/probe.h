// The crawler's metrics. Labels: ids of the configuration only.
#pragma once

#include <string>

#include "hitokoe/base/metrics.h"

namespace hitokoe::crawler {

struct SourceProbe {
  SourceProbe(MetricsRegistry& metrics, const std::string& source);
  Counter& requests;
  Counter& failures;
  Counter& captures;
  Counter& cut;
  Counter& bytes;
  Counter& missed;
  Counter& retries;
  Counter& listed;
  Counter& circuits;
  Gauge& blind;
  Gauge& last_success;  // seconds since 1970, of the list
  Histogram& seconds;   // per request
};

// Of sources on overlay networks, from the first time that it is known.
Gauge& onion_up(MetricsRegistry& metrics, const std::string& source);

// Of sources that are signed in to; `outcome`: "ok", "failed", "refused", "banned".
Counter& sign_ins(MetricsRegistry& metrics, const std::string& source, std::string_view outcome);

struct CrawlerProbe {
  explicit CrawlerProbe(MetricsRegistry& metrics);
  Gauge& in_flight;
  Gauge& hosts;
  Counter& storage_errors;
};

}  // namespace hitokoe::crawler
