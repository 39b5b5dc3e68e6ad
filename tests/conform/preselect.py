"""PreSelect's recorded cases through curate-score: scores of fastText models, predictive strength,
label selection and thresholds. Sets are yielded as (name, passed, failed)."""
import json
import os
import subprocess
import tempfile

TOLERANCE = 1e-6
NEWLINE = {  # how the text was fed -> options of curate-score
    "datatrove_default": ["--newline", "delete"],
    "dclm": ["--newline", "splitlines"],
    "strip_space": ["--newline", "space"],
    "preselect_train": ["--newline", "space", "--no-strip"],
}


def rows(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f.read().split("\n") if line]


def call(bin_dir, args, stdin=""):
    done = subprocess.run([os.path.join(bin_dir, "curate-score"), *args],
                          input=stdin.encode("utf-8"), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.decode("utf-8", "replace"))
    return [json.loads(line) for line in done.stdout.decode("utf-8").split("\n") if line]


def jsonl(items):
    return "".join(json.dumps(item) + "\n" for item in items)


def fasttext_scores(bin_dir, model, how, scorer, texts):
    args = ["apply", "-q", "-M", "s=" + model, "--scorer", scorer, *NEWLINE[how],
            "--set", "input.keep_empty=true", "--set", "input.keep_nul=true"]
    docs = [{"id": str(i), "text": text} for i, text in enumerate(texts)]
    return [doc.get("curate", {}).get("scores", {}) for doc in call(bin_dir, args, jsonl(docs))]


def same_scores(want, got):
    labels = {"s_" + label.replace("__label__", "", 1): prob
              for label, prob in zip(want["labels"], want["probs"])}
    return labels.keys() == got.keys() and all(
        abs(labels[name] - got[name]) <= TOLERANCE for name in labels)


def fasttext(vectors, bin_dir):
    cases = rows(os.path.join(vectors, "preselect_fasttext_vectors.jsonl"))
    passed = 0
    for model, how in sorted({(c["model"], c["normalization"]) for c in cases}):
        group = [c for c in cases if (c["model"], c["normalization"]) == (model, how)]
        scorers = ["auto", "library"] + ([] if model.endswith(".ftz") else ["folded"])
        good = [True] * len(group)
        for scorer in scorers:
            try:
                got = fasttext_scores(bin_dir, os.path.join(vectors, model), how, scorer,
                                      [c["text"] for c in group])
            except RuntimeError:
                got = []
            good = [ok and len(got) == len(group) and same_scores(case, got[i])
                    for i, (ok, case) in enumerate(zip(good, group))]
        passed += sum(good)
    return passed, len(cases) - passed


def run_strength(bin_dir, models, ability, losses):
    """losses: id -> one loss a model, None for NaN, "inf". Gives id -> row."""
    with tempfile.TemporaryDirectory() as tmp:
        args = ["strength", "-q"]
        for k, model in enumerate(models):
            path = os.path.join(tmp, str(k))
            with open(path, "w", encoding="utf-8") as f:
                f.write(jsonl({"id": i, "Model": model, "total_loss": loss[k]}
                              for i, loss in losses.items()))
            args += ["-l", f"m{k}={path}", "-a", f"m{k}={ability[k]!r}"]
        return {row["id"]: row for row in call(bin_dir, args)}


def strength(vectors, bin_dir):
    cases = rows(os.path.join(vectors, "preselect_strength_vectors.jsonl"))
    passed = 0
    for case in cases:
        try:
            row = run_strength(bin_dir, case["models"], case["benchmark"], {"d": case["loss"]})["d"]
        except (RuntimeError, KeyError):
            continue
        passed += (row["agree"] == case["ref_score"] and
                   abs(row["strength"] - case["paper_S"]) <= 1e-12 and
                   (row["strength"] == 1) == (case["label"] == "1"))
    return passed, len(cases) - passed


def selection(vectors, bin_dir):
    with open(os.path.join(vectors, "preselect_selection_vector.json"), encoding="utf-8") as f:
        case = json.load(f)
    models = case["models"]
    ability = [case["benchmark"][m] for m in models]
    losses = {i: [loss.get(m) for m in models] for i, loss in case["docs"].items()}
    checks = []
    try:
        found = run_strength(bin_dir, models, ability, losses)
        labels = call(bin_dir, ["label", "-q"], jsonl(found.values()))
    except RuntimeError:
        return 0, 3
    checks.append({i: row["agree"] for i, row in found.items()} == case["scores"])
    for value, name in (("1", "positive"), ("0", "negative")):
        checks.append([row["id"] for row in labels if row["label"] == value] == case[name])
    return sum(checks), len(checks) - sum(checks)


def text_of(points, size):
    """A text of so many code points and bytes."""
    text = ""
    for char in ("\U00010000", "\u20ac", "\u00e9"):
        extra = len(char.encode("utf-8")) - 1
        take = min(points, (size - points) // extra)
        text += char * take
        points, size = points - take, size - take * (extra + 1)
    return text + "a" * points


def threshold(vectors, bin_dir):
    cases = rows(os.path.join(vectors, "preselect_threshold_vectors.jsonl"))
    passed = 0
    for case in cases:
        docs = [{"id": "x", "text": text_of(points, size), "score": score}
                for file in case["files"][:3] for score, points, size in file]
        try:
            found = call(bin_dir, ["threshold", "-q", "--score", "score", "--weight", "characters",
                                   "--top", repr(case["percentage"])], jsonl(docs))[0]
        except RuntimeError:
            continue
        passed += (found["threshold"] if found["threshold"] is not None else -100) == case["threshold"]
    return passed, len(cases) - passed


def run(data, bin_dir):
    vectors = os.path.join(data, "vectors")
    for name, check in (("fasttext", fasttext), ("strength", strength),
                        ("selection", selection), ("threshold", threshold)):
        yield ("preselect/" + name, *check(vectors, bin_dir))


if __name__ == "__main__":
    import sys
    for result in run(sys.argv[1], sys.argv[2]):
        print("%s: %d passed, %d failed" % result)
