#include "hitokoe/net/bounce.h"

#include <gmime/gmime.h>

#include <algorithm>
#include <memory>
#include <mutex>

#include "net/bounce/words.h"

namespace hitokoe::net {
namespace {

constexpr int kMostDepth = 32;
constexpr int kMostParts = 1000;
constexpr std::size_t kMostText = 64U << 10;  // of one part: a reason stands near its beginning
constexpr std::size_t kMostFound = 64;        // addresses, Message-IDs

struct Unref {
  template <class T>
  void operator()(T* object) const {
    if (object != nullptr) g_object_unref(object);
  }
};
template <class T>
using Owned = std::unique_ptr<T, Unref>;

void begin_gmime() {
  static std::once_flag once;
  std::call_once(once, g_mime_init);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

void add(std::vector<std::string>& to, std::string value) {
  if (value.empty() || value.size() > 512 || to.size() >= kMostFound) return;
  if (std::find(to.begin(), to.end(), value) == to.end()) to.push_back(std::move(value));
}

// Words of printable ASCII that hold an @, out of "Name <a@b>, c@d".
void add_addresses(std::vector<std::string>& to, std::string_view text) {
  const auto part = [](char c) {
    return c > 0x20 && c < 0x7f &&
           std::string_view("<>()[],;:\"").find(c) == std::string_view::npos;
  };
  for (std::size_t at = 0; (at = text.find('@', at)) != std::string_view::npos; ++at) {
    auto begin = at, end = at + 1;
    while (begin > 0 && part(text[begin - 1])) --begin;
    while (end < text.size() && part(text[end])) ++end;
    if (begin < at && end > at + 1) add(to, lower(text.substr(begin, end - begin)));
    at = end > at ? end - 1 : at;
  }
}

void add_message_ids(std::vector<std::string>& to, std::string_view text) {
  for (std::size_t at = 0; (at = text.find('<', at)) != std::string_view::npos; ++at) {
    const auto end = text.find('>', at);
    if (end == std::string_view::npos) return;
    add(to, std::string(text.substr(at + 1, end - at - 1)));
  }
}

// Calls `each(name, value)` for the fields of a header block, unfolded; names in lower case.
template <class F>
void for_fields(std::string_view text, F each) {
  std::string name, value;
  const auto flush = [&] {
    if (!name.empty()) each(std::string_view(name), trimmed(value));
    name.clear();
    value.clear();
  };
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && (line.front() == ' ' || line.front() == '\t')) {
      if (!name.empty()) value += line;
      continue;
    }
    flush();
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    name = lower(trimmed(line.substr(0, colon)));
    value = line.substr(colon + 1);
  }
  flush();
}

// "5.1.1 (bad destination)" → "5.1.1"; empty where it is no status (RFC 3463).
std::string status_in(std::string_view text) {
  const auto end = text.find_first_not_of("0123456789.");
  const auto code = text.substr(0, end);
  const bool shape = code.size() >= 5 && code.size() <= 11 && code[1] == '.' &&
                     std::count(code.begin(), code.end(), '.') == 2 && code.back() != '.' &&
                     (code[0] == '2' || code[0] == '4' || code[0] == '5');
  return shape ? std::string(code) : std::string();
}

class Reader {
 public:
  Bounce take(GMimeMessage* message);

 private:
  void headers(GMimeObject* object);
  void walk(GMimeObject* object, int depth);
  void leaf(GMimePart* part);
  void status_part(std::string_view text);
  void judge();

  Bounce out_;
  std::string text_;  // what people and machines wrote, one after another
  std::string subject_, from_, auto_submitted_;
  std::string action_, diagnostic_;
  bool report_ = false;  // multipart/report or message/delivery-status was there
  int parts_ = 0;
};

void Reader::headers(GMimeObject* object) {
  auto* list = g_mime_object_get_header_list(object);
  const int count = std::min(g_mime_header_list_get_count(list), 500);
  for (int i = 0; i < count; ++i) {
    auto* header = g_mime_header_list_get_header_at(list, i);
    const char* raw_name = g_mime_header_get_name(header);
    const char* raw = g_mime_header_get_raw_value(header);
    if (raw_name == nullptr || raw == nullptr) continue;
    const auto name = lower(raw_name);
    const std::string_view value(raw);
    if (name == "delivered-to" || name == "x-original-to" || name == "envelope-to" ||
        name == "to") {
      add_addresses(out_.came_to, value);
    } else if (name == "from" || name == "return-path") {
      from_ += lower(value);
    } else if (name == "auto-submitted") {
      auto_submitted_ = lower(trimmed(value));
    } else if (name == "subject") {
      if (const char* decoded = g_mime_header_get_value(header)) subject_ = decoded;
    }
  }
}

std::string content_of(GMimePart* part) {
  auto* wrapper = g_mime_part_get_content(part);
  if (wrapper == nullptr) return {};
  const Owned<GMimeStream> memory(g_mime_stream_mem_new());
  g_mime_data_wrapper_write_to_stream(wrapper, memory.get());
  const auto* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(memory.get()));
  if (bytes == nullptr || bytes->data == nullptr) return {};
  return {reinterpret_cast<const char*>(bytes->data), std::min<std::size_t>(bytes->len, kMostText)};
}

