"""Writes python.json: what Python's json module makes of awkward texts and numbers."""
import json

texts = [chr(c) for c in range(0x00, 0x21)] + [
    '"', "\\", "/", "\x7f", "\x80", "<a href='x'>&amp;</a>", "\u2028\u2029", "\ufeff", "\ufffd", "\uffff",
    "naïve", "日本語", "🙂 👩‍👩‍👧", "a\r\nb\tc", "\\u0041", "", " leading and trailing ",
]
floats = [0.0, 1.0, 0.5, 0.1, 0.3, 1.1, 0.7, 100.0, 1 / 3, 1e-4, 9.999e-5, 1e-5, 1e-7, 5e-324, 99.99999999999999, 1.5e-10, 1e-300]

with open("python.json", "w") as f:
    json.dump(
        {
            "texts": [
                {"text": t, "response": json.dumps(
                    {"model": t, "choices": [{"finish_reason": r, "message": {"role": "assistant", "content": t}, "index": i}
                                             for i, r in enumerate(("stop", "length"))],
                     "usage": {"prompt_tokens": 0, "completion_tokens": 7, "total_tokens": 7}},
                    ensure_ascii=False)}
                for t in texts],
            "floats": [{"hex": x.hex(), "json": json.dumps(x)} for x in floats],
        }, f, indent=1)
    f.write("\n")
