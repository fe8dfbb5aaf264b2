// A data folder with the real stores, and the real client to crawl with.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "hitokoe/crawler/crawler.h"
#include "hitokoe/identity/key_store.h"
#include "hitokoe/storage/captures.h"
#include "hitokoe/storage/reach.h"
#include "hitokoe/storage/source_control.h"
#include "hitokoe/storage/sql.h"
#include "tests/scratch_folder.h"

namespace hitokoe::testing {

inline constexpr const char* kPassphrase = "a passphrase for tests";

class CrawlWorld {
 public:
  CrawlWorld();
  ~CrawlWorld();
  CrawlWorld(const CrawlWorld&) = delete;
  CrawlWorld& operator=(const CrawlWorld&) = delete;

  // crawl --once, in this process.
  Result<crawler::CrawlReport> crawl(const std::string& sources_yaml,
                                     crawler::OnceOptions options = {});

  struct Captured {
    crawler::CaptureMeta meta;
    std::string body;
  };
  std::vector<Captured> captured();  // oldest first
  Captured item(const std::string& key);
  crawler::Frontier::Coverage coverage(const std::string& source);
  std::uint64_t reason(const std::string& source, const std::string& reason);
  std::uint64_t queued();
  crawler::SourceControl& control();
  crawler::SourceAccounts& accounts();
  crawler::SourceAccounts* accounts_instead = nullptr;  // what crawl() uses in place of accounts()
  // The account as it is noted now.
  crawler::SourceAccount account(const std::string& source, const std::string& name);
  // The newest first.
  std::vector<crawler::ReachChange> reach();

  ScratchFolder folder;
  const std::filesystem::path data = folder.path();

 private:
  struct Stores;
  std::unique_ptr<Stores> stores_;
};

// A list page with one link per key: "/raw/<key>".
std::string list_page(const std::vector<std::string>& keys);

// A source of that page at `base` ("http://127.0.0.1:1234").
std::string list_source(const std::string& id, const std::string& base,
                        const std::string& more = "", const std::string& first_byte = "20s");

}  // namespace hitokoe::testing
