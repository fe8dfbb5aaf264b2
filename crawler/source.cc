#include "hitokoe/crawler/source.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "crawler/adapters/adapter.h"
#include "crawler/login_rules.h"
#include "crawler/xpath_rules.h"
#include "hitokoe/base/file.h"
#include "hitokoe/net/onion.h"
#include "hitokoe/text/yaml.h"

namespace hitokoe::crawler {

namespace {

using text::YamlNode;
using text::YamlProblems;

constexpr std::string_view kDefaultUserAgent = "hitokoe/0.1";
constexpr std::size_t kMostSources = 10'000;
constexpr std::uint64_t kMiB = 1u << 20;

bool valid_id(std::string_view id) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !id.empty() && id.size() <= 64 && plain(id.front()) &&
         std::ranges::all_of(id, [&](char c) { return plain(c) || c == '-'; });
}

bool printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

// "512KiB", "16MiB", "1GiB"
std::uint64_t size_or(const YamlNode& node, YamlProblems& problems, std::string_view what,
                      std::uint64_t least, std::uint64_t most, std::uint64_t def) {
  if (node.is_null()) return def;
  const auto text = node.text(problems, what);
  if (text.empty()) return def;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  const int shift = unit == "KiB" ? 10 : unit == "MiB" ? 20 : unit == "GiB" ? 30 : -1;
  if (error != std::errc{} || shift < 0 || value > (most >> shift) || (value << shift) < least) {
    const auto from = std::to_string(least >> 10) + "KiB";
    const auto to = std::to_string(most >> 20) + "MiB";
    problems.add(node.line(), what + Words{": a size from " + from + " to " + to +
                                               ", written as 512KiB, 16MiB or 1GiB",
                                           ": 大きさは " + from + " から " + to +
                                               " まで。512KiB、16MiB、1GiB のように書く"});
    return def;
  }
  return value << shift;
}

struct Bounds {
  std::string_view en;
  std::string_view ja;
};

Duration duration_between(const YamlNode& node, YamlProblems& problems, std::string_view what,
                          Duration least, Duration most, Bounds bounds, Duration def) {
  const auto value = node.duration_or(problems, what, def);
  if (value < least || value > most) {
    problems.add(node.line(), what + Words{": from " + std::string(bounds.en),
                                           ": " + std::string(bounds.ja) + "まで"});
    return def;
  }
  return value;
}

// Says which group is wrong; `groups` of the pattern, 0 where there is none.
std::string template_or_none(const YamlNode& node, YamlProblems& problems, std::string_view what,
                             int groups) {
  auto form = node.text_or(problems, what, "");
  const auto greatest = greatest_group(form);
  if (!greatest) {
    problems.add(node.line(), what + Words{": a backslash stands before a digit or a backslash",
                                           ": \\ の後は数字または \\"});
  } else if (*greatest > groups) {
    problems.add(node.line(),
                 what + Words{": the pattern has only " + std::to_string(groups) + " groups",
                              ": 正規表現のグループは " + std::to_string(groups) + " 個だけ"});
  }
  return form;
}

std::string media_type_or_none(const YamlNode& node, YamlProblems& problems) {
  static const auto form = text::Regex::compile("^[a-z0-9.+-]+/[a-z0-9.+-]+$").value();
  auto type = node.text_or(problems, "item: type", "");
  if (type.empty() || form.search(type)) return type;
  problems.add(node.line(), {"item: type: a media type in small letters, as text/plain",
                             "item: type は text/plain のような小文字のメディアタイプ"});
  return "";
}

// A promise that the format would not keep is refused.
void check_item_type(const YamlNode& node, YamlProblems& problems, const Source& source) {
  if (!node.has("type") || source.adapter->heeds_item_type()) return;
  problems.add(node.get("type").line(),
               {"item: type has no meaning for kind " + source.kind +
                    ", which tells its items by what is in them: take the line out",
                "item: type は kind " + source.kind +
                    " では使えません（項目は中身で見分けます）。この行を消してください"});
}

void read_item(const YamlNode& node, YamlProblems& problems, Source& out) {
  if (node.is_null()) {
    if (out.kind == "list") {
      problems.add(node.line(), {"item: a list needs link, the pattern of its items",
                                 "item: list には link（項目の正規表現）が必要"});
    }
    return;
  }
  if (!node.expect_map(problems, "item")) return;
  int groups = 0;
  const auto link = node.get("link");
  if (link.is_null()) {
    if (out.kind == "list")
      problems.add(node.line(), {"item: link is missing", "item: link がありません"});
  } else {
    auto pattern = text::Regex::compile(link.text(problems, "item: link"));
    if (pattern) {
      groups = pattern.value().groups();
      out.item.link = std::make_shared<const text::Regex>(std::move(pattern).value());
    } else {
      problems.add(link.line(), "item: link: " + pattern.error().words());
    }
  }
  out.item.key = template_or_none(node.get("key"), problems, "item: key", groups);
  out.item.url = template_or_none(node.get("url"), problems, "item: url", groups);
  out.item.type = media_type_or_none(node.get("type"), problems);
  check_item_type(node, problems, out);
  if (out.kind == "list") {
    out.item.version = template_or_none(node.get("version"), problems, "item: version", groups);
  } else {
    const auto again = node.get("again").text_or(problems, "item: again", "");
    out.item.again_when_updated = again == "updated";
    if (!again.empty() && again != "updated")
      problems.add(node.get("again").line(),
                   {"item: again: only 'updated' is known", "item: again は updated のみ"});
  }
  if (out.kind == "list" && node.get("url").is_null()) {
    problems.add(node.line(), {"item: url is missing, where the item itself is (\\1)",
                               "item: url（項目そのものの場所、\\1）がありません"});
  }
  node.refuse_unknown(problems);
}

void read_limits(const YamlNode& node, YamlProblems& problems, Source& out) {
  if (node.is_null() || !node.expect_map(problems, "limits")) return;
  out.body_cap =
      size_or(node.get("body"), problems, "limits: body", 1024, 1024 * kMiB, out.body_cap);
  out.list_cap = size_or(node.get("list"), problems, "limits: list", 1024, 64 * kMiB, out.list_cap);
  out.max_items = static_cast<std::uint32_t>(
      node.get("items").integer_or(problems, "limits: items", 1, 100'000, out.max_items));
  out.max_tries = static_cast<std::uint32_t>(
      node.get("tries").integer_or(problems, "limits: tries", 1, 100, out.max_tries));
  out.max_pages = static_cast<std::uint32_t>(
      node.get("pages").integer_or(problems, "limits: pages", 1, 1000, out.max_pages));
  node.refuse_unknown(problems);
}

void read_timeouts(const YamlNode& node, YamlProblems& problems, Source& out) {
  if (node.is_null() || !node.expect_map(problems, "timeouts")) return;
  using std::chrono::hours;
  using std::chrono::milliseconds;
  using std::chrono::minutes;
  out.connect_timeout =
      duration_between(node.get("connect"), problems, "timeouts: connect", milliseconds(100),
                       minutes(5), {"100ms to 5m", "100ms から 5m "}, out.connect_timeout);
  out.first_byte_timeout =
      duration_between(node.get("first_byte"), problems, "timeouts: first_byte", milliseconds(100),
                       minutes(10), {"100ms to 10m", "100ms から 10m "}, out.first_byte_timeout);
  out.total_timeout =
      duration_between(node.get("total"), problems, "timeouts: total", milliseconds(100), hours(6),
                       {"100ms to 6h", "100ms から 6h "}, out.total_timeout);
  node.refuse_unknown(problems);
}

void read_robots(const YamlNode& node, YamlProblems& problems, Source& out) {
  if (node.is_null()) return;
  if (node.is_map()) {
    out.obey_robots = false;
    out.robots_reason = node.get("ignore").text(problems, "robots: ignore");
    node.refuse_unknown(problems);
  } else if (node.text(problems, "robots") != "obey") {
    problems.add(node.line(), {"robots: obey, or {ignore: 'the written reason'}",
                               "robots: obey または {ignore: '書面の理由'}"});
  }
}

void read_proxy(const YamlNode& node, YamlProblems& problems, Source& out) {
  if (node.is_null()) return;
  out.proxy = node.text(problems, "proxy");
  const bool known = out.proxy.starts_with("socks5h://") || out.proxy.starts_with("http://");
  if (!known || !printable(out.proxy) || out.proxy.find('@') != std::string::npos) {
    problems.add(node.line(),
                 {"proxy: socks5h://HOST:PORT (Tor) or http://HOST:PORT (I2P), without a password",
                  "proxy: socks5h://ホスト:ポート（Tor）または "
                  "http://ホスト:ポート（I2P）。パスワードは不可"});
  }
}

// What the format's owner asks for is the default, and the least.
void read_least(const YamlNode& node, YamlProblems& problems, Source& out) {
  const auto seconds = [](Duration d) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(d).count()) + "s";
  };
  const auto hold = [&](const char* key, Duration least, Duration& value) {
    if (value >= least) return;
    if (node.has(key)) {
      problems.add(node.get(key).line(),
                   {key + (": at least " + seconds(least) + " for kind " + out.kind),
                    key + (": kind " + out.kind + " では " + seconds(least) + " 以上")});
    }
    value = least;
  };
  hold("delay", out.adapter->least_delay(), out.delay);
  hold("schedule", out.adapter->least_schedule(), out.schedule);
}

void read_tor_control(const YamlNode& node, YamlProblems& problems, Source& out) {
  if (node.is_null() || !node.expect_map(problems, "tor_control")) return;
  const auto place = node.get("address").text(problems, "tor_control: address");
  const auto colon = place.rfind(':');
  const auto address = net::IpAddress::parse(place.substr(0, colon));
  std::uint16_t port = 0;
  if (colon != std::string::npos) {
    std::from_chars(place.data() + colon + 1, place.data() + place.size(), port);
  }
  out.tor_control.cookie = node.get("cookie").text(problems, "tor_control: cookie");
  if (address && port != 0 && place.ends_with(":" + std::to_string(port)) &&
      out.proxy.starts_with("socks5h://")) {
    out.tor_control.address = address.value();
    out.tor_control.port = port;
  } else {
    problems.add(node.line(),
                 {"tor_control: address is a numeric ADDRESS:PORT, beside a proxy socks5h://",
                  "tor_control: address は 数字のアドレス:ポート。proxy は socks5h:// のときだけ"});
  }
  node.refuse_unknown(problems);
}

// Streams over many hops are slow and no less wanted.
void expect_slow_streams(Source& out) {
  out.connect_timeout = std::chrono::minutes(2);
  out.first_byte_timeout = std::chrono::minutes(2);
  out.total_timeout = std::chrono::hours(1);
  out.low_speed = 1;
  out.low_speed_window = std::chrono::minutes(2);
}

Source read_source(const YamlNode& node, YamlProblems& problems) {
  Source out;
  if (!node.expect_map(problems, "source")) return out;
  out.id = node.get("id").text(problems, "id");
  if (!out.id.empty() && !valid_id(out.id)) {
    problems.add(node.get("id").line(), {"id: 1 to 64 of a-z, 0-9 and '-', not '-' first",
                                         "id: a-z 0-9 - で 1〜64 文字。先頭に - は不可"});
  }
  out.kind = node.get("kind").text(problems, "kind");
  out.adapter = adapter_of(out.kind);
  if (out.adapter == nullptr) {
    if (!out.kind.empty())
      problems.add(node.get("kind").line(), {"kind: one of " + kinds_of_adapters(),
                                             "kind: 次のいずれか: " + kinds_of_adapters()});
    out.adapter = adapter_of("feed");  // so that the rest can be looked at
  }
  const auto url_text = node.get("url").text(problems, "url");
  if (!url_text.empty()) {
    auto url = net::Url::parse(url_text);
    if (url) {
      out.url = std::move(url).value();
    } else {
      problems.add(node.get("url").line(), "url: " + url.error().words());
    }
  }
  if (out.kind == "xpath") {
    out.xpath = read_xpath_rules(node, problems);
  } else {
    read_item(node.get("item"), problems, out);
  }
  using std::chrono::days;
  using std::chrono::hours;
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  out.schedule = duration_between(node.get("schedule"), problems, "schedule", seconds(1), days(30),
                                  {"1s to 30d", "1s から 30d "}, out.schedule);
  out.delay = duration_between(node.get("delay"), problems, "delay", milliseconds(0), hours(1),
                               {"0s to 1h", "0s から 1h "}, out.delay);
  read_least(node, problems, out);
  read_limits(node.get("limits"), problems, out);
  if (out.url.is_overlay()) expect_slow_streams(out);
  read_timeouts(node.get("timeouts"), problems, out);
  out.user_agent = node.get("user_agent").text_or(problems, "user_agent", kDefaultUserAgent);
  if (!printable(out.user_agent) || out.user_agent.size() > 256) {
    problems.add(node.get("user_agent").line(),
                 {"user_agent: at most 256 printable ASCII characters",
                  "user_agent: 表示できる ASCII で 256 文字まで"});
  }
  read_robots(node.get("robots"), problems, out);
  for (auto& host : node.get("hosts").texts_or_none(problems, "hosts")) {
    const auto url = net::Url::parse("http://" + host + "/");
    if (host != "*" && (!url || url.value().target() != "/" || url.value().port() != 80)) {
      problems.add(node.get("hosts").line(), {"hosts: names without port or path, or '*'",
                                              "hosts: ポートもパスもない名前、または '*'"});
      continue;
    }
    out.hosts.push_back(host == "*" ? host : url.value().host());
  }
  for (const auto& text : node.get("allow_networks").texts_or_none(problems, "allow_networks")) {
    auto network = net::IpNetwork::parse(text);
    if (network) {
      out.allow_networks.push_back(network.value());
    } else {
      problems.add(node.get("allow_networks").line(), "allow_networks: " + network.error().words());
    }
  }
  read_proxy(node.get("proxy"), problems, out);
  read_tor_control(node.get("tor_control"), problems, out);
  if (net::is_onion(out.url.host())) {
    if (const auto fine = net::check_onion(out.url.host()); !fine) {
      problems.add(node.get("url").line(), "url: " + fine.error().words());
    }
  }
  if (out.proxy.empty() && out.url.is_overlay()) {
    problems.add(node.get("url").line(), {"url: a name of an overlay network needs a proxy",
                                          "url: オーバーレイネットワークの名前には proxy が必要"});
  }
  const auto burn = node.get("burn_after_reading").text_or(problems, "burn_after_reading", "leave");
  out.burn_after_reading = burn == "fetch";
  if (burn != "fetch" && burn != "leave")
    problems.add(node.get("burn_after_reading").line(),
                 {"burn_after_reading: leave or fetch", "burn_after_reading: leave または fetch"});
  out.retention_days =
      static_cast<int>(node.get("retention_days")
                           .integer_or(problems, "retention_days", 1, 3650, out.retention_days));
  out.language = node.get("language").text_or(problems, "language", "");
  if (out.language.size() > 35 || !printable(out.language)) {
    problems.add(node.get("language").line(),
                 {"language: a tag such as ja or en", "language: ja や en のようなタグ"});
  }
  out.login = read_login(node, out.url, problems, out.accounts);
  if (!out.url.text().empty()) out.adapter->check(out, node.get("url").line(), problems);
  node.refuse_unknown(problems);
  return out;
}

}  // namespace

