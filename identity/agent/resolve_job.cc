#include "identity/agent/resolve_job.h"

#include <algorithm>
#include <string>
#include <vector>

#include "hitokoe/base/file.h"
#include "hitokoe/identity/canonical.h"
#include "hitokoe/identity/guardian.h"
#include "hitokoe/identity/record_keys.h"
#include "identity/agent/customer_rows.h"

namespace hitokoe::identity {
namespace {

constexpr std::uint64_t kMostRequest = 1ULL << 30;

std::string_view trim(std::string_view s) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto begin = s.find_first_not_of(kBlank);
  if (begin == s.npos) return {};
  return s.substr(begin, s.find_last_not_of(kBlank) - begin + 1);
}

std::string canonical(FieldId field, std::string_view raw) {
  std::vector<std::string> forms;
  normalize(field, raw, Side::kHolder, forms);
  return forms.empty() ? std::string() : std::move(forms.front());
}

constexpr std::chrono::years kOfAge{18};  // Civil Code, article 4

// Where a date can be read in several ways, only if all of them say so.
bool is_minor(std::string_view raw, JstDay today) {
  std::vector<std::string> readings;
  normalize(FieldId::kBirthdate, raw, Side::kHolder, readings);
  return !readings.empty() && std::ranges::all_of(readings, [&](const std::string& reading) {
    const auto born = parse_day(reading);
    if (!born || born.value() > today) return false;
    auto of_age = std::chrono::year_month_day(born.value()) + kOfAge;
    if (!of_age.ok()) of_age = of_age.year() / std::chrono::March / 1;  // born on 29 February
    return JstDay(of_age) > today;
  });
}

// The first column of a kind that has such a value counts. A minor's notice goes to the guardian:
// the name says so, what customers are told apart by stays.
Contact contact_of(std::span<const FieldValue> values, JstDay today) {
  Contact c;
  bool minor = false;
  const auto set = [](std::string& into, std::string value) {
    if (into.empty()) into = std::move(value);
  };
  for (const FieldValue& v : values) {
    const std::string_view raw = trim(v.raw);
    if (raw.empty()) continue;
    switch (v.field) {
      case FieldId::kName:
        if (c.name.empty()) {
          c.name = raw;
          c.name_key = canonical(FieldId::kName, raw);
        }
        break;
      case FieldId::kBirthdate:
        minor = minor || is_minor(raw, today);
        break;
      case FieldId::kEmail:
        set(c.email, canonical(FieldId::kEmail, raw));
        break;
      case FieldId::kPhone:
        set(c.phone, canonical(FieldId::kPhone, raw));
        break;
      case FieldId::kPostal:
        set(c.postal, canonical(FieldId::kPostal, raw));
        break;
      case FieldId::kAddress:
        set(c.address, std::string(raw));
        break;
      default:
        break;
    }
  }
  if (minor) address_guardian(c.name);
  return c;
}

class Finder {
 public:
  Finder(const ContactRequest& request, const IssuedKey& key, const Fingerprinter& fingerprinter,
         JstDay today)
      : request_(request),
        controller_(key.controller),
        fingerprinter_(fingerprinter),
        aes_(key.delegation_key),
        encoder_(Side::kHolder),
        today_(today),
        found_(request.subjects.size()) {}

  Result<bool> add(std::span<const FieldValue> values) {
    const auto ref = std::find_if(values.begin(), values.end(), [](const FieldValue& v) {
      return v.field == FieldId::kRef && !trim(v.raw).empty();
    });
    if (ref == values.end()) return false;
    const RecordKeys& keys = encoder_.encode({&*ref, 1});
    if (keys.ref.empty()) return false;
    const Fingerprint y = fingerprinter_.subject(controller_, keys.ref);
    Fingerprint u;
    aes_.encrypt({&y, 1}, {&u, 1});
    const auto& subjects = request_.subjects;
    const auto at = std::lower_bound(subjects.begin(), subjects.end(), u);
    if (at == subjects.end() || *at != u) return true;
    const auto index = static_cast<std::size_t>(at - subjects.begin());
    if (found_[index]) {
      ++duplicates;
      return true;
    }
    found_[index] = true;
    contacts.push_back(contact_of(values, today_));
    contacts.back().u = u;
    return true;
  }

