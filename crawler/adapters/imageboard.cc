// 4chan's read-only interface: /BOARD/threads.json, /BOARD/thread/NO.json.
//
// Its rules: one request a second at most, a thread not more often than every ten seconds,
// If-Modified-Since. Of a thread that grew only the new posts become a capture: what they say, and
// of their files the name, the size, the MD5 that the board gives, and where the file is, with the
// MD5 as fragment. A source of kind `linked` may follow these links, and takes a file that was
// posted twice once, when its key is made of the MD5.
//
// Tested against made-up answers only.
#include <algorithm>

#include "crawler/adapters/adapter.h"
#include "crawler/adapters/json.h"
#include "crawler/adapters/posts_page.h"
#include "crawler/adapters/table.h"
#include "hitokoe/base/bytes.h"

namespace hitokoe::crawler {

namespace {

// "NO LAST-MODIFIED": the greatest post that was read.
struct Place {
  std::uint64_t post = 0;
  std::string last_modified;

  static Place parse(std::string_view memory) {
    const auto space = std::min(memory.find(' '), memory.size());
    return {whole_number(memory.substr(0, space)).value_or(0),
            std::string(memory.substr(std::min(space + 1, memory.size())))};
  }
  std::string text() const { return std::to_string(post) + " " + last_modified; }
};

class Imageboard final : public Adapter {
 public:
  Duration least_delay() const override { return std::chrono::seconds(1); }
  Duration least_schedule() const override { return std::chrono::seconds(10); }

  Result<Listing> read_list(const Source& source, const Answer& answer,
                            ListMemory& /*memory*/) const override {
    const auto value = read_json(answer.body);
    const auto* pages = value ? value->if_array() : nullptr;
    if (pages == nullptr)
      return fail(Errc::kBadInput, "4chan: not a list of threads", "4chan: 一覧ではありません");
    Collector out(source, answer.url);
    for (const auto& page : *pages) {
      const auto* fields = page.if_object();
      const auto* threads = fields == nullptr ? nullptr : array_at(*fields, "threads");
      if (threads == nullptr) continue;
      for (const auto& thread : *threads) {
        const auto* of = thread.if_object();
        const auto number = of == nullptr ? std::nullopt : number_at(*of, "no");
        if (!number) continue;
        const auto id = std::to_string(*number);
        if (!out.add(id, "thread/" + id + ".json", text_at(*of, "last_modified")))
          return out.take();
      }
    }
    return out.take();
  }

  Ask ask_item(const Source& /*source*/, const std::string& url,
               std::string_view memory) const override {
    return {.url = url, .last_modified = Place::parse(memory).last_modified};
  }

  bool heeds_item_type() const override { return false; }

  ItemReading read_item(const Source& /*source*/, const Answer& answer, const std::string& /*url*/,
                        std::string_view memory) const override {
    using What = ItemReading::What;
    ItemReading out;
    out.memory = memory;
    out.what = What::kNothingNew;
    if (answer.status == 304) return out;
    const auto value = read_json(answer.body);
    const auto* thread = value ? value->if_object() : nullptr;
    const auto* posts = thread == nullptr ? nullptr : array_at(*thread, "posts");
    if (posts == nullptr && answer.is_cut() && !answer.may_come_whole()) {
      // It is as long at every try: taken as it is, up to the cap.
      out.what = What::kTaken;
      out.reason = "cut";
      out.pieces.push_back({.body = Bytes(answer.body.begin(), answer.body.end())});
      return out;
    }
    if (posts == nullptr) {
      out.what = answer.is_cut() ? What::kLater : What::kBlind;
      out.reason = answer.is_cut() ? "cut" : "blind_shape";
      return out;
    }
    auto place = Place::parse(memory);
    const auto known = place.post;
    PostsPage page;
    for (const auto& post : *posts) {
      const auto* fields = post.if_object();
      const auto number = fields == nullptr ? std::nullopt : number_at(*fields, "no");
      if (!number || *number <= known) continue;
      place.post = std::max(place.post, *number);
      page.add(std::to_string(*number), html_of(*fields, folder_of(answer.url)));
    }
    place.last_modified = net::header(answer.headers, "last-modified").substr(0, 40);
    out.memory = place.text();
    if (page.empty()) return out;
    out.what = What::kTaken;
    out.pieces.push_back(page.take());
    out.pieces.back().base = answer.url.text();
    return out;
  }

 private:
  // All of it is HTML already, also names.
  static std::string html_of(const boost::json::object& post, const std::string& folder) {
    std::string out;
    for (const char* field : {"name", "sub", "com"}) {
      const auto text = text_at(post, field);
      if (!text.empty()) out += "<p>" + text + "</p>\n";
    }
    add_file(post, folder, out);
    // Boards of the vichan family give the second and further ones so.
    const auto* more = array_at(post, "extra_files");
    if (more == nullptr) return out;
    for (const auto& file : *more) {
      if (const auto* fields = file.if_object()) add_file(*fields, folder, out);
    }
    return out;
  }

  static void add_file(const boost::json::object& of, const std::string& folder, std::string& out) {
    const auto ending = text_at(of, "ext");
    const auto name = text_at(of, "filename") + ending;
    if (name.empty()) return;
    out.append("<p>").append(name).append("</p>\n");
    const auto md5 = md5_of(of);
    if (md5.empty()) return;
    out.append("<p>MD5 ").append(md5);
    if (const auto size = number_at(of, "fsize"))
      out.append(", ").append(std::to_string(*size)).append(" bytes");
    out.append("</p>\n");
    // Its name on the server: a number, on some boards with another one behind it.
    const auto stored = text_at(of, "tim");
    if (!is_plain(stored, "-") || !is_plain(ending, ".")) return;
    out.append("<a href=\"").append(folder).append(stored).append(ending);
    out.append("#md5-").append(md5).append("\"></a>\n");
  }

  // In hex; "" where it is none.
  static std::string md5_of(const boost::json::object& file) {
    constexpr std::size_t kBytes = 16;
    const auto bytes = from_base64(text_at(file, "md5"));
    return bytes && bytes.value().size() == kBytes ? to_hex(bytes.value()) : std::string();
  }

  static bool is_plain(std::string_view text, std::string_view also) {
    return !text.empty() && text.size() <= 40 && std::ranges::all_of(text, [&](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
             also.find(c) != std::string_view::npos;
    });
  }

  // Where a board has its files: 4chan on a host of their own, others in src/ beside the threads.
  static std::string folder_of(const net::Url& thread) {
    if (thread.host() != "a.4cdn.org") return "../src/";
    const std::string_view target = thread.target();
    return "https://i.4cdn.org" + std::string(target.substr(0, target.find('/', 1))) + "/";
  }
};

}  // namespace

const Adapter& imageboard_adapter() {
  static const Imageboard adapter;
  return adapter;
}

}  // namespace hitokoe::crawler
