// XML that nobody told the meaning of → records: an element that comes again and again with named
// values inside is one each, also where the values are attributes or stand deeper.
#pragma once

#include <string>
#include <vector>

#include "matcher/decode/formats/named_record.h"
#include "matcher/decode/formats/xml_part.h"
#include "matcher/decode/open_format.h"
#include "matcher/rows/row_reader.h"

namespace hitokoe::matcher {

// Streaming: of each open element its values, at most 256 and 64 KiB, and of each different child
// the first, until it is known whether it comes again. Long texts are read as prose or, where they
// hold markup, as HTML.
class XmlRecords final : public PartHandler {
 public:
  XmlRecords(Reading& reading, const DocumentInfo& info);
  void open(std::string_view prefix, std::string_view name,
            std::span<const XmlAttribute> attributes) override;
  void text(std::string_view piece) override;
  void close(std::string_view name) override;
  Result<void> finish() override;

 private:
  struct Value {
    std::string name, text;
  };
  struct Group {
    std::string name;
    std::vector<Value> values;
  };
  struct Repeated {
    std::string name;
    bool records = false;
  };
  struct Element {
    std::string name;
    std::vector<Value> values;
    std::vector<Group> first;        // of each child with values; merged where it stays alone
    std::vector<Repeated> repeated;  // children that came again
    std::string text;
    std::size_t bytes = 0;
    bool children = false;
  };
  void leaf(Element& leaf, Element& parent);
  void group(Group group, Element& parent);
  void put(Element& element, std::string name, std::string text);
  void merge(Group group, Element& parent);
  void record(const std::vector<Value>& values);
  void prose(std::string_view text);
  static bool is_record(const std::vector<Value>& values);

  Reading& reading_;
  const DocumentInfo& info_;
  std::vector<Element> open_;
  NamedRecord record_;
  RowReader lines_;
  int pages_ = 0;
};

// A workbook as Excel 2002 and 2003 write it in one XML file.
class SpreadsheetMlPart final : public PartHandler {
 public:
  explicit SpreadsheetMlPart(Reading& reading);
  ~SpreadsheetMlPart() override;
  void open(std::string_view prefix, std::string_view name,
            std::span<const XmlAttribute> attributes) override;
  void text(std::string_view piece) override;
  void close(std::string_view name) override;
  Result<void> finish() override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hitokoe::matcher
