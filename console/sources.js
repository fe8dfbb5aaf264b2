"use strict";
// 監視元 / Sources: how each source is doing, and pausing it. A page of its own beside console.js,
// whose call(), element(), table() and page it uses.
{

addWords({
  sources: "監視元", sourcesHint: "見えていない間に何が載ったかは、だれにもわかりません。",
  noSources: "監視元は設定されていません。", lastNew: "最新の取得", lastRead: "一覧の取得",
  lag: "遅れ", sourceMissed: "取り逃し", sourcePending: "待ち", pauseSource: "巡回を止める",
  resumeSource: "再開する", pauseReason: "理由（監査ログに残ります）", robotsIgnored: "robots.txt に従わない理由",
  redisGone: "Redis が応答しないため、巡回は止まっています。戻ると続きます。理由：",
  reachUp: "接続できる", reachDown: "接続できない", reachSince: "から",
  sourceStates: { ok: "正常", new: "未取得", paused: "停止中", blind: "見えていません",
    down: "接続できません", failing: "取得に失敗", behind: "遅れています" },
  accountWord: "アカウント", lastSignIn: "最後のログイン", cookiesUntil: "Cookie の期限",
  fromBrowser: "ブラウザの Cookie", nextTry: "次の試行",
}, {
  sources: "Sources", sourcesHint: "While a source cannot be seen, nobody knows what appears there.",
  noSources: "No source is configured.", lastNew: "Last item", lastRead: "List read",
  lag: "Late by", sourceMissed: "Missed", sourcePending: "Pending", pauseSource: "Pause",
  resumeSource: "Resume", pauseReason: "Reason (kept in the audit log)", robotsIgnored: "robots.txt is ignored",
  redisGone: "Redis does not answer: crawling pauses, and goes on when it is back. Reason:",
  reachUp: "reachable", reachDown: "not reachable", reachSince: "(since then)",
  sourceStates: { ok: "ok", new: "not read yet", paused: "paused", blind: "blind",
    down: "not reachable", failing: "failing", behind: "behind" },
  accountWord: "Account", lastSignIn: "last log-in", cookiesUntil: "cookies end",
  fromBrowser: "cookies of a browser", nextTry: "tried again",
});

let sources = [];
let redisTrouble = "";  // a stable word; where crawlers share their work

// Where Redis is gone, what it knows of the sources is gone with it for the time being.
async function loadSources() {
  const health = await (await fetch("/readyz")).json();
  const redis = health.parts.redis || "ok";
  redisTrouble = redis === "ok" ? "" : redis;
  try {
    sources = (await call("/api/v1/sources")).sources;
  } catch (problem) {
    if (!redisTrouble) throw problem;
    sources = [];
  }
}
const SOURCE_TAGS = { ok: "good", blind: "bad", down: "bad", failing: "bad", behind: "warn",
  paused: "warn" };

function lateness(s) {
  if (s.lag_seconds === 0) return "—";
  return s.lag_seconds < 120 ? s.lag_seconds + " " + t("seconds")
    : Math.floor(s.lag_seconds / 60) + " " + t("minutes");
}

function sourceWhy(reason) { return reason.reason ? (reason[language] || reason.reason) : ""; }

const ACCOUNT_TAGS = { signed_in: "good", banned: "bad", refused: "bad", expired: "bad",
  failed: "warn", missing: "warn" };

function accountLine(a) {
  const more = [a.last_sign_in ? t("lastSignIn") + " " + time(a.last_sign_in) : "",
    a.from_browser ? t("fromBrowser") : "",
    a.cookies_until ? t("cookiesUntil") + " " + time(a.cookies_until) : "",
    a.next_try ? t("nextTry") + " " + time(a.next_try) : "", sourceWhy(a.why)];
  return element("div", { class: "law" }, t("accountWord") + " " + a.name + " ",
    element("span", { class: "tag " + (ACCOUNT_TAGS[a.state] || "") },
      language === "ja" ? a.state_ja : a.state_en),
    " " + more.filter(Boolean).join(" · "));
}

function changeSource(source, state) {
  const reason = window.prompt(source.source + ": " + t("pauseReason"), "");
  if (reason === null) return;
  send("/api/v1/sources/" + encodeURIComponent(source.source), { state, reason });
}

function drawSources() {
  const line = (...parts) => element("div", { class: "law" }, parts.filter(Boolean).join(" · "));
  const rows = sources.map((s) => {
    const onion = s.reach ? line(t(s.reach.up ? "reachUp" : "reachDown"),
      time(s.reach.at) + " " + t("reachSince")) : "";
    const act = !mayChange() ? "" : element("button", { type: "button",
      onclick: () => changeSource(s, s.paused ? "running" : "paused") },
    t(s.paused ? "resumeSource" : "pauseSource"));
    return [
      [s.source, line(s.kind, s.url),
        s.robots === "ignore" ? line(t("robotsIgnored") + ": " + s.robots_reason) : ""],
      [element("span", { class: "tag " + (SOURCE_TAGS[s.state] || "") },
        t("sourceStates")[s.state]),
      s.paused ? line(s.paused.by, time(s.paused.at), s.paused.reason) : line(sourceWhy(s.why)), onion,
      ...s.accounts.map(accountLine)],
      time(s.last_new), time(s.last_success), number(lateness(s)), number(s.pending),
      [number(s.missed), ...s.missed_reasons.map((r) => line(r.count + " × " + sourceWhy(r)))],
      element("td", { class: "act" }, act)];
  });
  $("sources").replaceChildren(element("h2", {}, t("sources")),
    element("p", { class: "hint" }, t("sourcesHint")),
    redisTrouble ? element("p", { role: "alert" }, t("redisGone") + " " + redisTrouble) : "",
    rows.length === 0 ? element("p", { class: "hint" }, t("noSources"))
      : table([t("source"), t("status"), t("lastNew"), t("lastRead"), t("lag"), t("sourcePending"),
        t("sourceMissed"), ""], rows));
}

addPage({ name: "sources", title: () => t("sources"), shown: () => seesHunts(),
  load: loadSources, draw: drawSources,
  forget: () => { sources = []; redisTrouble = ""; } });

}
