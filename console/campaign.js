"use strict";
// The page of campaigns (一元連絡): where each stands, who has approved, the persons by state, what
// was exported; a party's person reads the frozen texts and approves or refuses them here.
// Loaded after console.js, whose element(), table(), call() and send() it uses.
{

const CAMPAIGN_WORDS = {
  ja: {
    campaigns: "一元連絡", hint: "事案ごとに一つ。お一人に一通だけ、代表の事業者からお送りします。",
    none: "一元連絡はありません。", back: "← 一覧へ", campaign: "番号", incident: "事案",
    state: "状態", version: "版", lead: "代表", created: "開始", persons: "本人", customers: "顧客",
    approvals: "承認", party: "事業者", answer: "回答", at: "日時", root: "ルート",
    approved: "承認", silent: "未回答", refused: "承認せず", asked: "依頼", key: "署名",
    account: "ログイン", channels: "書き出し", number: "番号", channel: "手段", by: "担当",
    manifest: "目録のハッシュ", read: "文面を読む", approve: "この文面を承認する",
    refuse: "承認しない", why: "承認しない理由（お客さまの情報は書かないでください）", pause: "送信を一時停止",
    sure: "表示された文面とルートを承認します。よろしいですか。", count: "人数", rate: "毎秒",
    left: "残り", seconds: "秒", contacts: "連絡先の回答", found: "連絡先あり", missing: "未回答",
    unresolved: "該当なし", unanswered: "回答待ち", desk: "窓口・SMS・公表文", building: "作成中",
    stages: { resolve: "対象者の確認", join: "本人の名寄せ", hash: "凍結の計算", write: "書き込み",
      stopped: "応答なし（途中で終わった可能性）" },
    states: { draft: "下書き", resolving: "連絡先照会中", frozen: "凍結（承認待ち）",
      approved: "承認済み", sending: "送信中", paused: "一時停止", sent: "送信完了" },
    deliveries: { pending: "未送信", sending: "送信中", committing: "結果待ち", accepted: "受理",
      refused: "拒否", unknown_held: "結果不明・保留", no_contact: "宛先なし", bounced: "不達",
      exported: "書き出し済み", returned: "返戻", alternative: "代替措置", excluded: "送信対象外" },
    ways: { letter: "手紙", sms: "SMS", phone: "電話", email: "メール" },
  },
  en: {
    campaigns: "One voice", hint: "One for each incident. Each person gets one notice, from the lead.",
    none: "There are no campaigns.", back: "← All campaigns", campaign: "Campaign",
    incident: "Incident", state: "State", version: "Version", lead: "Lead", created: "Begun",
    persons: "Persons", customers: "Customers", approvals: "Approvals", party: "Company",
    answer: "Answer", at: "When", root: "Root", approved: "approved", silent: "no answer yet",
    refused: "refused", asked: "asked", key: "signed file", account: "signed in",
    channels: "Exports", number: "No.", channel: "Way", by: "By", manifest: "Hash of the manifest",
    read: "Read the texts", approve: "Approve these texts", refuse: "Refuse",
    why: "Why do you refuse? (No customer data, please.)", pause: "Pause the sending",
    sure: "You approve the texts and the root that are shown. Go on?", count: "People",
    rate: "Per second", left: "Remaining", seconds: "s", contacts: "Contacts from the carriers",
    found: "With contact", missing: "Missing", unresolved: "Not found",
    unanswered: "No answer yet", desk: "Desk, SMS and publication", building: "Being built",
    stages: { resolve: "looking up customers", join: "joining persons", hash: "computing the root",
      write: "writing", stopped: "no word for minutes (it may have ended)," },
    states: { draft: "draft", resolving: "resolving", frozen: "frozen", approved: "approved",
      sending: "sending", paused: "paused", sent: "sent" },
    deliveries: { pending: "pending", sending: "sending", committing: "committing",
      accepted: "accepted", refused: "refused", unknown_held: "unknown, held",
      no_contact: "no address", bounced: "bounced", exported: "exported", returned: "returned",
      alternative: "alternative measure", excluded: "excluded" },
    ways: { letter: "letter", sms: "SMS", phone: "telephone", email: "e-mail" },
  },
};

const campaignPage = {
  list: [], chosen: null, status: null, texts: null,
  w(key) { return CAMPAIGN_WORDS[language][key]; },
  url(id, more = "") { return "/api/v1/campaigns/" + encodeURIComponent(id) + more; },

  async load() {
    this.list = (await call("/api/v1/campaigns")).campaigns;
    this.status = this.chosen === null ? null : await call(this.url(this.chosen));
    // A new version is another text: what was read before is not it.
    if (this.texts !== null && (this.status === null ||
        this.texts.root !== this.status.approvals.root)) this.texts = null;
  },

  forget() { this.list = []; this.chosen = null; this.status = null; this.texts = null; },

  tag(state, words, kinds) {
    return element("span", { class: "tag " + (kinds[state] || "") }, words[state] || state);
  },

  async show(work) {
    try { await work(); complain(null); } catch (e) { complain(e); }
    draw();
  },

  drawList() {
    const kinds = { sent: "good", approved: "good", sending: "warn", paused: "bad" };
    const open = (id) => () => this.show(async () => {
      this.chosen = id;
      this.texts = null;
      await this.load();
    });
    const rows = this.list.map((c) => [
      element("button", { type: "button", class: "plain back", onclick: open(c.campaign) },
        c.campaign),
      c.incident, this.tag(c.state, this.w("states"), kinds),
      number(c.version), c.lead || "—", time(c.created)]);
    return [element("h2", {}, this.w("campaigns")), element("p", { class: "hint" }, this.w("hint")),
      rows.length === 0 ? element("p", { class: "hint" }, this.w("none"))
        : table([this.w("campaign"), this.w("incident"), this.w("state"), this.w("version"),
          this.w("lead"), this.w("created")], rows)];
  },

  approvalRows(a) {
    const given = a.given.map((g) => [g.party,
      [this.tag("approved", { approved: this.w("approved") }, { approved: "good" }), " ",
        g.means === "key" ? this.w("key") : this.w("account")], time(g.at)]);
    const open = a.silent.map((party) => {
      const no = a.refused.find((r) => r.party === party);
      return no ? [party, [this.tag("no", { no: this.w("refused") }, { no: "bad" }), " ", no.reason],
        time(no.at)]
        : [party, this.tag("open", { open: this.w("silent") }, { open: "warn" }),
          this.w("asked") + " " + time(a.asked)];
    });
    return given.concat(open);
  },

  // Only a person of a party that is asked, and only of what was read.
  answers(s) {
    if (me.role !== "party" || !s.approvals.silent.includes(me.party)) return null;
    if (this.texts === null) return null;
    const body = { version: this.texts.version, root: this.texts.root };
    const no = s.approvals.refused.some((r) => r.party === me.party);
    return element("p", {},
      element("button", { type: "button", onclick: () => {
        if (window.confirm(this.w("sure"))) send(this.url(s.campaign, "/approve"), body);
      } }, this.w("approve")), " ",
      no ? null : element("button", { type: "button", class: "plain back", onclick: () => {
        const reason = window.prompt(this.w("why"), "");
        if (reason) send(this.url(s.campaign, "/refuse"), { reason, ...body });
      } }, this.w("refuse")));
  },

  drawTexts() {
    if (this.texts === null) return [];
    const block = (title, text) => [element("h3", {}, title),
      element("pre", { class: "notice" }, text)];
    return [element("p", { class: "law" }, this.w("root") + " " + this.texts.root),
      ...block("日本語", this.texts.ja), ...block("English", this.texts.en),
      ...block(this.w("desk"), this.texts.desk)];
  },

  // "joining persons 45 %, 120 s"
  buildText(b) {
    const share = b.total > 0 ? Math.floor(100 * b.done / b.total) + " %" : "";
    const left = b.remaining_seconds === null ? ""
      : ", " + this.w("left") + " " + b.remaining_seconds + " " + this.w("seconds");
    return (this.w("stages")[b.stage] || b.stage) + " " + share + left;
  },

  drawOne(s) {
    const bad = { refused: "bad", unknown_held: "bad", no_contact: "warn", bounced: "warn",
      returned: "warn", accepted: "good", exported: "good" };
    const counts = Object.entries(s.counts).filter(([, n]) => n > 0)
      .map(([state, n]) => [this.tag(state, this.w("deliveries"), bad), number(n)]);
    const customers = Object.entries(s.customers).map(([party, n]) => party + " " + n).join(", ");
    const out = [
      element("button", { type: "button", class: "plain back",
        onclick: () => { this.chosen = null; this.status = null; this.texts = null; draw(); } },
      this.w("back")),
      element("h2", {}, s.campaign + " "),
      element("div", { class: "facts" },
        fact(this.w("incident"), s.incident),
        fact(this.w("state"), this.tag(s.state, this.w("states"), { sent: "good", paused: "bad" })),
        fact(this.w("version"), String(s.version)), fact(this.w("lead"), s.lead || "—"),
        fact(this.w("persons"), String(s.persons)), fact(this.w("customers"), customers || "—"),
        s.build ? fact(this.w("building"), this.buildText(s.build)) : null,
        s.per_second > 0 ? fact(this.w("rate"), s.per_second.toFixed(1)) : null,
        s.remaining_seconds === null ? null
          : fact(this.w("left"), s.remaining_seconds + " " + this.w("seconds")),
        s.unanswered.length === 0 ? null : fact(this.w("unanswered"), s.unanswered.join(", ")))];
    if (counts.length > 0) out.push(table([this.w("state"), this.w("count")], counts));
    if (s.bundles.length > 0) {
      out.push(element("h3", {}, this.w("contacts")), table([this.w("party"), this.w("found"),
        this.w("unresolved"), this.w("missing"), this.w("at")], s.bundles.map((b) => [b.party,
        number(b.contacts), number(b.unresolved), number(b.missing), time(b.at)])));
    }
    if (s.version > 0) {
      out.push(element("h3", {}, this.w("approvals")),
        table([this.w("party"), this.w("answer"), this.w("at")], this.approvalRows(s.approvals)),
        element("p", {}, element("button", { type: "button", onclick: () => this.show(async () => {
          this.texts = await call(this.url(s.campaign, "/texts"));
        }) }, this.w("read"))), ...this.drawTexts(), this.answers(s));
    }
    if (s.exports.length > 0) {
      out.push(element("h3", {}, this.w("channels")), table([this.w("number"), this.w("channel"),
        this.w("count"), this.w("manifest"), this.w("by"), this.w("at")], s.exports.map((e) => [
        number(e.number), this.w("ways")[e.channel] || e.channel, number(e.persons),
        e.manifest.slice(0, 16), e.user, time(e.at)])));
    }
    if (s.state === "sending" && me.role === "coordinator") {
      out.push(element("p", {}, element("button", { type: "button",
        onclick: () => send(this.url(s.campaign, "/pause"), {}) }, this.w("pause"))));
    }
    return out.filter((part) => part !== null);
  },

  draw() {
    $("campaigns").replaceChildren(
      ...(this.status === null ? this.drawList() : this.drawOne(this.status)));
  },
};

addPage({ name: "campaigns", title: () => campaignPage.w("campaigns"), shown: () => true,
  load: () => campaignPage.load(), draw: () => campaignPage.draw(),
  forget: () => campaignPage.forget() });

}
