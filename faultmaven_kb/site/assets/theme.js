// Sets the theme that the reader chose before anything is painted; without a choice the system's is used.
"use strict";
(() => {
  let chosen = null;
  try { chosen = localStorage.getItem("fmkb:theme"); } catch { /* storage is blocked: the system's theme */ }
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
  document.documentElement.classList.add("js");
})();
