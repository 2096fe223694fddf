"use strict";
// What all parts of the page share. Text from documents and questions goes into the page as text
// nodes alone, never as markup.
const report = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);

// An element with attributes; children are nodes or strings, and strings become text.
const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
};

const OUTCOMES = {
  "right": ["✓", "Right"],
  "wrong": ["✗", "Wrong"],
  "refused-rightly": ["○", "Refused rightly"],
  "refused-wrongly": ["◐", "Refused though answerable"],
  "drift": ["↯", "Label drift"],
  "first": ["✓", "Relevant first"],
  "lower": ["◐", "Relevant lower"],
  "missed": ["✗", "Nothing relevant"],
};
const tones = Object.keys(OUTCOMES);
const present = tones.filter((tone) => report.cases.some((one) => one.outcome === tone));
const isApart = (one) => report.apart.includes(one.kind);
const counted = report.cases.every(isApart) ? report.cases : report.cases.filter((one) => !isApart(one));
const number = (value, digits = 2) => value === null || value === undefined ? "–" : value.toFixed(digits);
const percent = (value) => `${Math.round(100 * value)} %`;
const plural = (n, one, many = `${one}s`) => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

const setTheme = (theme) => {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  byId("theme").textContent = `Theme: ${theme || "system"}`;
  // A page opened from a file may have no storage.
  try { localStorage.setItem("qa-theme", theme); } catch { /* then it is not remembered */ }
};
const themed = () => {
  let theme = "";
  try { theme = localStorage.getItem("qa-theme") || ""; } catch { /* as the system is */ }
  setTheme(["light", "dark"].includes(theme) ? theme : "");
  byId("theme").addEventListener("click", () => {
    const now = document.documentElement.dataset.theme || "";
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const cycle = dark ? ["", "light", "dark"] : ["", "dark", "light"];
    setTheme(cycle[(cycle.indexOf(now) + 1) % 3]);
  });
};

const lead = () => {
  const asked = counted.filter((one) => one.outcome !== "drift");
  const many = (outcome) => asked.filter((one) => one.outcome === outcome).length;
  const answerable = asked.filter((one) => one.answerable).length;
  const line = byId("lead");
  if (!report.answered) {
    line.append("Of ", make("b", {}, plural(asked.length, "question")), ", ", make("b", {}, String(many("first"))),
      " have a relevant passage in the first place.");
    return;
  }
  if (answerable) {
    line.append("Of ", make("b", {}, plural(answerable, "question")), " that the documents answer, ",
      make("b", {}, String(many("right"))), many("right") === 1 ? " was answered rightly" : " were answered rightly",
      many("refused-wrongly") ? `, ${many("refused-wrongly")} refused. ` : ". ");
  }
  if (asked.length > answerable) {
    line.append("Of ", make("b", {}, plural(asked.length - answerable, "question")), " that they do not answer, ",
      make("b", {}, String(many("refused-rightly"))), many("refused-rightly") === 1 ? " was refused." : " were refused.");
  }
};

const overview = () => {
  byId("facts").append(...report.facts.map((fact) => make("span", {}, fact)));
  lead();
  for (const tone of present) {
    const n = counted.filter((one) => one.outcome === tone).length;
    if (!n) continue;
    const [, name] = OUTCOMES[tone];
    const part = make("span", { "data-tone": tone, title: `${name}: ${n}` });
    part.style.flexGrow = n;
    byId("outcomes").append(part);
    byId("legend").append(make("span", { "data-tone": tone }, make("span", { class: "dot" }), `${name} `, make("b", {}, String(n))));
  }
  const aside = report.cases.length - counted.length;
  if (aside) byId("apart").append(`${plural(aside, "question")} of the kind ${report.apart.join(", ")} ${aside === 1 ? "is" : "are"} reported by kind alone.`);
};

const measures = () => {
  const groups = new Map();
  for (const measure of report.measures) {
    if (!groups.has(measure.group)) groups.set(measure.group, []);
    groups.get(measure.group).push(measure);
  }
  for (const [group, found] of groups) {
    byId("measures").append(make("div", { class: "group" }, make("h3", {}, group), ...found.map(measureRow)));
  }
};

const measureRow = (measure) => {
  const undefinedHere = measure.value === null;
  const track = make("span", { class: "track" });
  if (!undefinedHere) {
    const whisker = make("i");
    whisker.style.left = `${100 * measure.low}%`;
    whisker.style.width = `${100 * (measure.high - measure.low)}%`;
    const dot = make("b");
    dot.style.left = `${100 * measure.value}%`;
    track.append(whisker, dot);
  }
  return make("div", { class: undefinedHere ? "measure undefined" : "measure", "data-measure": measure.name },
    make("span", { class: "name" }, measure.name, measure.lower ? make("small", {}, "lower is better") : null),
    track,
    make("span", { class: "value" }, number(measure.value)),
    make("span", { class: "about" }, undefinedHere ? `Undefined on these questions: ${measure.why}.` : measure.about),
    undefinedHere ? null : make("span", { class: "interval" }, `${number(measure.low)} to ${number(measure.high)}, n = ${measure.n.toLocaleString("en")}`));
};

const table = () => {
  const names = report.measures.map((measure) => measure.name);
  const head = make("tr", {}, make("th", { scope: "col" }, "kind"), ...names.map((name) => make("th", { scope: "col" }, name)));
  const rows = Object.entries(report.kinds).map(([kind, found]) => make("tr", {}, make("td", { dir: "auto" }, kind),
    ...names.map((name) => found[name]
      ? make("td", { title: `${number(found[name].low)} to ${number(found[name].high)}, n = ${found[name].n}` }, number(found[name].value))
      : make("td", {}, ""))));
  byId("table").append(make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows)));
};

const made = () => {
  for (const [name, value] of report.made) byId("made").append(make("dt", {}, name), make("dd", {}, value));
};
