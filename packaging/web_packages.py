"""The npm packages of which something is in the built web app, in the form in which linked_crates.py has crates.

`web/build/linked-packages.ts` notes their names while the app is built; versions and sums are package-lock.json's.
"""
import base64
import json
import pathlib

WEB = pathlib.Path(__file__).parent.parent / "web"


def author(value):
    """As package.json has it: a text, or an object."""
    return value.get("name", "") if isinstance(value, dict) else value or ""


def linked():
    """The packages by an id of their own; an error where the app has not been built."""
    names = json.loads((WEB / "node_modules/.repduel-linked.json").read_text())
    locked = json.loads((WEB / "package-lock.json").read_text())["packages"]
    packages = {}
    for name in names:
        manifest = WEB / "node_modules" / name / "package.json"
        stated = json.loads(manifest.read_text())
        # Of all that a lock may hold, sha512 is the one that npm's registry gives.
        digest = base64.b64decode(locked[f"node_modules/{name}"]["integrity"].removeprefix("sha512-")).hex()
        packages[f"npm:{name}"] = {
            "id": f"npm:{name}", "name": name, "version": stated["version"], "license": stated.get("license"),
            "authors": [a for a in [author(stated.get("author"))] if a], "manifest_path": str(manifest), "kind": "npm",
            "source": "npm",
            "hashes": [{"alg": "SHA-512", "content": digest}],
        }
    return packages
