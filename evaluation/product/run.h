// The product's own path over a made-up world: customer files → the parties' agents → .hkf → index
// → scan of leaked files → report. Nothing is short-cut but the strength of the passphrases.
#pragma once

#include <filesystem>
#include <memory>

#include "evaluation/leaks/leak.h"
#include "hitokoe/matcher/report.h"

namespace hitokoe::evaluation {

class ProductRun {
 public:
  // All files of the world, in `folder`; older dumps are scanned and become known leaks. The world
  // outlives it. Any error of the product.
  static Result<std::unique_ptr<ProductRun>> make(const World& world, std::span<const Dump> dumps,
                                                  const std::filesystem::path& folder,
                                                  std::uint64_t seed);
  virtual ~ProductRun() = default;
  // Writes the leak as a file and scans it; `seed` chooses format and character set.
  virtual Result<matcher::ScanReport> scan(const MadeLeak& leak, std::uint64_t seed) = 0;
};

}  // namespace hitokoe::evaluation
