"""Sets of labs, sandboxes, and images that add a build of their own."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from faultmaven_kb.cli.labs.lab import command
from faultmaven_kb.errors import ConfigurationError, PathError
from faultmaven_kb.labs.declarations.declaration import read_lab
from faultmaven_kb.labs.machines.builds import Build, ensure_packages, made_once, run_tool
from faultmaven_kb.labs.machines.cgroups import create_groups
from faultmaven_kb.labs.machines.images import Image, ensure_image, read_images
from faultmaven_kb.labs.machines.machine import Machine, wait_for
from faultmaven_kb.labs.machines.sandboxes import SANDBOXES, lacking
from faultmaven_kb.labs.proving import runner
from faultmaven_kb.labs.proving.runner import jobs_for, run_jobs
from tests.labs.parts import DEMO, IMAGES, ROOT, STATE, demo, loaded, needs_machine, tree

MACHINE, CONTAINERS = SANDBOXES
RECIPE = """\
base: {suite: bookworm, packages: [curl]}
cluster:
  suite: bookworm
  sandbox: containers
  packages: [curl]
  build: {source: hello, packages: [gcc, make], script: build.sh}
  files: files
  prepare: prepare.sh
"""
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has these locks and tools")


def recipe(folder: Path, text: str = RECIPE) -> dict[str, Image]:
    (folder / "files" / "etc").mkdir(parents=True, exist_ok=True)
    (folder / "images.yaml").write_text(text, encoding="utf-8")
    for name in ("build.sh", "prepare.sh", "files/etc/motd"):
        (folder / name).write_text("welcome\n", encoding="utf-8")
    return read_images(folder / "images.yaml")


def invoke(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(command, [str(each) for each in arguments], catch_exceptions=False)
    lines = result.output.splitlines(keepends=True)
    return result.exit_code, "".join(line for line in lines if not line.startswith("labs in "))


def two_sets(folder: Path) -> tuple[object, ...]:
    """The demonstration, and the same again in the set `big`."""
    demo(folder)
    for name, change in (("shop-page-missing.md", "id: "), ("shop-page-missing.lab.yaml", "runbook: ")):
        text = (
            (DEMO / name).read_text(encoding="utf-8").replace(f"{change}shop-page-missing", f"{change}shop-page-lost")
        )
        text = text.replace("lab: 1\n", "lab: 1\nset: big\n")
        (folder / name.replace("missing", "lost")).write_text(text, encoding="utf-8")
    return ("--labs", folder, "--runbooks", folder)


def test_without_ids_only_the_default_set_runs(tmp_path: Path) -> None:
    where = two_sets(tmp_path)
    code, text = invoke("run", *where, "--dry-run")
    assert code == 0
    assert "shop-page-missing bookworm" in text
    assert "shop-page-lost" not in text
    for chosen in (("--set", "big"), ("shop-page-lost",)):
        text = invoke("run", *where, "--dry-run", *chosen)[1]
        assert "shop-page-lost bookworm" in text
        assert "shop-page-missing bookworm" not in text
    both = invoke("run", *where, "--dry-run", "--set", "big", "--set", "default")[1]
    assert "shop-page-lost bookworm" in both
    assert "shop-page-missing bookworm" in both


def test_a_set_that_does_not_exist_or_is_not_needed_is_refused(tmp_path: Path) -> None:
    where = two_sets(tmp_path)
    code, text = invoke("run", *where, "--set", "bug")
    assert code == 2
    assert 'no lab belongs to the set "bug", expected one of big, default (did you mean "big"?)' in text
    code, text = invoke("run", *where, "--set", "big", "shop-page-lost")
    assert code == 2
    assert "expected runbooks or --set, not both" in text
    code, text = invoke("run", *where, "--dry-run", "--image", "trixie")
    assert code == 2
    assert "none of these labs is for the image trixie" in text


def test_lists_and_checks_know_every_set(tmp_path: Path) -> None:
    where = two_sets(tmp_path)
    assert invoke("list", *where)[1].splitlines() == [
        "shop-page-lost\tbig\t1\t3\tnot proven yet",
        "shop-page-missing\tdefault\t1\t3\tnot proven yet",
    ]
    assert '"set": "big"' in invoke("list", *where, "--json")[1]
    assert invoke("lint", *where) == (0, "2 labs checked, 0 findings\n")


def test_the_name_of_a_set_is_a_plain_word(tmp_path: Path) -> None:
    file = read_lab(demo(tmp_path, lab=("lab: 1\n", "lab: 1\nset: Big one\n")) / "shop-page-missing.lab.yaml")
    assert [each.span.line for each in file.diagnostics] == [2]
    assert loaded(demo(tmp_path)).lab.set == "default"


def test_labs_of_other_sets_are_skipped_as_tests_with_the_reason(tmp_path: Path) -> None:
    folder = demo(tmp_path, lab=("lab: 1\n", "lab: 1\nset: big\n"))
    plugin = ["-p", "faultmaven_kb.labs.pytest_plugin", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]
    arguments = [sys.executable, "-m", "pytest", "-q", "-rs", *plugin, "--lab-runbooks", str(folder), str(folder)]
    script = folder / "conftest.py"
    script.write_text("import faultmaven_kb.labs.pytest_plugin as p\np.obstacle = lambda: 'labs need root'\n", "utf-8")
    required = {**os.environ, "FMKB_LABS": "require"}
    done = subprocess.run(arguments, capture_output=True, text=True, cwd=ROOT, check=False, env=required)
    assert "3 skipped" in done.stdout, done.stdout
    assert 'it belongs to the set "big"; --lab-set runs it' in done.stdout
    arguments += ["--lab-set", "big"]
    done = subprocess.run(arguments, capture_output=True, text=True, cwd=ROOT, check=False, env=required)
    assert "3 failed" in done.stdout


def test_the_project_has_a_default_set_and_one_on_demand() -> None:
    sets = {path.parent.name: read_lab(path).lab for path in (ROOT / "labs").rglob("*.lab.yaml")}
    assert {lab.set for name, lab in sets.items() if lab and name != "kubernetes"} == {"default"}
    assert sets["kubernetes"] is not None
    assert sets["kubernetes"].set == "kubernetes"
    assert IMAGES["bookworm-k8s"].sandbox is CONTAINERS
    assert IMAGES["bookworm"].sandbox is MACHINE


def test_no_sandbox_may_set_the_clock_load_modules_or_open_a_disk() -> None:
    for sandbox in SANDBOXES:
        assert {"CAP_SYS_TIME", "CAP_SYS_MODULE", "CAP_SYS_BOOT", "CAP_SYS_RAWIO"} <= set(sandbox.dropped)
        assert "CAP_MKNOD" in sandbox.dropped or "devices" in sandbox.required
        opened = [rule for rule in sandbox.devices if set(rule.split()[2]) & {"r", "w"}]
        assert all(rule.startswith("c ") and "*:*" not in rule for rule in opened)


def test_a_sandbox_is_found_by_its_name(tmp_path: Path) -> None:
    assert recipe(tmp_path)["cluster"].sandbox is CONTAINERS


def test_containers_need_control_groups_of_version_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert lacking(MACHINE, root=tmp_path) is None
    for name in CONTAINERS.required[1:]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "cgroup.procs").touch()
    reason = lacking(CONTAINERS, root=tmp_path) or ""
    assert reason.startswith('the sandbox "containers" needs control groups of version 1')
    assert "none for blkio;" in reason
    (tmp_path / "blkio").mkdir()
    (tmp_path / "blkio" / "cgroup.procs").touch()
    assert lacking(CONTAINERS, root=tmp_path) is None
    monkeypatch.setattr(runner, "obstacle", lambda: None)
    monkeypatch.setattr(runner, "lacking", lambda _: reason)
    with pytest.raises(ConfigurationError, match="control groups of version 1"):
        run_jobs(jobs_for([loaded(demo(tmp_path / "demo"))], IMAGES), state=tmp_path)


def test_groups_of_containers_open_no_device_and_have_processors(tmp_path: Path) -> None:
    for name in ("cpuset", "devices", "memory"):
        (tmp_path / name).mkdir()
    (tmp_path / "cpuset" / "cpuset.cpus").write_text("0-1\n", encoding="ascii")
    (tmp_path / "cpuset" / "m").mkdir()
    (tmp_path / "cpuset" / "m" / "cpuset.cpus").write_text("\n", encoding="ascii")
    (tmp_path / "devices" / "m").mkdir()
    for name in ("devices.deny", "devices.allow"):
        (tmp_path / "devices" / "m" / name).touch()
    groups = create_groups(
        "m", memory=1, pids=2, controllers=("cpuset", "devices", "freezer"), devices=("c 1:3 rwm",), root=tmp_path
    )
    assert [group.parent.name for group in groups] == ["cpuset", "devices"]
    assert (groups[0] / "cpuset.cpus").read_text("ascii") == "0-1\n"
    assert (groups[1] / "devices.deny").read_text("ascii") == "a"
    assert (groups[1] / "devices.allow").read_text("ascii") == "c 1:3 rwm"


def test_a_device_rule_that_the_kernel_refuses_makes_no_group(tmp_path: Path) -> None:
    (tmp_path / "devices" / "m" / "devices.deny").mkdir(parents=True)
    with pytest.raises(OSError, match=r"devices\.deny"):
        create_groups("m", memory=1, pids=2, controllers=("devices",), devices=("c 1:3 rwm",), root=tmp_path)
    assert not (tmp_path / "devices" / "m").exists()


def test_everything_that_goes_into_an_image_changes_its_name(tmp_path: Path) -> None:
    before = recipe(tmp_path)["cluster"].fingerprint
    assert recipe(tmp_path)["cluster"].fingerprint == before
    seen = {before}
    for name in ("build.sh", "prepare.sh", "files/etc/motd", "files/etc/issue"):
        image = recipe(tmp_path)["cluster"]
        (tmp_path / name).write_text("goodbye\n", encoding="utf-8")
        seen.add(image.fingerprint)
    image = recipe(tmp_path)["cluster"]
    (tmp_path / "files" / "etc" / "motd").chmod(0o755)
    if sys.platform != "win32":
        seen.add(image.fingerprint)
        assert len(seen) == 6
    assert recipe(tmp_path, RECIPE.replace("hello", "hello=2.10"))["cluster"].fingerprint not in seen
    assert (
        recipe(tmp_path)["base"].fingerprint
        == Image("other", "bookworm", IMAGES["bookworm"].mirror, ("curl",)).fingerprint
    )


def test_a_script_that_is_missing_is_named_when_the_image_is_needed(tmp_path: Path) -> None:
    images = recipe(tmp_path)
    (tmp_path / "build.sh").unlink()
    with pytest.raises(PathError, match=r"build\.sh"):
        images["cluster"].folder(tmp_path)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("sandbox: containers", "sandbox: vm"), 'sandbox: "vm", expected one of machine, containers'),
        (("source: hello", "source: 'hello; rm'"), "build.source: expected a text like ^[a-z0-9]"),
        (("script: build.sh", "scrypt: build.sh"), "build.script is missing"),
    ],
)
def test_a_recipe_with_a_fault_says_where(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        recipe(tmp_path, RECIPE.replace(*change))
    assert words in str(caught.value)


def test_what_is_made_once_is_not_made_again_and_leaves_nothing_when_it_fails(tmp_path: Path) -> None:
    folder = tmp_path / "images" / "a-1"
    made: list[Path] = []

    def make(work: Path) -> None:
        made.append(work)
        (work / "tree").mkdir()

    def fail(work: Path) -> None:
        (work / "half").touch()
        raise ConfigurationError("no mirror")

    with pytest.raises(ConfigurationError):
        made_once(folder, fail)
    assert list(folder.parent.iterdir()) == []
    assert made_once(folder, make) == made_once(folder, fail) == folder
    assert len(made) == 1
    assert list(folder.parent.iterdir()) == [folder]


@on_linux
def test_who_wants_the_same_waits_and_makes_nothing(tmp_path: Path) -> None:
    folder, begun, go_on, made = tmp_path / "a-1", threading.Event(), threading.Event(), []

    def make(work: Path) -> None:
        made.append(work)
        begun.set()
        go_on.wait(10)
        (work / "tree").mkdir()

    threads = [threading.Thread(target=made_once, args=(folder, make)) for _ in range(3)]
    threads[0].start()
    assert begun.wait(10)
    for thread in threads[1:]:
        thread.start()
    made_once(tmp_path / "b-1", lambda work: (work / "tree").mkdir())
    assert made[0].exists(), "another image's making removed the work of one that is being made"
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert len(made) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-1", "b-1"]


@on_linux
def test_what_a_killed_attempt_left_is_removed_by_the_next(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from faultmaven_kb.labs.machines.builds import made_once\n"
        "def make(work): print(work, flush=True); time.sleep(60)\n"
        "made_once(Path(sys.argv[1]), make)"
    )
    arguments = [sys.executable, "-c", script, str(tmp_path / "a-1")]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    work = Path(process.stdout.readline().strip())
    process.kill()
    process.wait()
    process.stdout.close()
    assert work.is_dir()
    made_once(tmp_path / "b-1", lambda folder: (folder / "tree").mkdir())
    assert [path.name for path in tmp_path.iterdir()] == ["b-1"]


@needs_machine
def test_a_tool_leaves_no_process_and_no_mount_when_we_are_killed(tmp_path: Path) -> None:
    script = (
        "import sys; from faultmaven_kb.labs.machines.builds import run_tool\n"
        "run_tool(['sh', '-c', 'mount -t tmpfs t $0; (sleep 4711; true) & touch $1; wait', sys.argv[1], sys.argv[2]])"
    )
    (tmp_path / "mounted").mkdir()
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "mounted"), str(tmp_path / "ready")])
    assert wait_for((tmp_path / "ready").exists, seconds=10)
    process.kill()
    process.wait()

    def sleeping() -> bool:
        return any(b"4711" in path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists())

    assert wait_for(lambda: not sleeping(), seconds=10)
    assert str(tmp_path) not in Path("/proc/self/mounts").read_text("utf-8")


@needs_machine
def test_a_tool_that_fails_says_its_last_lines() -> None:
    with pytest.raises(ConfigurationError, match="sh failed with exit code 3:\nno mirror"):
        run_tool(["sh", "-c", "echo no mirror; exit 3"])


@needs_machine
def test_a_build_compiles_in_its_root_and_the_image_holds_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a stand-in for mmdebstrap, so that it needs no network: it copies the tree of an image that is there."""
    (tmp_path / "bin").mkdir()
    stand_in = tmp_path / "bin" / "mmdebstrap"
    stand_in.write_text(
        f"#!/bin/sh\nfor each; do case $each in /*) root=$each ;; esac; done\ncp -a --reflink=auto {tree()[0]} $root\n"
        "mkdir -p $root/build/source\nchroot $root userdel oncall 2> /dev/null\nrm -rf $root/home/oncall\n",
        encoding="utf-8",
    )
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    images = recipe(tmp_path)
    (tmp_path / "build.sh").write_text(
        "set -e\n! ip route get 192.0.2.1 2> /dev/null\nmkdir -p /build/hello/DEBIAN /build/packages\n"
        "printf 'Package: hello-lab\\nVersion: 2.10\\nArchitecture: all\\nMaintainer: a <a@b>\\nDescription: x\\n' \\\n"
        "  > /build/hello/DEBIAN/control\ndpkg-deb --build /build/hello /build/packages\n",
        encoding="utf-8",
    )
    (tmp_path / "prepare.sh").write_text(
        "dpkg-query -W -f '${Version}' hello-lab > /etc/made; cat /etc/motd\n", "utf-8"
    )
    state, said = tmp_path / "state", list[str]()
    (made,) = ensure_image(images["cluster"], state, say=said.append)
    assert said == [
        "building hello from Debian's source package, once, several minutes",
        "building image cluster (bookworm), once, about a minute",
    ]
    assert (made / "etc" / "made").read_text("utf-8") == "2.10"
    assert (made / "etc" / "motd").read_text("utf-8") == "welcome\n"
    assert {path.name for path in (made / "srv").iterdir()} == {path.name for path in (tree()[0] / "srv").iterdir()}
    assert not list(Path("/sys/fs/cgroup").glob("*/fmkb-hello-*"))
    build = images["cluster"].build
    assert build is not None
    (tmp_path / "build.sh").write_text("true\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"did not leave any \*\.deb"):
        ensure_packages(build, state, suite="bookworm", mirror="x", say=said.append)


def test_a_build_is_named_by_its_content_and_not_by_its_place(tmp_path: Path) -> None:
    names = set()
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "build.sh").write_text("true\n", encoding="utf-8")
        build = Build("hello", ("make", "gcc"), tmp_path / folder / "build.sh")
        names.add(build.fingerprint(suite="bookworm", mirror="m"))
    assert len(names) == 1


