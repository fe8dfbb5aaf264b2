#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <fstream>
#include <sstream>

#include "tests/integration/campaign/programs_world.h"
#include "tests/places.h"

namespace hitokoe::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

struct Used {
  int exit = -1;
  double cpu_seconds = 0;
  long peak_mb = 0;
  std::string out;
};

// The program with all that it used, and a limit on its address space beyond which it would die.
Used measured(const ProgramsWorld& world, const std::vector<std::string>& words) {
  const std::string program = HITOKOE_BIN_DIR "/hitokoe";
  std::vector<std::string> arguments = {program};
  for (const auto& word : world.service_words(words)) arguments.push_back(word);
  std::vector<char*> argv, env;
  for (auto& a : arguments) argv.push_back(a.data());
  argv.push_back(nullptr);
  auto environment = world.environment;
  environment.push_back("TMPDIR=" + world.file(""));
  for (auto& e : environment) env.push_back(e.data());
  env.push_back(nullptr);
  const std::string out = world.file("out"), err = world.file("err");
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit space{4ULL << 30, 4ULL << 30};
    ::setrlimit(RLIMIT_AS, &space);
    ::dup2(::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
    ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
    ::execve(program.c_str(), argv.data(), env.data());
    ::_exit(127);
  }
  int status = 0;
  rusage usage{};
  ::wait4(child, &status, 0, &usage);
  Used used;
  used.exit = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  used.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  used.peak_mb = usage.ru_maxrss / 1024;
  std::stringstream all;
  all << std::ifstream(out).rdbuf();
  used.out = all.str();
  return used;
}

class Bombs : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    world_ = new ProgramsWorld(made_up_people(60));
    world_->ceremony();
    std::string leaked = "氏名,電話番号,メール\n";
    for (const auto& p : world_->people) leaked += p.name + "," + p.phone + "," + p.email + "\n";
    std::filesystem::create_directory(world_->file("dump"));
    world_->write("dump/zz.csv", leaked);
    shell("python3 " HITOKOE_SOURCE_DIR "/tests/integration/matcher/make_bombs.py '" +
          world_->file("dump") + "'");
    shell("cd '" + world_->file("dump") + "' && 7z a -mx=1 zeros.7z zeros && rm zeros");
    bare_ =
        boost::json::parse(measured(*world_, {"scan", "--json", world_->file("dump/zz.csv")}).out)
            .as_object();
  }
  static void TearDownTestSuite() { delete std::exchange(world_, nullptr); }
  static void shell(const std::string& command) {
    ASSERT_EQ(std::system((command + " >/dev/null").c_str()), 0) << command;
  }
  static std::vector<std::string> warnings_in(const boost::json::object& report) {
    std::vector<std::string> out;
    for (const auto& w : report.at("warnings").as_array()) {
      out.push_back(std::string(w.at("file").as_string()) + ": " +
                    std::string(w.at("what").as_string()));
    }
    return out;
  }

  static ProgramsWorld* world_;
  static boost::json::object bare_;
};
ProgramsWorld* Bombs::world_ = nullptr;
boost::json::object Bombs::bare_;

TEST_F(Bombs, EachEndsSoonInLittleMemoryAndIsNamed) {
  const std::pair<const char*, const char*> kBombs[] = {
      {"nested.zip", "unpacks to far more than its size"},
      {"bomb.gz", "unpacks to far more than its size"},
      {"bomb.bz2", "unpacks to far more than its size"},
      {"zeros.7z", "unpacks to far more than its size"},
      {"overlap.zip", "overlap.zip > 000 > 001: damaged"},
      {"members.tar.gz", "too many members"},
      {"members.zip.gz", "too many members"},
      {"window.xz", "asks for more memory"},
  };
  for (const auto& [file, what] : kBombs) {
    const auto used =
        measured(*world_, {"scan", "--json", world_->file(std::string("dump/") + file)});
    EXPECT_EQ(used.exit, 1) << file;
    EXPECT_LT(used.peak_mb, 500) << file;
    EXPECT_LT(used.cpu_seconds, 60) << file;
    RecordProperty(std::string(file) + " CPU", std::to_string(used.cpu_seconds));
    std::printf("%-16s %6.1f s CPU, peak %ld MB\n", file, used.cpu_seconds, used.peak_mb);
    const auto report = boost::json::parse(used.out).as_object();
    EXPECT_THAT(warnings_in(report), Contains(HasSubstr(what))) << file;
  }
}

TEST_F(Bombs, WhatLiesBesideThemIsReadAndNothingStaysBehind) {
  const auto used = measured(*world_, {"scan", "--json", world_->file("dump")});
  EXPECT_EQ(used.exit, 1);
  EXPECT_LT(used.peak_mb, 500);
  const auto report = boost::json::parse(used.out).as_object();
  EXPECT_EQ(report.at("matched_rows"), bare_.at("matched_rows"));
  EXPECT_GT(report.at("matched_rows").to_number<int>(), 0);
  EXPECT_EQ(report.at("verdict"), bare_.at("verdict"));
  for (const auto& entry : std::filesystem::directory_iterator(world_->folder.path())) {
    EXPECT_FALSE(entry.path().filename().string().starts_with("hitokoe-")) << entry.path();
  }
}

// The same list, as people pass it on: in archives, encrypted, with the password beside it.
TEST_F(Bombs, AnEncryptedArchiveIsReadWithThePasswordInTheNoteBesideIt) {
  const std::string folder = world_->file("passed-on");
  std::filesystem::create_directory(folder);
  shell("cd '" + folder +
        "' && 7z a -pHimitu-7 -mhe=on a.7z ../dump/zz.csv && zip -q a.zip a.7z && rm a.7z");
  auto used = measured(*world_, {"scan", "--json", folder});
  EXPECT_EQ(used.exit, 1);
  EXPECT_EQ(boost::json::parse(used.out).at("matched_rows"), 0);
  world_->write("passwords", "no\nHimitu-7\n");
  used =
      measured(*world_, {"scan", "--json", "--password-file", world_->file("passwords"), folder});
  EXPECT_EQ(used.exit, 0) << used.out;
  EXPECT_EQ(boost::json::parse(used.out).at("matched_rows"), bare_.at("matched_rows"));
  world_->write("passed-on/readme.txt", "解凍パス：Himitu-7\n");
  used = measured(*world_, {"scan", "--json", folder});
  EXPECT_EQ(used.exit, 0) << used.out;
  EXPECT_EQ(boost::json::parse(used.out).at("matched_rows"), bare_.at("matched_rows"));
  EXPECT_EQ(used.out.find("Himitu"), std::string::npos);
}

}  // namespace
}  // namespace hitokoe::testing
