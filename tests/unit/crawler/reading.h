// Sources and readings for the tests of adapters.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "crawler/adapters/adapter.h"

namespace hitokoe::crawler {

// The one source of `more` lines (four spaces before each key), beside its id, kind and url.
inline Source source_of(const std::string& kind, const std::string& url,
                        const std::string& more = "") {
  auto sources = parse_sources(
      "sources:\n  - id: s\n    kind: " + kind + "\n    url: '" + url + "'\n" + more, "t.yaml");
  EXPECT_TRUE(sources) << (sources ? "" : sources.error().detail);
  return std::move(sources.value().at(0));
}

inline Result<Listing> list_of(const Source& source, std::string_view body, ListMemory& memory,
                               const net::Headers& headers = {}) {
  return source.adapter->read_list(
      source, {200, headers, as_bytes(body), net::Cut::kNone, source.url}, memory);
}

inline Result<Listing> list_of(const Source& source, std::string_view body) {
  ListMemory memory;
  return list_of(source, body, memory);
}

inline ItemReading item_of(const Source& source, std::string_view body, std::string_view memory,
                           int status = 200, const net::Headers& headers = {}) {
  return source.adapter->read_item(source,
                                   {status, headers, as_bytes(body), net::Cut::kNone, source.url},
                                   source.url.text(), memory);
}

// Of a body that was cut there.
inline ItemReading cut_item_of(const Source& source, std::string_view body, std::string_view memory,
                               net::Cut cut, bool last_try = false) {
  const net::Headers none;
  return source.adapter->read_item(source, {200, none, as_bytes(body), cut, source.url, last_try},
                                   source.url.text(), memory);
}

inline std::string text_of(const ItemReading& reading) {
  std::string out;
  for (const auto& piece : reading.pieces) out += as_text(piece.body);
  return out;
}

// "key url version", a line each, and what came with the list.
inline std::string shown(const Result<Listing>& listing) {
  if (!listing) return listing.error().detail;
  std::string out;
  for (const auto& item : listing.value().items) {
    out += item.key + " " + item.url.text();
    if (!item.version.empty()) out += " " + item.version;
    if (item.piece) out += " [" + std::string(as_text(item.piece->body)) + "]";
    out += "\n";
  }
  for (const auto& url : listing.value().next) out += "next " + url.text() + "\n";
  if (!listing.value().blind.empty()) out += listing.value().blind + "\n";
  return out;
}

}  // namespace hitokoe::crawler