@needs_machine
@pytest.mark.skipif(
    os.environ.get("FMKB_LABS_SET") != "kubernetes", reason="FMKB_LABS_SET=kubernetes runs it: it builds Kubernetes"
)
def test_a_cluster_runs_in_a_machine_and_cannot_reach_the_host() -> None:
    image = IMAGES["bookworm-k8s"]
    before = {name: Path("/proc/sys", name).read_text("ascii") for name in ("vm/overcommit_memory", "kernel/panic")}
    with Machine(
        ensure_image(image, STATE, say=print), STATE, memory="3g", size="1g", sandbox=image.sandbox
    ) as machine:
        ready = "until kubectl get nodes 2> /dev/null | grep ' Ready '; do sleep 0.2; done"
        assert "v1.20.2" in machine.run(ready, timeout=120).text
        pod = "kubectl run hello --image=busybox:1.36 --restart=Never --command -- sleep 600; "
        waits = "until kubectl get serviceaccount default 2> /dev/null; do sleep 0.2; done; "
        assert (
            "condition met" in machine.run(f"{waits}{pod}kubectl wait pod/hello --for=condition=Ready", timeout=60).text
        )
        disk = "mknod /srv/disk b $(awk 'NR > 2 {print $1, $2; exit}' /proc/partitions) && head -c 1 /srv/disk"
        assert machine.run(disk).text.endswith("Operation not permitted\n"), "the host's disk can be read"
        assert machine.run("echo 1 > /proc/sys/vm/swappiness").code != 0
        groups = machine.groups
        assert any((group / "kubepods").is_dir() for group in groups)
    assert not any(group.exists() for group in groups)
    assert before == {name: Path("/proc/sys", name).read_text("ascii") for name in before}
