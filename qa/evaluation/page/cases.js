"use strict";
// The questions: filtered, searched, and drawn a page at a time; a question's inside is drawn when
// it is opened.
const PAGE = 40;
let shown = PAGE;
let matching = [];
const pressed = new Set();
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const haystacks = new Map();
const haystack = (one) => {
  if (!haystacks.has(one)) {
    haystacks.set(one, fold([one.id, one.question, ...one.answers, one.answer || "", one.note || "", one.reason || "",
      ...one.evidence.map((piece) => piece.quote), ...one.citations.flatMap((cited) => [cited.document, cited.context]),
      ...one.passages.flatMap((passage) => [passage.document, passage.text])].join("\n")));
  }
  return haystacks.get(one);
};

const ORDERS = {
  worst: (a, b) => b.badness - a.badness,
  file: () => 0,
  sure: (a, b) => b.confidence - a.confidence,
  unsure: (a, b) => a.confidence - b.confidence,
};

const chosen = () => {
  const words = fold(byId("search").value).split(/\s+/).filter(Boolean);
  const kind = byId("kind").value;
  const split = byId("split").value;
  return report.cases.filter((one) => (!kind || one.kind === kind) && (!split || one.split === split)
    && words.every((word) => haystack(one).includes(word)));
};

const refresh = () => {
  const before = chosen();
  for (const chip of byId("chips").children) {
    const tone = chip.dataset.tone;
    chip.setAttribute("aria-pressed", pressed.has(tone));
    chip.querySelector("b").textContent = before.filter((one) => one.outcome === tone).length;
  }
  matching = before.filter((one) => !pressed.size || pressed.has(one.outcome)).sort(ORDERS[byId("order").value]);
  const filtered = pressed.size || ["search", "kind", "split"].some((id) => byId(id).value);
  byId("count").textContent = filtered ? `${matching.length} of ${plural(report.cases.length, "question")}` : plural(report.cases.length, "question");
  byId("clear").hidden = !filtered;
  shown = PAGE;
  byId("list").replaceChildren();
  extend(0);
};

const extend = (from) => {
  byId("list").append(...matching.slice(from, shown).map(caseOf));
  if (!matching.length) byId("list").append(make("p", { class: "empty" }, "No question matches."));
  byId("more").hidden = matching.length <= shown;
  byId("more").textContent = `Show ${Math.min(PAGE, matching.length - shown)} more`;
};

const caseOf = (one) => {
  const [sign, name] = OUTCOMES[one.outcome];
  const meta = [one.id, one.kind, one.split, report.answered ? `confidence ${number(one.confidence)}` : null].filter(Boolean);
  const card = make("details", { class: "case", "data-tone": one.outcome, "data-id": one.id },
    make("summary", {}, make("span", { class: "question", dir: "auto" }, one.question || one.id), make("span", { class: "badge" }, `${sign} ${name}`),
      make("span", { class: "meta" }, ...meta.map((text) => make("span", { dir: "auto" }, text)))));
  card.addEventListener("toggle", () => { if (card.open && !card.querySelector(".body")) card.append(bodyOf(one)); });
  return card;
};

const bodyOf = (one) => {
  const body = make("div", { class: "body" });
  const expected = one.answerable ? one.answers.join("  |  ") || "the labelled evidence" : null;
  body.append(make("div", { class: "pair" },
    make("div", {}, make("h4", {}, "Expected"), expected ? make("p", { dir: "auto" }, expected)
      : make("p", { class: "none" }, "that it refuses: the documents do not say")),
    !report.answered ? null : make("div", {}, make("h4", {}, "Got"), one.answer !== null ? make("p", { dir: "auto" }, one.answer)
      : make("p", { class: "none", dir: "auto" }, `refused: ${one.reason || "no reason given"}`))));
  if (one.note) body.append(make("h4", {}, "Note"), make("p", { dir: "auto" }, one.note));
  if (one.citations.length) body.append(make("h4", {}, "Quoted"), ...one.citations.flatMap((cited) => citedPassage(one, cited)));
  const others = one.passages.filter((passage) => passage.text);
  if (others.length) body.append(make("h4", {}, one.citations.length ? "Other passages found" : "Passages found"), ...others.flatMap((passage) => foundPassage(one, passage)));
  body.append(...evidenceOf(one));
  const values = Object.entries(one.measures);
  if (values.length) body.append(make("h4", {}, "Measures"), make("div", { class: "values" },
    ...values.map(([name, value]) => make("span", {}, `${name} `, make("b", {}, number(value))))));
  if (one.explain) body.append(make("h4", {}, "Explain"), make("code", {}, one.explain));
  return body;
};

const labelsIn = (one, document, start, end) => one.evidence.flatMap((piece) => piece.places)
  .filter((place) => place.document === document && place.start < end && place.end > start)
  .map((place) => ({ start: place.start, end: place.end, class: "label" }));

