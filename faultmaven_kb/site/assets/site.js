// What the pages do: search while typing, copy commands, fill in placeholders, keep progress, filter lists, themes, keys.
// Text of a runbook reaches the page as text only (textContent), never as markup.
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const WAIT = 60;

  // Storage may be blocked, full or shared with strangers: nothing depends on it.
  const store = {
    get(key) { try { return localStorage.getItem(`fmkb:${key}`); } catch { return null; } },
    set(key, value) {
      try { value === null ? localStorage.removeItem(`fmkb:${key}`) : localStorage.setItem(`fmkb:${key}`, value); }
      catch { /* progress is then kept as long as the page is open */ }
    },
  };

  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const say = (text) => { $("#said").textContent = text; };

  // ---- theme ----
  function theme() {
    const button = $("#theme"), root = document.documentElement;
    const system = matchMedia("(prefers-color-scheme: dark)");
    const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
    const show = () => {
      button.textContent = isDark() ? "☀" : "☾";
      button.setAttribute("aria-label", isDark() ? "Light theme" : "Dark theme");
      button.title = button.getAttribute("aria-label");
    };
    button.hidden = false;
    show();
    system.addEventListener("change", show);
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      store.set("theme", root.dataset.theme);
      show();
    });
  }

  // ---- search ----
  const WORDS = {
    match: "Match", ambiguous: "Ambiguous", none: "No match",
  };
  const EXPLAIN = {
    match: "this runbook explains what you see",
    ambiguous: "these may explain it; say more to choose",
    none: "no runbook explains this",
  };

  function search() {
    const field = $("#search");
    if (!field) return;
    if (!globalThis.FMKB_DATA) return;
    const list = $("#results"), verdict = $("#verdict"), shelves = $("#shelves");
    let engine = null, timer = 0, asked = "";
    const ready = () => { engine = engine || new FMKB.Engine(FMKB_DATA); };
    const ask = () => {
      const question = field.value;
      if (question === asked) return;
      asked = question;
      const empty = !question.trim();
      shelves.hidden = !empty;
      list.replaceChildren();
      verdict.hidden = empty;
      try { history.replaceState(null, "", empty ? location.pathname : `#q=${encodeURIComponent(question.slice(0, 300))}`); }
      catch { /* a page from a disk may not change its address */ }
      if (empty) { say(""); return; }
      ready();
      const answer = engine.search(question);
      const { least, also, leading } = FMKB_DATA.shown;
      const enough = answer.verdict === "match" ? also : least;
      const hits = answer.hits.filter((hit) => hit.confidence >= enough);
      showVerdict(answer.verdict, hits.length, verdict);
      list.append(...hits.map((hit, at) => resultOf(engine, answer, hit, at < leading[answer.verdict])));
      const first = hits.length ? `, first result: ${FMKB_DATA.runbooks[hits[0].place].title}` : "";
      say(`${WORDS[answer.verdict]}${first}`);
    };
    const askNow = () => { clearTimeout(timer); ask(); };
    const grow = () => {
      field.style.height = "auto";
      field.style.height = `${Math.min(field.scrollHeight + 2, 320)}px`;
    };
    field.addEventListener("input", () => { grow(); clearTimeout(timer); timer = setTimeout(ask, WAIT); });
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey) {
        event.preventDefault();
        askNow();
        const first = $("a", list);
        if (first) location.href = first.href;
      } else if (event.key === "ArrowDown" && field.selectionEnd === field.value.length) {
        // A list that is drawn anew under the focus takes the focus with it.
        askNow();
        if (!$("a.open", list)) return;
        event.preventDefault();
        $("a.open", list).focus();
      } else if (event.key === "Escape" && field.value) {
        field.value = "";
        grow();
        askNow();
      }
    });
    list.addEventListener("keydown", (event) => {
      const links = all("a.open", list), at = links.indexOf(document.activeElement);
      if (at < 0 || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
      event.preventDefault();
      const next = at + (event.key === "ArrowDown" ? 1 : -1);
      (next < 0 ? field : links[Math.min(next, links.length - 1)]).focus();
    });
    const query = /^#q=(.+)$/.exec(location.hash);
    if (query) { try { field.value = decodeURIComponent(query[1]); } catch { /* a broken address asks nothing */ } }
    if (field.value) { grow(); ask(); }
    else setTimeout(ready, 50); // before the first question, so that its answer does not wait for the index
  }

  function showVerdict(verdict, shown, place) {
    place.className = `verdict ${verdict}`;
    const nearest = verdict === "none" && shown ? "; the nearest ones are below" : "";
    place.replaceChildren(make("strong", "", WORDS[verdict]), ` – ${EXPLAIN[verdict]}${nearest}`);
  }

  function resultOf(engine, answer, hit, isLeading) {
    const runbook = FMKB_DATA.runbooks[hit.place];
    const item = make("li", isLeading ? "result leading" : "result");
    const head = make("div", "result-head");
    const link = make("a", "open", runbook.title);
    link.href = `runbooks/${runbook.page}`;
    head.append(link);
    if (runbook.severity) head.append(make("span", `badge severity ${runbook.severity}`, runbook.severity));
    if (runbook.status) head.append(make("span", `badge ${runbook.status === "verified" ? "proven" : "plain"}`, runbook.status));
    head.append(make("span", "confidence", `${Math.round(hit.confidence * 100)} %`));
    item.append(head);
    const best = engine.best(answer.question, [...runbook.symptoms, ...runbook.causes.map(([name]) => name)]);
    if (best) item.append(marked(best));
    if (!isLeading) return item;
    if (runbook.causes.length) {
      const causes = make("ul", "cause-bars");
      causes.setAttribute("aria-label", "Common causes");
      for (const [name, weight, text] of runbook.causes) causes.append(causeOf(name, weight, text));
      item.append(causes);
    }
    if (runbook.fix) {
      const fix = make("div", "fix");
      const code = make("code", "", runbook.fix);
      const button = make("button", "copy", "Copy");
      button.type = "button";
      button.addEventListener("click", () => copy(runbook.fix, button));
      const pre = make("pre");
      pre.tabIndex = 0;
      pre.append(code);
      fix.append(make("span", "fix-label", "Quick fix begins with"), pre, button);
      item.append(fix);
    }
    return item;
  }

  function marked({ text, words }) {
    const line = make("p", "symptom");
    let done = 0;
    for (const [start, end] of words) {
      line.append(text.slice(done, start), make("mark", "", text.slice(start, end)));
      done = end;
    }
    line.append(text.slice(done));
    return line;
  }

  function causeOf(name, weight, text) {
    const item = make("li");
    if (weight !== null) {
      const SVG = "http://www.w3.org/2000/svg", bar = document.createElementNS(SVG, "svg");
      bar.setAttribute("class", "bar");
      bar.setAttribute("viewBox", "0 0 100 8");
      bar.setAttribute("preserveAspectRatio", "none");
      bar.setAttribute("aria-hidden", "true");
      for (const [kind, width] of [["bar-all", 100], ["bar-share", Math.round(weight * 100)]]) {
        const part = document.createElementNS(SVG, "rect");
        part.setAttribute("class", kind);
        part.setAttribute("width", width);
        part.setAttribute("height", 8);
        bar.append(part);
      }
      item.append(bar);
    }
    item.append(make("span", "share", weight === null ? text : `${Math.round(weight * 100)} %`), make("span", "", name));
    return item;
  }

  // ---- commands ----
  async function copy(text, button) {
    let done = false;
    try { await navigator.clipboard.writeText(text); done = true; } catch { done = copyTheOldWay(text); }
    const label = button.dataset.label || (button.dataset.label = button.textContent);
    button.textContent = done ? "Copied" : "Press Ctrl+C";
    button.classList.toggle("done", done);
    say(done ? `Copied: ${text.split("\n")[0]}` : "The browser does not allow copying");
    setTimeout(() => { button.textContent = label; button.classList.remove("done"); }, 1600);
  }

  // For browsers that keep the clipboard from pages of a disk.
  function copyTheOldWay(text) {
    const area = make("textarea", "off-screen");
    area.value = text;
    document.body.append(area);
    const before = document.activeElement;
    area.select();
    let done = false;
    try { done = document.execCommand("copy"); } catch { /* the button says so */ }
    area.remove();
    if (before) before.focus();
    return done;
  }

  // The commands of a block or of one of its rows, as they are shown: comments, prompts and output are left out.
  function shownCommand(button) {
    const place = button.closest(button.dataset.copy === "all" ? ".command" : ".row");
    return all(".run", place).map((line) => line.textContent.replace(/\n$/, ""))
      .map((line) => (place.closest("[data-prompted]") ? line.replace(/^\s*(?:\S{0,80}\s?)?[$#%❯>]\s+/, "") : line))
      .join("\n").replace(/\s+$/, "");
  }

  function commands() {
    for (const button of all("button.copy[data-copy]")) {
      button.addEventListener("click", () => copy(shownCommand(button), button));
    }
  }

  function placeholders() {
    const form = $("#values");
    if (!form) return;
    form.hidden = false;
    const spans = all(".placeholder[data-name]");
    for (const span of spans) span.dataset.text = span.textContent;
    for (const input of all("input[data-value]", form)) {
      const name = input.dataset.value, key = `value:${document.body.dataset.runbook}:${name}`;
      const fill = () => {
        for (const span of spans) {
          if (span.dataset.name !== name) continue;
          span.textContent = input.value || span.dataset.text;
          span.classList.toggle("filled", Boolean(input.value));
        }
      };
      try { input.value = sessionStorage.getItem(key) || ""; } catch { /* asked for once more */ }
      fill();
      for (const span of spans) {
        if (span.dataset.name === name && span.closest(".command")) {
          span.addEventListener("click", () => { form.open = true; input.focus(); });
        }
      }
      input.addEventListener("input", () => {
        try { sessionStorage.setItem(key, input.value); } catch { /* kept as long as the page is open */ }
        fill();
      });
    }
  }

  // ---- progress ----
  function progress() {
    const boxes = all("input.tick"), key = `progress:${document.body.dataset.runbook}`;
    if (!boxes.length) return;
    const done = new Set((store.get(key) || "").split(" ").filter(Boolean));
    const panel = $("#progress"), text = $("#progress-text");
    const show = () => {
      const count = boxes.filter((box) => box.checked).length;
      text.textContent = `${count} of ${boxes.length} steps done`;
      panel.hidden = false;
      $("#reset").hidden = !count;
      for (const box of boxes) (box.closest("li.task") || box.closest(".part")).classList.toggle("done", box.checked);
    };
    for (const box of boxes) {
      box.checked = done.has(box.dataset.task);
      box.addEventListener("change", () => {
        box.checked ? done.add(box.dataset.task) : done.delete(box.dataset.task);
        store.set(key, done.size ? [...done].join(" ") : null);
        show();
      });
    }
    $("#reset").addEventListener("click", () => {
      for (const box of boxes) box.checked = false;
      done.clear();
      store.set(key, null);
      show();
    });
    show();
  }

  // ---- browse ----
  function browse() {
    const filters = $("#filters");
    if (!filters) return;
    filters.hidden = false;
    const rows = all("#list > li"), words = $("#words"), selects = all("select[data-filter]", filters);
    const read = () => {
      const wanted = new URLSearchParams(location.hash.slice(1));
      for (const select of selects) {
        const value = wanted.get(select.dataset.filter) || "";
        select.value = value;
        if (select.value !== value) select.value = "";
      }
      words.value = wanted.get("words") || "";
      show();
    };
    const show = () => {
      const said = words.value.toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      for (const row of rows) {
        const passes = selects.every(({ value, dataset }) => !value || (dataset.filter === "tag"
          ? JSON.parse(row.dataset.tags).includes(value) : row.dataset[dataset.filter] === value));
        const title = $("a", row).textContent.toLowerCase();
        row.hidden = !(passes && said.every((word) => title.includes(word)));
        if (!row.hidden) count++;
      }
      $("#shown").textContent = `${count} of ${rows.length}`;
    };
    const write = () => {
      const wanted = new URLSearchParams();
      for (const { value, dataset } of selects) if (value) wanted.set(dataset.filter, value);
      if (words.value) wanted.set("words", words.value);
      try { history.replaceState(null, "", wanted.size ? `#${wanted}` : location.pathname); } catch { /* stays */ }
      show();
    };
    filters.addEventListener("input", write);
    $("#clear").addEventListener("click", () => {
      for (const select of selects) select.value = "";
      words.value = "";
      write();
    });
    addEventListener("hashchange", read);
    read();
  }

  // ---- map ----
  function atlas() {
    const picture = $(".atlas");
    if (!picture) return;
    const light = (node) => {
      picture.classList.toggle("pointed", node !== null);
      const near = new Set([node]);
      for (const path of all(".curves path", picture)) {
        const ends = path.dataset.ends.split(" "), lit = ends.includes(node);
        path.classList.toggle("lit", lit);
        if (lit) ends.forEach((end) => near.add(end));
      }
      for (const link of all("a", picture)) link.classList.toggle("lit", near.has(link.dataset.node));
    };
    for (const link of all("a", picture)) {
      for (const event of ["mouseenter", "focus"]) link.addEventListener(event, () => light(link.dataset.node));
      for (const event of ["mouseleave", "blur"]) link.addEventListener(event, () => light(null));
    }
  }

  // ---- keys ----
  function keys() {
    const root = document.body.dataset.root;
    addEventListener("keydown", (event) => {
      const typing = event.target.closest && event.target.closest("input[type=text], textarea, select");
      if (event.ctrlKey || event.metaKey || event.altKey || typing) return;
      if (event.key === "/") {
        event.preventDefault();
        const field = $("#search");
        if (field) { field.focus(); field.select(); } else location.href = `${root}index.html#search`;
      } else if (["ArrowDown", "ArrowUp"].includes(event.key) && $("#list")) {
        const links = all("#list > li:not([hidden]) > a"), at = links.indexOf(document.activeElement);
        const next = links[at + (event.key === "ArrowDown" ? 1 : -1)];
        if (next && (at >= 0 || event.key === "ArrowDown")) { event.preventDefault(); next.focus(); }
      }
    });
    if (location.hash === "#search" && $("#search")) $("#search").focus();
  }

  theme();
  keys();
  search();
  commands();
  placeholders();
  progress();
  browse();
  atlas();
})();
