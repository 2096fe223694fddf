"use strict";
// The charts, drawn by Observable Plot; colours are custom properties, so a change of theme needs
// no drawing. The style sheet that Plot puts into each drawing is taken out: the page's policy
// allows its own alone, which says the same.
const AXIS = { fontSize: "12px" };
const colourOf = (tone) => `var(--${tone})`;
const NAMES = Object.keys(report.kinds);
const labelWidth = (width) => Math.min(Math.max(...NAMES.map((name) => name.length), 6) * 7 + 14, Math.round(width * 0.42));
const clipped = (width) => (name) => {
  const most = Math.max(4, Math.floor((labelWidth(width) - 12) / 6.6));
  const letters = Array.from(name);
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : name;
};

const draw = (id, plot) => {
  const place = byId(id);
  const width = Math.max(240, Math.floor(place.clientWidth));
  const drawing = plot(width);
  drawing.querySelectorAll("style").forEach((style) => style.remove());
  drawing.setAttribute("role", "img");
  place.replaceChildren(drawing);
};

const outcomesByKind = (width) => {
  const groups = d3.flatRollup(report.cases, (cases) => cases.length, (one) => one.kind, (one) => one.outcome)
    .map(([kind, outcome, n]) => ({ kind, outcome, n }));
  const drawing = Plot.plot({
    width, height: NAMES.length * 30 + 44, marginLeft: labelWidth(width), marginRight: 12, marginTop: 6, marginBottom: 36, style: AXIS,
    ariaLabel: "Outcomes by kind of question",
    x: { label: "questions →", ticks: Math.max(2, Math.floor(width / 90)), tickFormat: (n) => Number.isInteger(n) ? String(n) : "" },
    y: { label: null, domain: NAMES, tickFormat: clipped(width), tickSize: 0 },
    color: { domain: present, range: present.map(colourOf) },
    marks: [
      Plot.barX(groups, Plot.stackX({
        x: "n", y: "kind", fill: "outcome", order: present, insetLeft: 0.5, insetRight: 0.5, insetTop: 2, insetBottom: 2, rx: 2,
        className: "clickable", title: (d) => `${d.kind}: ${d.n} ${OUTCOMES[d.outcome][1].toLowerCase()}`,
      })),
    ],
  });
  const bars = drawing.querySelectorAll(".clickable rect");
  const order = Array.from(bars, (bar) => bar.querySelector("title").textContent);
  const byTitle = new Map(groups.map((d) => [`${d.kind}: ${d.n} ${OUTCOMES[d.outcome][1].toLowerCase()}`, d]));
  bars.forEach((bar, i) => bar.addEventListener("click", () => {
    const group = byTitle.get(order[i]);
    showOnly(group.kind, group.outcome);
  }));
  return drawing;
};

const measureByKind = (width) => {
  const name = byId("measure").value;
  const rows = NAMES.filter((kind) => report.kinds[kind][name]).map((kind) => ({ kind, ...report.kinds[kind][name] }));
  const all = report.measures.find((measure) => measure.name === name);
  return Plot.plot({
    width, height: NAMES.length * 30 + 44, marginLeft: labelWidth(width), marginRight: 44, marginTop: 6, marginBottom: 36, style: AXIS,
    ariaLabel: `${name} by kind of question`,
    x: { domain: [0, 1], label: `${name} →`, ticks: 5, grid: true },
    y: { label: null, domain: NAMES, type: "point", tickFormat: clipped(width), tickSize: 0 },
    marks: [
      all.value === null ? null : Plot.ruleX([all.value], { stroke: "var(--faint)", strokeDasharray: "3 4" }),
      Plot.link(rows, { x1: "low", x2: "high", y1: "kind", y2: "kind", stroke: "var(--accent)", strokeOpacity: 0.4, strokeWidth: 4, strokeLinecap: "round" }),
      Plot.dot(rows, { x: "value", y: "kind", r: 5, fill: "var(--accent)", stroke: "var(--card)", strokeWidth: 1.5 }),
      Plot.text(rows, { y: "kind", frameAnchor: "right", dx: 40, text: (d) => number(d.value), fill: "var(--ink)", textAnchor: "end" }),
      Plot.text(NAMES.filter((kind) => !report.kinds[kind][name]), { y: (kind) => kind, frameAnchor: "right", dx: 40, text: () => "–", fill: "var(--faint)", textAnchor: "end" }),
      Plot.tip(rows, Plot.pointerY({ x: "value", y: "kind", title: (d) => `${d.kind}\n${number(d.value)} (${number(d.low)} to ${number(d.high)})\n${plural(d.n, "question")}`, fill: "var(--card)", stroke: "var(--line)", lineHeight: 1.35 })),
    ],
  });
};

