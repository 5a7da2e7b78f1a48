"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const field = (id) => document.getElementById(id);
  const subjects = all("details.subject");
  const clean = all(".clean li");
  const search = field("search");
  const selects = all(".filters select");
  if (!search) return;

  // What a subject is searched by is worked out once, when somebody first types.
  const keys = new Map();
  const keyOf = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ");
  const textOf = (element) => {
    if (!keys.has(element)) keys.set(element, keyOf(element.textContent));
    return keys.get(element);
  };

  const apply = () => {
    const words = keyOf(search.value).split(" ").filter(Boolean);
    const wanted = Object.fromEntries(selects.map((one) => [one.id, one.value]));
    const has = (element) => words.every((word) => textOf(element).includes(word));
    let shown = 0;
    let findings = 0;
    for (const subject of subjects) {
      const data = subject.dataset;
      let fits = ["verdict", "kind", "type", "area"].every((name) => !wanted[name] || data[name] === wanted[name]);
      let mine = 0;
      for (const finding of all(".finding", subject)) {
        finding.hidden = Boolean(wanted.indicator) && finding.dataset.indicator !== wanted.indicator;
        mine += finding.hidden ? 0 : 1;
      }
      fits = fits && (!wanted.indicator || mine > 0) && has(subject);
      subject.hidden = !fits;
      shown += fits ? 1 : 0;
      findings += fits ? mine : 0;
    }
    let passed = 0;
    const filtered = wanted.indicator || wanted.area || (wanted.verdict && wanted.verdict !== "qualified");
    for (const item of clean) {
      item.hidden = Boolean(filtered) || (Boolean(wanted.kind) && item.dataset.kind !== wanted.kind)
        || (Boolean(wanted.type) && item.dataset.type !== wanted.type) || !has(item);
      passed += item.hidden ? 0 : 1;
    }
    field("count").textContent = `显示 ${shown} / ${subjects.length} 个对象，${findings} 条结论` + (clean.length ? `；无问题对象 ${passed} / ${clean.length} 个` : "");
  };

  let waiting = 0;
  const soon = () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(apply);
  };
  search.addEventListener("input", soon);
  for (const one of selects) one.addEventListener("change", soon);
  const clear = () => {
    search.value = "";
    for (const one of selects) one.value = "";
    apply();
  };
  field("clear").addEventListener("click", clear);
  const fold = (open) => subjects.forEach((one) => { if (!one.hidden) one.open = open; });
  field("unfold").addEventListener("click", () => fold(true));
  field("fold").addEventListener("click", () => fold(false));
  field("print").addEventListener("click", () => window.print());

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "/" && !typing) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && event.target === search) {
      clear();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && event.target.matches("details.subject > summary")) {
      const visible = subjects.filter((one) => !one.hidden);
      const next = visible[visible.indexOf(event.target.parentElement) + (event.key === "ArrowDown" ? 1 : -1)];
      if (next) {
        event.preventDefault();
        next.querySelector("summary").focus();
      }
    }
  });

  // Paper cannot be unfolded: everything that is shown is printed open, and folded again afterwards.
  let folded = [];
  window.addEventListener("beforeprint", () => {
    const closed = all("details:not([open])").filter((one) => !one.closest("[hidden]"));
    closed.forEach((one) => { one.open = true; });
    folded = folded.concat(closed);
  });
  window.addEventListener("afterprint", () => {
    folded.forEach((one) => { one.open = false; });
    folded = [];
  });
  apply();
})();
