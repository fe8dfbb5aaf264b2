// SQL dumps → records: INSERT in the notations of MySQL, PostgreSQL, SQLite, MSSQL and Oracle,
// REPLACE, UPDATE … SET, COPY … FROM stdin; CREATE TABLE for the names of columns.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "matcher/rows/cell_table.h"
#include "matcher/rows/sql_words.h"

namespace hitokoe::matcher {

// Reads a statement value by value, so that its length does not matter. What is broken costs its
// tuple: reading goes on at the next "),(", at the next line that begins a statement, or at the end
// of a string that such a line stands in. Of a value 8 KiB are read, of a tuple 64 KiB and 1,024
// values: what is beyond that counts as cut(). Holds one tuple (64 KiB), the rows that CellTable
// holds back, and 128 KiB of names of columns.
class SqlReader {
 public:
  explicit SqlReader(RowSink sink);

  // A statement, or a tuple, begins with the text that is read next: sql_begins said so.
  void begin();
  // Reads from the beginning of `text`, which shows all that comes within `look_ahead` bytes, or
  // to the end (`last`), and stops where less is left. Returns the bytes read. done(): what follows
  // is no SQL.
  Result<std::size_t> read(std::string_view text, std::size_t look_ahead, bool last);
  bool done() const { return where_ == Where::kDone; }
  Result<void> finish();  // the text ends; what was read of a tuple is given
  std::uint64_t cut() const { return cut_; }

 private:
  enum class Where { kDone, kStatement, kTuples, kValue, kString, kSkip, kCopy, kSelectNext };
  enum class Form { kTuple, kSelect, kSet };

  Result<std::size_t> statement(std::string_view text);
  Result<std::size_t> tuples(std::string_view text);
  Result<std::size_t> value(std::string_view text);
  Result<std::size_t> string(std::string_view text);
  Result<std::size_t> copy_line(std::string_view text, bool last);
  std::size_t between(std::string_view text);
  std::size_t skip(std::string_view text);
  std::size_t select_next(std::string_view text);
  std::size_t open_string(std::string_view text, std::size_t prefix);
  std::size_t word(std::string_view text);

  Result<void> use(const SqlHead& head);
  void begin_tuple(Form form);
  void begin_value();
  void put(std::string_view bytes);
  Result<void> end_value();
  Result<void> end_tuple();

  CellTable table_;
  Where where_ = Where::kDone;
  Form form_ = Form::kTuple;

  // The tuple.
  std::vector<std::string> cells_;
  std::size_t filled_ = 0;  // of cells_
  std::size_t tuple_bytes_ = 0;
  std::uint64_t cut_ = 0;
  bool cut_value_ = false;  // the one that is read
  std::vector<std::string> set_names_;
  int depth_ = 0;  // of brackets within a value
  bool has_value_ = false;
  bool wants_more_ = false;  // || or CONCAT: the next string belongs to the value
  bool concat_ = false;

  // The string.
  std::string close_;  // what ends it
  bool doubled_ = false, backslash_ = false, hex_ = false, keep_ = false;
  char before_ = 0;  // the character before, at a line's beginning

  bool mysql_ = false, standard_ = false;
  std::string target_;  // the table and columns that table_ has the names of
  std::map<std::string, std::vector<SqlColumn>, std::less<>> tables_;
  std::size_t tables_bytes_ = 0;
  std::vector<std::string_view> views_;
};

}  // namespace hitokoe::matcher
