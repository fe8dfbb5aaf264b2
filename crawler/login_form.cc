#include "crawler/login_form.h"

#include <algorithm>

#include "hitokoe/text/encode.h"

namespace hitokoe::crawler {

namespace {

constexpr std::size_t kMostFields = 200;
constexpr std::size_t kMostBytes = 64u << 10;

// Of our own, and right.
XPath path(const char* expression) { return XPath::compile(expression).value(); }

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

struct Paths {
  XPath forms = path("//form[.//input[translate(@type, 'PASWORD', 'pasword') = 'password']]");
  XPath fields = path(".//input[@name] | .//select[@name] | .//textarea[@name]");
  XPath method = path("string(@method)");
  XPath encoding = path("string(@enctype)");
  XPath action = path("string(@action)");
  XPath tag = path("name()");
  XPath name = path("string(@name)");
  XPath type = path("string(@type)");
  XPath value = path("string(@value)");
  XPath checked = path("boolean(@checked)");
  XPath chosen = path("string((.//option[@selected] | .//option[1])[last()]/@value)");
  XPath content = path("string(.)");
};

bool is_sent(const std::string& type, bool checked) {
  if (type == "submit" || type == "image" || type == "button" || type == "reset" || type == "file")
    return false;
  return (type != "checkbox" && type != "radio") || checked;
}

bool is_name(const std::string& type) {
  return type.empty() || type == "text" || type == "email" || type == "tel";
}

void put_escaped(std::string& out, std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '*';
    if (plain) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += '%';
      out += kDigits[byte >> 4U];
      out += kDigits[byte & 15U];
    }
  }
}

}  // namespace

std::optional<LoginForm> find_login_form(const LoginRules& rules, ByteView body) {
  const Paths paths;
  const HtmlPage page(body);
  const auto forms = rules.form.given() ? rules.form.select(page) : page.select(paths.forms);
  if (forms.empty()) return std::nullopt;
  const auto* form = forms.front();
  if (lower(page.text(paths.method, form)) != "post") return std::nullopt;
  const auto encoding = lower(page.text(paths.encoding, form));
  if (!encoding.empty() && encoding != "application/x-www-form-urlencoded") return std::nullopt;
  LoginForm out;
  out.action = page.text(paths.action, form);
  out.charset = text::detect(body);
  out.username = rules.username;
  out.password = rules.password;
  std::string last_name;
  std::size_t bytes = 0;
  for (const auto* node : page.select(paths.fields, form)) {
    const auto tag = page.text(paths.tag, node);
    auto name = page.text(paths.name, node);
    const auto type = tag == "input" ? lower(page.text(paths.type, node)) : tag;
    if (type == "password" && out.password.empty()) {
      out.password = name;
      if (out.username.empty()) out.username = last_name;
    }
    if (tag == "input" && is_name(type)) last_name = name;
    if (!is_sent(type, page.text(paths.checked, node) == "true")) continue;
    auto value = page.text(tag == "select"     ? paths.chosen
                           : tag == "textarea" ? paths.content
                                               : paths.value,
                           node);
    bytes += name.size() + value.size();
    if (out.fields.size() == kMostFields || bytes > kMostBytes) return std::nullopt;
    out.fields.emplace_back(std::move(name), std::move(value));
  }
  const auto has = [&](const std::string& name) {
    return std::ranges::any_of(out.fields, [&](const auto& field) { return field.first == name; });
  };
  if (out.username.empty() || out.password.empty() || !has(out.username) || !has(out.password))
    return std::nullopt;
  return out;
}

SecretText filled_in(const LoginForm& form, const LoginRules& rules, const SecretText& username,
                     const SecretText& password) {
  SecretText out;
  auto& text = out.expose();
  // Enough for all of it escaped: a copy that grew would be left behind in memory.
  constexpr std::size_t kEscaped = 12;  // a character of four bytes, each as %xx
  std::size_t most = kEscaped * (username.expose().size() + password.expose().size());
  for (const auto& [name, value] : form.fields) most += kEscaped * (name.size() + value.size()) + 2;
  for (const auto& [name, value] : rules.extra) most += kEscaped * (name.size() + value.size()) + 2;
  text.reserve(most + 16);
  const auto put = [&](const std::string& name, const std::string& value) {
    if (!text.empty()) text += '&';
    put_escaped(text, text::encode(name, form.charset));
    text += '=';
    auto bytes = text::encode(value, form.charset);
    put_escaped(text, bytes);
    wipe_value(bytes);
  };
  const auto is_extra = [&](const std::string& name) {
    return std::ranges::any_of(rules.extra, [&](const auto& one) { return one.first == name; });
  };
  bool named = false;
  bool proven = false;
  for (const auto& [name, value] : form.fields) {
    if (name == form.username) {
      if (!named) put(name, username.expose());
      named = true;
    } else if (name == form.password) {
      if (!proven) put(name, password.expose());
      proven = true;
    } else if (!is_extra(name)) {
      put(name, value);
    }
  }
  for (const auto& [name, value] : rules.extra) put(name, value);
  return out;
}

}  // namespace hitokoe::crawler
