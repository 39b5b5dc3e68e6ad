"""ProX on recorded cases: sets prox/doc, prox/chunk and prox/chunking, through curate-prox."""
import collections
import json
import os
import subprocess
import tempfile


def rows(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f.read().split("\n") if line]


def write_rows(path, items):
    with open(path, "w", encoding="utf-8") as f:
        for item in items:
            f.write(json.dumps(item, ensure_ascii=False) + "\n")


KEEP = ["--set", "input.keep_nul=true", "--set", "input.keep_empty=true", "-q"]


def execute(bin_dir, level, args, cases):
    """Result text of each case, "" where the document was dropped."""
    with tempfile.TemporaryDirectory() as tmp:
        docs = os.path.join(tmp, "docs.jsonl")
        write_rows(docs, ({"id": str(i), "text": c["text"], "program": c["program"]}
                          for i, c in enumerate(cases)))
        command = [os.path.join(bin_dir, "curate-prox"), "exec", "-i", docs, "--level", level, *KEEP]
        for name, value in args.items():
            command += ["--" + name.replace("_", "-"), repr(value)]
        out = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode()
    texts = {r["id"]: r["text"] for r in (json.loads(x) for x in out.split("\n") if x)}
    return [texts.get(str(i), "") for i in range(len(cases))]


def run_exec(data, bin_dir):
    path = os.path.join(data, "vectors", "prox_vectors.jsonl")
    if not os.path.exists(path):
        return
    groups = collections.defaultdict(list)
    for case in rows(path):
        args = case.get("args") or {}
        groups[case["level"], tuple(sorted(args.items()))].append(case)
    counts = collections.defaultdict(lambda: [0, 0])
    for (level, args), cases in groups.items():
        for case, got in zip(cases, execute(bin_dir, level, dict(args), cases)):
            # Where the reference crashes (a text without words) the document is dropped.
            want = "" if case["exception"] else case["expected_result"]
            counts[level][got != want] += 1
            if got != want:
                print(f"prox/{level} {case['id']}: {case['note']}")
    for level, (passed, failed) in sorted(counts.items()):
        yield "prox/" + level, passed, failed


def prompt(bin_dir, case):
    with tempfile.TemporaryDirectory() as tmp:
        docs = os.path.join(tmp, "docs.jsonl")
        write_rows(docs, [{"id": "x", "text": case["text"]}])
        out = subprocess.run([os.path.join(bin_dir, "curate-prox"), "prompt", "-i", docs,
                              "--tokenizer", case["tokenizer"], "--chunk-tokens",
                              str(case["max_token"]), *KEEP], stdout=subprocess.PIPE, check=True).stdout.decode()
    requests = [json.loads(x) for x in out.split("\n") if x]
    n = len(requests)
    assert [r["custom_id"] for r in requests] == [f"x#{k}/{n}" for k in range(n)]
    return [r["body"]["messages"][-1]["content"] for r in requests]


def merge(bin_dir, case):
    """merge_chunks: what join makes of the replies of each document, in reverse order."""
    lists, at = [], 0
    for n in case["chunk_lengths"]:
        lists.append(case["chunk_list"][at:at + n])
        at += n
    with tempfile.TemporaryDirectory() as tmp:
        docs, replies = os.path.join(tmp, "docs.jsonl"), os.path.join(tmp, "replies.jsonl")
        write_rows(docs, ({"id": str(i), "text": "t"} for i in range(len(lists))))
        write_rows(replies, ({"custom_id": f"{i}#{k}/{len(chunks)}", "error": None,
                              "response": {"status_code": 200, "body": {"choices": [
                                  {"message": {"content": text}}]}}}
                             for i, chunks in reversed(list(enumerate(lists)))
                             for k, text in reversed(list(enumerate(chunks)))))
        out = subprocess.run([os.path.join(bin_dir, "curate-prox"), "join", replies, "-i", docs,
                              "--as-programs", "-q"], stdout=subprocess.PIPE, check=True).stdout.decode()
    return ["\n".join(json.loads(x)["program"]) for x in out.split("\n") if x]


def run_chunking(data, bin_dir):
    path = os.path.join(data, "vectors", "prox_chunking_vectors.jsonl")
    if not os.path.exists(path):
        return
    passed = failed = 0
    for case in rows(path):
        if "merge_chunks" in case:
            good = merge(bin_dir, case["merge_chunks"]) == case["merge_chunks"]["merged"]
        else:
            good = prompt(bin_dir, case) == case["prompts_user_content"]
        passed, failed = passed + good, failed + (not good)
        if not good:
            print(f"prox/chunking: {case['note']}")
    yield "prox/chunking", passed, failed


def run(data, bin_dir):
    yield from run_exec(data, bin_dir)
    yield from run_chunking(data, bin_dir)
