#include <boost/json.hpp>
#include <fstream>
#include <iostream>
#include <memory>

#include "apps/hitokoe/campaign_desk.h"
#include "apps/hitokoe/campaign_tables.h"
#include "apps/hitokoe/load_config.h"
#include "hitokoe/base/file.h"
#include "hitokoe/incident/campaign_bounces.h"
#include "hitokoe/incident/campaign_exports.h"
#include "hitokoe/net/bounce.h"
#include "hitokoe/net/mailbox.h"

namespace hitokoe::app {
namespace {

namespace json = boost::json;
using incident::BounceCounts;
using incident::CampaignExports;
using incident::Channel;
using incident::LeftOut;
using incident::MadeExport;

constexpr std::size_t kBounceGroup = 500;
constexpr std::uint64_t kMostReferences = 64U << 20;

struct ChannelOptions {
  std::string campaign, encoding = "utf-8", reason;
  std::filesystem::path out, maildir, file;
  std::vector<std::string> persons;
  std::uint32_t again = 0;
  bool all = false;
};

void print(const json::object& o) { std::cout << json::serialize(o) << '\n'; }

std::string lead_of(const CampaignDesk& desk, const incident::CampaignRow& row) {
  const auto* lead = desk.registry.party(row.spec.lead);
  return lead == nullptr ? row.spec.lead : lead->name;
}

std::string_view shown(LeftOut::Why why, Language l) {
  switch (why) {
    case LeftOut::Why::kNoAddress:
      return say(l, "この手段の宛先がない", "no address for this channel");
    case LeftOut::Why::kTooLong:
      return say(l, "宛先が封筒の窓に収まらない", "the address does not fit behind the window");
    case LeftOut::Why::kNoFont:
      return say(l, "印刷できない文字がある", "a character that no font has");
  }
  return "";
}

json::object to_object(const MadeExport& made, const std::filesystem::path& dir) {
  json::array files, lacking;
  for (const auto& f : made.files) files.emplace_back((dir / f.name).string());
  for (const auto& c : made.lacking) {
    lacking.push_back(
        json::object{{"person", c.person}, {"column", c.column}, {"character", c.character}});
  }
  return {{"number", made.row.number},
          {"channel", to_string(made.row.channel)},
          {"version", made.row.version},
          {"persons", made.row.persons},
          {"manifest", to_hex(made.row.manifest)},
          {"files", std::move(files)},
          {"lacking", std::move(lacking)}};
}

// Over the same file again, never over another one of that name.
Result<void> write_files(const MadeExport& made, const std::filesystem::path& dir) {
  TRYV(make_private_dir(dir));
  for (const auto& f : made.files) {
    std::error_code ignored;
    if (!std::filesystem::exists(dir / f.name, ignored)) continue;
    const auto there = read_file(dir / f.name);
    if (there && std::ranges::equal(there.value(), f.content)) continue;
    const auto name = hitokoe::shown(dir / f.name);
    return fail(
        Errc::kBadInput, name + ": is there already, and another one; give another folder (--out)",
        name + ": 内容の違うファイルがすでにあります。別のフォルダー（--out）を指定してください");
  }
  for (const auto& f : made.files) {
    TRYV(write_file_durably(dir / f.name, f.content));
  }
  return ok();
}

void tell_export(const MadeExport& made, Language l) {
  std::cerr << say(l, "書き出し ", "export ") << made.row.number << say(l, ": ", ": ")
            << made.row.persons << say(l, " 人\n", " persons\n");
  for (const auto& c : made.lacking) {
    std::cerr << "  " << c.person << "  " << c.column
              << say(l, "  Shift_JIS にない文字 ", "  not in Shift_JIS: ") << c.character << '\n';
  }
}

// All who wait, in as many exports as are needed: files first, then the record of them.
Result<int> export_all(Environment& env, const ChannelOptions& o, Channel channel) {
  if (o.encoding != "utf-8" && o.encoding != "shift_jis")
    return fail(Errc::kUsage, "--encoding utf-8 or shift_jis", "--encoding は utf-8 か shift_jis");
  TRY(const auto desk, open_campaign_desk(env));
  TRY(const auto campaign, desk->id_of(env, o.campaign));
  TRY(const auto row, desk->store->load(campaign));
  if (o.again == 0) {
    TRYV(desk->follow_up(env).exclude_told(desk->viewer(), campaign));
  }
  CampaignExports exports(desk->parts(env), lead_of(*desk, row), CampaignExports::kLettersPerPdf,
                          desk->follows.get());
  const Language l = env.language;
  std::cerr << say(
      l,
      "注意: このフォルダーには氏名と宛先が暗号化されずに置かれます。受け渡しが済んだら"
      "消去してください。\n",
      "Careful: names and addresses lie in this folder in clear. Erase it when it was "
      "handed over.\n");
  json::array told, left;
  std::uint64_t persons = 0;
  const auto encoding =
      o.encoding == "utf-8" ? incident::ListEncoding::kUtf8 : incident::ListEncoding::kShiftJis;
  for (bool more = true; more;) {
    TRY(const auto made, o.again > 0 ? exports.again(desk->viewer(), campaign, o.again)
                                     : exports.make(desk->viewer(), campaign, channel, encoding));
    more = o.again == 0 && made.row.persons > 0;
    if (made.row.persons > 0) {
      TRYV(write_files(made, o.out));
      if (o.again == 0) {
        TRYV(exports.record(desk->viewer(), campaign, made));
      }
      persons += made.row.persons;
      told.push_back(to_object(made, o.out));
      if (!env.json) tell_export(made, l);
    }
    for (const auto& out : made.left_out) {
      left.push_back(json::object{{"person", out.person}, {"why", to_string(out.why)}});
      if (!env.json) std::cerr << "  " << out.person << "  " << shown(out.why, l) << '\n';
    }
  }
  TRYV(desk->incidents->sign(env));
  const bool someone = !left.empty();
  if (env.json) {
    print({{"campaign", campaign},
           {"channel", to_string(channel)},
           {"persons", persons},
           {"exports", std::move(told)},
           {"left_out", std::move(left)}});
  } else if (persons == 0) {
    std::cerr << say(l, "この手段で連絡できる人はいません。\n",
                     "Nobody waits who can be reached this way.\n");
  }
  return someone ? 1 : 0;
}

json::object to_object(const BounceCounts& c) {
  return {{"messages", c.messages},    {"hard", c.hard},       {"soft", c.soft},
          {"repeated", c.repeated},    {"foreign", c.foreign}, {"no_bounce", c.no_bounce},
          {"unreadable", c.unreadable}};
}

Result<int> read_bounces(Environment& env, const ChannelOptions& o) {
  if (o.maildir.empty() == o.file.empty()) {
    return fail(Errc::kUsage, "campaign bounces: give either --maildir DIR or --file FILE",
                "campaign bounces: --maildir フォルダー か --file ファイル のどちらか一方を指定");
  }
  TRY(const auto config, load_config(env));
  TRY(const auto desk, open_campaign_desk(env));
  TRY(const auto campaign, desk->id_of(env, o.campaign));
  // A Maildir is everybody's: what is read there is read for all campaigns.
  TRY(auto reader, incident::BounceDesk::open({*desk->store, env.clock}, desk->viewer(),
                                              o.maildir.empty() ? campaign : std::string(),
                                              config.delivery.bounce_domain));
  const auto take = [&](ByteView mail) { return reader.take(mail); };
  if (!o.maildir.empty()) {
    TRYV(net::read_maildir(o.maildir, net::kMostBounce, kBounceGroup, take,
                           [&] { return reader.flush(); }));
  } else if (o.file == "-") {
    TRYV(net::read_mbox(std::cin, net::kMostBounce, take));
  } else {
    std::ifstream in(o.file, std::ios::binary);
    std::error_code ignored;
    if (!in || std::filesystem::is_directory(o.file, ignored)) {
      return fail(Errc::kNotFound, hitokoe::shown(o.file) + ": cannot be read",
                  hitokoe::shown(o.file) + ": 読めません");
    }
    TRYV(net::read_mbox(in, net::kMostBounce, take));
  }
  TRY(const auto counts, reader.finish());
  TRYV(desk->incidents->sign(env));
  if (env.json) {
    auto told = to_object(counts);
    told["campaign"] = campaign;
    print(told);
  } else {
    const Language l = env.language;
    std::cerr << say(l, "戻ったメール ", "mails that came back: ") << counts.messages
              << say(l, "通: 不達 ", "; bounced for good ") << counts.hard
              << say(l, "、一時的 ", ", for a time ") << counts.soft
              << say(l, "、既知 ", ", known before ") << counts.repeated
              << say(l, "、この件のものでない ", ", not of this campaign ") << counts.foreign
              << say(l, "、返信など ", ", answers ") << counts.no_bounce
              << say(l, "、読めない ", ", unreadable ") << counts.unreadable << '\n';
  }
  return counts.hard + counts.foreign + counts.no_bounce + counts.unreadable > 0 ? 1 : 0;
}

// --person P… and the lines of --file.
Result<std::vector<std::string>> references(const ChannelOptions& o) {
  auto out = o.persons;
  if (o.file.empty()) return out;
  TRY(const auto bytes, read_file(o.file, kMostReferences));
  std::string line;
  for (const auto b : bytes) {
    if (b == '\n' || b == '\r') {
      if (!line.empty()) out.push_back(std::exchange(line, {}));
    } else if (b != ' ' && b != '\t') {
      line += static_cast<char>(b);
    }
  }
  if (!line.empty()) out.push_back(line);
  return out;
}

using CameBack = Result<std::vector<std::string>> (CampaignExports::*)(
    const registry::Viewer&, const std::string&, std::span<const std::string>);

// What a printer or a caller reports: letters that came back, numbers that are dead.
Result<int> take_back(Environment& env, const ChannelOptions& o, const char* name, CameBack take,
                      const Words& not_theirs, const Words& title) {
  TRY(const auto persons, references(o));
  if (persons.empty())
    return fail(Errc::kUsage,
                Words{"campaign " + std::string(name) + ": give --person or --file",
                      "campaign " + std::string(name) + ": --person か --file を指定してください"});
  TRY(const auto desk, open_campaign_desk(env));
  TRY(const auto campaign, desk->id_of(env, o.campaign));
  TRY(const auto row, desk->store->load(campaign));
  CampaignExports exports(desk->parts(env), lead_of(*desk, row));
  TRY(const auto refused, (exports.*take)(desk->viewer(), campaign, persons));
  TRYV(desk->incidents->sign(env));
  const auto done = persons.size() - refused.size();
  if (env.json) {
    print({{"campaign", campaign},
           {name, done},
           {"refused", json::array(refused.begin(), refused.end())}});
  } else {
    for (const auto& person : refused) std::cerr << person << not_theirs.in(env.language) << '\n';
    std::cerr << title.in(env.language) << done << '\n';
  }
  return refused.empty() ? 1 : exit_code(Errc::kBadInput);  // they wait for a decision
}

Result<int> take_returned(Environment& env, const ChannelOptions& o) {
  return take_back(
      env, o, "returned", &CampaignExports::returned,
      {": no letter of this person was exported", ": 手紙を書き出した人ではありません"},
      {"returned: ", "返戻: "});
}

Result<int> take_unreached(Environment& env, const ChannelOptions& o) {
  return take_back(
      env, o, "unreached", &CampaignExports::unreached,
      {": is in no list for SMS or telephone", ": SMS・電話の一覧に書き出した人ではありません"},
      {"dead numbers: ", "通じない番号: "});
}

Result<int> decide_alternative(Environment& env, const ChannelOptions& o) {
  TRY(const auto persons, references(o));
  if (persons.empty() != o.all)
    return fail(Errc::kUsage, "campaign alternative: give either --all, or --person or --file",
                "campaign alternative: --all か、--person または --file のどちらかを指定");
  TRY(const auto desk, open_campaign_desk(env));
  TRY(const auto campaign, desk->id_of(env, o.campaign));
  TRY(const auto row, desk->store->load(campaign));
  TRY(const auto done, CampaignExports(desk->parts(env), lead_of(*desk, row))
                           .alternative(desk->viewer(), campaign, persons, o.reason));
  TRYV(desk->incidents->sign(env));
  if (env.json) {
    print({{"campaign", campaign}, {"alternative", done}});
  } else {
    std::cerr << say(env.language, "代替措置とした人: ", "alternative measure: ") << done << '\n';
  }
  return 0;
}

Result<int> publication(Environment& env, const ChannelOptions& o) {
  TRY(const auto desk, open_campaign_desk(env));
  TRY(const auto campaign, desk->id_of(env, o.campaign));
  TRY(const auto row, desk->store->load(campaign));
  TRY(const auto text,
      CampaignExports(desk->parts(env), lead_of(*desk, row)).publication(desk->viewer(), campaign));
  TRY(const auto approvals, desk->service(env).approvals(desk->viewer(), campaign));
  if (env.json) {
    print({{"campaign", campaign},
           {"version", approvals.version},
           {"approved", approvals.complete()},
           {"text", text}});
  } else {
    std::cout << text;
    if (!approvals.complete()) {
      std::cerr << say(env.language, "まだ全社の承認がありません: 公表しないでください。\n",
                       "Not approved by everybody yet: do not publish it.\n");
    }
  }
  return approvals.complete() ? 0 : 1;
}

}  // namespace

void add_channel_commands(CLI::App& group, Environment& env) {
  const auto o = std::make_shared<ChannelOptions>();
  const auto add = [&](const char* name, std::string_view ja, std::string_view en, auto action) {
    auto* command = group.add_subcommand(name, std::string(say(env.language, ja, en)));
    command
        ->add_option("campaign,--campaign", o->campaign,
                     env.text("一元連絡（CMP-…）、またはその事案（INC-…）",
                              "Campaign CMP-…, or its incident INC-…"))
        ->required();
    command->callback(
        [&env, o, action] { env.action = [&env, o, action] { return action(env, *o); }; });
    return command;
  };
  const auto add_export = [&](const char* name, std::string_view ja, std::string_view en,
                              Channel channel) {
    auto* command = add(name, ja, en, [channel](Environment& e, const ChannelOptions& given) {
      return export_all(e, given, channel);
    });
    command
        ->add_option("--out", o->out,
                     env.text("ファイルを置くフォルダー（氏名と宛先が入る）",
                              "Folder for the files; names and addresses are in them"))
        ->required();
    command->add_option(
        "--encoding", o->encoding,
        env.text("一覧の文字コード: utf-8 または shift_jis", "Of the list: utf-8 or shift_jis"));
    command->add_option("--again", o->again,
                        env.text("書き出した番号をもう一度、同じ内容で",
                                 "An export that was made, by its number, with the same bytes"));
  };
  add_export("letters", "メールの届かない人への手紙を書き出す",
             "Letters to those whom no mail reaches, as PDF and list", Channel::kLetter);
  add_export("sms", "SMS の一覧を書き出す", "A list for SMS", Channel::kSms);
  add_export("phone", "電話の一覧を書き出す", "A list for telephone calls", Channel::kPhone);

  auto* command =
      add("bounces", "戻ってきたメールを読む", "Read mails that came back", read_bounces);
  command->add_option("--maildir", o->maildir,
                      env.text("Maildir。読んだものは cur へ移す",
                               "Maildir; what was read goes to its folder cur"));
  command->add_option(
      "--file", o->file,
      env.text("mbox またはメール 1 通。- は標準入力", "An mbox or one mail, or - for stdin"));
  const auto add_persons = [&](CLI::App* to) {
    to->add_option("--person", o->persons, env.text("通知の番号", "Reference of the notice"));
    to->add_option("--file", o->file,
                   env.text("番号を 1 行に 1 つ書いたファイル", "File with a reference a line"));
  };
  command = add("returned", "返戻された手紙を記録する", "Letters that came back", take_returned);
  add_persons(command);
  command = add("unreached", "通じない電話番号を記録する（次は手紙）",
                "Numbers of an exported list that are dead; a letter is next", take_unreached);
  add_persons(command);
  command =
      add("alternative", "代替措置（公表・窓口）とすることを記録する",
          "Persons for whom publication or the desk stands for the notice", decide_alternative);
  add_persons(command);
  command->add_flag("--all", o->all, env.text("待っている全員", "Everybody who waits"));
  command->add_option("--reason", o->reason, env.text("理由。監査記録に残る", "Why; is recorded"))
      ->required();
  add("publication", "公表文（承認の対象）を示す",
      "The text for publication, which is approved with the rest", publication);
}

}  // namespace hitokoe::app
