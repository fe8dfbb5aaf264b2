// Proof of a destruction, for whoever gave the data: {"body":{…},"signature":"…"}; signed is the
// body in canonical form.
#include <algorithm>
#include <initializer_list>

#include "hitokoe/base/crypto/sealed.h"
#include "incident/canonical_json.h"
#include "incident/retention/history.h"

namespace hitokoe::incident {

namespace json = boost::json;

namespace {

constexpr std::string_view kFormat = "hitokoe certificate of destruction 1";

json::string text(std::string_view s) { return json::string(s.data(), s.size()); }

json::value time_of(const std::optional<UtcTime>& t) {
  return t ? json::value(format_utc(*t)) : json::value(nullptr);
}

Error no_certificate() {
  return {Errc::kBadInput, "not a certificate of destruction", "破棄証明書ではありません"};
}

struct Read {
  json::object body;
  crypto::Signature signature{};
};

// Canonical bodies hold no other numbers: nobody signed one that does.
bool has_fractions(const json::value& value) {
  if (const auto* object = value.if_object()) {
    return std::ranges::any_of(*object, [](const auto& p) { return has_fractions(p.value()); });
  }
  if (const auto* array = value.if_array()) return std::ranges::any_of(*array, has_fractions);
  return value.is_double();
}

// Checks everything but the signature.
Result<Read> read(std::string_view certificate) {
  boost::system::error_code error;
  const auto value = json::parse(certificate, error);
  const auto* whole = error ? nullptr : value.if_object();
  const auto* body = whole != nullptr ? whole->if_contains("body") : nullptr;
  const auto* signature = whole != nullptr ? whole->if_contains("signature") : nullptr;
  if (body == nullptr || !body->is_object() || signature == nullptr || !signature->is_string() ||
      has_fractions(*body)) {
    return outcome::failure(no_certificate());
  }
  const auto bytes = from_hex(std::string_view(signature->as_string()));
  Read out;
  if (!bytes || bytes.value().size() != out.signature.size()) {
    return outcome::failure(no_certificate());
  }
  std::ranges::copy(bytes.value(), out.signature.begin());
  out.body = body->as_object();
  const BodyReader reader(out.body);
  const auto format = reader.text("format");
  if (!format || format.value() != kFormat) return outcome::failure(no_certificate());
  for (const auto* key : {"incident", "issued", "plan"}) {
    if (!reader.text(key)) return outcome::failure(no_certificate());
  }
  const auto items = reader.objects("destroyed");
  if (!items) return outcome::failure(no_certificate());
  for (const auto& item : items.value()) {
    for (const auto* key : {"kind", "what", "what_ja", "key_kind", "key_name", "due", "at", "by",
                            "basis", "basis_ja", "event_hash"}) {
      if (!item.text(key)) return outcome::failure(no_certificate());
    }
    if (!item.number("records") || !item.number("event")) {
      return outcome::failure(no_certificate());
    }
  }
  return out;
}

}  // namespace

std::string to_json(const RetentionItem& i) {
  json::object out{{"incident", i.incident},
                   {"kind", text(to_string(i.kind))},
                   {"key", json::object{{"kind", i.key_kind}, {"name", i.key_name}}},
                   {"records", i.records},
                   {"closed", format_day(i.closed)},
                   {"due", format_day(i.due)},
                   {"state", text(to_string(i.state))}};
  out["hold"] = i.hold ? json::value(json::object{{"reason", i.hold->reason},
                                                  {"by", i.hold->by},
                                                  {"at", format_utc(i.hold->at)},
                                                  {"until", format_day(i.hold->until)}})
                       : json::value(nullptr);
  out["destroyed"] =
      time_of(i.destroyed ? std::optional<UtcTime>(i.destroyed->at) : std::optional<UtcTime>());
  return json::serialize(out);
}

Result<std::string> RetentionService::certificate(const Viewer& viewer,
                                                  const std::string& incident) {
  TRY(const auto all, items(viewer));
  json::array destroyed;
  for (const auto& i : all) {
    if (i.incident != incident || !i.destroyed) continue;
    const auto& d = *i.destroyed;
    const auto what = words_of(i.kind);
    const auto& basis = plan_.of(i.kind).basis;
    destroyed.push_back(json::object{{"kind", text(to_string(d.kind))},
                                     {"what", what.en},
                                     {"what_ja", what.ja},
                                     {"records", d.records},
                                     {"key_kind", d.key_kind},
                                     {"key_name", d.key_name},
                                     {"due", format_day(d.due)},
                                     {"at", format_utc(d.at)},
                                     {"by", d.by},
                                     {"basis", basis.en},
                                     {"basis_ja", basis.ja},
                                     {"event", d.event},
                                     {"event_hash", to_hex(d.hash)}});
  }
  if (destroyed.empty()) {
    return fail(Errc::kNotFound, incident + ": nothing was destroyed",
                incident + ": 破棄したものはありません");
  }
  TRY(const auto service, p_.keys.service_sign());
  const json::object body{{"format", text(kFormat)},
                          {"incident", incident},
                          {"issued", format_utc(p_.clock.now())},
                          {"plan", plan_.version()},
                          {"service", to_hex(service.public_key)},
                          {"destroyed", std::move(destroyed)}};
  const auto signature = crypto::sign(service, as_bytes(canonical(body)));
  return canonical(json::object{{"body", body}, {"signature", to_hex(signature)}});
}

Result<void> check_certificate(std::string_view certificate, const crypto::SignPublicKey& service) {
  TRY(const auto read_in, read(certificate));
  if (!crypto::verify(service, as_bytes(canonical(read_in.body)), read_in.signature)) {
    return fail(Errc::kCorrupt, "the certificate was altered, or another service signed it",
                "証明書が改ざんされているか、別のサービスの署名です");
  }
  return ok();
}

Result<void> check_certificate_events(std::string_view certificate, AuditLog& log) {
  TRY(const auto read_in, read(certificate));
  const BodyReader body(read_in.body);
  TRY(const auto items, body.objects("destroyed"));
  for (const auto& item : items) {
    TRY(const auto seq, item.number("event"));
    TRY(const auto hash, item.text("event_hash"));
    if (seq == 0) return outcome::failure(no_certificate());
    TRY(const auto events, log.after(seq - 1, 1));
    const bool same = !events.empty() && events[0].seq == seq && to_hex(events[0].hash) == hash &&
                      events[0].kind == "retention.destroyed";
    if (!same) {
      return fail(
          Errc::kCorrupt,
          "the audit log has another event " + std::to_string(seq) + " than the certificate",
          "監査記録の " + std::to_string(seq) + " が証明書と異なります");
    }
  }
  return ok();
}

Result<std::string> certificate_text(std::string_view certificate) {
  TRY(const auto read_in, read(certificate));
  const BodyReader body(read_in.body);
  TRY(const auto incident, body.text("incident"));
  TRY(const auto issued, body.text("issued"));
  TRY(const auto items, body.objects("destroyed"));
  std::string ja = "# 破棄証明書\n\n事案 " + incident + "。発行 " + issued +
                   "。次のデータは、暗号鍵を破棄したため、誰にも読めません。\n\n";
  std::string en = "# Certificate of destruction\n\nIncident " + incident + ". Issued " + issued +
                   ". The keys of the following data were destroyed: nobody can read them any "
                   "more.\n\n";
  for (const auto& i : items) {
    TRY(const auto records, i.number("records"));
    TRY(const auto event, i.number("event"));
    const auto get = [&](const char* key) { return i.text_or_empty(key); };
    const auto key = get("key_kind") + " / " + get("key_name");
    const auto hash = std::to_string(event) + ", " + get("event_hash");
    const auto tell = [](std::string& out, std::initializer_list<std::string_view> parts) {
      for (const auto part : parts) out += part;
    };
    const auto count = std::to_string(records);
    tell(ja, {"- ", get("what_ja"), ": ", count, " 件\n  - 鍵: ", key,
              "\n  - 保存期限: ", get("due"), "（", get("basis_ja"), "）\n  - 破棄: ", get("at"),
              "、", get("by"), "\n  - 監査記録: ", hash, "\n"});
    tell(en, {"- ", get("what"), ": ", count, " records\n  - Key: ", key,
              "\n  - Kept until: ", get("due"), " (", get("basis"), ")\n  - Destroyed: ", get("at"),
              ", by ", get("by"), "\n  - Audit event: ", hash, "\n"});
  }
  TRY(const auto service, body.text("service"));
  const std::string end =
      "\nEd25519: service " + service + "\nsignature " + to_hex(read_in.signature) + "\n";
  return ja + "\n" + en + end;
}

}  // namespace hitokoe::incident
