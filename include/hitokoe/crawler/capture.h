// A capture (取得物): raw bytes fetched from a source, and how they came.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hitokoe/base/bytes.h"
#include "hitokoe/base/time.h"

namespace hitokoe::crawler {

// Everything about a capture but its bytes. Holds outside text (URL, headers): never logged.
struct CaptureMeta {
  std::string id;      // see capture_id
  std::string source;  // id in the configuration; "scan" for files handed in
  std::string item;    // the item's key within its source
  std::string url;     // asked for
  std::string final_url;
  UtcTime fetched{};
  int status = 0;  // HTTP; 0 for files
  std::vector<std::pair<std::string, std::string>> request_headers;
  std::vector<std::pair<std::string, std::string>> response_headers;
  std::string content_type;
  std::string remote_address;  // "192.0.2.1:443"; the proxy's where one was used
  std::string circuit;   // the name under which a SOCKS proxy kept the request apart; "" for none
  std::string protocol;  // "HTTP/1.1", "HTTP/2"; "" for files
  // SHA-256 (hex) of each certificate that the server showed, its own first.
  std::vector<std::string> certificates;
  std::string sha256;      // hex, of the bytes as they came
  std::uint64_t size = 0;  // bytes kept
  bool cut = false;        // the body was longer than the cap, or the connection ended early
  std::string cut_reason;  // "cap", "connection", "timeout"; empty unless cut
};

// One digest for the whole chain: SHA-256 (hex) over the digests (32 bytes each) of its
// certificates. "" where there are none, or where one is no digest.
std::string chain_digest(const std::vector<std::string>& certificates);

// "cap-" + first 24 hex digits of SHA-256(source id, item id, body digest).
std::string capture_id(std::string_view source, std::string_view item, ByteView body);

// Port. Implementation: storage/blob (files, encrypted with a key per capture that is wrapped by
// the key of its day).
class CaptureStore {
 public:
  virtual ~CaptureStore() = default;
  // Durable (fsync) when it returns. The same id again is success and changes nothing.
  virtual Result<void> put(const CaptureMeta& meta, ByteView body) = 0;
  virtual Result<CaptureMeta> meta(const std::string& id) = 0;  // kNotFound
  // kForbidden: its key was destroyed.
  virtual Result<Bytes> read(const std::string& id) = 0;
  // Wraps the capture's key under the incident's, so that it outlives its day. Idempotent.
  virtual Result<void> keep_for_incident(const std::string& id, const std::string& incident) = 0;
  // All ids, oldest first.
  virtual Result<std::vector<std::string>> list() = 0;
};

}  // namespace hitokoe::crawler
