#include <algorithm>
#include <array>
#include <unordered_map>

#include "crawler/links.h"
#include "crawler/listing.h"
#include "crawler/shares/names.h"
#include "hitokoe/base/file.h"
#include "hitokoe/crawler/file_shares.h"
#include "hitokoe/net/url.h"
#include "hitokoe/text/charset.h"
#include "hitokoe/text/yaml.h"

namespace hitokoe::crawler {

namespace {

constexpr std::size_t kMostShares = 1000;
constexpr std::size_t kLongestMagnet = 8192;
constexpr std::size_t kMostHosts = 1000;

constexpr std::array<std::pair<ShareKind, std::string_view>, 3> kKinds = {
    {{ShareKind::kMagnet, "magnet"},
     {ShareKind::kTorrent, "torrent"},
     {ShareKind::kFileHost, "file_host"}}};

class Found {
 public:
  void add(FileShare share) {
    const auto known = places_.find(share.key);
    if (known != places_.end()) {
      merge_share(all_[known->second], share);
    } else if (all_.size() < kMostShares) {
      places_.emplace(share.key, all_.size());
      all_.push_back(std::move(share));
    }
  }
  bool full() const { return all_.size() >= kMostShares; }
  std::vector<FileShare> take() { return std::move(all_); }

 private:
  std::vector<FileShare> all_;
  std::unordered_map<std::string, std::size_t> places_;
};

bool belongs(char c) {
  constexpr std::string_view kEnds = "\"'<>`{}|^\\";
  return c > 0x20 && c < 0x7f && kEnds.find(c) == std::string_view::npos;
}

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

// Where the link ends whose "?" stands before `from`. Names stand in links as they are, too: in a
// name every byte belongs that is not ASCII, up to the wide space; elsewhere it is the text behind.
std::size_t end_of_magnet(std::string_view text, std::size_t from) {
  constexpr std::string_view kName = "dn=";
  constexpr std::string_view kEscaped = "amp;";  // behind a '&' in HTML
  constexpr std::string_view kWideSpace = "\u3000";
  const auto most = std::min(text.size(), from + kLongestMagnet);
  const auto names = [&](std::size_t at) {
    if (text.substr(at, kEscaped.size()) == kEscaped) at += kEscaped.size();
    return text.substr(at, kName.size()) == kName;
  };
  bool in_name = names(from);
  auto end = from;
  for (; end < most; ++end) {
    if (is_ascii(text[end])) {
      if (!belongs(text[end])) break;
      if (text[end] == '&') in_name = names(end + 1);
    } else if (!in_name || text.substr(end, kWideSpace.size()) == kWideSpace) {
      break;
    }
  }
  if (end < most) return end;
  // Cut by the limit: not within a character.
  while (end < text.size() && end > from && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80)
    --end;
  return end;
}

bool is_word_before(std::string_view text, std::size_t at) {
  constexpr std::string_view kWord = "magnet";
  if (at < kWord.size()) return false;
  return std::ranges::equal(text.substr(at - kWord.size(), kWord.size()), kWord,
                            [](char a, char b) { return a == b || (a >= 'A' && a + 32 == b); });
}

// Each byte is looked at once, whatever stands there.
void find_magnets(std::string_view text, Found& found) {
  // "magnet:?" in any case; other parameters may come first.
  std::size_t from = 0;
  while (!found.full()) {
    const auto at = text.find(":?", from);
    if (at == std::string_view::npos) return;
    from = at + 2;
    if (!is_word_before(text, at)) continue;
    const auto end = end_of_magnet(text, at + 2);
    from = end;
    const auto link = unescape_html(text.substr(at - 6, end - at + 6));
    if (auto share = read_magnet(link)) found.add(std::move(*share));
  }
}

// The last part of the path says what it is, more often than not.
std::string name_in(const net::Url& url) {
  std::string_view path = url.target();
  path = path.substr(0, path.find('?'));
  while (path.ends_with('/')) path.remove_suffix(1);
  const auto slash = path.rfind('/');
  if (slash == std::string_view::npos) return {};
  return share_text(percent_decoded(path.substr(slash + 1)));
}

void find_links_to_hosts(std::string_view text, const std::vector<FileHost>& hosts, Found& found) {
  if (hosts.empty()) return;
  for (const auto& link : find_links(as_bytes(text))) {
    const auto whole = link.substr(0, link.find('#'));
    const bool is_one = std::ranges::any_of(
        hosts, [&](const FileHost& host) { return host.link->matches_all(whole); });
    const auto url = is_one ? net::Url::parse(whole) : Result<net::Url>(net::Url());
    if (!is_one || !url) continue;
    FileShare share;
    share.kind = ShareKind::kFileHost;
    share.key = url.value().text();
    share.hosts = {url.value().host()};
    add_once(share.names, name_in(url.value()), FileShare::kMostNames);
    found.add(std::move(share));
  }
}

}  // namespace

std::string_view to_string(ShareKind kind) {
  return std::ranges::find(kKinds, kind, &std::pair<ShareKind, std::string_view>::first)->second;
}

Result<ShareKind> share_kind_by_name(std::string_view name) {
  const auto* at = std::ranges::find(kKinds, name, &std::pair<ShareKind, std::string_view>::second);
  if (at != kKinds.end()) return at->first;
  return fail(Errc::kUsage, "kinds are magnet, torrent and file_host",
              "種類は magnet、torrent、file_host");
}

std::vector<FileShare> find_shares(std::string_view text, const std::vector<FileHost>& hosts) {
  Found found;
  find_magnets(text, found);
  find_links_to_hosts(text, hosts, found);
  return found.take();
}

std::vector<FileShare> shares_of_capture(ByteView body, const std::vector<FileHost>& hosts) {
  if (!body.empty() && body.front() == 'd') {
    if (auto torrent = read_torrent(body)) return {std::move(torrent).value()};
  }
  const auto charset = text::detect(body);
  if (charset == text::Charset::kBinary) return {};
  return find_shares(text::decode(body, charset).utf8, hosts);
}

void merge_share(FileShare& into, const FileShare& more) {
  // A torrent file says more than a link to it.
  if (more.kind == ShareKind::kTorrent) into.kind = ShareKind::kTorrent;
  if (into.other_key.empty()) into.other_key = more.other_key;
  for (const auto& name : more.names) add_once(into.names, name, FileShare::kMostNames);
  for (const auto& host : more.hosts) add_once(into.hosts, host, FileShare::kMostHosts);
  std::ranges::sort(into.hosts);
  if (!into.size || more.kind == ShareKind::kTorrent) into.size = more.size ? more.size : into.size;
  // What is kept may know the number alone: the names went with the key of their day.
  if (into.files.size() < more.files.size()) into.files = more.files;
  into.file_count = std::max(into.file_count, more.file_count);
  if (into.comment.empty()) into.comment = more.comment;
  if (into.created_by.empty()) into.created_by = more.created_by;
  if (!into.created) into.created = more.created;
}

Result<std::vector<FileHost>> parse_file_hosts(std::string_view yaml, std::string_view file) {
  TRY(const auto root, text::YamlNode::parse(yaml, file));
  text::YamlProblems problems{std::string(file)};
  std::vector<FileHost> out;
  if (root.expect_map(problems, Words{"the file", "ファイルの中身"})) {
    const auto list = root.get("hosts");
    if (list.expect_list(problems, "hosts")) {
      const auto nodes = list.items();
      if (nodes.size() > kMostHosts)
        problems.add(list.line(), {"hosts: more than 1000", "hosts: 1000 を超えています"});
      for (const auto& node : nodes) {
        if (out.size() == kMostHosts || !node.expect_map(problems, "host")) break;
        FileHost host;
        host.name = node.get("name").text(problems, "name");
        auto pattern = text::Regex::compile(node.get("link").text(problems, "link"));
        if (pattern) {
          host.link = std::make_shared<const text::Regex>(std::move(pattern).value());
          out.push_back(std::move(host));
        } else {
          problems.add(node.get("link").line(), "link: " + pattern.error().words());
        }
        node.refuse_unknown(problems);
      }
    }
    root.refuse_unknown(problems);
  }
  TRYV(problems.result());
  return out;
}

Result<std::vector<FileHost>> load_file_hosts(const std::filesystem::path& file) {
  TRY(const auto content, read_file(file, 1u << 20));
  return parse_file_hosts(as_text(content), shown(file));
}

}  // namespace hitokoe::crawler
