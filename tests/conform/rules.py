"""Filters and formatters: each recorded configuration through curate-filter, decision by decision."""
import hashlib
import json
import os
import subprocess
import tempfile


def lines(path):
    text = subprocess.run(["zstd", "-dc", path], check=True, stdout=subprocess.PIPE).stdout
    return [json.loads(line) for line in text.split(b"\n") if line]


C4_NO_MINIMA = {
    "min_num_sentences": -1,
    "min_words_per_line": -1,
    "max_word_length": -1,
    "filter_no_terminal_punct": False,
}
CHAIN = [
    {"gopher_repetition": {"name": "gopher_rep"}},
    {"gopher_quality": {"name": "gopher_qual"}},
    {"c4_quality": {"name": "c4", "filter_no_terminal_punct": False}},
    {"fineweb_quality": {"name": "fineweb"}},
]


def configurations(data):
    """Set name -> stages. Filters first, then formatters (fmt_), then chains."""
    lists, models = (os.path.join(data, "goldens", d, "") for d in ("lists", "models"))
    bad = {"list": lists + "badwords_en.txt"}
    frequencies = {"frequencies": lists + "unigram_freq.csv"}
    url = {
        "name": "url",
        "domains_file": lists + "domains",
        "urls_file": lists + "urls",
        "banned_words_file": lists + "banned_words.txt",
        "banned_subwords_file": lists + "banned_subwords.txt",
        "soft_banned_words_file": lists + "soft_banned_words.txt",
    }

    def language(model, identify=None, **judge):
        return [{"language_id": {"model": models + model, **(identify or {})}}, {"language": judge}]

    return {
        "gopher_rep": ["gopher_repetition"],
        "gopher_qual": ["gopher_quality"],
        "c4_default": ["c4_quality"],
        "c4_fineweb": [{"c4_quality": {"filter_no_terminal_punct": False}}],
        "c4_sentences": [{"c4_quality": {"split_paragraph": False}}],
        "c4_nomin": [{"c4_quality": C4_NO_MINIMA}],
        "c4_paragraph": ["c4_paragraph"],
        "c4_badwords": [{"c4_badwords": bad}],
        "c4_badwords_keep30_seed1": [
            {"c4_badwords": {**bad, "keep_fraction": 0.3, "seed": 1, "draw": "sequence"}}
        ],
        "fineweb_qual": ["fineweb_quality"],
        "fineweb_qual_exclzero": [{"fineweb_quality": {"line_punct_exclude_zero": True}}],
        "fineweb_qual_nostop": [{"fineweb_quality": {"short_line_thr": 1, "line_punct_thr": 0}}],
        "regex_lorem": [{"regex": {"regex": "(?i)lorem\\s+ipsum"}}],
        "sampler_half_seed42": [{"sampler": {"rate": 0.5, "seed": 42, "draw": "sequence"}}],
        "unigram": [{"unigram_logprob": frequencies}],
        "unigram_t-7": [{"unigram_logprob": {**frequencies, "logprobs_threshold": -7}}],
        "lang_any_t065": language("lid_standin.bin"),
        "lang_en_t065": language("lid_standin.bin", languages=["en"]),
        "lang_en_ftz": language("lid_standin.ftz", languages=["en"]),
        "lang_en_hs": language("lid_standin_hs.bin", languages=["en"]),
        "lang_en_fr_top01": language(
            "lid_standin.bin",
            {"keep_top_pairs_threshold": 0.1, "languages": ["en", "fr"]},
            languages=["en", "fr"],
            language_threshold=0.5,
        ),
        "fmt_pii": [{"pii": {"cycle": "shard"}}],
        "fmt_pii_allips": [{"pii": {"cycle": "shard", "only_remove_public_ips": False}}],
        "fmt_symbol_lines": ["symbol_lines"],
        "fmt_symbol_lines_nl": [{"symbol_lines": {"replace_char": "\n"}}],
        "fmt_ftfy": ["unicode_repair"],
        "chain_fineweb_nourl": CHAIN,
        "chain_fineweb_url": [{"url_blocklist": url}] + CHAIN,
    }


class Run:
    """What became of every record: its log line, and the record as it was written."""

    def __init__(self, data, bin_dir, stages, scratch):
        recipe, log, dropped = (os.path.join(scratch, n) for n in ("r.yaml", "log", "dropped"))
        # The recorded filters were called directly, so every document counts. JSON is YAML.
        form = {"curate": 1, "name": "conform", "stages": stages}
        form["input"] = {"keep_nul": True, "keep_empty": True}
        with open(recipe, "w") as f:
            json.dump(form, f)
        source = os.path.join(data, "goldens", "rules", "inputs.jsonl.zst")
        command = [os.path.join(bin_dir, "curate-filter"), recipe, "-i", source, "--log", log]
        command += ["--dropped", dropped, "--max-bad", "1", "-q"]
        out = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if out.returncode not in (0, 1):
            raise RuntimeError(out.stderr.decode())
        with open(dropped, "rb") as f:
            left = iter([line for line in f.read().split(b"\n") if line])
        kept = iter([line for line in out.stdout.split(b"\n") if line])
        self.records = []
        with open(log, "rb") as f:
            for line in f.read().split(b"\n"):
                if not line:
                    continue
                entry = json.loads(line)
                if "bad" in entry:
                    self.records.append((entry, None))
                else:
                    self.records.append((entry, json.loads(next(kept if entry["keep"] else left))))


