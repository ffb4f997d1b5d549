#!/usr/bin/env python3
"""packaging/linked_crates.py copyright|sbom VERSION [TARGET]

Prints what Debian and auditors want to know of the crates that are linked into the program, and of those alone (no
build, test or macro crates), and of the npm packages that are in the web app: `copyright` in DEP-5 form with every
notice, or `sbom`, a CycloneDX 1.5 document. Needs cargo and the unpacked sources, as builds of both leave them. SOURCE_DATE_EPOCH gives the time in the document.
Exits with 1 when a licence is not among those that we may ship.
"""
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import uuid

sys.dont_write_bytecode = True  # a folder beside the sources would make a clean clone dirty
import web_packages  # noqa: E402

ALLOWED = {"MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "ISC", "Zlib",
           "Unicode-3.0", "Unlicense", "BSL-1.0", "MPL-2.0", "CC0-1.0", "0BSD"}
# What tells one text from another; the first that matches counts.
MARKS = [
    ("Unicode-3.0", "UNICODE LICENSE V3"), ("MPL-2.0", "Mozilla Public License"),
    ("Apache-2.0", "Apache License"), ("BSL-1.0", "Boost Software License"),
    ("Unlicense", "free and unencumbered software"), ("Zlib", "This software is provided 'as-is'"),
    ("ISC", "Permission to use, copy, modify, and/or distribute"), ("MIT", "Permission is hereby granted, free of charge"),
    ("BSD-3-Clause", "endorse or promote products"), ("BSD-2-Clause", "Redistributions in binary form"),
]
# Debian has these texts on every machine; policy wants them named, not repeated.
COMMON = {"Apache-2.0": "Apache-2.0", "MPL-2.0": "MPL-2.0"}
NOTICE = re.compile(r"^\W*(copyright\s*(\(c\)|©|\d).*|(©|\(c\)).*\d.*)$", re.I)
TITLE = re.compile(r"^\W*((the )?MIT license( \(MIT\))?|all rights reserved|ISC license:?|zlib license)\W*$", re.I)
FILES = re.compile(r"^(licen[cs]e|copying|notice|unlicense|copyright)", re.I)


def cargo(*arguments):
    command = ["cargo", *arguments, "--locked"]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def linked(target):
    """The packages in the program, by name and version, as cargo resolves them for this target."""
    tree = cargo("tree", "-e", "normal,no-proc-macro", "--target", target, "--prefix", "none", "-f", "{p}")
    keys = {tuple(line.split()[:2]) for line in tree.splitlines() if line}
    metadata = json.loads(cargo("metadata", "--format-version", "1", "--filter-platform", target))
    chosen = {p["id"]: p for p in metadata["packages"] if (p["name"], "v" + p["version"]) in keys}
    nodes = {n["id"]: [d["pkg"] for d in n["deps"] if d["pkg"] in chosen and any(k["kind"] is None for k in d["dep_kinds"])]
             for n in metadata["resolve"]["nodes"] if n["id"] in chosen}
    return metadata["resolve"]["root"], chosen, nodes


def expression(package):
    return (package["license"] or "").replace("/", " OR ").replace("  ", " ")


