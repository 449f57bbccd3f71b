"""Fails when a room includes a room that its facemirror_room(... USES ...) line does not name."""
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
        for other in re.findall(r'#include\s+[<"]facemirror/(\w+)/', file.read_text()):
            if other != room and other not in uses:
                bad.append(f"{file.relative_to(root)} includes {other}, which {room} may not use")
print("\n".join(bad) or f"{len(allowed)} rooms, no forbidden include")
sys.exit(bool(bad))
