#include "service/settings.h"

#include <algorithm>
#include <cstdio>
#include <limits>

#include "service/notice_settings.h"

namespace hitokoe::service {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using text::YamlNode;
using text::YamlProblems;

class Table {
 public:
  void section(std::string name) { section_ = std::move(name); }

  void add(std::string key, bool& value, std::string about) {
    push(
        std::move(key), std::move(about), "true, false",
        [&value](const YamlNode& node, YamlProblems& problems, const std::string& what) {
          value = node.boolean(problems, what);
        },
        [&value] { return std::string(value ? "true" : "false"); });
  }
  // One of some words.
  void add_word(std::string key, std::string& value, const std::vector<std::string>& words,
                std::string about) {
    std::string all;
    for (const auto& word : words) all += (all.empty() ? "" : ", ") + word;
    push(
        std::move(key), std::move(about), all,
        [&value, words, all](const YamlNode& node, YamlProblems& problems,
                             const std::string& what) {
          value = node.text(problems, what);
          if (std::ranges::find(words, value) == words.end()) {
            problems.add(node.line(), what + Words{": is one of ", ": 次のどれか: "} + all);
          }
        },
        [&value] { return value; });
  }
  template <std::integral T>
  void add(std::string key, T& value, std::int64_t least, std::int64_t most, std::string about) {
    push(
        std::move(key), std::move(about), std::to_string(least) + " … " + std::to_string(most),
        [&value, least, most](const YamlNode& node, YamlProblems& problems,
                              const std::string& what) {
          value = static_cast<T>(node.integer(problems, what, least, most));
        },
        [&value] { return std::to_string(value); });
  }
  void add(std::string key, double& value, double least, double most, std::string about) {
    push(
        std::move(key), std::move(about), shown(least) + " … " + shown(most),
        [&value, least, most](const YamlNode& node, YamlProblems& problems,
                              const std::string& what) {
          value = node.number(problems, what, least, most);
        },
        [&value] { return shown(value); });
  }
  void add(std::string key, Duration& value, Duration least, Duration most, std::string about) {
    push(
        std::move(key), std::move(about), shown_duration(least) + " … " + shown_duration(most),
        [&value, least, most](const YamlNode& node, YamlProblems& problems,
                              const std::string& what) {
          value = node.duration(problems, what);
          if (value < least || value > most) {
            problems.add(node.line(), what + Words{": must be " + shown_duration(least) + " to " +
                                                       shown_duration(most),
                                                   ": " + shown_duration(least) + " から " +
                                                       shown_duration(most) + " まで"});
          }
        },
        [&value] { return shown_duration(value); });
  }
  // A text that may be empty ("").
  template <class Text>
  void add_text(std::string key, Text& value, std::string about) {
    push(
        std::move(key), std::move(about), "",
        [&value](const YamlNode& node, YamlProblems& problems, const std::string& what) {
          if (!node.is_null()) value = node.text(problems, what);
        },
        [&value] { return std::string(value); });
  }

  // What is more than a scalar: `read` and `write` know how.
  void add_own(std::string key, std::string about,
               std::function<void(const YamlNode&, YamlProblems&, const std::string&)> read,
               std::function<std::string()> write) {
    push(std::move(key), std::move(about), "", std::move(read), std::move(write));
  }

  // A key of an older release: read, never written.
  void add_old(std::string key, std::string about,
               std::function<void(const YamlNode&, YamlProblems&, const std::string&)> read) {
    push(std::move(key), std::move(about), "", std::move(read), [] { return std::string(); });
    settings_.back().old = true;
  }

  void add(std::string key, std::vector<incident::QuestionSet>& value, std::string about) {
    push(
        std::move(key), std::move(about), "lists of fields",
        [&value](const YamlNode& node, YamlProblems& problems, const std::string& what) {
          if (!node.expect_list(problems, what)) return;
          std::vector<std::vector<std::string>> sets;
          for (const auto& set : node.items()) sets.push_back(set.texts(problems, what));
          auto parsed = incident::parse_questions(sets);
          if (!parsed) {
            problems.add(node.line(), what + Words{": ", ": "} + parsed.error().words());
            return;
          }
          value = std::move(parsed.value());
        },
        [&value] { return incident::shown_questions(value); });
  }

