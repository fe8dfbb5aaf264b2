// The part of an address after its town: numbers, then perhaps a building and a room.
#pragma once

#include "identity/address.h"

namespace hitokoe::identity {

// Whether the number token at `i` begins the numbers of an address: written in digits, or in kanji
// with what makes it a number (丁目, 番, a dash, the end).
bool begins_numbers(const AddressTokens& tokens, std::size_t i);

// Tokens of 無番地, 番外地 or 番外 at `i`: a lot without a number; 0: none.
std::size_t lot_without_number(const AddressTokens& tokens, std::size_t i);

// Reads the numbers from tokens[at] on into `address` (block, then room).
void read_numbers(const AddressTokens& tokens, std::size_t at, Address& address);

}  // namespace hitokoe::identity
