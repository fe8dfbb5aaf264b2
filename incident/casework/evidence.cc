// Who may look at leaked text, who did, and what left the service.
#include <algorithm>

#include "hitokoe/incident/casework_service.h"
#include "incident/casework/change.h"

namespace hitokoe::incident {

using namespace casework;

namespace {

namespace json = boost::json;

const Words kPurpose = {"purpose", "目的"};

// An auditor looks at records, never at leaked text.
Result<void> may_view(const Viewer& viewer) { return may_lead(viewer); }

Result<const ViewRequest*> request_of(const Casework& work, const std::string& id) {
  const auto at = std::ranges::find(work.views, id, &ViewRequest::id);
  if (at != work.views.end()) return &*at;
  return fail(Errc::kNotFound, work.incident + ": no such request: " + id,
              work.incident + ": この請求はありません: " + id);
}

}  // namespace

Result<std::string> CaseworkService::request_view(const Viewer& viewer, const std::string& incident,
                                                  const std::string& capture,
                                                  std::string_view purpose) {
  TRYV(may_view(viewer));
  TRYV(check_text(purpose, true, kPurpose));
  std::string id;
  TRYV(change(
      viewer, incident,
      [&](const Incident& in, const Casework& work) -> Result<std::vector<Draft>> {
        TRYV(must_have(in, capture));
        id = "VR-" + std::to_string(work.views.size() + 1);
        return std::vector{
            draft(viewer, incident, "view_requested",
                  {{"request", text(id)}, {"capture", text(capture)}, {"purpose", text(purpose)}})};
      }));
  return id;
}

Result<void> CaseworkService::decide_view(const Viewer& viewer, const std::string& incident,
                                          const std::string& request, bool approve) {
  TRYV(may_view(viewer));
  return change(
      viewer, incident, [&](const Incident&, const Casework& work) -> Result<std::vector<Draft>> {
        TRY(const auto* asked, request_of(work, request));
        if (asked->by == viewer.user()) {
          return fail(Errc::kForbidden, request + ": a second person decides, not who asked",
                      request + ": 請求した本人は承認できません。別の人が必要です");
        }
        if (asked->refused || !asked->approved_by.empty()) {
          return fail(Errc::kConflict, request + ": is decided already",
                      request + ": すでに決まっています");
        }
        json::object body{{"request", text(request)}, {"approved", approve}};
        if (approve) body["until"] = text(format_utc(p_.clock.now() + kViewFor));
        return std::vector{draft(viewer, incident, "view_decided", body)};
      });
}

Result<std::string> CaseworkService::begin_view(const Viewer& viewer, const std::string& incident,
                                                const std::string& request) {
  TRYV(may_view(viewer));
  std::string capture;
  TRYV(change(
      viewer, incident, [&](const Incident&, const Casework& work) -> Result<std::vector<Draft>> {
        TRY(const auto* asked, request_of(work, request));
        const bool open =
            !asked->approved_by.empty() && asked->until && p_.clock.now() < *asked->until;
        if (asked->by != viewer.user() || !open) {
          return fail(Errc::kForbidden, request + ": not approved for you, or its time is over",
                      request + ": 承認されていないか、期限が切れています");
        }
        capture = asked->capture;
        return std::vector{draft(viewer, incident, "custody",
                                 {{"what", "viewed"},
                                  {"captures", json::array{text(capture)}},
                                  {"purpose", text(asked->purpose)},
                                  {"request", text(request)}})};
      }));
  return capture;
}

Result<void> CaseworkService::exported(const Viewer& viewer, const std::string& incident,
                                       const std::vector<std::string>& captures,
                                       std::string_view purpose, std::string_view digest) {
  TRYV(may_lead(viewer));
  TRYV(check_text(purpose, true, kPurpose));
  return change(viewer, incident,
                [&](const Incident& in, const Casework&) -> Result<std::vector<Draft>> {
                  json::array list;
                  for (const auto& capture : captures) {
                    TRYV(must_have(in, capture));
                    list.emplace_back(text(capture));
                  }
                  return std::vector{draft(viewer, incident, "custody",
                                           {{"what", "exported"},
                                            {"captures", std::move(list)},
                                            {"purpose", text(purpose)},
                                            {"sha256", text(digest)}})};
                });
}

}  // namespace hitokoe::incident
