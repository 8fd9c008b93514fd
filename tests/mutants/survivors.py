"""Reads survivors.txt: the mutants that no test can or need kill, each with the reason."""

NAME = "tests/mutants/survivors.txt"


def read(root):
    """{key: reason}. A key is a line of its own (`tests/mutants/run --list` prints them); what is indented below one or more of
    them is their reason. Lines that begin with # say something about the file."""
    reasons, keys, ended = {}, [], False
    for line in (root / NAME).read_text().splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if line.startswith(" "):
            ended = True
            for key in keys:
                reasons[key] = f"{reasons[key]} {line.strip()}".strip()
        else:
            keys = [line] if ended else [*keys, line]
            reasons[line], ended = "", False
    return reasons
