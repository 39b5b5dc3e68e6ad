"""Words, sentences, simplified text and the numbers behind the rules, through curate-filter --show."""
import hashlib
import json
import os
import subprocess
import tempfile


def lines(path):
    text = subprocess.run(["zstd", "-dc", path], check=True, stdout=subprocess.PIPE).stdout
    return [json.loads(line) for line in text.split(b"\n") if line]


def shown(data, bin_dir, what):
    """What the program shows of every input, in order."""
    # Documents without text are part of the recording. JSON is YAML.
    form = {"curate": 1, "name": "words", "stages": []}
    form["input"] = {"keep_nul": True, "keep_empty": True}
    with tempfile.TemporaryDirectory() as scratch:
        recipe = os.path.join(scratch, "r.yaml")
        with open(recipe, "w") as f:
            json.dump(form, f)
        source = os.path.join(data, "goldens", "rules", "inputs.jsonl.zst")
        command = [os.path.join(bin_dir, "curate-filter"), recipe, "-i", source, "--show", what]
        out = subprocess.run(command + ["-q"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if out.returncode != 0:
        raise RuntimeError(out.stderr.decode())
    return [json.loads(line)[what] for line in out.stdout.split(b"\n") if line]


def sha1(text):
    return hashlib.sha1(text.encode()).hexdigest()


def same_list(got, wanted):
    if "sha1" not in wanted:  # the reference raised an error
        return "error" in wanted
    return len(got) == wanted["n"] and sha1("\x1f".join(got)) == wanted["sha1"]


def same_text(got, wanted):
    return "error" in wanted or (len(got) == wanted["n"] and sha1(got) == wanted["sha1"])


def same_numbers(got, wanted):
    return all(got.get(key) == value for key, value in wanted.items() if key != "id")


def run(data, bin_dir):
    recorded = {
        name: lines(os.path.join(data, "goldens", "rules", name + ".jsonl.zst"))
        for name in ("words", "words_full", "sentences", "simplify", "shingle_words", "metrics")
    }
    sets = [
        ("words", "words", same_list),
        ("sentences", "sentences", same_list),
        ("simplify", "simplify", same_text),
        ("shingle_words", "shingle-words", same_list),
        ("metrics", "metrics", same_numbers),
    ]
    for name, what, same in sets:
        got, wanted = shown(data, bin_dir, what), recorded[name]
        passed = sum(map(same, got, wanted))
        yield "rules/" + name, passed, len(wanted) - passed
        if name == "words":
            by_id = dict(zip((w["id"] for w in wanted), got))
            full = recorded["words_full"]
            passed = sum(by_id.get(w["id"]) == w["words"] for w in full)
            yield "rules/words_full", passed, len(full) - passed
