"""A search over MCP as an agent pays for it: the SDK's own client, standard input and output, the built-in base.

python -m benchmarks.mcp

Every symptom of every runbook is asked once. Printed are the time of a call and the size of its result as it goes over
the wire. An agent lists the tools before it calls one, which is not counted, nor is the first call: the client compiles
the schema of its result then.
"""

import statistics
import sys
import time
from collections.abc import Sequence

import anyio
from mcp import Client, StdioServerParameters

from faultmaven_kb import KnowledgeBase


async def main() -> None:
    questions = [symptom.text for runbook in KnowledgeBase.builtin() for symptom in runbook.symptoms]
    server = StdioServerParameters(command=sys.executable, args=["-m", "faultmaven_kb", "mcp"])
    times: list[float] = []
    sizes: list[float] = []
    async with Client(server) as client:
        await client.list_tools()
        for question in [questions[0], *questions]:
            start = time.perf_counter()
            result = await client.call_tool("search_runbooks", {"question": question})
            times.append((time.perf_counter() - start) * 1000)
            sizes.append(len(result.model_dump_json(by_alias=True, exclude_none=True).encode()))
    print(f"{len(questions)} questions; first call {times[0]:.0f} ms")
    _show("ms", times[1:], 50)
    _show("bytes", sizes, 8_192)


def _show(unit: str, values: Sequence[float], bound: int) -> None:
    p95 = sorted(values)[int(len(values) * 0.95)]
    print(f"{unit:<6} median {statistics.median(values):7.1f}, p95 {p95:7.1f}, most {max(values):7.1f} (bound {bound})")


if __name__ == "__main__":
    anyio.run(main)
