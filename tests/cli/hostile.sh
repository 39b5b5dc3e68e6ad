#!/usr/bin/env bash
# Documents made to be slow or large: time grows as their size does, memory stays inside --mem or the record is named.
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

case ${BUILD:-build} in *-*) echo "skip hostile: sanitizers have a time and a memory of their own"; exit 0 ;; esac

printf 'lorem\nipsum dolor\n' >words.txt
printf 'word,count\nthe,100\na,50\n' >frequencies.csv
cat >judge.yaml <<'EOF2'
curate: 1
name: judge
stages:
  - url_blocklist: {domains: [nowhere.example], banned_words: [zzz], mode: annotate}
  - language_id: {max_bytes: 0}
  - language: {mode: annotate}
  - gopher_repetition: {mode: annotate}
  - gopher_quality: {mode: annotate}
  - c4_quality: {mode: annotate}
  - c4_paragraph: {mode: annotate}
  - c4_badwords: {list: words.txt, missing_language: keep, mode: annotate}
  - fineweb_quality: {mode: annotate}
  - unigram_logprob: {frequencies: frequencies.csv, mode: annotate}
  - regex: {regex: "(a|b)+c"}
  - sampler: {rate: 1}
  - text_stats
  - fasttext
  - fasttext_filter: {filter_mode: sentence, keep_labels: ["hq:0"]}
  - score_range: {score: quality, missing: keep}
EOF2
cat >edit.yaml <<'EOF2'
curate: 1
name: edit
stages:
  - unicode_repair: {unescape_html: true, fix_latin_ligatures: true, fix_character_width: true, uncurl_quotes: true, fix_line_breaks: true, normalization: nfkc}
  - pii: {remove_ipv6: true, remove_phones: true, remove_cards: true}
  - refinedweb_lines: {max_removed_words: 1}
  - c4_quality: {mode: annotate}
  - symbol_lines
  - boilerplate: {mode: annotate}
  - prox: {on_missing: empty, mode: annotate}
EOF2
cat >whole.yaml <<'EOF2'
curate: 1
name: whole
stages:
  - minhash: {verify: 0.5}
  - exact_dedup
  - url_dedup
  - line_dedup
  - sentence_dedup
  - bloom_dedup
  - select: {score: n, top: 100%, missing: keep}
  - meco
EOF2

cat >hostile.py <<'EOF2'
"""hostile.py BIN: every recipe on every hostile document of N and 4 N bytes."""
import json, os, subprocess, sys, threading

units = ["a", "a ", "a\n", "\n", "\r\n", "the cat sat. ", "\u0301", "e\u0301\u0323", "(", ":(", ":( ", "'", "don't ", ".", "... ", "[1]", "[",
         "a@", "1.1.", "1:", "4 ", "+1-", "http://", "www.", "a.b/", "&amp;", "amp;", "\u00c3\u00a9\u00e2\u20ac", "\u6f22\u5b57",
         "\U0001f469\u200d", "Mr. e.g. ", "sign-in ", "{", "-", "5km", "A b. ", "a\n\n", "IS_ALPHA ", "\u2026", "I'm you're can't cannot "]
made = {"&": lambda n: "&" + "amp;" * (n // 4),
        "I": lambda n: " ".join("IS_" * d + "ALPHA" * d for d in range(1, int((n / 4) ** 0.5))),
        "words": lambda n: " ".join("%x" % i for i in range(n // 6)),
        "lines": lambda n: "\n".join("%x" % i for i in range(n // 6))}
for unit in units:
    made[unit] = lambda n, unit=unit: unit * (n // len(unit.encode()))


def run(recipe, name, n, more):
    path = "doc.%d.jsonl" % n
    with open(path, "w") as f:
        f.write(json.dumps({"id": "x", "url": "http://www.example.com/" + "a" * 100, "n": 1, "text": made[name](n)}, ensure_ascii=False) + "\n")
    program, out = ("curate-run", "out") if recipe == "whole" else ("curate-filter", "/dev/null")
    p = subprocess.Popen([sys.argv[1] + "/" + program, recipe + ".yaml", "-q", "--no-progress", "-j1", "-i", path, "-o", out] + more,
                         stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    stop = threading.Timer(120, p.kill)
    stop.start()
    said = p.stderr.read().decode()
    _, status, used = os.wait4(p.pid, 0)
    stop.cancel()
    subprocess.run(["rm", "-rf", "out"])
    return os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, said


bad = 0
n, mem = int(sys.argv[2]), int(sys.argv[3])
for recipe in sys.argv[4:]:
    for name in made:
        if recipe == "whole" and len(name) % 3:
            continue
        _, less, _, _ = run(recipe, name, n, [])
        code, more, used, said = run(recipe, name, 4 * n, ["--mem", "%dM" % mem, "--max-record", "%d" % (9 * n)])
        # Four times as long takes four times as long; 16 times would be quadratic.
        if more > 0.3 and more > 9 * less:
            print("time: %s %r: %.2f s, and %.2f s for four times the size" % (recipe, name, less, more))
            bad += 1
        if code not in (0, 5) or (code == 5 and "record 0 (" not in said) or used > mem << 20:
            print("memory: %s %r: exit %d, %d MiB of %d: %s" % (recipe, name, code, used >> 20, mem, said))
            bad += 1
sys.exit(bad > 0)
EOF2
check "rules and scorers that judge: time and memory" python3 hostile.py "$bin" 120000 128 judge
check "rules that edit: time and memory" python3 hostile.py "$bin" 120000 128 edit
check "whole-corpus stages: time and memory" python3 hostile.py "$bin" 120000 128 whole

python3 -c 'import json; print(json.dumps({"id": "x", "text": ":(" * 1000000}))' >smile.jsonl
check "a record that needs more than --mem ends the run with 5 and its name" exits 5 "$bin/curate-filter" judge.yaml -q -i smile.jsonl --mem 160M --max-record 2200K -o /dev/null
check "which says where it is" says 'smile.jsonl: record 0 \(1953 KiB at byte 0\): .*more memory than there is for it .140 MiB..*--max-record' \
	"$bin/curate-filter" judge.yaml -q -i smile.jsonl --mem 160M --max-record 2200K -o /dev/null
check "with a lower --max-record it is quarantined" says '"too_long' "$bin/curate-filter" judge.yaml -q -i smile.jsonl --mem 160M --max-record 1M --max-bad 1 -o /dev/null --quarantine /dev/stdout
finish
