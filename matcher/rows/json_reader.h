// JSON and NDJSON → records, without a tree.
//
// A record is the smallest object with two kinds of values (a name, a place, a number, …: name and
// kana are one kind, address and postal code another), with what the objects around it tell:
//  - an object with fewer belongs to the one around it: {"name":{"first":…,"last":…}};
//  - objects under different keys of one object are one record ({"profile":{…},"contact":{…}}),
//    unless they contradict each other: then they are records side by side, as in a map of users;
//  - elements of an array are records side by side;
//  - a record takes from the objects around it the fields that it has not, unless it has a name of
//    its own where they have another (a family's members);
//  - what stands under "guardian", "billing", … is another person's.
// An object whose values nobody took is a record too. Arrays of arrays, and lines of arrays, are
// tables; {"name":[…],"tel":[…]} is one by columns. Members whose name says nothing count where the
// value leaves no doubt (mail, telephone number, an address from the prefecture on).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "matcher/rows/cell_table.h"
#include "matcher/rows/json_text.h"
#include "matcher/rows/layout.h"
#include "matcher/rows/value_record.h"

namespace hitokoe::matcher {

// Records wait for what the objects around them tell, up to 64 KiB of them; then they are given
// with what is known. Of a string 4 KiB are read, of an object 64 values, of a row of scalars 512:
// what is beyond that counts as cut(). 64 levels deep; what is deeper belongs to the 64th. What is
// broken off is given as far as it was read.
class JsonReader {
 public:
  explicit JsonReader(RowSink sink);

  // A document begins with the text that is read next: json_begins said so.
  void begin();
  // As SqlReader::read.
  Result<std::size_t> read(std::string_view text, std::size_t look_ahead, bool last);
  bool done() const { return done_; }
  Result<void> finish();
  std::uint64_t cut() const { return cut_; }

 private:
  struct Value {
    ColumnMeaning meaning;
    bool plain = false;  // told by the value, not by the name
    std::string text;
  };
  using Record = std::vector<Value>;
  struct Column {
    std::string key;
    std::vector<std::string> cells;
  };
  struct Frame {
    bool object = false;
    bool in_array = false;  // an element, not the value of a member
    bool has_key = false;   // a member's name was read, its value not
    std::string key;        // of the member that is read
    std::string own_key;    // the member that the frame is the value of
    Record values;
    std::vector<Record> direct;      // records of members, perhaps parts of one
    std::vector<Record> held;        // records that wait for more of this object
    bool container = false;          // `direct` contradicted each other
    bool taken = false;              // records that were given already have its values
    std::vector<std::string> cells;  // scalars of an array
    std::vector<Column> columns;     // arrays of scalars of an object
    bool rows = false;               // an array of arrays
  };

  Result<std::size_t> token(std::string_view text);
  Result<std::size_t> string(std::string_view text);
  Result<void> scalar(std::string_view text);
  Result<void> open(bool object);
  Result<void> close(bool object);
  Result<void> close_object(Frame frame);
  Result<void> close_array(Frame frame);
  Result<void> give_up();  // closes what is open

  struct Named {
    std::optional<ColumnMeaning> meaning;
    bool other = false;
  };
  const Named& named(std::string_view own_key, std::string_view key);
  void add_value(Frame& frame, std::string_view key, std::string_view text);
  void add_columns(Frame& frame, std::vector<Record>& rows);
  Frame* parent_object();
  Result<void> hand_up(std::vector<Record> records, bool in_array);
  Result<void> relieve();
  Result<void> emit(const Record& record);

  RowSink sink_;
  CellTable table_;
  std::vector<Frame> frames_;
  std::size_t too_deep_ = 0;
  bool done_ = true;
  bool in_string_ = false;
  char quote_ = '"';
  std::string text_;  // of the string that is read
  std::uint64_t cut_ = 0;
  std::size_t waiting_ = 0;  // bytes of records that wait
  std::unordered_map<std::string, Named> names_;
  std::string name_key_;
  ValueRecord row_;
  std::vector<std::string_view> views_;
  std::vector<std::string> table_names_;
};

}  // namespace hitokoe::matcher
