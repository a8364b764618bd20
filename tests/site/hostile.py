"""Runbooks whose every text tries to be markup, and what no page may hold when they are shown."""

from html.parser import HTMLParser
from pathlib import Path

ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "</title><script>alert(1)</script>",
    "</code></pre><svg onload=alert(1)>",
    "javascript:alert(1)",
    "[link](javascript:alert(1))",
    "[link](JaVaScRiPt:alert(1))",
    "[link](data:text/html;base64,PHNjcmlwdD4=)",
    "[link](vbscript:x)",
    "[link](//evil.example/x)",
    "[link](\\\\evil.example\\x)",
    "<javascript:alert(1)>",
    "![image](https://evil.example/track.png)",
    '[x](https://e.example/"onmouseover="alert(1))',
    "{{ 7 * 7 }}{% raw %}",
    "<!-- --><iframe src=https://evil.example>",
    "&lt;script&gt;&#60;b&#62;",
    '<a href="https://evil.example" style="position:fixed;inset:0">',
    "<base href=https://evil.example>",
    "`<img src=x onerror=alert(1)>`",
    "line\u2028separator\u202eright\u200bzero",
)

TAGS = frozenset(
    "a article aside blockquote body br button circle code dd del details div dl dt em footer form g h1 h2 h3 h4 h5 h6 "
    "head header hr html input kbd label li link main mark meta nav noscript ol option p path pre rect s script "
    "section select span strong summary svg table tbody td text textarea th thead time title tr tspan ul".split()
)
ATTRIBUTES = frozenset(
    "aria-controls aria-current aria-hidden aria-label aria-labelledby aria-live autocapitalize autocomplete charset "
    "class content cx cy d data-copy data-ends data-filter data-language data-name data-node data-prompted data-root "
    "data-runbook data-severity data-status data-tags data-task data-technology data-value dy focusable height hidden "
    "href http-equiv id lang name placeholder preserveaspectratio r rel role rows scope spellcheck src start tabindex "
    "text-anchor title transform type value viewbox width x".split()
)
_TEXT = """\
# {0}

> **Purpose**: {0}

## Quick Reference Card

**🔍 Symptoms:**
- {0}
- `{0}`

**⚡ Common Causes:**
1. **{0}** (40% of cases) - {0}

**🚀 Quick Fix:**
```bash
# {0}
echo {0} <{0}>
```

## Diagnostic Steps

### Step 1: {0}

**⚠️ Warning:** {0}

**Expected output:**
```text
{0}
```

```{0}
{0}
```

| {0} | b |
|---|---|
| {0} | c |

{0}

## Solutions

### Solution 1: {0}

**Implementation Steps:**
1. {0}
   ```console
   $ {0}
   ```

## Related Issues

**Related runbooks:**
- [{0}](other.md)
- {0}
"""


def hostile_runbook(attack: str) -> str:
    """A runbook that says the same hostile thing everywhere."""
    quoted = attack.replace("\\", "\\\\").replace('"', '\\"')
    names = ("id", "title", "technology", "verified_by", "difficulty", "version")
    fields = "".join(f'{name}: "{quoted}"\n' for name in names)
    lists = "".join(f'{name}: ["{quoted}"]\n' for name in ("tags", "aliases", "alerts"))
    return f"---\n{fields}{lists}severity: high\nstatus: verified\n---\n\n{_TEXT.replace('{0}', attack)}"


def write(folder: Path, *attacks: str) -> Path:
    """A folder with a hostile runbook for each attack."""
    for number, attack in enumerate(attacks):
        (folder / f"a{number}.md").write_text(hostile_runbook(attack), encoding="utf-8")
    return folder


class Page(HTMLParser):
    """What a browser would take for markup in a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.scripts: list[str] = []
        self.links: list[str] = []
        self.inline: list[str] = []
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._inside = tag
        for name, value in attrs:
            self.attributes.add(name)
            if name == "src":
                self.scripts.append(value or "")
            if name == "href":
                self.links.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside in ("script", "style") and data.strip():
            self.inline.append(data)
