# SPDX-License-Identifier: Apache-2.0
"""Fails when a room includes a room that its facemirror_room(... USES ...) line does not name, or another room's
detail/, or when a header that is installed includes a detail/, which is not."""
import pathlib, re, sys
root = pathlib.Path(sys.argv[1])
text = (root / "CMakeLists.txt").read_text()
allowed = {}
for name, rest in re.findall(r"^facemirror_room\((\w+)([^)]*)\)", text, re.M):
    uses = re.search(r"USES\s+([a-z_\s]+?)(?:\s+LIBS|$)", rest)
    allowed[name] = set(uses.group(1).split()) if uses else set()
bad = []
for room, uses in allowed.items():
    for file in sorted((root / "src/facemirror" / room).rglob("*.[ch]pp")):
        is_installed = file.suffix == ".hpp" and file.parent.name != "detail"
        for other, detail in re.findall(r'#include\s+[<"]facemirror/(\w+)/(detail/)?', file.read_text()):
            if other != room and other not in uses:
                bad.append(f"{file.relative_to(root)} includes {other}, which {room} may not use")
            if detail and (other != room or is_installed):
                bad.append(f"{file.relative_to(root)} includes a header of {other}/detail, which is private")
print("\n".join(bad) or f"{len(allowed)} rooms, no forbidden include")
sys.exit(bool(bad))