def sha1(record):
    return hashlib.sha1(record["text"].encode()).hexdigest()


def agrees(name, wanted, entry, record, source):
    if name.startswith("fmt_"):
        return sha1(record) == wanted["sha1"]
    if entry["keep"] != wanted["keep"]:
        return False
    if not wanted["keep"]:
        if entry.get("why", "") != (wanted.get("reason") or ""):
            return False
        if wanted.get("stage") and entry.get("by") != wanted["stage"]:
            return False
    elif "new_text_sha1" in wanted:
        return sha1(record) == wanted["new_text_sha1"]
    elif "text_sha1" in wanted:
        return sha1(record) == wanted["text_sha1"]
    elif record["text"] != source["text"]:
        return False
    if "meta" in wanted:
        got = dict(record["curate"]["scores"], **record["curate"]["language_id"])
        return got == wanted["meta"]
    return True


def compare(name, golden, inputs, run):
    """(passed, failed); documents the reference fails on do not count."""
    results = [
        record is not None and agrees(name, wanted, entry, record, source)
        for wanted, source, (entry, record) in zip(golden, inputs, run.records)
        if "error" not in wanted
    ]
    missing = len(golden) - len(run.records)
    return sum(results), len(results) - sum(results) + max(missing, 0)


def run_stats(data, bin_dir, inputs, folder):
    """Every number datatrove's statistics blocks give, against the stage text_stats."""
    golden = {}
    for entry in lines(os.path.join(folder, "stats.jsonl.zst")):
        groups = {k: v for k, v in entry.items() if isinstance(v, dict)}
        if not any("error" in group for group in groups.values()):
            golden[entry["id"]] = {k: v for group in groups.values() for k, v in group.items()}
    with tempfile.TemporaryDirectory() as scratch:
        records = Run(data, bin_dir, ["text_stats"], scratch).records
    passed = sum(
        record is not None and record["curate"]["text_stats"] == golden[source["id"]]
        for source, (_, record) in zip(inputs, records)
        if source["id"] in golden
    )
    return passed, len(golden) - passed


# What the annotating rules write, out of the recorded numerators and denominators.
RATIOS = {
    "gopher_repetition": {
        "dup_para_frac": ("dup_paras", "n_paras"),
        "dup_para_char_frac": ("dup_para_chars", "len"),
        "dup_line_frac": ("dup_lines", "n_lines"),
        "dup_line_char_frac": ("dup_line_chars", "len"),
        **{f"top_{n}_gram": (f"top_{n}", "len") for n in (2, 3, 4)},
        **{f"dup_{n}_grams": (f"dup_{n}", "len") for n in range(5, 11)},
    },
    "gopher_quality": {
        "words": ("n_words", None),
        "text_words": ("n_nonsym", None),
        "mean_word_length": ("nonsym_chars", "n_nonsym"),
        "hash_word_ratio": ("hashes", "n_words"),
        "bullet_lines_ratio": ("bullets", "splitlines"),
        "ellipsis_lines_ratio": ("end_ell", "splitlines"),
        "alpha_words_ratio": ("alpha_words", "n_words"),
        "stop_words": ("stop", None),
    },
    "fineweb_quality": {
        "lines": ("fw_lines", None),
        "line_punct_ratio": ("fw_punct", "fw_lines"),
        "short_line_ratio": ("fw_short", "fw_lines"),
        "char_dup_ratio": ("fw_dupchars", "fw_denchars"),
        "list_ratio": ("newlines", "n_words"),
    },
}


def run_signals(data, bin_dir, inputs, folder):
    stages = [{stage: {"mode": "annotate"}} for stage in RATIOS]
    with tempfile.TemporaryDirectory() as scratch:
        records = Run(data, bin_dir, stages, scratch).records
    passed = failed = 0
    for wanted, (_, record) in zip(lines(os.path.join(folder, "metrics.jsonl.zst")), records):
        good = record is not None
        for stage, ratios in RATIOS.items():
            for name, (part, whole) in ratios.items():
                if not good or wanted.get(part) is None or (whole and not wanted.get(whole)):
                    continue
                value = wanted[part] / wanted[whole] if whole else wanted[part]
                good = record["curate"][stage].get(name) == value
        passed, failed = passed + good, failed + (not good)
    return passed, failed


def run(data, bin_dir):
    folder = os.path.join(data, "goldens", "rules")
    inputs = lines(os.path.join(folder, "inputs.jsonl.zst"))
    for name, stages in configurations(data).items():
        path = os.path.join(folder, name + ".jsonl.zst")
        if not os.path.exists(path):
            continue
        golden = lines(path)
        with tempfile.TemporaryDirectory() as scratch:
            try:
                if name.startswith("chain_"):  # the recorded text has been through the formatter
                    stages = stages + ["pii"]
                passed, failed = compare(name, golden, inputs, Run(data, bin_dir, stages, scratch))
            except (RuntimeError, StopIteration) as e:
                print(f"rules/{name}: {e}")
                passed, failed = 0, len(golden)
        yield f"rules/{name}", passed, failed
    for name, check in (("stats", run_stats), ("metrics", run_signals)):
        if os.path.exists(os.path.join(folder, name + ".jsonl.zst")):
            yield ("rules/" + name.replace("metrics", "signals"), *check(data, bin_dir, inputs, folder))
