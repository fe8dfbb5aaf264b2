#include "hitokoe/crawler/reasons.h"

#include <array>

namespace hitokoe::crawler {

namespace {

struct Meaning {
  std::string_view name;
  std::string_view en;
  std::string_view ja;
};

constexpr std::array kMeanings = {
    Meaning{"blind?", "it listed things before and lists nothing now: see what the page looks like",
            "前は載っていた一覧が空になりました。ページを見てください。"},
    Meaning{"blind_login", "it shows a log-in page instead of a list",
            "一覧の代わりにログイン画面が返ります。"},
    Meaning{"blind_account", "it has no account that can be used: see hitokoe sources account list",
            "使えるアカウントがありません。hitokoe sources account list を見てください。"},
    Meaning{"account_busy", "a crawler that runs has its accounts: it was not looked at",
            "稼働中の巡回がアカウントを使っているため、見ていません。"},
    Meaning{"account_banned", "the site has shut out an account: it is used no more",
            "サイトがアカウントの利用を停止しました。以後は使いません。"},
    Meaning{"banned", "the site says that the account is shut out",
            "サイトがアカウントの利用停止を告げています。"},
    Meaning{"account_expired", "the cookies' session is over, and the account has no password",
            "Cookie のセッションが切れ、アカウントにパスワードがありません。"},
    Meaning{"login_refused", "the site does not take the user name or the password",
            "サイトがユーザー名またはパスワードを受け付けません。"},
    Meaning{"login_form", "the log-in page has no such form, or one that is not sent by POST",
            "ログイン画面に該当のフォームがないか、POST で送るものではありません。"},
    Meaning{"login_foreign", "the log-in form leads to another host",
            "ログインのフォームが別のホストに送られます。"},
    Meaning{"login_unclear", "after the log-in there is neither the mark of success nor of failure",
            "ログイン後の画面に、成功の印も失敗の印もありません。"},
    Meaning{"login_robots", "robots.txt forbids the log-in page",
            "ログイン画面は robots.txt で禁じられています。"},
    Meaning{"login_page", "signed in, and it still shows what is for nobody signed in",
            "ログイン直後なのに、未ログインの画面が返ります。"},
    Meaning{"login_elsewhere", "it waits for a log-in on the source's own host",
            "情報源のホストでのログインを待っています。"},
    Meaning{"blind_captcha", "it wants a captcha to be solved", "CAPTCHA を求められています。"},
    Meaning{"blind_javascript", "it wants a browser with JavaScript",
            "JavaScript の動くブラウザを求められています。"},
    Meaning{"blind_shape", "the answer is not of this kind any more: a new design, or a wrong kind",
            "応答がこの種類の形ではありません。改装されたか、kind が違います。"},
    Meaning{"item_type", "it came as another media type than item: type: a page of the site's own",
            "item: type と異なる種類で返りました。サイト自身のページです。"},
    Meaning{"blind_no_preview", "the channel has no public preview",
            "チャンネルに公開プレビューがありません。"},
    Meaning{"blind_no_access", "this address has no access to the interface: ask its owner",
            "このアドレスには API の利用権がありません。運営者に申請してください。"},
    Meaning{"bad_feed", "the answer is no feed", "応答がフィードではありません。"},
    Meaning{"list_cut", "the list is longer than limits: list",
            "一覧が limits: list より大きく、途中までです。"},
    Meaning{"list_too_long", "more was new than limits: items and pages let in",
            "新着が limits: items と pages を超え、読み切れていません。"},
    Meaning{"paused", "a person paused it: see hitokoe sources list",
            "巡回を停止しています。hitokoe sources list を見てください。"},
    Meaning{"disk_budget", "the disk's budget is used up: nothing is taken in until there is room",
            "ディスクの上限に達しました。空きができるまで取得と受付を止めています。"},
    Meaning{"behind", "it is read later than its schedule, or items have waited for over an hour",
            "予定より遅れているか、1 時間以上待っている項目があります。"},
    Meaning{"cut", "the page never came whole", "ページが途中で切れ、最後まで届きません。"},
    Meaning{"not_ready", "the site has it, but does not give it out yet",
            "サイト側でまだ取り出せません。"},
    Meaning{"burn_after_reading",
            "reading it would delete it; see burn_after_reading in the source",
            "読むと消える投稿です。情報源の burn_after_reading を見てください。"},
    Meaning{"no_key", "the link that was found has no key to open it with",
            "見つかったリンクに復号の鍵がありません。"},
    Meaning{"wrong_key", "the key in the link does not open it, or it has a password, too",
            "リンクの鍵では開けません。パスワード付きかもしれません。"},
    Meaning{"foreign_host", "it is on a host that is neither the list's nor in hosts",
            "一覧のホストにも hosts にもないホストです。"},
    Meaning{"host_waits", "its host asks for more patience than a check has: no item was asked for",
            "ホストが試行で待てるより長い間隔を求めているため、項目は取得していません。"},
    Meaning{"lists_nothing", "the list can be read, and nothing is in it",
            "一覧は読めますが、何も載っていません。"},
    Meaning{"robots", "robots.txt forbids it", "robots.txt で禁じられています。"},
    Meaning{"proxy", "the proxy does not answer, or refuses the request",
            "プロキシが応答しないか、要求を断りました。"},
    Meaning{"onion_name", "no name that an onion service can have: a letter is wrong",
            "onion サービスの名前として正しくありません。文字の誤りです。"},
    Meaning{"onion_descriptor", "the Tor network knows no such onion service now",
            "Tor ネットワークに、この onion サービスの情報がありません。"},
    Meaning{"onion_introduction", "the onion service is known, but does not answer",
            "onion サービスの情報はありますが、応答がありません。"},
    Meaning{"onion_rendezvous", "the onion service is known, but no connection came about",
            "onion サービスの情報はありますが、接続が成立しません。"},
    Meaning{"onion_locked", "the onion service wants a key of the client",
            "onion サービスがクライアントの鍵を求めています。"},
};

}  // namespace

bool is_blind(std::string_view reason) {
  return reason.starts_with("blind") || reason == "bad_feed";
}

Words in_words(std::string_view reason) {
  for (const auto& meaning : kMeanings) {
    if (meaning.name == reason) return {std::string(meaning.en), std::string(meaning.ja)};
  }
  if (reason.starts_with("login_"))
    return {"the log-in page could not be had", "ログイン画面を取得できません。"};
  return {"", ""};
}

}  // namespace hitokoe::crawler
