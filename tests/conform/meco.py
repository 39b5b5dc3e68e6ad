"""MeCo's prefixes and loss masks, through curate-tag.

meco/prefix: each record goes through curate-tag with the template that says what the reference's flags say.
meco/tokens: a document is tokenized with a toy tokenizer (one code point, one token), prefix and text apart as
prefix_chars of our output tells, and the labels must be the reference's.
"""
import json
import os
import subprocess
import tempfile

# What the reference's flags do to the address, in its order, as filters of the template.
STEPS = (("use_short_url", "authority"), ("use_url_domain", "domain_suffix"), ("use_url_suffix", "suffix"))


def cases(data, name):
    with open(os.path.join(data, "vectors", name), "rb") as f:
        return [json.loads(line) for line in f.read().split(b"\n") if line]


def literal(text):
    return text.replace("{", "{{").replace("}", "}}")


def template(flags, field="url"):
    steps = [step for flag, step in STEPS if flags.get(flag)] if field == "url" else []
    if flags.get("use_url_filtering"):
        steps.append("known")
    fixed = flags.get("use_fixed_url")
    value = literal(fixed) if fixed else "{%s}" % "|".join([field] + steps)
    return literal(flags.get("add_metadata_prefix", "")) + value + literal(flags.get("add_metadata_suffix", "\n\n"))


def write_known(flags, scratch):
    """The reference's mapping file as a list file; with --use_uuid its values replace the keys."""
    path = os.path.join(scratch, "known")
    with open(path, "w", encoding="utf-8") as f:
        for key, value in flags["url_mapping"].items():
            f.write("%s\t%s\n" % (key, value) if flags.get("use_uuid") else key + "\n")
    return path


def tag(bin_dir, records, flags, scratch, missing="literal", field="url"):
    """The tagged records, or None where curate-tag refuses."""
    args = [os.path.join(bin_dir, "curate-tag"), "-q", "--template", template(flags, field),
            "--missing", missing, "--missing-text", "", "--set", "input.keep_empty=true"]
    if flags.get("use_url_filtering"):
        args += ["--known", write_known(flags, scratch)]
    lines = "".join(json.dumps(r) + "\n" for r in records)
    done = subprocess.run(args, input=lines.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode:
        return None
    return [json.loads(line) for line in done.stdout.split(b"\n") if line]


def prefix_of(record):
    return record["text"][:record["curate"]["meco"]["prefix_chars"]]


def fits(record, prefix, text):
    return (record["text"] == prefix + text and prefix_of(record) == prefix and
            record["curate"]["meco"]["prefix_bytes"] == len(prefix.encode()))


def check_prefixes(data, bin_dir, scratch):
    """Vectors of the same flags go through one process."""
    groups = {}
    for case in cases(data, "meco_vectors.jsonl"):
        key = json.dumps([case["flags"], bool(case["exception"])])
        groups.setdefault(key, []).append(case)
    for group in groups.values():
        flags, fails = group[0]["flags"], bool(group[0]["exception"])
        records = [dict({"text": "Text"}, **({} if c["url"] is None else {"url": c["url"]})) for c in group]
        if fails:
            yield from (tag(bin_dir, [r], flags, scratch, "error") is None for r in records)
            continue
        tagged = tag(bin_dir, records, flags, scratch) or []
        if len(tagged) != len(group):
            yield from (False for _ in group)
            continue
        yield from (fits(t, c["prefix"], "Text") for t, c in zip(tagged, group))


def labels_of(record, flags):
    """Toy tokens of one of our records as a trainer would make them: BOS -1, EOS -2."""
    cut = record["curate"]["meco"]["prefix_chars"]
    prefix, text = record["text"][:cut], record["text"][cut:]
    bos, eos = ([], []) if flags.get("add_boseos") is False else ([-1], [-2])
    ids = bos + [ord(c) for c in prefix] + [ord(c) for c in text] + eos
    masked = len(bos) + len(prefix)
    if not flags.get("add_metadata_mask"):
        return ids, None, ids
    mask = [0] * masked + [1] * (len(ids) - masked)
    return ids, mask, [i if m else -100 for i, m in zip(ids, mask)]


def check_tokens(data, bin_dir, scratch):
    for case in cases(data, "meco_token_vectors.jsonl"):
        flags, record = case["flags"], {"text": case["text"], "url": case["url"]}
        field = "url"
        if flags.get("add_metadata"):
            # The reference decodes a column of token ids; ours is the text itself in a field.
            field = "topic"
            head = flags["add_metadata_prefix"].replace("\\n", "\n")
            tail = flags["add_metadata_suffix"].replace("\\n", "\n")
            record["topic"] = case["prefix"][len(head):len(case["prefix"]) - len(tail)]
        tagged = tag(bin_dir, [record], flags, scratch, field=field)
        yield bool(tagged) and labels_of(tagged[0], flags) == (case["input_ids"], case["mask"], case["labels"])


def run(data, bin_dir):
    with tempfile.TemporaryDirectory() as scratch:
        for name, check in (("meco/prefix", check_prefixes), ("meco/tokens", check_tokens)):
            results = list(check(data, bin_dir, scratch))
            yield name, sum(results), len(results) - sum(results)
