"""Writes templates.json.gz: chat templates, tasks, and the prompts that Python makes of them.

    python3 templates.py FOLDER

FOLDER is models/templates of the engine's source: the npm package
node-llama-cpp, at the version that build/engine pins, holds it as the git
bundle llama/gitRelease.bundle, which `git clone` opens. jinja2 must be
importable; it is set up as Hugging Face's apply_chat_template does it.
"""
import datetime
import gzip
import json
import pathlib
import sys

import jinja2
import jinja2.ext
import jinja2.nodes
import jinja2.sandbox

DAY = datetime.datetime(2024, 7, 26)  # what every node's templates take for today

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a place, \"now\" & <later>.",
        "parameters": {
            "type": "object",
            "required": ["place"],
            "properties": {
                "place": {"type": "string", "description": "Town, as in Zürich 🏔"},
                "days": {"type": "integer", "description": "How many days", "default": 1},
                "unit": {"type": "string", "description": "Scale", "enum": ["celsius", "fahrenheit"]},
            },
        },
    },
}
ADD = {
    "type": "function",
    "function": {
        "name": "add",
        "description": "The sum of two numbers",
        "parameters": {
            "type": "object",
            "properties": {
                "b": {"type": "number", "description": "One"},
                "a": {"type": "number", "description": "Another"},
            },
            "required": ["a", "b"],
        },
    },
}


def called(name, arguments, call_id):
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


# Every conversation is a task that this network takes.
CONVERSATIONS = {
    "basic": {"messages": [{"role": "user", "content": "What's 1 < 2 && \"a\" > 'b'? Ünïcödé 🙂"}]},
    "multi": {
        "messages": [
            {"role": "user", "content": "  Who are you?\n"},
            {"role": "assistant", "content": "A model."},
            {"role": "user", "content": "日本語で?"},
        ]
    },
    "tools": {
        "messages": [
            {"role": "user", "content": "How warm is it in Zürich?"},
        ],
        "tools": [WEATHER, ADD],
    },
    "toolresp": {
        "messages": [
            {"role": "user", "content": "How warm is it in Zürich?"},
            {
                "role": "assistant",
                "content": "",
                "tool_calls": [called("get_weather", {"place": "Zürich", "days": 2, "unit": "celsius"}, "Ab3dE6gH9")],
            },
            {"role": "tool", "content": "{\"degrees\": 21.5, \"sky\": \"<clear>\"}", "tool_call_id": "Ab3dE6gH9"},
        ],
        "tools": [WEATHER, ADD],
    },
    "system": {
        "messages": [
            {"role": "system", "content": "You are terse.\n"},
            {"role": "user", "content": "Sum?"},
            {"role": "assistant", "content": "<think>\nhm\n</think>\n\nOf what?"},
            {"role": "user", "content": "1 & 2"},
        ],
        "tools": [ADD],
    },
    "arguments": {
        "messages": [{"role": "user", "content": "Think."}],
        "template_args": {
            "enable_thinking": False,
            "thinking": True,
            "reasoning_effort": "low",
            "date_string": "1 Jan 2025",
            "builtin_tools": ["python"],
            "custom": {"z": 1, "a": [1.5, None]},
        },
    },
    "texts": {"messages": [{"role": "user", "content": [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]}]},
    "calls": {  # two at once, as API clients write them: arguments as text
        "messages": [
            {"role": "user", "content": "Both, please."},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    called("get_weather", "{\"place\": \"\\\"O'Fallon\\\"\\n<b>\"}", "Ab3dE6gH9"),
                    called("add", "{\"b\": 1e-05, \"a\": -0.5}", "Zz9yX8wV7"),
                ],
            },
            {"role": "tool", "content": "rain", "tool_call_id": "Ab3dE6gH9"},
            {"role": "tool", "content": "-0.49999", "tool_call_id": "Zz9yX8wV7"},
        ],
        "tools": [ADD],
    },
    "answered": {
        "messages": [
            {"role": "user", "content": "Add."},
            {
                "role": "assistant",
                "content": "I add.",
                "tool_calls": [called("add", {"b": 1e-05, "a": -12345678901234567, "c": [True, None, {}]}, "Zz9yX8wV7")],
            },
            {"role": "tool", "content": "-12345678901234567", "tool_call_id": "Zz9yX8wV7"},
            {"role": "assistant", "content": "It is about that."},
            {"role": "user", "content": "Thanks."},
        ],
        "tools": [ADD],
    },
}

