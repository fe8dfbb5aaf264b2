"use strict";
// ファイル共有 / File sharing: what captures name. A page of its own beside console.js, whose call(),
// element(), table() and page it uses.
{

addWords({
  shares: "ファイル共有", sharesHint: "取得物に書かれたマグネットリンク、torrent、ファイル共有サイトへのリンクです。" +
    "中身は取得しておらず、トラッカーにもピアにも接続していません。",
  noShares: "ファイル共有は見つかっていません。", shareName: "名前", shareSize: "大きさ",
  shareFiles: "ファイル", shareHosts: "ホスト", shareSeen: "最初 / 最後", shareCaptures: "取得物",
  shareTerms: "監視語", shareGone: "鍵は破棄済み", shareMore: "ほか", bytes: "バイト",
  shareKinds: { magnet: "マグネットリンク", torrent: "torrent", file_host: "ファイル共有サイト" },
}, {
  shares: "File sharing", sharesHint: "Magnet links, torrents and links to file hosts that captures name. " +
    "Their content was not fetched; no tracker and no peer was asked.",
  noShares: "No file sharing was found.", shareName: "Name", shareSize: "Size",
  shareFiles: "Files", shareHosts: "Hosts", shareSeen: "First / last", shareCaptures: "Captures",
  shareTerms: "Watch terms", shareGone: "key destroyed", shareMore: "more", bytes: "bytes",
  shareKinds: { magnet: "magnet link", torrent: "torrent", file_host: "file host" },
});

const MOST_FILES = 10;
let shares = [];

function drawShares() {
  const line = (...parts) => element("div", { class: "law" }, parts.filter(Boolean).join(" · "));
  const rows = shares.map((s) => {
    const more = s.file_count - Math.min(MOST_FILES, s.files.length);
    return [
      [element("span", { class: "tag" }, t("shareKinds")[s.kind]), " " + (s.names[0] || ""),
        ...s.names.slice(1).map((name) => line(name)), line(s.id, s.key), line(s.comment, s.created_by),
        s.readable ? "" : line(t("shareGone"))],
      s.size === null ? "—" : s.size + " " + t("bytes"),
      [String(s.file_count), ...s.files.slice(0, MOST_FILES).map((f) => line(f.name, f.size + " " + t("bytes"))),
        more > 0 && s.files.length > 0 ? line(t("shareMore") + " " + more) : ""],
      s.hosts.join(", "), [time(s.first_seen), line(time(s.last_seen))], number(s.sightings),
      s.terms.map((term) => element("span", { class: "tag bad" }, term))];
  });
  $("shares").replaceChildren(element("h2", {}, t("shares")),
    element("p", { class: "hint" }, t("sharesHint")),
    rows.length === 0 ? element("p", { class: "hint" }, t("noShares"))
      : table([t("shareName"), t("shareSize"), t("shareFiles"), t("shareHosts"), t("shareSeen"),
        t("shareCaptures"), t("shareTerms")], rows));
}

addPage({ name: "shares", title: () => t("shares"), shown: () => seesHunts(),
  load: async () => { shares = (await call("/api/v1/shares")).shares; }, draw: drawShares,
  forget: () => { shares = []; } });

}
