#include "hitokoe/crawler/warc.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "crawler/gzip_member.h"
#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/net/address.h"
#include "hitokoe/net/url.h"

namespace hitokoe::crawler {

struct WarcWriter::Record {
  std::string type;
  std::string id;
  UtcTime date{};
  std::string target;  // "" for none
  std::string content_type;
  std::vector<std::pair<std::string, std::string>> more;  // further named fields
  Bytes block;
  std::optional<ByteView> payload;
};

namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;
constexpr std::string_view kHttpRequest = "application/http;msgtype=request";
constexpr std::string_view kHttpResponse = "application/http;msgtype=response";
constexpr std::string_view kFields = "application/warc-fields";

// RFC 4648 section 6: what readers of WARC files compare with.
std::string base32(ByteView bytes) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const auto byte : bytes) {
    bits = (bits << 8 | byte) & 0xfff;
    for (held += 8; held >= 5; held -= 5) out += kLetters[bits >> (held - 5) & 31U];
  }
  if (held > 0) out += kLetters[bits << (5 - held) & 31U];
  while (out.size() % 8 != 0) out += '=';
  return out;
}

std::string digest_of(ByteView bytes) { return "sha256:" + base32(crypto::sha256(bytes)); }

void put(Bytes& out, std::string_view text) { put_bytes(out, as_bytes(text)); }

// A value that came from outside never ends its line.
void put_line(Bytes& out, std::string_view name, std::string_view value) {
  std::string safe(value);
  std::ranges::replace_if(
      safe, [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
  put(out, name);
  put(out, ": ");
  put(out, safe);
  put(out, "\r\n");
}

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::ranges::equal(a, b, {}, lower, lower);
}

bool is_of_packing(std::string_view name) {
  return same_name(name, "content-encoding") || same_name(name, "transfer-encoding") ||
         same_name(name, "content-length");
}

Bytes request_block(const CaptureMeta& meta) {
  Bytes out;
  const auto url = net::Url::parse(meta.final_url);
  put(out, "GET " + (url ? url.value().target() : std::string("/")) + " HTTP/1.1\r\n");
  if (url) {
    const bool usual = url.value().text().find(url.value().origin()) == std::string::npos;
    const auto origin = url.value().origin();
    auto host = origin.substr(origin.find("//") + 2);
    if (usual) host.resize(host.rfind(':'));
    put_line(out, "Host", host);
  }
  for (const auto& [name, value] : meta.request_headers) {
    if (!same_name(name, "host")) put_line(out, name, value);
  }
  put(out, "\r\n");
  return out;
}

Bytes response_block(const CaptureMeta& meta, ByteView body) {
  Bytes out;
  put(out, "HTTP/1.1 " + std::to_string(meta.status) + " \r\n");
  for (const auto& [name, value] : meta.response_headers) {
    put_line(out, is_of_packing(name) ? "X-Archive-Orig-" + name : name, value);
  }
  put_line(out, "Content-Length", std::to_string(body.size()));
  put(out, "\r\n");
  put_bytes(out, body);
  return out;
}

Bytes metadata_block(const CaptureMeta& meta) {
  Bytes out;
  const auto line = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) put_line(out, name, value);
  };
  line("capture", meta.id);
  line("source", meta.source);
  line("item", meta.item);
  line("asked-for", meta.url);
  line("sha256", meta.sha256);
  line("protocol", meta.protocol);
  line("remote-address", meta.remote_address);
  line("circuit", meta.circuit);
  line("cut", meta.cut_reason);
  for (const auto& certificate : meta.certificates) line("tls-certificate-sha256", certificate);
  line("tls-chain-sha256", chain_digest(meta.certificates));
  return out;
}

// Where the bytes came from; not where a proxy is.
std::string peer_of(const CaptureMeta& meta) {
  if (!meta.circuit.empty()) return {};
  auto host = meta.remote_address.substr(0, meta.remote_address.rfind(':'));
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  const auto address = net::IpAddress::parse(host);
  return address ? address.value().text() : std::string();
}

