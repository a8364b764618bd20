"""Texts that a page does not show, in every form that was thought of; `SECRET` is what must not be told.

`INLINE` stands within a line, `BLOCK` is blocks of their own, `UNCLOSED` hides what follows, `MORE` holds further forms
with `§` in the place of the secret.
"""

SECRET = "XSECRETX"

RUNBOOK = """---
id: zebra-queue-full
title: Zebra - Queue Full
technology: zebra
severity: high
tags: [zebra, queue]
---

# Zebra - Queue Full

> **Purpose**: the zebra queue is full {here}

## Quick Reference Card

**🔍 Symptoms:**
- zebra queue full: backlog of stripes grows {here}

{block}

**🔥 Common Causes:**
1. **Slow stripes** (60% of cases) - the painter is slow {here}

**⚡ Quick Fix:**
```bash
zebra drain --all
```

## Diagnostic Steps

### Step 1: Look at the queue {here}

{block}

```bash
zebra queue --show
```

## Solutions

### Solution 1: Drain the queue

Drain it {here}

{block}

VISIBLE-END
"""

INLINE = {
    "comment": f"<!-- {SECRET} -->",
    "comment-with-markup": f"<!-- <b>{SECRET}</b> -- > -->",
    "empty-comment-first": f"<!--><!-- {SECRET} -->",
    "processing-instruction": f"<?php {SECRET} ?>",
    "doctype": f"<!DOCTYPE {SECRET}>",
    "cdata": f"<![CDATA[ {SECRET} ]]>",
    "attribute": f'<span data-note="{SECRET}">seen</span>',
    "title-attribute": f"<b title='{SECRET}'>seen</b>",
    "unquoted-attribute": f"<b id={SECRET}>seen</b>",
    "unknown-element": f"<{SECRET}>",
    "hidden": f"<span hidden>{SECRET}</span>",
    "hidden-upper-case": f"<SPAN HIDDEN>{SECRET}</SPAN>",
    "display-none": f'<span style="display:none">{SECRET}</span>',
    "visibility-hidden": f'<span style="visibility: hidden">{SECRET}</span>',
    "font-size": f'<span style="font-size:0">{SECRET}</span>',
    "colour": f'<span style="color:#fff;background:white">{SECRET}</span>',
    "opacity": f'<span style="opacity:0">{SECRET}</span>',
    "off-screen": f'<span style="position:absolute;left:-9999px">{SECRET}</span>',
    "font-colour": f'<font color="white">{SECRET}</font>',
    "class": f'<span class="sr-only">{SECRET}</span>',
    "aria": f'<span aria-label="{SECRET}"></span>',
    "nested": f"<span hidden><b>a</b><i>{SECRET}</i> {SECRET}</span>",
    "misnested": f"<span hidden><b></span>{SECRET}</b></span>",
    "bold-in-hidden": f"<span hidden>**{SECRET}** `{SECRET}` [{SECRET}](x.md)</span>",
    "link-title": f'[seen](other.md "{SECRET}")',
    "link-title-single": f"[seen](other.md '{SECRET}')",
    "link-query": f"[seen](https://example.com/a?{SECRET})",
    "link-fragment": f"[seen](https://example.com/a#{SECRET})",
    "link-data": f"[seen](data:text/plain,{SECRET})",
    "link-script": f"[seen](javascript:{SECRET})",
    "link-encoded": f"[seen](https://example.com/a%20{SECRET})",
    "empty-link": f"[](https://example.com/{SECRET})",
    "image-alt": f"![{SECRET}](a.png)",
    "image-title": f'![seen](a.png "{SECRET}")',
    "image-source": f"![seen](https://example.com/{SECRET}.png)",
    "image-in-link": f"[![{SECRET}](a.png)](b.md)",
    "html-image": f'<img src="a.png" alt="{SECRET}">',
    "html-anchor": f'<a href="https://example.com/{SECRET}">seen</a>',
    "input": f'<input type="hidden" value="{SECRET}">',
    "mathematics": f"$\\phantom{{{SECRET}}}$",
    "template-comment": "{% comment %}" + SECRET + "{% endcomment %}",
    "jinja-comment": "{# " + SECRET + " #}",
    "hugo-comment": "{{/* " + SECRET + " */}}",
    "mdx-comment": "{/* " + SECRET + " */}",
    "obsidian-comment": f"%% {SECRET} %%",
    "kramdown-attributes": '{: title="' + SECRET + '"}',
    "tag-characters": "".join(chr(0xE0000 + ord(char)) for char in SECRET),
    "entity-tag-characters": "".join(f"&#x{0xE0000 + ord(char):x};" for char in SECRET),
    "zero-width": "\u200b\u200c\u2060\ufeff\u2063",
    "bidi": "\u202e\u2066\u200f",
    "variation-selectors": "\U000e0120\U000e0121\ufe01",
}

