// The words of SQL that rows are found by: where a statement begins, names, lists of columns.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hitokoe::matcher {

inline constexpr std::size_t kMostHead = 16U << 10;  // bytes of INSERT … VALUES, of a name list

bool equal_words(std::string_view a, std::string_view lower);  // ASCII case does not matter
bool is_sql_space(char c);
// Behind spaces and comments (-- …, /* … */), but not behind MySQL's /*! … */.
std::size_t skip_space(std::string_view text, std::size_t at);
// The bare word at `at`: letters, digits, _, $, #, and everything above ASCII.
std::string_view word_at(std::string_view text, std::size_t at);
// A name, bare or quoted by `…`, "…" or […]; `at` moves behind it. Empty: there is none.
std::string name_at(std::string_view text, std::size_t& at);
// a.b.c → the last of them.
std::string qualified_name_at(std::string_view text, std::size_t& at);

struct SqlColumn {
  std::string name;
  std::string comment;  // MySQL's COMMENT '…'
};

struct SqlHead {
  enum class Kind { kNone, kValues, kSelect, kSet, kCreate, kCopy, kAll } kind = Kind::kNone;
  std::string table;
  std::vector<std::string> columns;  // as listed; empty: none
  std::size_t length = 0;            // of the head: what follows is a tuple, an assignment, …
  bool backticks = false;            // MySQL: \ escapes
  bool brackets = false;             // MSSQL: it does not
  bool csv = false;                  // COPY … CSV
};

// INSERT [IGNORE] [INTO] t [(a, b)] VALUES | VALUE | SELECT | SET, REPLACE, INSERT ALL INTO …,
// INTO t … (of INSERT ALL), CREATE TABLE t (, COPY t (…) FROM stdin, UPDATE t SET. kNone: something
// else, or longer than kMostHead.
SqlHead head_at(std::string_view text);

// Where a statement with rows begins in a line, within its first 256 bytes; npos: nowhere. Also
// the middle of a statement: a line "(1,'…'),".
std::size_t sql_begins(std::string_view text, std::size_t line_length);

// The columns of CREATE TABLE t ( …: from behind the bracket on. O(length).
std::vector<SqlColumn> columns_at(std::string_view text);

// What the digits of 0x… stand for, where that is text; else nothing.
std::string from_hex(std::string_view hex);
// A line that begins INSERT, REPLACE, CREATE TABLE or COPY.
bool begins_statement(std::string_view line);
// Whether what follows a quote looks like the rest of a tuple: ", 'x'" or ")," or the end.
bool ends_value(std::string_view text, std::size_t at);

}  // namespace hitokoe::matcher
