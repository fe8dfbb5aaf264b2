// What leaks in the exercise: rows of one holder's snapshot, as somebody pasted them, with junk.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "drill/world.h"

namespace hitokoe::drill {

struct Leak {
  std::string culprit;  // the truth
  std::string snapshot;
  std::vector<FieldId> columns;
  std::vector<std::size_t> people;  // whose rows leaked, each once, sorted
  std::size_t rows = 0;             // true rows
  std::size_t junk = 0;             // rows of nobody, or of two people mixed
  bool cp932 = false;
  std::string bytes;  // the paste
};

// The same for the same world and seed. The culprit is a contractor or sub-contractor.
Leak make_leak(const World& world, std::uint64_t seed);

struct Paste {
  std::string key;    // [a-z0-9]+
  std::string title;  // ASCII
  std::string bytes;
  bool fails_once = false;  // the first fetch of the raw page is answered with 503
};

// The leak among harmless pages; one of them is empty.
std::vector<Paste> make_pastes(const Leak& leak, std::uint64_t seed);

}  // namespace hitokoe::drill
