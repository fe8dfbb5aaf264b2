// Worlds that are made in milliseconds.
#pragma once

#include "hitokoe/evaluation/options.h"

namespace hitokoe::evaluation::test {

inline WorldOptions small_world() {
  WorldOptions o;
  o.carriers = 2;
  o.contractors = 6;
  o.sub_contractors = 8;
  o.customers = 2'000;
  o.own_every = 365;
  return o;
}

}  // namespace hitokoe::evaluation::test
