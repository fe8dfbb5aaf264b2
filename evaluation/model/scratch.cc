#include "evaluation/model/scratch.h"

#include <unistd.h>

#include <string>

namespace hitokoe::evaluation {

Result<Scratch> Scratch::make() {
  std::error_code error;
  const auto parent = std::filesystem::temp_directory_path(error);
  std::string name = (parent / "hitokoe-evaluate-XXXXXX").string();
  if (error || ::mkdtemp(name.data()) == nullptr) {
    return fail(Errc::kIo, "no folder for temporary files can be made; set TMPDIR",
                "一時フォルダを作れません。TMPDIR を設定してください");
  }
  return Scratch(name);
}

Scratch::~Scratch() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace hitokoe::evaluation
