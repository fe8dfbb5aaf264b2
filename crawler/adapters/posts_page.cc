#include "crawler/adapters/posts_page.h"

#include <utility>

namespace hitokoe::crawler {

void PostsPage::add(std::string_view id, std::string_view html) {
  ++posts_;
  body_ += "<article id=\"";
  for (const char c : id) {
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) body_ += c;
  }
  body_ += "\">\n";
  body_ += html;
  body_ += "\n</article>\n";
}

Piece PostsPage::take() {
  const std::string page = "<!DOCTYPE html>\n<meta charset=\"utf-8\">\n" + body_;
  body_.clear();
  return {.body = Bytes(page.begin(), page.end()),
          .content_type = "text/html; charset=utf-8",
          .posts = std::exchange(posts_, 0)};
}

}  // namespace hitokoe::crawler
