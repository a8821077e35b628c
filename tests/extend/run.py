#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""Does the tree grow as ARCHITECTURE.md says? Each patch beside this file is applied alone to a copy, what it touches is
built, its tests run, and the files it touches are compared with the list for its kind under "Adding things".

A patch begins with a line that says what it adds, and with "Kind:" (a row of the list), "Build:" (targets) and "Test:"
(names as for meson test). In a row, NAME stands for the addition's name and what follows "perhaps" is not always
touched. One that no longer applies is renewed so: apply what does, mend the rest, and put git's diff below its head.
"""
import fnmatch
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = pathlib.Path(os.environ.get("HINOMI_SOURCE", HERE.parent.parent))
points = faults = 0


def point(is_good, name, why=""):
    global points, faults
    points += 1
    faults += not is_good
    print(f"{'ok' if is_good else 'not ok'} {points} - {name}", flush=True)
    if not is_good:
        print("# " + why.strip().replace("\n", "\n# "), flush=True)
    return is_good


def run(folder, *command):
    """Whether it went well, and what it said last."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("HINOMI_", "MESON_", "GIT_"))}
    clean |= {"GIT_CEILING_DIRECTORIES": str(folder.parent), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, cwd=folder, env=clean, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace")
    return done.returncode == 0, "\n".join(done.stdout.splitlines()[-40:])


def copy_tree(to):
    skipped = shutil.ignore_patterns("build", "build-*", ".git", "node_modules", "var", "__pycache__")
    shutil.copytree(SOURCE, to, symlinks=True, ignore=skipped)


def rows():
    """Kind → the patterns of files that always change, those that may."""
    text = (SOURCE / "ARCHITECTURE.md").read_text().split("## Adding things", 1)[1].split("\n## ", 1)[0]
    found = {}
    for kind, files in re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|$", text, re.M):
        always, _, perhaps = files.partition("perhaps")
        found[kind] = tuple([p.replace("NAME", "*") for p in re.findall(r"`([^`]+)`", part) if "/" in p or p == "NEWS"]
                            for part in (always, perhaps))
    return found


def head_of(text, name):
    return re.search(rf"^{name}: (.*)$", text.partition("\ndiff --git ")[0], re.M).group(1)


def compare(text, lists):
    """What the patch touches beyond the list, and what of the list it does not."""
    touched = re.findall(r"^diff --git a/\S+ b/(\S+)$", text, re.M)
    always, perhaps = lists
    beyond = [f for f in touched if not any(fnmatch.fnmatchcase(f, p) for p in always + perhaps)]
    unused = [p for p in always if not any(fnmatch.fnmatchcase(f, p) for f in touched)]
    why = [f"not in the list: {f}" for f in beyond] + [f"in the list, but not touched: {p}" for p in unused]
    return not why, "\n".join(why)


def try_patch(tree, path, lists):
    text = path.read_text()
    kind = head_of(text, "Kind")
    is_good, why = run(tree, "git", "apply", "-C1", str(path))
    if not point(is_good, f"{path.stem}: applies", why):
        return
    is_good, why = run(tree, "ninja", "-C", "build", *head_of(text, "Build").split())
    if point(is_good, f"{path.stem}: builds", why):
        tests = head_of(text, "Test").split()
        is_good, why = run(tree, "meson", "test", "-C", "build", "--no-rebuild", "--print-errorlogs", *tests)
        point(is_good, f"{path.stem}: {' '.join(tests)}", why)
    is_good, why = compare(text, lists[kind]) if kind in lists else (False, f"no row '{kind}'")
    point(is_good, f"{path.stem}: touches what ARCHITECTURE.md says", why)
    is_good, why = run(tree, "git", "apply", "-C1", "-R", str(path))
    if not is_good:
        sys.exit(f"Bail out! {path.stem} cannot be taken back: {why}")


def main():
    lists = rows()
    absent = [f"{kind}: {p}" for kind, parts in lists.items() for p in parts[0] + parts[1]
              if not any(SOURCE.glob(p))]
    point(lists and not absent, "ARCHITECTURE.md names files that are there", "\n".join(absent))
    if not shutil.which("git"):
        print(f"ok {points + 1} # SKIP there is no git")
        print(f"1..{points + 1}")
        return
    with tempfile.TemporaryDirectory(prefix="hinomi-extend-") as folder:
        tree = pathlib.Path(folder) / "tree"
        copy_tree(tree)
        is_good, why = run(tree, "meson", "setup", "build", "-Doptimization=0", "-Ddebug=false", "-Dwerror=true")
        if point(is_good, "a copy of the tree configures", why):
            for path in sorted(HERE.glob("*.patch")):
                try_patch(tree, path, lists)
    print(f"1..{points}")


main()
sys.exit(1 if faults else 0)