BLOCK = {
    "definition-hash": f"[//]: # ({SECRET})",
    "definition-hash-quotes": f'[//]: # "{SECRET}"',
    "definition-comment": f'[comment]: <> "{SECRET}"',
    "definition-comment-single": f"[comment]: <> ('{SECRET}')",
    "definition-unused": f"[unused]: https://example.com/{SECRET}",
    "definition-label": f"[{SECRET}]: https://example.com",
    "definition-several-lines": f"[x]:\n  https://example.com\n  '{SECRET}\n  {SECRET}'",
    "footnote-unused": f"[^unused]: {SECRET} and more words",
    "footnote-unused-code": f"[^unused]: some words here\n\n    {SECRET}",
    "comment-block": f"<!--\n{SECRET}\n\n{SECRET}\n-->",
    "comment-dashes": f"<!-- a --- {SECRET} -->",
    "div-hidden": f"<div hidden>\n\n{SECRET}\n\n</div>",
    "div-hidden-list": f"<div hidden>\n\n1. **{SECRET}** (90% of cases)\n2. {SECRET}\n\n</div>",
    "div-hidden-code": f"<div style='display:none'>\n\n```bash\n{SECRET}\n```\n\n</div>",
    "div-hidden-table": f"<div hidden>\n\n| a |\n|---|\n| {SECRET} |\n\n</div>",
    "div-hidden-quote": f"<div hidden>\n\n> {SECRET}\n\n</div>",
    "div-hidden-same-block": f"<div hidden>{SECRET}</div>",
    "details-hidden": f"<details hidden><summary>more</summary>\n\n{SECRET}\n\n</details>",
    "template": f"<template>{SECRET}</template>",
    "script": f"<script>\nvar a = '{SECRET}';\n\nvar b = '{SECRET}';\n</script>",
    "style": f"<style>\nb::after {{ content: '{SECRET}' }}\n</style>",
    "textarea": f"<textarea>\n{SECRET}\n</textarea>",
    "noscript": f"<noscript>{SECRET}</noscript>",
    "iframe": f"<iframe srcdoc='{SECRET}'>{SECRET}</iframe>",
    "svg": f"<svg><desc>{SECRET}</desc><text>{SECRET}</text></svg>",
    "select": f"<select><option>a</option><option>{SECRET}</option></select>",
    "dialog": f"<dialog>{SECRET}</dialog>",
    "processing-instruction-block": f"<?xml {SECRET}\n\n{SECRET} ?>",
    "doctype-block": f"<!DOCTYPE html [ {SECRET} ]>",
    "cdata-block": f"<![CDATA[\n{SECRET}\n\n{SECRET}\n]]>",
    "bogus-comment": f"<div></{SECRET} x></div>",
    "info-string": f"```bash {SECRET}\ntrue\n```",
    "info-string-language": f"```{SECRET}\ntrue\n```",
    "info-string-attributes": "```bash {title='" + SECRET + "'}\ntrue\n```",
    "info-string-tilde": f"~~~ bash {SECRET}\ntrue\n~~~",
    "mermaid-comment": f"```mermaid\ngraph TD\n%% {SECRET}\nA --> B\n```",
    "geojson": f'```geojson\n{{"type": "Point", "note": "{SECRET}"}}\n```',
    "liquid-block": "{% comment %}\n\n" + SECRET + "\n\n{% endcomment %}",
    "kramdown-block": "{::comment}\n\n" + SECRET + "\n\n{:/comment}",
    "list-comment": f"- seen\n\n  <!-- {SECRET} -->\n\n  [//]: # ({SECRET})",
    "quote-comment": f"> seen\n>\n> [//]: # ({SECRET})\n>\n> <div hidden>\n>\n> {SECRET}\n>\n> </div>",
    "table-comment": f"| a | b |\n|---|---|\n| seen <!-- {SECRET} --> | ![{SECRET}](x.png) |",
}

