// What every AuditLog must do, whatever keeps it. Used by tests/contract/audit_log_test.cc.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <thread>

#include "hitokoe/incident/audit.h"

namespace hitokoe::incident {

struct AuditLogUnderTest {
  const char* name;
  std::function<std::unique_ptr<AuditLog>()> make;
};

class AuditLogContract : public ::testing::TestWithParam<AuditLogUnderTest> {
 protected:
  static Draft draft(int n, const std::string& stream = "keys") {
    return {"local:t", stream, "key.issued", "{\"n\":" + std::to_string(n) + "}"};
  }
  static UtcTime at(int n) { return UtcTime{std::chrono::seconds(1775000000 + n)}; }

  std::unique_ptr<AuditLog> log = GetParam().make();
  SeededRandom random{3};
  crypto::SignKeyPair service = crypto::make_sign_keys(random);
};

}  // namespace hitokoe::incident
