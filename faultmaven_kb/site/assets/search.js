// Answers a question as the library does: the same terms, weights, verdict and figures, from the same texts.
// Each part names the Python module it follows; a test asks both the labelled questions and compares the answers.
"use strict";
globalThis.FMKB = globalThis.FMKB || {};
(() => {
  const END = 0;
  const LINE_END = "\n", NOT = "not", NEGATED = "not~";

  // ---- terms.py ----------------------------------------------------------------------------------------------------
  const NEGATORS = new Set("not no never cannot cant without unable neither nor".split(" "));
  const BETWEEN = new Set(["yet", "longer", "abl", NOT]);
  const UN_WORDS = new Set((
    "available assigned authorized bound healthy reachable ready recoverable reliable resolvable resolved responsive " +
    "schedulable scheduled stable supported synced synchronised synchronized trusted used writable").split(" "));
  const HAN = "\u3005\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff";
  const HIRAGANA = "\u3041-\u309f", KATAKANA = "\u30a1-\u30fa\u30fc-\u30ff\uff66-\uff9f", HANGUL = "\uac00-\ud7af";
  const CJK = HAN + HIRAGANA + KATAKANA + HANGUL;
  const LETTER = `(?:(?![${CJK}])[\\p{L}\\p{N}])`, WORD_LETTER = `(?:(?![${CJK}])[\\p{L}\\p{N}_])`;
  const TOKEN = new RegExp(
    `${LETTER}${WORD_LETTER}*(?:[-.@'’]${WORD_LETTER}+)*|[${HAN}]+|[${HIRAGANA}]+|[${KATAKANA}]+|[${HANGUL}]+`, "gu");
  const ASCII_TOKEN = /[A-Za-z0-9]\w*(?:[-.@']\w+)*/g;
  const CAMEL = /^(?:[A-Z]+[a-z0-9]+){2,}[A-Z][A-Za-z0-9]*$/;
  const IS_CJK = new RegExp(`^[${CJK}]`);
  const PART = /[A-Z]{2,}s(?![a-z])|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+(?:\.[0-9]+)*(?:[a-z]{1,2}(?![a-z]))?/g;
  const PLURAL_ACRONYM = /^[A-Z]{2,}s$/;
  const RUN = /[A-Za-z0-9]+(?:\.[0-9][A-Za-z0-9]*)*/g;
  const WORD = /[\p{L}\p{N}]+/gu;
  const SHORT_MIX = /^(?=.*[a-z])(?=.*[0-9])[a-z0-9]{2,5}$/i;
  const isAscii = (text) => /^[\x00-\x7f]*$/.test(text);
  const isDigits = (text) => /^\p{Nd}+$/u.test(text);
  const found = (text, pattern) => text.match(pattern) || [];

  class Language {
    constructor(tables) {
      this.stop = new Set(tables.stop);
      this.names = new Set(tables.names);
      this.singular = new Map(tables.singular);
      this.technologies = tables.technologies;
      this.known = new Map();
    }
    stem(word) { return this.names.has(word) ? word : FMKB.porter(this.singular.get(word) || word); }
    terms(token) {
      let terms = this.known.get(token);
      if (!terms) {
        if (this.known.size > 50000) this.known.clear();
        this.known.set(token, terms = this.read(token));
      }
      return terms;
    }
    read(token) {
      if (IS_CJK.test(token)) {
        const letters = [...token];
        return letters.length > 1 ? letters.slice(1).map((letter, at) => letters[at] + letter) : [token];
      }
      if (token.length > 80) return [];
      if (SHORT_MIX.test(token)) return [token.toLowerCase()];
      const plain = token.replace(/['’]s$/, "").replace(/['’]/g, "");
      const words = this.words(plain);
      if (words.length === 1) return this.wordTerms(words[0], plain !== token);
      const parts = words.flatMap((word) => this.wordTerms(word, false));
      if (!parts.length) return [];
      const kept = [];
      let before = "";
      for (const part of parts.filter((each) => each.length > 1 || isDigits(each))) {
        kept.push(part);
        if (before === NOT && part !== NOT) kept.push(NEGATED + part);
        before = part;
      }
      const wholes = plain.includes(".") ? plain.split(".").map((each) => this.parts(each))
        .filter((each) => each.length > 1).map((each) => this.stem(each.join(""))) : [];
      const whole = this.stem(this.parts(plain).join(""));
      return [...kept.filter((part) => part !== whole), ...wholes, whole];
    }
    parts(token) {
      return found(token, isAscii(token) ? PART : WORD)
        .map((part) => (PLURAL_ACRONYM.test(part) ? part.slice(0, -1) : part).toLowerCase());
    }
    // The parts of a token, those of a product's name as one word.
    words(token) {
      const undotted = token.replaceAll(".", "").toLowerCase();
      if (token.includes(".") && this.isWrittenName(undotted)) return [undotted];
      if (!isAscii(token) || token === token.toLowerCase()) return this.parts(token);
      const words = [];
      for (const run of found(token, RUN)) {
        const parts = this.parts(run);
        for (let at = 0; at < parts.length;) {
          let end = Math.min(parts.length, at + 4);
          while (end > at + 1 && !this.isWrittenName(parts.slice(at, end).join(""))) end--;
          const whole = parts.slice(at, end).join("");
          if (end > at + 1) words.push(...parts.slice(at, end).filter((part, place) => this.names.has(part)
            && (at + place === end - 1 || this.technologies[part] === this.technologies[whole])));
          words.push(whole);
          at = end;
        }
      }
      return words;
    }
    isWrittenName(word) { return /^[a-z]+$/.test(word) && this.names.has(word); }
    wordTerms(word, contracted) {
      if (NEGATORS.has(word) || (contracted && word.endsWith("nt"))) return [NOT];
      if (this.stop.has(word)) return [];
      if (word.startsWith("un") && UN_WORDS.has(word.slice(2))) {
        return [this.stem(word), NEGATED + this.stem(word.slice(2))];
      }
      return [this.stem(word)];
    }
    // The pieces of a text that carry terms: start, end, terms.
    tokens(text) {
      const result = [];
      let negated = false;
      for (const match of text.matchAll(isAscii(text) ? ASCII_TOKEN : TOKEN)) {
        let terms = this.terms(match[0]);
        if (!terms.length) continue;
        const first = terms[0];
        if (negated && !BETWEEN.has(first)) { terms = [...terms, NEGATED + first]; negated = false; }
        else if (terms.length === 1 && first === NOT) negated = true;
        else if (first === NOT) negated = false;
        result.push({ start: match.index, end: match.index + match[0].length, terms });
      }
      return result;
    }
  }

  // ---- loudness.py, noise.py ---------------------------------------------------------------------------------------
  const FAULT = 1, WARNING = 0.6, PLAIN = 0.4, QUIET = 0.1, FRAME = 0.05;
  const FAULT_WORDS = new RegExp(
    "\\b(?:fatal|panic|emerg|crit(?:ical)?|err(?:or)?s?|exceptions?|fail(?:ed|ure|ing|s)?|refused|denied|forbidden|" +
    "reject(?:ed|s)?|killed|oom\\w*|timed? ?out|timeouts?|exceed(?:ed|s)|cannot|can't|could ?n[o']t|unable|" +
    "no (?:space|such|route|leader|live|endpoints|more)|not (?:found|ready|allowed|permitted|enough|available)|" +
    "too many|missing|invalid|expired|corrupt(?:ed)?|deadlock|abort(?:ed|ing)?|unreachable|unhealthy|back-?off|" +
    "evicted|insufficient|throttl\\w+|segfault|dropp(?:ed|ing)|unknown|unauthorized|reset by peer|" +
    "warning|[A-Z]\\w+(?:Error|Exception)|5\\d\\d)\\b", "i");
  const ERRNO = /\bE[A-Z]{4,}\b/;
  const QUIET_LEVEL =
    /^\W*(?:\S+\s+){0,4}?\W?(?:INFO|DEBUG|TRACE|NOTICE|info|debug|trace)\b|\blevel=(?:info|debug)/;
  const WARNING_LEVEL = /\b(?:WARN(?:ING)?|warn)\b|\blevel=warn/;
  const FRAMES = new RegExp(
    "^\\s*(?:at\\s+[\\w$.<>/`,\\[\\]]+\\(|at\\s.+:\\d+:\\d+\\)?(?:\\s*\\{)?$|at\\s.+ in \\S+:line \\d+|" +
    "File \".*\", line|\\.{3} \\d+ (?:common frames|more)|--- End of |Traceback \\(most recent|goroutine \\d+|" +
    "[\\w./*()-]+\\.go:\\d+|[\\w./*()-]{1,200}\\((?:\\{?0x[0-9a-f]|\\.\\.\\.\\))|\\S+\\.rb:\\d+:in )");
  const isFrame = (line) => FRAMES.test(line);
  const namesAFault = (line) => FAULT_WORDS.test(line) || ERRNO.test(line);

  function loudness(line) {
    if (isFrame(line)) return FRAME;
    if (QUIET_LEVEL.test(line)) return QUIET;
    if (WARNING_LEVEL.test(line)) return WARNING;
    return namesAFault(line) ? FAULT : PLAIN;
  }

  const MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)";
  const NOISE = new RegExp([
    "\\b(?=[\\w:-]*\\d)(?:" + [
      "\\d{4}[-/]\\d\\d[-/]\\d\\d(?:[T ]\\d\\d:\\d\\d(?::\\d\\d(?:[.,]\\d+)?)?)?(?:Z|[+-]\\d\\d:?\\d\\d)?",
      "\\d\\d/(?:\\d\\d|[A-Z][a-z]{2})/\\d{4}(?::|[ ])\\d\\d:\\d\\d:\\d\\d(?:[ ][+-]\\d{4})?",
      "[IWEF]\\d{4} \\d\\d:\\d\\d:\\d\\d\\.\\d+ +\\d+ [\\w.]+:\\d+\\]",
      "\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d+)?\\b",
      "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\b",
      "\\d{1,3}(?:\\.\\d{1,3}){3}(?:/\\d{1,2})?\\b",
      "ip(?:-\\d{1,3}){4}\\b",
      "(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{0,4}\\b",
      "0x[0-9a-f]{4,}\\b",
      "sha256:[0-9a-f]{8,}\\b",
      "(?=[0-9a-f]*\\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}\\b",
      "(?:pid|tid|id|uid|thread|elapsed|took|duration)[=:]\\d+",
    ].join("|") + ")",
    "(?<=[a-z0-9])-(?:[0-9a-f]{6,10}-[a-z0-9]{5}|(?<=[a-z]-)(?=[a-z]*\\d)[a-z0-9]{5})\\b",
    "(?<=\\.(?:go|py|js)):\\d+(?::\\d+)?", "(?<=\\.java):\\d+", "(?<=,\\ line\\ )\\d+",
    "\\[\\d{3,}(?:\\.\\d+)?\\]",
    `\\b${MONTH} +\\d{1,2} \\d\\d:\\d\\d:\\d\\d(?: \\d{4})?`,
  ].join("|"), "gi");
  const URLS = /\b[a-z]+:\/\/[^\s"'<>)]+/gi;
  const blank = (text) => " ".repeat(text.length);
  const withoutNoise = (line) => (line.includes("://") ? line.replace(URLS, blank) : line).replace(NOISE, blank);
  const template = (line) => line.replace(/[0-9]+/g, "0");

  // ---- json_texts.py -----------------------------------------------------------------------------------------------
  const MESSAGE_KEY = new RegExp(
    "^(?:message|msg|fallback|errors?|err|exceptions?|reason|details?|summary|description|desc|title|text|body|log|logs|" +
    "event|payload|raw|m|mt|x|original|stack|stacktrace|trace|backtrace|cause|causes|subject|output|content|stderr|" +
    "stdout|failure|fault|faultstring|problem|alert|alertname|alarmname|formatted|annotation|note)$");
  const REFERENCE_KEY = new RegExp(
    "^(?:id|ids|uid|uuid|guid|\\w*timestamp|time|date|datetime|at|ts|t|\\w*url|\\w*uri|href|links?|arn|hash|sha|digest|" +
    "fingerprint|signature|token|version|cursor|key|keys|email|port|ip|address|pid|tid|lineno|offset|nonce|etag|" +
    "duration|elapsed|region|account|checksum|avatar|icon|color|colour|locale|language|schema|ref)$");
  const STATE_KEY = new RegExp(
    "^(?:level|loglevel|levelname|lvl|severity|priority|status|state|phase|type|kind|name|host|hostname|zone|cluster|" +
    "namespace|pod|node|container|image|job|instance|service|component|environment|env|source|logger|thread|file|" +
    "filename|path|function|method|module|class|user|action|cmd|cmdline|command|exe|tags?|labels?|args|unit|query)$");
  const NAMED_KEY = /^(?:alert|alarm|rule|monitor|check|issue|error|err|exception|exc)$/;
  const NAME_KEY = /^(?:name|type|kind|class|code)$/;
  const ASIDE = new Set((
    "agent agents assignee assignees assignments user users owner owners team teams responder responders actor author " +
    "createdby escalationpolicy priority service services integration sdk contexts context request breadcrumbs " +
    "modules config hostconfig networksettings graphdriver mounts metadata spec managedfields resource labels tags " +
    "links images involvedobject trigger dimensions source messageattributes host process container kubernetes " +
    "cloud").split(" "));
  const ALERT_LABELS = ["reason", "condition", "phase", "job", "component", "severity"];
  const QUIET_LEVELS = new Set("info information informational debug trace verbose notice default".split(" "));
  const MERE_STATES = new Set([...QUIET_LEVELS, ...(
    "error err warning warn critical crit fatal high medium low firing resolved triggered acknowledged open alert " +
    "alerting alarm notification message event incident issue ok true false none null").split(" ")]);
  const LEVEL_KEYS = new Set(["level", "severity", "lvl", "loglevel", "levelname", "priority"]);
  const keyWords = (key) => found(key, /[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g).map((word) => word.toLowerCase());
  const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

  // The JSON values that a text consists of, each with its place; none when it holds anything else.
  function documents(text) {
    const result = [];
    const skip = (at) => { while (at < text.length && " \t\r\n\ufeff\x1e".includes(text[at])) at++; return at; };
    let at = skip(0);
    while (at < text.length) {
      if (text[at] !== "{" && text[at] !== "[") return [];
      const end = closing(text, at);
      if (end < 0) return [];
      try { result.push({ value: JSON.parse(text.slice(at, end)), start: at, end }); } catch { return []; }
      at = skip(end);
    }
    return result;
  }

  // Where the value that opens at a place ends; -1 where it does not.
  function closing(text, at) {
    let depth = 0, quoted = false;
    for (; at < text.length; at++) {
      const letter = text[at];
      if (quoted) { if (letter === "\\") at++; else if (letter === '"') quoted = false; }
      else if (letter === '"') quoted = true;
      else if (letter === "{" || letter === "[") depth++;
      else if ((letter === "}" || letter === "]") && --depth === 0) return at + 1;
    }
    return -1;
  }

  function pieces(value) {
    const result = [];
    const add = (text, weight) => { if (result.length < 500) result.push({ text, weight }); };
    any(value, "", [], 16, FAULT);
    return result;

    function any(each, key, above, depth, most) {
      if (depth === 0) return;
      if (Array.isArray(each)) list(each, key, above, depth - 1, most);
      else if (isObject(each)) object(each, above, depth - 1, most);
      else if (typeof each === "string") string(each, key, above, depth - 1, most);
      else if (each === true) { if (namesAFault(keyWords(key).join(" "))) add(key, Math.min(most, WARNING)); }
      else if (Number.isInteger(each)) number(each, key, most);
    }
    function object(each, above, depth, most) {
      const alerts = (Array.isArray(each.alerts) ? each.alerts : []).filter(isObject);
      if (alerts.length) {
        const firing = alerts.filter((alert) => alert.status !== "resolved");
        for (const alert of firing.length ? firing : alerts) object(alert, above, depth, most);
        return;
      }
      most = Math.min(most, level(each));
      if (isObject(each.labels) && typeof each.labels.alertname === "string") {
        if (isObject(each.annotations)) {
          for (const [key, text] of Object.entries(each.annotations)) any(text, key, [], 2, most);
        }
        add(each.labels.alertname, most);
        for (const name of ALERT_LABELS) {
          if (typeof each.labels[name] === "string") add(each.labels[name], Math.min(most, QUIET));
        }
        return;
      }
      for (const [key, inner] of Object.entries(each)) {
        const split = key.split(/[.[\]/:]+/).filter(Boolean);
        const parts = split.length ? split : [key];
        const below = [...above, ...parts.slice(0, -1).map((part) => part.toLowerCase().replaceAll("_", ""))];
        const last = parts[parts.length - 1];
        if (inner !== null && typeof inner === "object") {
          below.push(last.toLowerCase().replaceAll("_", "").replace(/^@+/, ""));
        }
        any(inner, last, below, depth, most);
      }
    }
    function level(each) {
      for (const key of Object.keys(each)) {
        const words = keyWords(key.slice(key.lastIndexOf(".") + 1));
        const last = words[words.length - 1];
        if (!LEVEL_KEYS.has(last)) continue;
        const said = each[key];
        if (typeof said === "string" && last === "priority") {
          return /^[567]$/.test(said) && key === key.toUpperCase() ? QUIET : FAULT;
        }
        if (typeof said === "string") {
          const low = said.toLowerCase();
          return QUIET_LEVELS.has(low) ? QUIET : low === "warn" ? WARNING : FAULT;
        }
        if (Number.isInteger(said) && last === "level") return said >= 10 && said < 40 && said % 10 === 0 ? QUIET : FAULT;
      }
      return FAULT;
    }
    function list(each, key, above, depth, most) {
      if (each.length && each.every((part) => Number.isInteger(part) && part >= 0 && part < 256)) {
        if (kindOf(key, above) === FAULT) {
          string(new TextDecoder().decode(new Uint8Array(each)), key, above, depth, most);
        }
        return;
      }
      for (const part of each) any(part, key, above, depth, most);
    }
    function string(text, key, above, depth, most) {
      if (/^\s*[{[]/.test(text)) {
        const inner = documents(text);
        if (inner.length) {
          for (const document of inner) any(document.value, key, above, depth, most);
          return;
        }
      }
      if (above.includes("frames") || above.includes("threads")) return;
      let weight = weightOf(text, kindOf(key, above));
      if (weight === 0) return;
      if (above.some((part) => ASIDE.has(part)) && !["alertname", "alarmname"].includes(key.toLowerCase())) {
        weight = Math.min(weight, QUIET);
      }
      weight = Math.min(weight, most);
      const lines = text.split("\n").filter((line) => line.trim());
      lines.forEach((line, at) => {
        if (lines.length > 1 && isFrame(line)) add(line, Math.min(weight, FRAME));
        else add(line, at === 0 || loudness(line) > PLAIN ? weight : weight * PLAIN);
      });
    }
    function number(each, key, most) {
      const words = keyWords(key), last = words[words.length - 1], before = words[words.length - 2];
      if ((before === "exit" && last === "code") || last === "exitcode") {
        if (each) add(`exit code ${each}`, Math.min(most, WARNING));
      } else if (each >= 500 && each < 600 && (["status", "statuscode"].includes(last) || before === "status")) {
        add(`status ${each}`, Math.min(most, WARNING));
      }
    }
  }

  function weightOf(text, kind) {
    const sentence = found(text, /\S+/g).length >= 3;
    const mere = MERE_STATES.has(text.trim().toLowerCase()) || !/\p{L}/u.test(text);
    if (kind === FAULT) return mere ? QUIET : FAULT;
    if (mere) return 0;
    if (kind === 0) return sentence ? QUIET : 0;
    if (kind === QUIET) return namesAFault(text) ? PLAIN : QUIET;
    if (sentence) return namesAFault(text) ? WARNING : PLAIN;
    return namesAFault(text) ? PLAIN : QUIET;
  }

  function kindOf(key, above) {
    const words = keyWords(key), last = words.length ? words[words.length - 1] : "";
    if (NAME_KEY.test(last) && [...words.slice(0, -1), ...above.slice(-2)].some((word) => NAMED_KEY.test(word))) {
      return FAULT;
    }
    if (REFERENCE_KEY.test(last)) return 0;
    if (MESSAGE_KEY.test(last) || /(?:message|msg|error|exception|description)$/.test(last)) return FAULT;
    return STATE_KEY.test(last) ? QUIET : PLAIN;
  }

  // ---- pasted.py ---------------------------------------------------------------------------------------------------
  const EVENTS_HEADER = /^\s*(?:LAST SEEN|NAMESPACE\s+LAST SEEN)\s+TYPE\s+REASON\s+OBJECT\s+MESSAGE/m;
  const EVENT = /^(\s*(?:\S+\s+)?\S+\s+(Normal|Warning)\s+\S+\s+)(\S+)(\s+.*)/;
  const DESCRIBE = /^Name:\s+\S+[\s\S]*^(?:Events|Conditions|Status|Containers):/m;
  const DESCRIBED = new RegExp(
    "^\\s*(?:Warning\\b|(?:State|Last State|Reason|Message|Exit Code|Status|Ready|MemoryPressure|DiskPressure|" +
    "PIDPressure|NetworkUnavailable)\\b)");
  const HEALTHY = /^\s*(?:Ready|Status|State|Reason):?\s+(?:True|Running|Completed|Active|Bound)\s*$|\bNormal\b/;
  const ESCAPES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])/g;

  function isTelling(line) {
    return DESCRIBED.test(line) || (/^\S/.test(line) && loudness(line) === FAULT);
  }

  function readPasted(input) {
    let text = input.slice(0, 2000000).replace(ESCAPES, "").replace(/\r\n/g, "\n");
    if (text.includes("\r")) {
      text = text.includes("\n") ? text.split("\n").map((line) => line.replace(/\r+$/, "").replace(/.*\r/, "")).join("\n")
        : text.replace(/\r/g, "\n");
    }
    text = text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, " ");
    if (/^\s*[{[]/.test(text)) {
      const json = documents(text);
      if (json.length) {
        const empty = json.every(({ value }) => !(Array.isArray(value) ? value.length : Object.keys(value).length));
        return { kind: empty ? "text" : json.length === 1 ? "alert" : "log", lines: kept(documented(text, json)) };
      }
    }
    const lines = text.split("\n").map((line) => line.slice(0, 2000));
    const few = lines.filter((line) => line.trim()).length <= 3;
    if (few && !lines.some((line) => embedded(line)[1].length)) {
      return { kind: "text", lines: kept(lines.map((line, at) => ({ number: at + 1, text: line, weight: 1 }))) };
    }
    if (EVENTS_HEADER.test(text)) return { kind: "events", lines: kept(events(lines)) };
    if (DESCRIBE.test(text)) return { kind: "describe", lines: kept(lines.map((line, at) => ({
      number: at + 1, text: line, weight: isTelling(line) && !HEALTHY.test(line) ? FAULT : FRAME,
    }))) };
    return { kind: "log", lines: kept(logged(lines)) };
  }

  function kept(lines) {
    const variants = new Map(), seen = new Set(), result = [];
    let quietLeft = 10;
    for (const line of lines) {
      const kind = template(line.text);
      variants.set(kind, (variants.get(kind) || 0) + 1);
      if (variants.get(kind) > 2 || (line.weight <= QUIET && !quietLeft)) continue;
      const text = withoutNoise(line.text);
      if (!seen.has(text) && /[\p{L}\p{N}]/u.test(text)) {
        seen.add(text);
        result.push({ ...line, text, place: result.length });
        if (line.weight <= QUIET) quietLeft -= 1;
      }
    }
    const loud = result.filter((line) => line.weight > QUIET).sort((a, b) => b.weight - a.weight).slice(0, 60);
    const quiet = result.filter((line) => line.weight <= QUIET);
    const all = [...loud, ...quiet].sort((a, b) => a.number - b.number || a.place - b.place);
    const loudest = all.reduce((most, line) => Math.max(most, line.weight), 0) || 1;
    return all.map((line) => ({ ...line, weight: line.weight / loudest }));
  }

  function embedded(line) {
    const at = /[}\]]\s*$/.test(line) ? line.search(/[{[]\s*["{]/) : -1;
    const inner = at >= 0 ? documents(line.slice(at)) : [];
    return inner.length ? [line.slice(0, at), inner] : [line, []];
  }

  function logged(lines) {
    const result = [];
    lines.forEach((line, at) => {
      const [before, inner] = embedded(line);
      if (before.trim()) {
        const loud = loudness(before);
        result.push({ number: at + 1, text: before, weight: inner.length ? Math.min(loud, QUIET) : loud });
      }
      for (const document of inner) {
        for (const { text, weight } of pieces(document.value)) {
          result.push({ number: at + 1, text, weight: Math.min(weight, loudness(text)) });
        }
      }
    });
    return result;
  }

  function events(lines) {
    return lines.map((line, at) => [line, EVENT.exec(line), at + 1]).filter(([line]) => !EVENTS_HEADER.test(line)).map(
      ([line, match, number]) => match
        ? { number, text: match[1] + blank(match[3]) + match[4], weight: match[2] === "Warning" ? FAULT : QUIET }
        : { number, text: line, weight: loudness(line) });
  }

  function documented(text, json) {
    const result = [];
    for (const document of json) {
      let last = document.start;
      for (const piece of pieces(document.value)) {
        const written = JSON.stringify(piece.text).slice(1, -1);
        const at = text.indexOf(written, last);
        if (at >= 0 && at < document.end) last = at;
        result.push({
          number: text.slice(0, last).split("\n").length, text: piece.text.split(/\s+/).filter(Boolean).join(" "),
          weight: json.length > 1 ? Math.min(piece.weight, loudness(piece.text)) : piece.weight,
        });
      }
    }
    return result;
  }

  // ---- question.py -------------------------------------------------------------------------------------------------
  const LOUD = 0.3, SYNONYM = 0.45, NAME = 0.15, RULED_OUT = 0.3;
  const DENIES = /^(?:not|never|nor|neither|\w+n['’]?t)$/i, CANNOT = /^(?:can['’]?t|cannot)$/i;
  const STATES = (
    "ready running available healthy up active alive started synced synchronized bound scheduled reachable " +
    "responsive enabled mounted open allowed accepting listening responding working writable trusted assigned " +
    "schedulable stable recoverable resolvable matched connected loaded").split(" ");
  const SCAFFOLD = "org com net io java javax lang exception error err github internal md".split(" ");
  const RULES_OUT = new RegExp(
    "\\bnot\\s+(?:an?|the|any)\\s+([\\w-]+)\\s+(?:problem|issue|error|fault|question|thing)\\b" +
    "|\\bnot\\s+(?:because\\s+of|due\\s+to|about|caused\\s+by|related\\s+to)\\s+(?:the\\s+|an?\\s+)?([\\w-]+)", "gi");
  const NAMED_OBJECT = new RegExp(
    "(?<![\\w/])[a-z0-9]+(?:-[a-z0-9]+)*/[a-z0-9]+(?:-[a-z0-9]+)+(?![\\w/])" +
    "|(?<=namespace )[a-z0-9-]+|(?<=namespace=)[\\w-]+|(?<=cluster )[a-z]+-[a-z0-9]+|\\b[a-z]+(?:-[a-z]+)*-\\d+(?![\\w-])" +
    "|\\b(?<=[Pp]od )\\S+/\\S+|\\b(?<=Deployment )\\S+/\\S+|(?<=DaemonSet )\\S+/\\S+|(?<=StatefulSet )\\S+/\\S+" +
    "|(?<=Job )\\S+/\\S+|(?<=HPA )\\S+/\\S+", "g");
  const SEPARATORS = /["`,;:!?()[\]{}<>=|/\\]/g;

  const wordsOf = (text) => text.toLowerCase().replace(SEPARATORS, " ").replace(/['’]/g, "").split(/\s+/)
    .map((word) => word.replace(/^[._-]+|[._-]+$/g, "")).filter(Boolean);

  // ---- signatures.py -----------------------------------------------------------------------------------------------
  const PORT = /(?::|\bport[ =:]{1,2})(\d{4,5})\b/gi, SCHEME = /\b([a-z][a-z0-9+]{1,15}):\/\//gi;
  const CODE = /SQLSTATE\[\w{5}\](?: \[\d{1,5}\])?|\b(?:ORA|TNS)-\d{5}\b/g;

  class Signatures {
    constructor(rows) {
      this.phrases = new Map();
      for (const name of ["prefix", "port", "scheme"]) {
        this[name] = new Map(rows.filter(([kind]) => kind === name).map(([, sign, about]) => [sign, { technology: about }]));
      }
      this.formats = rows.filter(([kind]) => kind === "format")
        .map(([, sign, about]) => [new RegExp(`^(?:${sign})`), { technology: about }]);
      for (const [kind, words, about] of rows.filter(([each]) => each === "topic" || each === "phrase")) {
        if (!this.phrases.has(words[0])) this.phrases.set(words[0], []);
        this.phrases.get(words[0]).push([words, kind === "topic" ? { topic: about } : { technology: about }]);
      }
    }
    ofLine(line, words, add) {
      words.forEach((word, at) => {
        for (const [phrase, sign] of this.phrases.get(word) || []) {
          if (phrase.every((each, offset) => words[at + offset] === each)) add(sign);
        }
        if (this.prefix.has(word)) add(this.prefix.get(word));
        else if (!/^[\p{L}\p{N}]+$/u.test(word)) {
          for (const boundary of word.matchAll(/[._$@-]/g)) {
            const sign = this.prefix.get(word.slice(0, boundary.index)) || this.prefix.get(word.slice(0, boundary.index + 1));
            if (sign) { add(sign); break; }
          }
        }
      });
      for (const [, port] of line.matchAll(PORT)) if (this.port.has(port)) add(this.port.get(port));
    }
    ofText(text, add) {
      for (const line of text.split("\n").slice(0, 3)) {
        for (const [pattern, sign] of this.formats) if (pattern.test(line.slice(0, 200))) add(sign);
      }
      const searched = text.slice(0, 10000);
      for (const code of found(searched, CODE)) this.ofLine("", wordsOf(code), add);
      for (const [, scheme] of searched.matchAll(SCHEME)) {
        if (this.scheme.has(scheme.toLowerCase())) add(this.scheme.get(scheme.toLowerCase()));
      }
    }
  }

  // ---- spelling.py -------------------------------------------------------------------------------------------------
  function distance(typed, term, other) {
    let before = [], last = Array.from({ length: term.length + 1 }, (_, at) => at);
    for (let row = 1; row <= typed.length; row++) {
      const here = [row], letter = typed[row - 1];
      for (let column = 1; column <= term.length; column++) {
        const against = term[column - 1];
        let best = Math.min(last[column] + 1, here[column - 1] + 1, last[column - 1] + (letter === against ? 0 : other));
        if (row > 1 && column > 1 && letter === term[column - 2] && typed[row - 2] === against) {
          best = Math.min(best, before[column - 2] + 1);
        }
        here.push(best);
      }
      [before, last] = [last, here];
    }
    return last[term.length];
  }

  // ---- index.py ----------------------------------------------------------------------------------------------------
  const K1 = 2.0, B = 0.7, RANKING_PRIOR = 10, PRIOR = 40, ABOUT = 0.65, MOST_INFORMATION = 5;
  const RARE = 0.008, EVERYDAY = 0.4;

  function decoded(text) {
    const numbers = new Int32Array(text.length);
    let size = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      numbers[size++] = code < 0xd800 ? code - 35
        : 0xd800 - 35 + (code - 0xe000) * 2048 + text.charCodeAt(++at) - 35;
    }
    return numbers.subarray(0, size);
  }

  class Engine {
    constructor(data) {
      this.data = data;
      this.language = new Language(data.tables);
      this.size = data.runbooks.length;
      this.fields = data.fields.length;
      [this.pointed, this.title, this.aliases, this.subject] = data.places;
      this.model = data.model;
      this.vocabulary = new Map(data.terms.map((term, number) => [term, number]));
      this.shares = new Map();
      for (const [share, terms] of Object.entries(data.tables.shares)) {
        for (const term of terms) this.shares.set(term, Number(share));
      }
      this.prepareTables(data.tables);
      this.texts = data.texts.map(([text, starts]) => ({ terms: decoded(text), starts }));
      this.weigh();
    }

    prepareTables(tables) {
      this.signatures = new Signatures(tables.signatures);
      this.technologyOf = new Map(Object.entries(tables.technologies));
      this.related = new Set(tables.related.map((pair) => pair.join(" ")));
      this.languages = tables.languages.map((words) => new Set(words));
      this.foreign = new Set(tables.languages.flat().filter((word) => !this.language.stop.has(word)));
      this.states = new Set(STATES.map((word) => this.language.stem(word)));
      this.scaffold = new Set(SCAFFOLD.map((word) => this.language.stem(word)));
      this.members = new Map();
      tables.synonyms.forEach((group, number) => {
        for (const [words] of group) {
          if (!this.members.has(words[0])) this.members.set(words[0], []);
          this.members.get(words[0]).push([words, number]);
        }
      });
      this.telling = tables.telling
        .filter((term) => term.length >= 5 && /^[a-z]+$/i.test(term) && this.vocabulary.has(term));
    }

    // The expected share of operations texts that hold a term (background.py).
    share(term) {
      if ((isDigits(term) && term.length < 3) || /^[\u3040-\u309f]+$/.test(term)) return EVERYDAY;
      if (term.startsWith(NEGATED)) return (this.shares.get(term.slice(NEGATED.length)) ?? RARE) / 2;
      return this.shares.get(term) ?? RARE;
    }

    weigh() {
      const terms = this.data.terms, count = terms.length, fields = this.fields;
      const sums = new Float64Array(fields), having = new Float64Array(fields);
      const lengths = this.texts.map(({ terms: text, starts }) => {
        const found = new Float64Array(fields).fill(-1);
        for (let field = 0; field < fields; field++) {
          if (starts[field + 1] > starts[field]) {
            let length = 0;
            for (let at = starts[field]; at < starts[field + 1]; at++) if (text[at] !== END) length++;
            found[field] = length;
            sums[field] += length;
            having[field]++;
          }
        }
        return found;
      });
      const frequency = new Float64Array(count), about = new Float64Array(count);
      const postings = Array.from({ length: count }, () => []);
      this.texts.forEach(({ terms: text, starts }, place) => {
        const parts = new Map();
        for (let field = 0; field < fields; field++) {
          const counts = new Map();
          for (let at = starts[field]; at < starts[field + 1]; at++) {
            if (text[at] !== END) counts.set(text[at], (counts.get(text[at]) || 0) + 1);
          }
          const mean = Math.max(sums[field] / Math.max(having[field], 1), 1e-9);
          const length = K1 * (1 - B + B * lengths[place][field] / mean);
          for (const [term, times] of counts) {
            parts.set(term, (parts.get(term) || 0) + this.data.fields[field] * times / (length + times));
          }
        }
        for (const [term, value] of parts) { frequency[term]++; postings[term].push(place, value); }
        for (const term of new Set(text.subarray(0, starts[this.pointed]))) about[term]++;
      });
      this.postings = postings;
      this.rarity = new Float64Array(count);
      this.information = new Float64Array(count);
      terms.forEach((term, number) => {
        const prior = this.share(term), expected = frequency[number] + RANKING_PRIOR * prior;
        this.rarity[number] = Math.log(1 + (this.size + RANKING_PRIOR - expected + 0.5) / (expected + 0.5));
        this.information[number] = this.nats(ABOUT * about[number] + (1 - ABOUT) * frequency[number], prior);
      });
      this.information[END] = 0;
    }

    nats(frequency, prior) {
      const told = -Math.log((frequency + PRIOR * prior) / (this.size + PRIOR));
      return Math.min(Math.max(told, 0), MOST_INFORMATION);
    }

    informationOf(term) {
      const number = this.vocabulary.get(term);
      return number ? this.information[number] : this.nats(0, this.share(term));
    }

    // The short texts of a runbook that say what it is about, each as a set of terms (index.passages_in).
    passages(place) {
      const { terms, starts } = this.texts[place], found = [];
      let held = new Set();
      for (let at = 0; at < starts[this.pointed]; at++) {
        if (terms[at] === END) { found.push(held); held = new Set(); } else held.add(terms[at]);
      }
      return found;
    }

    field(place, first, last) {
      const { terms, starts } = this.texts[place];
      return new Set(terms.subarray(starts[first], starts[last + 1]));
    }

    // ---- question.py, languages.py, synonyms.py ----
    functionWords(words) {
      if (!words.some((word) => this.foreign.has(word))) return null;
      let best = null, count = -1;
      for (const language of this.languages) {
        const here = words.filter((word) => language.has(word)).length;
        if (here > count) [best, count] = [language, here];
      }
      const english = words.filter((word) => this.language.stop.has(word) && !best.has(word)).length;
      return count >= Math.max(2, 0.2 * words.length, english + 1) ? best : null;
    }

    question(text) {
      const pasted = readPasted(text);
      const words = [], said = [], technologies = new Set(), signed = new Set(), topics = new Set();
      const add = (sign) => {
        if (sign.technology) { technologies.add(sign.technology); signed.add(sign.technology); }
        if (sign.topic) topics.add(sign.topic);
      };
      for (const line of pasted.lines) {
        const read = wordsOf(line.text), empty = this.functionWords(read);
        words.push(...this.words(line, empty));
        if (line.weight > LOUD) {
          said.push(...(empty ? read.filter((word) => !empty.has(word)) : read));
          this.signatures.ofLine(line.text, read, add);
        }
      }
      this.signatures.ofText(text, add);
      for (const word of words) {
        if (word.weight > LOUD) {
          for (const term of word.terms) if (this.technologyOf.has(term)) technologies.add(this.technologyOf.get(term));
        }
      }
      const terms = this.weights(words), expansions = this.expansions(said);
      const { kind, lines } = pasted, last = lines.length ? lines[lines.length - 1].number : 0;
      const question = { kind, last, words, terms, expansions, technologies, signed, topics };
      question.synonyms = this.synonyms(expansions, terms);
      return this.understood(question);
    }

    words(line, empty) {
      const names = [...line.text.matchAll(NAMED_OBJECT)].map((match) => [match.index, match.index + match[0].length]);
      const ruledOut = new Set(line.text.includes("not") ? [...line.text.matchAll(RULES_OUT)].map((m) => m[1] || m[2]) : []);
      const result = [];
      for (const token of this.language.tokens(line.text)) {
        const text = line.text.slice(token.start, token.end);
        if (empty && empty.has(text.toLowerCase())) continue;
        let weight = line.weight;
        if (names.some(([start, end]) => start <= token.start && token.start < end)) weight *= NAME;
        else if (ruledOut.has(text)) weight *= RULED_OUT;
        const foreign = Boolean(empty) || IS_CJK.test(text);
        result.push({ text, terms: this.tellingParts(token.terms), line: line.number, weight, foreign });
      }
      return result;
    }

    tellingParts(terms) {
      if (terms.length < 3) return terms;
      const parts = terms.filter((term) => !this.scaffold.has(term));
      return parts.length > 1 ? parts : terms;
    }

    weights(words) {
      const loudest = new Map(), count = new Map();
      for (const word of words) {
        for (const term of word.terms) {
          loudest.set(term, Math.max(loudest.get(term) || 0, word.weight));
          count.set(term, (count.get(term) || 0) + 1);
        }
      }
      const weights = new Map();
      for (const [term, weight] of loudest) weights.set(term, weight * (1 + Math.log(Math.min(count.get(term), 4))));
      if ([...weights.keys()].some((term) => term.startsWith(NEGATED))) {
        for (const term of this.deniedStates(words)) weights.set(term, weights.get(term) * 0.5);
      }
      return weights;
    }

    deniedStates(words) {
      const denied = new Set(), said = new Set();
      let denies = false;
      for (const word of words) {
        if (word.terms.length === 1 && word.terms[0] === NOT) {
          denies = DENIES.test(word.text) && !CANNOT.test(word.text);
          continue;
        }
        const negated = new Set(word.terms.filter((term) => term.startsWith(NEGATED)).map((term) => term.slice(NEGATED.length)));
        const within = word.terms.includes(NOT);
        for (const term of word.terms) {
          (negated.has(term) && this.states.has(term) && (denies || within) ? denied : said).add(term);
        }
      }
      return [...denied].filter((term) => !said.has(term));
    }

    expansions(words) {
      const seen = new Set(), result = [];
      words.forEach((word, at) => {
        for (const [member, number] of this.members.get(word) || []) {
          if (seen.has(number) || !member.every((each, offset) => words[at + offset] === each)) continue;
          seen.add(number);
          const group = this.data.tables.synonyms[number];
          const own = group.find(([each]) => each.length === member.length && each.every((w, n) => w === member[n]));
          const said = new Set(own[1]);
          const others = group.map(([, terms]) => terms).filter((terms) => !terms.every((term) => said.has(term)));
          result.push({ said, others });
        }
      });
      return result;
    }

    synonyms(groups, terms) {
      const brought = new Map();
      for (const { others } of groups) {
        for (const member of others) {
          for (const term of member) {
            if (term !== NOT && !terms.has(term)) {
              brought.set(term, Math.max(brought.get(term) || 0, SYNONYM / Math.sqrt(member.length)));
            }
          }
        }
      }
      return brought;
    }

    // What unknown words probably mean, as synonyms of them.
    understood(question) {
      const guesses = [];
      for (const word of question.words) {
        if (guesses.length === 4) break;
        const plain = word.terms.filter((term) => !term.startsWith(NEGATED));
        if (word.foreign || word.weight <= LOUD || plain.length !== 1) continue;
        const [term] = plain;
        if (this.vocabulary.has(term) || this.language.names.has(term) || this.shares.has(term)) continue;
        if (question.expansions.some((each) => each.said.has(term))) continue;
        const meant = this.meant(word.text.toLowerCase());
        if (meant) {
          const negated = word.terms.length > 1 && this.vocabulary.has(NEGATED + meant) ? [NEGATED + meant] : [];
          guesses.push({ said: new Set(word.terms), others: [[meant, ...negated]] });
        }
      }
      for (const [term, weight] of this.synonyms(guesses, question.terms)) question.synonyms.set(term, weight);
      question.expansions = [...question.expansions, ...guesses];
      return question;
    }

    meant(word) {
      if (!/^[a-z]{4,30}$/.test(word)) return null;
      let best = null;
      for (const [typed, names] of [[word, true], [this.language.stem(word), false]]) {
        const most = typed.length >= 8 ? 2 : 1, other = typed.length >= 7 ? 1 : 2;
        for (const term of this.telling) {
          if (Math.abs(term.length - typed.length) > most || term[0] !== typed[0]) continue;
          if (this.language.names.has(term) !== names) continue;
          const errors = distance(typed, term, other);
          if (errors <= most && (word.length >= 5 || typed.length !== term.length)) {
            if (!best || errors < best[0] || (errors === best[0] && term < best[1])) best = [errors, term];
          }
        }
      }
      return best && best[1];
    }

    // ---- ranking.py ----
    agree(asked, technologies) {
      const runtimes = ["jvm", "nodejs", "python", "ruby", "php", "dotnet"];
      const areRuntimes = (each) => [...each].every((one) => runtimes.includes(one));
      if (!technologies.length || !asked.size || (areRuntimes(asked) && !areRuntimes(technologies))) return true;
      return [...asked].some((mine) => technologies.some((other) => mine === other || this.related.has(`${mine} ${other}`)));
    }

    rank(question, examined, accept) {
      const scores = new Float64Array(this.size), runbooks = this.data.runbooks;
      const said = new Map(), told = new Map();
      for (const [terms, share] of [[question.terms, 1], [question.synonyms, 0.6]]) {
        for (const [term, weight] of terms) {
          const number = this.vocabulary.get(term);
          if (number === undefined) continue;
          said.set(number, share);
          told.set(number, Math.min(weight, 1) * this.information[number]);
          const list = this.postings[number];
          for (let at = 0; at < list.length; at += 2) scores[list[at]] += list[at + 1] * this.rarity[number] * weight;
        }
      }
      let best = [];
      for (let place = 0; place < this.size; place++) {
        scores[place] *= accept && !accept(place) ? 0 : runbooks[place].damping;
        if (scores[place] > 0) best.push(place);
      }
      if (best.length > 30) best = best.sort((a, b) => scores[b] - scores[a]).slice(0, 30).sort((a, b) => a - b);
      const known = (texts) => texts.map((text) => this.textIn(text, question, told)).filter(Boolean);
      const asked = known([[...question.terms.keys()]]), names = known(this.namesIn(question));
      const ranked = best.map((place) => ({ place, ...this.bestPassage(place, told, asked, names), contrast: 1 }));
      for (const each of ranked) each.score = scores[each.place] + 0.3 * runbooks[each.place].damping * each.passage;
      const nearest = [...ranked].sort((a, b) => b.score - a.score).slice(0, 10);
      const titles = nearest.map(({ place }) => this.field(place, this.subject, this.subject));
      nearest.forEach((each, at) => {
        each.contrast = this.unasked(titles[at], said);
        each.outdone = titles.map((other) => this.outdoing(titles[at], other, said));
      });
      for (const each of ranked) {
        each.score *= (1 - 0.3 * each.contrast) * (1 - 0.2 * Math.max(0, ...(each.outdone || [])));
        each.standing = runbooks[each.place].damping;
      }
      for (const each of this.quotes(ranked, question)) { each.score *= 0.7; each.standing *= 0.7; }
      for (const each of ranked) {
        if (!this.agree(question.technologies, runbooks[each.place].speaksOf)) { each.score *= 0.75; each.standing *= 0.75; }
      }
      this.read(ranked, examined);
      const before = nearest.map(({ score, standing }) => score / standing);
      nearest.forEach((each, at) => nearest.forEach((other, row) => {
        if (!other.outdone[at] || this.explain(other.place, examined).share >= 0.95) return;
        if (this.tellsOf(other.place, titles[row], titles[at], said)) return;
        each.score = Math.max(each.score, 1.2 * other.outdone[at] * before[row] * each.standing);
      }));
      this.putFirst(ranked);
      const named = ranked.filter(({ isNamed }) => isNamed);
      for (const each of ranked) each.named = named.length === 1 && each.isNamed && each.standing >= 1;
      return ranked.sort((a, b) => b.score - a.score || a.place - b.place);
    }

    // What the terms of a text tell in all, and how much of that counts here; null where no passage can have all of them.
    textIn(terms, question, told) {
      let all = 0, asked = 0;
      for (const term of terms) {
        const number = this.vocabulary.get(term);
        if (number === undefined) return null;
        all += this.information[number];
        if (question.terms.has(term)) asked += told.get(number);
      }
      return { all, asked };
    }

    // The terms of each name that monitoring prints as one word, "KubePodNotReady". A log has names of all kinds.
    namesIn(question) {
      if (question.kind !== "alert" && question.last > 20) return [];
      const names = new Set(question.words.filter(({ text, weight }) => weight > LOUD && CAMEL.test(text)).map(({ text }) => text));
      return [...names].map((name) => new Set(this.language.tokens(name).flatMap(({ terms }) => terms)));
    }

    putFirst(ranked) {
      const own = ranked.filter(({ isAsked, isNamed, standing }) => (isAsked || isNamed) && standing >= 1);
      if (!own.length || own.length === ranked.length) return;
      const best = Math.max(...own.map(({ score }) => score));
      const ahead = 1.3 * Math.max(...ranked.filter((each) => !own.includes(each)).map(({ score }) => score));
      for (const each of own) each.score = Math.max(each.score, ahead * (0.9 + 0.1 * each.score / best));
    }

    // Those within reach of the first are compared by what they explain of the question.
    read(ranked, examined) {
      const order = [...ranked].sort((a, b) => b.score - a.score || a.place - b.place);
      const near = order.slice(0, 5).filter(({ score }) => score >= 0.8 * order[0].score);
      if (near.length < 2) return;
      for (const each of near) {
        const { strength, linked } = this.explain(each.place, examined);
        each.factor = 1 + 0.65 * linked - 0.05 * Math.min(strength.missing, 4);
      }
      const most = Math.max(...near.map(({ factor }) => factor));
      const roots = near.map(({ factor }) => Math.sqrt(factor / most));
      const values = near.map(({ score }, at) => score * roots[at]).sort((a, b) => b - a);
      for (const each of order.slice(near.length)) each.score *= Math.min(...roots);
      const whole = near.map((each, at) => ({ each, at, score: each.score * (each.factor / most) }));
      whole.sort((a, b) => b.score - a.score || a.at - b.at).forEach(({ each }, at) => { each.score = values[at]; });
    }

    bestPassage(place, told, asked, names) {
      let passage = 0, isAsked = false, isNamed = false;
      const isOneOf = (texts, explained, all) =>
        texts.some((text) => Math.abs(all - text.all) < 0.001 && explained > text.asked - 0.001);
      for (const terms of this.passages(place)) {
        let explained = 0, all = 0;
        for (const term of terms) { explained += told.get(term) || 0; all += this.information[term]; }
        if (explained <= 0) continue;
        passage = Math.max(passage, explained * Math.min(explained / all, 1) ** 0.7);
        isAsked ||= isOneOf(asked, explained, all);
        isNamed ||= isOneOf(names, explained, all);
      }
      return { passage, isAsked, isNamed };
    }

    unasked(title, said) {
      let unasked = 0;
      for (const term of title) unasked += this.information[term] * (1 - (said.get(term) || 0));
      return unasked / (unasked + 2);
    }

    // How far the title of a sibling says what was asked and this one does not, from 0 to 1.
    outdoing(title, sibling, said) {
      let common = 0;
      for (const term of title) if (sibling.has(term)) common += this.information[term];
      if (common < 1.5) return 0;
      const share = (own, other, none) => {
        let all = 0, asked = 0;
        for (const term of own) {
          if (other.has(term)) continue;
          all += this.information[term];
          asked += this.information[term] * (said.get(term) || 0);
        }
        return all > 1e-9 ? asked / all : none;
      };
      const won = share(sibling, title, 0), lost = share(title, sibling, 1);
      return won >= 0.8 && lost <= 0.2 ? won - lost : 0;
    }

    // Whether the short texts of a runbook have the words that the question says and only the other title has.
    tellsOf(place, title, other, said) {
      const has = new Set(this.passages(place).flatMap((terms) => [...terms]));
      return [...other].every((term) => title.has(term) || !said.has(term) || has.has(term));
    }

    quotes(ranked, question) {
      const result = new Set();
      for (const [name, words] of this.data.tables.topics) {
        if (!question.topics.has(name)) continue;
        const numbers = words.map((word) => this.vocabulary.get(word)).filter((number) => number !== undefined);
        const about = ranked.map(({ place }) => {
          const terms = this.field(place, this.title, this.aliases);
          return numbers.some((number) => terms.has(number));
        });
        if (!about.some(Boolean)) continue;
        ranked.forEach((each, at) => {
          const named = this.data.runbooks[each.place].speaksOf.some((name) => question.technologies.has(name));
          if (!about[at] && !named) result.add(each);
        });
      }
      return result;
    }

    // ---- strength.py ----
    examine(question) {
      const whole = question.kind === "text" || question.kind === "alert";
      const rows = [], seen = new Set(), worth = new Float64Array(question.words.length);
      const line = question.words.map((word) => (whole ? 0 : word.line));
      question.words.forEach((word, place) => {
        const key = `${line[place]} ${word.terms.join(" ")}`;
        if (seen.has(key)) return;
        seen.add(key);
        let most = 0;
        word.terms.forEach((term, at) => {
          if (term === NOT) return;
          let told = this.informationOf(term);
          if (at && at === word.terms.length - 1 && !this.vocabulary.has(term)) told = Math.min(told, most);
          most = Math.max(most, told);
          rows.push({ number: this.vocabulary.get(term) ?? -1, told, word: place, term });
        });
      });
      const sums = new Float64Array(worth.length);
      for (const row of rows) { sums[row.word] += row.told; worth[row.word] = Math.max(worth[row.word], row.told); }
      const stated = new Float64Array(worth.length), negates = (row) => row.term.startsWith(NEGATED);
      for (const row of rows) if (!negates(row)) stated[row.word] += row.told;
      for (const row of rows) {
        row.share = row.told / Math.max(sums[row.word], 1e-9);
        row.plain = negates(row) ? 0 : row.told / Math.max(stated[row.word], 1e-9);
      }
      const telling = [...worth].map((each, at) => each >= 2.5 && question.words[at].weight > LOUD);
      if (question.words.some((word) => word.foreign)) {
        const known = new Set(rows.filter((row) => row.number >= 0).map((row) => row.word));
        question.words.forEach((word, at) => { if (word.foreign && !known.has(at)) telling[at] = false; });
      }
      const asked = new Set(rows.filter((row) => row.number >= 0).map((row) => row.number));
      const synonyms = [];
      for (const { said, others } of question.expansions) {
        const members = others.filter((terms) => terms.every((term) => term === NOT || this.vocabulary.has(term)))
          .map((terms) => terms.filter((term) => term !== NOT).map((term) => this.vocabulary.get(term)));
        if (!members.length) continue;
        for (const member of members) for (const term of member) asked.add(term);
        synonyms.push([rows.flatMap((row, at) => (said.has(row.term) ? [at] : [])), members]);
      }
      asked.delete(END);
      return {
        rows, line, telling, asked, synonyms, pairs: this.pairs(question),
        worth: worth.map((each, at) => each * question.words[at].weight),
      };
    }

    pairs(question) {
      const result = new Set();
      let line = -1, before = -1, last = -1;
      for (const word of question.words) {
        if (word.line !== line) [line, before, last] = [word.line, -1, -1];
        for (const term of word.terms.length > 2 ? word.terms.slice(0, -1) : word.terms) {
          const number = this.vocabulary.get(term) ?? -1;
          if (number >= 0) for (const other of [before, last]) if (other >= 0) result.add(`${other} ${number}`);
          [before, last] = [last, number];
        }
      }
      return result;
    }

    explain(place, examined) {
      const { rows, worth, line, telling } = examined;
      const strength = { mass: 0, phrases: 0, missing: 0, about: 0 };
      if (!rows.length) return { strength, linked: 0, held: new Set(), shares: [] };
      const text = this.texts[place].terms, terms = [], places = [];
      for (let at = 0; at < text.length; at++) if (examined.asked.has(text[at])) { terms.push(text[at]); places.push(at); }
      const held = new Set(terms);
      const shares = this.shared(examined, held, true);
      const byLine = new Map();
      shares.forEach((share, at) => byLine.set(line[at], (byLine.get(line[at]) || 0) + share * worth[at]));
      let best = null;
      for (const each of [...byLine.keys()].sort((a, b) => a - b)) if (best === null || byLine.get(each) > byLine.get(best)) best = each;
      const joined = new Set();
      for (const step of [1, 2]) {
        for (let at = 0; at + step < terms.length; at++) {
          if (places[at + step] - places[at] <= 3 && examined.pairs.has(`${terms[at]} ${terms[at + step]}`)) {
            joined.add(terms[at]).add(terms[at + step]);
          }
        }
      }
      const phrases = this.shared(examined, joined, false), together = this.shared(examined, joined, false, "plain");
      let linked = 0;
      const pointed = this.texts[place].starts[this.pointed];
      const about = this.shared(examined, new Set(terms.filter((_, at) => places[at] < pointed)), true);
      let asked = 0;
      shares.forEach((share, at) => {
        if (line[at] !== best) return;
        asked += worth[at];
        strength.mass += share * worth[at];
        strength.phrases += phrases[at] * worth[at];
        linked += together[at] * worth[at];
        strength.about += about[at] * worth[at];
        if (telling[at] && share < 0.5) strength.missing++;
      });
      strength.about /= Math.max(asked, 1e-9);
      return { strength, linked: linked / Math.max(asked, 1e-9), held, shares };
    }

    shared(examined, held, synonyms, part = "share") {
      const has = examined.rows.map((row) => (held.has(row.number) ? 1 : 0));
      if (synonyms) {
        for (const [said, members] of examined.synonyms) {
          if (members.some((member) => member.every((term) => held.has(term)))) {
            for (const at of said) has[at] = Math.max(has[at], 0.6);
          }
        }
      }
      const shares = new Float64Array(examined.worth.length);
      examined.rows.forEach((row, at) => { shares[row.word] += has[at] * row[part]; });
      return shares;
    }

    // ---- engine.py, verdict.py, calibration.py ----
    search(text, limit = 5, accept = null) {
      const question = this.question(text), examined = this.examine(question);
      const ranked = this.rank(question, examined, accept);
      const hits = ranked.slice(0, Math.max(limit, 2)).map((each, at) => {
        const other = ranked[at === 0 ? 1 : 0];
        const lead = ranked.length === 1 ? 1 : Math.max(-1, (each.score - other.score) / each.score);
        const technology = this.agreement(question, this.data.runbooks[each.place].speaksOf);
        const alone = this.explain(each.place, examined);
        Object.assign(alone.strength, { technology, lead, passage: each.passage, title: 1 - each.contrast, named: each.named });
        return { ...each, ...alone };
      });
      let last = 1;
      hits.forEach((hit, at) => {
        const own = this.probability(hit.strength);
        hit.confidence = at === 0 ? own : Math.min(last, own * (1 - hits[0].confidence));
        last = hit.confidence;
      });
      return { verdict: this.decide(hits, question), hits: hits.slice(0, limit), question };
    }

    probability({ mass, phrases, missing, technology, lead, passage, title, about, named }) {
      const ahead = Math.sqrt(Math.max(lead, 0));
      const figures = [
        Math.log1p(mass), Math.log1p(phrases), Math.min(missing, 4), Math.max(technology, 0), Math.max(-technology, 0),
        ahead * passage / (passage + 1), ahead * title, about,
      ];
      const value = figures.reduce((sum, figure, at) => sum + this.model.weights[at] * figure, this.model.bias);
      return Math.max(1 / (1 + Math.exp(-value)), named ? this.model.named : 0);
    }

    decide(hits, question) {
      if (!hits.length) return "none";
      const { match, usualLead, backed, likely } = this.model, [{ strength }] = hits;
      if (this.probability(strength) >= match) return "match";
      const near = hits.slice(0, 2).map((hit) => this.probability({ ...hit.strength, lead: usualLead }) >= match);
      const covered = !strength.missing && strength.technology >= 0 && strength.passage >= backed
        && this.probability(strength) >= likely && this.isExplained(question, hits[0].shares);
      return near.length === 2 && (near.every(Boolean) || covered) ? "ambiguous" : "none";
    }

    // Whether a hit leaves no word of the question unexplained; of a repeated word only the first has a share.
    isExplained({ words }, shares) {
      const told = new Set(words.filter((word, at) => shares[at] > 0).map((word) => word.terms.join(" ")));
      return words.every((word, at) => shares[at] > 0 || word.weight <= LOUD
        || (word.terms.length === 1 && word.terms[0] === NOT) || told.has(word.terms.join(" ")));
    }

    agreement(question, technologies) {
      if (technologies.some((each) => question.technologies.has(each))) return 1;
      if (this.agree(question.technologies, technologies)) return 0;
      return question.signed.size && !this.agree(question.signed, technologies) ? -2 : -1;
    }

    // Of some texts the one that says most of the question, with the places of its words; null where none does.
    best(question, texts) {
      const wanted = new Set([...question.terms.keys(), ...question.synonyms.keys()]);
      wanted.delete(NOT);
      let best = null;
      for (const text of texts) {
        let told = 0;
        const words = [], seen = new Set();
        for (const token of this.language.tokens(text)) {
          const terms = token.terms.filter((term) => wanted.has(term));
          if (!terms.length) continue;
          words.push([token.start, token.end]);
          for (const term of terms) {
            if (!seen.has(term)) told += this.informationOf(term) * (question.terms.has(term) ? 1 : 0.4);
            seen.add(term);
          }
        }
        if (told > 0.5 && (!best || told > best.told)) best = { text, words, told };
      }
      return best;
    }
  }

  globalThis.FMKB.Engine = Engine;
})();
