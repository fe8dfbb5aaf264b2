#include "hitokoe/base/secret_source.h"

#include <cstdlib>
#include <string>
#include <utility>

#include "hitokoe/base/file.h"

namespace hitokoe {

Result<SecretText> secret_from_environment(const std::string& variable) {
  const char* file = std::getenv((variable + "_FILE").c_str());
  const char* direct = std::getenv(variable.c_str());
  SecretText text;
  if (file != nullptr && *file != '\0') {
    TRY(auto content, read_file(file, 4096));
    const Secret<Bytes> bytes(std::move(content));
    text = SecretText(std::string(as_text(bytes.expose())));
    std::string& t = text.expose();
    if (t.ends_with('\n')) t.pop_back();
    if (t.ends_with('\r')) t.pop_back();
    if (t.empty())
      return fail(Errc::kUsage, "the file named by " + variable + "_FILE is empty",
                  variable + "_FILE が指すファイルが空です");
  } else if (direct != nullptr && *direct != '\0') {
    text = SecretText(std::string(direct));
  } else {
    return fail(Errc::kUsage,
                "no passphrase or password: set " + variable +
                    "_FILE to a file that holds it (or " + variable + ")",
                "パスフレーズまたはパスワードがありません: " + variable +
                    "_FILE にそれを書いたファイルを指定してください（または " + variable + "）");
  }
  return text;
}

}  // namespace hitokoe
