#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The hinomi authors
"""X-ARF and IODEF both ways, TLP and RSIT names, beside suites/reports: every X-ARF sample is read and written again, and what
comes out, and what we make ourselves, is what the schemas accept. Argument: the program rewrite. Prints TAP."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import warnings

warnings.simplefilter("ignore", DeprecationWarning)
SOURCE = pathlib.Path(os.environ["HINOMI_SOURCE"])
SHARED = pathlib.Path(os.environ.get("HINOMI_SHARED", SOURCE / "../shared"))
SUITE = SHARED / "suites/reports"
REQUIRED = os.environ.get("HINOMI_SUITES") == "required"
points, failed = 0, 0


def tap(is_ok, name, why=""):
    global points, failed
    points += 1
    failed += not is_ok
    for line in str(why).splitlines()[:20] if not is_ok else []:
        print("#", line)
    print("ok" if is_ok else "not ok", points, "-", name)


def skip(name, why):
    global points, failed
    points += 1
    failed += REQUIRED
    print("not ok" if REQUIRED else "ok", points, "-", name, "# SKIP " + why if not REQUIRED else why)


def run(what, text=b""):
    done = subprocess.run([sys.argv[1], what], input=text, capture_output=True)
    return done.returncode, done.stdout, done.stderr.decode()


# --- X-ARF ---

def validator():
    import jsonschema
    schemas = {path.name: json.loads(path.read_text()) for path in (SUITE / "xarf/schemas/v4").rglob("*.json")}

    class Local(jsonschema.RefResolver):
        """Schemas name each other by several paths; the files' names are enough, and nothing is fetched."""

        def resolve_remote(self, uri):
            return schemas[uri.split("/")[-1]]

    master = schemas["xarf-v4-master.json"]
    return jsonschema.Draft202012Validator(master, resolver=Local(master["$id"], master))


def faults(check, document):
    return "\n".join(f"{list(e.absolute_path)}: {e.message[:200]}" for e in check.iter_errors(document))


def test_xarf():
    try:
        check = validator()
    except ImportError:
        return skip("X-ARF", "there is no python3-jsonschema")
    for path in sorted((SUITE / "xarf/samples/v4").glob("*.json")):
        code, out, why = run("xarf", path.read_bytes())
        if code:
            tap(False, path.name, why)
            continue
        was, now = json.loads(path.read_text()), json.loads(out)
        said = faults(check, now)
        was["xarf_version"] = now["xarf_version"]
        was.pop("_internal", None)
        tap(was == now and not said, "X-ARF " + path.name, said or f"{was}\n{now}")
    code, out, why = run("own-xarf")
    tap(code == 0, "X-ARF of our own", why)
    for line in out.splitlines():
        document = json.loads(line)
        said = faults(check, document)
        tap(not said, f"X-ARF of our own: {document['category']}/{document['type']}", said)


def test_required_members():
    """Our table of what kinds need is the schemas'."""
    table = {}
    for line in (SOURCE / "src/format/exchange/xarf_types.tbl.h").read_text().splitlines():
        if line.startswith("XARF_TYPE("):
            category, kind, members = [part.strip(' "') for part in line[len("XARF_TYPE("):-1].split(",")]
            table[category, kind] = set(members.split())
    master = json.loads((SUITE / "xarf/schemas/v4/xarf-v4-master.json").read_text())
    known = set()
    for rule in master["allOf"][1]["anyOf"]:
        known |= {(rule["properties"]["category"]["const"], kind) for kind in rule["properties"]["type"]["enum"]}
    tap(set(table) == known, "X-ARF kinds", set(table) ^ known)
    for rule in master["allOf"]:
        if "if" not in rule:
            continue
        kind = tuple(rule["if"]["properties"][name]["const"] for name in ("category", "type"))
        needed, files = set(), [rule["then"]["$ref"]]
        while files:
            schema = json.loads((SUITE / "xarf/schemas/v4/types" / files.pop().split("/")[-1]).read_text())
            for part in schema["allOf"]:
                needed |= set(part.get("required", [])) | set(part.get("then", {}).get("required", []))
                if "content-base" in part.get("$ref", ""):
                    files.append(part["$ref"])
        tap(table.get(kind) == needed, "X-ARF needs of " + "/".join(kind), f"{table.get(kind)} is not {needed}")


