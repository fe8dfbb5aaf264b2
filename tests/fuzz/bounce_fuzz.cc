// Mails that came back: any bytes as one mail, and as an mbox.
#include <cstdlib>
#include <sstream>

#include "hitokoe/net/bounce.h"
#include "hitokoe/net/mailbox.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hitokoe;
  const auto look = [](ByteView mail) {
    const auto b = net::read_bounce(mail);
    if (!b) return;
    const auto& bounce = b.value();
    if (bounce.came_to.size() > 64 || bounce.message_ids.size() > 64) std::abort();
    if (bounce.words.size() > 200 || bounce.words.find('@') != std::string::npos) std::abort();
    for (char c : bounce.words) {
      if (c < 0x20 || c > 0x7e) std::abort();
    }
    if (bounce.kind == net::Bounce::Kind::kHard && !bounce.status.empty() &&
        bounce.status[0] != '5')
      std::abort();
  };
  look({data, size});
  std::istringstream in(std::string(reinterpret_cast<const char*>(data), size));
  const auto mails = net::read_mbox(in, net::kMostBounce, [&](ByteView mail) -> Result<bool> {
    look(mail);
    return true;
  });
  if (!mails) std::abort();
  return 0;
}