UNCLOSED = {
    "comment": f"<!-- {SECRET}",
    "div": f"<div hidden>\n\n{SECRET}",
    "attribute": f'<div title="\n\n{SECRET}\n\n">\n',
    "details": f"<details hidden>\n\n{SECRET}",
    "script": f"<script>\n\n{SECRET}",
    "instruction": f"<? {SECRET}",
    "script-in-comment": f"<div><script><!--<script></script>{SECRET}</script></div>",
    "plaintext": f"<plaintext>\n\n{SECRET}",
    "liquid": "{% comment %}\n\n" + SECRET,
}


MORE = {
    "style-entity": '<span style="display&#58;none">§</span>',
    "slash-attr": "<span hidden/>§</span>",
    "two-attr": '<span id="a" hidden="">§</span>',
    "dup-tag": "<span><span hidden>§</span></span>",
    "a-hidden": "<a hidden href='#'>§</a>",
    "i-hidden": "<i hidden>§</i> seen",
    "del-hidden": "<del style=display:none>§</del>",
    "comment-in-hidden": "<span hidden><!-- </span> -->§</span>",
    "attr-with-close": '<span hidden title="</span>">§</span>',
    "attr-gt": '<b title="> §">x</b>',
    "attr-gt2": "<b title='a > b §'>x</b>",
    "comment-bang": "<!-- a --!> <span hidden>§</span>",
    "comment-short": "<!--><span hidden>§</span>",
    "comment-short2": "<!---><span hidden>§</span>",
    "comment-dash": "<!-- - § - -->",
    "custom-el": "<x-xsecretx></x-xsecretx>",
    "custom-el2": "<x-y z='§'>v</x-y>",
    "ref-full": "[seen][§]\n\n[§]: a.md",
    "ref-title": "[seen][q]\n\n[q]: a.md '§'",
    "ref-title-nl": '[seen][q]\n\n[q]: a.md\n  "§"',
    "ref-angle": "[seen][q]\n\n[q]: <a §>",
    "image-ref": "![§][q]\n\n[q]: a.png",
    "image-nested": "![a ![§](b)](c)",
    "link-angle": "[seen](<a §>)",
    "link-angle-title": "[seen](<a> (§))",
    "link-mailto": "[seen](mailto:§@example.com)",
    "link-user": "[seen](https://§@example.com/)",
    "link-tel": "[seen](tel:§)",
    "link-long": "[seen](https://example.com/a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-§)",
    "link-vbscript": "[seen](vbscript:§)",
    "link-backslash": "[seen](a\\§)",
    "autolink-hidden": "<span hidden><https://example.com/§></span>",
    "setext": "<!-- § -->\n===",
    "heading-attr": "## seen {#§}",
    "heading-attr2": "## seen {: #§}",
    "heading-class": "## seen {.cls title=§}",
    "pandoc-span": "[seen]{title='§'}",
    "jekyll-capture": "{% capture x %}§{% endcapture %}",
    "jekyll-assign": "{% assign x = '§' %}",
    "jinja-set": "{% set x = '§' %}",
    "hugo-param": '{{< figure alt="§" >}}',
    "wiki-comment": "%%§%%",
    "katex-color": "$\\color{white}{§}$",
    "katex-text": "$\\text{a}\\phantom{§}$",
    "katex-display": "$$\n\\phantom{§}\n$$",
    "gh-math-code": "$`\\phantom{§}`$",
    "math-fence": "```math\n\\phantom{§}\n```",
    "mermaid-click": '```mermaid\ngraph TD\nclick A "http://x" "§"\n```',
    "mermaid-init": "```mermaid\n%%{init: {'a':'§'}}%%\ngraph TD\n```",
    "mermaid-multiline-acc": "```mermaid\ngraph TD\naccDescr {\n§\n}\nA-->B\n```",
    "topojson": "```topojson\n§\n```",
    "fence-attr": '```yaml title="§"\na: 1\n```',
    "fence-attr-brace": "```{.bash §}\na\n```",
    "fence-lang-colon": "```bash:§\na\n```",
    "fence-long": "````bash §\n```\n````",
    "table-hidden": "<table hidden><tr><td>§</td></tr></table>",
    "table-caption": "<table><caption style='display:none'>§</caption></table>",
    "details-nested": "<details hidden><summary>s</summary><details open><summary>§</summary></details></details>",
    "details-summary-hidden": "<details><summary hidden>§</summary></details>",
    "details-summary-span": "<details><summary>a <span hidden>§</span></summary></details>",
    "p-hidden": "<p hidden>§</p>",
    "p-hidden-implied": "<div hidden><p>§</div>",
    "ul-hidden": "<ul hidden><li>§<li>§</ul>",
    "object": "<object>§</object>",
    "video": "<video>§</video>",
    "audio": "<audio>§</audio>",
    "canvas": "<canvas>§</canvas>",
    "title": "<title>§</title>",
    "noembed": "<noembed>§</noembed>",
    "noframes": "<noframes>§</noframes>",
    "xmp": "<span hidden><xmp></span>§</xmp></span>",
    "rp": "<ruby>a<rp>§</rp></ruby>",
    "datalist": "<datalist><option>§</datalist>",
    "button": "<button>§</button>",
    "math": "<math><annotation>§</annotation></math>",
    "progress": "<progress>§</progress>",
    "meter": "<meter>§</meter>",
    "svg-title": "<svg><title>§</title></svg>",
    "head": "<head><meta content='§'></head>",
    "link-el": "<link rel=x title='§'>",
    "meta": "<meta name=x content='§'>",
    "base": "<base href='§'>",
    "script-json": '<script type=\'application/json\'>{"a":"§"}</script>',
    "style-import": "<style>@import '§';</style>",
    "iframe-src": "<iframe src='§'></iframe>",
    "embed": "<embed src='§'>",
    "param": "<param value='§'>",
    "entity": "&#8203;&#917592;&#917587;&#917573;&#917571;&#917586;&#917573;&#917588;&#917592;",
    "tiny-caps": "<sup style='font-size:1px'>§</sup>",
    "bgcolor": "<td bgcolor=white><font color=white>§</font></td>",
    "marquee": "<marquee style='opacity:0'>§</marquee>",
    "popover": "<div popover>§</div>",
    "inert": "<div inert hidden=until-found>§</div>",
    "width": "<div width=0 height=0>§</div>",
    "footnote-named": "[^§]: note text here",
    "footnote-indented": "  [^u]: § and text",
    "footnote-multi": "[^u]: some text\n    § lazy",
    "footnote-selfref": "[^u]: § see [^u]",
    "footnote-ref-in-code": "`[^u]`\n\n[^u]: § words",
    "abbr": "*[HTML]: § words",
    "definition-list": "[a]: b '§'",
    "definition-indented": "   [a]: b\n   '§'",
    "definition-angle": "[a]: <§>",
    "definition-multi": "[a]: b\n[c]: d '§'",
    "definition-par": "[//]: <> (§)",
    "definition-dash": "[-]: # '§'",
    "definition-empty": "[~]:§",
    "conditional": "<!--[if IE]>§<![endif]-->",
    "conditional2": "<![if !IE]><!-- § --><![endif]>",
    "bogus-bang": "<!§>",
    "cdata-gt": "<![CDATA[ a > § ]]>",
    "pi-gt": "<?a > § ?>",
    "smaller-and-smaller": "<sub>" * 20 + "§" + "</sub>" * 20,
    "smaller-in-turns": "<small><code>" * 10 + "§" + "</code></small>" * 10,
    "end-with-other-letter": "<div><mark hidden>a</mar\u212a>§</mark></div>",
    "raw-end-with-other-letter": "<style>a</\u017ftyle>§</style>",
    "end-with-hard-blank": "<div hidden>a</div\u00a0>§</div>",
    "end-with-hard-blank-in-line": "x <span hidden>a</span\u00a0>§</span>",
    "end-with-tabulator": "<div hidden>a</div\x0b>§</div>",
    "end-with-file-separator": "x <span hidden>a</span\x1c>§</span>",
    "end-that-a-paragraph-keeps": "<div><span hidden><p></span>§</p></div>",
    "end-of-an-image": "<image hidden><rp></image>§",
    "page-hidden-below": "§\n\n<body hidden>",
    "math-dollar": "a $x \\$ \\phantom{§}$",
    "math-entity": "a $x &#36; \\phantom{§}$",
    "math-blanks": "$ \\phantom{§} $",
    "math-emphasis": "$\\phant*om*{§}$",
    "math-code-between": "$a `b` \\phantom{§}$",
    "math-skip": "a $\\hskip-9999em §$",
    "math-kern": "$\\kern-999em{§}$",
    "math-raise": "$\\raise 99em{§}$",
    "math-kept": "$\\gdef\\x{§} 1$",
    "math-renewed": "$\\renewcommand{\\x}{§}1$",
    "math-choice": "$\\mathchoice{a}{§}{}{}$",
    "math-tip": "$\\mathtip{a}{§}$",
    "math-toggle": "$\\toggle{a}{§}\\endtoggle$",
    "math-data": "$\\htmlData{§}{a}$",
    "math-fence-kept": "```math\n\\gdef\\x{§} 1\n```",
    "mermaid-id": '```mermaid\ngraph TD\n§["ok"] --> B\n```',
    "mermaid-settings": "```mermaid\n---\nconfig:\n  a: §\n---\ngraph TD\nA-->B\n```",
    "mermaid-html": '```mermaid\ngraph TD\nA["<span hidden>§</span>"]\n```',
    "mermaid-links": '```mermaid\nsequenceDiagram\nlinks A: {"a": "§"}\n```',
    "mermaid-class-of-node": "```mermaid\ngraph TD\nA:::§ --> B\n```",
    "mermaid-one-line": '```mermaid\ngraph TD; A-->B; click A "§"\n```',
    "mermaid-invisible-edge": "```mermaid\ngraph TD\nA ~~~|§| B\n```",
    "mermaid-shape": '```mermaid\ngraph TD\nA@{ shape: text, note: "§" }\n```',
    "mermaid-description": "```mermaid\ngraph TD\naccDescr\n{\n§\n}\n```",
    "footnote-name": "x[^§]\n\n[^§]: a note",
    "footnote-name-marked": "x[^*§*] y[^b]\n\n[^b]: a note\n\n[^*§*]: another",
    "footnote-name-in-a-note": "x[^a]\n\n[^a]: a note[^§]\n\n[^§]: another",
    "footnote-twice": "x[^a]\n\n[^a]: a note\n\n[^a]: § more",
    "footnote-twice-capitals": "x[^A]\n\n[^a]: a note\n\n[^A]: § more",
    "footnote-of-a-word": "[^u]: a\n\n    §",
    "footnote-of-a-word-list": "[^u]: a\n\n    - §",
    "footnote-of-a-word-fence": "[^u]: a\n\n    ```\n    §\n    ```",
}
"""Further forms, `§` for the secret; each is tried in lists, quotes and with other line ends."""
