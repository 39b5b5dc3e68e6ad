"""URLFilter's recorded decisions, through curate-filter: rules/url_default and rules/url_soft1."""
import json
import os
import subprocess

LISTS = {"domains_file": "domains", "urls_file": "urls", "banned_words_file": "banned_words.txt",
         "banned_subwords_file": "banned_subwords.txt", "soft_banned_words_file": "soft_banned_words.txt"}

# url_soft1 was recorded with lists of its own and without the integrated ones.
SOFT1 = {"domains": "example.com", "urls": "http://blog.test.org/", "banned_words": "casino",
         "soft_banned_words": "free,hot", "banned_subwords": "analysis", "soft_word_threshold": "1"}


def lines_of(path):
    text = subprocess.run(["zstdcat", path], stdout=subprocess.PIPE, check=True).stdout
    return [line for line in text.split(b"\n") if line]


def decisions(bin_dir, records, params):
    """(keep, reason) of each record, from the edit log."""
    args = [os.path.join(bin_dir, "curate-filter"), "-q", "-r", "url_blocklist", "--log", "/dev/stdout",
            "-o", "/dev/null", "--codec", "none", "--set", "input.keep_empty=true", "--set", "input.keep_nul=true"]
    for name, value in params.items():
        args += ["--set", "url_blocklist.%s=%s" % (name, value)]
    log = subprocess.run(args, input=b"\n".join(records) + b"\n", stdout=subprocess.PIPE).stdout
    return [(entry.get("keep"), entry.get("why")) for entry in map(json.loads, filter(None, log.split(b"\n")))]


def run(data, bin_dir):
    rules, lists = os.path.join(data, "goldens", "rules"), os.path.join(data, "goldens", "lists")
    records = lines_of(os.path.join(rules, "inputs.jsonl.zst"))
    default = {param: os.path.join(lists, name) for param, name in LISTS.items()}
    for name, params in (("url_default", default), ("url_soft1", SOFT1)):
        expected = [json.loads(line) for line in lines_of(os.path.join(rules, name + ".jsonl.zst"))]
        found = decisions(bin_dir, records, params)
        found += [None] * (len(expected) - len(found))
        good = sum(f == (e["keep"], e["reason"]) for f, e in zip(found, expected))
        yield "rules/" + name, good, len(expected) - good