const citedPassage = (one, cited) => {
  const text = cited.context || cited.quote;
  const start = cited.context ? cited.context_start : cited.start;
  const spans = [...labelsIn(one, cited.document, start, start + Array.from(text).length), { start: cited.start, end: cited.end, class: "quote" }];
  if (cited.answer_start !== null && (cited.answer_start > cited.start || cited.answer_end < cited.end)) {
    spans.push({ start: cited.answer_start, end: cited.answer_end, class: "answer" });
  }
  return [placeOf(cited.document, cited.start, cited.end, cited.status), make("p", { class: "passage", dir: "auto" }, ...marked(text, start, spans))];
};

const foundPassage = (one, passage) => {
  const spans = labelsIn(one, passage.document, passage.start, passage.end);
  return [placeOf(passage.document, passage.start, passage.end, `rank ${passage.rank}${passage.relevant ? ", holds the evidence" : ""}`),
    make("p", { class: "passage", dir: "auto" }, ...marked(passage.text, passage.start, spans))];
};

const placeOf = (document, start, end, what) => make("p", { class: "place" }, make("bdi", {}, document), `  ${start}–${end}  ·  ${what}`);

// Labels that no shown passage holds, and those that are no longer found.
const evidenceOf = (one) => {
  const covers = (place) => [...one.citations.map((c) => ({ document: c.document, start: c.context ? c.context_start : c.start, end: (c.context ? c.context_start : c.start) + Array.from(c.context || c.quote).length })), ...one.passages.filter((p) => p.text)]
    .some((seen) => seen.document === place.document && seen.start < place.end && seen.end > place.start);
  const missing = one.evidence.filter((piece) => !piece.places.some(covers));
  const parts = [];
  if (missing.length) parts.push(make("h4", {}, "Evidence elsewhere"), ...missing.flatMap((piece) => [
    placeOf(piece.places[0].document, piece.places[0].start, piece.places[0].end, one.ranks.length ? `evidence first found at rank ${one.ranks[0]}` : "evidence not found"),
    make("p", { class: "passage", dir: "auto" }, make("mark", { class: "label" }, piece.quote))]));
  if (one.drift.length) parts.push(make("h4", {}, "No longer in the documents"), ...one.drift.flatMap((lost) => [
    make("p", { class: "place" }, make("bdi", {}, lost.document)), make("p", { class: "passage", dir: "auto" }, lost.quote)]));
  return parts;
};

// The text as nodes, with spans of the document marked. Offsets count code points, not the UTF-16
// units of JavaScript's strings; spans may overlap.
const marked = (text, offset, spans) => {
  const letters = Array.from(text);
  const inside = spans.map((span) => ({ ...span, start: Math.max(0, span.start - offset), end: Math.min(letters.length, span.end - offset) }))
    .filter((span) => span.start < span.end);
  const edges = [...new Set([0, letters.length, ...inside.flatMap((span) => [span.start, span.end])])].sort((a, b) => a - b);
  return edges.slice(1).map((end, i) => {
    const part = letters.slice(edges[i], end).join("");
    const classes = [...new Set(inside.filter((span) => span.start <= edges[i] && span.end >= end).map((span) => span.class))];
    return classes.length ? make("mark", { class: classes.join(" ") }, part) : document.createTextNode(part);
  });
};

const showOnly = (kind, outcome) => {
  clear();
  byId("kind").value = kind;
  pressed.add(outcome);
  refresh();
  byId("cases").scrollIntoView();
};

const clear = () => {
  for (const id of ["search", "kind", "split"]) byId(id).value = "";
  pressed.clear();
};

const openNamed = () => {
  let id = "";
  try { id = decodeURIComponent(location.hash.slice(1)); } catch { return; }
  const at = matching.findIndex((one) => one.id === id);
  if (at < 0) return;
  const from = shown;
  shown = Math.max(shown, at + 1);
  if (shown > from) extend(from);
  const card = byId("list").children[at];
  card.open = true;
  card.scrollIntoView();
};

const cases = () => {
  const kinds = [...new Set(report.cases.map((one) => one.kind))];
  const splits = [...new Set(report.cases.map((one) => one.split).filter(Boolean))];
  byId("kind").append(make("option", { value: "" }, "All kinds"), ...kinds.map((kind) => make("option", { value: kind }, kind)));
  byId("split").append(make("option", { value: "" }, "All splits"), ...splits.map((split) => make("option", { value: split }, split)));
  byId("chips").append(...present.map((tone) => make("button", { type: "button", "data-tone": tone }, make("span", { class: "dot" }), OUTCOMES[tone][1], make("b"))));
  byId("chips").addEventListener("click", (event) => {
    const chip = event.target.closest("button");
    if (!chip) return;
    if (!pressed.delete(chip.dataset.tone)) pressed.add(chip.dataset.tone);
    refresh();
  });
  for (const id of ["kind", "split", "order"]) byId(id).addEventListener("change", refresh);
  byId("search").addEventListener("input", refresh);
  byId("clear").addEventListener("click", () => { clear(); refresh(); });
  byId("more").addEventListener("click", () => { const from = shown; shown += PAGE; extend(from); });
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.matches("input, select")) return;
    event.preventDefault();
    byId("search").focus();
  });
  addEventListener("hashchange", openNamed);
  refresh();
  openNamed();
};

themed();
overview();
measures();
table();
charts();
cases();
made();
