// Stems of English words, as the library's own stemmer makes them: M. Porter's Porter2 (Snowball "english"),
// https://snowballstem.org/algorithms/english/stemmer.html. A test compares the two on every word of the runbooks.
"use strict";
globalThis.FMKB = globalThis.FMKB || {};
(() => {
  const VOWEL = "aeiouy";
  const EXACT = new Map(Object.entries({
    skis: "ski", skies: "sky", idly: "idl", gently: "gentl", ugly: "ugli", early: "earli", only: "onli",
    singly: "singl", sky: "sky", news: "news", howe: "howe", atlas: "atlas", cosmos: "cosmos", bias: "bias",
    andes: "andes",
  }));
  const KEPT = new Set(["inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed", "evening"]);
  const DOUBLES = new Set(["bb", "dd", "ff", "gg", "mm", "nn", "pp", "rr", "tt"]);
  const STEP2 = [
    ["ization", "ize"], ["ational", "ate"], ["fulness", "ful"], ["ousness", "ous"], ["iveness", "ive"],
    ["tional", "tion"], ["biliti", "ble"], ["lessli", "less"], ["entli", "ent"], ["ation", "ate"], ["alism", "al"],
    ["aliti", "al"], ["ousli", "ous"], ["iviti", "ive"], ["fulli", "ful"], ["ogist", "og"], ["enci", "ence"],
    ["anci", "ance"], ["abli", "able"], ["izer", "ize"], ["ator", "ate"], ["alli", "al"], ["bli", "ble"],
    ["ogi", "og"], ["li", ""],
  ];
  const STEP3 = [
    ["ational", "ate"], ["tional", "tion"], ["alize", "al"], ["icate", "ic"], ["iciti", "ic"], ["ative", ""],
    ["ical", "ic"], ["ness", ""], ["ful", ""],
  ];
  const STEP4 = [
    "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize", "ion",
    "al", "er", "ic",
  ];
  const isVowel = (letter) => VOWEL.includes(letter);

  // A y at the beginning or behind a vowel is a consonant, written Y.
  function consonants(word) {
    let found = "";
    for (const letter of word) found += letter === "y" && (!found || isVowel(found[found.length - 1])) ? "Y" : letter;
    return found;
  }

  function region(word, from) {
    for (let at = from; at + 1 < word.length; at++) if (isVowel(word[at]) && !isVowel(word[at + 1])) return at + 2;
    return word.length;
  }

  function firstRegion(word) {
    const prefix = /^(?:gener|commun|arsen|past|univers|later|emerg|organ|inter)/.exec(word);
    return prefix ? prefix[0].length : region(word, 0);
  }

  function endsShort(word) {
    if (word.endsWith("past")) return true;
    const n = word.length;
    if (n === 2) return isVowel(word[0]) && !isVowel(word[1]);
    return n > 2 && !isVowel(word[n - 3]) && isVowel(word[n - 2]) && !isVowel(word[n - 1]) && !"wxY".includes(word[n - 1]);
  }

  function stem(word) {
    if (word.length < 3) return word;
    if (EXACT.has(word)) return EXACT.get(word);
    let w = consonants(word);
    const r1 = firstRegion(w), r2 = region(w, r1);
    // step 1a
    if (w.endsWith("sses")) w = w.slice(0, -2);
    else if (/(?:ied|ies)$/.test(w)) w = w.slice(0, w.length > 4 ? -2 : -1);
    else if (/(?:us|ss)$/.test(w)) { /* stays */ }
    else if (w.endsWith("s") && /[aeiouy]/.test(w.slice(0, -2))) w = w.slice(0, -1);
    if (KEPT.has(w)) return w;
    // step 1b
    const eed = /(?:eedly|eed)$/.exec(w);
    const ing = /(?:ingly|edly|ing|ed)$/.exec(w);
    if (eed) {
      if (eed.index >= r1) w = `${w.slice(0, eed.index)}ee`;
    } else if (ing) {
      const before = w.slice(0, ing.index);
      if (ing[0] === "ing" && before.length === 2 && before[1] === "y" && !isVowel(before[0])) w = `${before[0]}ie`;
      else if (/[aeiouy]/.test(before)) {
        if (/(?:at|bl|iz)$/.test(before)) w = `${before}e`;
        else if (DOUBLES.has(before.slice(-2))) w = /^[aeo]..$/.test(before) ? before : before.slice(0, -1);
        else if (before.length <= r1 && endsShort(before)) w = `${before}e`;
        else w = before;
      }
    }
    // step 1c
    if (w.length > 2 && /[yY]$/.test(w) && !isVowel(w[w.length - 2])) w = `${w.slice(0, -1)}i`;
    // step 2
    const two = STEP2.find(([ending]) => w.endsWith(ending));
    if (two) {
      const at = w.length - two[0].length;
      const before = w.slice(0, at);
      if (at >= r1) {
        if (two[0] === "ogi") { if (before.endsWith("l")) w = `${before}og`; }
        else if (two[0] === "li") { if (/[cdeghkmnrt]$/.test(before)) w = before; }
        else w = before + two[1];
      }
    }
    // step 3
    const three = STEP3.find(([ending]) => w.endsWith(ending));
    if (three) {
      const at = w.length - three[0].length;
      if (at >= r1 && (three[0] !== "ative" || at >= r2)) w = w.slice(0, at) + three[1];
    }
    // step 4
    const four = STEP4.find((ending) => w.endsWith(ending));
    if (four) {
      const at = w.length - four.length;
      if (at >= r2 && (four !== "ion" || /[st]$/.test(w.slice(0, at)))) w = w.slice(0, at);
    }
    // step 5
    const last = w.length - 1;
    if (w.endsWith("e")) {
      if (last >= r2 || (last >= r1 && !endsShort(w.slice(0, last)))) w = w.slice(0, last);
    } else if (w.endsWith("l") && last >= r2 && w[last - 1] === "l") w = w.slice(0, last);
    return w.toLowerCase();
  }

  globalThis.FMKB.porter = stem;
})();
