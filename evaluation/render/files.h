// A made-up world's files as bytes: what holders keep, and what is found on the net.
#pragma once

#include <string>

#include "evaluation/leaks/leak.h"

namespace hitokoe::evaluation {

// The holder's CSV of a copy, in the order and notation of the holder.
std::string customer_csv(const World& world, std::uint32_t copy);
// "お客様番号=ref,氏名=name,…" for the agent.
std::string customer_columns(const World& world, std::uint32_t copy);

struct RenderedFile {
  std::string extension;  // ".csv", ".sql", …
  std::string bytes;
};
// The rows with strangers among them, in one of several formats and character sets, chosen by
// `seed`. Values that cannot be read are left out, cut, or somebody else's.
RenderedFile leaked_file(const World& world, std::span<const LeakedRow> rows, ColumnMask columns,
                         std::uint64_t made_up, std::uint64_t seed);

}  // namespace hitokoe::evaluation
