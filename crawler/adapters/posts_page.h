// Posts that came as JSON, as a page: what they say is HTML, and is read as such.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "crawler/listing.h"

namespace hitokoe::crawler {

class PostsPage {
 public:
  // `html` as the site gave it: marked up, or escaped.
  void add(std::string_view id, std::string_view html);
  bool empty() const { return body_.empty(); }
  Piece take();  // text/html in UTF-8

 private:
  std::string body_;
  std::uint64_t posts_ = 0;
};

}  // namespace hitokoe::crawler
