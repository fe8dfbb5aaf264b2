// A carrier's reports, folded from their events. The stream is the only place where they are.
#include <algorithm>

#include "hitokoe/base/crypto/digest.h"
#include "hitokoe/incident/reports.h"
#include "incident/canonical_json.h"

namespace hitokoe::incident {
namespace {

Error broken(const Words& what) { return {Errc::kCorrupt, what}; }

Result<void> apply_item(ReportFile& file, const Event& e) {
  TRY(const auto r, BodyReader::parse(e.body));
  ReportEntry entry;
  TRY(const auto name, r.text("item"));
  TRY(entry.item, report_item_by_name(name));
  entry.text.ja = r.text_or_empty("ja");
  entry.text.en = r.text_or_empty("en");
  entry.by = e.actor;
  entry.at = e.at;
  file.entries.push_back(std::move(entry));
  return ok();
}

Result<void> apply_draft(ReportFile& file, const Event& e) {
  TRY(const auto r, BodyReader::parse(e.body));
  ReportVersion v;
  TRY(const auto number, r.number("version"));
  v.number = static_cast<std::uint32_t>(number);
  TRY(v.sha256, r.text("sha256"));
  bool as_told = false;
  if (const auto of = r.number("content_of")) {  // the same as an older version
    const auto* older = file.version(static_cast<std::uint32_t>(of.value()));
    as_told = older != nullptr && older->sha256 == v.sha256;
    if (as_told) v.content = older->content;
  } else {
    TRY(const auto content, r.text("content"));
    TRY(v.content, content_from_json(content));
    as_told = v.sha256 == crypto::sha256_hex(as_bytes(content));
  }
  v.by = e.actor;
  v.at = e.at;
  if (!as_told || number != file.versions.size() + 1 || v.content.incident != file.incident ||
      v.content.carrier != file.carrier) {
    return outcome::failure(
        broken({"a version that is not what its event says", "記録と違う報告の版"}));
  }
  file.versions.push_back(std::move(v));
  return ok();
}

Result<void> apply_submission(ReportFile& file, const Event& e) {
  TRY(const auto r, BodyReader::parse(e.body));
  TRY(const auto number, r.number("version"));
  const auto v = std::ranges::find_if(
      file.versions, [&](const ReportVersion& one) { return one.number == number; });
  if (v == file.versions.end() || v->submitted) {
    return outcome::failure(
        broken({"a version is drafted, then submitted once", "報告は下書きの後に一度だけ提出"}));
  }
  ReportSubmission s;
  TRY(const auto at, r.text("at"));
  TRY(s.at, parse_utc(at));
  s.reference = r.text_or_empty("reference");
  TRY(s.rules, r.texts("rules"));
  s.by = e.actor;
  s.recorded = e.at;
  v->submitted = std::move(s);
  return ok();
}

Result<void> apply(ReportFile& file, const Event& e) {
  if (e.kind == "report.item") return apply_item(file, e);
  if (e.kind == "report.drafted") return apply_draft(file, e);
  if (e.kind == "report.submitted") return apply_submission(file, e);
  return outcome::failure(broken({"no such kind of event", "知らない種類の記録"}));
}

}  // namespace

std::string report_stream(std::string_view incident, std::string_view carrier) {
  return "report/" + std::string(incident) + "/" + std::string(carrier);
}

Result<ReportFile> fold_reports(std::string incident, std::string carrier,
                                std::span<const Event> events) {
  ReportFile file;
  file.incident = std::move(incident);
  file.carrier = std::move(carrier);
  for (const auto& e : events) {
    const auto done = apply(file, e);
    if (!done) {
      return fail(Errc::kCorrupt, Words{"audit event ", "監査記録 "} + std::to_string(e.seq) +
                                      ": " + done.error().words());
    }
    file.revision = e.seq;
  }
  return file;
}

const ReportEntry* ReportFile::newest(ReportItem item) const {
  const auto found = std::find_if(entries.rbegin(), entries.rend(),
                                  [&](const ReportEntry& e) { return e.item == item; });
  return found == entries.rend() ? nullptr : &*found;
}

const ReportVersion* ReportFile::version(std::uint32_t number) const {
  return number >= 1 && number <= versions.size() ? &versions[number - 1] : nullptr;
}

const ReportVersion* ReportFile::latest(ReportForm form, ReportKind kind) const {
  const ReportVersion* best = nullptr;
  for (const auto& v : versions) {
    if (v.content.form != form || v.content.kind != kind) continue;
    if (best == nullptr || v.submitted || !best->submitted) best = &v;
  }
  return best;
}

std::vector<ReportItem> ReportContent::open() const {
  std::vector<ReportItem> out;
  for (const auto& s : sections) {
    if (s.open) out.push_back(s.item);
  }
  return out;
}

}  // namespace hitokoe::incident