void Reader::status_part(std::string_view text) {
  report_ = true;
  for_fields(text, [&](std::string_view name, std::string_view value) {
    if (name == "action" && action_ != "failed") action_ = lower(value);
    if (name == "status") {
      // The worst of several recipients: a notice has one.
      auto status = status_in(value);
      if (!status.empty() && status > out_.status) out_.status = std::move(status);
    }
    if (name == "diagnostic-code" && diagnostic_.empty()) diagnostic_ = value;
  });
}

void Reader::leaf(GMimePart* part) {
  auto* type = g_mime_object_get_content_type(GMIME_OBJECT(part));
  if (type == nullptr) return;
  const auto is = [&](const char* major, const char* minor) {
    return g_mime_content_type_is_type(type, major, minor) != 0;
  };
  if (is("message", "delivery-status") || is("message", "global-delivery-status")) {
    status_part(content_of(part));
  } else if (is("text", "rfc822-headers") || is("message", "global-headers")) {
    for_fields(content_of(part), [&](std::string_view name, std::string_view value) {
      if (name == "message-id") add_message_ids(out_.message_ids, value);
    });
  } else if (is("text", "*") && GMIME_IS_TEXT_PART(part)) {
    const std::unique_ptr<char, decltype(&g_free)> text(
        g_mime_text_part_get_text(GMIME_TEXT_PART(part)), &g_free);
    if (text == nullptr) return;
    const std::string_view words(text.get());
    text_ += words.substr(0, kMostText - std::min(text_.size(), kMostText));
    text_ += '\n';
  }
}

void Reader::walk(GMimeObject* object, int depth) {
  if (object == nullptr || depth > kMostDepth || ++parts_ > kMostParts) return;
  if (GMIME_IS_MULTIPART(object)) {
    auto* type = g_mime_object_get_content_type(object);
    if (type != nullptr && g_mime_content_type_is_type(type, "multipart", "report") != 0)
      report_ = true;
    const int n = std::min(g_mime_multipart_get_count(GMIME_MULTIPART(object)), kMostParts);
    for (int i = 0; i < n; ++i)
      walk(g_mime_multipart_get_part(GMIME_MULTIPART(object), i), depth + 1);
  } else if (GMIME_IS_MESSAGE_PART(object)) {
    // The mail that came back: its id, and nothing else of it.
    auto* inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
    if (inner == nullptr) return;
    if (const char* id = g_mime_message_get_message_id(inner)) add(out_.message_ids, id);
  } else if (GMIME_IS_PART(object)) {
    leaf(GMIME_PART(object));
  }
}

void Reader::judge() {
  using Kind = Bounce::Kind;
  // Plain reports quote the mail that came back, headers first.
  if (out_.message_ids.empty()) {
    for_fields(text_, [&](std::string_view name, std::string_view value) {
      if (name == "message-id") add_message_ids(out_.message_ids, value);
    });
  }
  if (!report_ && !bounce::comes_from_a_server(from_, subject_, text_)) return;
  if (!report_ && auto_submitted_ == "auto-replied") return;
  const auto by_words = bounce::judge_words(subject_ + "\n" + text_);
  const auto by_diagnostic = bounce::judge_words(diagnostic_);
  out_.words = bounce::shown(diagnostic_.empty() ? by_words.line : diagnostic_);
  if (action_ == "delivered" || action_ == "relayed" || action_ == "expanded") return;
  if (!out_.status.empty()) {  // of a report; the words of its server only tell a full mailbox
    const bool failed = out_.status[0] == '5' && (action_.empty() || action_ == "failed");
    const bool full =
        out_.status == "5.2.2" || (by_diagnostic.soft && !out_.status.starts_with("5.1."));
    out_.kind = failed && !full ? Kind::kHard : Kind::kSoft;
    return;
  }
  out_.status = by_words.status;
  const bool full = by_words.soft && !out_.status.starts_with("5.1.");
  const bool hard = by_words.hard || (!out_.status.empty() && out_.status[0] == '5');
  out_.kind = hard && !full ? Kind::kHard : Kind::kSoft;
}

Bounce Reader::take(GMimeMessage* message) {
  headers(GMIME_OBJECT(message));
  walk(g_mime_message_get_mime_part(message), 0);
  judge();
  return std::move(out_);
}

}  // namespace

Result<Bounce> read_bounce(ByteView message) {
  const auto no_mail = [] {
    return fail(Errc::kBadInput, "this is no mail: it has no header",
                "メールではありません: ヘッダーがない");
  };
  if (message.empty()) return no_mail();
  begin_gmime();
  const auto size = std::min(message.size(), kMostBounce);
  const Owned<GMimeStream> stream(
      g_mime_stream_mem_new_with_buffer(reinterpret_cast<const char*>(message.data()), size));
  const Owned<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  const Owned<GMimeMessage> read(g_mime_parser_construct_message(parser.get(), nullptr));
  if (read == nullptr ||
      g_mime_header_list_get_count(g_mime_object_get_header_list(GMIME_OBJECT(read.get()))) == 0)
    return no_mail();
  return Reader().take(read.get());
}

}  // namespace hitokoe::net