std::string_view truncated(const CaptureMeta& meta) {
  if (!meta.cut) return {};
  if (meta.cut_reason == "cap") return "length";
  if (meta.cut_reason == "timeout") return "time";
  return meta.cut_reason == "connection" ? "disconnect" : "unspecified";
}

}  // namespace

std::string WarcWriter::fresh_id() {
  std::array<std::uint8_t, 16> b{};
  random_.fill(b);
  b[6] = static_cast<std::uint8_t>((b[6] & 0x0f) | 0x40);  // RFC 9562 version 4
  b[8] = static_cast<std::uint8_t>((b[8] & 0x3f) | 0x80);
  auto hex = to_hex(b);
  for (const std::size_t at : {20U, 16U, 12U, 8U}) hex.insert(at, "-");
  return "<urn:uuid:" + hex + ">";
}

Result<void> WarcWriter::write(const Record& record) {
  Bytes out;
  out.reserve(record.block.size() + 1024);
  put(out, "WARC/1.1\r\n");
  put_line(out, "WARC-Type", record.type);
  put_line(out, "WARC-Record-ID", record.id);
  put_line(out, "WARC-Date", format_utc(record.date));
  if (!record.target.empty()) put_line(out, "WARC-Target-URI", record.target);
  if (record.type != "warcinfo") put_line(out, "WARC-Warcinfo-ID", info_);
  for (const auto& [name, value] : record.more) put_line(out, name, value);
  put_line(out, "WARC-Block-Digest", digest_of(record.block));
  if (record.payload) put_line(out, "WARC-Payload-Digest", digest_of(*record.payload));
  put_line(out, "Content-Type", record.content_type);
  put_line(out, "Content-Length", std::to_string(record.block.size()));
  put(out, "\r\n");
  put_bytes(out, record.block);
  put(out, "\r\n\r\n");
  TRY(const auto member, gzip_member(out));
  return sink_(member);
}

Result<void> WarcWriter::begin(UtcTime now, const std::string& software,
                               const std::string& file_name) {
  info_ = fresh_id();
  Record record{.type = "warcinfo",
                .id = info_,
                .date = now,
                .target = {},
                .content_type = std::string(kFields),
                .more = {{"WARC-Filename", file_name}},
                .block = {},
                .payload = {}};
  put_line(record.block, "software", software);
  put_line(record.block, "format", "WARC file version 1.1");
  put_line(record.block, "conformsTo",
           "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/");
  return write(record);
}

Result<void> WarcWriter::add(const CaptureMeta& meta, ByteView body) {
  if (info_.empty())
    return fail(Errc::kUsage, "the archive was not begun", "アーカイブが始められていません");
  const bool over_http = meta.status != 0;
  const auto main_id = fresh_id();
  Record main{.type = over_http ? "response" : "resource",
              .id = main_id,
              .date = meta.fetched,
              .target = over_http ? meta.final_url : "urn:hitokoe:" + meta.id,
              .content_type = std::string(over_http ? kHttpResponse : "application/octet-stream"),
              .more = {},
              .block = over_http ? response_block(meta, body) : Bytes(body.begin(), body.end()),
              .payload = body};
  if (const auto peer = peer_of(meta); !peer.empty())
    main.more.emplace_back("WARC-IP-Address", peer);
  if (const auto why = truncated(meta); !why.empty()) main.more.emplace_back("WARC-Truncated", why);
  TRYV(write(main));
  const Fields beside{{"WARC-Concurrent-To", main_id}};
  if (over_http) {
    TRYV(write({.type = "request",
                .id = fresh_id(),
                .date = meta.fetched,
                .target = main.target,
                .content_type = std::string(kHttpRequest),
                .more = beside,
                .block = request_block(meta),
                .payload = {}}));
  }
  return write({.type = "metadata",
                .id = fresh_id(),
                .date = meta.fetched,
                .target = main.target,
                .content_type = std::string(kFields),
                .more = beside,
                .block = metadata_block(meta),
                .payload = {}});
}

}  // namespace hitokoe::crawler
