"""MinHash and the other dedup methods of datatrove against recorded results (goldens/minhash).

Each configuration is run by curate-dedup and its files are compared byte for byte.
"""
import hashlib
import json
import os
import re
import subprocess
import tempfile

SENTENCES = {
    "default": [],
    "lines": ["--set", "sentence_dedup.split_sentences=false"],
}
CONFIGS = {"sha1": ["--hash", "sha1"], "xxh": ["--hash", "xxhash"]}


def read_zst(path):
    data = subprocess.run(["zstd", "-dcq", path], check=True, stdout=subprocess.PIPE).stdout
    return [json.loads(line) for line in data.decode().split("\n") if line]


def files_below(folder):
    found = {}
    for base, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(base, name)
            found[os.path.relpath(path, folder)] = path
    return found


def same(a, b):
    with open(a, "rb") as x, open(b, "rb") as y:
        return x.read() == y.read()


def compare_trees(expected, got, endings):
    want = {name: path for name, path in files_below(expected).items() if name.endswith(endings)}
    have = {name: path for name, path in files_below(got).items() if name.endswith(endings)}
    passed = sum(1 for name in want if name in have and same(want[name], have[name]))
    return passed, len(want) - passed + len(set(have) - set(want))


def dedup(bin_dir, source, out, *options):
    run = subprocess.run([os.path.join(bin_dir, "curate-dedup"), "-i", source, "-o", out, "-q", *options],
                         stderr=subprocess.PIPE)
    if run.returncode not in (0, 1):
        raise RuntimeError(run.stderr.decode())


def log_lines(out):
    """Edit log lines of all shards, by (shard, record)."""
    found = {}
    for name, path in sorted(files_below(os.path.join(out, "log")).items()):
        shard = int(os.path.basename(name).split(".")[0])
        for record, line in enumerate(read_zst(path)):
            found[shard, record] = line
    return found


def read_inputs(source):
    """(shard, record) of each document that is no empty text, in datatrove's order: id, text."""
    for shard, name in enumerate(sorted(os.listdir(source))):
        for record, doc in enumerate(read_zst(os.path.join(source, name))):
            yield shard, record, doc


def check_decisions(golden, source, out):
    """Kept or not, cluster and size of every document, from the log and the .clusters files."""
    log = log_lines(out)
    by_id = {}
    for shard, record, doc in read_inputs(source):
        if doc.get("text"):
            by_id[shard, doc["id"]] = log[shard, record]
    passed = failed = 0
    for row in golden:
        line = by_id.get((row["rank_in"], row["id"]), {})
        note = line.get("notes", {}).get("minhash", {})
        # cluster numbers are compared by the .clusters files
        ok = line.get("keep") == row["keep"] and note.get("size", 1) == row["size"]
        ok = ok and (row["cluster"] == -1) == ("cluster" not in note)
        passed, failed = passed + ok, failed + (not ok)
    return passed, failed


def run_config(name, golden, source, bin_dir, scratch):
    hash_name, bits = name.split("_")
    trove, out = os.path.join(scratch, name, "datatrove"), os.path.join(scratch, name, "out")
    dedup(bin_dir, source, out, "--method", "compat", "--precision", bits, "--datatrove", trove,
          *CONFIGS[hash_name])
    parts = (("signatures", "signatures", (".sig",)), ("buckets", "buckets", (".dups",)),
             ("removals", "remove_ids", (".remove",)), ("clusters", "remove_ids", (".clusters", ".sizes")))
    for part, folder, endings in parts:
        want = os.path.join(golden, folder)
        if not os.path.isdir(want):
            continue
        passed, failed = compare_trees(want, os.path.join(trove, folder), endings)
        yield f"minhash/{name}_{part}", passed, failed
    decisions = os.path.join(golden, "decisions.jsonl.zst")
    if os.path.exists(decisions):
        yield (f"minhash/{name}_decisions", *check_decisions(read_zst(decisions), source, out))


def text_results(source, out):
    """(keep, SHA-1 of the text as it leaves) for every document, in order."""
    log = log_lines(out)
    kept = {}
    for name, path in files_below(out).items():
        if os.sep not in name and name.endswith(".jsonl.zst"):
            kept[int(name.split(".")[0])] = iter(read_zst(path))
    for shard, record, doc in read_inputs(source):
        line = log[shard, record]
        if "bad" in line:
            continue
        text = next(kept[shard])["text"] if line["keep"] else None
        yield doc, line["keep"], text


def check_texts(golden, source, out):
    passed = failed = 0
    results = {doc["id"]: (keep, text) for doc, keep, text in text_results(source, out)}
    for row in golden:
        keep, text = results.get(row["id"], (None, None))
        ok = keep == row["keep"]
        if ok and keep and "text_sha1" in row:
            ok = hashlib.sha1(text.encode()).hexdigest() == row["text_sha1"]
        passed, failed = passed + ok, failed + (not ok)
    return passed, failed


def run(data, bin_dir):
    base = os.path.join(data, "goldens", "minhash")
    source = os.path.join(base, "input")
    with tempfile.TemporaryDirectory() as scratch:
        for name in sorted(os.listdir(base)):
            if name.split("_")[0] in CONFIGS and os.path.isdir(os.path.join(base, name)):
                yield from run_config(name, os.path.join(base, name), source, bin_dir, scratch)
        for name, options in SENTENCES.items():
            path = os.path.join(base, f"sentdedup_{name}.jsonl.zst")
            if os.path.exists(path):
                out = os.path.join(scratch, "sentences_" + name)
                dedup(bin_dir, source, out, "--kind", "sentences", "--keep", "record", "--set",
                      "input.keep_nul=true", *options)
                yield (f"minhash/sentdedup_{name}", *check_texts(read_zst(path), source, out))
        for name in sorted(os.listdir(base)):
            found = re.fullmatch(r"bloom_m(\d+)_k(\d+)\.jsonl\.zst", name)
            if found:
                out = os.path.join(scratch, name)
                dedup(bin_dir, source, out, "--kind", "bloom", "--method", "compat", "--set",
                      "bloom_dedup.m_bytes=" + found[1], "--set", "bloom_dedup.k=" + found[2])
                yield ("minhash/" + name.split(".")[0], *check_texts(read_zst(os.path.join(base, name)), source, out))
        exact = os.path.join(base, "exact_dedup.jsonl.zst")
        if os.path.exists(exact):
            out = os.path.join(scratch, "exact")
            dedup(bin_dir, source, out, "--kind", "exact", "--keep", "record", "--set", "input.keep_nul=true")
            yield ("minhash/exact_dedup", *check_texts(read_zst(exact), source, out))
