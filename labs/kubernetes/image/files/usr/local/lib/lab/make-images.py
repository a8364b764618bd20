"""Writes the lab's container images as one docker-archive, so that no registry is needed: busybox and the shop."""

import hashlib
import io
import json
import sys
import tarfile
from pathlib import Path

COMMANDS = "cat cp date df dd echo grep head httpd id ls mkdir pwd rm sh sleep tail test touch tr true wget"
FILES = {
    "bin/busybox": "/bin/busybox",
    "bin/nc": "/bin/nc.traditional",
    "lib/x86_64-linux-gnu/libc.so.6": "/lib/x86_64-linux-gnu/libc.so.6",
    "lib64/ld-linux-x86-64.so.2": "/lib64/ld-linux-x86-64.so.2",
    "app/shop": "/usr/local/lib/lab/shop",
}
TEXTS = {"etc/passwd": "root:x:0:0:root:/:/bin/sh\n", "etc/group": "root:x:0:\n", "app/healthz": "ok\n"}
IMAGES = {
    "docker.io/library/busybox:1.36": ["sh"],
    "docker.io/labbox/pause:1": ["sleep", "2147483647"],
    "docker.io/labbox/shop:1": ["/app/shop"],
}


def entry(
    name: str, *, size: int = 0, mode: int = 0o755, kind: bytes = tarfile.REGTYPE, link: str = ""
) -> tarfile.TarInfo:
    """A member of the archive that is the same on each day."""
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.type, info.linkname = size, mode, kind, link
    return info


def layer() -> bytes:
    """The root file system of all images."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for folder in ("app", "bin", "etc", "lib", "lib/x86_64-linux-gnu", "lib64", "scratch"):
            tar.addfile(entry(folder, kind=tarfile.DIRTYPE))
        tar.addfile(entry("tmp", kind=tarfile.DIRTYPE, mode=0o1777))
        contents = {name: Path(path).read_bytes() for name, path in FILES.items()}
        contents |= {name: text.encode() for name, text in TEXTS.items()}
        for name, content in contents.items():
            tar.addfile(entry(name, size=len(content)), io.BytesIO(content))
        for command in COMMANDS.split():
            tar.addfile(entry(f"bin/{command}", kind=tarfile.SYMTYPE, link="busybox"))
    return out.getvalue()


def main(target: str) -> None:
    """Write the archive to `target`."""
    content = layer()
    digest = hashlib.sha256(content).hexdigest()
    files, manifest = {"layer.tar": content}, []
    for name, command in IMAGES.items():
        config = {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Cmd": command, "Env": ["PATH=/bin"]},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
        }
        text = json.dumps(config).encode()
        path = f"{hashlib.sha256(text).hexdigest()}.json"
        files[path] = text
        manifest.append({"Config": path, "RepoTags": [name], "Layers": ["layer.tar"]})
    files["manifest.json"] = json.dumps(manifest).encode()
    with tarfile.open(target, "w") as tar:
        for path, data in files.items():
            tar.addfile(entry(path, size=len(data), mode=0o644), io.BytesIO(data))


main(sys.argv[1])
