#include "crawler/probe.h"

namespace hitokoe::crawler {

SourceProbe::SourceProbe(MetricsRegistry& metrics, const std::string& source)
    : requests(metrics.counter("hitokoe_crawler_requests_total", "Requests begun",
                               {{"source", source}})),
      failures(metrics.counter("hitokoe_crawler_failures_total", "Requests without a usable answer",
                               {{"source", source}})),
      captures(metrics.counter("hitokoe_crawler_captures_total", "Items captured",
                               {{"source", source}})),
      cut(metrics.counter("hitokoe_crawler_cut_total", "Captures that were cut",
                          {{"source", source}})),
      bytes(metrics.counter("hitokoe_crawler_bytes_total", "Bytes captured", {{"source", source}})),
      missed(metrics.counter("hitokoe_crawler_missed_total",
                             "Items that are gone, refused or given up", {{"source", source}})),
      retries(metrics.counter("hitokoe_crawler_retries_total", "Jobs put back for later",
                              {{"source", source}})),
      listed(metrics.counter("hitokoe_crawler_listed_total", "Items queued for the first time",
                             {{"source", source}})),
      circuits(metrics.counter("hitokoe_crawler_circuits_renewed_total",
                               "Circuits given up for a new one", {{"source", source}})),
      blind(metrics.gauge("hitokoe_crawler_blind",
                          "1: a list that listed things before lists nothing",
                          {{"source", source}})),
      last_success(metrics.gauge("hitokoe_crawler_last_success_seconds",
                                 "When the list was last read, seconds since 1970",
                                 {{"source", source}})),
      seconds(metrics.histogram("hitokoe_crawler_request_seconds", "How long a request took",
                                {0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100}, {{"source", source}})) {}

Gauge& onion_up(MetricsRegistry& metrics, const std::string& source) {
  return metrics.gauge("hitokoe_crawler_onion_up",
                       "1: the source on an overlay network answered the last time, 0: it did not",
                       {{"source", source}});
}

Counter& sign_ins(MetricsRegistry& metrics, const std::string& source, std::string_view outcome) {
  return metrics.counter("hitokoe_crawler_sign_ins_total", "Log-ins to a source that were tried",
                         {{"source", source}, {"outcome", std::string(outcome)}});
}

CrawlerProbe::CrawlerProbe(MetricsRegistry& metrics)
    : in_flight(metrics.gauge("hitokoe_crawler_in_flight", "Attempts that are running")),
      hosts(metrics.gauge("hitokoe_crawler_hosts", "Hosts that something is known about")),
      storage_errors(metrics.counter("hitokoe_crawler_storage_errors_total",
                                     "Storage calls that failed and paused the intake")) {}

}  // namespace hitokoe::crawler
