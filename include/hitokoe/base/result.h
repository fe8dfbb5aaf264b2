// Result<T>: a value or an Error. Every fallible function returns one; exceptions of libraries
// are caught where the library is called.
//
//   TRY(auto bytes, read_file(path));        // returns the Error to the caller
//   CO_TRY(auto page, co_await fetch(url));  // the same inside a coroutine
//   TRYV(file.sync());                       // a Result<void>
//
// Reading the value of a failed Result is a bug in the caller and ends the program.
#pragma once

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/policy/terminate.hpp>
#include <boost/outcome/try.hpp>
#include <string>
#include <utility>

#include "hitokoe/base/error.h"

namespace hitokoe {

namespace outcome = boost::outcome_v2;

template <class T>
using Result = outcome::basic_result<T, Error, outcome::policy::terminate>;

// return fail(Errc::kBadInput, "customers.csv line 7: 5 columns expected, 4 found",
//             "customers.csv 7行目: 5列のはずが4列");
inline auto fail(Errc code, std::string en, std::string ja) {
  return outcome::failure(Error{code, std::move(en), std::move(ja)});
}
inline auto fail(Errc code, Words text) { return outcome::failure(Error{code, std::move(text)}); }

inline auto ok() { return outcome::success(); }

}  // namespace hitokoe

#define TRY(declaration, ...) BOOST_OUTCOME_TRY(declaration, __VA_ARGS__)
#define TRYV(...) BOOST_OUTCOME_TRYV(__VA_ARGS__)
#define CO_TRY(declaration, ...) BOOST_OUTCOME_CO_TRY(declaration, __VA_ARGS__)
#define CO_TRYV(...) BOOST_OUTCOME_CO_TRYV(__VA_ARGS__)
