"""Classes of hostile documents that imitate what authors write: sessions, consoles, problems beside one another.

What reads forms (`faultmaven_kb.dialects`) walks sections, labels and lines in many ways, so each class here has as
many of one form as a document may have, or a line that nearly is one.
"""

from benchmarks.hostile.makers import HEADER, STEPS, Make, fence, fences, front_matter, numbered, repeated

__all__ = ["FORMS"]

_ISSUES = "## Common issues\n\n"
_ALERT = "## Meaning\n\na\n\n## Diagnosis\n\n"
_LONG = "x" * 60


def _prompts(prompt: str) -> Make:
    """Blocks of a terminal, each line behind a prompt or printed below one."""
    return fences(f"{prompt} kubectl get pods -n a{{0}}\nNAME  READY\na-{{0}}  0/1\n")


def _sections(words: str, *, head: str, count: int) -> Make:
    """So many headings that say what is wrong, each with as many words below it as then fit."""

    def make(size: int) -> str:
        room = (size - len(HEADER) - len(head)) // count - 40
        below = words * max(room // len(words), 1)
        return HEADER + head + "".join(f"### Redis fails {number}\n\n{below}" for number in range(count))

    return make


FORMS: dict[str, Make] = {
    "cases-headings": numbered(
        "### Redis refuses connections {0}\n\n**Cause:** a\n\n```bash\nls {0}\n```\n\n", head=_ISSUES
    ),
    "cases-labels": numbered(
        "**Problem:** a {0}\n\n**Solution:** restart it\n\n", head=_ISSUES + "### Redis fails\n\n"
    ),
    "cases-bold-items": numbered("- **Redis fails {0}**: restart `systemctl restart redis`\n", head=_ISSUES),
    "cases-paragraphs": _sections("It stops. Restart it.\n\n", head=_ISSUES, count=400),
    "cases-nested": numbered("### Fails {0}\n\n#### Resolution\n\n- restart it\n\n"),
    "cases-called": numbered("### Problem: a fails {0}\n\n#### Cause\n\nb\n\n#### Fix\n\n`ls -l`\n\n", head=_ISSUES),
    "cases-symptoms": numbered("### It hangs {0}\n\n1. restart it\n2. look\n\n", head="## Symptoms\n\n"),
    "beside-labels": numbered("**Diagnosis:** a {0}\n\nb\n\n", head="Text.\n\n"),
    "beside-labels-plain": numbered("Diagnosis: a {0}\nMitigation: b\n\n"),
    "beside-overview": numbered("## Overview {0}\n\na\n\n### Meaning\n\nb\n\n"),
    "beside-facts": repeated("**Threshold:** 5 %\n", head="## Meaning\n\n"),
    "labels-stopped": repeated("**Symptoms.** a\n\n**Causes.** b\n\n"),
    "labels-bracketed": repeated("**Symptoms** (a): b\n\n"),
    "labels-bracketed-open": repeated("**Symptoms** (" + "a" * 90 + "\n\n"),
    "labels-in-items": repeated("- **Symptoms:** a\n- **Causes:** b\n"),
    "labels-words": repeated("Impact\n\na\n\n"),
    "labels-wide-colons": repeated("症状：a\n\n原因：b\n\n"),
    "questions-answers": numbered("**Q:** Why {0}?\n\nA: because\n\n"),
    "questions-headings": numbered("### Is redis up {0}?\n\n#### Yes\n\n```bash\nls\n```\n\n#### No\n\nb\n\n"),
    "choices": numbered("### Option {0}: a\n\n```bash\nls {0}\n```\n\n"),
    "choices-branches": numbered("### If it is down {0}\n\n```bash\nls {0}\n```\n\n"),
    "routines": numbered("### Start a {0}\n\n```bash\nls\n```\n\n### Stop a {0}\n\n```bash\nls\n```\n\n"),
    "deeds-points": repeated("- restart it\n- look at `ls -l`\n"),
    "deeds-boxes": repeated("- [ ] check `ls -l`\n"),
    "deeds-described": repeated("This script does:\n\n- a\n- b\n\n"),
    "deeds-tellings": repeated("1. look\n2. Causes: a\n"),
    "announced": repeated("Run the following command:\n\nls -l /a\n\n"),
    "announced-lines": repeated("Run:\nls -l /a\n", head=STEPS),
    "code-spans-typed": repeated("run `kubectl get pods` and ", head=_ALERT),
    "code-spans-queries": repeated("query `rate(a_b[5m])` and `up == 0` or ", head=_ALERT),
    "code-spans-sql": repeated("- run `select a from b where c = 'd'`\n", head=_ALERT),
    "quotes-typed": repeated("run 'kubectl get pods' now ", head=_ALERT),
    "sessions-dollar": _prompts("$"),
    "sessions-host": _prompts("[root@db-1 ~]#"),
    "sessions-host-open": fences("[root@" + "a" * 75 + "\n"),
    "sessions-mysql": fences("mysql> SHOW PROCESSLIST;\n| {0} | a | b |\n"),
    "sessions-redis": fences("127.0.0.1:6379> INFO memory\nused_memory:{0}\n"),
    "sessions-powershell": fences("PS C:\\a> Get-Service\nRunning  a{0}\n"),
    "sessions-windows": fences("C:\\a> dir\n a{0}\n"),
    "sessions-heredocs": fences("$ cat <<EOF{0}\na\n"),
    "sessions-continued": fences("$ ls \\\n  a{0} \\\n"),
    "sessions-comments": fences("# a\n$ ls {0}\nb\n"),
    "sessions-roots": fence("console", "# ls -l /a\nb\n"),
    "sessions-quotes": fence("console", "> ls -l /a\nb\n"),
    "sessions-python-names": fence("console", "(venv) $ ls\na\n"),
    "sessions-blanks": fence("text", "$ ls\n" + " " * 60 + "a\n"),
    "consoles-http": fences("GET /a/{0}/_search\n"),
    "consoles-http-slashes": fence("text", "GET " + "a/" * 200 + "\n"),
    "consoles-http-open": fence("", "POST /" + "a?" * 150 + " {\n"),
    "consoles-selectors": fence("", '{a=~"b"} |= "c"\n'),
    "consoles-mongo": fence("", "db.a.find(" + "b" * 300 + ")\n"),
    "consoles-psql": fence("", "\\dt+ a\n"),
    "consoles-kusto": fence("", "Heartbeat | where a | summarize b\n"),
    "statements-explain": fence("sql", "explain analyze select a from b where c in (select d);\n"),
    "statements-open": fence("sql", "select a(" * 30 + "\n"),
    "statements-values": fence("sql", "insert into a values (1, 'b'),"),
    "statements-transactions": fence("sql", "begin; savepoint a; delete from b where c = 1; rollback to a;\n"),
    "looking-queries": fences("mysql -e 'select a from b' && psql -c \"show a\" # {0}\n"),
    "looking-options": fences("kubectl -n a -o b --c d get pods # {0}\n"),
    "looking-wrapped": fences("sudo -u a timeout 5 nice ssh b kubectl get c{0}\n"),
    "powershell-variables": fence("powershell", "$a = Get-Service | Where-Object { $_.Status -eq 'b' }\n"),
    "powershell-strings": fence("powershell", '"$(a)" + @"\nb\n"@\n'),
    "powershell-blocks": fence("powershell", "if ($a) { Stop-Service b } else { "),
    "batch": fence("bat", "for %%a in (*.log) do del %%a\r\n"),
    "dockerfile": fence("dockerfile", "RUN apt-get update && rm -rf /var/lib/apt\n"),
    "nginx": fence("nginx", "location /a { proxy_pass http://b; }\n"),
    "configuration-blocks": numbered("Add this to the configuration {0}:\n\n```yaml\na: {0}\n```\n\n", head=STEPS),
    "fences-every-language": numbered("```lang{0} a=b {{1,2}}\nls {0}\n```\n\n"),
    "fences-info-long": repeated("```bash " + "a=b " * 50 + "\nls\n```\n\n"),
    "outputs-many": repeated("```bash\nls\n```\n\nOutput:\n\n```\na\n```\n\n", head=STEPS),
    "outputs-described": repeated("You should see `a b` and `c d`.\n\n", head=STEPS + "```bash\nls\n```\n\n"),
    "durations-mixed": repeated(
        "within 5-10 minutes, 2h30m or 1 d ", head="## Solutions\n\n### Solution 1: a\n\n**Time:** "
    ),
    "durations-digits": repeated("1 ", head="## Solutions\n\n### Solution 1: a\n\n**Time:** ", tail="minutes\n"),
    "weights-tables": repeated("| a | 10 % |\n", head="## Causes\n\n| Cause | Likelihood |\n|---|---|\n"),
    "weights-words": numbered("{0}. a (very likely, in most cases, ~50 %)\n", head="## Causes\n\n"),
    "placeholders-kinds": repeated("<a> {b} ${C} %d% [e] YOUR_F ", head="```bash\nls ", tail="\n```\n"),
    "placeholders-nested": repeated("<<a>", head="```bash\nls ", tail="\n```\n"),
    "headings-fault": repeated("not ", head="## Redis "),
    "headings-deed": numbered("## Restart the stuck pods {0}\n\na\n\n"),
    "headings-quoted": numbered('## "Redis is down {0} now"\n\na\n\n'),
    "headings-numbered": numbered("## {0}.{0}.{0} a\n\n1. b\n2. c\n\n"),
    "headings-numbers-long": repeated("1.", head="## ", tail=" a"),
    "headings-homoglyphs": numbered("## Sоlutiоns {0}\n\na\n\n"),
    "headings-no-space": repeated("##a\n"),
    "headings-skipped": numbered("# a {0}\n\n###### b\n\n"),
    "headings-emoji-labels": numbered("## 🔥 Symptoms {0} 🔥\n\n- 🔥 a\n\n"),
    "tables-parts": repeated("| a | b |\n|---|---|\n| `ls -l` | restart it |\n\n", head=_ISSUES),
    "tables-html": repeated("<table><tr><td>a</td></tr></table>\n\n"),
    "tables-in-items": repeated("- | a |\n  |---|\n  | b |\n"),
    "lists-lettered": repeated("a) look\nb) restart\n\n"),
    "lists-deep-numbers": repeated("1. a\n   1. b\n      1. c\n         1. d\n"),
    "lists-fences-beside": numbered("{0}. look\n\n```bash\nls {0}\n```\n\n", head=_ALERT),
    "footnotes-nested": numbered("a[^{0}]\n\n[^{0}]: b[^{0}x]\n\n"),
    "definitions-case": numbered("[A{0}]: /a\n\n[a{0}]\n\n"),
    "definitions-unicode": numbered("[ﬀ{0}ẞ]: /a\n\n[FF{0}ss]\n\n"),
    "entities-flood": repeated("&#x202e;&nbsp;&lt;"),
    "mojibake-mixed": repeated("â€™Ã©Â© ð\x9f\x94\x8d "),
    "mojibake-letters": repeated("Ã"),
    "combining-words": repeated("e\u0301\u0301\u0301 "),
    "cjk-sentences": repeated("服务器不能连接。重启服务：`ls -l`。\n\n", head="## 症状\n\n"),
    "cjk-words": repeated("服", head="## 原因\n\n- "),
    "hangul": repeated("각", head="# "),
    "right-to-left-mixed": repeated("\u202eא a\u202c "),
    "words-long": repeated(_LONG + "-" + _LONG + "\n\n"),
    "words-underscored": repeated("a_b_c.d-e/f:g "),
    "front-matter-flow": front_matter("a: ", "[{b: [", ""),
    "front-matter-tags-equal": front_matter("tags: [", "a, ", "]"),
    "front-matter-alternatives": front_matter("", "Title: a\ntitle: b\nTITLE: c\n"),
    "front-matter-lists": front_matter("aliases:\n", "  - redis is down and stops\n"),
    "front-matter-symptoms": front_matter("id: hostile\nsymptoms:\n", "  - text: a `b c`\n    literals: [d]\n"),
    "front-matter-steps": front_matter("id: hostile\nsteps:\n", "  - title: a\n    command: ls -l\n"),
    "front-matter-toml-equal": front_matter("", "[[a]]\nb = 1\n", mark="+++"),
    "front-matter-toml-strings": front_matter("a = '''", "'' ", "'''", mark="+++"),
    "comments-dashes": repeated("<!-- - -- --- -->\n"),
    "comments-fmkb": numbered("<!-- fmkb-ignore RB{0}: a -->\n"),
    "comments-proofs": numbered("<!-- lab: a{0} -->\n```bash\nls\n```\n\n", head=STEPS),
}
