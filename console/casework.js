"use strict";
// What people work off beside an incident's clocks: tasks, requests to take data down, links, and
// who may look at leaked text. Leaked text itself is never shown here.
{

addWords({
  tasks: "作業", task: "作業", taskDue: "期限日", taskNote: "メモ", toldLate: "委託元への報告の遅れ",
  taskKinds: { recovery: "漏えい情報の回収・削除", notice: "本人への連絡",
    secondary_damage: "二次被害の防止", cause: "原因の調査", prevention: "再発防止", reports: "報告",
    publication: "公表" },
  taskStates: { open: "未着手", working: "対応中", done: "完了", not_needed: "不要" },
  takedowns: "削除依頼", capture: "取得物",
  takedownStates: { drafted: "下書き", sent: "依頼済み", answered: "回答あり", removed: "削除を確認",
    refused: "拒否" },
  links: "関連する事案", linkKinds: { recirculation: "再流通", related: "関連" }, older2: "元の流出",
  proposed: "再流通の疑い：確認してください", confirmLink: "再流通と認める", undoLink: "取り消す",
  custody: "証拠の取り扱い", custodyWhats: { viewed: "閲覧", exported: "持ち出し" },
  views: "閲覧の請求", purpose: "目的", approve: "承認", refuse: "断る",
  viewStates: { requested: "承認待ち", approved: "承認済み", refused: "却下" },
  reasonFor: "理由（お客さまの情報は書かないでください）",
}, {
  tasks: "Tasks", task: "Task", taskDue: "Due day", taskNote: "Note", toldLate: "told its delegator late",
  taskKinds: { recovery: "recovery and takedown", notice: "notice to the people",
    secondary_damage: "secondary damage", cause: "cause", prevention: "recurrence prevention",
    reports: "reports", publication: "publication" },
  taskStates: { open: "open", working: "in work", done: "done", not_needed: "not needed" },
  takedowns: "Takedown requests", capture: "Capture",
  takedownStates: { drafted: "drafted", sent: "sent", answered: "answered", removed: "removed",
    refused: "refused" },
  links: "Linked incidents", linkKinds: { recirculation: "the same data again", related: "related" },
  older2: "the older leak",
  proposed: "Seems to be the same data again: please confirm", confirmLink: "It is the same data",
  undoLink: "Undo",
  custody: "Custody of evidence", custodyWhats: { viewed: "viewed", exported: "exported" },
  views: "Requests to look at leaked text", purpose: "Purpose", approve: "Approve", refuse: "Refuse",
  viewStates: { requested: "waits for approval", approved: "approved", refused: "refused" },
  reasonFor: "Why (no customer data)",
});

let casework = null;  // of the chosen incident

const caseworkPath = (id, part) => "/api/v1/incidents/" + encodeURIComponent(id) + "/" + part;

ON_LOAD.push(async (id) => { casework = await call(caseworkPath(id, "casework")); });

const leads = () => me !== null && me.role === "coordinator";
const ownTask = (task) => leads() || (me.role === "party" && me.party === task.party);

function taskState(incident, task) {
  const kind = { open: "bad", working: "warn", done: "good" }[task.state] || "";
  const tag = element("span", { class: "tag " + kind }, t("taskStates")[task.state]);
  if (!ownTask(task)) return [tag];
  const steps = { open: ["working", "done", "not_needed"], working: ["done", "not_needed"],
    done: ["working"], not_needed: ["working"] }[task.state];
  return [tag, ...steps.map((state) => element("button", { type: "button", class: "plain back",
    onclick: () => {
      const note = window.prompt(t("noteFor"), "");
      if (note === null) return;
      send(caseworkPath(incident.id, "tasks"), { party: task.party, kind: task.kind, state, note });
    } }, t("taskStates")[state]))];
}

function tasksSection(incident) {
  if (casework.tasks.length === 0) return [];
  const rows = casework.tasks.map((task) => [
    task.party, t("taskKinds")[task.kind], taskState(incident, task),
    [task.due || "—", task.overdue ? statusTag("overdue") : ""],
    [task.note, task.told_late_seconds === null ? "" : element("div", { class: "law" },
      t("toldLate") + ": " + Math.ceil(task.told_late_seconds / 3600) + " h")]]);
  return [element("h3", {}, t("tasks")),
    table([t("party"), t("task"), t("status"), t("taskDue"), t("taskNote")], rows)];
}

function linksSection(incident) {
  const out = [];
  for (const other of casework.proposed_links) {
    out.push(element("p", { class: "hint" }, t("proposed") + " → " + other + " ",
      !leads() ? "" : element("button", { type: "button", onclick: () => {
        const why = window.prompt(t("reasonFor"), "");
        if (why) send(caseworkPath(incident.id, "links"),
          { other, kind: "recirculation", reason: why });
      } }, t("confirmLink"))));
  }
  if (casework.links.length > 0) {
    out.push(table([t("id"), t("status"), t("taskNote"), ""], casework.links.map((l) => [
      l.other, t("linkKinds")[l.kind] + (l.older ? " (" + t("older2") + ")" : ""), l.reason,
      !leads() ? "" : [element("button", { type: "button", class: "plain back", onclick: () => {
        const why = window.prompt(t("reasonFor"), "");
        if (why) send(caseworkPath(incident.id, "unlink"), { other: l.other, reason: why });
      } }, t("undoLink"))]])));
  }
  return out.length === 0 ? [] : [element("h3", {}, t("links")), ...out];
}

function viewsSection(incident) {
  if (casework.views.length === 0) return [];
  const decide = (v, approve) => element("button", { type: "button", onclick: () =>
    send(caseworkPath(incident.id, "views/" + encodeURIComponent(v.request)), { approve }) },
  t(approve ? "approve" : "refuse"));
  return [element("h3", {}, t("views")),
    table([t("id"), t("capture"), t("purpose"), t("by"), t("status"), ""],
      casework.views.map((v) => [v.request, v.capture, v.purpose, v.by,
        t("viewStates")[v.state] + (v.until ? " → " + time(v.until) : ""),
        v.state === "requested" && leads() && v.by !== me.user
          ? [decide(v, true), decide(v, false)] : ""]))];
}

function evidenceSection() {
  const out = [];
  if (casework.takedowns.length > 0) {
    out.push(element("h3", {}, t("takedowns")), table(
      [t("capture"), t("status"), t("at"), t("taskNote")], casework.takedowns.map((d) => [
        d.capture, t("takedownStates")[d.state], time(d.at), d.note])));
  }
  if (casework.custody.length > 0) {
    out.push(element("h3", {}, t("custody")), table(
      [t("at"), t("event"), t("by"), t("purpose"), t("capture")], casework.custody.map((c) => [
        time(c.at), t("custodyWhats")[c.what], c.by, c.purpose, c.captures.join(", ")])));
  }
  return out;
}

FORGET.push(() => { casework = null; });
DETAIL.push((incident) => (casework === null || casework.incident !== incident.id ? []
  : [...tasksSection(incident), ...linksSection(incident), ...viewsSection(incident),
    ...evidenceSection()]));

}
