// The registry's commands as a user runs them: exit codes, and what goes to which stream.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "tests/integration/shell_run.h"
#include "tests/places.h"

namespace hitokoe::storage {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class RegistryCli : public ::testing::Test {
 protected:
  Ran run(const std::string& arguments, const std::string& language = "en") {
    return run_in_shell(folder, "--data '" + (folder / "data").string() + "' registry " + arguments,
                        language);
  }

  std::string file(std::string_view from = "", std::string_view to = "") {
    std::stringstream all;
    all << std::ifstream(HITOKOE_SOURCE_DIR "/tests/corpus/registry/example.yaml").rdbuf();
    auto text = all.str();
    if (!from.empty()) text.replace(text.find(from), from.size(), to);
    const auto path = folder.path() / "registry.yaml";
    std::ofstream(path) << text;
    return "'" + path.string() + "'";
  }

  ScratchFolder folder;
};

TEST_F(RegistryCli, AppliesShowsAndChecksAGoodFile) {
  const auto applied = run("apply " + file());
  EXPECT_EQ(applied.exit, 0) << applied.err;
  EXPECT_THAT(applied.out, IsEmpty());
  EXPECT_THAT(applied.err, HasSubstr("registry version 1: 4 parties, 2 delegations, 3 snapshots"));
  const auto shown = run("show --json");
  EXPECT_EQ(shown.exit, 0);
  const auto json = boost::json::parse(shown.out).as_object();
  EXPECT_EQ(json.at("snapshots").as_array().size(), 3U);
  EXPECT_TRUE(json.at("findings").as_array().empty());
  EXPECT_EQ(run("check").exit, 0);
}

TEST_F(RegistryCli, FindingsExitWithOneInTheLanguageOfTheUser) {
  const auto bad = file("confirmed: [callco, nightdesk]", "confirmed: [callco]");
  const auto applied = run("apply " + bad, "ja");
  EXPECT_EQ(applied.exit, 1);
  EXPECT_THAT(applied.err, HasSubstr("要確認 unconfirmed: S2：授受をnightdeskが確認していません"));
  const auto checked = run("check");
  EXPECT_EQ(checked.exit, 1);
  EXPECT_THAT(checked.err, HasSubstr("finding unconfirmed: S2: nightdesk did not confirm"));
  EXPECT_EQ(run("show").exit, 0) << "showing is no check";
}

TEST_F(RegistryCli, ARefusedFileExitsWithThreeAndChangesNothing) {
  ASSERT_EQ(run("apply " + file()).exit, 0);
  const auto refused = run("apply " + file("to: callco", "to: ghost, colour: red"));
  EXPECT_EQ(refused.exit, 3);
  EXPECT_THAT(refused.err, StartsWith("hitokoe: registry.yaml:7: unknown key \"colour\""));
  EXPECT_THAT(refused.err,
              HasSubstr("\nregistry.yaml:7: delegation D1: to: there is no party \"ghost\"\n"));
  EXPECT_THAT(run("show").out, HasSubstr("kou → callco"));
}

TEST_F(RegistryCli, WrongUsageSaysSo) {
  EXPECT_EQ(run("").exit, 2);
  EXPECT_EQ(run("apply").exit, 2);
  EXPECT_EQ(run("apply /nowhere/registry.yaml").exit, 3);
  EXPECT_EQ(run("counts").exit, 2) << "of which year?";
  EXPECT_EQ(run("counts --fiscal-year 2200").exit, 2) << "it has not begun";
}

}  // namespace
}  // namespace hitokoe::storage