def may_ship(text):
    """True when some choice among the alternatives uses allowed licences alone."""
    names = re.findall(r"[A-Za-z0-9.+-]+(?: WITH [A-Za-z0-9.-]+)?", text)
    names = sorted({n for n in names if n not in ("AND", "OR")}, key=len, reverse=True)
    for name in names:
        text = re.sub(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", "1" if name in ALLOWED else "0", text)
    text = text.replace("AND", "and").replace("OR", "or")
    return bool(names) and re.fullmatch(r"[01andor() ]+", text) is not None and bool(eval(text))  # only 0, 1, and, or


def sources(package):
    folder = pathlib.Path(package["manifest_path"]).parent
    # Below our own lies what others made and we only build with.
    for path in sorted(folder.glob("*") if package["source"] is None else folder.rglob("*")):
        if path.is_file() and FILES.match(path.name) and path.suffix not in (".rs", ".py", ".c", ".h", ".js", ".ts") \
                and not (package["name"] == "zstd-sys" and path.name == "COPYING"):  # its other choice, the GPL
            yield path.read_text(errors="replace").replace("\f", "\n")


def split(text):
    """A licence file as its notices and the licence proper."""
    notices, body = [], []
    for line in text.splitlines():
        line = re.sub(r"^\s*(//|/\*|\*/|\*|#)\s?", "", line).rstrip()
        found = NOTICE.match(line)
        if found and "[yyyy]" not in line and "{yyyy}" not in line:
            notices.append(re.sub(r"\s+", " ", found[1]).strip())
        elif not TITLE.match(line):
            body.append(line)
    return notices, "\n".join(body).strip()


def stanza(lines, indent=" "):
    return "\n".join(indent + line if line.strip() else indent + "." for line in lines)


def print_copyright(root, packages):
    standard, peculiar, parts = {}, {}, []
    for package in sorted(packages.values(), key=lambda p: (p["name"], p["version"])):
        notices, own = [], []
        for text in sources(package):
            found, body = split(text)
            notices += [n for n in found if n not in notices]
            name = next((name for name, mark in MARKS if mark.lower() in text.lower()), None)
            if name in COMMON or not body:
                continue
            key = re.sub(r"\W+", " ", body).lower().strip()
            known = standard.setdefault(name, {}) if name else peculiar
            label = name if name and not known else f"{name or 'notice'}-{package['name']}"
            if any(label == taken for _, taken in known.values()):
                label += f"-{len(known)}"
            entry = known.setdefault(key, [body, label])
            if entry[1] not in own:
                own.append(entry[1])
        who = notices or [", ".join(package["authors"]) or f"the authors of {package['name']}"]
        if package["id"] == root:
            who = ["2026 The repduel founders"]
        where = "*" if package["id"] == root else f"{package['name']}-{package['version']}/*"
        licence = expression(package).replace(" OR ", " or ").replace(" AND ", " and ").replace(" WITH ", " with ")
        part = f"Files: {where}\nCopyright: " + stanza(who, "           ").lstrip() + f"\nLicense: {licence}"
        if [name for name in own if name not in licence]:
            part += "\nComment: texts: " + ", ".join(own)
        parts.append((package["id"] != root, part))
    print("Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: repduel")
    print("Comment: The program is one file; the folders below stand for the crates that are linked into it,\n and for the packages that are in the web app.\n")
    for _, part in sorted(parts):
        print(part + "\n")
    print("Files: src/accounts/common_passwords.txt\nCopyright: 2012-2016 Dan Wheeler and Dropbox, Inc.\n"
          "           2016 Joshua Holmer\nLicense: MIT\n")
    print("Files: rust-std/*\nCopyright: The Rust Project Developers\nLicense: MIT or Apache-2.0\n")
    for name, place in sorted(COMMON.items()):
        print(f"License: {name}\n On Debian systems the text is in /usr/share/common-licenses/{place}.\n")
    for known in [*(standard[name] for name in sorted(standard)), peculiar]:
        for body, name in known.values():
            print(f"License: {name}\n{stanza(body.splitlines())}\n")


def purl(package):
    name = package["name"].replace("@", "%40")
    return f"pkg:{package.get('kind', 'cargo')}/{name}@{package['version']}"


def print_sbom(root, packages, nodes, version):
    lock = pathlib.Path(packages[root]["manifest_path"]).with_name("Cargo.lock").read_text()
    sums = {(n, v): c for n, v, c in
            re.findall(r'name = "(.*)"\nversion = "(.*)"\nsource = .*\nchecksum = "(.*)"', lock)}
    built = datetime.datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), datetime.timezone.utc)

    def component(package):
        entry = {"type": "library", "bom-ref": purl(package), "name": package["name"], "version": package["version"],
                 "purl": purl(package), "licenses": [{"expression": expression(package)}]}
        if "hashes" in package:
            entry["hashes"] = package["hashes"]
        elif (package["name"], package["version"]) in sums:
            entry["hashes"] = [{"alg": "SHA-256", "content": sums[package["name"], package["version"]]}]
        return entry

    own = {**component(packages[root]), "type": "application", "version": version}
    print(json.dumps({
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, 'repduel ' + version)}",
        "metadata": {"timestamp": built.strftime("%Y-%m-%dT%H:%M:%SZ"), "component": own},
        "components": sorted((component(p) for i, p in packages.items() if i != root), key=lambda c: c["bom-ref"]),
        "dependencies": sorted(({"ref": purl(packages[i]), "dependsOn": sorted({purl(packages[d]) for d in deps})}
                                for i, deps in nodes.items()), key=lambda d: d["ref"]),
    }, indent=1))


def main(arguments):
    if arguments in (["-h"], ["--help"]):
        print(__doc__.strip())
        return 0
    if len(arguments) not in (2, 3) or arguments[0] not in ("copyright", "sbom"):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    target = arguments[2] if len(arguments) == 3 else re.search(r"host: (\S+)", subprocess.run(
        ["rustc", "-vV"], check=True, stdout=subprocess.PIPE, text=True).stdout)[1]
    root, packages, nodes = linked(target)
    web = web_packages.linked()
    packages.update(web)
    nodes[root] += list(web)
    nodes.update({key: [] for key in web})
    refused = [f"{p['name']} {p['version']}: {expression(p) or 'no licence'}"
               for p in packages.values() if not may_ship(expression(p))]
    if refused:
        print("linked_crates.py: these parts may not be shipped, or their licence is unknown here:", *refused,
              sep="\n  ", file=sys.stderr)
        return 1
    if arguments[0] == "copyright":
        print_copyright(root, packages)
    else:
        print_sbom(root, packages, nodes, arguments[1])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