const riskAndCoverage = (width) => {
  const points = report.curve;
  const answered = points.filter((point) => point.answered);
  const last = answered.at(-1);
  const refused = points.filter((point) => !point.answered);
  return Plot.plot({
    width, height: 300, marginLeft: 46, marginRight: 14, marginTop: 30, marginBottom: 42, style: AXIS, ariaLabel: "Risk and coverage",
    x: { domain: [0, 1], label: "questions answered →", tickFormat: "%", ticks: 5 },
    y: { domain: [0, 1], label: "↑ wrong among them", tickFormat: "%", ticks: 5, grid: true },
    marks: [
      Plot.areaY(answered, { x: "coverage", y: "risk", fill: "var(--wrong)", fillOpacity: 0.1 }),
      Plot.line(answered, { x: "coverage", y: "risk", stroke: "var(--wrong)", strokeWidth: 2, strokeLinejoin: "round" }),
      last && refused.length ? Plot.line([last, ...refused], { x: "coverage", y: "risk", stroke: "var(--faint)", strokeWidth: 1.5, strokeDasharray: "3 4" }) : null,
      last ? Plot.dot([last], { x: "coverage", y: "risk", r: 4, fill: "var(--wrong)", stroke: "var(--card)" }) : null,
      Plot.ruleX(points, Plot.pointerX({ x: "coverage", stroke: "var(--faint)" })),
      Plot.tip(points, Plot.pointerX({
        x: "coverage", y: "risk", fill: "var(--card)", stroke: "var(--line)", lineHeight: 1.35,
        title: (d) => `${percent(d.coverage)} of the questions\n${percent(d.risk)} of them wrong\n${d.answered ? "confidence" : "refused; confidence"} ${number(d.confidence, 3)} and more`,
      })),
    ],
  });
};

const reliability = (width) => {
  const bins = report.bins.filter((bin) => bin.n);
  return Plot.plot({
    width, height: 300, marginLeft: 46, marginRight: 14, marginTop: 30, marginBottom: 42, style: AXIS, ariaLabel: "Reliability",
    x: { domain: [0, 1], label: "confidence →", ticks: 5 },
    y: { domain: [0, 1], label: "↑ share right", ticks: 5, grid: true },
    r: { type: "sqrt", domain: [0, Math.max(1, ...bins.map((bin) => bin.n))], range: [3, 14] },
    marks: [
      Plot.line([[0, 0], [1, 1]], { stroke: "var(--faint)", strokeDasharray: "3 4" }),
      Plot.link(bins, { x1: "confidence", x2: "confidence", y1: "low_right", y2: "high_right", stroke: "var(--accent)", strokeOpacity: 0.45, strokeWidth: 2.5, strokeLinecap: "round" }),
      Plot.dot(bins, { x: "confidence", y: "right", r: "n", fill: "var(--accent)", fillOpacity: 0.8, stroke: "var(--card)" }),
      Plot.tip(bins, Plot.pointer({
        x: "confidence", y: "right", fill: "var(--card)", stroke: "var(--line)", lineHeight: 1.35,
        title: (d) => `${plural(d.n, "answer")}\nconfidence ${number(d.confidence)}\nright ${number(d.right)} (${number(d.low_right)} to ${number(d.high_right)})`,
      })),
    ],
  });
};

const scores = (width) => {
  const rows = counted.filter((one) => one.outcome !== "drift").map((one) => ({ ...one, was: one.abstained ? "refused" : "answered" }));
  const there = present.filter((tone) => rows.some((row) => row.outcome === tone));
  const facets = ["answered", "refused"].filter((was) => rows.some((row) => row.was === was));
  return Plot.plot({
    width, height: facets.length * 130 + 50, marginLeft: 46, marginRight: 74, marginTop: 30, marginBottom: 42, style: AXIS, ariaLabel: "Scores of answered and refused questions",
    x: { domain: [0, 1], label: "confidence →", ticks: 10 },
    y: { label: "↑ questions", grid: true, ticks: 4 },
    fy: { domain: facets, label: null },
    color: { domain: there, range: there.map(colourOf) },
    marks: [
      Plot.rectY(rows, Plot.binX({ y: "count", title: (bin, { x1, x2 }) => `${number(x1)} to ${number(x2)}: ${bin.length} ${OUTCOMES[bin[0].outcome][1].toLowerCase()}` },
        { x: "confidence", fy: "was", fill: "outcome", z: "outcome", order: there, thresholds: d3.range(0, 1.0001, 0.05), insetLeft: 0.5, insetRight: 0.5 })),
      Plot.ruleY([0], { stroke: "var(--line)" }),
    ],
  });
};

const charts = () => {
  const drawn = { "chart-outcomes": outcomesByKind, "chart-kinds": measureByKind };
  if (report.answered) Object.assign(drawn, { "chart-risk": riskAndCoverage, "chart-reliability": reliability, "chart-scores": scores });
  else byId("confidence").hidden = true;
  const names = report.measures.map((measure) => measure.name).filter((name) => NAMES.some((kind) => report.kinds[kind][name]));
  byId("measure").append(...names.map((name) => make("option", { value: name }, name)));
  byId("measure").value = ["F1", "nDCG@10"].find((name) => names.includes(name)) || names[0];
  byId("measure").addEventListener("change", () => draw("chart-kinds", measureByKind));
  const all = () => Object.entries(drawn).forEach(([id, plot]) => draw(id, plot));
  all();
  let last = innerWidth;
  addEventListener("resize", () => { if (innerWidth !== last) { last = innerWidth; all(); } });
};
