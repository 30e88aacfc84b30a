"""Prompts on record: lists, searches and one opened over the API with 100,000 there, and how fast new ones are kept.

Usage: python -m benchmarks.prompts [--rounds 40] [--posts 60] [--patience 120]
"""

import argparse
import os
import signal

from benchmarks import report
from benchmarks.prompts_record import OWNERS, Record

ANSWER_MS, ACCEPT_MS, ACCEPT_RATE = 100.0, 100.0, 100.0
# What is asked, by whom, and whether anything is to be found.
ASKED = {
    "newest page": ("/prompts", "heavy", True),
    "newest page of everybody's": ("/prompts?all=true", "admin", True),
    "page by state": ("/prompts?state=failed", "heavy", True),
    "page by state of everybody's, none": ("/prompts?all=true&state=running", "admin", False),
    "page by words": ("/prompts?text=copyright+license", "heavy", True),
    "page by words, none": ("/prompts?text=nowhere-at-all", "heavy", False),
    "page by words of another script, none": ("/prompts?text=%D0%BD%D0%B8%D0%B3%D0%B4%D0%B5", "heavy", False),
    "page by state and words, none": ("/prompts?state=done&text=nowhere-at-all", "heavy", False),
    "deep page": ("/prompts?before=2000", "heavy", True),
    "deep page of everybody's": ("/prompts?all=true&before=1000", "admin", True),
}


def answers(record, rounds):
    """Milliseconds of each question, asked in turn."""
    asked = {**ASKED, "one opened": (f"/prompts/{record.an_id}", "heavy", True)}
    samples = {what: [] for what in asked}
    for _ in range(rounds):
        for what, (path, who, some) in asked.items():
            took, answer = record.ask(path, who)
            assert bool(answer.get("prompts", answer.get("graph"))) is some, (what, answer)
            samples[what].append(took)
    return {
        f"prompts: {what}": {"unit": "ms", "at_most": ANSWER_MS, "judged": "p95", **report.summary(each)}
        for what, each in samples.items()
    }


def accepted(record, posts):
    """Milliseconds until a prompt is on disk, and how many are in a second, with every owner posting at once."""
    took, seconds = record.post(posts)
    rate = len(took) / seconds
    return {
        f"prompts: kept, {OWNERS} posting at once": {
            "unit": "ms",
            "at_most": ACCEPT_MS,
            "judged": "p95",
            **report.summary(took),
        },
        f"prompts: kept a second, {OWNERS} posting at once": {
            "unit": "/s",
            "at_least": ACCEPT_RATE,
            "judged": "p50",
            **report.summary([rate]),
        },
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--posts", type=int, default=60, help="prompts of each owner")
    parser.add_argument("--patience", type=float, default=120.0, help="seconds to wait for a quiet machine")
    options = parser.parse_args()
    # Ended from outside, the studio still ends with us.
    signal.signal(signal.SIGTERM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
    record = Record()
    figures = {}
    try:
        record.open()
        for measure, most in ((answers, options.rounds), (accepted, options.posts)):
            load = report.calm(options.patience)
            report.keep(figures, measure(record, most), load)
    finally:
        record.close()
        if figures:
            report.write("prompts", figures, vars(options))


if __name__ == "__main__":
    main()
