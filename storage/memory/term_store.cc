#include <boost/json.hpp>
#include <mutex>

#include "hitokoe/storage/alerts.h"

namespace hitokoe::storage {
namespace {

class MemoryTermStore final : public incident::TermStore {
 public:
  explicit MemoryTermStore(incident::AuditLog& log) : log_(log) {}

  Result<std::uint64_t> apply(std::string_view yaml, std::string_view file_name,
                              std::string_view actor, UtcTime at) override {
    TRY(auto after, matcher::parse_terms(yaml, file_name));
    const std::scoped_lock lock(mutex_);
    if (!versions_.empty() && text_ == yaml) return versions_.size();
    auto body = boost::json::parse(incident::terms_difference(file_, after)).as_object();
    const std::uint64_t version = versions_.size() + 1;
    body["version"] = version;
    TRYV(log_.append({std::string(actor), "terms", "terms.applied", boost::json::serialize(body)},
                     at));
    versions_.push_back({version, std::string(file_name), std::string(actor), at});
    text_ = yaml;
    file_ = std::move(after);
    return version;
  }

  Result<matcher::TermFile> load() override {
    const std::scoped_lock lock(mutex_);
    return file_;
  }
  Result<std::uint64_t> version() override {
    const std::scoped_lock lock(mutex_);
    return versions_.size();
  }
  Result<std::vector<incident::TermsVersion>> versions() override {
    const std::scoped_lock lock(mutex_);
    return versions_;
  }

 private:
  incident::AuditLog& log_;
  std::mutex mutex_;
  std::string text_;
  matcher::TermFile file_;
  std::vector<incident::TermsVersion> versions_;
};

}  // namespace

std::unique_ptr<incident::TermStore> make_memory_term_store(incident::AuditLog& log) {
  return std::make_unique<MemoryTermStore>(log);
}

}  // namespace hitokoe::storage
