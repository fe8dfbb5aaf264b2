#include "hitokoe/incident/audit.h"

#include <boost/json.hpp>

namespace hitokoe::incident {
namespace {

constexpr std::size_t kMaxName = 200;
constexpr std::size_t kMaxBody = 4ULL << 20;

void put_text(Bytes& out, std::string_view text) {
  put_u32(out, static_cast<std::uint32_t>(text.size()));
  put_bytes(out, as_bytes(text));
}

std::uint64_t micros(UtcTime t) { return static_cast<std::uint64_t>(t.time_since_epoch().count()); }

Bytes checkpoint_message(const Checkpoint& c) {
  Bytes m;
  put_text(m, "hitokoe-checkpoint-1");
  put_u64(m, c.number);
  put_u64(m, c.seq);
  put_bytes(m, c.hash);
  put_u64(m, micros(c.at));
  return m;
}

std::string number(std::uint64_t n) { return std::to_string(n); }

}  // namespace

crypto::Digest event_hash(const Event& e) {
  Bytes m;
  m.reserve(80 + e.actor.size() + e.stream.size() + e.kind.size() + e.body.size());
  put_bytes(m, e.previous);
  put_u64(m, e.seq);
  put_u64(m, micros(e.at));
  put_text(m, e.actor);
  put_text(m, e.stream);
  put_text(m, e.kind);
  put_text(m, e.body);
  return crypto::sha256(m);
}

Result<void> check_draft(const Draft& draft) {
  const auto check = [](const std::string& s, const char* part) -> Result<void> {
    if (s.empty() || s.size() > kMaxName) {
      return fail(Errc::kBadInput,
                  std::string("audit event: ") + part + " must have 1 to 200 bytes",
                  std::string("監査記録: ") + part + " は 1〜200 バイト");
    }
    return ok();
  };
  TRYV(check(draft.actor, "actor"));
  TRYV(check(draft.stream, "stream"));
  TRYV(check(draft.kind, "kind"));
  if (draft.body.size() > kMaxBody) {
    return fail(Errc::kLimit, "audit event: body is longer than 4 MiB",
                "監査記録: 本文が 4 MiB を超えています");
  }
  boost::json::error_code ec;
  const auto value = boost::json::parse(draft.body, ec);
  if (ec || !value.is_object()) {
    return fail(Errc::kBadInput, "audit event: body is not a JSON object",
                "監査記録: 本文が JSON のオブジェクトではありません");
  }
  return ok();
}

Event chain_event(const Draft& draft, UtcTime at, const std::optional<Event>& previous) {
  Event e;
  e.seq = previous ? previous->seq + 1 : 1;
  e.at = at;
  e.actor = draft.actor;
  e.stream = draft.stream;
  e.kind = draft.kind;
  e.body = draft.body;
  if (previous) e.previous = previous->hash;
  e.hash = event_hash(e);
  return e;
}

Checkpoint sign_checkpoint(std::uint64_t number, const Event& last, UtcTime at,
                           const crypto::SignKeyPair& service) {
  Checkpoint c;
  c.number = number;
  c.seq = last.seq;
  c.hash = last.hash;
  c.at = at;
  c.signature = crypto::sign(service, checkpoint_message(c));
  return c;
}

bool checkpoint_holds(const Checkpoint& c, const crypto::SignPublicKey& service) {
  return crypto::verify(service, checkpoint_message(c), c.signature);
}

std::string_view to_string(AuditFinding::Kind kind) {
  switch (kind) {
    case AuditFinding::Kind::kAltered:
      return "altered";
    case AuditFinding::Kind::kMissing:
      return "missing";
    case AuditFinding::Kind::kReordered:
      return "reordered";
    case AuditFinding::Kind::kCut:
      return "cut";
    case AuditFinding::Kind::kRewritten:
      return "rewritten";
    case AuditFinding::Kind::kForgedCheckpoint:
      return "forged_checkpoint";
    case AuditFinding::Kind::kMissingCheckpoint:
      return "missing_checkpoint";
    case AuditFinding::Kind::kRows:
      return "rows";
  }
  return "altered";
}

std::string_view explain(AuditFinding::Kind kind, Language l) {
  switch (kind) {
    case AuditFinding::Kind::kAltered:
      return say(l, "記録の内容が書き換えられています", "the content of the event was altered");
    case AuditFinding::Kind::kMissing:
      return say(l, "この記録より前の記録が欠けています", "events before this one are missing");
    case AuditFinding::Kind::kReordered:
      return say(l, "直前の記録につながっていません（並べ替え又は差し替え）",
                 "it does not follow the event before it (reordered or replaced)");
    case AuditFinding::Kind::kCut:
      return say(l, "最後の署名済みチェックポイントより前で記録が途切れています",
                 "the log ends before its last signed checkpoint");
    case AuditFinding::Kind::kRewritten:
      return say(l, "チェックポイントが署名した内容と異なります（連鎖ごとの書き換え）",
                 "it is not what the checkpoint signed (the chain was rewritten)");
    case AuditFinding::Kind::kForgedCheckpoint:
      return say(l, "チェックポイントの署名がこのサービスのものではありません",
                 "a checkpoint was not signed by this service");
    case AuditFinding::Kind::kMissingCheckpoint:
      return say(l, "チェックポイントが欠けています", "a checkpoint is missing");
    case AuditFinding::Kind::kRows:
      return say(l, "記録に付随するデータが記録と一致しません",
                 "rows that belong to the event are not what it says");
  }
  return "";
}

AuditVerifier::AuditVerifier(std::vector<Checkpoint> checkpoints,
                             const crypto::SignPublicKey& service)
    : checkpoints_(std::move(checkpoints)), service_(service) {
  head_.checkpoints = checkpoints_.size();
}

void AuditVerifier::found(AuditFinding::Kind kind, std::uint64_t seq, std::string what) {
  if (!finding_) finding_ = AuditFinding{kind, seq, std::move(what)};
}

void AuditVerifier::add(const Event& e) {
  if (finding_) return;
  using Kind = AuditFinding::Kind;
  const std::uint64_t expected = head_.events + 1;
  if (e.seq > expected) {
    found(Kind::kMissing, expected,
          "event " + number(expected) + " is missing: the next one is " + number(e.seq));
    return;
  }
  if (e.seq < expected) {
    found(Kind::kReordered, e.seq, "event " + number(e.seq) + " stands after its successors");
    return;
  }
  if (e.previous != head_.hash) {
    found(Kind::kReordered, e.seq,
          "event " + number(e.seq) + " does not carry the hash of event " + number(e.seq - 1));
    return;
  }
  if (event_hash(e) != e.hash) {
    found(Kind::kAltered, e.seq, "event " + number(e.seq) + " is not what was hashed");
    return;
  }
  head_.events = e.seq;
  head_.hash = e.hash;

  while (next_checkpoint_ < checkpoints_.size() && checkpoints_[next_checkpoint_].seq == e.seq) {
    const Checkpoint& c = checkpoints_[next_checkpoint_];
    const std::string name = "checkpoint " + number(c.number);
    if (c.number != next_checkpoint_ + 1) {
      found(Kind::kMissingCheckpoint, head_.checkpoint_seq + 1,
            "checkpoint " + number(next_checkpoint_ + 1) + " is missing");
      return;
    }
    if (!checkpoint_holds(c, service_)) {
      found(Kind::kForgedCheckpoint, c.seq, name + " was not signed by this service");
      return;
    }
    if (c.hash != e.hash) {
      found(Kind::kRewritten, head_.checkpoint_seq + 1,
            "events " + number(head_.checkpoint_seq + 1) + " to " + number(c.seq) +
                " are not what " + name + " signed");
      return;
    }
    head_.checkpoint_seq = c.seq;
    ++next_checkpoint_;
  }
  if (next_checkpoint_ < checkpoints_.size() && checkpoints_[next_checkpoint_].seq < e.seq) {
    found(Kind::kForgedCheckpoint, checkpoints_[next_checkpoint_].seq,
          "checkpoint " + number(checkpoints_[next_checkpoint_].number) +
              " stands before the one before it");
  }
}

std::optional<AuditFinding> AuditVerifier::finish() {
  if (!finding_ && next_checkpoint_ < checkpoints_.size()) {
    const Checkpoint& c = checkpoints_[next_checkpoint_];
    if (checkpoint_holds(c, service_)) {
      found(AuditFinding::Kind::kCut, head_.events + 1,
            "the log ends at event " + number(head_.events) + ", checkpoint " + number(c.number) +
                " signed event " + number(c.seq));
    } else {
      found(AuditFinding::Kind::kForgedCheckpoint, c.seq,
            "checkpoint " + number(c.number) + " was not signed by this service");
    }
  }
  return finding_;
}

Result<std::optional<AuditFinding>> AuditLog::verify(const crypto::SignPublicKey& service,
                                                     AuditHead* head) {
  // Checkpoints first: one that is signed while the events are read lies past what was promised.
  TRY(auto signed_until, checkpoints());
  AuditVerifier verifier(std::move(signed_until), service);
  TRYV(for_each([&](const Event& e) -> Result<void> {
    verifier.add(e);
    return ok();
  }));
  auto finding = verifier.finish();
  if (head != nullptr) *head = verifier.head();
  return finding;
}

}  // namespace hitokoe::incident
