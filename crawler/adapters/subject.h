// The list of threads that boards of the 2channel family keep: subject.txt.
#pragma once

#include <string_view>

#include "crawler/adapters/adapter.h"

namespace hitokoe::crawler {

// A line is ID, `mark` (".dat<>", ".cgi,"), the title and "(n)", the number of posts, which is the
// item's version. Titles are not read, so that the character set does not matter. `item` is what
// stands before and after the id in the thread's address, relative to the board's.
struct SubjectForm {
  std::string_view mark;
  std::string item_before;
  std::string_view item_after;
};
Listing read_subject(const Source& source, const Answer& answer, const SubjectForm& form);

// "https://host/a/b/": the board. A problem where the URL does not end so or has not `parts` parts.
void check_board(const Source& source, std::size_t parts, int line, text::YamlProblems& problems);

}  // namespace hitokoe::crawler