# --- IODEF ---

STUBS = {
    "http://www.w3.org/2000/09/xmldsig#": ["DigestMethod", "DigestValue", "CanonicalizationMethod", "Signature", "X509Data"],
    "urn:ietf:params:xml:ns:iodef-enum-1.0": ["ReferenceName"],
    "urn:ietf:params:xml:ns:iodef-sci-1.0": ["AttackPattern", "Vulnerability", "Weakness"],
}


def schema_in(folder):
    """The schema with its imports made local: stubs of what it borrows from others."""
    text = (SUITE / "iodef/iodef-2.0.xsd").read_text()
    locations = {"http://www.w3.org/2000/09/xmldsig#": "xmldsig-core-schema.xsd",
                 "urn:ietf:params:xml:ns:iodef-enum-1.0":
                     "http://www.iana.org/assignments/xml-registry/schema/iodef-enum-1.0.xsd",
                 "urn:ietf:params:xml:ns:iodef-sci-1.0":
                     "http://www.iana.org/assignments/xml-registry/schema/iodef-sci-1.0.xsd",
                 "http://www.w3.org/XML/1998/namespace": "http://www.w3.org/2009/01/xml.xsd"}
    for number, (namespace, location) in enumerate(locations.items()):
        inside = "".join(f'<xs:element name="{name}" type="xs:anyType"/>' for name in STUBS.get(namespace, []))
        if not inside:
            inside = '<xs:attribute name="lang" type="xs:language"/>'
        (folder / f"{number}.xsd").write_text(
            f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{namespace}">{inside}</xs:schema>')
        text = text.replace(f'"{location}"', f'"{number}.xsd"')
    (folder / "iodef.xsd").write_text(text)
    return folder / "iodef.xsd"


def test_iodef():
    if not shutil.which("xmllint"):
        return skip("IODEF", "there is no xmllint")
    with tempfile.TemporaryDirectory() as name:
        schema = schema_in(pathlib.Path(name))
        code, own, why = run("own-iodef")
        tap(code == 0, "IODEF of our own", why)
        code, again, why = run("iodef", own)
        tap(code == 0 and again == own, "IODEF is read as it was written", why or again.decode())
        done = subprocess.run(["xmllint", "--nonet", "--noout", "--schema", schema, "-"], input=own, capture_output=True)
        tap(done.returncode == 0, "IODEF of our own validates", done.stderr.decode())


# --- names ---

def test_names():
    lines = [line.split("\t") for line in run("names")[1].decode().splitlines()]
    rsit = json.loads((SUITE / "taxonomies/rsit/machinetag.json").read_text())
    classes = {p["value"]: p["expanded"] for p in rsit["predicates"]}
    theirs = {(v["predicate"], e["value"], classes[v["predicate"]], e["expanded"])
              for v in rsit["values"] for e in v["entry"]}
    ours = {tuple(line[1:]) for line in lines if line[0] == "rsit"}
    tap(ours == theirs, "RSIT", ours ^ theirs)
    tlp = {p["value"]: p for p in json.loads((SUITE / "taxonomies/tlp/machinetag.json").read_text())["predicates"]}
    for _, label, colour in [line for line in lines if line[0] == "tlp"]:
        row = tlp.get(label.removeprefix("TLP:").lower())
        tap(row and row["expanded"].startswith(f"({label})") and row["colour"].lower() == colour.lower(), label, row)


if SUITE.is_dir():
    test_xarf()
    test_required_members()
    test_iodef()
    test_names()
else:
    skip("reports", f"{SUITE} is not there")
print(f"1..{points}")
sys.exit(failed > 0)