  std::vector<Setting> take() { return std::move(settings_); }

 private:
  static std::string shown(double v) {
    char text[32];
    std::snprintf(text, sizeof text, "%g", v);
    return text;
  }
  template <class Read, class Write>
  void push(std::string key, std::string about, std::string bounds, Read read, Write write) {
    settings_.push_back({section_, std::move(key), std::move(about), std::move(bounds),
                         std::move(read), std::move(write), false});
  }
  std::string section_;
  std::vector<Setting> settings_;
};

}  // namespace

std::string shown_duration(Duration d) {
  const auto in = [&](auto unit, const char* name) { return std::to_string(d / unit) + name; };
  if (d.count() == 0) return "0s";
  if (d % days(1) == Duration(0) && d >= days(2)) return in(days(1), "d");
  if (d % hours(1) == Duration(0)) return in(hours(1), "h");
  if (d % minutes(1) == Duration(0)) return in(minutes(1), "m");
  if (d % seconds(1) == Duration(0)) return in(seconds(1), "s");
  return in(milliseconds(1), "ms");
}

std::vector<Setting> settings_of(Config& c) {
  Table t;
  t.section("http");
  t.add_text("address", c.http.address, "where API and console listen: a numeric address");
  t.add("port", c.http.port, 0, 65535, "0 takes any free one");
  t.add_text("certificate", c.http.certificate, "PEM file; empty: no TLS (a proxy does it)");
  t.add_text("private_key", c.http.private_key, "PEM file of the certificate");
  t.add("header_bytes", c.http.header_bytes, 1024, 1 << 20, "of one request");
  t.add("body_bytes", c.http.body_bytes, 0, 1 << 30, "of one request");
  t.add("connections", c.http.connections, 1, 100'000, "at the same time");
  t.add("read_timeout", c.http.read_timeout, milliseconds(10), hours(1),
        "for a request, from its first byte to its last");
  t.add("idle_timeout", c.http.idle_timeout, milliseconds(10), hours(1), "between two requests");
  t.add("write_timeout", c.http.write_timeout, milliseconds(10), hours(1), "for a response");

  t.section("api");
  t.add("auth_failures", c.api.auth_failures, 1, 1000, "from one address within auth_window");
  t.add("auth_window", c.api.auth_window, seconds(1), hours(24), "then the address waits so long");
  t.add("login_lifetime", c.api.login_lifetime, minutes(1), days(30),
        "of the token that a password is exchanged for");
  t.add("stop_grace", c.api.stop_grace, seconds(0), minutes(10),
        "for running requests when the service stops");

  t.section("crawler");
  t.add_text("sources", c.sources, "a file, or a folder of *.yaml");
  t.add("concurrency", c.crawler.concurrency, 1, 10'000, "hosts at the same time");
  t.add("backoff_least", c.crawler.backoff_least, milliseconds(10), hours(24),
        "before the first retry, then doubled");
  t.add("backoff_most", c.crawler.backoff_most, seconds(1), days(7), "between two retries");
  t.add("retry_after_most", c.crawler.retry_after_most, seconds(1), days(7),
        "a server's Retry-After is believed up to this");
  t.add("delay_most", c.crawler.delay_most, seconds(1), hours(24), "a host's grown delay");
  t.add("robots_lifetime", c.crawler.robots_lifetime, minutes(1), days(7),
        "RFC 9309 section 2.4 says at most a day");
  t.add("pause_after_storage_error", c.crawler.pause_after_storage_error, seconds(1), hours(1),
        "when the disk or the database refuses");
  t.add("max_connections", c.fetcher.max_connections, 1, 100'000, "open at the same time");
  t.add("kept_connections", c.fetcher.kept_connections, 0, 100'000, "idle ones that are kept");

  t.section("matcher");
  t.add("naming_threshold", c.matcher.naming_threshold, 0.5, 1.0,
        "probability from which a holder is named");
  t.add("block_bytes", c.matcher.block_bytes, 64 << 10, 1 << 30, "text in memory at once");
  t.add("threads", c.matcher.threads, 0, 256,
        "that match one dump's rows; 0: one for each processor");
  t.add_text("archive_passwords", c.archive_passwords,
             "file with passwords to try on encrypted archives, one a line; empty: none");
  t.add("batch", c.match_loop.batch, 1, 1000, "captures claimed at once");
  t.add("deliveries", c.match_loop.deliveries, 1, 100,
        "failures before a capture is set aside for a person");
  t.add("visibility", c.match_loop.visibility, seconds(1), hours(24),
        "a worker's silence before another may take its captures");
  t.add("idle", c.match_loop.idle, milliseconds(1), minutes(5),
        "between two looks at an empty queue");
  t.add("retry", c.match_loop.retry, milliseconds(10), hours(1), "after a failure");
  t.add("cpu_threads", c.cpu_threads, 0, 1024, "0: one less than the machine has, at least two");

  t.section("incident");
  t.add("open_subjects", c.open.subjects, 1, 1'000'000, "resolved subjects that open an incident");
  t.add("open_agreeing_fields", c.open.agreeing_fields, 2, 18,
        "or agreeing fields of one subject; one canary always does");
  t.add("tick", c.tick.every, seconds(1), hours(1), "between two looks at the deadlines");
  t.add("audit_checkpoint", c.tick.checkpoint, seconds(1), days(7),
        "between two signatures of the audit log");

  t.section("alerts");
  t.add_text("mail_to", c.alerts.mail_to,
             "who is told, addresses with commas between them; empty: nobody");
  t.add_text("mail_from", c.alerts.mail_from, "the sender's address; goes over the relay of smtp");
  t.add_word("mail_least", c.alerts.mail_least, {"low", "medium", "high", "critical"},
             "severity from which an alert is mailed");
  t.add("mail_every", c.alerts.mail_every, seconds(1), hours(24), "one mail for all that is new");
  t.add("sources", c.alerts.sources, "sources that cannot be seen or are late are mailed, too");
  t.add("source_after", c.alerts.source_after, seconds(0), days(7),
        "how long that lasts before it is mailed");

  t.section("intake");
  t.add("bytes", c.intake.bytes, 1, 2'000'000'000, "of one file or upload that is handed in");
  t.add_text("folder", c.intake.folder, "that is watched for files; empty: none");
  t.add("every", c.intake.every, milliseconds(10), hours(1), "between two looks at the folder");
  t.add("settle", c.intake.settle, seconds(0), hours(24),
        "a file that was not written for so long is complete");
  t.add("done_days", c.intake.done_days, 0, 3650, "what was taken stays in done/ for so long");

  t.section("retention");
  t.add("days", c.retention.days, 1, 3650,
        "captures without a match are destroyed after their source's retention_days; those of no "
        "configured source after these");
  t.add("every", c.retention.every, seconds(1), days(7), "between two looks for them");

  t.section("disk");
  t.add("captures", c.disk.captures, 0, std::numeric_limits<std::int64_t>::max(),
        "bytes that captures may take before nothing more is taken in; 0: no limit");
  t.add("least_free", c.disk.least_free, 0, std::numeric_limits<std::int64_t>::max(),
        "bytes that stay free on the disk, or nothing more is taken in");
  t.add("every", c.disk.every, milliseconds(10), hours(1), "between two looks at the disk");

  t.section("redis");
  t.add_text("address", c.redis.address,
             "host:port of a Redis through which crawlers share their work; empty: none");
  t.add_own(
      "sentinels", "or a list of host:port of Sentinels that know the master",
      [&c](const YamlNode& node, YamlProblems& problems, const std::string& what) {
        c.redis.sentinels = node.texts(problems, what);
      },
      [] { return std::string("[]"); });
  t.add_text("master", c.redis.master, "its name for the Sentinels");
  t.add_text("user", c.redis.user, "of the access list; empty: the default user");
  t.add_text("password_file", c.redis.password_file, "file with its password; empty: no log-in");
  t.add_text("sentinel_password_file", c.redis.sentinel_password_file,
             "the same for the Sentinels");
  t.add("database", c.redis.database, 0, 15, "number");
  t.add_text("prefix", c.redis.prefix, "of all keys; one for all processes of an installation");
  t.add_text("queue", c.redis.queue,
             "name of the matcher's queue for processes that share their captures, too; empty: in "
             "the data folder");
  t.add("connect_timeout", c.redis.connect_timeout, milliseconds(10), minutes(1), "of one attempt");
  t.add("command_timeout", c.redis.command_timeout, milliseconds(10), minutes(1), "of one answer");
  t.add("backoff_least", c.redis.backoff_least, milliseconds(10), minutes(1),
        "before the second attempt to connect, then doubled");
  t.add("backoff_most", c.redis.backoff_most, milliseconds(10), hours(1), "between two attempts");
  t.add("lease", c.redis.lease, seconds(1), hours(1),
        "a crawler's silence before others may ask the hosts that it holds");
  t.add("most_items", c.redis.most_items, 1, 1'000'000'000,
        "queued and seen ones, then nothing more is queued");
  t.add("most_captures", c.redis.most_captures, 1, 1'000'000'000,
        "that wait for the matcher, then nothing more is fetched");
  t.add("known_captures", c.redis.known_captures, 1, 1'000'000'000,
        "newest ones that are known, so that none is queued twice");
  t.add("wait_replicas", c.redis.wait_replicas, 0, 100,
        "that must have a capture before it counts as queued");

  t.section("escalation");
  t.add_text("mail_from", c.escalation.mail_from,
             "the sender's address; goes over the relay of smtp; empty: nobody is told by mail");
  t.add_own(
      "contacts", "who is told: a list of {party: kou, mail: [a@kou.example]}; no party: of all",
      [&c](const YamlNode& node, YamlProblems& problems, const std::string& what) {
        c.escalation.contacts = read_contacts(node, problems, what);
      },
      [] { return std::string("[]"); });
  t.add_old("before", "now in rules/escalation.yaml",
            [&c](const YamlNode& node, YamlProblems& problems, const std::string& what) {
              c.escalation.old_before = read_durations(node, problems, what);
            });
  t.add_old("every", "now in rules/escalation.yaml, and silent_every",
            [&c](const YamlNode& node, YamlProblems& problems, const std::string& what) {
              const auto every = read_duration(node, problems, what);
              c.escalation.old_every = every;
              c.escalation.silence.silent_every = every;  // where the new key does not follow
            });
  t.add("silent_after", c.escalation.silence.silent_after, hours(1), days(60),
        "a campaign was frozen and a party has not approved");
  t.add("silent_before", c.escalation.silence.silent_before, hours(0), days(60),
        "the first final report is due: silent approvers are told then at the latest");
  t.add("silent_every", c.escalation.silence.silent_every, hours(1), days(30),
        "and again, while they say nothing");
  t.add("attempts", c.escalation.attempts, 1, 1000, "of one mail, where the relay puts it off");
  t.add("backoff_least", c.escalation.backoff_least, seconds(1), hours(24),
        "before the second attempt, then doubled");
  t.add("backoff_most", c.escalation.backoff_most, seconds(1), days(7), "between two attempts");

  t.section("webhooks");
  t.add_own(
      "endpoints",
      "a list of {name, url, secret_file, events, format, party, allow_networks}: docs/webhooks.md",
      [&c](const YamlNode& node, YamlProblems& problems, const std::string& what) {
        c.webhooks.endpoints = read_endpoints(node, problems, what);
      },
      [] { return std::string("[]"); });
  t.add("attempts", c.webhooks.attempts, 1, 1000,
        "of one delivery, then it is set aside for a person");
  t.add("backoff_least", c.webhooks.backoff_least, milliseconds(10), hours(24),
        "before the second attempt, then doubled");
  t.add("backoff_most", c.webhooks.backoff_most, milliseconds(10), days(7), "between two attempts");
  t.add("timeout", c.webhooks.timeout, milliseconds(10), minutes(5),
        "to connect, to the first byte, and of the whole answer");
  t.add("idle", c.webhooks.idle, milliseconds(10), minutes(5),
        "between two looks for something to tell");

  t.section("hunts");
  t.add("on_terms", c.hunts.on_terms, "new or changed terms are looked for in what is kept");
  t.add("on_index", c.hunts.on_index, "so are fingerprints, when the index changes");
  t.add("since_days", c.hunts.since_days, 0, 36'500, "how far back those go; 0: all that is kept");
  t.add("attempts", c.hunts.attempts, 1, 100, "of one capture, then it is listed as unreadable");
  t.add("idle", c.hunts.idle, milliseconds(10), hours(1),
        "between two looks for something to do, and while live captures wait");

  t.section("desk");
  t.add("questions", c.desk.questions,
        "a caller is who he says where every field of one of these agrees");
  t.add("answer_after", c.desk.answer_after, milliseconds(100), minutes(1),
        "every answer comes after this, or a multiple of it");
  t.add("window", c.desk.window, minutes(1), days(30), "in which unverified checks are counted");
  t.add("customer_failures", c.desk.customer_failures, 1, 1000,
        "unverified checks of one claimed customer, then a coordinator must unlock");
  t.add("operator_failures", c.desk.operator_failures, 1, 100'000, "the same of one operator");
  t.add("operator_per_minute", c.desk.operator_per_minute, 1, 10'000, "checks of one operator");
  t.add("incident_per_minute", c.desk.incident_per_minute, 1, 100'000, "checks of one incident");

  t.section("smtp");
  t.add_text(
      "url", c.smtp.url,
      "the relay of campaigns: smtp://host:port (STARTTLS is required) or smtps://host:port");
  t.add_text("ca_file", c.smtp.ca_file,
             "PEM file that the relay's certificate is under; empty: the system's");
  t.add_text(
      "user", c.smtp.user,
      "to log in with; empty: no log-in. HITOKOE_SMTP_PASSWORD_FILE names its password's file");
  t.add_text("helo", c.smtp.helo, "our name for the relay; empty: the host's name");
  t.add("connect_timeout", c.smtp.connect_timeout, milliseconds(100), minutes(10),
        "until the relay greets");
  t.add("timeout", c.smtp.timeout, seconds(1), hours(1),
        "of one mail, from the connection to the last answer");
  t.add("connections", c.delivery.connections, 1, 64, "mails on their way at once");
  t.add("per_second", c.delivery.per_second, 0, 10'000, "mails over all connections; 0: no limit");
  t.add("attempts", c.delivery.attempts, 1, 100,
        "of one mail in one run, where the relay puts it off");
  t.add("backoff_least", c.delivery.first_backoff, milliseconds(10), hours(1),
        "before the second attempt, then doubled");
  t.add("backoff_most", c.delivery.most_backoff, milliseconds(10), hours(24),
        "between two attempts");
  t.add("give_up_after", c.delivery.give_up_after, 1, 1'000'000,
        "mails in a row that the relay did not take: the run ends, the rest stay pending");
  t.add("quiet_from", c.delivery.quiet_from, 0, 23,
        "no mail begins from this full hour in Japan on; equal to quiet_to: at any hour");
  t.add("quiet_to", c.delivery.quiet_to, 0, 23, "until this full hour");
  t.add_text("bounce_maildir", c.bounces.maildir,
             "Maildir to which bounces come; empty: `hitokoe campaign bounces` reads them");
  t.add("bounce_every", c.bounces.every, seconds(1), hours(24), "it is looked into");
  t.add_text("bounce_domain", c.delivery.bounce_domain,
             "bounces go to bounce+PERSON@ this domain; empty: to the sender of the campaign");
  return t.take();
}

}  // namespace hitokoe::service