  std::vector<Fingerprint> unresolved() const {
    std::vector<Fingerprint> out;
    for (std::size_t i = 0; i < found_.size(); ++i) {
      if (!found_[i]) out.push_back(request_.subjects[i]);
    }
    return out;
  }

  std::vector<Contact> contacts;
  std::uint64_t duplicates = 0;

 private:
  const ContactRequest& request_;
  const std::string& controller_;
  const Fingerprinter& fingerprinter_;
  crypto::Aes128 aes_;
  RecordEncoder encoder_;
  JstDay today_;
  std::vector<bool> found_;
};

Result<void> check_request(const ContactRequest& r, const IssuedKey& key, const Home& home) {
  if (r.controller != home.party() || r.controller != key.controller) {
    return fail(Errc::kForbidden,
                "the request asks for customers of " + r.controller + ", this is the agent of " +
                    home.party(),
                "照会依頼は " + r.controller + " の顧客について。このエージェントは " +
                    home.party() + " のもの");
  }
  if (r.delegation != key.delegation) {
    return fail(Errc::kForbidden,
                "the request is about " + r.delegation + ", the key is for " + key.delegation,
                "照会依頼の委託は " + r.delegation + "、鍵の委託は " + key.delegation);
  }
  if (r.key != KeyCheck{} && r.key != key_check(key.delegation_key)) {
    return fail(
        Errc::kConflict,
        "the request was made under another key than the one given: ask the service to "
        "issue the key again",
        "照会依頼は渡された鍵とは別の鍵で作られています: サービスに鍵を渡し直してもらってください");
  }
  return ok();
}

}  // namespace

Result<ResolveReport> run_resolve(
    const ResolveJob& job, const Home& home, const Clock& clock, Random& random,
    const std::function<Result<void>(const ContactRequest&)>& confirm) {
  TRY(const auto opened, open_issued_key(job.key, home, random));
  const IssuedKey& key = opened.key;
  TRY(const auto file, read_file(job.request, kMostRequest));
  auto decoded = decode_request(file, key.service_sign);
  if (!decoded) {
    return fail(decoded.error().code, shown(job.request) + ": " + decoded.error().words());
  }
  ResolveReport report;
  report.request = std::move(decoded).value();
  const ContactRequest& request = report.request;
  TRYV(check_request(request, key, home));
  const auto epoch = std::find_if(key.epochs.begin(), key.epochs.end(),
                                  [&](const EpochKey& e) { return e.epoch == request.epoch; });
  if (epoch == key.epochs.end()) {
    return fail(Errc::kConflict,
                "the request was made under epoch " + std::to_string(request.epoch) +
                    ", which the key given does not hold: ask the service to "
                    "issue the key again",
                "照会依頼の世代 " + std::to_string(request.epoch) +
                    " が渡された鍵にありません: サービスに鍵を渡し直してもらってください");
  }
  const auto& columns = job.customers.columns.columns;
  if (std::none_of(columns.begin(), columns.end(),
                   [](const ColumnMap::Column& c) { return c.field == FieldId::kRef; })) {
    return fail(Errc::kUsage, "--columns: the customer number (ref) is needed to find customers",
                "--columns: 顧客を探すには顧客番号（ref）が必要");
  }
  TRYV(confirm(request));

  const Fingerprinter fingerprinter(epoch->epoch, epoch->g);
  Finder finder(request, key, fingerprinter, jst_day(clock.now()));
  TRY(report.rows,
      read_customers(job.customers,
                     [&](std::span<const FieldValue> values) { return finder.add(values); }, {}));
  ContactBundle bundle{request.incident, request.campaign, request.controller,
                       std::move(finder.contacts), finder.unresolved()};
  report.contacts = bundle.contacts.size();
  report.unresolved = bundle.unresolved.size();
  report.duplicates = finder.duplicates;
  TRYV(write_file_durably(job.out, encode_bundle(bundle, request.campaign_key, home.sign())));
  return report;
}

}  // namespace hitokoe::identity
