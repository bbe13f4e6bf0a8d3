"""Says where C files leave the house style: what clang-format would change, but for wrapped lines, lined-up comments and
values, and white space inside braces, which it cannot be told to leave alone. Usage: lint_format.py FILE..."""

import difflib
import re
import subprocess
import sys

# The house asks for 100; beyond this a line is refused.
COLUMNS = 140
# C++ words and GNU C, which clang-format does not know, and the second half of a conditional, which it lines up.
FOREIGN = re.compile(r"\b(and|or|not|template|__attribute__)\b|^\s*} \*|^\s*[:?] ")


def ends(statement, last):
    """Whether a statement ends with this line."""
    if last.startswith("#"):
        return not last.endswith("\\")
    code = re.sub(r'"(\\.|[^"\\])*"', '""', statement)
    return code.count("(") <= code.count(")") and re.search(r"[;{})]$|^(case .*|\w+):$|^[a-z_ ]+\*?$", last)


def statements(text):
    """[(line, indent and words of a statement)]: wrapped lines joined, white space single."""
    result, parts, begun = [], [], 0
    # Comments go, but their lines stay.
    text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), text, flags=re.S)
    for number, line in enumerate(text.split("\n"), 1):
        words = re.sub(r"\s+", " ", line.strip())
        if not words:
            continue
        if not parts:
            begun = number
            parts.append(re.match(r"\s*", line).group() if not words.startswith("#") else "")
        parts.append(words.rstrip("\\").strip())
        if ends(" ".join(parts[1:]), words):
            words = re.sub(r"\s+|(?<=[(\[{])|(?=[)\]}])", " ", " ".join(parts[1:]))
            result.append((begun, parts[0] + re.sub(r' *("|->)', r"\1", words)))
            parts = []
    return result


def same(is_, should):
    """Whether two groups of statements differ in what is overlooked only."""
    indents = [re.match(r"\s*", rows[0][1]).group() if rows else "" for rows in (is_, should)]
    words = [re.sub(r'\s*"', '"', " ".join(statement.strip() for _, statement in rows)).split() for rows in (is_, should)]
    return indents[0] == indents[1] and words[0] == words[1] or any(FOREIGN.search(s) for _, s in is_)


def check(path):
    source = open(path, encoding="utf-8").read()
    wanted = subprocess.run(["clang-format", "--assume-filename=" + path], input=source, capture_output=True, text=True,
                            check=True).stdout
    is_, should = statements(source), statements(wanted)
    found = []
    matcher = difflib.SequenceMatcher(None, [s for _, s in is_], [s for _, s in should], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal" and not same(is_[a:b], should[c:d]):
            found.append(f"{path}:{is_[min(a, len(is_) - 1)][0]}: write it: " + " / ".join(s for _, s in should[c:d])[:150])
    for number, line in enumerate(source.split("\n"), 1):
        width = len(line.expandtabs(8))
        if width > COLUMNS:
            found.append(f"{path}:{number}: {width} columns; wrap it at 100, or 120 where that reads worse")
        if re.match(r"[a-z_][\w ]*[ *]\w+\([^;]*$", line) and "__attribute__" not in line:
            found.append(f"{path}:{number}: the return type has a line of its own")
        if line != line.rstrip():
            found.append(f"{path}:{number}: white space at the end of the line")
    return found


if __name__ == "__main__":
    problems = [problem for path in sys.argv[1:] for problem in check(path)]
    print("\n".join(problems))
    sys.exit(1 if problems else 0)