Result<std::vector<Source>> parse_sources(std::string_view yaml, std::string_view file) {
  TRY(const auto root, YamlNode::parse(yaml, file));
  YamlProblems problems{std::string(file)};
  std::vector<Source> out;
  if (root.expect_map(problems, Words{"the file", "ファイルの中身"})) {
    const auto list = root.get("sources");
    std::set<std::string> ids;
    if (list.expect_list(problems, "sources")) {
      const auto nodes = list.items();
      if (nodes.size() > kMostSources)
        problems.add(list.line(), {"sources: more than 10000", "sources: 10000 を超えています"});
      for (std::size_t i = 0; i < std::min(nodes.size(), kMostSources); ++i) {
        auto source = read_source(nodes[i], problems);
        if (!source.id.empty() && !ids.insert(source.id).second) {
          problems.add(nodes[i].line(),
                       {"id: used before in this file", "id: このファイルで使用済み"});
        }
        out.push_back(std::move(source));
      }
    }
    root.refuse_unknown(problems);
  }
  TRYV(problems.result());
  return out;
}

Result<std::vector<Source>> load_sources(const std::filesystem::path& file_or_folder) {
  namespace fs = std::filesystem;
  constexpr std::uint64_t kMostBytes = 16u << 20;
  std::vector<fs::path> files;
  std::error_code error;
  if (fs::is_directory(file_or_folder, error)) {
    for (fs::directory_iterator at(file_or_folder, error), end; !error && at != end;
         at.increment(error)) {
      const auto name = at->path().filename().string();
      if (name.ends_with(".yaml") && !name.ends_with(".example.yaml")) files.push_back(at->path());
    }
    if (error)
      return fail(Errc::kIo, shown(file_or_folder) + ": the folder cannot be read",
                  shown(file_or_folder) + ": フォルダが読めません");
    std::ranges::sort(files);
  } else {
    files.push_back(file_or_folder);
  }
  std::vector<Source> out;
  std::map<std::string, std::string> seen;
  for (const auto& file : files) {
    TRY(const auto content, read_file(file, kMostBytes));
    TRY(auto sources, parse_sources(as_text(content), shown(file)));
    for (auto& source : sources) {
      const auto [at, fresh] = seen.emplace(source.id, shown(file));
      if (!fresh) {
        return fail(
            Errc::kBadInput,
            shown(file) + ": the id " + source.id + " is used in " + at->second + " too",
            shown(file) + ": id " + source.id + " は " + at->second + " でも使われています");
      }
      out.push_back(std::move(source));
    }
  }
  return out;
}

}  // namespace hitokoe::crawler