# Small templates, each for one thing that engines do differently. They see the
# task "tools".
CORNERS = [
    "{{ none }}|{{ true }}|{{ missing }}|{{ 1.0 }}|{{ 1234567.5 }}|{{ -0.1 }}|{{ 10000000000000000.0 }}|{{ 0.00001 }}",
    "{{ [1, 'it\\'s', 'say \"hi\"', 'both \\' and \"', 'tab\\t', none, 2.5] }}",
    "{{ {'a': {'b': []}, 'c': 'é🙂\\u200b\\x7f\\u2028'} }}",
    "{{ tools[0].function.parameters.properties }}",
    "{{ 1, 'a' }}",
    "{{ none | string }}|{{ 'x' | string }}|{{ [1] | string }}|{{ 2 | string + 'a' }}",
    "{{ missing | default('d') }}|{{ none | default('d') }}|{{ none | default('d', true) }}|{{ '' | d('e', boolean=true) }}",
    "{{ ' a\\x1c\\n' | trim }}|{{ none | trim }}|{{ 'xxaxx' | trim('x') }}|{{ 5 | trim }}",
    "{{ tools | tojson }}",
    "{{ tools | tojson(indent=2) }}|{{ tools[1]|tojson(indent=0) }}|{{ [1, [], {}] | tojson(indent='>') }}",
    "{{ tools[0] | tojson(ensure_ascii=True) }}|{{ 'é🙂\\x7f\\x1f' | tojson(True) }}|{{ '/é<&>' | tojson }}",
    "{{ tools[1] | tojson(separators=(',', ':')) }}|{{ tools[0] | tojson(sort_keys=true) }}|{{ [1, 2] | tojson(indent=1, separators=(';', '=')) }}",
    "{{ [1.0, 0.00001, 10000000000000000.0, 123456789012345678, true, none] | tojson }}",
    "{% for m in messages | sort(attribute='content') %}{{ m.content }}{% if not loop.last %}, {% endif %}{% endfor %}",
    "a {# comment #}b\n  {# alone #}\nc {#- d -#} e {% raw %} f {% endraw %} g",
    "a\r\nb\r\n",
    "a\n\n",
    "a | default('x') {# {{ x | tojson }} #} {% raw %}{{ y | default('z') }}{% endraw %} b",
    "{{ \"a | tojson }}\" }}{{- '{{ b | default }} \\u0027\\x5c\\'' -}}  {{+ 'c' }}",
    "{{ {'a': {'b': 1}}['a'] | tojson }}{{ {'x': 1} }}",
    "{% set x = {'k': 'v'} %}{% if x %}{{ x.k }}{% endif %}\n  {%- set y %}in {{ none }}{% endset %}{{ y }}",
    "{% macro m(a, b=2) %}[{{ a }}{{ b }}]{% endmacro %}{{ m(1) }}{{ m(none, [3]) }}",
    "{% for i in range(3) %}{{ i }}{% endfor %}{{ range(5, 0, -2) | list }}",
    "{% set ns = namespace(n=0, s='') %}{% for m in messages %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}",
    "{% generation %}{{ messages[0].content }}{% endgeneration %}",
    "{{ documents is none }}{{ documents is defined }}{{ bos_token }}{{ pad_token is defined }}",
    "{{ strftime_now('%Y-%m-%d %d %B %b %A %a %H:%M:%S %j %y %% %-d') }}",
    "  {% if true %}\n x\n  {% endif %}\ny {%- if false %}{% endif %}  z\n",
    "{{ raise_exception('no <tools> for you') }}",
    "{{ range(100001) }}",
    "{{ 'ab' * 3 }}{{ 'a,b'.split(',') }}{{ 'x' ~ 1 ~ 'y' }}{{ 7 // 2 }}{{ 7 / 2 }}",
    "{% for k, v in tools[1].function.parameters.properties.items() %}{{ k }}={{ v.type }};{% endfor %}{{ tools[1] | length }}",
]


class Generation(jinja2.ext.Extension):
    """Accepts {% generation %} around what an assistant says, and changes nothing."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_inner"), [], [], body).set_lineno(line)

    def _inner(self, caller):
        return caller()


def environment():
    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    env = jinja2.sandbox.ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols]
    )
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = DAY.strftime
    return env


def render(source, task):
    try:
        return {
            "text": environment().from_string(source).render(
                messages=task["messages"],
                tools=task.get("tools"),
                documents=None,
                add_generation_prompt=True,
                bos_token="<s>",
                eos_token="</s>",
                **task.get("template_args", {}),
            )
        }
    except Exception as e:  # whatever a template raises is its verdict
        return {"error": f"{type(e).__name__}: {e}"}


def main():
    sources = {p.stem: p.read_text(encoding="utf-8") for p in sorted(pathlib.Path(sys.argv[1]).glob("*.jinja"))}
    out = {
        "jinja2": jinja2.__version__,
        "tasks": {name: {"model": name, **task} for name, task in CONVERSATIONS.items()},
        "templates": [
            {"name": name, "source": source, "prompts": {c: render(source, task) for c, task in CONVERSATIONS.items()}}
            for name, source in sources.items()
        ],
        "corners": [{"source": source, **render(source, CONVERSATIONS["tools"])} for source in CORNERS],
    }
    for c in CONVERSATIONS:
        print(c, sum("text" in t["prompts"][c] for t in out["templates"]), "of", len(sources))

    text = json.dumps(out, ensure_ascii=False, indent=1) + "\n"
    path = pathlib.Path(__file__).parent / "templates.json.gz"
    path.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))


if __name__ == "__main__":
    main()
