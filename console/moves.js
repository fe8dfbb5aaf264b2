"use strict";
// Of an incident: that it was merged with another one, split, or restored; and for who leads it, the
// buttons for that.
{

addWords({
  moves: "統合と分離", exposures: "流通",
  moveKinds: { merged: "取り込んだ事案", merged_into: "統合先の事案", unmerged: "統合を取り消した事案",
    restored: "統合を取り消して戻った元", split_off: "分けた事案", split_from: "分けられた元の事案" },
  mergeIn: "別の事案を取り込む…", whichIncident: "取り込む事案の番号（INC-…）",
  undoMerge: "統合を取り消す", splitOff: "この流通を別の事案に分ける",
  verdictsTitle: "全体の判定の移り変わり", verdictAfter: "きっかけ", verdictChange: "判定",
  causes: { opened: "発生", joined: "流通が加わった", updated: "流通が変わった", merged: "統合",
    unmerged: "統合の取消", restored: "統合の取消", split_off: "分離", split_from: "分離" },
  judgingStates: { waiting: "全流通の判定をやり直します（順番待ち）。", judging: "全流通の判定をやり直しています。",
    failed: "全流通の判定をやり直せません。保存データが壊れている可能性があります。直した後に、もう一度求めてください。" },
  judgingSince: "受付", judgingWhy: "理由", judgeAgain: "判定をやり直す",
  moveHint: "統合は取り消せます。一度お知らせした人に、同じ件で二通目は送られません。",
}, {
  moves: "Merging and splitting", exposures: "Exposures",
  moveKinds: { merged: "took in", merged_into: "goes on as a part of",
    unmerged: "no longer merged with", restored: "restored from", split_off: "split off as",
    split_from: "split from" },
  mergeIn: "Take in another incident…", whichIncident: "Which incident (INC-…)",
  undoMerge: "Undo this merge", splitOff: "Take this exposure out",
  verdictsTitle: "Verdicts over all its exposures", verdictAfter: "After", verdictChange: "Verdict",
  causes: { opened: "opening", joined: "another exposure", updated: "a changed exposure",
    merged: "merge", unmerged: "undone merge", restored: "undone merge", split_off: "split",
    split_from: "split" },
  judgingStates: { waiting: "The verdict over all exposures is to be made again (waiting).",
    judging: "The verdict over all exposures is being made again.",
    failed: "The verdict over all exposures cannot be made: what is kept may be damaged. Put it right, then ask again." },
  judgingSince: "asked", judgingWhy: "why", judgeAgain: "Make the verdict again",
  moveHint: "A merge can be undone. Whoever was told gets no second notice of the same leak.",
});

let moves = null;  // of the chosen incident

const movePath = (id, what) => "/api/v1/incidents/" + encodeURIComponent(id) + "/" + what;
const mayMove = () => me !== null && me.role === "coordinator";

ON_LOAD.push(async (id) => {
  const found = await call(movePath(id, "moves"));
  moves = { incident: id, list: found.moves, verdicts: found.verdicts, judging: found.judging };
  lookAgain();
});
FORGET.push(() => { moves = null; });

// That a try failed is no event of the incident: it is looked for while one is waited for.
const LOOK_AGAIN_MS = 5000;
let looking = null;
function lookAgain() {
  window.clearTimeout(looking);
  if (moves === null || moves.judging === null || moves.judging.state === "failed") return;
  const id = moves.incident;
  looking = window.setTimeout(() => { if (me !== null && page === "list" && chosen === id) load(); },
    LOOK_AGAIN_MS);
}

function judgingNote(can) {
  const j = moves.judging;
  if (j === null) return [];
  const words = [t("judgingStates")[j.state], t("judgingSince") + " " + time(j.asked)];
  if (j.why) words.push(t("judgingWhy") + " " + j.why);
  const note = [element("p", { class: j.state === "failed" ? "bad" : "hint", role: "status" },
    words.join("  "))];
  if (can && j.state === "failed") {
    note.push(element("p", {}, element("button", { type: "button", class: "plain back",
      onclick: () => send(movePath(moves.incident, "verdict"), {}) }, t("judgeAgain"))));
  }
  return note;
}

function button(words, action, body) {
  return element("button", { type: "button", class: "plain back", onclick: () => {
    const more = body();
    if (more === null) return;
    const reason = window.prompt(t("reasonFor"), "");
    if (reason) send(movePath(moves.incident, action), { ...more, reason });
  } }, words);
}

// A merge stands until an event undoes it.
function standing() {
  const open = [];
  for (const m of moves.list) {
    if (m.kind === "merged") open.push(m.other);
    if (m.kind === "unmerged") open.splice(open.indexOf(m.other), 1);
  }
  return open;
}

const percent = (p) => p === null ? "–" : (p * 100).toFixed(1) + " %";
const verdictName = (v) => v === null ? "–" : t("verdicts")[v] || v;

function verdictTable() {
  if (moves.verdicts.length === 0) return [];
  return [element("h4", {}, t("verdictsTitle")),
    table([t("at"), t("verdictAfter"), t("verdictChange"), t("holders")],
      moves.verdicts.map((v) => [time(v.at), t("causes")[v.cause] + (v.other ? " " + v.other : ""),
        verdictName(v.before) + " → " + verdictName(v.after),
        v.holders.map((h) => element("div", {},
          h.party + "  " + percent(h.before) + " → " + percent(h.after)))]))];
}

function movesSection(incident) {
  if (moves === null || moves.incident !== incident.id) return [];
  const over = ["closed", "dismissed", "merged"].includes(incident.state);
  const can = mayMove() && !over;
  if (moves.list.length === 0 && moves.verdicts.length === 0 && !can && moves.judging === null) {
    return [];
  }
  const merged = standing();
  const rows = moves.list.map((m) => [time(m.at), t("moveKinds")[m.kind], m.other,
    [m.reason, ...m.exposures.map((e) => element("div", { class: "law" }, e))], m.by,
    can && m.kind === "merged" && merged[merged.length - 1] === m.other
      ? button(t("undoMerge"), "unmerge", () => ({ from: m.other })) : ""]);
  const out = [element("h3", {}, t("moves"))];
  if (rows.length > 0) {
    out.push(table([t("at"), t("event"), t("id"), t("taskNote"), t("by"), ""], rows));
  }
  out.push(...judgingNote(can), ...verdictTable());
  if (!can) return out;
  out.push(element("p", { class: "hint" }, t("moveHint")),
    element("p", {}, button(t("mergeIn"), "merge", () => {
      const from = window.prompt(t("whichIncident"), "INC-");
      return from ? { from } : null;
    })));
  if (incident.exposures.length > 1) {
    out.push(table([t("exposures"), ""], incident.exposures.map((e) => [e,
      button(t("splitOff"), "split", () => ({ exposures: [e] }))])));
  }
  return out;
}

DETAIL.push(movesSection);

}
