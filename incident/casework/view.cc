// Casework as JSON, and the text of a takedown request.
#include <boost/json.hpp>

#include "hitokoe/incident/casework_service.h"
#include "incident/casework/change.h"

namespace hitokoe::incident {

using namespace casework;

namespace {

namespace json = boost::json;

json::value time_or_null(UtcTime at) {
  return at == UtcTime{} ? json::value(nullptr) : json::value(format_utc(at));
}

json::object task_json(const TaskView& t) {
  json::object out{{"party", text(t.key.party)},
                   {"kind", text(to_string(t.key.kind))},
                   {"state", text(to_string(t.record.state))},
                   {"due", nullptr},
                   {"overdue", t.overdue},
                   {"note", text(t.record.note)},
                   {"by", text(t.record.by)},
                   {"at", time_or_null(t.record.at)},
                   {"told_late_seconds", nullptr}};
  if (t.record.due) out["due"] = format_day(*t.record.due);
  if (t.told_late) {
    out["told_late_seconds"] =
        std::chrono::duration_cast<std::chrono::seconds>(*t.told_late).count();
  }
  return out;
}

json::array texts(const std::vector<std::string>& list) {
  json::array out;
  for (const auto& s : list) out.emplace_back(text(s));
  return out;
}

json::object view_json(const ViewRequest& v) {
  return {{"request", text(v.id)},
          {"capture", text(v.capture)},
          {"purpose", text(v.purpose)},
          {"by", text(v.by)},
          {"at", format_utc(v.at)},
          {"state", v.refused               ? "refused"
                    : v.approved_by.empty() ? "requested"
                                            : "approved"},
          {"approved_by", text(v.approved_by)},
          {"until", v.until ? json::value(format_utc(*v.until)) : json::value(nullptr)}};
}

}  // namespace

std::string to_json(const CaseworkView& view) {
  json::array tasks;
  for (const auto& t : view.tasks) tasks.push_back(task_json(t));
  json::array takedowns;
  for (const auto& t : view.work.takedowns) {
    takedowns.push_back({{"capture", text(t.capture)},
                         {"state", text(to_string(t.state))},
                         {"note", text(t.note)},
                         {"by", text(t.by)},
                         {"at", format_utc(t.at)},
                         {"begun", format_utc(t.begun)}});
  }
  json::array links;
  for (const auto& l : view.work.links) {
    links.push_back({{"other", text(l.other)},
                     {"kind", text(to_string(l.kind))},
                     {"older", l.older},
                     {"reason", text(l.reason)},
                     {"by", text(l.by)},
                     {"at", format_utc(l.at)}});
  }
  json::array custody;
  for (const auto& c : view.work.custody) {
    custody.push_back({{"what", text(c.what)},
                       {"captures", texts(c.captures)},
                       {"purpose", text(c.purpose)},
                       {"by", text(c.by)},
                       {"sha256", text(c.to)},
                       {"request", text(c.request)},
                       {"at", format_utc(c.at)}});
  }
  json::array views;
  for (const auto& v : view.work.views) views.push_back(view_json(v));
  return json::serialize(json::object{{"incident", text(view.incident)},
                                      {"revision", view.work.revision},
                                      {"tasks", std::move(tasks)},
                                      {"takedowns", std::move(takedowns)},
                                      {"links", std::move(links)},
                                      {"proposed_links", texts(view.proposed)},
                                      {"custody", std::move(custody)},
                                      {"views", std::move(views)}});
}

std::string takedown_text(const crawler::CaptureMeta& meta, const std::string& incident,
                          const std::string& contact) {
  const std::string url = meta.final_url.empty() ? meta.url : meta.final_url;
  const auto fetched = format_utc(meta.fetched);
  std::string out =
      "件名：個人情報を含む投稿の削除のお願い（" + incident +
      "）\n\n"
      "貴サービスの次のページに、当社および委託元のお客さまの個人情報が掲載されていることを"
      "確認しました。\n速やかに削除し、公開を止めてくださるようお願いします。\n\n"
      "  掲載場所：" +
      url + "\n  確認日時：" + fetched + "（UTC）\n  証拠（SHA-256）：" + meta.sha256 +
      "\n\n投稿者の記録（接続元、日時）は、捜査機関などの求めに備えて保存してください。\n"
      "連絡先：" +
      contact + "\n\n---\n\n";
  out += "Subject: Request to take down personal data (" + incident +
         ")\n\n"
         "A page of your service carries personal data of our customers.\n"
         "Please remove it from public view without delay.\n\n"
         "  Location: " +
         url + "\n  Seen at: " + fetched + " (UTC)\n  Evidence (SHA-256): " + meta.sha256 +
         "\n\nPlease preserve the records of who posted it (origin and time) for the authorities.\n"
         "Contact: " +
         contact + "\n";
  return out;
}

}  // namespace hitokoe::incident
