#include "hitokoe/base/secret.h"

#include <sodium.h>

namespace hitokoe {

void wipe(void* data, std::size_t size) noexcept { sodium_memzero(data, size); }

}  // namespace hitokoe
